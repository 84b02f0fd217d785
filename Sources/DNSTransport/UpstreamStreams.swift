import CLinux
import DNSWire

/// Queries over TCP: connections to servers, kept for a while and shared by several queries at once (RFC 7766
/// §6.2).
final class UpstreamStreams {
    /// What becomes of the exchanges of a connection that is gone.
    struct Death {
        var exchanges: [ExchangeID] = []
        var code: Int32 = 0
        static let none = Death()
    }

    /// Where a query went.
    struct Sent {
        var key: SlotKey
        var id: UInt16
        /// The server answered on this connection before, and may be about to close it.
        var isOnKeptConnection: Bool
    }

    private let loop: EventLoop
    private let buffer: MessageBuffer
    private var connections: SlotTable<UpstreamConnection>
    /// Connections that may take more queries, by server.
    private var pool: [SocketAddress: [SlotKey]] = [:]
    /// Connections with something to write.
    private var touched: [SlotKey] = []
    /// The connection being read from, its octets in the shared buffer, and how far they were looked at.
    private var reading: SlotKey?
    private var filled = 0
    private var offset = 0

    init(loop: EventLoop, buffer: MessageBuffer) {
        self.loop = loop
        self.buffer = buffer
        connections = SlotTable(capacity: loop.configuration.upstreamSockets)
    }

    var count: Int { connections.count }

    //--- Sending ---

    func canReuse(for message: [UInt8], to server: SocketAddress) -> Bool {
        connection(for: message, to: server) != nil
    }

    /// Puts a query in line on a connection to the server. It leaves at the end of the turn, with others.
    func send(
        _ message: [UInt8], for exchange: ExchangeID, to server: SocketAddress, isRetry: Bool
    ) throws(SystemError) -> Sent {
        let id = UpstreamConnection.id(of: message.span)
        let reusable = isRetry ? nil : connection(for: message, to: server)
        let connection = if let reusable { reusable } else { try connect(to: server) }
        guard connection.output.append(message.span, limit: loop.configuration.upstreamOutput) else {
            throw SystemError(code: SystemError.noBufferSpace)
        }
        connection.expect(id, for: exchange)
        if let timer = connection.idleTimer { loop.timers.remove(timer) }
        connection.idleTimer = nil
        touch(connection)
        return Sent(key: connection.key, id: id, isOnKeptConnection: connection.hasReplied)
    }

    /// A connection that can carry the query: not dying, not full, and with no other query of this ID.
    private func connection(for message: [UInt8], to server: SocketAddress) -> UpstreamConnection? {
        let id = UpstreamConnection.id(of: message.span)
        for key in pool[server] ?? [] {
            if let connection = connections[key], connection.takes(id, loop.configuration) {
                return connection
            }
        }
        return nil
    }

    private func connect(to server: SocketAddress) throws(SystemError) -> UpstreamConnection {
        guard let key = connections.nextKey else { throw SystemError(code: SystemError.tooManyFiles) }
        let family = server.address.family
        let connection = UpstreamConnection(
            adopting: try FileDescriptor(
                adopting: clinux_socket(family.rawValue, Int32(CLINUX_STREAM.rawValue))),
            key: key, server: server)
        try connection.descriptor.set(CLINUX_NO_DELAY, 1)
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
        pool[server, default: []].append(key)
        loop.counters.upstreamConnectionsOpened.add()
        return connection
    }

