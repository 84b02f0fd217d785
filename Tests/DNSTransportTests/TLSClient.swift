import COpenSSL
import DNSWire

@testable import DNSTransport

/// A TLS client of libssl whose octets pass through the test: what it wants to send and what came for it lie in memory.
@safe
final class TLSClient {
    struct Offer {
        var versions = TLS1_2_VERSION...TLS1_3_VERSION
        var protocols: [String] = ["dot"]
        var serverName: String?
        /// To resume.
        var session: Ticket?
        var ciphers = "DEFAULT:@SECLEVEL=0"
    }

    /// What a client keeps to resume with.
    @safe
    final class Ticket {
        let handle: OpaquePointer
        init(adopting handle: OpaquePointer) { unsafe self.handle = handle }
        deinit { unsafe SSL_SESSION_free(handle) }

        /// What is sent to resume.
        var octets: [UInt8] {
            var start: UnsafePointer<UInt8>?
            var count = 0
            unsafe SSL_SESSION_get0_ticket(handle, &start, &count)
            return unsafe Array(UnsafeBufferPointer(start: start, count: count))
        }
    }

    let socket: TestSocket
    let handle: OpaquePointer
    /// From the server, and to it.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// How many octets go to the socket at once.
    var portion = Int.max
    /// The last error that libssl had: a reason, and what `SSL_get_error` called it.
    private(set) var reason: Int32 = 0
    private(set) var error: Int32 = 0
    private(set) var endOfStream = false

