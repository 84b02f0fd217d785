import DNSWire

/// Carries queries over connections: TCP, TLS and HTTP/2.
///
/// In a closed loop each connection has its share of the queries under way, and asks again for itself when it was answered.
/// In an open loop queries go to the connections in turn.
@safe
final class StreamCarrier: Carrier {
    private let server: SocketAddress
    private let exchanges: Exchanges
    private let poller: Poller
    private let context: TLSContext?
    private let form: HTTP2RequestForm?
    private let isOpenLoop: Bool
    private let queriesPerConnection: Int
    /// Queries that one connection may have under way.
    private let window: Int
    private var connections: [StreamConnection] = []
    /// Those that may take a query.
    private var ready: IndexQueue
    /// Those that are to be connected.
    private var closed: IndexQueue
    /// Those that have something to write.
    private var unwritten: IndexQueue
    private var unfinishedCount = 0
    /// After a failure there is a pause.
    private var nextAttempt: Int64 = 0
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    static let longestMessage = 4_096
    private static let bufferSize = 65_536 + 1_024
    /// Handshakes at a time: fewer than a listener has waiting by default.
    private static let handshakes = 100
    /// Octets that may wait on a connection whose server does not read.
    private static let outputHighWater = 262_144
    /// Reads from a connection in a row. It has no more to say than was asked, even where each answer is read by itself.
    private static let readsPerTurn = QueryTable.capacity
    /// Nanoseconds between a failure and the next attempt.
    private static let pause: Int64 = 100_000_000
    /// Nanoseconds that the first connections may take.
    private static let openingPatience: Int64 = 30_000_000_000

    init(_ plan: LoadPlan, _ pace: Pace, connections count: Int, _ exchanges: Exchanges, _ poller: Poller)
        throws(LoadFailure)
    {
        server = plan.server
        self.exchanges = exchanges
        self.poller = poller
        context =
            plan.transport.isEncrypted
            ? try TLSContext(plan.encryption, isHTTP: plan.transport.isHTTP) : nil
        form =
            plan.transport.isHTTP
            ? HTTP2RequestForm(
                plan.transport == .dohGet ? .get : .post, authority: plan.authority,
                path: plan.encryption.path) : nil
        isOpenLoop = pace.rate != nil
        queriesPerConnection = plan.queriesPerConnection ?? .max
        window = max(1, (pace.inFlight + count - 1) / count)
        connections = (0..<count).map { StreamConnection(index: $0) }
        ready = IndexQueue(capacity: count)
        closed = IndexQueue(capacity: count)
        unwritten = IndexQueue(capacity: count)
        unsafe buffer = .allocate(capacity: Self.bufferSize)
        unsafe buffer.initialize(repeating: 0)
        for index in 0..<count { closed.append(index) }
    }

    deinit { unsafe buffer.deallocate() }

    // --- Open ---

    func open() throws(LoadFailure) {
        exchanges.readClocks()
        let deadline = exchanges.now + Self.openingPatience
        var attempts = 0
        while exchanges.now < deadline, attempts < connections.count || unfinishedCount > 0 {
            while attempts < connections.count, unfinishedCount < Self.handshakes,
                let index = closed.popFirst()
            {
                attempts += 1
                begin(connections[index])
            }
            for event in 0..<poller.wait(Self.pause) { handle(poller.event(event)) }
            exchanges.readClocks()
        }
        guard exchanges.tally.connectionsOpened > 0 else {
            throw .noConnection(exchanges.tally.lastFailure ?? "the server does not finish handshakes")
        }
    }

    private func begin(_ connection: StreamConnection) {
        switch Socket.connect(to: server, isStream: true) {
        case .started(let socket):
            connection.connect(socket, at: exchanges.now)
            unfinishedCount += 1
            poller.watch(socket, as: connection.index, writing: true)
        case .failed(let code):
            fail(connection, Socket.text(of: code))
        }
    }

    private func proceed(_ connection: StreamConnection) {
        guard connection.phase == .connecting, let socket = connection.socket else { return }
        let error = socket.takeError()
        guard error == 0 else { return fail(connection, Socket.text(of: error)) }
        guard let context else { return becomeOpen(connection) }
        guard let channel = context.makeChannel(over: socket) else { return fail(connection, "no TLS") }
        connection.secure(channel)
        setWaiting(connection, false)
        shakeHands(connection)
    }

    private func shakeHands(_ connection: StreamConnection) {
        switch connection.shakeHands() {
        case .waits: break
        case .done: becomeOpen(connection)
        case .failed: fail(connection, "the TLS handshake failed")
        }
    }

    private func becomeOpen(_ connection: StreamConnection) {
        exchanges.readClocks()
        unfinishedCount -= 1
        exchanges.tally.noteConnection(
            isResumed: connection.isResumed, after: exchanges.now - connection.begun)
        connection.becomeOpen(form.map { HTTP2Session($0, exchanges) })
        setWaiting(connection, false)
        ready.append(connection.index)
        flush(connection)
    }

    // --- Close ---

    private func fail(_ connection: StreamConnection, _ reason: String) {
        exchanges.tally.noteFailure(reason)
        nextAttempt = exchanges.now + Self.pause
        close(connection)
    }

    private func close(_ connection: StreamConnection) {
        if connection.phase == .connecting || connection.phase == .handshaking { unfinishedCount -= 1 }
        if connection.inFlight > 0 { exchanges.cutOff(connection: connection.index) }
        connection.close()
        closed.append(connection.index)
    }

