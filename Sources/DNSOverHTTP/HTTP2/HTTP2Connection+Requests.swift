import CNghttp2
import DNSWire

/// What libnghttp2 reports while it reads. Each says whether the session goes on.
extension HTTP2Connection {
    enum Course {
        case goOn
        /// Only this stream is reset.
        case endStream
        /// The whole connection ends, for the reason in `verdict`.
        case endConnection
    }

    private var calm: Course {
        verdict = NGHTTP2_ENHANCE_YOUR_CALM.rawValue
        return .endConnection
    }

    /// A frame begins: the place to say that it was one too many.
    func beginFrame(_ frame: nghttp2_frame_hd) -> Course {
        counters.count(.framesReceived)
        let endsStream = frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch UInt32(frame.type) {
        case NGHTTP2_DATA.rawValue:
            if !endsStream, frame.length < AbuseBudget.smallData { budget.charge(AbuseBudget.frame) }
        case NGHTTP2_HEADERS.rawValue:
            headerBlockOctets = frame.length
            continuations = 0
        case NGHTTP2_CONTINUATION.rawValue:
            headerBlockOctets += frame.length
            continuations += 1
            budget.charge(AbuseBudget.frame)
        case NGHTTP2_RST_STREAM.rawValue:
            counters.count(.resetsReceived)
            budget.charge(AbuseBudget.reset)
        case NGHTTP2_PRIORITY.rawValue where frame.stream_id == 0:
            // RFC 9113 §6.3. libnghttp2 does not look at PRIORITY when it does not use priorities.
            verdict = NGHTTP2_PROTOCOL_ERROR.rawValue
            return .endConnection
        default:
            budget.charge(AbuseBudget.frame)
        }
        let queued = unsafe nghttp2_session_get_outbound_queue_size(session)
        if budget.isSpent || headerBlockOctets > DoHLimits.longestHeaderBlock
            || continuations > DoHLimits.mostContinuations
            || queued > settings.limits.queuedFrames
        {
            return calm
        }
        return .goOn
    }

    func invalidFrame() -> Course {
        counters.count(.framesInvalid)
        budget.charge(AbuseBudget.invalidFrame)
        return budget.isSpent ? calm : .goOn
    }