    init(_ socket: TestSocket, _ offer: Offer = Offer()) {
        self.socket = socket
        let context = unsafe SSL_CTX_new(TLS_client_method())!
        unsafe SSL_CTX_set_security_level(context, 0)
        _ = unsafe copenssl_set_versions(context, offer.versions.lowerBound, offer.versions.upperBound)
        unsafe SSL_CTX_set_cipher_list(context, offer.ciphers)
        unsafe handle = SSL_new(context)!
        unsafe SSL_CTX_free(context)
        unsafe incoming = BIO_new(BIO_s_mem())!
        unsafe outgoing = BIO_new(BIO_s_mem())!
        unsafe SSL_set_bio(handle, incoming, outgoing)
        unsafe SSL_set_connect_state(handle)
        let list = offer.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !list.isEmpty { unsafe SSL_set_alpn_protos(handle, list, UInt32(list.count)) }
        if let name = offer.serverName {
            var name = Array(name.utf8CString)
            unsafe SSL_ctrl(
                handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), &name)
        }
        if let session = offer.session { unsafe SSL_set_session(handle, session.handle) }
    }

    /// A connection of its own to `worker`.
    convenience init(to worker: TestWorker, _ offer: Offer = Offer(), receiveBuffer: Int? = nil) throws {
        self.init(try TestSocket(.tls, to: worker.address, receiveBuffer: receiveBuffer), offer)
    }

    /// Connected and ready to ask.
    static func connected(
        to worker: TestWorker, _ offer: Offer = Offer(), receiveBuffer: Int? = nil
    ) throws -> TLSClient {
        let client = try TLSClient(to: worker, offer, receiveBuffer: receiveBuffer)
        guard client.shakeHands() else { throw SystemError(code: client.reason) }
        return client
    }

    deinit { unsafe SSL_free(handle) }

    // --- Octets of the stream below ---

    /// What waits to be sent.
    func takeOutgoing() -> [UInt8] {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe BIO_read(outgoing, &buffer, Int32(buffer.count))
            guard count > 0 else { return octets }
            octets += buffer[..<Int(count)]
        }
    }

    func flush() {
        var rest = takeOutgoing()[...]
        while !rest.isEmpty {
            socket.send(Array(rest.prefix(portion)))
            rest = rest.dropFirst(portion)
        }
    }

    /// Waits for octets of the server; false at the end of the stream, or when there are none in time.
    private func pull(seconds: Double = patience) -> Bool {
        guard let octets = socket.receive(seconds: seconds) else { return false }
        guard !octets.isEmpty else {
            endOfStream = true
            return false
        }
        unsafe BIO_write(incoming, octets, Int32(octets.count))
        return true
    }

    /// Repeats `call` until it succeeds, with octets sent and received as it asks.
    @discardableResult
    private func drive(seconds: Double = patience, _ call: () -> Int32) -> Bool {
        while true {
            ERR_clear_error()
            let result = call()
            if result <= 0 {
                error = unsafe SSL_get_error(handle, result)
                reason = copenssl_reason(ERR_peek_error())
            }
            flush()
            if result > 0 { return true }
            guard error == SSL_ERROR_WANT_READ, pull(seconds: seconds) else { return false }
        }
    }

    // --- Session ---

    func shakeHands() -> Bool { drive { unsafe SSL_do_handshake(handle) } }

    /// Octets as they go over the wire.
    func seal(_ octets: [UInt8]) -> [UInt8] {
        guard !octets.isEmpty else { return [] }
        unsafe SSL_write(handle, octets, Int32(octets.count))
        return takeOutgoing()
    }

    /// In one record as long as it fits.
    func send(_ octets: [UInt8]) {
        guard !octets.isEmpty else { return }
        drive { unsafe SSL_write(handle, octets, Int32(octets.count)) }
    }

    func sendMessage(_ message: [UInt8]) { send(framed(message)) }

    /// What one record holds, or what is left of it; nil when nothing comes.
    func receive(_ capacity: Int = 65_536, seconds: Double = patience) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: capacity)
        var count = 0
        let didCome = drive(seconds: seconds) { unsafe SSL_read_ex(handle, &buffer, capacity, &count) }
        return didCome ? Array(buffer[..<count]) : nil
    }

    func receiveMessage() -> [UInt8]? {
        guard let length = receiveExactly(2) else { return nil }
        return receiveExactly(Int(length[0]) << 8 | Int(length[1]))
    }

    private func receiveExactly(_ count: Int) -> [UInt8]? {
        var octets: [UInt8] = []
        while octets.count < count {
            guard let more = receive(count - octets.count) else { return nil }
            octets += more
        }
        return octets
    }

    /// Whether the server ends the session (close_notify) and the stream before it sends anything more.
    var isClosedInOrder: Bool {
        receive() == nil && error == SSL_ERROR_ZERO_RETURN && (endOfStream || socket.isClosed())
    }

    /// Says that nothing more comes.
    func endSession() {
        unsafe SSL_shutdown(handle)
        flush()
    }

    /// Asks for new keys for both sides (TLS 1.3).
    func updateKeys() {
        unsafe SSL_key_update(handle, SSL_KEY_UPDATE_REQUESTED)
        unsafe SSL_do_handshake(handle)
    }

    /// Begins another handshake (TLS 1.2).
    func renegotiate() -> Bool {
        unsafe SSL_renegotiate(handle)
        return drive { unsafe SSL_do_handshake(handle) } && (drive { unsafe SSL_do_handshake(handle) })
    }

    var isResumed: Bool { unsafe SSL_session_reused(handle) == 1 }
    var version: Int32 { unsafe SSL_version(handle) }

    /// To resume with. With TLS 1.3 it has come once something was received.
    var ticket: Ticket? { unsafe SSL_get1_session(handle).map { unsafe Ticket(adopting: $0) } }

    /// The application protocol agreed on.
    var applicationProtocol: String? {
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(handle, &start, &count)
        guard count > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    /// The common name of the certificate that was served.
    var servedName: String? {
        guard let certificate = unsafe SSL_get0_peer_certificate(handle) else { return nil }
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe text.withUnsafeMutableBytes { buffer in
            unsafe X509_NAME_get_text_by_NID(
                X509_get_subject_name(certificate), NID_commonName,
                buffer.assumingMemoryBound(to: CChar.self).baseAddress, 256)
        }
        return count > 0 ? String(decoding: text[..<Int(count)], as: UTF8.self) : nil
    }
}
