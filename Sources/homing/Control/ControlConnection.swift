import CLinux
import Glibc

/// A connection between a command and the daemon over a Unix socket: frames, each a length of four octets (big-endian) and as
/// many octets. Whoever keeps the other side waiting for too long is given up.
struct ControlConnection: ~Copyable {
    /// The longest frame that is read as JSON: a zone's policy may have thousands of rules, a list thousands of zones.
    static let longestMessage = 16 << 20
    /// The longest frame of a text in pieces. What is longer is more pieces.
    static let longestPiece = 256 << 10

    private let descriptor: Descriptor

    private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Takes over the result of a system call: a connected socket that does not block, or a negative `errno`.
    init(adopting result: Int32) throws(SystemFailure) { self.init(try Descriptor(adopting: result)) }

    static func connected(to path: String) throws(ControlFailure) -> ControlConnection {
        do throws(SystemFailure) {
            guard let address = UnixAddress(path) else { throw SystemFailure(code: ENAMETOOLONG) }
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
            let number = socket(AF_UNIX, kind, 0)
            let connection = try ControlConnection(adopting: number >= 0 ? number : -errno)
            guard unsafe address.withRaw({ unsafe connect(number, $0, $1) }) == 0 else { throw .last }
            return connection
        } catch {
            throw .system(error)
        }
    }

    /// Who is at the other end.
    var peerUser: uid_t? { uid_t(exactly: clinux_peer_user(descriptor.number)) }

    // --- Frames ---

    func send(frame payload: [UInt8], within seconds: Double) throws(ControlFailure) {
        let length = UInt32(clamping: payload.count)
        let header = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
        let deadline = Deadline(seconds: seconds)
        try send(octets: header + payload.prefix(Self.longestPiece), deadline)
        for start in stride(from: Self.longestPiece, to: payload.count, by: Self.longestPiece) {
            try send(octets: Array(payload[start...].prefix(Self.longestPiece)), deadline)
        }
    }

    /// The payload of the next frame.
    func receive(upTo longest: Int, within seconds: Double) throws(ControlFailure) -> [UInt8] {
        let deadline = Deadline(seconds: seconds)
        let length = try receive(exactly: 4, deadline).reduce(0) { $0 << 8 | Int($1) }
        guard length <= longest else { throw .tooLong(length) }
        return try receive(exactly: length, deadline)
    }

    // --- Octets ---

    func send(octets: [UInt8], _ deadline: Deadline) throws(ControlFailure) {
        var rest = octets
        while !rest.isEmpty {
            let sent = unsafe clinux_send(descriptor.number, rest, rest.count)
            if sent == -Int64(EAGAIN) {
                try wait(for: POLLOUT, deadline)
            } else if sent < 0 {
                throw .system(SystemFailure(code: Int32(clamping: -sent)))
            } else {
                rest.removeFirst(Int(sent))
            }
        }
    }

    private func receive(exactly count: Int, _ deadline: Deadline) throws(ControlFailure) -> [UInt8] {
        var octets: [UInt8] = []
        // Room is made for what comes, not for what is announced.
        var buffer = [UInt8](repeating: 0, count: min(count, 64 << 10))
        while octets.count < count {
            let received = unsafe clinux_receive(
                descriptor.number, &buffer, min(buffer.count, count - octets.count))
            if received == -Int64(EAGAIN) {
                try wait(for: POLLIN, deadline)
            } else if received < 0 {
                throw .system(SystemFailure(code: Int32(clamping: -received)))
            } else if received == 0 {
                throw .closed
            } else {
                octets += buffer[..<Int(received)]
            }
        }
        return octets
    }

    private func wait(for events: Int32, _ deadline: Deadline) throws(ControlFailure) {
        while true {
            let left = deadline.milliseconds
            guard left > 0 else { throw .timedOut }
            var poller = pollfd(fd: descriptor.number, events: Int16(events), revents: 0)
            let count = unsafe poll(&poller, 1, Int32(clamping: left))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw .system(.last) }
        }
    }
}

/// Why the two sides do not understand each other.
enum ControlFailure: Error, Hashable, CustomStringConvertible {
    case system(SystemFailure)
    /// The other side went away in the middle of something.
    case closed
    case timedOut
    /// A frame of this many octets, which is more than allowed there.
    case tooLong(Int)
    /// Not the JSON that was expected.
    case malformed(String)

    var description: String {
        switch self {
        case .system(let failure): "\(failure)"
        case .closed: "the connection was closed"
        case .timedOut: "nothing came in time"
        case .tooLong(let length): "a message of \(length) octets is too long"
        case .malformed(let reason): "a message that is none: \(reason)"
        }
    }
}
