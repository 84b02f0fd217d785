/// The names under which addresses are looked up (RFC 1035 §3.5, RFC 3596 §2.5).
extension IPAddress {
    /// `4.3.2.1.in-addr.arpa.`, or 32 nibbles under `ip6.arpa.`.
    public var reverseName: DomainName { reverseName(prefixLength: bitCount) }

    /// The name of the first `prefixLength` bits: as many whole octets of IPv4, or nibbles of IPv6, as they hold.
    public func reverseName(prefixLength: Int) -> DomainName {
        let bitsOfLabel = family == .ipv4 ? 8 : 4
        let count = min(max(0, prefixLength), bitCount) / bitsOfLabel
        let labels = (0..<count).reversed().map { index in
            let shift = UInt128(bitCount - (index + 1) * bitsOfLabel)
            let value = UInt8(truncatingIfNeeded: bits >> shift) & (family == .ipv4 ? 0xff : 0xf)
            return Array(String(value, radix: family == .ipv4 ? 10 : 16).utf8)
        }
        let suffix: DomainName = family == .ipv4 ? "in-addr.arpa." : "ip6.arpa."
        // At most 64 octets before the suffix, so it always is a name.
        return DomainName(labels: labels + suffix.labels) ?? suffix
    }
}
