import CLinux
import DNSOverHTTP
import DNSWire

/// The stream side of a worker (RFC 7766, 7858, 8484): the connections that clients made, over TCP, TLS and HTTP.
///
/// A turn reads once from each connection that has something, answers every whole query, and marks the
/// connection as touched. At the end of the turn each touched connection is settled
/// (`StreamServer+Settling`): its responses are written in one go, and then it is decided whether it is read
/// from, waited for, or closed.
final class StreamServer {
    let loop: EventLoop
    let configuration: WorkerConfiguration
    var connections: SlotTable<StreamConnection>
    /// Keys of connections to settle, in the order in which they were touched; each once.
    var touched: [SlotKey] = []
    /// Octets that wait on all connections: responses, and requests over HTTP that are not complete.
    var outputTotal = 0
    var quota: ClientQuota
    let listeners: StreamListeners
    /// Connections that are in a TLS handshake.
    var handshakes = HandshakeQueue()
    /// Steps of handshakes in this turn.
    var handshakesThisTurn = 0
    let batch = TLSBatch()
    var sequences = SequenceTable()
    /// No queries are taken any more.
    private(set) var isStopping = false
    /// What is read goes here first: what was kept of the connection, then what came.
    let readBuffer = MessageBuffer(capacity: StreamServer.readBufferSize)
    let responseBuffer = MessageBuffer(capacity: StreamFrame.longestMessage)

    /// A connection that is read from has less than a frame kept, so that half of this is always free.
    private static let readBufferSize = 2 * StreamFrame.longestFrame

    init(listening streams: [StreamListener], loop: EventLoop) throws(SystemError) {
        self.loop = loop
        configuration = loop.configuration
        connections = SlotTable(capacity: loop.configuration.connections)
        quota = ClientQuota(limit: loop.configuration.connectionsPerClient)
        listeners = try StreamListeners(streams, loop: loop)
    }

    //--- Connecting ---

    func accept(on listener: Int) {
        for _ in 0..<configuration.acceptsPerTurn {
            guard let stream = listeners.accept(on: listener) else { return }
            admit(stream)
        }
    }

    /// Makes a connection of an accepted stream, or closes it when there is no room.
    private func admit(_ stream: consuming AcceptedStream) {
        let (peer, local) = (stream.peer, stream.local)
        let service = stream.service
        let counters = loop.counters.streams(service.transport)
        let isEncrypted = service.endpoint != nil
        let speaksFirst = configuration.isProxy(peer.address)
        let isProxy =
            speaksFirst || service.web?.settings.trustedProxies.contains(peer.address.unmapped) == true
        let client = isProxy ? nil : peer.address
        guard makeRoom(for: client, withHandshake: isEncrypted), let key = connections.nextKey else {
            counters.connectionsRefused.add()
            return
        }
        let connection = StreamConnection(
            adopting: stream.descriptor, key: key,
            client: Client(transport: service.transport, peer: peer, local: local, route: key.bits),
            counters: counters, service: service, now: loop.now.monotonic)
        connection.awaitsProxyHeader = speaksFirst
        do throws(SystemError) {
            try loop.watch(connection.descriptor, for: .readable, as: EventToken(.connection, key))
        } catch {
            counters.connectionsRefused.add()
            return
        }
        connections.insert(connection)
        if let client { take(client, for: connection) }
        counters.connectionsOpened.add()
        if isEncrypted { handshakes.begin(key, where: isHandshaking) }
        armTimer(of: connection)
    }

    func take(_ client: IPAddress, for connection: StreamConnection) {
        quota.take(client)
        connection.quotaAddress = client
    }

    /// True when a connection from `client` fits, after others were closed for it where that was needed and fair.
    ///
    /// - Parameter client: nil for a proxy, which has no quota.
    private func makeRoom(for client: IPAddress?, withHandshake: Bool) -> Bool {
        if let client, !makeRoom(inQuotaOf: client) { return false }
        // Who is in a handshake has been promised nothing yet, so that a flood of handshakes displaces handshakes.
        if withHandshake, handshakes.count >= configuration.handshakes, let victim = oldestHandshake() {
            evict(victim)
        }
        if connections.isFull {
            guard let victim = oldestHandshake() ?? longestIdle(where: { _ in true }) else { return false }
            evict(victim)
        }
        return true
    }

    func makeRoom(inQuotaOf client: IPAddress) -> Bool {
        guard quota.isExhausted(client) else { return true }
        guard let victim = longestIdle(where: { $0.quotaAddress?.unmapped == client.unmapped }) else {
            return false
        }
        evict(victim)
        return true
    }

    private func evict(_ connection: StreamConnection) {
        connection.counters.connectionsEvicted.add()
        if connection.isHandshaking { loop.counters.sessions.fail(.displaced) }
        close(connection)
    }

