import DNSWire

/// Reading a finished answer: copy the sections, turn the addresses, count the TTLs down.
extension CacheShard {
    /// Not worth fetching ahead: an answer of a shorter life (seconds).
    static let minimumPrefetchTTL: UInt32 = 10

    /// Writes the sections of the answer in `block` to `response` at `position`, if they end within `limit`.
    @inline(__always)
    mutating func readAnswer(
        _ block: Int, now: Int64, staleTTL: UInt32?, turn: UInt16, into response: inout MutableSpan<UInt8>,
        at position: Int, limit: Int
    ) -> AnswerHit? {
        var header = header(block)
        let left = header.expiry - now
        guard left > 0 || staleTTL != nil && left >= -staleWindow else { return nil }
        let start = block + BlockHeader.length + header.nameLength
        guard let layout = AnswerLayout(memory, at: start, payloadLength: header.payloadLength) else {
            return nil
        }
        var hit = AnswerHit(layout)
        hit.isStale = left <= 0
        hit.fits = layout.bodyLength <= limit - position
        let isPrefetchDue =
            left > 0 && header.ttl >= Self.minimumPrefetchTTL && left * 10 <= Int64(header.ttl) * 1000
            && !header.flags.contains(.isPrefetched)
        touch(block, &header)
        if isPrefetchDue {
            hit.isPrefetchDue = true
            header.flags.insert(.isPrefetched)
            setHeader(header, of: block)
        }
        guard hit.fits else { return hit }
        let body = start + AnswerLayout.fixedLength
        if layout.rotationCount > 1, turn > 0 {
            copyTurned(layout, body, by: Int(turn) % layout.rotationCount, into: &response, at: position)
        } else {
            memory.copy(body..<(body + layout.bodyLength), to: &response, at: position)
        }
        let age = hit.isStale ? nil : UInt32(clamping: (now - header.storedAt) / 1000)
        patchTTLs(layout, body, age: age, staleTTL ?? 0, into: &response, at: position)
        return hit
    }

    private func copyTurned(
        _ layout: AnswerLayout, _ body: Int, by places: Int, into response: inout MutableSpan<UInt8>,
        at position: Int
    ) {
        let first = body + layout.rotationOffset
        let end = first + layout.rotationCount * layout.recordLength
        let cut = first + places * layout.recordLength
        var target = position
        func copy(_ part: Range<Int>) {
            guard !part.isEmpty else { return }
            memory.copy(part, to: &response, at: target)
            target += part.count
        }
        copy(body..<first)
        copy(cut..<end)
        copy(first..<cut)
        copy(end..<(body + layout.bodyLength))
    }

    /// - Parameter age: seconds since the answer was stored; nil for a stale answer.
    @inline(__always)
    private func patchTTLs(
        _ layout: AnswerLayout, _ body: Int, age: UInt32?, _ staleTTL: UInt32,
        into response: inout MutableSpan<UInt8>,
        at position: Int
    ) {
        for index in 0..<layout.ttlCount {
            let place = Int(
                UInt16(bigEndian: memory.load(body + layout.bodyLength + index * 2, as: UInt16.self)))
            guard place + 4 <= layout.bodyLength else { continue }
            let original = UInt32(bigEndian: memory.load(body + place, as: UInt32.self))
            // Records of an answer may have different TTLs; the turned ones of one RRset never do.
            let ttl = age.map { original > $0 ? original - $0 : 0 } ?? staleTTL
            let target = position + place
            response[target] = UInt8(truncatingIfNeeded: ttl >> 24)
            response[target + 1] = UInt8(truncatingIfNeeded: ttl >> 16)
            response[target + 2] = UInt8(truncatingIfNeeded: ttl >> 8)
            response[target + 3] = UInt8(truncatingIfNeeded: ttl)
        }
    }
}
