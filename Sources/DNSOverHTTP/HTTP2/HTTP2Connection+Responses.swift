import CNghttp2
import DNSWire

extension HTTP2Connection {
    func nextQuery(into buffer: inout MutableSpan<UInt8>) -> DoHQuery? {
        while !hasEnded, readyFirst < ready.count {
            var message: [UInt8] = []
            swap(&message, &ready[readyFirst].message)
            let query = ready[readyFirst]
            readyFirst += 1
            if readyFirst == ready.count {
                ready.removeAll(keepingCapacity: true)
                readyFirst = 0
            }
            giveBackWindow(query.window)
            let count = message.count
            requestOctets -= count
            pending.append(PendingQuery(stream: query.stream, isHead: query.isHead))
            guard count <= buffer.count else {
                refuse(UInt32(clamping: query.stream), .unavailable)
                continue
            }
            unsafe buffer.withUnsafeMutableBufferPointer { room in
                unsafe message.withUnsafeBufferPointer { octets in
                    guard let to = room.baseAddress, let from = octets.baseAddress else { return }
                    unsafe to.update(from: from, count: octets.count)
                }
            }
            keepSpare(&message)
            return DoHQuery(stream: UInt32(clamping: query.stream), count: count, client: query.client)
        }
        return nil
    }

    func respond(_ message: Span<UInt8>, to stream: UInt32, maxAge: UInt32) {
        guard message.count >= RequestHead.shortestMessage, message.count <= DoHLimits.longestMessage else {
            return refuse(stream, .unavailable)
        }
        guard let query = settle(stream) else { return }
        budget.earn()
        counters.count(.status200)
        unsafe message.withUnsafeBufferPointer { octets in
            if !query.isHead { unsafe direct.begin(query.stream, octets) }
            unsafe HTTP2Fields.withMessageFields(length: octets.count, maxAge: maxAge) { fields in
                unsafe submit(fields, to: query.stream, hasBody: !query.isHead)
            }
            flush()
            hold(direct.finish(), for: query.stream)
        }
    }

    func refuse(_ stream: UInt32, _ refusal: DoHRefusal) {
        guard let query = settle(stream) else { return }
        reply(refusal.reply, to: query.stream, isHead: query.isHead)
        flush()
    }

    /// Takes a query off those that are pending. Nil when nobody waits for its answer.
    private func settle(_ stream: UInt32) -> PendingQuery? {
        guard let index = pending.firstIndex(where: { UInt32(clamping: $0.stream) == stream }) else {
            return nil
        }
        let query = pending[index]
        pending.swapAt(index, pending.count - 1)
        pending.removeLast()
        return query.isOrphan || hasEnded ? nil : query
    }

    /// Answers with a text; it is sent with the next flush.
    func reply(_ reply: Reply, to stream: Int32, isHead: Bool) {
        guard !hasEnded else { return }
        counters.count(reply.status.event)
        let text = unsafe UnsafeBufferPointer(
            start: reply.text.utf8Start, count: reply.text.utf8CodeUnitCount)
        let hasBody = !isHead && reply.text.utf8CodeUnitCount > 0
        if hasBody { hold(unsafe Array(text), for: stream) }
        unsafe HTTP2Fields.withReplyFields(reply) { fields in
            unsafe submit(fields, to: stream, hasBody: hasBody)
        }
    }

    private func submit(_ fields: UnsafeMutableBufferPointer<nghttp2_nv>, to stream: Int32, hasBody: Bool) {
        var body = unsafe nghttp2_data_provider(
            source: nghttp2_data_source(fd: stream), read_callback: HTTP2Library.readBody)
        let result =
            unsafe hasBody
            ? nghttp2_submit_response(session, stream, fields.baseAddress, fields.count, &body)
            : nghttp2_submit_response(session, stream, fields.baseAddress, fields.count, nil)
        // Anything but a lack of memory is a stream that is closed meanwhile.
        if nghttp2_error(result) == NGHTTP2_ERR_NOMEM { end(NGHTTP2_ENHANCE_YOUR_CALM) }
    }

    /// Keeps what could not be sent. A peer that asks and opens no window for the answers is cut off.
    private func hold(_ octets: [UInt8], for stream: Int32) {
        guard !octets.isEmpty, !hasEnded else { return }
        guard octets.count <= settings.limits.heldResponseOctets - heldOctets || held.isEmpty else {
            return end(NGHTTP2_ENHANCE_YOUR_CALM)
        }
        heldOctets += octets.count
        held.append(HeldResponse(stream: stream, octets: octets))
    }

    /// Copies the next octets of a stream's body into a frame: how many, and whether they are the last. Nil
    /// when there is no such body.
    func readBody(
        _ stream: Int32, into buffer: UnsafeMutablePointer<UInt8>, _ room: Int
    ) -> (count: Int, isLast: Bool)? {
        if stream == direct.stream {
            let count = min(room, direct.rest)
            unsafe direct.read(count, into: buffer)
            return (count, direct.rest == 0)
        }
        guard let index = held.firstIndex(where: { $0.stream == stream }) else { return nil }
        let offset = held[index].offset
        let count = min(room, held[index].octets.count - offset)
        unsafe held[index].octets.withUnsafeBufferPointer { octets in
            guard count > 0, let base = octets.baseAddress else { return }
            unsafe buffer.update(from: base + offset, count: count)
        }
        heldOctets -= count
        guard offset + count == held[index].octets.count else {
            held[index].offset = offset + count
            return (count, false)
        }
        held.remove(at: index)
        return (count, true)
    }

    //--- Storage of messages ---

    func takeSpare() -> [UInt8] { spare.popLast() ?? [] }

    /// Keeps an array's storage for the next message, unless it is large or there are some already.
    func keepSpare(_ message: inout [UInt8]) {
        guard message.capacity > 0, message.capacity <= Self.largestSpare, spare.count < Self.spareLimit
        else {
            return
        }
        message.removeAll(keepingCapacity: true)
        spare.append([])
        swap(&message, &spare[spare.count - 1])
    }

    /// Queries have some dozen octets, or a few hundred with padding.
    private static let largestSpare = 1_024
    /// As many as are usually read at once.
    private static let spareLimit = 8
}