    /// The server ended the connection. Where it did so before it answered anything, it will not like another one better.
    private func end(_ connection: StreamConnection) {
        guard connection.phase == .open else { return fail(connection, "the server closes connections") }
        if connection.askedCount == connection.inFlight { nextAttempt = exchanges.now + Self.pause }
        close(connection)
    }

    // --- Send ---

    func send(_ count: Int) -> Int {
        var sent = 0
        while sent < count, let index = ready.popFirst() {
            let connection = connections[index]
            let room = room(on: connection)
            guard room > 0 else { continue }
            let share = min(isOpenLoop ? 1 : room, count - sent)
            let asked = ask(share, on: connection)
            sent += asked
            if asked > 0 { unwritten.append(index) }
            if asked == share, room > share { ready.append(index) }
        }
        while let index = unwritten.popFirst() { flush(connections[index]) }
        return sent
    }

    /// How many queries a connection may take.
    private func room(on connection: StreamConnection) -> Int {
        guard connection.phase == .open, connection.output.count < Self.outputHighWater else { return 0 }
        let room = min(window - connection.inFlight, queriesPerConnection - connection.askedCount)
        return min(room, connection.http?.room(inFlight: connection.inFlight) ?? room)
    }

    private func ask(_ count: Int, on connection: StreamConnection) -> Int {
        var asked = 0
        let room = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<Self.longestMessage])
        while asked < count,
            let query = unsafe exchanges.begin(
                connection: connection.index, into: room, usesID: connection.http == nil)
        {
            let message = unsafe UnsafeBufferPointer(rebasing: room[..<query.count])
            if let http = connection.http {
                guard unsafe http.ask(query.place, message) else {
                    exchanges.retract(query.place)
                    break
                }
            } else {
                unsafe connection.output.append(framed: message)
            }
            asked += 1
        }
        connection.inFlight += asked
        connection.askedCount += asked
        return asked
    }

    private func flush(_ connection: StreamConnection) {
        guard connection.phase == .open else { return }
        if let http = connection.http, !http.collect(into: &connection.output) { return end(connection) }
        while !connection.output.isEmpty {
            switch connection.write() {
            case .octets(let count): connection.output.advance(by: count)
            case .nothing: return setWaiting(connection, true)
            case .ended: return end(connection)
            }
        }
        setWaiting(connection, false)
    }

    private func setWaiting(_ connection: StreamConnection, _ waits: Bool) {
        guard connection.waitsForRoom != waits, let socket = connection.socket else { return }
        connection.waitsForRoom = waits
        poller.change(socket, as: connection.index, writing: waits)
    }

    // --- Receive ---

    func handle(_ event: Poller.Event) {
        let connection = connections[event.index]
        switch connection.phase {
        case .closed: break
        case .connecting: if event.isWritable { proceed(connection) }
        case .handshaking: shakeHands(connection)
        case .open:
            if event.isWritable, connection.waitsForRoom {
                flush(connection)
                ready.append(connection.index)
            }
            if event.isReadable { receive(connection) }
        }
    }

    private func receive(_ connection: StreamConnection) {
        for _ in 0..<Self.readsPerTurn {
            switch unsafe connection.read(into: buffer) {
            case .nothing: return
            case .ended: return end(connection)
            case .octets(let count):
                exchanges.readClocks()
                let octets = unsafe UnsafeBufferPointer(rebasing: buffer[..<count])
                guard unsafe take(octets, connection) else { return end(connection) }
                // A short read means that there is no more, which the poller would say too.
                if count < Self.bufferSize, !connection.readsAhead { return }
            }
            guard connection.phase == .open else { return }
        }
        end(connection)
    }

    /// Takes what came over a connection. False: it makes no sense.
    private func take(_ octets: UnsafeBufferPointer<UInt8>, _ connection: StreamConnection) -> Bool {
        var ended = 0
        if let http = connection.http {
            guard unsafe http.receive(octets) else { return false }
            ended = http.takeEndedCount()
        } else {
            unsafe connection.forEachMessage(octets) {
                if unsafe exchanges.receive($0, connection: connection.index) { ended += 1 }
            }
        }
        connection.inFlight -= ended
        // Acknowledgements and windows.
        if connection.http != nil { flush(connection) }
        settle(connection)
        return true
    }

    /// Draws the consequences of queries that ended.
    private func settle(_ connection: StreamConnection) {
        guard connection.phase == .open else { return }
        let isSpent =
            connection.askedCount >= queriesPerConnection || connection.http?.isLeaving == true
        if isSpent, connection.inFlight == 0 {
            close(connection)
        } else {
            ready.append(connection.index)
        }
    }

    func noteLoss(_ query: QueryTable.Entry) {
        let connection = connections[Int(query.connection)]
        connection.http?.cancel(query.stream)
        connection.inFlight -= 1
        settle(connection)
    }

    // --- Maintain ---

    func maintain() throws(LoadFailure) {
        guard exchanges.pacer.isRunning, exchanges.now >= nextAttempt else { return }
        while unfinishedCount < Self.handshakes, let index = closed.popFirst() {
            begin(connections[index])
            if exchanges.now < nextAttempt { return }
        }
    }

    var nextChore: Int64? {
        guard exchanges.pacer.isRunning, !closed.isEmpty, unfinishedCount < Self.handshakes else {
            return nil
        }
        return max(nextAttempt, exchanges.now)
    }
}

extension LoadPlan {
    /// What requests over HTTP name as their server.
    fileprivate var authority: String {
        guard let name = encryption.name else { return "\(server)" }
        return server.port == LoadTransport.dohGet.defaultPort ? name : "\(name):\(server.port)"
    }
}
