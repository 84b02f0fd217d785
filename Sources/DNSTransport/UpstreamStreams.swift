import CLinux
import DNSWire

/// Queries over TCP, TLS and HTTPS: connections to servers, kept for a while and shared by several queries at once (RFC
/// 7766 §6.2, RFC 7858 §3.4). What comes on them is read in `UpstreamStreams+Receiving`.
final class UpstreamStreams {
    /// What becomes of the exchanges of a connection that is gone, or of streams on it.
    struct Death {
        var exchanges: [ExchangeID] = []
        var end = ExchangeEnd.failed(0)
        /// The server has not worked on them.
        var mayAskAgain = false
        static let none = Death()
    }

    /// Which connection a query goes on.
    enum Choice {
        /// A kept one, or a new one that others may use, too.
        case shared
        /// A new one, as a kept one did not serve.
        case new
        /// One of its own, closed afterwards.
        case own
    }

    /// Where a query went.
    struct Sent {
        var key: SlotKey
        var tag: UpstreamConnection.Tag
        /// The server answered on this connection before, and may be about to close it.
        var isOnKeptConnection: Bool
    }

    /// The connection being read from, its octets in the shared buffer, and how far they were looked at.
    struct Reading {
        let key: SlotKey
        var filled = 0
        var offset = 0
    }

    let loop: EventLoop
    let buffer: MessageBuffer
    private(set) var connections: SlotTable<UpstreamConnection>
    /// Connections that may take more queries, by server.
    private var pool: [UpstreamDestination: [SlotKey]] = [:]
    /// Connections with something to write.
    private var touched: [SlotKey] = []
    var reading: Reading?
    /// Made for the first encrypted server.
    private var context: TLSClientContext?

    init(loop: EventLoop, buffer: MessageBuffer) {
        self.loop = loop
        self.buffer = buffer
        connections = SlotTable(capacity: loop.configuration.upstreamSockets)
    }

    var count: Int { connections.count }

    //--- Sending ---

    func canReuse(for message: [UInt8], to destination: UpstreamDestination) -> Bool {
        connection(for: message, to: destination) != nil
    }

    /// Puts a query in line on a connection to the server. It leaves at the end of the turn, with others.
    func send(
        _ message: [UInt8], for exchange: ExchangeID, to destination: UpstreamDestination, on choice: Choice
    ) throws(SystemError) -> Sent {
        let reusable = choice == .shared ? connection(for: message, to: destination) : nil
        let connection =
            if let reusable { reusable } else { try connect(to: destination, isOwn: choice == .own) }
        guard let tag = connection.enqueue(message, for: exchange, limit: loop.configuration.upstreamOutput)
        else {
            if connection.liveCount == 0 { _ = close(connection, .failed(SystemError.noBufferSpace)) }
            throw SystemError(code: SystemError.noBufferSpace)
        }
        if let timer = connection.idleTimer { loop.timers.remove(timer) }
        connection.idleTimer = nil
        touch(connection)
        return Sent(key: connection.key, tag: tag, isOnKeptConnection: connection.hasReplied)
    }

    /// A connection that can carry the query: not dying, not full, and with no other query of this ID.
    private func connection(
        for message: [UInt8], to destination: UpstreamDestination
    ) -> UpstreamConnection? {
        for key in pool[destination] ?? [] {
            if let connection = connections[key], connection.takes(message, loop.configuration) {
                return connection
            }
        }
        return nil
    }

    private func connect(
        to destination: UpstreamDestination, isOwn: Bool
    ) throws(SystemError) -> UpstreamConnection {
        guard let key = connections.nextKey else { throw SystemError(code: SystemError.tooManyFiles) }
        let server = destination.address
        let family = server.address.family
        let connection = UpstreamConnection(
            adopting: try FileDescriptor(
                adopting: clinux_socket(family.rawValue, Int32(CLINUX_STREAM.rawValue))),
            key: key, destination: destination, session: try makeSession(destination, forTransfers: isOwn))
        try connection.descriptor.set(CLINUX_NO_DELAY, 1)
        // A ClientHello that comes twice harms nobody (RFC 7413 §2); where the system has none, it goes as ever.
        if connection.session != nil { try? connection.descriptor.set(CLINUX_FAST_OPEN, 1) }
        if let outgoing = loop.configuration.outgoing(for: family, &loop.random) {
            try connection.descriptor.set(CLINUX_PORT_ON_CONNECT, 1)
            var raw = SocketAddress(outgoing, port: 0).raw
            try SystemError.check(unsafe clinux_bind(connection.descriptor.number, &raw))
        }
        var raw = server.raw
        let status = unsafe clinux_connect(connection.descriptor.number, &raw)
        guard status == 0 || -status == SystemError.inProgress else { throw SystemError(code: -status) }
        connection.isConnecting = status != 0
        connection.interest = status == 0 ? .readable : .writable
        try loop.watch(
            connection.descriptor, for: connection.interest, as: EventToken(.upstreamConnection, key))
        connections.insert(connection)
        connection.isOwn = isOwn
        connection.isRetired = isOwn
        if !isOwn { pool[destination, default: []].append(key) }
        loop.counters.upstreamConnectionsOpened.add()
        if connection.session != nil { loop.counters.upstreamHandshakes.add() }
        return connection
    }

