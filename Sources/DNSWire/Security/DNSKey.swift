/// A public key of a zone: DNSKEY (RFC 4034 §2).
///
///     FLAGS(16) PROTOCOL(8) ALGORITHM(8) PUBLIC KEY
public struct DNSKey: Hashable, Sendable {
    public let rdata: RData
    public let flags: UInt16
    public let algorithm: SecurityAlgorithm
    /// RFC 4034 §B, over the RDATA as it is.
    public let keyTag: UInt16

    private static let zoneKeyFlag: UInt16 = 0x0100
    private static let revokeFlag: UInt16 = 0x0080
    private static let secureEntryPointFlag: UInt16 = 0x0001
    /// Any other value makes the key useless for DNSSEC (RFC 4034 §2.1.2).
    private static let dnssecProtocol: UInt8 = 3

    /// Nil when the RDATA is too short for a DNSKEY, or not one for DNSSEC.
    public init?(_ rdata: RData) {
        let bytes = rdata.bytes
        guard bytes.count > 4, bytes[2] == Self.dnssecProtocol else { return nil }
        self.rdata = rdata
        flags = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        algorithm = SecurityAlgorithm(rawValue: bytes[3])
        keyTag = Self.keyTag(of: bytes)
    }

    /// Signs zone data (RFC 4034 §2.1.1).
    public var isZoneKey: Bool { flags & Self.zoneKeyFlag != 0 }
    /// Taken out of use by its owner (RFC 5011 §3).
    public var isRevoked: Bool { flags & Self.revokeFlag != 0 }
    /// The same key as if its owner had not revoked it.
    public var unrevoked: DNSKey { withRevocation(false) }
    /// The same key as its owner publishes it to revoke it: it has another tag (RFC 5011 §2.1).
    public var revoked: DNSKey { withRevocation(true) }

    private func withRevocation(_ isRevoked: Bool) -> DNSKey {
        var bytes = rdata.bytes
        let bit = UInt8(truncatingIfNeeded: Self.revokeFlag)
        bytes[1] = isRevoked ? bytes[1] | bit : bytes[1] & ~bit
        return DNSKey(RData(unchecked: bytes)) ?? self
    }

    public var isSecureEntryPoint: Bool { flags & Self.secureEntryPointFlag != 0 }
    /// The key itself, in the format of its algorithm.
    public var publicKey: ArraySlice<UInt8> { rdata.bytes[4...] }

    /// RFC 4034 §B: a checksum that narrows the choice of keys down, no more than that.
    public static func keyTag(of rdata: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for (index, octet) in rdata.enumerated() {
            sum &+= index & 1 == 0 ? UInt32(octet) << 8 : UInt32(octet)
        }
        return UInt16(truncatingIfNeeded: sum &+ (sum >> 16 & 0xffff))
    }
}

/// The fingerprint of a child's key in its parent: DS (RFC 4034 §5), also CDS.
///
///     KEY TAG(16) ALGORITHM(8) DIGEST TYPE(8) DIGEST
public struct DelegationSigner: Hashable, Sendable {
    public let keyTag: UInt16
    public let algorithm: SecurityAlgorithm
    public let digestType: DigestType
    public let digest: [UInt8]

    public init(
        keyTag: UInt16, algorithm: SecurityAlgorithm, digestType: DigestType, digest: [UInt8]
    ) {
        self.keyTag = keyTag
        self.algorithm = algorithm
        self.digestType = digestType
        self.digest = digest
    }

    /// Nil when the RDATA is too short for a DS.
    public init?(_ rdata: RData) {
        let bytes = rdata.bytes
        guard bytes.count > 4 else { return nil }
        self.init(
            keyTag: UInt16(bytes[0]) << 8 | UInt16(bytes[1]),
            algorithm: SecurityAlgorithm(rawValue: bytes[2]),
            digestType: DigestType(rawValue: bytes[3]), digest: Array(bytes[4...]))
    }

    public var rdata: RData {
        let (high, low) = (UInt8(truncatingIfNeeded: keyTag >> 8), UInt8(truncatingIfNeeded: keyTag))
        return RData(unchecked: [high, low, algorithm.rawValue, digestType.rawValue] + digest)
    }
}
