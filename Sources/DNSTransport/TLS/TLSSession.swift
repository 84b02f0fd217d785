import CLinux
import COpenSSL

/// The server's side of one TLS connection over a non-blocking socket, which the owner keeps open for as long.
///
/// Each `shakeHands` and `receive` reads the socket once, as much as fits a record, and uses all of it: nothing that
/// could be read is left inside, where the event loop would not see it. So a turn's work for one client is bounded,
/// too, whatever the client sends.
@safe
final class TLSSession {
    enum State: Equatable {
        case handshaking
        case open
        /// The client sends no more; what it is owed can still be sent.
        case inputEnded
        /// Nothing can be sent or received any more. An alert has gone out where one was due.
        case broken(TLSFailure)
    }

    private(set) var state = State.handshaking
    /// What a handshake waits for.
    private(set) var interest: Interest = .readable

    /// Why it is broken.
    var failure: TLSFailure? {
        if case .broken(let failure) = state { failure } else { nil }
    }

    let server: TLSServerContext
    private let handle: OpaquePointer
    /// Borrowed.
    private let descriptor: Int32

    // --- What the callbacks see and leave ---

    /// Whether the socket may be read in this call.
    private var mayRead = false
    private var socketIsAtEnd = false
    /// Times that the client changed its keys (RFC 8446 §4.6.3).
    private var keyUpdates = 0
    private var askedToRenegotiate = false
    /// Where records are gathered while a batch is open.
    private var batch: TLSBatch?
    /// Octets of records that the socket has not taken, or was not given. They go before all others.
    private var backlog: [UInt8] = []
    private var socketHasFailed = false

    /// Each costs a key derivation for 27 octets of traffic. Due after 2^24 records (RFC 8446 §5.5), so that no client
    /// comes near it.
    private static let mostKeyUpdates = 32

    /// The longest plaintext of a record (RFC 8446 §5.1).
    private static let longestRecord = 16_384

    /// Nil when there is no memory.
    init?(_ server: TLSServerContext, over descriptor: borrowing FileDescriptor) {
        guard let handle = unsafe server.makeState() else { return nil }
        guard let stream = unsafe TLSCallbacks.makeStream() else {
            unsafe SSL_free(handle)
            return nil
        }
        self.server = server
        unsafe self.handle = handle
        self.descriptor = descriptor.number
        // Both are freed before this object is.
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe copenssl_set_owner(handle, owner)
        unsafe BIO_set_data(stream, owner)
        unsafe SSL_set_bio(handle, stream, stream)
        unsafe SSL_set_accept_state(handle)
    }

    deinit { unsafe SSL_free(handle) }

    // --- Handshake ---

    /// Goes on with the handshake as far as what came allows. Look at `state` and `interest` afterwards.
    ///
    /// Its last records (a ticket) wait for the next `batching`: most clients have sent a query by then, and the answer
    /// leaves with them.
    func shakeHands(in batch: TLSBatch) {
        guard state == .handshaking else { return }
        sendBacklog()
        if backlog.isEmpty {
            mayRead = true
            TLSErrors.clear()
            self.batch = batch
            let result = unsafe SSL_do_handshake(handle)
            self.batch = nil
            if result == 1 {
                state = .open
                backlog = unsafe batch.take { unsafe Array($0) }
                return
            }
            note(unsafe SSL_get_error(handle, result))
            sendBatch(batch)
        }
        if !backlog.isEmpty, state == .handshaking { interest = .writable }
        if socketHasFailed, failure == nil { state = .broken(.disconnected) }
    }

    /// Whether the handshake left octets of the client behind, which `receive` gives.
    var hasPending: Bool { unsafe SSL_has_pending(handle) == 1 }

    /// Whether the client came back with a ticket.
    var isResumed: Bool { unsafe SSL_session_reused(handle) == 1 }

