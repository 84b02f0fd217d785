import COpenSSL

/// What all TLS connections of one thread have in common, and the session that the next one may resume.
@safe
final class TLSContext {
    private let handle: OpaquePointer
    private let options: EncryptionOptions
    private let applicationProtocol: [UInt8]
    /// The newest session that the server gave a ticket for.
    private var ticket: OpaquePointer?

    init(_ options: EncryptionOptions, isHTTP: Bool) throws(LoadFailure) {
        guard let handle = unsafe SSL_CTX_new(TLS_client_method()) else { throw .noTLS }
        unsafe self.handle = handle
        self.options = options
        let name = Array((isHTTP ? "h2" : "dot").utf8)
        applicationProtocol = [UInt8(name.count)] + name
        guard unsafe copenssl_set_versions(handle, TLS1_2_VERSION, TLS1_3_VERSION) == 1 else { throw .noTLS }
        unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_NONE, nil)
        unsafe copenssl_read_ahead(handle)
        unsafe copenssl_set_modes(
            handle,
            Int(
                SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                    | SSL_MODE_RELEASE_BUFFERS), 0)
        if options.resumes { unsafe copenssl_on_ticket(handle, keepTicket) }
    }

    deinit {
        unsafe SSL_SESSION_free(ticket)
        unsafe SSL_CTX_free(handle)
    }

    /// The state of a connection over a socket; nil without memory.
    func makeChannel(over socket: Socket) -> TLSChannel? {
        guard let session = unsafe SSL_new(handle) else { return nil }
        let channel = unsafe TLSChannel(adopting: session)
        guard unsafe SSL_set_fd(session, socket.number) == 1,
            unsafe SSL_set_alpn_protos(session, applicationProtocol, UInt32(applicationProtocol.count)) == 0
        else { return nil }
        if let name = options.name, unsafe copenssl_send_name(session, name) != 1 { return nil }
        // Freed before this object is.
        unsafe copenssl_set_owner(session, Unmanaged.passUnretained(self).toOpaque())
        if let ticket = unsafe ticket, let copy = unsafe SSL_SESSION_dup(ticket) {
            unsafe SSL_set_session(session, copy)
            unsafe SSL_SESSION_free(copy)
        }
        unsafe SSL_set_connect_state(session)
        return channel
    }

    @unsafe
    fileprivate func keep(_ session: OpaquePointer) {
        unsafe SSL_SESSION_free(ticket)
        unsafe ticket = session
    }
}

/// Called by libssl, within calls of a `TLSChannel`. 1: the reference is ours now.
@unsafe
private func keepTicket(_ handle: OpaquePointer?, _ ticket: OpaquePointer?) -> Int32 {
    guard let handle = unsafe handle, let ticket = unsafe ticket, let owner = unsafe copenssl_owner(handle)
    else { return 0 }
    unsafe Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue().keep(ticket)
    return 1
}
