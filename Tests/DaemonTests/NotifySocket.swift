import CLinux
import DNSWire
import Foundation

@testable import homing

/// The service manager's end of sd_notify(3).
final class NotifySocket: Sendable {
    /// What `$NOTIFY_SOCKET` says.
    let name: String
    private let number: Int32

    init(isAbstract: Bool) throws {
        let unique = "homing-\(UUID().uuidString)"
        name = isAbstract ? "@\(unique)" : FileManager.default.temporaryDirectory.appending(path: unique).path
        number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var octets = Array(name.utf8)
        if isAbstract { octets[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in unsafe path.copyBytes(from: octets) }
        let length = socklen_t(2 + octets.count + (isAbstract ? 0 : 1))
        let status = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, length)
            }
        }
        guard status == 0 else { throw SystemFailure.last }
    }

    deinit {
        close(number)
        if !name.hasPrefix("@") { try? FileManager.default.removeItem(atPath: name) }
    }

    /// The next message.
    func receive() throws -> String {
        var poller = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, Int32(patience * 1000)) == 1 else { throw NotInTime() }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe recv(number, &buffer, buffer.count, 0)
        guard count >= 0 else { throw SystemFailure.last }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}

/// A port of 127.0.0.1 where nobody answers, over UDP and TCP, and which nobody else can take meanwhile.
final class ClosedPort: Sendable {
    let address: SocketAddress
    /// Connected to a port that sends nothing (discard, RFC 863): whoever else sends to it is told "port unreachable".
    private let datagrams: Descriptor
    /// Bound without listening: whoever connects to it is refused.
    private let stream: Descriptor

    init() throws {
        let loopback = IPAddress(127, 0, 0, 1)
        datagrams = try Descriptor(adopting: clinux_socket(4, Int32(CLINUX_DATAGRAM.rawValue)))
        stream = try Descriptor(adopting: clinux_socket(4, Int32(CLINUX_STREAM.rawValue)))
        var (local, discard) = (
            clinux_address(SocketAddress(loopback, port: 0)), clinux_address(SocketAddress(loopback, port: 9))
        )
        guard unsafe clinux_bind(stream.number, &local) == 0,
            unsafe clinux_local_address(stream.number, &local) == 0,
            unsafe clinux_bind(datagrams.number, &local) == 0,
            unsafe clinux_connect(datagrams.number, &discard) == 0
        else { throw SystemFailure(code: EADDRINUSE) }
        address = SocketAddress(loopback, port: local.port)
    }
}

/// A port of 127.0.0.1 that was free a moment ago, over UDP and TCP.
///
/// Below the ports that the kernel gives to whoever asks for any (from 32768), which other tests do all the time.
enum FreePort {
    static func find() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<30_000)
            if try isFree(port, CLINUX_DATAGRAM), try isFree(port, CLINUX_STREAM) { return port }
        }
        throw SystemFailure(code: EADDRINUSE)
    }

    private static func isFree(_ port: UInt16, _ kind: clinux_kind) throws -> Bool {
        let probe = try Descriptor(adopting: clinux_socket(4, Int32(kind.rawValue)))
        var raw = clinux_address(SocketAddress(IPAddress(127, 0, 0, 1), port: port))
        return unsafe clinux_bind(probe.number, &raw) == 0
    }
}
