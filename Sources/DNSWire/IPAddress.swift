/// An IPv4 or IPv6 address as a plain value: hashable, comparable, no allocation.
public struct IPAddress: Hashable, Sendable {
    public enum Family: UInt8, Sendable {
        case ipv4 = 4
        case ipv6 = 6
    }

    public let family: Family
    /// The address as a number in network order; an IPv4 address occupies the low 32 bits.
    public let bits: UInt128

    /// In as few words as hold it: of the two families only a pair of addresses ever meets.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(UInt64(truncatingIfNeeded: bits))
        if family == .ipv6 { hasher.combine(UInt64(truncatingIfNeeded: bits >> 64)) }
    }

    @inlinable public init(ipv4 bits: UInt32) {
        family = .ipv4
        self.bits = UInt128(bits)
    }

    public init(ipv6 bits: UInt128) {
        family = .ipv6
        self.bits = bits
    }

    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        self.init(ipv4: UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d))
    }

    /// Four or sixteen octets in network order; anything else is nil.
    @inlinable
    public init?(octets: some Collection<UInt8>) {
        var bits: UInt128 = 0
        for octet in octets { bits = bits << 8 | UInt128(octet) }
        switch octets.count {
        case 4: self.init(ipv4: UInt32(truncatingIfNeeded: bits))
        case 16: self.init(ipv6: bits)
        default: return nil
        }
    }

    /// Four or sixteen octets in network order.
    public var octets: [UInt8] {
        let count = octetCount
        return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128((count - 1 - $0) * 8)) }
    }

    public var octetCount: Int { family == .ipv4 ? 4 : 16 }
    @inlinable public var bitCount: Int { family == .ipv4 ? 32 : 128 }

    /// Whether it stands for the machine itself (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3), IPv4-mapped forms included.
    public var isLoopback: Bool {
        let address = unmapped
        return address.family == .ipv4 ? address.bits >> 24 == 127 : address.bits == 1
    }

    /// The IPv4 address inside an IPv4-mapped IPv6 address (`::ffff:0:0/96`, RFC 4291 §2.5.5.2), or the address
    /// itself: what policy has to look at, so that a mapped form slips past no rule.
    @inlinable public var unmapped: IPAddress {
        guard family == .ipv6, bits >> 32 == 0xffff else { return self }
        return IPAddress(ipv4: UInt32(truncatingIfNeeded: bits))
    }
}

// --- Text ---

extension IPAddress: CustomStringConvertible {
    /// Dotted quad, or RFC 5952 text.
    public var description: String {
        switch family {
        case .ipv4: octets.map(String.init).joined(separator: ".")
        case .ipv6: Self.textOfIPv6(bits)
        }
    }

    private static func textOfIPv6(_ bits: UInt128) -> String {
        if bits >> 32 == 0xffff {
            return "::ffff:" + IPAddress(ipv4: UInt32(truncatingIfNeeded: bits)).description
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128((7 - $0) * 16)) }
        // RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals, becomes "::".
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        let text = { (range: Range<Int>) in groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }

    /// Reads a dotted quad or any RFC 4291 §2.2 form; no zone identifier, no leading or trailing blanks.
    public init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bits = Self.parseIPv6(text) else { return nil }
            self.init(ipv6: bits)
        } else {
            guard let bits = Self.parseIPv4(text) else { return nil }
            self.init(ipv4: bits)
        }
    }

    private static func parseIPv4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            // A leading zero means octal to some readers, so it is refused.
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let octet = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private static func parseIPv6(_ text: some StringProtocol) -> UInt128? {
        let halves = split(text)
        guard let head = halves.first.flatMap({ groups(of: $0) }) else { return nil }
        if halves.count == 1 { return head.count == 8 ? number(of: head) : nil }
        // A dotted quad can only be the last of the text.
        guard !halves[0].utf8.contains(UInt8(ascii: ".")) else { return nil }
        guard halves.count == 2, let tail = groups(of: halves[1]), head.count + tail.count <= 7 else {
            return nil
        }
        return number(of: head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    /// The text around "::", which may stand once.
    private static func split(_ text: some StringProtocol) -> [String] {
        let bytes = Array(text.utf8)
        var parts: [String] = []
        var start = 0
        var index = 0
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: ":"), bytes[index + 1] == UInt8(ascii: ":") {
                parts.append(String(decoding: bytes[start..<index], as: UTF8.self))
                start = index + 2
                index = start
            } else {
                index += 1
            }
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    private static func groups(of text: String) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let bits = parseIPv4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                    part.utf8.first != UInt8(ascii: "-"), let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups.count <= 8 ? groups : nil
    }

    private static func number(of groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }
}

extension IPAddress: Comparable {
    public static func < (a: IPAddress, b: IPAddress) -> Bool {
        (a.family.rawValue, a.bits) < (b.family.rawValue, b.bits)
    }
}
