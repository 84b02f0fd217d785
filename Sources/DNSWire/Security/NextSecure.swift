/// The next name of a zone and the types at this one: NSEC (RFC 4034 §4).
public struct NextSecure: Hashable, Sendable {
    public let nextName: DomainName
    public let types: TypeSet

    /// Nil when the RDATA is not that of an NSEC.
    public init?(_ rdata: RData) {
        guard let nextName = rdata.name(at: 0) else { return nil }
        self.nextName = nextName
        types = TypeSet(bitmap: rdata.bytes[nextName.wire.count...])
    }
}

/// The same over hashed names: NSEC3 (RFC 5155 §3).
///
///     HASH ALGORITHM(8) FLAGS(8) ITERATIONS(16) SALT LENGTH(8) SALT HASH LENGTH(8) NEXT HASHED OWNER TYPE BITMAP
public struct NextSecure3: Hashable, Sendable {
    public let parameters: NextSecure3Parameters
    public let isOptOut: Bool
    /// The next hash in the zone's order, as octets.
    public let nextHash: [UInt8]
    public let types: TypeSet

    private static let optOutFlag: UInt8 = 1

    /// Nil when the RDATA is not that of an NSEC3, or has flags that nobody knows, which make it be ignored
    /// (RFC 5155 §8.2).
    public init?(_ rdata: RData) {
        let bytes = rdata.bytes
        guard let parameters = NextSecure3Parameters(rdata) else { return nil }
        let hashStart = 5 + parameters.salt.count
        guard bytes[1] & ~Self.optOutFlag == 0, hashStart < bytes.count else { return nil }
        let hashEnd = hashStart + 1 + Int(bytes[hashStart])
        guard hashEnd <= bytes.count else { return nil }
        self.parameters = parameters
        isOptOut = bytes[1] & Self.optOutFlag != 0
        nextHash = Array(bytes[(hashStart + 1)..<hashEnd])
        types = TypeSet(bitmap: bytes[hashEnd...])
    }
}

/// How names are hashed: what NSEC3 and NSEC3PARAM begin with, their flags left out (RFC 5155 §3.1).
public struct NextSecure3Parameters: Hashable, Sendable {
    /// 1 is SHA-1, and there is no other.
    public let hashAlgorithm: UInt8
    public let iterations: UInt16
    public let salt: [UInt8]

    public static let sha1: UInt8 = 1

    public init(hashAlgorithm: UInt8 = NextSecure3Parameters.sha1, iterations: UInt16, salt: [UInt8]) {
        self.hashAlgorithm = hashAlgorithm
        self.iterations = iterations
        self.salt = salt
    }

    /// Nil when the RDATA is that of neither type.
    public init?(_ rdata: RData) {
        let bytes = rdata.bytes
        guard bytes.count >= 5, bytes.count >= 5 + Int(bytes[4]) else { return nil }
        self.init(
            hashAlgorithm: bytes[0], iterations: UInt16(bytes[2]) << 8 | UInt16(bytes[3]),
            salt: Array(bytes[5..<(5 + Int(bytes[4]))]))
    }
}

/// The types that a bitmap of NSEC or NSEC3 lists.
public struct TypeSet: Hashable, Sendable {
    private let types: [RecordType]

    init(bitmap: ArraySlice<UInt8>) { types = TypeBitmap.types(in: bitmap) }

    public init(_ types: some Sequence<RecordType>) { self.types = Array(Set(types)).sorted() }

    public func contains(_ type: RecordType) -> Bool { types.contains(type) }

    public func isSubset(of others: Set<RecordType>) -> Bool { types.allSatisfy(others.contains) }

    public var isEmpty: Bool { types.isEmpty }
}

extension NextSecure3 {
    /// The hash that the owner name of an NSEC3 record of `zone` stands for; nil where it is none (RFC 5155 §3.3).
    public static func hash(of ownerName: DomainName, in zone: DomainName) -> [UInt8]? {
        guard ownerName.parent == zone, let label = ownerName.labels.first else { return nil }
        return BinaryText.octets(label, in: BinaryText.base32hex)
    }

    /// The owner name of the NSEC3 record for `hash`; nil where the zone's name leaves no room for it.
    public static func ownerName(of hash: [UInt8], in zone: DomainName) -> DomainName? {
        var label: [UInt8] = []
        BinaryText.append(hash, in: BinaryText.base32hex, to: &label)
        return zone.prepending(label: label.map(lowercased))
    }
}
