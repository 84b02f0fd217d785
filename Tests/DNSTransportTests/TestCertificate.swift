import COpenSSL
import DNSTransport

/// A certificate that vouches for itself, for tests only.
struct TestCertificate {
    let name: String
    let certificate: TLSCertificate

    /// Its key's digest (SPKI).
    let pin: [UInt8]

    /// - Parameters:
    ///   - names: subject alternative names; the first is the subject's, too.
    ///   - validity: seconds from now.
    init(_ names: String..., addresses: [String] = [], validity: ClosedRange<Int> = -3600...86_400) {
        name = names.first ?? ""
        let key = unsafe Self.makeKey()
        defer { unsafe EVP_PKEY_free(key) }
        let body = unsafe X509_new()
        defer { unsafe X509_free(body) }
        unsafe X509_set_version(body, 2)
        unsafe ASN1_INTEGER_set(X509_get_serialNumber(body), 1)
        unsafe X509_gmtime_adj(X509_getm_notBefore(body), validity.lowerBound)
        unsafe X509_gmtime_adj(X509_getm_notAfter(body), validity.upperBound)
        unsafe X509_set_pubkey(body, key)
        let subject = unsafe X509_get_subject_name(body)
        unsafe X509_NAME_add_entry_by_txt(
            subject, "CN", MBSTRING_ASC, Array(name.utf8), Int32(name.utf8.count), -1, 0)
        unsafe X509_set_issuer_name(body, subject)
        let alternatives = (names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }).joined(separator: ",")
        let extensionValue = unsafe X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, alternatives)
        unsafe X509_add_ext(body, extensionValue, -1)
        unsafe X509_EXTENSION_free(extensionValue)
        unsafe X509_sign(body, key, EVP_sha256())
        var digest = [UInt8](repeating: 0, count: 32)
        if let body = unsafe body { _ = unsafe copenssl_pin(body, &digest) }
        pin = digest
        certificate = TLSCertificate(
            chain: unsafe Self.text { unsafe PEM_write_bio_X509($0, body) },
            privateKey: unsafe Self.text { unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
    }

    @unsafe
    private static func makeKey() -> OpaquePointer? {
        let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        unsafe EVP_PKEY_keygen_init(context)
        unsafe EVP_PKEY_CTX_set_group_name(context, "P-256")
        unsafe EVP_PKEY_generate(context, &key)
        return unsafe key
    }

    private static func text(_ write: (OpaquePointer?) -> Int32) -> [UInt8] {
        let file = unsafe BIO_new(BIO_s_mem())
        defer { unsafe BIO_free(file) }
        guard unsafe write(file) == 1 else { return [] }
        var text = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe BIO_read(file, &text, Int32(text.count))
        return Array(text.prefix(max(0, Int(count))))
    }

    static let resolver = TestCertificate("resolver.test", "*.resolver.test")
    static let other = TestCertificate("other.test")
}

extension TLSEndpoint {
    /// A DoT server's, with the certificates above.
    static func dot(
        _ certificates: [TestCertificate] = [.resolver, .other], protocols: [String] = ["dot"],
        tickets: TLSTicketKeys? = nil
    ) throws -> TLSEndpoint {
        TLSEndpoint(try .dot(certificates, protocols: protocols, tickets: tickets))
    }
}

extension TLSServerContext {
    static func dot(
        _ certificates: [TestCertificate] = [.resolver, .other], protocols: [String] = ["dot"],
        tickets: TLSTicketKeys? = nil
    ) throws -> TLSServerContext {
        let tickets = if let tickets { tickets } else { try TLSTicketKeys() }
        return try TLSServerContext(
            certificates: certificates.map(\.certificate), protocols: protocols, tickets: tickets)
    }
}