    /// Whom to close when there is no room: nobody who is owed something; who is in a handshake before who idles
    /// before who does not read its responses; then who made no progress for longest. Looks at every connection, which
    /// is done only when full.
    private func longestIdle(where isCandidate: (StreamConnection) -> Bool) -> StreamConnection? {
        var best: StreamConnection?
        func rank(_ connection: StreamConnection) -> (Int, Int64) {
            (connection.isHandshaking ? 0 : connection.hasUnsent ? 2 : 1, connection.progressedAt)
        }
        connections.forEach { connection in
            guard !connection.isOwed, isCandidate(connection) else { return }
            if let current = best, rank(current) <= rank(connection) { return }
            best = connection
        }
        return best
    }

    //--- Reading ---

    /// Handles what the kernel reported about a connection.
    func ready(_ key: SlotKey, _ readiness: Interest, service: any WorkerService) {
        guard let connection = connections[key] else { return }
        if connection.awaitsProxyHeader { return readProxyHeader(connection) }
        if connection.isHandshaking {
            // Who says hello and is gone costs no signature, and takes nobody's turn.
            if readiness.contains(.broken), connection.session == nil {
                return fail(connection, .disconnected)
            }
            guard connection.session != nil || hasFirstRecord(connection) else { return }
            // The kernel reports it again with the next turn.
            guard handshakesThisTurn < configuration.handshakesPerTurn else { return }
            handshakesThisTurn += 1
            guard shakeHands(connection) else { return }
            // The first queries often come with the end of the handshake, and the kernel tells of them no more.
            if connection.session?.hasPending == true { read(connection, service) }
        } else if readiness.contains(.readable), connection.interest.contains(.readable) {
            read(connection, service)
        } else if readiness.contains(.broken) {
            // Reset, or closed in both directions: no answer could reach the client.
            return close(connection)
        }
        touch(connection)
    }

    private func read(_ connection: StreamConnection, _ service: any WorkerService) {
        let kept = connection.input.count
        let free = unsafe readBuffer.slice(kept..<readBuffer.capacity)
        switch unsafe connection.receive(into: free) {
        case .octets(let count) where connection.web != nil:
            unsafe hear(readBuffer.slice(0..<count), connection, service)
        case .octets(let count) where connection.input.isCompleted(by: count):
            _ = unsafe connection.input.move(to: readBuffer.octets)
            answer(connection, kept + count, service)
        case .octets(let count):
            unsafe connection.input.append(UnsafeBufferPointer(readBuffer.slice(kept..<kept + count)))
        case .nothing: break
        case .end: connection.inputEnded = true
        case .failed: close(connection)
        }
        if let failure = connection.session?.failure {
            // A client that vanishes is nothing special, once the handshake is done.
            if failure != .disconnected { loop.counters.sessions.fail(failure) }
            connection.isDoomed = true
        }
    }

    /// Answers queries that were kept while the connection was paused.
    func answerKept(_ connection: StreamConnection, _ service: any WorkerService) {
        answer(connection, unsafe connection.input.move(to: readBuffer.octets), service)
    }

    /// Answers every whole query among the first `count` octets of the read buffer, as far as the connection
    /// may be heard, and keeps the rest.
    private func answer(_ connection: StreamConnection, _ count: Int, _ service: any WorkerService) {
        let octets = unsafe UnsafeBufferPointer(readBuffer.slice(0..<count))
        var offset = 0
        while !connection.inputEnded, !connection.isPaused(configuration),
            case .message(let range) = unsafe StreamFrame.next(in: octets.span, at: offset)
        {
            offset = range.upperBound
            let query = unsafe UnsafeBufferPointer(rebasing: octets[range])
            switch unsafe answer(query, of: connection, from: connection.client, service) {
            case .closeConnection: connection.inputEnded = true
            case .answered, .deferred, .dropped: break
            }
        }
        keep(connection, offset..<count)
    }

    /// Has one query answered, and takes the response where there is one at once.
    private func answer(
        _ query: UnsafeBufferPointer<UInt8>, of connection: StreamConnection, from client: Client,
        _ service: any WorkerService
    ) -> QueryDisposition {
        connection.progressedAt = loop.now.monotonic
        connection.counters.queries.add()
        loop.queriesInTurn += 1
        connection.counters.queryBytes.add(query.count)
        // Counted before the service runs, so that a reply from within `receive` finds the query that it is
        // for.
        connection.deferred += 1
        // A local copy of the pointer: a span made straight from the class's property crashes the optimiser
        // (Swift 6.3.1).
        let room = unsafe responseBuffer.slice(0..<responseBuffer.capacity)
        var response = unsafe room.mutableSpan
        let disposition = unsafe service.receive(query.span, from: client, into: &response)
        if disposition == .deferred { return .deferred }
        connection.deferred = max(0, connection.deferred - 1)
        guard case .answered(let count) = disposition else { return disposition }
        guard count > 0, count <= responseBuffer.capacity else { return .dropped }
        let message = unsafe UnsafeBufferPointer(responseBuffer.slice(0..<count))
        unsafe put(message.span, on: connection, for: client)
        return disposition
    }

