import Glibc

/// Where a Unix socket is: a path, or `@` and an abstract name.
struct UnixAddress: Sendable {
    private let address: sockaddr_un
    private let length: socklen_t

    /// Nil when the name is empty or too long for one (107 octets).
    init?(_ name: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var octets = Array(name.utf8)
        // An abstract name begins with a zero octet and ends where the length says.
        let isAbstract = octets.first == UInt8(ascii: "@")
        if isAbstract { octets[0] = 0 }
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !octets.isEmpty, octets.count < capacity else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in unsafe path.copyBytes(from: octets) }
        self.address = address
        length = socklen_t(MemoryLayout<sockaddr_un>.size - capacity + octets.count + (isAbstract ? 0 : 1))
    }

    /// For a system call.
    func withRaw<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}
