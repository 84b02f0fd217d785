import CLinux
import DNSWire
import Glibc

/// The one owner of a socket that is connected to the server, or about to be.
final class Socket {
    let number: Int32

    private init(adopting number: Int32) { self.number = number }

    deinit { _ = clinux_close(number) }

    /// What came of an attempt to connect.
    enum Connecting {
        case started(Socket)
        /// An errno value.
        case failed(Int32)
    }

    /// A new socket on its way to the server, which a datagram socket is at once.
    static func connect(to server: SocketAddress, isStream: Bool) -> Connecting {
        let kind = isStream ? CLINUX_STREAM : CLINUX_DATAGRAM
        let number = clinux_socket(server.address.family.rawValue, Int32(kind.rawValue))
        guard number >= 0 else { return .failed(-number) }
        let socket = Socket(adopting: number)
        if isStream {
            socket.set(CLINUX_NO_DELAY, 1)
        } else {
            socket.set(CLINUX_LARGE_RECEIVE_BUFFER, receiveBuffer)
        }
        var address = clinux_address(server)
        let status = unsafe clinux_connect(number, &address)
        return status == 0 || -status == EINPROGRESS ? .started(socket) : .failed(-status)
    }

    /// Answers that wait to be read: what a server sends in the time that we may be off the processor.
    private static let receiveBuffer: Int32 = 4 << 20

    private func set(_ option: clinux_option, _ value: Int32) {
        // Where the kernel does not want it, things go on a little slower.
        _ = clinux_set_option(number, Int32(option.rawValue), value)
    }

    /// The error that the connection has come to, which it forgets; 0 for none.
    func takeError() -> Int32 { clinux_socket_error(number) }

    static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

extension clinux_address {
    init(_ address: SocketAddress) {
        self.init(
            high: UInt64(truncatingIfNeeded: address.address.bits >> 64),
            low: UInt64(truncatingIfNeeded: address.address.bits), scope: address.scopeID,
            port: address.port, family: address.address.family.rawValue)
    }
}
