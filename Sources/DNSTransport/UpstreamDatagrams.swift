import CLinux
import DNSWire

/// Queries over UDP: each is sent from a connected socket that has no other exchange, on a random port that is drawn for it
/// alone, so that whoever forges a reply must guess the port and the ID, and send from the server's address (RFC 5452 §9).
///
/// To make a socket costs the kernel more than to send the query, so some are kept. A kept socket has no port while it has no
/// exchange: the kernel draws one as it is connected, from its own generator and range, and takes it back as it is
/// disconnected. That range is less than half of all ports (RFC 6056 §3.2 wants them all), so a port is drawn here first in any
/// case. Only where it falls into the kernel's range, a kept socket is used; all others are bound to the port drawn and closed
/// in the end. Each port is thus as likely as any other.
final class UpstreamDatagrams {
    /// One exchange: the query until it is sent, and from then on the socket.
    private final class Socket {
        let family: IPAddress.Family
        /// Nil: the kernel draws one.
        let port: UInt16?
        /// Nil while a kept socket waits for the next one.
        var exchange: ExchangeID?
        var server: SocketAddress
        /// Empty once it has left.
        var message: [UInt8]
        var descriptor: FileDescriptor?

        init(_ message: [UInt8], to server: SocketAddress, for exchange: ExchangeID, port: UInt16?) {
            family = server.address.family
            self.port = port
            self.exchange = exchange
            self.server = server
            self.message = message
        }

        /// What has come. Of a kept socket only what is from the server that it is connected to now: something may have been
        /// left from the one before, or have come while it changed hands.
        func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> SocketResult {
            // Its query has not left, so nothing can have come.
            guard descriptor != nil, message.isEmpty else { return .nothing }
            guard port == nil else { return unsafe descriptor?.receive(into: buffer) ?? .nothing }
            var raw = clinux_address()
            let result = unsafe descriptor?.receive(into: buffer, from: &raw) ?? .nothing
            switch result {
            case .nothing, .failed: return result
            case .octets, .end:
                let sender = SocketAddress(raw)
                let isServer = sender?.address == server.address && sender?.port == server.port
                return exchange != nil && isServer ? result : .failed(SystemError.invalid)
            }
        }
    }

    /// Messages taken from one socket in one turn.
    static let messagesPerTurn = 8
    /// Kept sockets of a family that wait: as many as a busy turn needs.
    static let maximumKept = 256
    /// Queries after which the kernel's range of ports is looked at anew, should somebody have changed it.
    private static let queriesPerLook = 4096

    private let loop: EventLoop
    private let buffer: MessageBuffer
    private var sockets: SlotTable<Socket>
    /// Those whose queries are to be sent at the end of the turn; some may be closed by then.
    private var unsent: [SlotKey] = []
    /// Kept sockets that wait, of IPv4 and IPv6.
    private var kept: (ipv4: [SlotKey], ipv6: [SlotKey]) = ([], [])
    /// The ports that the kernel draws from; nil where it is not to draw.
    private var kernelPorts: ClosedRange<UInt16>?
    private var queriesUntilLook = 0

    init(loop: EventLoop, buffer: MessageBuffer) {
        self.loop = loop
        self.buffer = buffer
        sockets = SlotTable(capacity: loop.configuration.upstreamSockets)
    }

    /// Kept sockets among them.
    var count: Int { sockets.count }

    /// Closes a socket that is kept for nothing at the moment; false when there is none.
    func closeKept() -> Bool {
        guard let key = kept.ipv4.popLast() ?? kept.ipv6.popLast() else { return false }
        sockets.remove(key)
        return true
    }

    //--- Sending ---

    /// Takes a query, which leaves with the next `flush`.
    func open(for exchange: ExchangeID, _ message: [UInt8], to server: SocketAddress) throws(SystemError)
        -> SlotKey
    {
        let port = try drawPort()
        let key: SlotKey
        if port == nil, let waiting = takeKept(server.address.family), let socket = sockets[waiting] {
            socket.exchange = exchange
            socket.server = server
            socket.message = message
            key = waiting
        } else {
            guard let next = sockets.nextKey else { throw SystemError(code: SystemError.tooManyFiles) }
            sockets.insert(Socket(message, to: server, for: exchange, port: port))
            key = next
        }
        unsent.append(key)
        return key
    }

    /// A port that nobody can predict; nil where the kernel is to draw it.
    private func drawPort() throws(SystemError) -> UInt16? {
        if queriesUntilLook == 0 {
            queriesUntilLook = Self.queriesPerLook
            // With addresses of its own to send from, a socket's address is drawn as well.
            kernelPorts = loop.configuration.outgoingAddresses.isEmpty ? Self.portsOfKernel() : nil
        }
        queriesUntilLook -= 1
        guard let port = loop.random.nextPort() else { throw SystemError(code: SystemError.noRandomness) }
        return kernelPorts?.contains(port) == true ? nil : port
    }

    /// The range that the kernel draws from; nil where it leaves some of it out, or draws reserved ports, or does not tell.
    private static func portsOfKernel() -> ClosedRange<UInt16>? {
        var (low, high): (UInt16, UInt16) = (0, 0)
        guard unsafe clinux_drawn_ports(&low, &high) == 0, low >= 1024, low <= high else { return nil }
        return low...high
    }

