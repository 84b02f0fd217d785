import COpenSSL
public import DNSWire

/// What a certificate says, as plain values.
public struct CertificateDetails: Sendable, Hashable {
    /// RFC 4514 text, such as `CN=dns.example,O=Example`.
    public let subject: String
    public let issuer: String
    /// The names it is for, as written in it: wildcards included.
    public let names: [String]
    public let addresses: [IPAddress]
    /// Seconds since 1970.
    public let notBefore: Int64
    public let notAfter: Int64
    /// Hexadecimal.
    public let serial: String
    /// The key's kind and size: `EC P-256`, `RSA 2048`.
    public let key: String
    /// SHA-256 of the public key with its algorithm (SPKI), as RFC 7858 and RFC 7469 pin it, in base64.
    public let pin: String
    /// SHA-256 of the certificate, in hexadecimal with colons.
    public let fingerprint: String

    public init(_ certificate: Certificate) {
        let handle = unsafe certificate.handle
        subject = unsafe Self.text(X509_get_subject_name(handle))
        issuer = unsafe Self.text(X509_get_issuer_name(handle))
        (names, addresses) = unsafe Self.alternativeNames(handle)
        notBefore = unsafe copenssl_not_before(handle)
        notAfter = unsafe copenssl_not_after(handle)
        serial = unsafe Self.hexadecimal(of: X509_get0_serialNumber(handle))
        key = unsafe Self.kind(X509_get0_pubkey(handle))
        let publicKey = unsafe encoded { unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(handle), $0) } ?? []
        pin = Base64.text(sha256(publicKey))
        fingerprint = sha256(certificate.der).map(Hexadecimal.text).joined(separator: ":")
    }

    //--- Validity ---

    public enum Validity: Sendable, Hashable {
        case valid
        case notYet
        case expired
    }

    /// - Parameter wall: seconds since 1970.
    public func validity(at wall: Int64) -> Validity {
        wall < notBefore ? .notYet : wall > notAfter ? .expired : .valid
    }

    //--- Names ---

    /// Whether it is for a server of that name; a wildcard stands for one whole label (RFC 6125 §6.4.3).
    public func covers(_ name: DomainName) -> Bool {
        names.contains { text in
            guard let pattern = try? DomainName(text) else { return false }
            guard pattern.isWildcard else { return pattern == name }
            return pattern.parent == name.parent && pattern.labelCount == name.labelCount
        }
    }

    public func covers(_ address: IPAddress) -> Bool { addresses.contains(address) }
}

//--- Out of libcrypto ---

extension CertificateDetails {
    private static func text(_ name: OpaquePointer?) -> String {
        let octets = unsafe written { unsafe copenssl_print_name($0, name) == 1 }
        return String(decoding: octets ?? [], as: UTF8.self)
    }

    private static func alternativeNames(_ certificate: OpaquePointer) -> ([String], [IPAddress]) {
        guard let list = unsafe copenssl_alternative_names(certificate) else { return ([], []) }
        defer { unsafe GENERAL_NAMES_free(list) }
        var names: [String] = []
        var addresses: [IPAddress] = []
        let count = unsafe copenssl_name_count(list)
        for index in 0..<max(0, count) {
            var kind: Int32 = 0
            var length: Int32 = 0
            guard let start = unsafe copenssl_name(list, index, &kind, &length) else { continue }
            let octets = unsafe Array(UnsafeBufferPointer(start: start, count: Int(max(0, length))))
            if kind == GEN_IPADD {
                if let address = IPAddress(octets: octets) { addresses.append(address) }
            } else if octets.allSatisfy({ (0x21...0x7e).contains($0) }) {
                names.append(String(decoding: octets, as: UTF8.self))
            }
        }
        return (names, addresses)
    }

    private static func hexadecimal(of number: UnsafePointer<ASN1_INTEGER>?) -> String {
        guard let bits = unsafe ASN1_INTEGER_to_BN(number, nil) else { return "" }
        defer { unsafe BN_free(bits) }
        let count = (Int(unsafe BN_num_bits(bits)) + 7) / 8
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            written = Int(unsafe BN_bn2bin(bits, buffer.baseAddress))
        }
        return octets.map(Hexadecimal.text).joined()
    }

    private static func kind(_ key: OpaquePointer?) -> String {
        guard let key = unsafe key, let name = unsafe EVP_PKEY_get0_type_name(key) else { return "unknown" }
        let type = unsafe String(cString: name)
        var group = [CChar](repeating: 0, count: 64)
        guard type == "EC", unsafe EVP_PKEY_get_group_name(key, &group, group.count, nil) == 1 else {
            return type == "RSA" ? "RSA \(unsafe EVP_PKEY_get_bits(key))" : type
        }
        let curve = String(
            decoding: group.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "EC " + (["prime256v1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"][curve] ?? curve)
    }
}

/// Two digits an octet.
enum Hexadecimal {
    static func text(_ octet: UInt8) -> String { (octet < 16 ? "0" : "") + String(octet, radix: 16) }
}
