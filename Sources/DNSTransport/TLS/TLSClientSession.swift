import COpenSSL
import DNSWire

/// The client's side of one TLS connection, without the connection: octets of the network in, octets for it out.
///
/// Before the server has proved to be the one that is meant, the state is not `open`, and nothing that is to be sent
/// goes into what is `unsent`.
@safe
final class TLSClientSession {
    enum State: Equatable {
        case handshaking
        case open
        /// The server sends no more.
        case inputEnded
        case broken(EncryptionFault)
    }

    private(set) var state = State.handshaking
    let server: EncryptedServer
    /// Whether it has to be what zone transfers demand (RFC 9103 §7.1, §7.2).
    private let isForTransfers: Bool
    /// For the network.
    private(set) var unsent = StreamOutput()
    private let handle: OpaquePointer
    /// Ends in memory of which libssl reads, and to which it writes.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private var tickets: [TLSClientTicket] = []

    /// Tickets kept of one session; servers give one to four.
    private static let mostTickets = 4
    /// The longest plaintext of a record (RFC 8446 §5.1).
    private static let longestRecord = 16_384

    /// Nil when there is no memory. The first octets to send are there then.
    ///
    /// - Parameters:
    ///   - ticket: of an earlier session with the same server.
    ///   - forTransfers: TLS 1.3 with "dot" or nothing.
    init?(
        _ context: TLSClientContext, to server: EncryptedServer, resuming ticket: TLSClientTicket?,
        forTransfers: Bool = false
    ) {
        guard let handle = unsafe context.makeState() else { return nil }
        guard let incoming = unsafe copenssl_memory() else {
            unsafe SSL_free(handle)
            return nil
        }
        guard let outgoing = unsafe copenssl_memory() else {
            unsafe BIO_free(incoming)
            unsafe SSL_free(handle)
            return nil
        }
        self.server = server
        isForTransfers = forTransfers
        unsafe self.handle = handle
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        unsafe SSL_set_bio(handle, incoming, outgoing)
        // Freed before this object is.
        unsafe copenssl_set_owner(handle, Unmanaged.passUnretained(self).toOpaque())
        guard prepare() else { return nil }
        // libssl spoils what it was used with; the ticket may be the only one.
        if let ticket, let copy = unsafe SSL_SESSION_dup(ticket.handle) {
            unsafe SSL_set_session(handle, copy)
            unsafe SSL_SESSION_free(copy)
        }
        unsafe SSL_set_connect_state(handle)
        shakeHands()
    }

    deinit { unsafe SSL_free(handle) }

