import COpenSSL

/// A certificate: the one owner of an `X509`, which is not changed once it is made.
///
/// Threads may use one at the same time: what libcrypto keeps in it meanwhile it guards with a lock.
@safe public final class Certificate: Sendable {
    nonisolated(unsafe) let handle: OpaquePointer

    init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe X509_free(handle) }

    /// As it goes over the wire.
    public var der: [UInt8] { unsafe encoded { unsafe i2d_X509(handle, $0) } ?? [] }

    public func pem() throws(CertificateFault) -> [UInt8] {
        let octets = withErrorsDropped { unsafe written { unsafe PEM_write_bio_X509($0, handle) == 1 } }
        guard let octets else { throw .failed("PEM_write_bio_X509") }
        return octets
    }

    /// The SHA-256 digest of the part that its issuer signs, as DNS stamps have it.
    public var signedPartDigest: [UInt8] {
        sha256(unsafe encoded { unsafe i2d_re_X509_tbs(handle, $0) } ?? [])
    }

    /// Whether `issuer` has signed it, and may.
    public func isIssued(by issuer: Certificate) -> Bool {
        withErrorsDropped {
            unsafe X509_check_issued(issuer.handle, handle) == X509_V_OK
                && X509_verify(handle, X509_get0_pubkey(issuer.handle)) == 1
        }
    }

    /// Whether it was made for `key`.
    public func belongs(to key: PrivateKey) -> Bool {
        withErrorsDropped { unsafe X509_check_private_key(handle, key.handle) == 1 }
    }
}
