import CLinux
import DNSWire

/// Queries over UDP: each has a connected socket of its own on a random port, so that whoever forges a reply
/// must guess the port and the ID, and send from the server's address (RFC 5452 §9).
final class UpstreamDatagrams {
    /// The socket of one exchange.
    private final class Socket {
        let descriptor: FileDescriptor
        let exchange: ExchangeID

        init(_ descriptor: consuming FileDescriptor, for exchange: ExchangeID) {
            self.descriptor = descriptor
            self.exchange = exchange
        }
    }

    /// Messages taken from one socket in one turn.
    static let messagesPerTurn = 8

    private let loop: EventLoop
    private let buffer: MessageBuffer
    private var sockets: SlotTable<Socket>

    init(loop: EventLoop, buffer: MessageBuffer) {
        self.loop = loop
        self.buffer = buffer
        sockets = SlotTable(capacity: loop.configuration.upstreamSockets)
    }

    var count: Int { sockets.count }

    /// Opens a socket and sends the query.
    func open(for exchange: ExchangeID, _ message: [UInt8], to server: SocketAddress) throws(SystemError)
        -> SlotKey
    {
        guard let key = sockets.nextKey else { throw SystemError(code: SystemError.tooManyFiles) }
        let family = server.address.family
        let socket = Socket(
            try FileDescriptor(adopting: clinux_socket(family.rawValue, Int32(CLINUX_DATAGRAM.rawValue))),
            for: exchange)
        try socket.descriptor.set(
            family == .ipv4 ? CLINUX_IGNORE_PATH_MTU_IPV4 : CLINUX_IGNORE_PATH_MTU_IPV6, 1)
        try socket.descriptor.set(CLINUX_RECEIVE_BUFFER, loop.configuration.upstreamReceiveBuffer)
        try bind(socket.descriptor, family)
        var raw = server.raw
        try SystemError.check(unsafe clinux_connect(socket.descriptor.number, &raw))
        try loop.watch(socket.descriptor, for: .readable, as: EventToken(.upstreamDatagram, key))
        let result = unsafe message.withUnsafeBufferPointer { octets in unsafe socket.descriptor.send(octets)
        }
        // A full queue loses the query, as the network may; the time-out tells.
        if case .failed(let code) = result { throw SystemError(code: code) }
        sockets.insert(socket)
        return key
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
        switch unsafe socket.descriptor.receive(into: buffer.octets) {
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