    /// The application protocol that was agreed on; nil when the client offered none.
    var applicationProtocol: [UInt8]? {
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(handle, &start, &count)
        guard let start = unsafe start, count > 0 else { return nil }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// Whether zone transfers may go through it (RFC 9103 §7.1, §7.2).
    var isFitForTransfers: Bool {
        unsafe SSL_version(handle) == TLS1_3_VERSION && applicationProtocol == TLSParameters.dot
    }

    // --- Octets ---

    /// Everything that came, as far as there is room for it; with room for a record there is. `.end` and `.failed` may
    /// be true already when there are octets: look at `state`.
    func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> SocketResult {
        guard let start = buffer.baseAddress else { return .nothing }
        var total = 0
        mayRead = true
        while state == .open, total < buffer.count {
            var count = 0
            TLSErrors.clear()
            let result = unsafe SSL_read_ex(handle, start + total, buffer.count - total, &count)
            if askedToRenegotiate || keyUpdates > Self.mostKeyUpdates {
                state = .broken(.abuse)
            } else if result == 1 {
                total += count
                if !hasPending { break }
            } else {
                note(unsafe SSL_get_error(handle, result))
                if state == .open { break }
            }
        }
        if total > 0 { return .octets(total) }
        return switch state {
        case .handshaking, .open: .nothing
        case .inputEnded: .end
        case .broken: .failed(SystemError.connectionReset)
        }
    }

    /// Octets of records that wait to be sent; no more than a batch holds.
    var backlogCount: Int { backlog.count }

    /// Has `body` send, and gives the socket all records in one go.
    ///
    /// - Returns: false when the connection is broken.
    func batching(in batch: TLSBatch, _ body: () -> Void) -> Bool {
        if unsafe backlog.withUnsafeBufferPointer({ unsafe batch.append($0) }) {
            backlog = []
            self.batch = batch
            body()
            self.batch = nil
            sendBatch(batch)
        }
        if socketHasFailed, failure == nil { state = .broken(.disconnected) }
        return failure == nil
    }

    private func sendBatch(_ batch: TLSBatch) {
        unsafe batch.take { octets in
            guard let start = octets.baseAddress, octets.count > 0, !socketHasFailed else { return }
            let taken = unsafe give(start, octets.count)
            if taken < octets.count { backlog = unsafe Array(octets[taken...]) }
        }
    }

    private func sendBacklog() {
        guard !backlog.isEmpty, !socketHasFailed else { return }
        let taken = unsafe backlog.withUnsafeBufferPointer { octets in
            unsafe octets.baseAddress.map { unsafe give($0, octets.count) } ?? 0
        }
        if taken == backlog.count { backlog = [] } else { backlog.removeFirst(taken) }
    }

    /// How many octets the socket takes.
    private func give(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let result = unsafe StreamResult(clinux_send(descriptor, start, count))
        switch result {
        case .octets(let taken): return taken
        case .later: return 0
        case .end, .failed:
            socketHasFailed = true
            return 0
        }
    }

    /// Sends in as few records as can be. What was not taken must be what the next call begins with.
    func send(_ octets: UnsafeBufferPointer<UInt8>) -> SocketResult {
        guard let start = octets.baseAddress, state == .open || state == .inputEnded else { return .nothing }
        var total = 0
        while total < octets.count {
            let length = min(octets.count - total, Self.longestRecord)
            var count = 0
            TLSErrors.clear()
            let result = unsafe SSL_write_ex(handle, start + total, length, &count)
            if result == 1 {
                total += count
                continue
            }
            let code = unsafe SSL_get_error(handle, result)
            if code == SSL_ERROR_WANT_WRITE || code == SSL_ERROR_WANT_READ { break }
            // Whatever else it is called: who has said that it sends no more can still be gone.
            state = .broken(TLSFailure(code: code))
            return .failed(SystemError.connectionReset)
        }
        return total > 0 ? .octets(total) : .nothing
    }

    /// Tells the client that nothing more comes (close_notify).
    func shutDown() {
        guard state == .open || state == .inputEnded else { return }
        TLSErrors.clear()
        // The answer is not waited for (RFC 8446 §6.1), and a full socket has more to lose than this.
        _ = unsafe SSL_shutdown(handle)
        TLSErrors.clear()
        state = .broken(.disconnected)
    }

    /// Draws the consequences of a call that did not succeed.
    private func note(_ code: Int32) {
        switch code {
        case SSL_ERROR_WANT_READ: interest = .readable
        case SSL_ERROR_WANT_WRITE: interest = .writable
        case SSL_ERROR_ZERO_RETURN where state == .open: state = .inputEnded
        default: state = .broken(TLSFailure(code: code))
        }
    }
}

// --- Called by libssl, within the calls above ---

extension TLSSession {
    enum StreamResult {
        case octets(Int)
        /// Not now.
        case later
        case end
        case failed
    }

    @unsafe
    func readSocket(_ start: UnsafeMutablePointer<UInt8>, _ capacity: Int) -> StreamResult {
        guard mayRead else { return .later }
        mayRead = false
        let result = unsafe clinux_receive(descriptor, start, capacity)
        if result == 0 { socketIsAtEnd = true }
        return StreamResult(result)
    }

    @unsafe
    func writeSocket(_ start: UnsafePointer<UInt8>, _ count: Int) -> StreamResult {
        guard let batch else {
            sendBacklog()
            guard backlog.isEmpty else { return .later }
            return unsafe StreamResult(clinux_send(descriptor, start, count))
        }
        guard backlog.isEmpty else { return .later }
        let record = unsafe UnsafeBufferPointer(start: start, count: count)
        if unsafe batch.append(record) { return .octets(count) }
        sendBatch(batch)
        if socketHasFailed { return .failed }
        return unsafe backlog.isEmpty && batch.append(record) ? .octets(count) : .later
    }

    var isSocketAtEnd: Bool { socketIsAtEnd }

    func noteKeyUpdate() { keyUpdates += 1 }
    func noteRenegotiation() { askedToRenegotiate = true }
}

extension TLSSession.StreamResult {
    /// - Parameter result: of a shim, a negative `errno` on failure.
    fileprivate init(_ result: Int64) {
        if result > 0 {
            self = .octets(Int(result))
        } else if result == 0 {
            self = .end
        } else {
            self = SystemError.meansWait(Int32(truncatingIfNeeded: -result)) ? .later : .failed
        }
    }
}
