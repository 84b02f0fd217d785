import COpenSSL

/// All that libssl calls: functions at the end of this file. Each finds its session, hands the matter to it, and answers
/// in libssl's terms. They run within the calls of `TLSSession`, on its thread.
enum TLSCallbacks {
    /// Sets the callbacks of a new context.
    @unsafe
    static func install(in context: OpaquePointer) {
        unsafe copenssl_on_server_name(context, serverName)
        unsafe SSL_CTX_set_alpn_select_cb(context, applicationProtocol, nil)
        unsafe SSL_CTX_set_info_callback(context, progress)
        _ = unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticketKey)
    }

    @unsafe
    fileprivate static func session(of handle: OpaquePointer?) -> TLSSession? {
        guard let handle = unsafe handle, let owner = unsafe copenssl_owner(handle) else { return nil }
        return unsafe Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue()
    }

    // --- The stream below ---

    /// A new stream of octets over a session's socket; its data is to be the session. Nil without memory.
    ///
    /// libssl's own would write with `write`, and a client that went away would end the process with SIGPIPE.
    @unsafe
    static func makeStream() -> OpaquePointer? {
        guard let stream = unsafe BIO_new(streamMethod) else { return nil }
        unsafe BIO_set_init(stream, 1)
        return unsafe stream
    }

    /// Made once; nil without memory.
    nonisolated(unsafe) private static let streamMethod: OpaquePointer? = {
        let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = unsafe BIO_meth_new(kind, "socket of a worker"),
            unsafe BIO_meth_set_read(method, readStream) == 1,
            unsafe BIO_meth_set_write(method, writeStream) == 1,
            unsafe BIO_meth_set_ctrl(method, controlStream) == 1
        else { return nil }
        return unsafe method
    }()

    @unsafe
    fileprivate static func owner(of stream: OpaquePointer?) -> TLSSession? {
        guard let owner = unsafe BIO_get_data(stream) else { return nil }
        return unsafe Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue()
    }

    @unsafe
    fileprivate static func report(
        _ result: TLSSession.StreamResult, _ stream: OpaquePointer?, _ retry: (OpaquePointer) -> Void
    ) -> Int32 {
        guard let stream = unsafe stream else { return 0 }
        unsafe copenssl_do_not_retry(stream)
        switch result {
        case .octets(let count): return Int32(clamping: count)
        case .end: return 0
        case .failed: return -1
        case .later:
            unsafe retry(stream)
            return -1
        }
    }
}

// --- Choices ---

/// Which certificate (RFC 6066 §3). A name that we do not have is no reason to refuse: many clients are told an
/// address and a name to trust, and some send the wrong one.
@unsafe
private func serverName(
    _ handle: OpaquePointer?, _: UnsafeMutablePointer<Int32>?, _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let session = unsafe TLSCallbacks.session(of: handle), let handle = unsafe handle,
        let name = unsafe SSL_get_servername(handle, TLSEXT_NAMETYPE_host_name)
    else { return SSL_TLSEXT_ERR_NOACK }
    return unsafe session.server.select(name, for: handle) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK
}

/// Which application protocol (RFC 7301 §3.2). Not called when the client offers none.
@unsafe
private func applicationProtocol(
    _ handle: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let session = unsafe TLSCallbacks.session(of: handle), let offered = unsafe offered else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(count))
    guard let range = unsafe ProtocolList.first(of: session.server.protocols, in: list.span) else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    unsafe chosen?.pointee = offered + range.lowerBound
    unsafe chosenLength?.pointee = UInt8(truncatingIfNeeded: range.count)
    return SSL_TLSEXT_ERR_OK
}

