import CNghttp2
import DNSWire

/// The server's side of an HTTP/2 connection (RFC 9113), framed and compressed by libnghttp2. This file has
/// the way in and out; `HTTP2Connection+Requests` what the library calls while it reads, and
/// `HTTP2Connection+Responses` what becomes of queries.
///
/// A request goes: `head` (its header block) -> `partial` (its body) -> `ready` -> `pending` (handed out) ->
/// answered, and, while the peer's window is closed, `held`.
@safe
final class HTTP2Connection: HTTPConnection {
    let settings: DoHSettings
    let believed: [IPNetwork]?
    let counters: DoHCounterSet
    private let memory: UnsafeMutablePointer<SessionMemory>
    /// Nil when libnghttp2 had no memory for it.
    private(set) var session: OpaquePointer?

    /// The request whose header block is read.
    var head = RequestHead()
    var headStream: Int32 = 0
    var headerBlockOctets = 0
    var continuations = 0
    var partial: [PartialRequest] = []
    var ready: [ReadyQuery] = []
    var readyFirst = 0
    var pending: [PendingQuery] = []
    var held: [HeldResponse] = []
    var heldOctets = 0
    /// Octets of messages in `partial` and `ready`.
    var requestOctets = 0
    var responsesMade = 0
    /// The response that is submitted right now, read from where its owner has it.
    var direct = DirectResponse()
    /// Streams that were answered before their request ended.
    var answeredEarly: [Int32] = []
    /// Storage of messages, used again.
    var spare: [[UInt8]] = []

    var output = OutputBuffer()
    var budget: AbuseBudget
    private var scanner = FrameScanner()
    /// Set in a callback that ends the session: the error code of the GOAWAY.
    var verdict: UInt32?
    /// The highest stream whose request was looked at.
    var lastStream: Int32 = 0
    /// Nothing is read or made any more; what is in `output` can still be written.
    private(set) var hasEnded = false

