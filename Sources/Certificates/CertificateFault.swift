/// Why a certificate and its key cannot be used.
public enum CertificateFault: Error, Hashable, Sendable {
    case noCertificate
    /// Which of the certificates of a file, the first is 1.
    case malformedCertificate(Int)
    case tooManyCertificates
    case noKey
    case malformedKey
    case encryptedKey
    /// In bits of security.
    case weakKey(Int)
    case keyMismatch
    /// The key belongs to a certificate further down, the first is 1.
    case keyOfAnother(Int)
    /// The certificate, the first is 1, was not issued by the next one.
    case brokenChain(Int)
    /// A name that no certificate can hold.
    case badName(String)
    /// A call of libcrypto that has no business failing.
    case failed(String)

    /// Whether it is said of the key's file.
    public var isOfKey: Bool {
        switch self {
        case .noKey, .malformedKey, .encryptedKey, .weakKey, .keyMismatch, .keyOfAnother: true
        default: false
        }
    }
}

extension CertificateFault: CustomStringConvertible {
    /// To be put behind the path of a file.
    public var description: String {
        switch self {
        case .noCertificate: "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
        case .malformedCertificate(let number): "certificate \(number) is damaged"
        case .tooManyCertificates:
            "holds more than \(CertificateChain.maximumCount) certificates; only the server's own and its issuers belong there"
        case .noKey: "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)"
        case .malformedKey: "the private key is damaged, or of a kind that is not supported"
        case .encryptedKey: "the private key is encrypted, and there is nobody to ask for its password"
        case .weakKey(let bits):
            "the private key is too weak: \(bits) bits of security, at least \(PrivateKey.minimumSecurity) are needed"
        case .keyMismatch: "the private key does not belong to the certificate"
        case .keyOfAnother(let number):
            "the private key belongs to certificate \(number) of the chain; the server's own certificate has to be the first"
        case .brokenChain(let number):
            "certificate \(number) was not issued by the one that follows it; the server's own certificate has to be the "
                + "first, and each one has to be followed by its issuer"
        case .badName(let name): "\"\(name)\" cannot be the name of a server in a certificate"
        case .failed(let call): "libcrypto failed: \(call)"
        }
    }
}