    /// Says what is wanted of the server.
    private func prepare() -> Bool {
        let list = [UInt8(clamping: applicationProtocol.count)] + applicationProtocol
        guard unsafe SSL_set_alpn_protos(handle, list, UInt32(list.count)) == 0 else { return false }
        if isForTransfers,
            unsafe SSL_ctrl(handle, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_3_VERSION), nil) != 1
        {
            return false
        }
        if let name = server.name, unsafe copenssl_send_name(handle, name) != 1 { return false }
        let wanted = unsafe SSL_get0_param(handle)
        let isSet: Bool
        switch server.authentication {
        case .name(let name):
            let flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
            unsafe X509_VERIFY_PARAM_set_hostflags(wanted, UInt32(flags))
            // An empty name would have every name accepted.
            isSet = unsafe !name.isEmpty && X509_VERIFY_PARAM_set1_host(wanted, name, name.utf8.count) == 1
        case .address:
            let octets = server.address.address.octets
            isSet = unsafe X509_VERIFY_PARAM_set1_ip(wanted, octets, octets.count) == 1
        case .pins(let pins):
            // The key is looked at when the server has shown that it has it.
            unsafe SSL_set_verify(handle, SSL_VERIFY_NONE, nil)
            return !pins.isEmpty
        case .opportunistic:
            unsafe SSL_set_verify(handle, SSL_VERIFY_NONE, nil)
            return true
        }
        unsafe SSL_set_verify(handle, SSL_VERIFY_PEER, nil)
        return isSet
    }

    /// Its name (for HTTP/2: RFC 9113 §3.2).
    private var applicationProtocol: [UInt8] {
        server.service == .tls ? TLSParameters.dot : Array("h2".utf8)
    }

    /// Whether the server took a ticket.
    var isResumed: Bool { unsafe SSL_session_reused(handle) == 1 }

    /// What the server gave to resume with. Only once the session is open, it is worth anything.
    func takeTickets() -> [TLSClientTicket] {
        defer { tickets = [] }
        return tickets
    }

    //--- In ---

    /// Takes what came from the network and writes what it means to `buffer`: how many octets. The buffer has to hold
    /// what came and one record more. Look at `state` afterwards.
    func receive(
        _ octets: UnsafeBufferPointer<UInt8>, into buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        guard let start = octets.baseAddress, let room = buffer.baseAddress,
            state == .handshaking || state == .open
        else { return 0 }
        let count = Int32(clamping: octets.count)
        guard unsafe BIO_write(incoming, start, count) == count else {
            state = .broken(.handshake(.ours))
            return 0
        }
        if state == .handshaking { shakeHands() }
        var total = 0
        while state == .open, total < buffer.count {
            var count = 0
            TLSErrors.clear()
            let result = unsafe SSL_read_ex(handle, room + total, buffer.count - total, &count)
            if result == 1 {
                total += count
            } else {
                guard note(unsafe SSL_get_error(handle, result)) else { break }
            }
        }
        collect()
        return total
    }

    /// The connection ended: nothing more comes.
    func endInput() {
        switch state {
        case .handshaking: state = .broken(.handshake(.disconnected))
        case .open: state = .inputEnded
        case .inputEnded, .broken: break
        }
    }

    //--- Out ---

    /// Seals octets into what is unsent: how many, none before the session is open.
    func send(_ octets: UnsafeBufferPointer<UInt8>) -> Int {
        guard let start = octets.baseAddress, state == .open else { return 0 }
        var total = 0
        while total < octets.count, state == .open {
            let length = min(octets.count - total, Self.longestRecord)
            var count = 0
            TLSErrors.clear()
            let result = unsafe SSL_write_ex(handle, start + total, length, &count)
            if result == 1 {
                total += count
            } else {
                // Memory takes everything, so that this is no wait for room.
                state = .broken(.handshake(TLSFailure(code: unsafe SSL_get_error(handle, result))))
            }
        }
        collect()
        return total
    }

    /// Notes that the first `count` octets of what is unsent were written.
    func sent(_ count: Int) { unsent.advance(by: count) }

    /// Tells the server that nothing more comes (close_notify). libssl would have the tickets of a session without it
    /// forgotten, whoever ended it.
    func shutDown() {
        guard state == .open || state == .inputEnded else { return }
        TLSErrors.clear()
        _ = unsafe SSL_shutdown(handle)
        TLSErrors.clear()
        collect()
        state = .inputEnded
    }

    //--- Handshake ---

    private func shakeHands() {
        TLSErrors.clear()
        let result = unsafe SSL_do_handshake(handle)
        if result == 1 {
            state = fault.map { .broken($0) } ?? .open
        } else {
            _ = note(unsafe SSL_get_error(handle, result))
        }
        collect()
    }

    /// What is wrong with the server although the handshake went well.
    private var fault: EncryptionFault? {
        if case .pins(let pins) = server.authentication {
            guard let certificate = unsafe SSL_get0_peer_certificate(handle) else { return .wrongPin }
            var digest = [UInt8](repeating: 0, count: 32)
            guard unsafe copenssl_pin(certificate, &digest) == 1, pins.contains(digest) else {
                return .wrongPin
            }
        }
        // Servers of DNS over TLS may know nothing of ALPN (RFC 7858 is older); HTTP/2 begins with it.
        guard server.service != .tls || isForTransfers else { return nil }
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(handle, &start, &count)
        let chosen = unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
        guard chosen != applicationProtocol else { return nil }
        return isForTransfers ? .noTransfers : .noHTTP2
    }

    /// Draws the consequences of a call that did not succeed; false when it only has to wait for more octets.
    private func note(_ code: Int32) -> Bool {
        switch code {
        case SSL_ERROR_WANT_READ: return false
        case SSL_ERROR_ZERO_RETURN where state == .open: state = .inputEnded
        case SSL_ERROR_SSL where copenssl_reason(ERR_peek_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED:
            TLSErrors.clear()
            let result = Int32(clamping: unsafe SSL_get_verify_result(handle))
            state = .broken(EncryptionFault(verification: result, server))
        default: state = .broken(.handshake(TLSFailure(code: code)))
        }
        return true
    }

    /// Takes over what libssl wants to be sent.
    private func collect() {
        // As long as a record with all that is around it.
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestRecord + 1024) { room in
            while let start = room.baseAddress {
                let count = unsafe BIO_read(outgoing, start, Int32(clamping: room.count))
                guard count > 0 else { break }
                unsafe unsent.append(octets: UnsafeBufferPointer(start: start, count: Int(count)))
            }
        }
        TLSErrors.clear()
    }

    /// Called by libssl, within the calls above.
    func keep(_ ticket: TLSClientTicket) {
        tickets.append(ticket)
        if tickets.count > Self.mostTickets { tickets.removeFirst() }
    }
}