    init(settings: DoHSettings, believed: [IPNetwork]?, counters: DoHCounterSet) {
        self.settings = settings
        self.believed = believed
        self.counters = counters
        budget = AbuseBudget(allowance: settings.limits.abuseAllowance)
        let memory = UnsafeMutablePointer<SessionMemory>.allocate(capacity: 1)
        unsafe memory.initialize(to: SessionMemory(limit: settings.limits.sessionMemory))
        unsafe self.memory = memory
        var allocator = unsafe SessionMemory.allocator(memory)
        var session: OpaquePointer?
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        guard let callbacks = unsafe HTTP2Library.callbacks, let option = unsafe HTTP2Library.option,
            unsafe nghttp2_session_server_new3(&session, callbacks, user, option, &allocator) == 0
        else {
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
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: UInt32(clamping: settings.limits.concurrentQueries)),
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(DoHLimits.streamWindow)),
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(DoHLimits.longestFieldSection)),
            // Who depends on whom (RFC 7540 §5.3) does not matter here, and keeping track of it costs memory.
            nghttp2_settings_entry(
                settings_id: Int32(bitPattern: NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue), value: 1),
        ]
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        guard unsafe nghttp2_submit_settings(session, none, entries, entries.count) == 0,
            unsafe nghttp2_session_set_local_window_size(session, none, 0, settings.limits.connectionWindow)
                == 0
        else { return end(NGHTTP2_INTERNAL_ERROR) }
    }

    //--- In ---

    func receive(_ octets: Span<UInt8>) {
        guard !hasEnded, !octets.isEmpty else { return }
        budget.charge(scanner.unknownFrames(octets) * AbuseBudget.frame)
        let result = unsafe octets.withUnsafeBufferPointer {
            unsafe nghttp2_session_mem_recv(session, $0.baseAddress, $0.count)
        }
        if let verdict { return end(nghttp2_error_code(verdict)) }
        guard result >= 0 else { return end(Self.reason(Int32(clamping: result))) }
        flush()
        if budget.isSpent { end(NGHTTP2_ENHANCE_YOUR_CALM) }
    }

    /// The error code that tells a peer why libnghttp2 gave up.
    private static func reason(_ error: Int32) -> nghttp2_error_code {
        switch nghttp2_error(error) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC: NGHTTP2_PROTOCOL_ERROR
        // Too many acknowledgements wait, or the session's memory is used up.
        case NGHTTP2_ERR_FLOODED, NGHTTP2_ERR_NOMEM: NGHTTP2_ENHANCE_YOUR_CALM
        default: NGHTTP2_INTERNAL_ERROR
        }
    }

    //--- Out ---

    /// Has libnghttp2 make frames, as long as there is room for them.
    func flush() {
        while !hasEnded, output.count < settings.limits.outputHighWater {
            var frame: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &frame)
            guard count >= 0 else { return end(Self.reason(Int32(clamping: count))) }
            guard count > 0, let frame = unsafe frame else { break }
            unsafe output.append(UnsafeBufferPointer(start: frame, count: count))
            if unsafe Self.endsStream(frame, count) { output.endResponse() }
            if budget.isSpent { return end(NGHTTP2_ENHANCE_YOUR_CALM) }
        }
        if !hasEnded, unsafe nghttp2_session_want_read(session) == 0,
            unsafe nghttp2_session_want_write(session) == 0
        {
            hasEnded = true
        }
    }

    /// Whether a frame is the last of a response.
    private static func endsStream(_ frame: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 9 else { return false }
        let (type, flags) = unsafe (UInt32(frame[3]), UInt32(frame[4]))
        guard flags & NGHTTP2_FLAG_END_STREAM.rawValue != 0 else { return false }
        return type == NGHTTP2_DATA.rawValue || type == NGHTTP2_HEADERS.rawValue
    }

    /// Ends the connection with a GOAWAY (RFC 9113 §6.8) that is written here, because libnghttp2's session
    /// may not be used any more after some errors, and because it would put it behind what it has queued.
    func end(_ reason: nghttp2_error_code) {
        guard !hasEnded else { return }
        hasEnded = true
        countGoAway(reason.rawValue)
        let frame: InlineArray<9, UInt8> = [0, 0, 8, UInt8(NGHTTP2_GOAWAY.rawValue), 0, 0, 0, 0, 0]
        output.append(frame.span)
        for number in [UInt32(clamping: lastStream), reason.rawValue] {
            for shift: UInt32 in [24, 16, 8, 0] { output.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        partial = []
        ready = []
        readyFirst = 0
        requestOctets = 0
        held = []
        heldOctets = 0
    }

    func countGoAway(_ code: UInt32) {
        let event: DoHEvent =
            switch nghttp2_error_code(code) {
            case NGHTTP2_NO_ERROR: .goAwayNoError
            case NGHTTP2_PROTOCOL_ERROR: .goAwayProtocolError
            case NGHTTP2_INTERNAL_ERROR: .goAwayInternalError
            case NGHTTP2_FLOW_CONTROL_ERROR: .goAwayFlowControl
            case NGHTTP2_FRAME_SIZE_ERROR: .goAwayFrameSize
            case NGHTTP2_COMPRESSION_ERROR: .goAwayCompression
            case NGHTTP2_ENHANCE_YOUR_CALM: .goAwayEnhanceYourCalm
            default: .goAwayOther
            }
        counters.count(event)
    }

    func withUnsent<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe output.withUnwritten(body)
    }

    func forEachPiece(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) { unsafe output.forEachPiece(body) }

    func sent(_ count: Int) {
        output.advance(by: count)
        flush()
    }

    func shutDown() {
        guard !hasEnded else { return }
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        _ = unsafe nghttp2_submit_goaway(session, none, last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
        flush()
    }

    var unsentCount: Int { output.count }
    var keptCount: Int { output.count + heldOctets + requestOctets }

    var oldestUnfinished: UInt32? {
        let streams = [partial.first?.stream, held.first?.stream].compactMap(\.self)
        return streams.min().map { UInt32(clamping: $0) }
    }
    var pendingCount: Int { pending.count }
    var wantsInput: Bool { !hasEnded && output.count < settings.limits.outputHighWater }
    var isFinished: Bool { hasEnded && output.isEmpty }

    /// Octets that libnghttp2 holds for this connection.
    var sessionMemoryUsed: Int { unsafe memory.pointee.used }
}

/// A request whose header block was read and whose body was not, or not all of it.
struct PartialRequest {
    let stream: Int32
    var message: [UInt8]
    /// The body is no message: it is of a GET.
    let discardsBody: Bool
    let isHead: Bool
    let client: IPAddress?
    /// Octets of the connection's window that its body takes.
    var window = 0
}

/// A query that nobody has fetched yet.
struct ReadyQuery {
    let stream: Int32
    var message: [UInt8]
    let isHead: Bool
    let client: IPAddress?
    var window = 0
}

/// A query that was handed out.
struct PendingQuery {
    let stream: Int32
    let isHead: Bool
    /// Its stream is closed: nobody waits for the answer.
    var isOrphan = false
}

/// What the peer's window has no room for yet.
struct HeldResponse {
    let stream: Int32
    let octets: [UInt8]
    var offset = 0
}

/// A response's body where its owner has it, which is valid while it is submitted and flushed.
@safe
struct DirectResponse {
    private(set) var stream: Int32 = 0
    private var octets = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private var offset = 0

    mutating func begin(_ stream: Int32, _ octets: UnsafeBufferPointer<UInt8>) {
        self.stream = stream
        unsafe self.octets = unsafe octets
        offset = 0
    }

    /// Ends it; what was not read.
    mutating func finish() -> [UInt8] {
        let rest = unsafe octets[min(offset, octets.count)...]
        let remainder = unsafe rest.isEmpty ? [] : Array(rest)
        self = DirectResponse()
        return remainder
    }

    var rest: Int { unsafe octets.count - offset }

    /// Copies the next `count` octets.
    mutating func read(_ count: Int, into buffer: UnsafeMutablePointer<UInt8>) {
        let count = max(0, min(count, rest))
        guard count > 0, let base = unsafe octets.baseAddress else { return }
        unsafe buffer.update(from: base + offset, count: count)
        offset += count
    }
}
