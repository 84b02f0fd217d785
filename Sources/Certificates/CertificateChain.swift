/// A server's certificate, those of its issuers, and its key: checked to fit each other.
///
/// Whether it is valid at this time, and for which names, is another question (`details`).
public struct CertificateChain: Sendable {
    /// The server's own first, each followed by its issuer.
    public let certificates: [Certificate]
    public let key: PrivateKey
    /// Of the server's own certificate.
    public let details: CertificateDetails

    /// Chains have two or three; a bundle of all the world's authorities has a hundred and is a mistake.
    public static let maximumCount = 16

    public init(certificates: [Certificate], key: PrivateKey) throws(CertificateFault) {
        guard let own = certificates.first else { throw .noCertificate }
        guard own.belongs(to: key) else {
            let other = certificates.firstIndex { $0.belongs(to: key) }
            throw other.map { .keyOfAnother($0 + 1) } ?? .keyMismatch
        }
        for index in certificates.indices.dropLast()
        where !certificates[index].isIssued(by: certificates[index + 1]) {
            throw .brokenChain(index + 1)
        }
        self.certificates = certificates
        self.key = key
        details = CertificateDetails(own)
    }

    /// Reads PEM texts. Either may hold what the other is for as well; one file with both is common.
    public init(pem: [UInt8], key: [UInt8]) throws(CertificateFault) {
        try self.init(certificates: Certificate.read(pem: pem), key: PrivateKey(pem: key))
    }

    /// All certificates as PEM, the server's own first.
    public func pem() throws(CertificateFault) -> [UInt8] {
        var octets: [UInt8] = []
        for certificate in certificates { octets += try certificate.pem() }
        return octets
    }
}
