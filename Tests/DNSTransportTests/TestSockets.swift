import CLinux
import DNSWire
import Glibc

@testable import DNSTransport

/// A blocking-with-time-out socket for tests: every wait is a `poll`.
final class TestSocket: Sendable {
    let descriptor: FileDescriptor

    init(adopting descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// A socket connected to `server`.
    convenience init(
        _ transport: Client.Transport, to server: SocketAddress, from local: SocketAddress? = nil,
        receiveBuffer: Int? = nil
    ) throws {
        let kind = transport == .udp ? CLINUX_DATAGRAM : CLINUX_STREAM
        let descriptor = try FileDescriptor(
            adopting: clinux_socket(server.address.family.rawValue, Int32(kind.rawValue)))
        if let receiveBuffer { try descriptor.set(CLINUX_RECEIVE_BUFFER, receiveBuffer) }
        if let local {
            var raw = local.raw
            try SystemError.check(unsafe clinux_bind(descriptor.number, &raw))
        }
        var raw = server.raw
        let status = unsafe clinux_connect(descriptor.number, &raw)
        self.init(adopting: descriptor)
        if -status == EINPROGRESS {
            guard wait(for: POLLOUT) else { throw SystemError(code: ETIMEDOUT) }
            let error = clinux_socket_error(self.descriptor.number)
            if error != 0 { throw SystemError(code: error) }
        } else {
            try SystemError.check(status)
        }
    }

    /// Two that are connected with each other.
    static func pair() throws -> (TestSocket, TestSocket) {
        var numbers: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &numbers) == 0 else { throw SystemError(code: errno) }
        return (
            TestSocket(adopting: try FileDescriptor(adopting: numbers[0])),
            TestSocket(adopting: try FileDescriptor(adopting: numbers[1]))
        )
    }

    func wait(for events: Int32, seconds: Double = patience) -> Bool {
        var poller = pollfd(fd: descriptor.number, events: Int16(events), revents: 0)
        return unsafe poll(&poller, 1, Int32(seconds * 1000)) > 0
    }

    /// The address of this end.
    var local: SocketAddress? {
        var raw = clinux_address()
        guard unsafe clinux_local_address(descriptor.number, &raw) == 0 else { return nil }
        return SocketAddress(raw)
    }

    //--- Octets and datagrams ---

    func send(_ octets: [UInt8]) {
        var rest = octets[...]
        while !rest.isEmpty, wait(for: POLLOUT) {
            let result = unsafe rest.withUnsafeBufferPointer { unsafe descriptor.send($0) }
            switch result {
            case .octets(let count): rest = rest.dropFirst(count)
            case .nothing: continue
            case .end, .failed: return
            }
        }
    }

    /// Writes as much as the kernel takes now; the number of octets.
    func sendSome(_ octets: [UInt8]) -> Int {
        if case .octets(let count) = unsafe octets.withUnsafeBufferPointer({ unsafe descriptor.send($0) }) {
            count
        } else {
            0
        }
    }

    /// What comes next: nil when nothing does in time, empty at the end of a stream (or its reset).
    func receive(_ capacity: Int = 65_536, seconds: Double = patience) -> [UInt8]? {
        guard wait(for: POLLIN, seconds: seconds) else { return nil }
        var buffer = [UInt8](repeating: 0, count: capacity)
        let result = unsafe buffer.withUnsafeMutableBufferPointer { unsafe descriptor.receive(into: $0) }
        switch result {
        case .octets(let count): return Array(buffer[..<count])
        case .nothing: return nil
        case .end, .failed: return []
        }
    }

    //--- Messages of a stream ---

    func sendMessage(_ message: [UInt8]) { send(framed(message)) }

    func receiveExactly(_ count: Int) -> [UInt8]? {
        var octets: [UInt8] = []
        while octets.count < count {
            guard let more = receive(count - octets.count), !more.isEmpty else { return nil }
            octets += more
        }
        return octets
    }

    /// The next message; nil at the end of the stream or after the time-out.
    func receiveMessage() -> [UInt8]? {
        guard let length = receiveExactly(2) else { return nil }
        return receiveExactly(Int(length[0]) << 8 | Int(length[1]))
    }

    /// Whether the peer closes the connection before it sends anything more.
    func isClosed(seconds: Double = patience) -> Bool { receive(1, seconds: seconds) == [] }

    func shutdownWriting() { _ = shutdown(descriptor.number, Int32(SHUT_WR)) }
}

func framed(_ message: [UInt8]) -> [UInt8] {
    [UInt8(truncatingIfNeeded: message.count >> 8), UInt8(truncatingIfNeeded: message.count)] + message
}

/// A message of `count` octets that begins with `id`; the rest is told by `tag`.
func message(_ id: UInt16, tag: UInt8 = 0, count: Int = 12) -> [UInt8] {
    [UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id)]
        + Array(repeating: tag, count: count - 2)
}

/// A server over UDP that does what a test tells it, one datagram at a time.
final class FakeDatagramServer {
    let socket: ListeningSocket
    let batch: DatagramBatch

    init() throws {
        socket = try ListeningSocket(
            binding: SocketAddress(IPAddress(127, 0, 0, 1), port: 0), .udp, WorkerConfiguration(),
            isShared: false)
        batch = try DatagramBatch(slots: 1, receiveSize: 65_535, sendSize: 4_096)
    }

    var address: SocketAddress { socket.address }

    /// From now on, whoever sends here is told "port unreachable", and the port is nobody else's all the
    /// same: the socket is connected to one that sends nothing (discard, RFC 863).
    func hearNobody() throws {
        var raw = SocketAddress(socket.address.address, port: 9).raw
        try SystemError.check(unsafe clinux_connect(socket.descriptor.number, &raw))
    }

    /// The next query and its sender.
    func receive(seconds: Double = patience) -> (query: [UInt8], peer: SocketAddress)? {
        var poller = pollfd(fd: socket.descriptor.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, Int32(seconds * 1000)) > 0, batch.receive(on: socket.descriptor) == 1,
            let peer = SocketAddress(batch.datagram(0).peer)
        else { return nil }
        return (unsafe Array(batch.query(0, count: Int(batch.datagram(0).length))), peer)
    }

    func send(_ message: [UInt8], to peer: SocketAddress) {
        for (index, octet) in message.enumerated() { unsafe batch.response(0)[index] = octet }
        guard batch.address(0, to: peer, from: nil, count: message.count) else { return }
        _ = batch.send(1, on: socket.descriptor)
    }
}

/// A server over TCP that does what a test tells it.
final class FakeStreamServer {
    let socket: ListeningSocket

    /// - Parameter isListening: false: the port is taken, and whoever connects to it is refused.
    init(isListening: Bool = true) throws {
        socket = try ListeningSocket(
            binding: SocketAddress(IPAddress(127, 0, 0, 1), port: 0), .tcp, WorkerConfiguration(),
            isShared: false)
        if isListening { try socket.listen(backlog: 16) }
    }

    var address: SocketAddress { socket.address }

    func accept(seconds: Double = patience) -> TestSocket? {
        var poller = pollfd(fd: socket.descriptor.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, Int32(seconds * 1000)) > 0 else { return nil }
        var raw = clinux_address()
        guard
            let descriptor = try? FileDescriptor(
                adopting: unsafe clinux_accept(socket.descriptor.number, &raw))
        else { return nil }
        return TestSocket(adopting: descriptor)
    }
}

extension TestSocket {
    /// Closing becomes a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(
            descriptor.number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