    private func keep(_ connection: StreamConnection, _ range: Range<Int>) {
        if connection.inputEnded { return }
        unsafe connection.input.keep(UnsafeBufferPointer(readBuffer.slice(range)))
    }

    //--- HTTP ---

    /// Takes octets of requests, and answers the queries that they complete.
    private func hear(
        _ octets: UnsafeMutableBufferPointer<UInt8>, _ connection: StreamConnection,
        _ service: any WorkerService
    ) {
        guard let web = connection.web else { return }
        let http = connection.http ?? connection.beginHTTP(web, loop.counters.requests)
        http.receive(unsafe UnsafeBufferPointer(octets).span)
        answerRequests(connection, service)
        // Who sends the head and the body of a request apart may hold the body back until the head is acknowledged
        // (Nagle's algorithm), which the kernel puts off for 40 ms while there is nothing to send.
        if http.oldestUnfinished != nil { try? connection.descriptor.set(CLINUX_QUICK_ACK, 1) }
    }

    /// Answers the queries of requests that are complete, as far as the connection may be heard.
    func answerRequests(_ connection: StreamConnection, _ service: any WorkerService) {
        guard let http = connection.http else { return }
        // What was read has gone into `http`, so that its buffer has room for one query after the other.
        let room = unsafe readBuffer.slice(0..<readBuffer.capacity)
        while !connection.isDoomed, connection.deferred < configuration.deferredPerConnection {
            var span = unsafe room.mutableSpan
            guard let query = http.nextQuery(into: &span) else { break }
            var client = connection.client
            client.request = query.stream
            if let address = query.client { client.peer.address = address }
            let message = unsafe UnsafeBufferPointer(rebasing: UnsafeBufferPointer(room)[..<query.count])
            switch unsafe answer(message, of: connection, from: client, service) {
            case .answered, .deferred: break
            case .dropped: http.refuse(query.stream, .unavailable)
            case .closeConnection: http.refuse(query.stream, .malformed)
            }
        }
        count(connection)
    }

    /// Brings up to date what waits on all connections, and what the client has left unfinished.
    func count(_ connection: StreamConnection) {
        guard connections[connection.key] != nil else { return }
        let kept = connection.keptCount
        outputTotal += kept - connection.countedOutput
        connection.countedOutput = kept
        let stream = connection.http?.oldestUnfinished
        if stream != connection.unfinished?.stream {
            connection.unfinished = stream.map { ($0, loop.now.monotonic) }
        }
        if !makeRoom(forOutput: 0, of: connection) { connection.isDoomed = true }
    }

    /// Closes who keeps the most until `count` octets more fit into what may wait on all connections. False when the
    /// most is kept by whom they are for: nobody else has to go for it.
    private func makeRoom(forOutput count: Int, of connection: StreamConnection) -> Bool {
        while count > configuration.outputTotal - outputTotal {
            var heaviest = connection
            connections.forEach { if $0.keptCount > heaviest.keptCount { heaviest = $0 } }
            guard heaviest !== connection else { return false }
            evict(heaviest)
        }
        return true
    }

    //--- Responses ---

    func reply(_ message: Span<UInt8>, to client: Client) {
        guard let connection = connections[SlotKey(bits: client.route)], connection.deferred > 0 else {
            return
        }
        connection.deferred -= 1
        put(message, on: connection, for: client)
        touch(connection)
    }

    func abandon(_ client: Client) {
        guard let connection = connections[SlotKey(bits: client.route)], connection.deferred > 0 else {
            return
        }
        connection.deferred -= 1
        connection.progressedAt = loop.now.monotonic
        connection.http?.refuse(client.request, .unavailable)
        count(connection)
        touch(connection)
    }

    /// Appends a response. A connection for which there is no room any more does not read what it asked for,
    /// and is closed with its next settling.
    func put(_ message: Span<UInt8>, on connection: StreamConnection, for client: Client) {
        connection.counters.responses.add()
        connection.counters.responseBytes.add(message.count)
        if let http = connection.http {
            http.respond(message, to: client.request, maxAge: ResponseFreshness.seconds(of: message))
            return count(connection)
        }
        guard makeRoom(forOutput: StreamFrame.prefix + message.count, of: connection),
            connection.output.append(message, limit: configuration.outputPerConnection)
        else {
            connection.isDoomed = true
            return
        }
        count(connection)
    }

    func touch(_ connection: StreamConnection) {
        guard !connection.isTouched else { return }
        connection.isTouched = true
        touched.append(connection.key)
    }

    //--- Stopping ---

    /// No new connections and queries; what is owed is still sent, save for the rest of sequences.
    func stop() {
        isStopping = true
        listeners.close()
        connections.forEach { connection in
            breakSequences(of: connection)
            connection.inputEnded = true
            connection.input.discard()
            connection.http?.shutDown()
            touch(connection)
        }
    }

    /// Whether nothing is owed to any client.
    var isQuiet: Bool { connections.count == 0 }
}
