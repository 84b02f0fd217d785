import DNSWire

/// The server's side of an HTTP/1.1 or 1.0 connection (RFC 9112), as narrow as DNS needs it: requests one
/// after the other, each answered before the next is looked at. What other implementations might read
/// differently is refused and ends the connection, so that nobody in between can be made to see other
/// requests than are seen here (RFC 9112 §11.2).
final class HTTP1Connection: HTTPConnection {
    private enum State {
        case requestLine, fields
        /// The body of a request, of which so many octets are missing.
        case body(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd, trailers
        /// A query is ready, or handed out.
        case answering
        /// No more is read.
        case ended
    }

    private let settings: DoHSettings
    private let believed: [IPNetwork]?
    private let counters: DoHCounterSet

    private var state = State.requestLine
    private var lines = LineReader()
    private var head = RequestHead()
    private var framing = HTTP1Framing()
    /// Octets of the head, of trailers or of a chunk's size so far.
    private var sectionOctets = 0
    /// The body so far; then the message.
    private var message: [UInt8] = []
    /// What the request is answered with once its body is over.
    private var decision = RequestHead.Decision.body
    /// The number of the request that is answered, and whether its query was handed out.
    private var request: UInt32 = 0
    private var isReady = false
    private var isHandedOut = false
    private var isShutDown = false
    private var output = OutputBuffer()
    private(set) var responsesMade = 0

    init(settings: DoHSettings, believed: [IPNetwork]?, counters: DoHCounterSet) {
        self.settings = settings
        self.believed = believed
        self.counters = counters
    }

    //--- In ---

    func receive(_ octets: Span<UInt8>) {
        if case .ended = state { return }
        lines.append(octets)
        advance()
    }

    /// Reads as far as there is input, room for output and no query to answer.
    private func advance() {
        while output.count < settings.limits.outputHighWater {
            let goesOn: Bool
            switch state {
            case .requestLine: goesOn = readRequestLine()
            case .fields: goesOn = readField()
            case .body(let missing): goesOn = readBody(missing)
            case .chunkSize: goesOn = readChunkSize()
            case .chunk(let missing): goesOn = readChunk(missing)
            case .chunkEnd: goesOn = readChunkEnd()
            case .trailers: goesOn = readTrailer()
            case .answering: return
            case .ended: return lines.discard()
            }
            guard goesOn else { return }
        }
    }

    /// Answers with an error, and ends: where the next request begins is not known, or not worth reading.
    private func fail(_ reply: Reply) -> Bool {
        framing.closes = true
        write(reply)
        return false
    }

    //--- The head ---

    private func readRequestLine() -> Bool {
        if isShutDown, lines.isEmpty {
            state = .ended
            return false
        }
        // What was known of the request before does not count any more, whatever comes now.
        head.begin()
        framing = HTTP1Framing()
        switch lines.next(limit: HTTP1Framing.longestRequestLine) {
        case .incomplete: return false
        case .malformed: return fail(.malformedRequest)
        case .tooLong: return fail(.targetTooLong)
        case .line(let range):
            // RFC 9112 §2.2: empty lines before a request are ignored; not without end.
            if range.isEmpty {
                sectionOctets += 2
                return sectionOctets <= HTTP1Framing.emptyOctets || fail(.malformedRequest)
            }
            sectionOctets = range.count
            let reply = lines.withOctets(range) { framing.readRequestLine($0, into: &head, settings) }
            if let reply { return fail(reply) }
            state = .fields
            return true
        }
    }

    private func readField() -> Bool {
        switch lines.next(limit: DoHLimits.longestFieldSection) {
        case .incomplete: return false
        case .malformed: return fail(.malformedRequest)
        case .tooLong: return fail(.fieldsTooLarge)
        case .line(let range):
            if range.isEmpty { return endHead() }
            let reply = lines.withOctets(range) { line in
                framing.readField(line) { name, value in
                    guard head.admit(name.count, value.count) else { return }
                    head.readField(name, value, believed)
                }
            }
            if let reply { return fail(reply) }
            return !head.isTooLarge || fail(.fieldsTooLarge)
        }
    }

