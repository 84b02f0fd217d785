import COpenSSL

/// The one owner of an `EVP_PKEY`, which gives its reference back: a key of an Edwards curve.
///
/// Threads may verify with one at the same time: each makes a context of its own, and what libcrypto keeps in the key
/// meanwhile (a copy for the provider, the count of references) it guards with a lock (openssl-threads(7)).
@safe struct EVPKey: ~Copyable, Sendable {
    nonisolated(unsafe) private let handle: OpaquePointer

    enum EdwardsCurve: Sendable {
        case ed25519
        case ed448

        fileprivate var identifier: Int32 {
            switch self {
            case .ed25519: EVP_PKEY_ED25519
            case .ed448: EVP_PKEY_ED448
            }
        }
    }

    /// Nil when the key has the wrong length. Whether it is a point is found out with the first signature.
    init?(_ curve: EdwardsCurve, _ octets: ArraySlice<UInt8>) {
        let handle = unsafe octets.withUnsafeBufferPointer {
            unsafe EVP_PKEY_new_raw_public_key(curve.identifier, nil, $0.baseAddress, $0.count)
        }
        guard let handle = unsafe handle else { return nil }
        unsafe self.handle = handle
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// Whether `signature` is one over data that the algorithm digests itself.
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8]) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, handle) == 1 else { return false }
        return unsafe signature.withUnsafeBufferPointer {
            unsafe EVP_DigestVerify(context, $0.baseAddress, $0.count, data, data.count) == 1
        }
    }
}
