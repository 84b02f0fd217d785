/// A DNSSEC signing algorithm (IANA "DNS Security Algorithm Numbers").
public struct SecurityAlgorithm: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let rsaMD5 = SecurityAlgorithm(rawValue: 1)
    public static let dsa = SecurityAlgorithm(rawValue: 3)
    public static let rsaSHA1 = SecurityAlgorithm(rawValue: 5)
    public static let dsaNSEC3SHA1 = SecurityAlgorithm(rawValue: 6)
    public static let rsaSHA1NSEC3SHA1 = SecurityAlgorithm(rawValue: 7)
    public static let rsaSHA256 = SecurityAlgorithm(rawValue: 8)
    public static let rsaSHA512 = SecurityAlgorithm(rawValue: 10)
    public static let ecdsaP256SHA256 = SecurityAlgorithm(rawValue: 13)
    public static let ecdsaP384SHA384 = SecurityAlgorithm(rawValue: 14)
    public static let ed25519 = SecurityAlgorithm(rawValue: 15)
    public static let ed448 = SecurityAlgorithm(rawValue: 16)
}

extension SecurityAlgorithm: CustomStringConvertible {
    /// The mnemonic, or the number where there is none.
    public var description: String { Mnemonics.algorithms.text(UInt16(rawValue)) ?? "\(rawValue)" }
}

/// How a DS record digests a key (IANA "Delegation Signer (DS) Resource Record (RR) Type Digest Algorithms").
public struct DigestType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let sha1 = DigestType(rawValue: 1)
    public static let sha256 = DigestType(rawValue: 2)
    public static let sha384 = DigestType(rawValue: 4)
}

extension DigestType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sha1: "SHA-1"
        case .sha256: "SHA-256"
        case .sha384: "SHA-384"
        default: "\(rawValue)"
        }
    }
}
