import CLinux
import DNSWire
import Glibc

/// A socket that waits, connected to one server: all of the system calls of `homing query`.
struct QuerySocket: ~Copyable {
    private let descriptor: Descriptor
    private let deadline: Deadline

    private init(_ descriptor: consuming Descriptor, _ deadline: Deadline) {
        self.descriptor = descriptor
        self.deadline = deadline
    }

    /// Takes over a socket that is connected.
    init(adopting result: Int32, _ deadline: Deadline) throws(SystemFailure) {
        self.init(try Descriptor(adopting: result), deadline)
    }

    /// Opens a socket and connects it; over TCP that may take until the deadline.
    static func connected(
        to server: SocketAddress, isStream: Bool, deadline: Deadline
    ) throws(SystemFailure) -> QuerySocket {
        let kind = isStream ? CLINUX_STREAM : CLINUX_DATAGRAM
        let descriptor = try Descriptor(
            adopting: clinux_socket(server.address.family.rawValue, Int32(kind.rawValue)))
        let socket = QuerySocket(descriptor, deadline)
        try socket.connect(to: server)
        return socket
    }

    private func connect(to server: SocketAddress) throws(SystemFailure) {
        var address = clinux_address(server)
        let status = unsafe clinux_connect(descriptor.number, &address)
        guard status < 0 else { return }
        guard -status == EINPROGRESS else { throw SystemFailure(code: -status) }
        try wait(for: POLLOUT, until: deadline)
        let error = clinux_socket_error(descriptor.number)
        guard error == 0 else { throw SystemFailure(code: error) }
    }

    func send(_ octets: [UInt8]) throws(SystemFailure) {
        var sent = 0
        while sent < octets.count {
            let rest = Array(octets[sent...])
            let result = unsafe clinux_send(descriptor.number, rest, rest.count)
            if result >= 0 {
                sent += Int(result)
            } else if -result == Int64(EAGAIN) {
                try wait(for: POLLOUT, until: deadline)
            } else {
                throw SystemFailure(code: Int32(clamping: -result))
            }
        }
    }

    /// Sends a message over a stream (RFC 1035 §4.2.2).
    func sendFramed(_ message: [UInt8]) throws(SystemFailure) {
        try send(
            [UInt8(truncatingIfNeeded: message.count >> 8), UInt8(truncatingIfNeeded: message.count)]
                + message)
    }

    /// Says that nothing more will be sent; the other direction stays open.
    func closeSending() {
        _ = shutdown(descriptor.number, Int32(SHUT_WR))
    }

    /// The next datagram, or the next octets of a stream, at most `capacity`; empty at a stream's end.
    func receive(_ capacity: Int, until limit: Deadline? = nil) throws(SystemFailure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: capacity)
        while true {
            try wait(for: POLLIN, until: limit ?? deadline)
            let result = unsafe clinux_receive(descriptor.number, &buffer, buffer.count)
            if result >= 0 { return Array(buffer[..<Int(result)]) }
            guard -result == Int64(EAGAIN) else { throw SystemFailure(code: Int32(clamping: -result)) }
        }
    }

    /// The next message of a stream (RFC 1035 §4.2.2).
    func receiveFramed() throws(SystemFailure) -> [UInt8] {
        let length = try receiveExactly(2)
        return try receiveExactly(Int(length[0]) << 8 | Int(length[1]))
    }

    private func receiveExactly(_ count: Int) throws(SystemFailure) -> [UInt8] {
        var octets: [UInt8] = []
        while octets.count < count {
            let more = try receive(count - octets.count)
            guard !more.isEmpty else { throw SystemFailure(code: ECONNRESET) }
            octets += more
        }
        return octets
    }

    private func wait(for events: Int32, until limit: Deadline) throws(SystemFailure) {
        while true {
            let left = limit.milliseconds
            guard left > 0 else { throw SystemFailure(code: ETIMEDOUT) }
            var poller = pollfd(fd: descriptor.number, events: Int16(events), revents: 0)
            let count = unsafe poll(&poller, 1, Int32(clamping: left))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw .last }
        }
    }
}

/// A point in time to be done by.
struct Deadline: Comparable {
    private let instant: ContinuousClock.Instant

    init(seconds: Double) { instant = .now + .seconds(seconds) }
    init(nanoseconds: Int64) { instant = .now + .nanoseconds(nanoseconds) }

    static func < (a: Deadline, b: Deadline) -> Bool { a.instant < b.instant }

    /// What is left, rounded up; 0 when it has passed.
    var milliseconds: Int {
        let left = (instant - .now) / .milliseconds(1)
        return left <= 0 ? 0 : Int(left.rounded(.up))
    }
}
