import CLinux
import DNSWire

/// Queries over UDP: each has a connected socket of its own on a random port, so that whoever forges a reply
/// must guess the port and the ID, and send from the server's address (RFC 5452 §9).
final class UpstreamDatagrams {
    /// One exchange: the query until it is sent, and from then on the socket.
    private final class Socket {
        let exchange: ExchangeID
        let server: SocketAddress
        var message: [UInt8]
        var descriptor: FileDescriptor?

        init(_ message: [UInt8], to server: SocketAddress, for exchange: ExchangeID) {
            self.exchange = exchange
            self.server = server
            self.message = message
        }

        func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> SocketResult {
            // Its query has not left, so nothing can have come.
            guard descriptor != nil else { return .nothing }
            return unsafe descriptor?.receive(into: buffer) ?? .nothing
        }
    }

    /// Messages taken from one socket in one turn.
    static let messagesPerTurn = 8

    private let loop: EventLoop
    private let buffer: MessageBuffer
    private var sockets: SlotTable<Socket>
    /// Those whose queries are to be sent at the end of the turn; some may be closed by then.
    private var unsent: [SlotKey] = []

    init(loop: EventLoop, buffer: MessageBuffer) {
        self.loop = loop
        self.buffer = buffer
        sockets = SlotTable(capacity: loop.configuration.upstreamSockets)
    }

    var count: Int { sockets.count }

    /// Takes a query, which leaves with the next `flush`.
    func open(for exchange: ExchangeID, _ message: [UInt8], to server: SocketAddress) throws(SystemError)
        -> SlotKey
    {
        guard let key = sockets.nextKey else { throw SystemError(code: SystemError.tooManyFiles) }
        sockets.insert(Socket(message, to: server, for: exchange))
        unsent.append(key)
        return key
    }

    /// Sends what waits, and gives the exchanges whose queries could not be sent.
    ///
    /// All of a turn together: whoever has to be woken for the first is awake for the others, and the kernel's part of
    /// the work stays in the processor's caches.
    func flush() -> [(ExchangeID, SystemError)] {
        guard !unsent.isEmpty else { return [] }
        var failures: [(ExchangeID, SystemError)] = []
        for key in unsent {
            guard let socket = sockets[key] else { continue }
            do throws(SystemError) {
                try send(socket, key)
            } catch {
                failures.append((socket.exchange, error))
            }
        }
        unsent.removeAll(keepingCapacity: true)
        return failures
    }

    private func send(_ socket: Socket, _ key: SlotKey) throws(SystemError) {
        let family = socket.server.address.family
        let descriptor = try FileDescriptor(
            adopting: clinux_socket(family.rawValue, Int32(CLINUX_DATAGRAM.rawValue)))
        try descriptor.set(
            family == .ipv4 ? CLINUX_IGNORE_PATH_MTU_IPV4 : CLINUX_IGNORE_PATH_MTU_IPV6, 1)
        try descriptor.set(CLINUX_RECEIVE_BUFFER, loop.configuration.upstreamReceiveBuffer)
        try bind(descriptor, family)
        var raw = socket.server.raw
        try SystemError.check(unsafe clinux_connect(descriptor.number, &raw))
        try loop.watch(descriptor, for: .readable, as: EventToken(.upstreamDatagram, key))
        let result = unsafe socket.message.withUnsafeBufferPointer { octets in unsafe descriptor.send(octets)
        }
        // A full queue loses the query, as the network may; the time-out tells.
        if case .failed(let code) = result { throw SystemError(code: code) }
        socket.descriptor = consume descriptor
        socket.message = []
    }

    /// Binds to a port that nobody can predict.
    private func bind(_ descriptor: borrowing FileDescriptor, _ family: IPAddress.Family) throws(SystemError)
    {
        let unspecified = family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6: 0)
        let address = loop.configuration.outgoing(for: family, &loop.random) ?? unspecified
        for _ in 0..<loop.configuration.portAttempts {
            guard let port = loop.random.nextPort() else { throw SystemError(code: SystemError.noRandomness) }
            var raw = SocketAddress(address, port: port).raw
            let status = unsafe clinux_bind(descriptor.number, &raw)
            if status == 0 { return }
            guard -status == SystemError.addressInUse else { throw SystemError(code: -status) }
        }
        throw SystemError(code: SystemError.addressInUse)
    }

    /// The next message that came for an exchange; nil when there is none. ICMP errors arrive as errors of
    /// the socket and are passed over: anybody can forge them (SAD DNS, CVE-2020-25705), and the time-out
    /// ends what is truly dead.
    func receive(_ key: SlotKey) -> (ExchangeID, UnsafeBufferPointer<UInt8>)? {
        guard let socket = sockets[key] else { return nil }
        switch unsafe socket.receive(into: buffer.octets) {
        case .octets(let count):
            return unsafe (socket.exchange, UnsafeBufferPointer(buffer.slice(0..<count)))
        case .end: return unsafe (socket.exchange, UnsafeBufferPointer(start: nil, count: 0))
        case .nothing, .failed: return nil
        }
    }

    func close(_ key: SlotKey) {
        // The last reference closes the descriptor, and with it the loop's interest in it.
        sockets.remove(key)
    }
}
