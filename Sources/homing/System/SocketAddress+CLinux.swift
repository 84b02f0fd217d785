import CLinux
import DNSWire

extension clinux_address {
    init(_ address: SocketAddress) {
        self.init(
            high: UInt64(truncatingIfNeeded: address.address.bits >> 64),
            low: UInt64(truncatingIfNeeded: address.address.bits), scope: address.scopeID, port: address.port,
            family: address.address.family.rawValue)
    }
}
