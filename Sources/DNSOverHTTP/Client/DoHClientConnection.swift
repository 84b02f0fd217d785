import CNghttp2
import DNSWire

/// The client's side of DNS over HTTPS on one HTTP/2 connection (RFC 8484), without the connection: queries in, octets
/// out; octets in, responses out.
///
/// Nothing that the server sends is believed to be of sensible size or number; `DoHClientLimits` says what is taken.
@safe
public final class DoHClientConnection {
    /// What became of a query.
    public struct Response {
        /// What `ask` gave.
        public let stream: UInt32
        public let result: Result<[UInt8], DoHFault>
        /// The query was not worked on, or not to its end, for a reason that is not the query's: on another connection
        /// it may have more luck.
        public let mayBeAskedAgain: Bool
    }

    private let memory: UnsafeMutablePointer<SessionMemory>
    /// Nil when libnghttp2 had no memory for it.
    private var session: OpaquePointer?
    private let authority: [UInt8]
    private let path: [UInt8]
    private var queries: [Int32: OpenQuery] = [:]
    private var responses: [Response] = []
    private var output = OutputBuffer()
    private var budget = AbuseBudget(allowance: DoHClientLimits.abuseAllowance)
    private var wasToldToLeave = false
    private var hasEnded = false

    /// - Parameters:
    ///   - authority: the server's name or address, with a port where it is not 443.
    ///   - path: absolute.
    public init(authority: String, path: String) {
        self.authority = Array(authority.utf8)
        self.path = Array(path.utf8)
        let memory = UnsafeMutablePointer<SessionMemory>.allocate(capacity: 1)
        unsafe memory.initialize(to: SessionMemory(limit: DoHClientLimits.sessionMemory))
        unsafe self.memory = memory
        var allocator = unsafe SessionMemory.allocator(memory)
        var session: OpaquePointer?
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        let result = unsafe nghttp2_session_client_new3(
            &session, HTTP2ClientLibrary.callbacks, user, HTTP2ClientLibrary.option, &allocator)
        guard result == 0, unsafe session != nil else {
            hasEnded = true
            return
        }
        unsafe self.session = session
        offerSettings()
        flush()
    }

    deinit {
        unsafe nghttp2_session_del(session)
        unsafe memory.deallocate()
    }