/// Seals and opens tickets (RFC 5077).
@unsafe
private func ticketKey(
    _ handle: OpaquePointer?, _ name: UnsafeMutablePointer<UInt8>?,
    _ vector: UnsafeMutablePointer<UInt8>?, _ cipher: OpaquePointer?, _ mac: OpaquePointer?,
    _ isSealing: Int32
) -> Int32 {
    let (failed, unknown, used, usedAndToBeRenewed): (Int32, Int32, Int32, Int32) = (-1, 0, 1, 2)
    guard let session = unsafe TLSCallbacks.session(of: handle), let name = unsafe name,
        let vector = unsafe vector, let cipher = unsafe cipher, let mac = unsafe mac
    else { return failed }
    if isSealing == 1 {
        let key = session.server.tickets.sealing
        return unsafe key.seal(name: name, vector: vector, cipher, mac) ? used : failed
    }
    guard let (key, isOld) = unsafe session.server.tickets.opening(name) else { return unknown }
    guard unsafe key.open(vector: vector, cipher, mac) else { return failed }
    // Clients of TLS 1.3 use a ticket once (RFC 8446 appendix C.4), and libssl gives another only when told so.
    let usesOnce = unsafe handle.map { unsafe SSL_version($0) == TLS1_3_VERSION } ?? false
    return isOld || usesOnce ? usedAndToBeRenewed : used
}

/// Where a session stands: the only place where libssl tells of key updates and of what it refused by itself.
@unsafe
private func progress(_ handle: OpaquePointer?, _ kind: Int32, _ value: Int32) {
    if kind & SSL_CB_LOOP != 0 {
        guard let handle = unsafe handle, unsafe SSL_get_state(handle) == TLS_ST_SR_KEY_UPDATE else {
            return
        }
        unsafe TLSCallbacks.session(of: handle)?.noteKeyUpdate()
    } else if kind == SSL_CB_ALERT | SSL_CB_WRITE, value & 0xff == SSL_AD_NO_RENEGOTIATION {
        unsafe TLSCallbacks.session(of: handle)?.noteRenegotiation()
    }
}

/// No key with a password is read, and nobody is asked for one on a terminal.
@unsafe
func refusePassword(
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _: UnsafeMutableRawPointer?
) -> Int32 { -1 }

// --- The stream below ---

@unsafe
private func readStream(
    _ stream: OpaquePointer?, _ start: UnsafeMutablePointer<CChar>?, _ capacity: Int32
) -> Int32 {
    guard let session = unsafe TLSCallbacks.owner(of: stream), let start = unsafe start, capacity > 0 else {
        return 0
    }
    let octets = unsafe UnsafeMutableRawPointer(start).assumingMemoryBound(to: UInt8.self)
    return unsafe TLSCallbacks.report(session.readSocket(octets, Int(capacity)), stream) {
        unsafe copenssl_retry_reading($0)
    }
}

@unsafe
private func writeStream(
    _ stream: OpaquePointer?, _ start: UnsafePointer<CChar>?, _ count: Int32
) -> Int32 {
    guard let session = unsafe TLSCallbacks.owner(of: stream), let start = unsafe start, count > 0 else {
        return 0
    }
    let octets = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
    return unsafe TLSCallbacks.report(session.writeSocket(octets, Int(count)), stream) {
        unsafe copenssl_retry_writing($0)
    }
}

@unsafe
private func controlStream(
    _ stream: OpaquePointer?, _ command: Int32, _: Int, _: UnsafeMutableRawPointer?
) -> Int {
    switch command {
    // There is nothing between us and the kernel.
    case BIO_CTRL_FLUSH: 1
    case BIO_CTRL_EOF: unsafe TLSCallbacks.owner(of: stream)?.isSocketAtEnd == true ? 1 : 0
    default: 0
    }
}

/// The list in a client's ALPN extension: names, each with its length in one octet before it (RFC 7301 §3.1).
enum ProtocolList {
    /// Where the first of `wanted` that the list holds stands in it.
    static func first(of wanted: [[UInt8]], in list: Span<UInt8>) -> Range<Int>? {
        for name in wanted {
            var position = 0
            while position < list.count {
                let range = (position + 1)..<(position + 1 + Int(list[position]))
                guard range.upperBound <= list.count else { break }
                if range.count == name.count, zip(range, name).allSatisfy({ list[$0] == $1 }) { return range }
                position = range.upperBound
            }
        }
        return nil
    }
}