    private func endHead() -> Bool {
        counters.count((head.method ?? .other).event)
        if let reply = framing.judge(head) { return fail(reply) }
        decision = head.decide()
        message.removeAll(keepingCapacity: true)
        if !framing.isChunked, head.contentLength ?? 0 > DoHLimits.longestMessage {
            return fail(.bodyTooLong)
        }
        if head.hasExpectation, framing.hasBody(head), framing.minorVersion > 0 {
            // The client may wait for this, or for the end; what it does after an error is not known.
            if case .reply(let reply) = decision { return fail(reply) }
            output.append("HTTP/1.1 100 Continue\r\n\r\n")
        }
        sectionOctets = 0
        state = framing.isChunked ? .chunkSize : .body(head.contentLength ?? 0)
        return true
    }

    //--- The body ---

    private func readBody(_ missing: Int) -> Bool {
        let count = takeBody(missing)
        guard count == missing else {
            state = .body(missing - count)
            return false
        }
        return endRequest()
    }

    /// Moves octets of the body to the message, if it is one; how many.
    private func takeBody(_ missing: Int) -> Int {
        guard missing > 0 else { return 0 }
        let isMessage = if case .body = decision { true } else { false }
        return lines.take(missing) { octets in
            if isMessage { unsafe octets.withUnsafeBufferPointer { unsafe message.append(contentsOf: $0) } }
        }
    }

    private func readChunkSize() -> Bool {
        switch lines.next(limit: HTTP1Framing.longestChunkLine) {
        case .incomplete: return false
        case .malformed, .tooLong: return fail(.malformedRequest)
        case .line(let range):
            guard let size = lines.withOctets(range, HTTP1Framing.chunkSize) else {
                return fail(.malformedRequest)
            }
            framing.chunkedOctets += size
            guard framing.chunkedOctets <= DoHLimits.longestMessage else { return fail(.bodyTooLong) }
            // Chunks of an octet each with extensions around them make work without end: RFC 9112 §7.1.1.
            sectionOctets += range.count
            guard sectionOctets <= DoHLimits.longestFieldSection else { return fail(.malformedRequest) }
            if size == 0 { sectionOctets = 0 }
            state = size == 0 ? .trailers : .chunk(size)
            return true
        }
    }

    private func readChunk(_ missing: Int) -> Bool {
        let count = takeBody(missing)
        state = count == missing ? .chunkEnd : .chunk(missing - count)
        return count == missing
    }

    private func readChunkEnd() -> Bool {
        switch lines.next(limit: 0) {
        case .incomplete: return false
        case .line: state = .chunkSize
        case .malformed, .tooLong: return fail(.malformedRequest)
        }
        return true
    }

    /// Trailers are read to find their end, and ignored (RFC 9110 §6.5.1).
    private func readTrailer() -> Bool {
        switch lines.next(limit: DoHLimits.longestFieldSection) {
        case .incomplete: return false
        case .malformed: return fail(.malformedRequest)
        case .tooLong: return fail(.fieldsTooLarge)
        case .line(let range):
            if range.isEmpty { return endRequest() }
            sectionOctets += range.count
            guard sectionOctets <= DoHLimits.longestFieldSection else { return fail(.fieldsTooLarge) }
            var trailers = HTTP1Framing()
            let reply = lines.withOctets(range) { trailers.readField($0) { _, _ in } }
            return reply == nil || fail(.malformedRequest)
        }
    }

    private func endRequest() -> Bool {
        switch decision {
        case .reply(let reply):
            write(reply)
            return true
        case .query: swap(&message, &head.message)
        case .body:
            guard message.count >= RequestHead.shortestMessage else {
                write(.shortMessage)
                return true
            }
        }
        request &+= 1
        isReady = true
        state = .answering
        return false
    }

    //--- Queries and responses ---