    private func offerSettings() {
        let entries = [
            // RFC 8484 §5.3 would have pushed responses checked; what was not asked for is not wanted.
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(DoHLimits.streamWindow)),
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(DoHLimits.longestFieldSection)),
        ]
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        guard unsafe nghttp2_submit_settings(session, none, entries, entries.count) == 0,
            unsafe nghttp2_session_set_local_window_size(session, none, 0, DoHClientLimits.connectionWindow)
                == 0
        else { return end() }
    }

    //--- Queries ---

    /// Whether the server takes another query.
    public var takesQueries: Bool {
        guard !isLeaving, unsafe nghttp2_session_check_request_allowed(session) != 0 else {
            return false
        }
        let most = unsafe nghttp2_session_get_remote_settings(
            session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        return queries.count < Int(most)
    }

    /// Puts a query in line (RFC 8484 §4.1: by POST, with ID 0); the number that its response will bear. Nil when the
    /// connection takes none.
    public func ask(_ message: Span<UInt8>) -> UInt32? {
        guard !isLeaving, message.count >= RequestHead.shortestMessage,
            message.count <= DoHLimits.longestMessage
        else { return nil }
        var query = OpenQuery(unsafe message.withUnsafeBufferPointer { unsafe Array($0) })
        (query.message[0], query.message[1]) = (0, 0)
        var body = unsafe nghttp2_data_provider(
            source: nghttp2_data_source(fd: 0), read_callback: HTTP2ClientLibrary.readBody)
        let stream = unsafe HTTP2ClientFields.withFields(
            authority: authority, path: path, length: message.count
        ) {
            unsafe nghttp2_submit_request(session, nil, $0.baseAddress, $0.count, &body, nil)
        }
        guard stream > 0 else { return nil }
        // libnghttp2 asks for the body when it makes frames, not before.
        queries[stream] = query
        flush()
        return UInt32(clamping: stream)
    }

    /// The next query that came to its end.
    public func nextResponse() -> Response? { responses.isEmpty ? nil : responses.removeFirst() }

    //--- Octets ---

    public func receive(_ octets: Span<UInt8>) {
        guard !hasEnded, !octets.isEmpty else { return }
        let result = unsafe octets.withUnsafeBufferPointer {
            unsafe nghttp2_session_mem_recv(session, $0.baseAddress, $0.count)
        }
        guard result >= 0, !budget.isSpent else { return end() }
        flush()
    }

    /// What waits to be written.
    public func withUnsent<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe output.withUnwritten(body)
    }

    /// Notes that the first `count` octets of it were written.
    public func sent(_ count: Int) {
        output.advance(by: count)
        flush()
    }

    public var unsentCount: Int { output.count }

    /// The server takes no more queries on this connection; responses may still come.
    public var isLeaving: Bool { wasToldToLeave || hasEnded }

    /// Nothing more comes of this connection.
    public var isFinished: Bool { hasEnded }

    /// Has libnghttp2 make frames, as long as there is room for them.
    private func flush() {
        while !hasEnded, output.count < DoHClientLimits.outputHighWater {
            var frame: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &frame)
            guard count >= 0 else { return end() }
            guard count > 0, let frame = unsafe frame else { break }
            unsafe output.append(UnsafeBufferPointer(start: frame, count: count))
        }
        if !hasEnded, unsafe nghttp2_session_want_read(session) == 0,
            unsafe nghttp2_session_want_write(session) == 0
        {
            end()
        }
    }

    /// Ends the connection, and all queries with it.
    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        for stream in queries.keys.sorted() { finish(stream, .failure(.broken), mayBeAskedAgain: true) }
    }

    private func finish(
        _ stream: Int32, _ result: Result<[UInt8], DoHFault>, mayBeAskedAgain: Bool = false
    ) {
        guard queries.removeValue(forKey: stream) != nil else { return }
        responses.append(
            Response(stream: UInt32(clamping: stream), result: result, mayBeAskedAgain: mayBeAskedAgain))
    }

    //--- Called by libnghttp2 ---

    /// A frame begins. False: it was one too many.
    func beginFrame(_ frame: nghttp2_frame_hd) -> Bool {
        let endsStream = frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch UInt32(frame.type) {
        // Forbidden by our settings, which went before any query.
        case NGHTTP2_PUSH_PROMISE.rawValue: return false
        case NGHTTP2_DATA.rawValue:
            if !endsStream, frame.length < AbuseBudget.smallData { budget.charge(AbuseBudget.frame) }
        default: budget.charge(AbuseBudget.frame)
        }
        return !budget.isSpent
    }

    func invalidFrame() -> Bool {
        budget.charge(AbuseBudget.invalidFrame)
        return !budget.isSpent
    }

    func field(_ stream: Int32, _ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard var query = queries[stream] else { return }
        if name.equals(":status") {
            // Of several the last is that of the response; those before are interim (RFC 9110 §15.2).
            query.status = Self.number(value)
        } else if name.equals("content-type") {
            query.isMessage = Self.isMessageType(value)
        } else if name.equals("age") {
            query.age = UInt32(clamping: value.decimalNumber ?? 0)
        }
        queries[stream] = query
    }

    /// Three digits; 0 for what is no status.
    private static func number(_ text: Span<UInt8>) -> UInt16 {
        guard text.count == 3 else { return 0 }
        var number: UInt16 = 0
        for index in text.indices {
            guard (0x30...0x39).contains(text[index]) else { return 0 }
            number = number * 10 + UInt16(text[index] - 0x30)
        }
        return number
    }

    /// Whether a content type is that of DNS messages, whatever its parameters (RFC 9110 §8.3.1).
    private static func isMessageType(_ value: Span<UInt8>) -> Bool {
        var end = 0
        while end < value.count, ![0x3b, 0x20, 0x09].contains(value[end]) { end += 1 }
        return value.extracting(0..<end).equalsIgnoringCase("application/dns-message")
    }

    func data(_ stream: Int32, _ octets: Span<UInt8>) {
        guard let room = queries[stream].map({ DoHLimits.longestMessage - $0.body.count }) else { return }
        guard octets.count <= room else {
            finish(stream, .failure(.length))
            let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
            _ = unsafe nghttp2_submit_rst_stream(session, none, stream, NGHTTP2_CANCEL.rawValue)
            return
        }
        unsafe octets.withUnsafeBufferPointer { unsafe queries[stream]?.body.append(contentsOf: $0) }
    }

    /// A stream's last frame came.
    func endResponse(_ stream: Int32) {
        guard let query = queries[stream] else { return }
        if query.status != 200 {
            finish(stream, .failure(.status(query.status)))
        } else if !query.isMessage {
            finish(stream, .failure(.contentType))
        } else if query.body.count < RequestHead.shortestMessage {
            finish(stream, .failure(.length))
        } else {
            budget.earn()
            var message = query.body
            ResponseFreshness.age(&message, by: query.age)
            finish(stream, .success(message))
        }
    }

    /// GOAWAY: what is under way may be answered still, and what was not seen libnghttp2 closes.
    func leave() { wasToldToLeave = true }

    func streamClosed(_ stream: Int32, errorCode: UInt32) {
        finish(stream, .failure(.reset(errorCode)), mayBeAskedAgain: true)
    }

    /// Copies the next octets of a query into a frame: how many, and whether they are the last.
    func readBody(
        _ stream: Int32, into buffer: UnsafeMutablePointer<UInt8>, _ room: Int
    ) -> (count: Int, isLast: Bool)? {
        guard let query = queries[stream] else { return nil }
        let count = max(0, min(room, query.message.count - query.sent))
        unsafe query.message.withUnsafeBufferPointer { octets in
            guard count > 0, let base = octets.baseAddress else { return }
            unsafe buffer.update(from: base + query.sent, count: count)
        }
        queries[stream]?.sent += count
        return (count, query.sent + count == query.message.count)
    }
}

/// A query that waits for its response, and what there is of that.
private struct OpenQuery {
    var message: [UInt8]
    /// Octets of the message that are in frames.
    var sent = 0
    var status: UInt16 = 0
    var isMessage = false
    /// Seconds that the response has been in caches (RFC 9111 §5.1).
    var age: UInt32 = 0
    var body: [UInt8] = []

    init(_ message: [UInt8]) { self.message = message }
}

/// What is taken from a server of DNS over HTTPS.
enum DoHClientLimits {
    /// Octets that libnghttp2 may hold: tables of header fields (8 KB), and 100 streams with a frame each that is not
    /// sent yet.
    static let sessionMemory = 1 << 20
    /// As for clients (`AbuseBudget`): frames that are no part of a response. A server acknowledges, pings and opens
    /// windows now and then; each response earns some back.
    static let abuseAllowance = 1_000
    /// Octets of responses that a server may send ahead: four of the longest.
    static let connectionWindow: Int32 = 262_144
    /// Octets made ahead of being written.
    static let outputHighWater = 65_536
}
