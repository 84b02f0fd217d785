import DNSWire

/// A zone's public key, parsed, which several threads may verify with at once.
protocol PublicKey: AnyObject, Sendable {
    /// Whether `signature` is one over `data`. False for one that is malformed.
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8]) -> Bool
}

extension DNSKey {
    /// Octets of an RDATA that can be read: 4 before the key, 3 for the length of an exponent, and the longest exponent
    /// and modulus of RFC 3110 §2.
    static let maximumLength = 4 + 3 + 512 + 512

    /// Nil when it is malformed, or of an algorithm that is not known here.
    var parsed: (any PublicKey)? {
        withErrorsDropped {
            switch algorithm {
            case .rsaSHA1, .rsaSHA1NSEC3SHA1: RSAKey(publicKey, .sha1)
            case .rsaSHA256: RSAKey(publicKey, .sha256)
            case .rsaSHA512: RSAKey(publicKey, .sha512)
            case .ecdsaP256SHA256: ECDSAKey(publicKey, .p256)
            case .ecdsaP384SHA384: ECDSAKey(publicKey, .p384)
            case .ed25519: EdwardsKey(publicKey, .ed25519)
            case .ed448: EdwardsKey(publicKey, .ed448)
            default: nil
            }
        }
    }
}