    /// A frame was made: resets that the peer brought about are paid for.
    func frameMade(_ frame: nghttp2_frame_hd, errorCode: UInt32) {
        counters.count(.framesSent)
        switch UInt32(frame.type) {
        case NGHTTP2_RST_STREAM.rawValue:
            counters.count(.resetsSent)
            if errorCode != NGHTTP2_NO_ERROR.rawValue { budget.charge(AbuseBudget.reset) }
        case NGHTTP2_GOAWAY.rawValue: countGoAway(errorCode)
        case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
            guard frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return }
            responsesMade &+= 1
            guard !answeredEarly.isEmpty, let index = answeredEarly.firstIndex(of: frame.stream_id) else {
                return
            }
            answeredEarly.remove(at: index)
            // The rest of the request is not needed, and the client may know (RFC 9113 §8.1).
            reset(frame.stream_id, NGHTTP2_NO_ERROR)
        default: break
        }
    }

    func reset(_ stream: Int32, _ reason: nghttp2_error_code) {
        let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        _ = unsafe nghttp2_submit_rst_stream(session, none, stream, reason.rawValue)
    }

    //--- Header blocks ---

    /// The header block of a request begins, or trailers.
    func beginHeaders(_ stream: Int32, isRequest: Bool) -> Course {
        headStream = 0
        guard isRequest else { return .goOn }
        lastStream = max(lastStream, stream)
        let open = partial.count + (ready.count - readyFirst) + pending.count
        guard open < settings.limits.concurrentQueries else {
            counters.count(.streamsRefused)
            reset(stream, NGHTTP2_REFUSED_STREAM)
            return .endStream
        }
        head.begin()
        headStream = stream
        return .goOn
    }

    func field(_ stream: Int32, _ name: Span<UInt8>, _ value: Span<UInt8>) -> Course {
        guard stream == headStream else { return .goOn }
        guard head.admit(name.count, value.count) else {
            if head.size > DoHLimits.longestDecodedFieldSection { return calm }
            // Of fields that are too many only the target still counts, to say that it is what is too long.
            if name.equals(":path") { head.readTarget(value, settings) }
            return .goOn
        }
        guard !name.isEmpty, name[0] == UInt8(ascii: ":") else {
            head.readField(name, value, believed)
            return .goOn
        }
        if name.equals(":path") {
            head.readTarget(value, settings)
        } else if name.equals(":method") {
            head.readMethod(value)
        }
        return .goOn
    }

    /// A header block is complete.
    func endHeaders(_ stream: Int32, endsStream: Bool) {
        guard stream == headStream else {
            if endsStream { endRequest(stream) }
            return
        }
        headStream = 0
        counters.count((head.method ?? .other).event)
        let decision = head.decide()
        switch decision {
        case .query, .body:
            if case .body = decision, head.expectsContinue, !endsStream { invite(stream) }
            let isPost = head.method == .post
            var request = PartialRequest(
                stream: stream, message: takeSpare(), discardsBody: !isPost,
                isHead: head.method == .head, client: head.forwarding.client)
            if !isPost { swap(&request.message, &head.message) }
            requestOctets += request.message.count
            if endsStream { complete(&request) } else { partial.append(request) }
        case .reply(let text):
            if !endsStream { answeredEarly.append(stream) }
            reply(text, to: stream, isHead: head.method == .head)
        }
    }

    /// RFC 9110 §10.1.1.
    private func invite(_ stream: Int32) {
        unsafe HTTP2Fields.withFields([(":status", "100")]) { fields in
            let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
            _ = unsafe nghttp2_submit_headers(
                session, none, stream, nil, fields.baseAddress, fields.count, nil)
        }
    }

    //--- Bodies ---

    func data(_ stream: Int32, _ octets: Span<UInt8>) {
        guard let index = partial.firstIndex(where: { $0.stream == stream }), !partial[index].discardsBody
        else {
            return giveBackWindow(octets.count)
        }
        guard octets.count <= DoHLimits.longestMessage - partial[index].message.count else {
            let request = partial.remove(at: index)
            requestOctets -= request.message.count
            giveBackWindow(request.window + octets.count)
            answeredEarly.append(stream)
            return reply(.bodyTooLong, to: stream, isHead: false)
        }
        unsafe octets.withUnsafeBufferPointer { unsafe partial[index].message.append(contentsOf: $0) }
        partial[index].window += octets.count
        requestOctets += octets.count
    }

    /// Lets the peer send so many octets more on the connection. What a stream may send is never raised: the
    /// longest body fits, and a stream that goes on has had it.
    func giveBackWindow(_ count: Int) {
        guard count > 0, !hasEnded else { return }
        _ = unsafe nghttp2_session_consume_connection(session, count)
    }

    /// A stream's last frame came.
    func endRequest(_ stream: Int32) {
        answeredEarly.removeAll { $0 == stream }
        guard let index = partial.firstIndex(where: { $0.stream == stream }) else { return }
        var request = partial.remove(at: index)
        complete(&request)
    }

    private func complete(_ request: inout PartialRequest) {
        guard request.message.count >= RequestHead.shortestMessage else {
            requestOctets -= request.message.count
            giveBackWindow(request.window)
            return reply(.shortMessage, to: request.stream, isHead: request.isHead)
        }
        var query = ReadyQuery(
            stream: request.stream, message: [], isHead: request.isHead, client: request.client,
            window: request.window)
        swap(&query.message, &request.message)
        ready.append(query)
    }

    //--- Ends ---

    /// A stream is closed, whoever closed it. What it waited for is not given to it any more.
    func streamClosed(_ stream: Int32) {
        if let index = partial.firstIndex(where: { $0.stream == stream }) {
            let request = partial.remove(at: index)
            requestOctets -= request.message.count
            giveBackWindow(request.window)
        }
        if let index = ready[readyFirst...].firstIndex(where: { $0.stream == stream }) {
            let query = ready.remove(at: index)
            requestOctets -= query.message.count
            giveBackWindow(query.window)
        }
        if let index = pending.firstIndex(where: { $0.stream == stream }) { pending[index].isOrphan = true }
        if let index = held.firstIndex(where: { $0.stream == stream }) {
            let response = held.remove(at: index)
            heldOctets -= response.octets.count - response.offset
        }
        if !answeredEarly.isEmpty { answeredEarly.removeAll { $0 == stream } }
    }
}