    private func makeSession(
        _ destination: UpstreamDestination, forTransfers: Bool
    ) throws(SystemError) -> TLSClientSession? {
        guard case .encrypted(let server) = destination else { return nil }
        if context == nil {
            context = try? TLSClientContext(authorities: loop.configuration.upstreamAuthorities)
        }
        guard let context,
            let session = TLSClientSession(
                context, to: server, resuming: context.takeTicket(of: server), forTransfers: forTransfers)
        else { throw SystemError(code: SystemError.noMemory) }
        return session
    }

    /// Keeps what a server gave to come back with.
    func keepTickets(of session: TLSClientSession) {
        context?.keep(session.takeTickets(), of: session.server)
    }

    func touch(_ connection: UpstreamConnection) {
        guard !connection.isTouched else { return }
        connection.isTouched = true
        touched.append(connection.key)
    }

    /// One write for each connection that has queries in line.
    func flush() -> [Death] {
        var deaths: [Death] = []
        guard !touched.isEmpty else { return deaths }
        let keys = touched
        touched.removeAll(keepingCapacity: true)
        for key in keys {
            guard let connection = connections[key] else { continue }
            connection.isTouched = false
            let death = write(connection)
            if !death.exchanges.isEmpty { deaths.append(death) }
        }
        return deaths
    }

    func write(_ connection: UpstreamConnection) -> Death {
        guard !connection.isConnecting else { return .none }
        switch connection.writeOnce() {
        case nil, .octets, .nothing: break
        case .end: return close(connection, .failed(SystemError.connectionReset))
        case .failed(SystemError.inProgress):
            // Fast open that could not be after all: the connection is made as ever.
            connection.isConnecting = true
        case .failed(let code): return close(connection, .failed(code))
        }
        watch(connection)
        return .none
    }

    private func watch(_ connection: UpstreamConnection) {
        var interest: Interest = connection.isPaused ? [] : .readable
        // What waits for a handshake does not wait for the socket.
        if connection.isConnecting || connection.hasUnwritten { interest.insert(.writable) }
        watch(connection, for: interest)
    }

    /// Reads no more from the server, which then has to wait; false where other exchanges might, too.
    func pause(_ key: SlotKey) -> Bool {
        guard let connection = connections[key], connection.isOwn, !connection.isPaused else { return false }
        connection.isPaused = true
        watch(connection)
        return true
    }

    /// False where nothing was paused.
    func resume(_ key: SlotKey) -> Bool {
        guard let connection = connections[key], connection.isPaused else { return false }
        connection.isPaused = false
        watch(connection)
        return true
    }

    private func watch(_ connection: UpstreamConnection, for interest: Interest) {
        guard interest != connection.interest else { return }
        connection.interest = interest
        loop.change(connection.descriptor, to: interest, as: EventToken(.upstreamConnection, connection.key))
    }

    //--- Ends ---

    /// An exchange is over. When the server was silent until the time-out, the connection takes no more
    /// queries, since it may be dead without saying so.
    func end(_ tag: UpstreamConnection.Tag, on key: SlotKey, _ reason: UpstreamExchanges.Reason) {
        guard let connection = connections[key] else { return }
        connection.stopExpecting(tag, isReplyOutstanding: reason != .finished)
        if reason == .timedOut { leavePool(connection) }
        rest(connection)
    }

    /// Closes a connection without exchanges if it is of no more use, and otherwise keeps it for a while.
    func rest(_ connection: UpstreamConnection) {
        guard connection.liveCount == 0 else { return }
        if connection.isRetired || connection.isConnecting || connection.isHandshaking {
            _ = close(connection, .failed(SystemError.cancelled))
        } else if connection.idleTimer == nil {
            let configuration = loop.configuration
            let time =
                connection.session == nil
                ? configuration.upstreamIdleTimeout : configuration.encryptedIdleTimeout
            connection.idleTimer = loop.timers.arm(
                .upstreamConnection(connection.key), at: loop.now.after(time))
        }
    }

    /// A connection was not used for the idle time-out.
    func idled(_ key: SlotKey) {
        guard let connection = connections[key] else { return }
        connection.idleTimer = nil
        if connection.liveCount == 0 { _ = close(connection, .failed(SystemError.cancelled)) }
    }

    /// Closes a connection that has no exchanges; false when there is none.
    func closeIdle() -> Bool {
        var idle: UpstreamConnection?
        connections.forEach { connection in
            if connection.liveCount == 0 { idle = connection }
        }
        guard let idle else { return false }
        _ = close(idle, .failed(SystemError.cancelled))
        return true
    }

    /// It takes no more queries.
    func leavePool(_ connection: UpstreamConnection) {
        guard !connection.isRetired else { return }
        connection.isRetired = true
        var keys = pool[connection.destination] ?? []
        keys.removeAll { $0 == connection.key }
        pool[connection.destination] = keys.isEmpty ? nil : keys
    }

    func close(_ connection: UpstreamConnection, _ end: ExchangeEnd) -> Death {
        guard connections.remove(connection.key) != nil else { return .none }
        leavePool(connection)
        if let timer = connection.idleTimer { loop.timers.remove(timer) }
        connection.idleTimer = nil
        if let session = connection.session, !connection.isConnecting {
            // An alert or a farewell; whether it arrives does not matter.
            session.shutDown()
            _ = connection.writeOnce()
        }
        loop.ignore(connection.descriptor)
        loop.counters.upstreamConnectionsClosed.add()
        if case .encryptionFailed = end { loop.counters.upstreamEncryptionFaults.add() }
        return Death(exchanges: connection.liveExchanges, end: end)
    }
}
