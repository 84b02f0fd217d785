import CNghttp2

/// Queries over HTTP/2 (RFC 8484) on one connection, without the connection: octets out, octets in.
@safe
final class HTTP2Session {
    private let form: HTTP2RequestForm
    private let exchanges: Exchanges
    /// Nil when libnghttp2 had no memory for it.
    private var session: OpaquePointer?
    /// Queries that ended since the owner looked last.
    private(set) var endedCount = 0
    private var wasToldToLeave = false

    /// What a server may send ahead of being read: more than all answers that are under way.
    private static let window: Int32 = 16 << 20

    init(_ form: HTTP2RequestForm, _ exchanges: Exchanges) {
        self.form = form
        self.exchanges = exchanges
        var session: OpaquePointer?
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        guard
            unsafe nghttp2_session_client_new2(&session, HTTP2Library.callbacks, user, HTTP2Library.option)
                == 0
        else { return }
        unsafe self.session = session
        let entries = [
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0)
        ]
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        _ = unsafe nghttp2_submit_settings(session, none, entries, entries.count)
        _ = unsafe nghttp2_session_set_local_window_size(session, none, 0, Self.window)
    }

    deinit { unsafe nghttp2_session_del(session) }

    // --- Queries ---

    /// How many more queries the server takes now, while so many are under way.
    func room(inFlight: Int) -> Int {
        guard !isLeaving else { return 0 }
        let most = unsafe nghttp2_session_get_remote_settings(
            session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        return max(0, Int(most) - inFlight)
    }

    /// Puts the query at `place`, which `message` is, in line. False: it cannot be asked here.
    func ask(_ place: Int, _ message: UnsafeBufferPointer<UInt8>) -> Bool {
        let ticket = unsafe UnsafeMutableRawPointer(
            bitPattern: HTTP2Ticket(place, exchanges.table[place].generation).bits)
        let stream = unsafe form.withFields(for: message) { fields -> Int32 in
            guard form.method == .post else {
                return unsafe nghttp2_submit_request(
                    session, nil, fields.baseAddress, fields.count, nil, ticket)
            }
            var body = unsafe nghttp2_data_provider(
                source: nghttp2_data_source(fd: 0), read_callback: HTTP2Library.readBody)
            return unsafe nghttp2_submit_request(
                session, nil, fields.baseAddress, fields.count, &body, ticket)
        }
        guard stream > 0 else { return false }
        exchanges.note(place) { $0.stream = stream }
        return true
    }

    /// Takes back a query that was not answered in time.
    func cancel(_ stream: Int32) {
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        _ = unsafe nghttp2_submit_rst_stream(session, none, stream, NGHTTP2_CANCEL.rawValue)
    }

    func takeEndedCount() -> Int {
        defer { endedCount = 0 }
        return endedCount
    }

    /// Whether the connection takes no more queries.
    var isLeaving: Bool {
        unsafe wasToldToLeave || session == nil || nghttp2_session_check_request_allowed(session) == 0
    }

    // --- Octets ---

    /// Takes octets of the server. False: they are no HTTP/2.
    func receive(_ octets: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = octets.baseAddress else { return true }
        return unsafe nghttp2_session_mem_recv(session, start, octets.count) == octets.count
    }

    /// Has libnghttp2 make frames of all that waits. False: the session is at its end.
    func collect(into output: inout OctetQueue) -> Bool {
        while true {
            var frame: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &frame)
            guard count > 0, let frame = unsafe frame else { return count == 0 }
            unsafe output.append(UnsafeBufferPointer(start: frame, count: count))
        }
    }

    // --- Called by libnghttp2 ---

    /// The place of the query that a stream belongs to; nil when it has been given up.
    private func place(of stream: Int32) -> Int? {
        guard let user = unsafe nghttp2_session_get_stream_user_data(session, stream) else { return nil }
        let ticket = HTTP2Ticket(bits: UInt(bitPattern: user))
        let entry = exchanges.table[ticket.place]
        return !entry.isFree && entry.generation == ticket.generation ? ticket.place : nil
    }

    func status(_ stream: Int32, _ status: UInt16) {
        guard let place = place(of: stream) else { return }
        exchanges.note(place) { $0.status = status }
    }

    /// The header and question are in the first octets, however the rest is cut.
    func data(_ stream: Int32, _ octets: UnsafeBufferPointer<UInt8>) {
        guard let place = place(of: stream), exchanges.table[place].responseCode < 0,
            let header = unsafe AnswerHeader(octets),
            unsafe exchanges.isAnswer(octets, header, to: place)
        else { return }
        if header.isTruncated { exchanges.tally.truncated += 1 }
        exchanges.note(place) { $0.responseCode = Int16(header.responseCode) }
    }

    func streamClosed(_ stream: Int32, _ errorCode: UInt32) {
        guard let place = place(of: stream) else { return }
        let entry = exchanges.table[place]
        if errorCode == NGHTTP2_NO_ERROR.rawValue, entry.status == 200, entry.responseCode >= 0 {
            exchanges.finish(place, responseCode: Int(entry.responseCode))
        } else {
            exchanges.fail(place)
        }
        endedCount += 1
    }

    func leave() { wasToldToLeave = true }

    /// Copies the next octets of a query into a frame: how many, and whether they are the last.
    func readBody(
        _ stream: Int32, into buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> (count: Int, isLast: Bool)? {
        guard let place = place(of: stream) else { return nil }
        let sent = Int(exchanges.table[place].bodySent)
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: StreamCarrier.longestMessage) {
            message in
            guard let length = unsafe exchanges.rewrite(place, to: message) else { return nil }
            let count = min(buffer.count, length - sent)
            for index in 0..<count { unsafe buffer[index] = message[sent + index] }
            exchanges.note(place) { $0.bodySent = UInt16(truncatingIfNeeded: sent + count) }
            return (count, sent + count == length)
        }
    }
}

/// Says which query a stream belongs to: its place in the table, and which of the queries that had that place.
struct HTTP2Ticket {
    /// Never 0, which would be no ticket.
    let bits: UInt

    init(bits: UInt) { self.bits = bits }

    init(_ place: Int, _ generation: UInt32) {
        bits = UInt(generation) << 24 | UInt(place & 0xffff) << 1 | 1
    }

    var place: Int { Int(bits >> 1 & 0xffff) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: bits >> 24) }
}
