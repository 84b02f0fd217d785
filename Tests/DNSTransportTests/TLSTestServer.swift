import COpenSSL
import DNSWire

@testable import DNSTransport

/// The server's side of a TLS connection, made by hand, for what no decent server would do.
@safe
final class TLSTestServer {
    let socket: TestSocket
    private let handle: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// How many octets go to the socket at once.
    var portion = Int.max
    /// What `SSL_get_error` called the last one.
    private(set) var error: Int32 = 0

    /// Takes the next connection to `server`.
    ///
    /// - Parameters:
    ///   - applicationProtocol: not nil: the first that is offered is chosen; nil: none is.
    ///   - ticketKeys: of libssl's own tickets, 80 octets.
    ///   - tickets: how many are given for a session.
    ///   - newest: the newest version of TLS that is spoken.
    init(
        accepting server: FakeStreamServer, applicationProtocol: String? = nil, ticketKeys: [UInt8]? = nil,
        tickets: Int = 1, newest: Int32 = TLS1_3_VERSION
    ) throws {
        guard let socket = server.accept() else { throw SystemError(code: SystemError.cancelled) }
        self.socket = socket
        let context = unsafe SSL_CTX_new(TLS_server_method())!
        _ = unsafe copenssl_set_versions(context, TLS1_2_VERSION, newest)
        let certificate = EncryptedPeers.named.certificate
        let chain = unsafe BIO_new_mem_buf(certificate.chain, Int32(certificate.chain.count))
        let leaf = unsafe PEM_read_bio_X509(chain, nil, nil, nil)
        unsafe SSL_CTX_use_certificate(context, leaf)
        let keyFile = unsafe BIO_new_mem_buf(certificate.privateKey, Int32(certificate.privateKey.count))
        let key = unsafe PEM_read_bio_PrivateKey(keyFile, nil, nil, nil)
        unsafe SSL_CTX_use_PrivateKey(context, key)
        unsafe X509_free(leaf)
        unsafe EVP_PKEY_free(key)
        unsafe BIO_free(chain)
        unsafe BIO_free(keyFile)
        if applicationProtocol != nil {
            unsafe SSL_CTX_set_alpn_select_cb(context, chooseFirst, nil)
        }
        if var keys = ticketKeys {
            unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, keys.count, &keys)
        }
        unsafe SSL_CTX_set_num_tickets(context, tickets)
        unsafe handle = SSL_new(context)!
        unsafe SSL_CTX_free(context)
        unsafe incoming = BIO_new(BIO_s_mem())!
        unsafe outgoing = BIO_new(BIO_s_mem())!
        unsafe SSL_set_bio(handle, incoming, outgoing)
        unsafe SSL_set_accept_state(handle)
    }

    deinit { unsafe SSL_free(handle) }

    var isResumed: Bool { unsafe SSL_session_reused(handle) == 1 }

    private func takeOutgoing() -> [UInt8] {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe BIO_read(outgoing, &buffer, Int32(buffer.count))
            guard count > 0 else { return octets }
            octets += buffer[..<Int(count)]
        }
    }

    private func flush() {
        var rest = takeOutgoing()[...]
        while !rest.isEmpty {
            socket.send(Array(rest.prefix(portion)))
            rest = rest.dropFirst(portion)
        }
    }

    @discardableResult
    private func drive(_ call: () -> Int32) -> Bool {
        while true {
            ERR_clear_error()
            let result = call()
            if result <= 0 { error = unsafe SSL_get_error(handle, result) }
            flush()
            if result > 0 { return true }
            guard error == SSL_ERROR_WANT_READ, let octets = socket.receive(), !octets.isEmpty else {
                return false
            }
            unsafe BIO_write(incoming, octets, Int32(octets.count))
        }
    }

    func shakeHands() -> Bool { drive { unsafe SSL_do_handshake(handle) } }

    /// What one record holds, or what is left of it; nil when nothing comes.
    func receive(_ capacity: Int = 65_536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: capacity)
        var count = 0
        let didCome = drive { unsafe SSL_read_ex(handle, &buffer, capacity, &count) }
        return didCome ? Array(buffer[..<count]) : nil
    }

    func receiveMessage() -> [UInt8]? {
        guard let length = receiveExactly(2) else { return nil }
        return receiveExactly(Int(length[0]) << 8 | Int(length[1]))
    }

    func receiveExactly(_ count: Int) -> [UInt8]? {
        var octets: [UInt8] = []
        while octets.count < count {
            guard let more = receive(count - octets.count) else { return nil }
            octets += more
        }
        return octets
    }

    private var hasPreface = false

    /// Waits for the last frame of an HTTP/2 request; false when it does not come.
    func awaitRequest(on stream: UInt32) -> Bool {
        if !hasPreface { hasPreface = receiveExactly(24) != nil }
        while let header = receiveExactly(9) {
            let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            guard length == 0 || receiveExactly(length) != nil else { return false }
            let number = header[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if header[3] == 0, header[4] & 1 == 1, number == stream { return true }
        }
        return false
    }

    func send(_ octets: [UInt8]) {
        guard !octets.isEmpty else { return }
        drive { unsafe SSL_write(handle, octets, Int32(octets.count)) }
    }

    func sendMessage(_ message: [UInt8]) { send(framed(message)) }

    /// Octets as they go over the wire.
    func seal(_ octets: [UInt8]) -> [UInt8] {
        unsafe SSL_write(handle, octets, Int32(octets.count))
        return takeOutgoing()
    }

    /// The end of the session, as it goes over the wire.
    func sealEnd() -> [UInt8] {
        unsafe SSL_shutdown(handle)
        return takeOutgoing()
    }

    func endSession() { socket.send(sealEnd()) }
}

@unsafe
private func chooseFirst(
    _: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered = unsafe offered, count > 1 else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    unsafe chosen?.pointee = offered + 1
    unsafe chosenLength?.pointee = offered[0]
    return SSL_TLSEXT_ERR_OK
}
