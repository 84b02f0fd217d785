import CLinux
import DNSWire

/// The stream side of a worker (RFC 7766, RFC 7858): the connections that clients made, over TCP and TLS.
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
    /// Octets of responses that wait on all connections.
    var outputTotal = 0
    var quota: ClientQuota
    let listeners: StreamListeners
    /// Connections that are in a TLS handshake.
    var handshakes = HandshakeQueue()
    /// Steps of handshakes in this turn.
    var handshakesThisTurn = 0
    private(set) var isStopping = false
    /// What is read goes here first: what was kept of the connection, then what came.
    private let readBuffer = MessageBuffer(capacity: StreamServer.readBufferSize)
    private let responseBuffer = MessageBuffer(capacity: StreamFrame.longestMessage)

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
        guard makeRoom(for: peer.address, withHandshake: isEncrypted), let key = connections.nextKey else {
            counters.connectionsRefused.add()
            return
        }
        let connection = StreamConnection(
            adopting: stream.descriptor, key: key,
            client: Client(transport: service.transport, peer: peer, local: local, route: key.bits),
            counters: counters, endpoint: service.endpoint, now: loop.now.monotonic)
        do throws(SystemError) {
            try loop.watch(connection.descriptor, for: .readable, as: EventToken(.connection, key))
        } catch {
            counters.connectionsRefused.add()
            return
        }
        connections.insert(connection)
        quota.take(peer.address)
        counters.connectionsOpened.add()
        if isEncrypted { handshakes.begin(key, where: isHandshaking) }
        armTimer(of: connection)
    }

    /// True when a connection from `client` fits, after others were closed for it where that was needed and fair.
    private func makeRoom(for client: IPAddress, withHandshake: Bool) -> Bool {
        if quota.isExhausted(client) {
            guard let victim = longestIdle(where: { $0.client.peer.address.unmapped == client.unmapped })
            else {
                return false
            }
            evict(victim)
        }
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

    private func evict(_ connection: StreamConnection) {
        connection.counters.connectionsEvicted.add()
        if connection.isHandshaking { loop.counters.sessions.fail(.displaced) }
        close(connection)
    }

    /// Whom to close when there is no room: nobody with deferred queries; who is in a handshake before who idles
    /// before who does not read its responses; then who made no progress for longest. Looks at every connection, which is done only
    /// when full.
    private func longestIdle(where isCandidate: (StreamConnection) -> Bool) -> StreamConnection? {
        var best: StreamConnection?
        func rank(_ connection: StreamConnection) -> (Int, Int64) {
            (connection.isHandshaking ? 0 : connection.output.isEmpty ? 1 : 2, connection.progressedAt)
        }
        connections.forEach { connection in
            guard connection.deferred == 0, isCandidate(connection) else { return }
            if let current = best, rank(current) <= rank(connection) { return }
            best = connection
        }
        return best
    }

    //--- Reading ---

    /// Handles what the kernel reported about a connection.
    func ready(_ key: SlotKey, _ readiness: Interest, service: any WorkerService) {
        guard let connection = connections[key] else { return }
        if connection.isHandshaking {
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
            unsafe answer(query, of: connection, service)
        }
        keep(connection, offset..<count)
    }

    private func answer(
        _ query: UnsafeBufferPointer<UInt8>, of connection: StreamConnection, _ service: any WorkerService
    ) {
        connection.progressedAt = loop.now.monotonic
        connection.counters.queries.add()
        connection.counters.queryBytes.add(query.count)
        // Counted before the service runs, so that a reply from within `receive` finds the query that it is
        // for.
        connection.deferred += 1
        // A local copy of the pointer: a span made straight from the class's property crashes the optimiser
        // (Swift 6.3.1).
        let room = unsafe responseBuffer.slice(0..<responseBuffer.capacity)
        var response = unsafe room.mutableSpan
        let disposition = unsafe service.receive(query.span, from: connection.client, into: &response)
        if disposition == .deferred { return }
        connection.deferred = max(0, connection.deferred - 1)
        switch disposition {
        case .answered(let count) where count > 0 && count <= responseBuffer.capacity:
            let message = unsafe UnsafeBufferPointer(responseBuffer.slice(0..<count))
            unsafe put(message.span, on: connection)
        case .closeConnection: connection.inputEnded = true
        case .answered, .deferred, .dropped: break
        }
    }

    private func keep(_ connection: StreamConnection, _ range: Range<Int>) {
        if connection.inputEnded { return }
        unsafe connection.input.keep(UnsafeBufferPointer(readBuffer.slice(range)))
    }

    //--- Responses ---

    func reply(_ message: Span<UInt8>, to client: Client) {
        guard let connection = connections[SlotKey(bits: client.route)], connection.deferred > 0 else {
            return
        }
        connection.deferred -= 1
        put(message, on: connection)
        touch(connection)
    }

    func abandon(_ client: Client) {
        guard let connection = connections[SlotKey(bits: client.route)], connection.deferred > 0 else {
            return
        }
        connection.deferred -= 1
        connection.progressedAt = loop.now.monotonic
        touch(connection)
    }

    /// Appends a response. A connection for which there is no room any more does not read what it asked for,
    /// and is closed with its next settling.
    private func put(_ message: Span<UInt8>, on connection: StreamConnection) {
        let before = connection.output.count
        let room = configuration.outputTotal - outputTotal
        guard connection.output.append(message, limit: min(configuration.outputPerConnection, before + room))
        else {
            connection.isDoomed = true
            return
        }
        outputTotal += connection.output.count - before
        connection.counters.responses.add()
        connection.counters.responseBytes.add(message.count)
    }

    func touch(_ connection: StreamConnection) {
        guard !connection.isTouched else { return }
        connection.isTouched = true
        touched.append(connection.key)
    }

    //--- Stopping ---

    /// No new connections and queries; what is owed is still sent.
    func stop() {
        isStopping = true
        listeners.close()
        connections.forEach { connection in
            connection.inputEnded = true
            connection.input.discard()
            touch(connection)
        }
    }

    /// Whether nothing is owed to any client.
    var isQuiet: Bool { connections.count == 0 }
}