    private func takeKept(_ family: IPAddress.Family) -> SlotKey? {
        family == .ipv4 ? kept.ipv4.popLast() : kept.ipv6.popLast()
    }

    /// Sends what waits, and gives the exchanges whose queries could not be sent.
    ///
    /// All of a turn together: whoever has to be woken for the first is awake for the others, and the kernel's part of
    /// the work stays in the processor's caches.
    func flush() -> [(ExchangeID, SystemError)] {
        guard !unsent.isEmpty else { return [] }
        var failures: [(ExchangeID, SystemError)] = []
        for key in unsent {
            guard let socket = sockets[key], let exchange = socket.exchange, !socket.message.isEmpty else {
                continue
            }
            do throws(SystemError) {
                try send(socket, key)
            } catch {
                failures.append((exchange, error))
            }
        }
        unsent.removeAll(keepingCapacity: true)
        return failures
    }

    private func send(_ socket: Socket, _ key: SlotKey) throws(SystemError) {
        let message = socket.message
        socket.message = []
        let isUsed = socket.descriptor != nil
        if !isUsed { socket.descriptor = try makeSocket(socket, key) }
        var result = try socket.descriptor?.send(message, to: socket.server) ?? .nothing
        if isUsed, case .failed = result {
            // An error that came for the exchange before is told to whoever comes next, once.
            result = try socket.descriptor?.send(message, to: socket.server) ?? .nothing
        }
        // A full queue loses the query, as the network may; the time-out tells.
        if case .failed(let code) = result { throw SystemError(code: code) }
    }

    private func makeSocket(_ socket: Socket, _ key: SlotKey) throws(SystemError) -> FileDescriptor {
        let descriptor = try FileDescriptor(
            adopting: clinux_socket(socket.family.rawValue, Int32(CLINUX_DATAGRAM.rawValue)))
        try descriptor.set(
            socket.family == .ipv4 ? CLINUX_IGNORE_PATH_MTU_IPV4 : CLINUX_IGNORE_PATH_MTU_IPV6, 1)
        try descriptor.set(CLINUX_RECEIVE_BUFFER, loop.configuration.upstreamReceiveBuffer)
        if let port = socket.port { try bind(descriptor, socket.family, port) }
        try loop.watch(descriptor, for: .readable, as: EventToken(.upstreamDatagram, key))
        return descriptor
    }

    /// Binds to `port`, or to another that nobody can predict where that is taken.
    private func bind(
        _ descriptor: borrowing FileDescriptor, _ family: IPAddress.Family, _ port: UInt16
    ) throws(SystemError) {
        let unspecified = family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6: 0)
        let address = loop.configuration.outgoing(for: family, &loop.random) ?? unspecified
        var port = port
        for _ in 0..<loop.configuration.portAttempts {
            var raw = SocketAddress(address, port: port).raw
            let status = unsafe clinux_bind(descriptor.number, &raw)
            if status == 0 { return }
            guard -status == SystemError.addressInUse else { throw SystemError(code: -status) }
            guard let next = loop.random.nextPort() else { throw SystemError(code: SystemError.noRandomness) }
            port = next
        }
        throw SystemError(code: SystemError.addressInUse)
    }

    //--- Receiving ---

    /// The next message that came for an exchange; nil when there is none. ICMP errors arrive as errors of
    /// the socket and are passed over: anybody can forge them (SAD DNS, CVE-2020-25705), and the time-out
    /// ends what is truly dead.
    func receive(_ key: SlotKey) -> (ExchangeID, UnsafeBufferPointer<UInt8>)? {
        guard let socket = sockets[key] else { return nil }
        switch unsafe socket.receive(into: buffer.octets) {
        case .octets(let count):
            guard let exchange = socket.exchange else { return nil }
            return unsafe (exchange, UnsafeBufferPointer(buffer.slice(0..<count)))
        case .end:
            guard let exchange = socket.exchange else { return nil }
            return unsafe (exchange, UnsafeBufferPointer(start: nil, count: 0))
        case .nothing, .failed: return nil
        }
    }

    /// Whether an exchange goes on there.
    func isOpen(_ key: SlotKey) -> Bool { sockets[key]?.exchange != nil }

    func close(_ key: SlotKey) {
        guard let socket = sockets[key] else { return }
        if socket.port == nil, keep(socket, key) { return }
        // The last reference closes the descriptor, and with it the loop's interest in it.
        sockets.remove(key)
    }

    /// Gives the port back and keeps the socket for the next exchange; false where that cannot be.
    private func keep(_ socket: Socket, _ key: SlotKey) -> Bool {
        let waiting = socket.family == .ipv4 ? kept.ipv4.count : kept.ipv6.count
        guard waiting < Self.maximumKept, let number = socket.descriptor?.number,
            clinux_disconnect(number) == 0
        else { return false }
        socket.exchange = nil
        socket.message = []
        if socket.family == .ipv4 { kept.ipv4.append(key) } else { kept.ipv6.append(key) }
        return true
    }
}

extension FileDescriptor {
    fileprivate func send(_ message: [UInt8], to server: SocketAddress) throws(SystemError) -> SocketResult {
        var raw = server.raw
        try SystemError.check(unsafe clinux_connect(number, &raw))
        return unsafe message.withUnsafeBufferPointer { unsafe send($0) }
    }
}
