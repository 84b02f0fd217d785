import COpenSSL

/// Why a handshake came to nothing, or a session ended before its time, as far as an operator wants to tell apart.
public enum TLSFailure: Int, Sendable, Hashable, CaseIterable {
    /// What came is not TLS: DNS or HTTP in cleartext, a scanner.
    case notTLS
    /// Only versions before 1.2 were offered (RFC 8996).
    case version
    /// Application protocols were offered, ours was not among them (RFC 7301 §3.2).
    case applicationProtocol
    /// No cipher, group or signature algorithm in common.
    case parameters
    /// The client sent a fatal alert: most often it does not trust the certificate.
    case alert
    /// The client went away.
    case disconnected
    /// The handshake was not done in time.
    case timedOut
    /// It was still in its handshake when another client needed the place.
    case displaced
    /// Asked for renegotiation or for new keys again and again.
    case abuse
    /// Whatever else was wrong with what the client sent.
    case malformed
    /// Ours: no memory, no randomness.
    case ours

    /// Reads this thread's error queue and leaves it empty.
    ///
    /// - Parameter code: of `SSL_get_error`.
    init(code: Int32) {
        let reason = copenssl_reason(ERR_peek_error())
        TLSErrors.clear()
        guard code == SSL_ERROR_SSL else {
            self = .disconnected
            return
        }
        self =
            switch reason {
            case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER: .notTLS
            case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_NO_PROTOCOLS_AVAILABLE: .version
            case SSL_R_NO_APPLICATION_PROTOCOL: .applicationProtocol
            case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SUITABLE_GROUPS,
                SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
                .parameters
            case SSL_R_UNEXPECTED_EOF_WHILE_READING: .disconnected
            case Int32(ERR_R_MALLOC_FAILURE), Int32(ERR_R_INTERNAL_ERROR): .ours
            // Alerts of the peer are reported as this and their number.
            case Int32(SSL_AD_REASON_OFFSET)...Int32(SSL_AD_REASON_OFFSET + 255): .alert
            default: .malformed
            }
    }
}

/// Why a server context cannot be made of what the operator gave.
public enum TLSSetupError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is nothing to serve.
    case noCertificate
    /// libssl has no memory or knows none of the parameters asked for.
    case noContext
    case noRandomness
    /// The chain of this certificate (counted from 0) holds no certificate in PEM, or a broken one.
    case unreadableChain(Int)
    /// The private key is not one in PEM without a password.
    case unreadableKey(Int)
    /// The key is too short, or libssl refuses the certificate for another reason.
    case refusedCertificate(Int)
    /// The private key belongs to another certificate.
    case otherKey(Int)
    /// An application protocol's name is empty or longer than 255 octets.
    case badProtocolName

    public var description: String {
        switch self {
        case .noCertificate: "there is no certificate"
        case .noContext: "libssl could not make a context"
        case .noRandomness: "libcrypto has no randomness"
        case .unreadableChain(let index): "certificate \(index + 1): the chain cannot be read as PEM"
        case .unreadableKey(let index): "certificate \(index + 1): the private key is no PEM without password"
        case .refusedCertificate(let index): "certificate \(index + 1): refused, perhaps its key is too short"
        case .otherKey(let index): "certificate \(index + 1): the private key belongs to another certificate"
        case .badProtocolName: "the name of an application protocol has 1 to 255 octets"
        }
    }
}
