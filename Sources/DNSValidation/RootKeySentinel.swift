public import DNSWire

/// A name by which a client finds out whether a key of the root is trusted here (RFC 8509).
public struct RootKeySentinel: Hashable, Sendable {
    public enum Test: Sendable {
        case isTrustAnchor
        case isNotTrustAnchor
    }

    public let test: Test
    public let keyTag: UInt16

    private static let isLabel = Array("root-key-sentinel-is-ta-".utf8)
    private static let notLabel = Array("root-key-sentinel-not-ta-".utf8)
    /// Decimal, padded with zeros (RFC 8509 §2).
    private static let digitCount = 5
    /// Most names are told apart from these by their first octet.
    private static let lengths = [isLabel, notLabel].map { UInt8($0.count + digitCount) }

    /// Nil for a question that is none: another type than A and AAAA, another leftmost label (RFC 8509 §3.1).
    public init?(_ question: Question) {
        guard question.qtype == .a || question.qtype == .aaaa, question.qclass == .internet,
            let length = question.qname.wire.first, Self.lengths.contains(length)
        else { return nil }
        let label = question.qname.lowercase.wire.dropFirst().prefix(Int(length))
        let test: Test
        switch label.dropLast(Self.digitCount) {
        case Self.isLabel[...]: test = .isTrustAnchor
        case Self.notLabel[...]: test = .isNotTrustAnchor
        default: return nil
        }
        var tag = 0
        for digit in label.suffix(Self.digitCount) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            tag = tag * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard let keyTag = UInt16(exactly: tag) else { return nil }
        self.test = test
        self.keyTag = keyTag
    }

    /// Whether an answer that validated as secure is given as it is; otherwise the client gets SERVFAIL
    /// (RFC 8509 §3.2).
    public func isAnswered(by anchors: TrustAnchorSet) -> Bool {
        let isTrusted: Bool
        if case .anchor(let root) = anchors.closest(to: .root) {
            isTrusted = root.keyTags.contains(keyTag)
        } else {
            isTrusted = false
        }
        return switch test {
        case .isTrustAnchor: isTrusted
        case .isNotTrustAnchor: !isTrusted
        }
    }
}