    private func touch(_ connection: UpstreamConnection) {
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

    private func write(_ connection: UpstreamConnection) -> Death {
        guard !connection.isConnecting else { return .none }
        if !connection.output.isEmpty {
            let result = unsafe connection.output.withUnwritten { octets in
                unsafe connection.descriptor.send(octets)
            }
            switch result {
            case .octets(let count): connection.output.advance(by: count)
            case .nothing: break
            case .end: return close(connection, code: SystemError.connectionReset)
            case .failed(let code): return close(connection, code: code)
            }
        }
        watch(connection, for: connection.output.isEmpty ? .readable : [.readable, .writable])
        return .none
    }

    private func watch(_ connection: UpstreamConnection, for interest: Interest) {
        guard interest != connection.interest else { return }
        connection.interest = interest
        loop.change(connection.descriptor, to: interest, as: EventToken(.upstreamConnection, connection.key))
    }

    //--- Receiving ---

    /// Handles readiness: finishes connecting, writes, and reads once. Then `nextMessage` gives what came,
    /// and `finishReading` must follow.
    func ready(_ key: SlotKey, _ readiness: Interest) -> Death {
        (reading, filled, offset) = (nil, 0, 0)
        guard let connection = connections[key] else { return .none }
        if connection.isConnecting {
            let error = clinux_socket_error(connection.descriptor.number)
            guard error == 0 else { return close(connection, code: error) }
            guard readiness.contains(.writable) else { return .none }
            connection.isConnecting = false
            return write(connection)
        }
        if readiness.contains(.writable) {
            let death = write(connection)
            if connections[key] == nil { return death }
        }
        guard readiness.contains(.readable) || readiness.contains(.broken) else { return .none }
        let kept = connection.input.count
        let free = unsafe buffer.slice(kept..<buffer.capacity)
        switch unsafe connection.descriptor.receive(into: free) {
        case .octets(let count) where connection.input.isCompleted(by: count):
            _ = unsafe connection.input.move(to: buffer.octets)
            (reading, filled) = (key, kept + count)
        case .octets(let count):
            unsafe connection.input.append(UnsafeBufferPointer(buffer.slice(kept..<kept + count)))
        case .nothing where !readiness.contains(.broken): break
        case .nothing, .end: return close(connection, code: SystemError.connectionReset)
        case .failed(let code): return close(connection, code: code)
        }
        return .none
    }

    /// The next whole message, and the exchange that waits for its ID, if one does. The octets are valid
    /// until the next `ready`.
    func nextMessage(_ key: SlotKey) -> (ExchangeID?, UnsafeBufferPointer<UInt8>)? {
        let octets = unsafe UnsafeBufferPointer(buffer.slice(0..<filled))
        guard reading == key, let connection = connections[key],
            case .message(let range) = StreamFrame.next(in: unsafe octets.span, at: offset)
        else { return nil }
        offset = range.upperBound
        let message = unsafe UnsafeBufferPointer(rebasing: octets[range])
        return unsafe (connection.take(message.span), message)
    }

    /// Keeps the beginning of a message for the next read, and closes a connection that ended or talks
    /// nonsense.
    func finishReading(_ key: SlotKey) -> Death {
        guard reading == key, let connection = connections[key] else { return .none }
        let rest = offset..<filled
        (reading, filled, offset) = (nil, 0, 0)
        if connection.junk >= loop.configuration.junkPerExchange {
            return close(connection, code: SystemError.badMessage)
        }
        unsafe connection.input.keep(UnsafeBufferPointer(buffer.slice(rest)))
        return .none
    }

    //--- Ends ---

    /// An exchange is over. When the server was silent until the time-out, the connection takes no more
    /// queries, since it may be dead without saying so.
    func end(_ id: UInt16, on key: SlotKey, _ reason: UpstreamExchanges.Reason) {
        guard let connection = connections[key] else { return }
        connection.stopExpecting(id, isReplyOutstanding: reason != .finished)
        if reason == .timedOut { leavePool(connection) }
        guard connection.liveCount == 0 else { return }
        if connection.isRetired || connection.isConnecting {
            _ = close(connection, code: SystemError.cancelled)
        } else if connection.idleTimer == nil {
            connection.idleTimer = loop.timers.arm(
                .upstreamConnection(key), at: loop.now.after(loop.configuration.upstreamIdleTimeout))
        }
    }

    /// A connection was not used for the idle time-out.
    func idled(_ key: SlotKey) {
        guard let connection = connections[key] else { return }
        connection.idleTimer = nil
        if connection.liveCount == 0 { _ = close(connection, code: SystemError.cancelled) }
    }

    /// Closes a connection that has no exchanges; false when there is none.
    func closeIdle() -> Bool {
        var idle: UpstreamConnection?
        connections.forEach { connection in
            if connection.liveCount == 0 { idle = connection }
        }
        guard let idle else { return false }
        _ = close(idle, code: SystemError.cancelled)
        return true
    }

    private func leavePool(_ connection: UpstreamConnection) {
        guard !connection.isRetired else { return }
        connection.isRetired = true
        var keys = pool[connection.server] ?? []
        keys.removeAll { $0 == connection.key }
        pool[connection.server] = keys.isEmpty ? nil : keys
    }

    private func close(_ connection: UpstreamConnection, code: Int32) -> Death {
        guard connections.remove(connection.key) != nil else { return .none }
        leavePool(connection)
        if let timer = connection.idleTimer { loop.timers.remove(timer) }
        connection.idleTimer = nil
        loop.ignore(connection.descriptor)
        return Death(exchanges: connection.liveExchanges, code: code)
    }
}
