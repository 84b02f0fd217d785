import Glibc

/// Tells the service manager how the daemon is, by the protocol of sd_notify(3): datagrams of `KEY=value` lines to the
/// Unix socket that `$NOTIFY_SOCKET` names. Without a service manager it does nothing.
struct ServiceNotifier: Sendable {
    /// A path, or `@` and an abstract name.
    private let socketName: String?

    init(socketName: String?) {
        self.socketName = socketName.flatMap { $0.first == "/" || $0.first == "@" ? $0 : nil }
    }

    /// As the environment says.
    init() {
        self.init(socketName: Environment["NOTIFY_SOCKET"])
    }

    func ready() { send("READY=1\nSTATUS=serving") }

    func reloading() {
        // systemd wants to know which of our messages are older than its own request (Type=notify-reload).
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1_000)")
    }

    func stopping() { send("STOPPING=1\nSTATUS=answering what is in flight") }

    /// Lost datagrams are the service manager's to notice.
    private func send(_ state: String) {
        guard let socketName, let address = UnixAddress(socketName),
            let socket = try? Descriptor(
                adopting: Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        else { return }
        let octets = Array(state.utf8)
        _ = unsafe address.withRaw { raw, length in
            unsafe sendto(socket.number, octets, octets.count, Int32(MSG_NOSIGNAL), raw, length)
        }
    }
}

/// The process's environment variables.
enum Environment {
    static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
