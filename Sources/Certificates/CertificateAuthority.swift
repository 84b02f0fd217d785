import COpenSSL
public import DNSWire

/// An authority of our own, that vouches for one resolver: what a household trusts when it has no public name.
public struct CertificateAuthority: Sendable {
    public let certificate: Certificate
    public let key: PrivateKey
    public let details: CertificateDetails

    /// Seconds. Every client has to be told of a new authority by hand, so it should outlast them.
    public static let lifetime: Int64 = 3650 * 86_400
    /// Seconds. Apple's systems take no certificate of more than 825 days; shorter ones limit what a stolen key is good
    /// for.
    public static let serverLifetime: Int64 = 90 * 86_400
    /// Seconds before the time of making at which certificates begin: clocks of clients differ.
    static let skew: Int64 = 86_400

    /// One that was made before.
    public init(certificate: Certificate, key: PrivateKey) throws(CertificateFault) {
        guard certificate.belongs(to: key) else { throw .keyMismatch }
        self.certificate = certificate
        self.key = key
        details = CertificateDetails(certificate)
    }

    public init(pem: [UInt8], key: [UInt8]) throws(CertificateFault) {
        guard let certificate = try Certificate.read(pem: pem).first else { throw .noCertificate }
        try self.init(certificate: certificate, key: PrivateKey(pem: key))
    }

    /// Makes one for `key`, which signs itself (RFC 5280 §3.2). It may issue certificates for servers, not for further
    /// authorities.
    ///
    /// - Parameters:
    ///   - name: what it is called among the authorities that a device trusts, at most 64 characters.
    ///   - wall: seconds since 1970.
    public static func make(
        name: String, key: PrivateKey, at wall: Int64
    ) throws(CertificateFault) -> CertificateAuthority {
        let certificate = try Certificate.made(
            name: name, key: key, issuer: nil, from: wall - skew, until: wall + lifetime,
            [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ])
        return try CertificateAuthority(certificate: certificate, key: key)
    }

    /// Eight digits that tell an authority of this key from others.
    public static func shortName(of key: PrivateKey) -> String {
        let octets = unsafe encoded { unsafe i2d_PUBKEY(key.handle, $0) } ?? []
        return sha256(octets).prefix(4).map(Hexadecimal.text).joined()
    }

    /// Issues a certificate for a server of these names and addresses; at least one is needed.
    ///
    /// It ends no later than the authority does.
    public func issue(
        names: [DomainName], addresses: [IPAddress], key serverKey: PrivateKey, at wall: Int64
    ) throws(CertificateFault) -> CertificateChain {
        var entries: [String] = []
        for name in names { entries.append("DNS:" + (try Self.text(of: name))) }
        entries += addresses.map { "IP:\($0)" }
        guard let first = entries.first else { throw .badName("") }
        // A common name has at most 64 characters (RFC 5280, appendix A.1); clients look at the alternative names.
        let commonName = String(first.drop { $0 != ":" }.dropFirst())
        let certificate = try Certificate.made(
            name: commonName.count <= 64 ? commonName : "Homing", key: serverKey, issuer: self,
            from: wall - Self.skew, until: min(wall + Self.serverLifetime, details.notAfter),
            [
                (NID_basic_constraints, "critical,CA:FALSE"),
                (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"),
                (NID_subject_key_identifier, "hash"),
                (NID_authority_key_identifier, "keyid:always"),
                (NID_subject_alt_name, entries.joined(separator: ",")),
            ])
        return try CertificateChain(certificates: [certificate, self.certificate], key: serverKey)
    }

    /// A host name without its last dot; nothing in it can mean anything to libcrypto's own syntax.
    private static func text(of name: DomainName) throws(CertificateFault) -> String {
        let text = name.lowercase.description
        let isHost =
            !name.isRoot
            && name.labels.allSatisfy { label in
                label.allSatisfy { octet in
                    switch octet {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
            }
        guard isHost else { throw .badName(text) }
        return String(text.dropLast())
    }
}

extension Certificate {
    /// A certificate with these extensions, their values as in x509v3_config(5), signed by its issuer or itself.
    fileprivate static func made(
        name: String, key: PrivateKey, issuer: CertificateAuthority?, from: Int64, until: Int64,
        _ extensions: [(kind: Int32, value: String)]
    ) throws(CertificateFault) -> Certificate {
        var failure: String?
        let certificate: Certificate? = withErrorsDropped {
            let issuerHandle = unsafe issuer?.certificate.handle
            guard
                let handle = unsafe copenssl_begin_certificate(name, key.handle, issuerHandle, from, until)
            else {
                failure = "X509_new"
                return nil
            }
            let certificate = unsafe Certificate(adopting: handle)
            for (kind, value) in extensions
            where unsafe copenssl_add_extension(handle, issuerHandle, kind, value) != 1 {
                failure = "X509V3_EXT_conf_nid(\(value))"
                return nil
            }
            guard unsafe X509_sign(handle, (issuer?.key ?? key).handle, EVP_sha256()) > 0 else {
                failure = "X509_sign"
                return nil
            }
            return certificate
        }
        guard let certificate else { throw .failed(failure ?? "") }
        return certificate
    }
}
