import COpenSSL

/// What a `TLSPeer` talks through: a connected socket.
package protocol OctetStream {
    func send(_ octets: [UInt8])
    /// What comes next; nil when nothing does in time, empty at the end of the stream.
    /// - Parameter seconds: nil for as long as tests wait.
    func receive(seconds: Double?) -> [UInt8]?
}

/// A TLS client of libssl whose octets pass through the test: what it wants to send and what came for it lie in memory.
@safe
package final class TLSPeer<Stream: OctetStream> {
    package struct Offer {
        package var versions: ClosedRange<Int32>
        package var protocols: [String]
        package var serverName: String?
        /// To resume.
        package var session: Ticket?
        package var ciphers: String

        package init(
            versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION, protocols: [String] = ["dot"],
            serverName: String? = nil, session: Ticket? = nil, ciphers: String = "DEFAULT:@SECLEVEL=0"
        ) {
            self.versions = versions
            self.protocols = protocols
            self.serverName = serverName
            self.session = session
            self.ciphers = ciphers
        }
    }

    /// What a client keeps to resume with.
    @safe
    package final class Ticket {
        package let handle: OpaquePointer
        init(adopting handle: OpaquePointer) { unsafe self.handle = handle }
        deinit { unsafe SSL_SESSION_free(handle) }

        /// What is sent to resume.
        package var octets: [UInt8] {
            var start: UnsafePointer<UInt8>?
            var count = 0
            unsafe SSL_SESSION_get0_ticket(handle, &start, &count)
            return unsafe Array(UnsafeBufferPointer(start: start, count: count))
        }
    }

    package let socket: Stream
    package let handle: OpaquePointer
    /// From the server, and to it.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// How many octets go to the socket at once.
    package var portion = Int.max
    /// The last error that libssl had: a reason, and what `SSL_get_error` called it.
    package private(set) var reason: Int32 = 0
    package private(set) var error: Int32 = 0
    package private(set) var endOfStream = false

    package init(_ socket: Stream, _ offer: Offer = Offer()) {
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

    deinit { unsafe SSL_free(handle) }

    // --- Octets of the stream below ---

    /// What waits to be sent.
    package func takeOutgoing() -> [UInt8] {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe BIO_read(outgoing, &buffer, Int32(buffer.count))
            guard count > 0 else { return octets }
            octets += buffer[..<Int(count)]
        }
    }

    package func flush() {
        var rest = takeOutgoing()[...]
        while !rest.isEmpty {
            socket.send(Array(rest.prefix(portion)))
            rest = rest.dropFirst(portion)
        }
    }

    /// Waits for octets of the server; false at the end of the stream, or when there are none in time.
    private func pull(seconds: Double? = nil) -> Bool {
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
    private func drive(seconds: Double? = nil, _ call: () -> Int32) -> Bool {
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

    package func shakeHands() -> Bool { drive { unsafe SSL_do_handshake(handle) } }

    /// Octets as they go over the wire.
    package func seal(_ octets: [UInt8]) -> [UInt8] {
        guard !octets.isEmpty else { return [] }
        unsafe SSL_write(handle, octets, Int32(octets.count))
        return takeOutgoing()
    }

    /// In one record as long as it fits.
    package func send(_ octets: [UInt8]) {
        guard !octets.isEmpty else { return }
        drive { unsafe SSL_write(handle, octets, Int32(octets.count)) }
    }

    package func sendMessage(_ message: [UInt8]) {
        send(
            [UInt8(truncatingIfNeeded: message.count >> 8), UInt8(truncatingIfNeeded: message.count)]
                + message)
    }

    /// What one record holds, or what is left of it; nil when nothing comes.
    package func receive(_ capacity: Int = 65_536, seconds: Double? = nil) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: capacity)
        var count = 0
        let didCome = drive(seconds: seconds) { unsafe SSL_read_ex(handle, &buffer, capacity, &count) }
        return didCome ? Array(buffer[..<count]) : nil
    }

    package func receiveMessage() -> [UInt8]? {
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
    package var isClosedInOrder: Bool {
        receive() == nil && error == SSL_ERROR_ZERO_RETURN
            && (endOfStream || socket.receive(seconds: nil) == [])
    }

    /// Whether the server has ended the session, or the stream below it.
    package var hasEnded: Bool { endOfStream || error == SSL_ERROR_ZERO_RETURN }

    /// Says that nothing more comes.
    package func endSession() {
        unsafe SSL_shutdown(handle)
        flush()
    }

    /// Asks for new keys for both sides (TLS 1.3).
    package func updateKeys() {
        unsafe SSL_key_update(handle, SSL_KEY_UPDATE_REQUESTED)
        unsafe SSL_do_handshake(handle)
    }

    /// Begins another handshake (TLS 1.2).
    package func renegotiate() -> Bool {
        unsafe SSL_renegotiate(handle)
        return drive { unsafe SSL_do_handshake(handle) } && (drive { unsafe SSL_do_handshake(handle) })
    }

    package var isResumed: Bool { unsafe SSL_session_reused(handle) == 1 }
    package var version: Int32 { unsafe SSL_version(handle) }

    /// To resume with. With TLS 1.3 it has come once something was received.
    package var ticket: Ticket? { unsafe SSL_get1_session(handle).map { unsafe Ticket(adopting: $0) } }

    /// The application protocol agreed on.
    package var applicationProtocol: String? {
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(handle, &start, &count)
        guard count > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    /// The common name of the certificate that was served.
    package var servedName: String? {
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
