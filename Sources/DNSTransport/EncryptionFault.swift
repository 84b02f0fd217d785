import COpenSSL
public import DNSOverHTTP
import DNSWire

/// Why a server that is asked over TLS or HTTPS gave no answer: it did not prove who it is, or does not speak as it
/// should. Never a reason to ask it in cleartext.
public enum EncryptionFault: Sendable, Hashable {
    /// The certificate is not for the name (or address) that the server is known by.
    case wrongName(String)
    case expired
    case notYetValid
    /// Nobody that is trusted has signed the certificate.
    case unknownIssuer
    /// Whatever else is wrong with the certificate, as libcrypto numbers it (X509_verify_cert_error_string).
    case badCertificate(Int32)
    /// None of the pins is of its key.
    case wrongPin
    /// It does not offer HTTP/2.
    case noHTTP2
    /// It does not agree on "dot", which zone transfers demand (RFC 9103 §7.1).
    case noTransfers
    /// The handshake came to nothing, or the session broke later.
    case handshake(TLSFailure)
    case http(DoHFault)

    /// - Parameter code: of `SSL_get_verify_result`.
    init(verification code: Int32, _ server: EncryptedServer) {
        self =
            switch code {
            case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
                .wrongName(server.name ?? "\(server.address.address)")
            case X509_V_ERR_CERT_HAS_EXPIRED: .expired
            case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_UNTRUSTED:
                .unknownIssuer
            default: .badCertificate(code)
            }
    }
}

extension EncryptionFault: CustomStringConvertible {
    /// What to say after "server: ".
    public var description: String {
        switch self {
        case .wrongName(let name): "the certificate is not for \(name)"
        case .expired: "the certificate has expired"
        case .notYetValid: "the certificate is not valid yet"
        case .unknownIssuer: "the certificate is from nobody that is trusted"
        case .badCertificate(let code): "the certificate is refused: \(Self.text(of: code))"
        case .wrongPin: "the certificate's key is not one of those pinned"
        case .noHTTP2: "it does not speak HTTP/2"
        case .noTransfers: "it does not agree on \"dot\", which zone transfers demand"
        case .handshake(let failure): Self.text(of: failure)
        case .http(let fault): "\(fault)"
        }
    }

    private static func text(of code: Int32) -> String {
        guard let text = unsafe X509_verify_cert_error_string(Int(code)) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    private static func text(of failure: TLSFailure) -> String {
        switch failure {
        case .notTLS: "it does not speak TLS"
        case .version: "it speaks neither TLS 1.2 nor 1.3"
        case .alert: "it refused the TLS session with an alert"
        case .disconnected: "it closed the connection during the TLS handshake"
        case .parameters: "it has no TLS parameters in common with us"
        case .ours: "no memory for a TLS session"
        case .applicationProtocol, .timedOut, .displaced, .abuse, .malformed:
            "what it sends is no proper TLS"
        }
    }
}
