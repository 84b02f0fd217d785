/// A signature over an RRset: RRSIG (RFC 4034 §3).
///
///     TYPE COVERED(16) ALGORITHM(8) LABELS(8) ORIGINAL TTL(32) EXPIRATION(32) INCEPTION(32) KEY TAG(16) SIGNER SIGNATURE
public struct Signature: Hashable, Sendable {
    public let rdata: RData
    public let typeCovered: RecordType
    public let algorithm: SecurityAlgorithm
    /// Labels of the owner name as it was signed, the root and a leading `*` not counted.
    public let labelCount: Int
    /// Seconds.
    public let originalTTL: UInt32
    /// Seconds since 1970 modulo 2^32, as is `inception` (RFC 4034 §3.1.5).
    public let expiration: UInt32
    public let inception: UInt32
    public let keyTag: UInt16
    public let signer: DomainName
    /// Where the signature itself starts in the RDATA.
    private let signatureStart: Int

    private static let fixedLength = 18

    /// Nil when the RDATA is not that of an RRSIG.
    public init?(_ rdata: RData) {
        let bytes = rdata.bytes
        guard bytes.count > Self.fixedLength, let signer = rdata.name(at: Self.fixedLength),
            let originalTTL = rdata.uint32(at: 4), let expiration = rdata.uint32(at: 8),
            let inception = rdata.uint32(at: 12),
            case let signatureStart = Self.fixedLength + signer.wire.count, signatureStart < bytes.count
        else { return nil }
        self.rdata = rdata
        typeCovered = RecordType(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
        algorithm = SecurityAlgorithm(rawValue: bytes[2])
        labelCount = Int(bytes[3])
        self.originalTTL = originalTTL
        self.expiration = expiration
        self.inception = inception
        keyTag = UInt16(bytes[16]) << 8 | UInt16(bytes[17])
        self.signer = signer
        self.signatureStart = signatureStart
    }

    /// The signature itself, in the format of its algorithm.
    public var octets: ArraySlice<UInt8> { rdata.bytes[signatureStart...] }

    /// Appends the RDATA without the signature, the signer's name in lower case: the start of what was signed
    /// (RFC 4034 §3.1.8.1).
    public func appendSignedPrefix(to octets: inout [UInt8]) {
        octets += rdata.bytes[..<Self.fixedLength]
        signer.appendCanonical(to: &octets)
    }
}

extension Signature {
    /// The end of its validity for people: `2026-01-31T12:00:00Z`.
    public var expirationText: String { TimestampText.readable(expiration) }
    public var inceptionText: String { TimestampText.readable(inception) }
}
