/// An address prefix such as `192.0.2.0/24`.
public struct IPNetwork: Hashable, Sendable {
    public let address: IPAddress
    /// 0 to 32 for IPv4, 0 to 128 for IPv6.
    public let prefixLength: Int

    /// Host bits of `address` are cleared; nil when the length does not fit the family.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...address.bitCount).contains(prefixLength) else { return nil }
        self.prefixLength = prefixLength
        self.address = address.masked(toPrefix: prefixLength)
    }

    /// `address/length`, or an address alone for the network of that one host.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        if parts.count == 1 {
            self.init(address, prefixLength: address.bitCount)
        } else {
            guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]) else {
                return nil
            }
            self.init(address, prefixLength: length)
        }
    }

    /// An IPv4-mapped IPv6 address is judged as the IPv4 address that it carries.
    public func contains(_ candidate: IPAddress) -> Bool {
        holds(address.family == .ipv4 ? candidate.unmapped : candidate)
    }

    /// Whether an address of either family, taken as it is, begins with the same bits.
    fileprivate func holds(_ candidate: IPAddress) -> Bool {
        let unusedBits = UInt128.bitWidth - address.bitCount
        return candidate.family == address.family
            && (candidate.bits ^ address.bits).leadingZeroBitCount >= unusedBits + prefixLength
    }
}

extension IPNetwork: CustomStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }
}

extension IPAddress {
    /// The address with all but its first `length` bits cleared.
    public func masked(toPrefix length: Int) -> IPAddress {
        let hostBits = max(0, bitCount - length)
        let mask: UInt128 = hostBits >= 128 ? 0 : ~UInt128(0) << UInt128(hostBits)
        return family == .ipv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: bits & mask)) : IPAddress(ipv6: bits & mask)
    }
}

extension [IPNetwork] {
    // Of arrays only, as a generic function would be called unspecialised from other modules, at thirty times the cost.
    public func contains(_ address: IPAddress) -> Bool {
        let unmapped = address.unmapped
        for network in self where network.holds(network.address.family == .ipv4 ? unmapped : address) {
            return true
        }
        return false
    }
}
