import COpenSSL
import DNSWire

/// All that one worker's TLS sessions with servers have in common: whom they trust, and the tickets to resume with.
@safe
final class TLSClientContext {
    private let handle: OpaquePointer
    /// The newest last.
    private var tickets: [EncryptedServer: [TLSClientTicket]] = [:]

    /// For each server: as many as connections are opened at the same time; each is used once (RFC 8446 appendix C.4).
    private static let ticketsPerServer = 4
    /// The servers of a configuration are fewer; what reloads leave behind goes when it is reached.
    private static let mostServers = 256
    /// A bundle of all authorities that browsers trust has some 150.
    private static let mostAuthorities = 1_000

    /// - Parameter authorities: certificates in PEM of who is trusted; nil: those of the system.
    init(authorities: [UInt8]?) throws(TLSSetupError) {
        guard let handle = unsafe SSL_CTX_new(TLS_client_method()) else { throw .noContext }
        unsafe self.handle = handle
        guard unsafe TLSParameters.set(in: handle) else { throw .noContext }
        // As in `TLSServerContext`: a message that was cut off shows by its length.
        _ = unsafe SSL_CTX_set_options(
            handle,
            COPENSSL_NO_COMPRESSION | COPENSSL_NO_RENEGOTIATION | COPENSSL_IGNORE_UNEXPECTED_EOF)
        // Automatic retry, which is the default, has one call read past what is no data, such as tickets.
        unsafe copenssl_set_modes(
            handle, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), 0)
        unsafe copenssl_on_ticket(handle, keepTicket)
        ERR_clear_error()
        defer { ERR_clear_error() }
        if let authorities {
            try trust(authorities)
        } else {
            // Where there are none, nobody is trusted by name; pins still serve.
            _ = unsafe SSL_CTX_set_default_verify_paths(handle)
        }
    }

    deinit { unsafe SSL_CTX_free(handle) }

    private func trust(_ pem: [UInt8]) throws(TLSSetupError) {
        guard let store = unsafe SSL_CTX_get_cert_store(handle),
            let file = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        else { throw .noContext }
        defer { unsafe BIO_free(file) }
        var count = 0
        while count < Self.mostAuthorities,
            let next = unsafe PEM_read_bio_X509(file, nil, unsafe refusePassword, nil)
        {
            defer { unsafe X509_free(next) }
            guard unsafe X509_STORE_add_cert(store, next) == 1 else { throw .unreadableChain(count) }
            count += 1
        }
        // The error that ends the file is that nothing begins any more.
        guard count > 0, copenssl_reason(ERR_peek_last_error()) == PEM_R_NO_START_LINE else {
            throw .unreadableChain(count)
        }
    }

    /// The state of a new session; nil when there is no memory.
    @unsafe
    func makeState() -> OpaquePointer? { unsafe SSL_new(handle) }

    //--- Tickets ---

    /// Takes the newest ticket of a server, which nobody else will use.
    func takeTicket(of server: EncryptedServer) -> TLSClientTicket? {
        tickets[server]?.popLast()
    }

    /// Keeps what a server gave to a session that has proved who it is.
    func keep(_ new: [TLSClientTicket], of server: EncryptedServer) {
        guard !new.isEmpty else { return }
        if tickets[server] == nil, tickets.count >= Self.mostServers { tickets = [:] }
        let all = (tickets[server] ?? []) + new
        tickets[server] = Array(all.suffix(Self.ticketsPerServer))
    }
}

/// What a session can be resumed with. The one owner of a reference to an `SSL_SESSION`.
@safe
final class TLSClientTicket {
    let handle: OpaquePointer

    @unsafe
    init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe SSL_SESSION_free(handle) }
}

/// Called by libssl, within the calls of a `TLSClientSession`. 1: the reference is ours now.
@unsafe
private func keepTicket(_ handle: OpaquePointer?, _ ticket: OpaquePointer?) -> Int32 {
    guard let handle = unsafe handle, let ticket = unsafe ticket, let owner = unsafe copenssl_owner(handle)
    else { return 0 }
    let session = unsafe Unmanaged<TLSClientSession>.fromOpaque(owner).takeUnretainedValue()
    session.keep(unsafe TLSClientTicket(adopting: ticket))
    return 1
}
