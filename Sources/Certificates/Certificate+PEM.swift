import COpenSSL

extension Certificate {
    /// The certificates of a PEM text, in their order; what else it holds is passed over.
    public static func read(pem: [UInt8]) throws(CertificateFault) -> [Certificate] {
        var certificates: [Certificate] = []
        var fault: CertificateFault?
        withErrorsDropped {
            _ = unsafe reading(pem) { stream in
                while certificates.count <= CertificateChain.maximumCount {
                    ERR_clear_error()
                    guard let handle = unsafe PEM_read_bio_X509(stream, nil, nil, nil) else {
                        // So ends every file.
                        if ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE {
                            fault = .malformedCertificate(certificates.count + 1)
                        }
                        return
                    }
                    certificates.append(unsafe Certificate(adopting: handle))
                }
                fault = .tooManyCertificates
            }
        }
        if let fault { throw fault }
        guard !certificates.isEmpty else { throw .noCertificate }
        return certificates
    }
}
