import COpenSSL

/// A certificate with what it needs to be served, as octets of PEM.
public struct TLSCertificate: Sendable, Hashable {
    /// The certificate itself, then those that lead to a root that clients trust.
    public var chain: [UInt8]
    /// Its private key, without password.
    public var privateKey: [UInt8]

    public init(chain: [UInt8], privateKey: [UInt8]) {
        self.chain = chain
        self.privateKey = privateKey
    }
}

/// All that a server's TLS sessions have in common. It does not change: who has new certificates makes a new one, and
/// sessions that began under the old one go on with it.
///
/// TLS 1.2 and 1.3 (RFC 8310 §9, RFC 9325 §3.1.1), ephemeral keys and AEAD ciphers only, no compression, no
/// renegotiation, tickets instead of a session cache.
public final class TLSServerContext: Sendable {
    /// One for each certificate; the first is served to clients that name no host, or an unknown one.
    private let contexts: [SSLContext]
    /// What may be spoken inside (RFC 7301), the best first.
    let protocols: [[UInt8]]
    let tickets: TLSTicketKeys

    /// - Parameter protocols: names of application protocols, the best first. A client that offers others only is
    ///   refused; one that offers none at all is not.
    public init(
        certificates: [TLSCertificate], protocols: [String], tickets: TLSTicketKeys
    ) throws(TLSSetupError) {
        guard !certificates.isEmpty else { throw .noCertificate }
        self.protocols = protocols.map { Array($0.utf8) }
        guard self.protocols.allSatisfy({ (1...255).contains($0.count) }) else { throw .badProtocolName }
        var contexts: [SSLContext] = []
        for (index, certificate) in certificates.enumerated() {
            let context = try SSLContext()
            try context.use(certificate, index)
            contexts.append(context)
        }
        self.contexts = contexts
        self.tickets = tickets
    }

    /// The state of a new session; nil when there is no memory.
    @unsafe
    func makeState() -> OpaquePointer? { unsafe SSL_new(contexts[0].handle) }

    /// Has a session serve the first certificate whose subject alternative names hold `name` (RFC 6066 §3). False
    /// when there is none; the session keeps the first then.
    @unsafe
    func select(_ name: UnsafePointer<CChar>, for session: OpaquePointer) -> Bool {
        for context in contexts where unsafe context.serves(name) {
            unsafe SSL_set_SSL_CTX(session, context.handle)
            return true
        }
        return false
    }
}

/// The one owner of an `SSL_CTX`. Threads may make sessions of one at the same time (openssl-threads(7)).
@safe
private final class SSLContext: Sendable {
    nonisolated(unsafe) let handle: OpaquePointer

    /// A chain longer than this is a file of trusted roots, given by mistake.
    private static let longestChain = 10
    /// Any value will do; libssl insists that tickets tell whose they are.
    private static let sessionContext: [UInt8] = Array("homing".utf8)

    init() throws(TLSSetupError) {
        guard let handle = unsafe SSL_CTX_new(TLS_server_method()) else { throw .noContext }
        unsafe self.handle = handle
        guard unsafe TLSParameters.set(in: handle),
            unsafe SSL_CTX_set_num_tickets(handle, Self.ticketsPerSession) == 1,
            unsafe SSL_CTX_set_session_id_context(
                handle, Self.sessionContext, UInt32(Self.sessionContext.count)) == 1
        else { throw .noContext }
        // A stream's end without close_notify is an end like another: a message that was cut off shows by its
        // length (RFC 7858 §3.3), and what the client is owed must still reach it (RFC 7766 §6.2.4).
        _ = unsafe SSL_CTX_set_options(
            handle,
            COPENSSL_NO_COMPRESSION | COPENSSL_NO_RENEGOTIATION | COPENSSL_IGNORE_UNEXPECTED_EOF)
        // Released buffers: an idle session costs 15 KB, not 50. Moving buffer: responses are appended to what
        // could not be written yet. No automatic retry: one call reads once (see `TLSSession`).
        unsafe copenssl_set_modes(
            handle,
            Int(
                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                    | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER),
            Int(SSL_MODE_AUTO_RETRY))
        unsafe copenssl_read_ahead(handle)
        unsafe copenssl_no_session_cache(handle)
        unsafe SSL_CTX_set_timeout(handle, Int(TLSTicketKeys.turn))
        unsafe TLSCallbacks.install(in: handle)
    }

    deinit { unsafe SSL_CTX_free(handle) }

    /// With each new session; with TLS 1.3 a resumed one gets another.
    private static let ticketsPerSession = 1

    //--- Certificates ---

    /// - Parameter index: for errors.
    func use(_ certificate: TLSCertificate, _ index: Int) throws(TLSSetupError) {
        // What libcrypto has to say about bad files is said here in our words.
        ERR_clear_error()
        defer { ERR_clear_error() }
        let chain = Self.certificates(certificate.chain)
        guard let leaf = chain.first else { throw .unreadableChain(index) }
        guard unsafe SSL_CTX_use_certificate(handle, leaf.handle) == 1 else {
            throw .refusedCertificate(index)
        }
        for issuer in chain.dropFirst() {
            guard unsafe copenssl_add_chain_certificate(handle, issuer.handle) == 1 else {
                throw .refusedCertificate(index)
            }
        }
        guard let key = unsafe Self.privateKey(certificate.privateKey) else { throw .unreadableKey(index) }
        defer { unsafe EVP_PKEY_free(key) }
        // The first looks at the certificate, too.
        guard unsafe SSL_CTX_use_PrivateKey(handle, key) == 1,
            unsafe SSL_CTX_check_private_key(handle) == 1
        else { throw .otherKey(index) }
    }

    /// Empty when one of them is broken, or there are too many; what is no certificate is passed over.
    private static func certificates(_ pem: [UInt8]) -> [X509Certificate] {
        guard let file = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return [] }
        defer { unsafe BIO_free(file) }
        var chain: [X509Certificate] = []
        while chain.count < longestChain,
            let next = unsafe PEM_read_bio_X509(file, nil, unsafe refusePassword, nil)
        {
            chain.append(unsafe X509Certificate(adopting: next))
        }
        // The error that ends the file is that nothing begins any more.
        return copenssl_reason(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? chain : []
    }

    private static func privateKey(_ pem: [UInt8]) -> OpaquePointer? {
        guard let file = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return nil }
        defer { unsafe BIO_free(file) }
        return unsafe PEM_read_bio_PrivateKey(file, nil, refusePassword, nil)
    }

    /// Whether the certificate names the host. Wildcards stand for one label (RFC 9525 §6.3); the subject's common
    /// name counts for nothing.
    @unsafe
    func serves(_ name: UnsafePointer<CChar>) -> Bool {
        guard let certificate = unsafe SSL_CTX_get0_certificate(handle) else { return false }
        let flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
        // A length of 0 has the name end at its NUL.
        return unsafe X509_check_host(certificate, name, 0, UInt32(flags), nil) == 1
    }
}

/// The one owner of a reference to an `X509`.
@safe
private final class X509Certificate {
    let handle: OpaquePointer

    @unsafe
    init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe X509_free(handle) }
}