    func nextQuery(into buffer: inout MutableSpan<UInt8>) -> DoHQuery? {
        guard isReady else { return nil }
        isReady = false
        isHandedOut = true
        guard message.count <= buffer.count else {
            refuse(request, .unavailable)
            return nil
        }
        let count = message.count
        unsafe buffer.withUnsafeMutableBufferPointer { room in
            unsafe message.withUnsafeBufferPointer { octets in
                guard let to = room.baseAddress, let from = octets.baseAddress else { return }
                unsafe to.update(from: from, count: count)
            }
        }
        if message.capacity > OutputBuffer.keptCapacity { message = [] }
        return DoHQuery(stream: request, count: count, client: head.forwarding.client)
    }

    func respond(_ message: Span<UInt8>, to stream: UInt32, maxAge: UInt32) {
        guard message.count >= RequestHead.shortestMessage, message.count <= DoHLimits.longestMessage else {
            return refuse(stream, .unavailable)
        }
        guard isHandedOut, stream == request else { return }
        isHandedOut = false
        counters.count(.status200)
        output.append(HTTPStatus.ok.statusLine)
        output.append("Content-Type: application/dns-message\r\nContent-Length: ")
        output.append(number: message.count)
        output.append("\r\nCache-Control: max-age=")
        output.append(number: Int(maxAge))
        output.append("\r\n")
        endResponseHead()
        if head.method != .head { output.append(message) }
        next()
    }

    func refuse(_ stream: UInt32, _ refusal: DoHRefusal) {
        guard isHandedOut, stream == request else { return }
        isHandedOut = false
        write(refusal.reply)
        advance()
    }

    private func next() {
        state = framing.closes || isShutDown ? .ended : .requestLine
        sectionOctets = 0
        advance()
    }

    /// Writes a response without a message. The caller goes on reading.
    private func write(_ reply: Reply) {
        counters.count(reply.status.event)
        output.append(reply.status.statusLine)
        output.append("Cache-Control: no-store\r\n")
        if reply.listsMethods {
            output.append("Allow: ")
            output.append(Reply.methods)
            output.append("\r\n")
        }
        if reply.text.utf8CodeUnitCount > 0 {
            output.append("Content-Type: text/plain; charset=utf-8\r\nContent-Length: ")
            output.append(number: reply.text.utf8CodeUnitCount)
            output.append("\r\n")
        }
        endResponseHead()
        if head.method != .head { output.append(reply.text) }
        state = framing.closes || isShutDown ? .ended : .requestLine
        sectionOctets = 0
        if case .ended = state { lines.discard() }
    }

    /// Whether the connection stays is said where the client's version would assume the contrary (RFC 9112
    /// §9.3, §9.6).
    private func endResponseHead() {
        if isShutDown { framing.closes = true }
        responsesMade &+= 1
        if framing.closes {
            output.append("Connection: close\r\n")
        } else if framing.minorVersion == 0 {
            output.append("Connection: keep-alive\r\n")
        }
        output.append("\r\n")
    }

    //--- Out ---

    func withUnsent<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe output.withUnwritten(body)
    }

    func forEachPiece(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) { unsafe output.forEachPiece(body) }

    func sent(_ count: Int) {
        output.advance(by: count)
        advance()
    }

    func shutDown() {
        isShutDown = true
        if case .requestLine = state, lines.isEmpty { state = .ended }
    }

    var unsentCount: Int { output.count }
    var keptCount: Int { output.count + lines.count + message.count }
    /// The request that is read, by the number of its response.
    var oldestUnfinished: UInt32? {
        switch state {
        case .answering, .ended: nil
        case .requestLine where lines.isEmpty: nil
        default: UInt32(truncatingIfNeeded: responsesMade)
        }
    }
    var pendingCount: Int { isHandedOut ? 1 : 0 }

    var wantsInput: Bool {
        switch state {
        case .answering, .ended: false
        default: output.count < settings.limits.outputHighWater
        }
    }

    var isFinished: Bool {
        if case .ended = state { output.isEmpty } else { false }
    }
}
