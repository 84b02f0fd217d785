public import DNSWire

/// Signatures, digests and hashes by libcrypto. One serves all workers: it keeps the public keys that it parsed.
///
/// Malformed keys and signatures are false, and leave nothing in libcrypto's error queue.
public final class LibcryptoVerifier: SignatureVerifier {
    private let keys = KeyTable()
    private let supportsSHA1Signatures: Bool
    private let supportsSHA1Digests: Bool

    /// - Parameters:
    ///   - supportsSHA1Signatures: whether algorithms 5 and 7 are checked. RFC 9905 §2 keeps them in resolvers and has
    ///     operators switch them off, which makes zones that have nothing better insecure.
    ///   - supportsSHA1Digests: the same for DS records of digest type 1.
    public init(supportsSHA1Signatures: Bool = true, supportsSHA1Digests: Bool = true) {
        self.supportsSHA1Signatures = supportsSHA1Signatures
        self.supportsSHA1Digests = supportsSHA1Digests
    }

    public func supports(_ algorithm: SecurityAlgorithm) -> Bool {
        switch algorithm {
        case .rsaSHA1, .rsaSHA1NSEC3SHA1: supportsSHA1Signatures
        case .rsaSHA256, .rsaSHA512, .ecdsaP256SHA256, .ecdsaP384SHA384, .ed25519, .ed448: true
        default: false
        }
    }

    public func supports(_ digestType: DigestType) -> Bool { messageDigest(digestType) != nil }

    public func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool {
        // Longer keys are not looked at, so that the table's bound in keys is one in octets too.
        guard supports(key.algorithm), key.rdata.bytes.count <= DNSKey.maximumLength,
            let publicKey = keys.publicKey(of: key)
        else { return false }
        return withErrorsDropped { publicKey.verify(signature, over: data) }
    }

    public func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? {
        messageDigest(digestType)?.digest(of: data)
    }

    public func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? {
        NextSecure3Hash.hash(name, parameters)
    }

    private func messageDigest(_ digestType: DigestType) -> MessageDigest? {
        switch digestType {
        case .sha1: supportsSHA1Digests ? .sha1 : nil
        case .sha256: .sha256
        case .sha384: .sha384
        default: nil
        }
    }
}
