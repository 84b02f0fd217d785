import DNSWire

/// What kind of thing an entry holds. Part of the key, so that kinds never meet.
public enum EntryKind: UInt8, Sendable, CaseIterable {
    /// A finished answer as wire octets, for clients.
    case answer = 1
    /// An RRset, or the proof that there is none (NODATA), for the resolver.
    case rrset = 2
    /// The name and all below it do not exist (RFC 8020).
    case nxDomain = 3
    /// The servers of a zone, as its parent names them.
    case delegation = 4
    /// The last try to resolve the question failed (RFC 9520).
    case failure = 5
    /// What is known of the chain of trust at a name.
    case trust = 6
}

/// What makes two answers to the same question differ.
public struct AnswerVariant: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// With DNSSEC records.
    public static let dnssecOK = AnswerVariant(rawValue: 1)
    /// Not validated, at the client's wish.
    public static let checkingDisabled = AnswerVariant(rawValue: 2)

    public static let all: [AnswerVariant] = [
        [], .dnssecOK, .checkingDisabled, [.dnssecOK, .checkingDisabled],
    ]
}

/// Some of the variants, a bit for each.
public struct AnswerVariants: Hashable, Sendable {
    private var bits: UInt16 = 0

    public init(_ variant: AnswerVariant) { insert(variant) }

    public mutating func insert(_ variant: AnswerVariant) { bits |= Self.bit(variant) }

    public func contains(_ variant: AnswerVariant) -> Bool { bits & Self.bit(variant) != 0 }

    private static func bit(_ variant: AnswerVariant) -> UInt16 { 1 << UInt16(variant.rawValue & 0xf) }
}

/// The key of an entry without its name, packed into 40 bits: variant, kind, class and type. Never zero.
struct KeyTag: Hashable, Sendable {
    let bits: UInt64

    @inline(__always)
    init(_ kind: EntryKind, _ type: RecordType, _ recordClass: RecordClass, _ variant: AnswerVariant = []) {
        bits =
            UInt64(variant.rawValue & 0xf) << 36 | UInt64(kind.rawValue) << 32 | UInt64(recordClass.rawValue)
            << 16
            | UInt64(type.rawValue)
    }

    init(bits: UInt64) { self.bits = bits }
}
