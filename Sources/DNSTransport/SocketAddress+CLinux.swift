import CLinux
import DNSWire

extension SocketAddress {
    /// Nil when the kernel gave no Internet address.
    @inline(__always)
    init?(_ raw: clinux_address) {
        switch raw.family {
        case 4: self.init(IPAddress(ipv4: UInt32(truncatingIfNeeded: raw.low)), port: raw.port)
        case 6:
            self.init(
                IPAddress(ipv6: UInt128(raw.high) << 64 | UInt128(raw.low)), port: raw.port,
                scopeID: raw.scope)
        default: return nil
        }
    }

    @inline(__always)
    var raw: clinux_address {
        clinux_address(
            high: UInt64(truncatingIfNeeded: address.bits >> 64),
            low: UInt64(truncatingIfNeeded: address.bits),
            scope: scopeID, port: port, family: address.family.rawValue)
    }
}

extension IPAddress {
    /// `0.0.0.0` or `::`: every address of this host.
    var isUnspecified: Bool { bits == 0 }
}
