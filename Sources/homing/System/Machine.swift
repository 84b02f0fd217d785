import DNSWire
import Glibc

/// What the machine is called, and where it is.
struct Machine: Sendable {
    /// Nil where it is none that clients could ask for.
    var name: DomainName?
    /// The addresses of its interfaces, loopback last, without those that only neighbours can use.
    var addresses: [IPAddress] = []

    static func current() -> Machine {
        Machine(name: hostName(), addresses: interfaceAddresses())
    }

    private static func hostName() -> DomainName? {
        // POSIX has host names of up to 255 octets.
        var octets = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&octets, octets.count - 1) == 0 else { return nil }
        let text = String(
            decoding: octets.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isPlain = text.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, IPAddress(text) == nil, let name = try? DomainName(text), !name.isRoot else {
            return nil
        }
        return name
    }

    private static func interfaceAddresses() -> [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return [] }
        defer { unsafe freeifaddrs(list) }
        var addresses: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe address(entry.pointee.ifa_addr), !linkLocal.contains(address),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            unsafe next = entry.pointee.ifa_next
        }
        return addresses.filter { !$0.isLoopback } + addresses.filter(\.isLoopback)
    }

    private static let linkLocal = ["169.254.0.0/16", "fe80::/10"].compactMap { IPNetwork($0) }

    private static func address(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPAddress? {
        guard let pointer = unsafe pointer else { return nil }
        switch Int32(unsafe pointer.pointee.sa_family) {
        case AF_INET:
            return unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                IPAddress(ipv4: UInt32(bigEndian: unsafe $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            return unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                unsafe withUnsafeBytes(of: $0.pointee.sin6_addr) { unsafe IPAddress(octets: $0) }
            }
        default: return nil
        }
    }
}
