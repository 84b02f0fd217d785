/// Ed25519 and Ed448 (RFC 8080): key and signature are what libcrypto takes them to be.
final class EdwardsKey: PublicKey {
    private let key: EVPKey

    /// Nil when the key has the wrong length.
    init?(_ publicKey: ArraySlice<UInt8>, _ curve: EVPKey.EdwardsCurve) {
        guard let key = EVPKey(curve, publicKey) else { return nil }
        self.key = key
    }

    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8]) -> Bool {
        key.verify(signature, over: data)
    }
}
