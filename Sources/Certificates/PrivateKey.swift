import COpenSSL

/// A private key: the one owner of an `EVP_PKEY` that has one.
///
/// Threads may use one at the same time: libcrypto guards what it keeps in the key (openssl-threads(7)).
@safe public final class PrivateKey: Sendable {
    nonisolated(unsafe) let handle: OpaquePointer

    /// What libssl asks for by default on current systems: RSA of 2048 bits, P-224.
    static let minimumSecurity = 112

    private init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// A new key on P-256, which every client can use.
    public static func makeP256() throws(CertificateFault) -> PrivateKey {
        let handle = unsafe withErrorsDropped { unsafe copenssl_make_p256_key() }
        guard let handle = unsafe handle else { throw .failed("EVP_PKEY_Q_keygen") }
        return unsafe PrivateKey(adopting: handle)
    }

    /// The first private key of a PEM text: PKCS #8, or the older forms for RSA and EC.
    public convenience init(pem: [UInt8]) throws(CertificateFault) {
        var isEncrypted: Int32 = 0
        let handle: OpaquePointer? = unsafe withErrorsDropped {
            unsafe reading(pem) { unsafe copenssl_read_key($0, &isEncrypted) } ?? nil
        }
        guard isEncrypted == 0 else { throw .encryptedKey }
        guard let handle = unsafe handle else { throw Self.isAnnounced(in: pem) ? .malformedKey : .noKey }
        unsafe self.init(adopting: handle)
        let security = Int(unsafe EVP_PKEY_get_security_bits(handle))
        guard security >= Self.minimumSecurity else { throw .weakKey(security) }
    }

    /// Whether a text has the line that a private key of any form begins with.
    private static func isAnnounced(in pem: [UInt8]) -> Bool {
        let text = String(decoding: pem, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).contains {
            $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("PRIVATE KEY-----")
        }
    }

    /// PKCS #8, not encrypted.
    public func pem() throws(CertificateFault) -> [UInt8] {
        let octets = withErrorsDropped {
            unsafe written { unsafe PEM_write_bio_PKCS8PrivateKey($0, handle, nil, nil, 0, nil, nil) == 1 }
        }
        guard let octets else { throw .failed("PEM_write_bio_PKCS8PrivateKey") }
        return octets
    }
}
