public import DNSWire

/// A finished answer, ready to be kept: the sections as they stand behind the question, and what must be patched in them.
public struct FinishedAnswer: Sendable {
    /// AA, AD, RCODE and so on, as in the header's second 16 bits, without QR, RD, RA and CD.
    public var flagBits: UInt16
    public var answerCount: UInt16
    public var authorityCount: UInt16
    public var additionalCount: UInt16
    /// The sections in wire form, compressed against a message whose question is this answer's.
    public var body: [UInt8]
    /// Where the TTLs are, counted from the start of `body`.
    public var ttlOffsets: [UInt16]
    /// Records of one size at the end of the answer section whose order may be turned (A and AAAA).
    public var rotation: Rotation?
    /// Seconds.
    public var ttl: UInt32

    public struct Rotation: Sendable, Equatable {
        /// From the start of `body`.
        public var offset: UInt16
        public var count: UInt16
        public var recordLength: UInt16

        public init(offset: UInt16, count: UInt16, recordLength: UInt16) {
            self.offset = offset
            self.count = count
            self.recordLength = recordLength
        }
    }

    public init(
        flagBits: UInt16, answerCount: UInt16, authorityCount: UInt16, additionalCount: UInt16, body: [UInt8],
        ttlOffsets: [UInt16], rotation: Rotation?, ttl: UInt32
    ) {
        self.flagBits = flagBits
        self.answerCount = answerCount
        self.authorityCount = authorityCount
        self.additionalCount = additionalCount
        self.body = body
        self.ttlOffsets = ttlOffsets
        self.rotation = rotation
        self.ttl = ttl
    }
}

/// What a lookup found and wrote.
public struct AnswerHit: Sendable {
    public var flagBits: UInt16
    public var answerCount: UInt16
    public var authorityCount: UInt16
    public var additionalCount: UInt16
    /// Octets of the sections; they were written only if `fits`.
    public var bodyLength: Int
    public var fits: Bool
    /// Past its TTL, written with `Cache.staleTTL`.
    public var isStale: Bool
    /// The first lookup to find it in the last tenth of its TTL: time to fetch it again.
    public var isPrefetchDue: Bool

    /// What a lookup of `answer` would say.
    public init(_ answer: FinishedAnswer, fits: Bool) {
        flagBits = answer.flagBits
        answerCount = answer.answerCount
        authorityCount = answer.authorityCount
        additionalCount = answer.additionalCount
        bodyLength = answer.body.count
        self.fits = fits
        isStale = false
        isPrefetchDue = false
    }

    init(
        flagBits: UInt16, answerCount: UInt16, authorityCount: UInt16, additionalCount: UInt16, bodyLength: Int
    ) {
        self.flagBits = flagBits
        self.answerCount = answerCount
        self.authorityCount = authorityCount
        self.additionalCount = additionalCount
        self.bodyLength = bodyLength
        fits = false
        isStale = false
        isPrefetchDue = false
    }
}

extension Cache {
    /// RFC 8767 §4.
    public static let staleTTL: UInt32 = 30

    private static let fixedLength = 18
    /// Not worth fetching ahead: an answer of a shorter life (seconds).
    static let minimumPrefetchTTL: UInt32 = 10

    // --- Admit ---

    public func admit(_ answer: FinishedAnswer, for question: Question, variant: AnswerVariant, now: Moment) {
        guard answer.ttl > 0, answer.body.count <= Self.maximumPayload else { return }
        var payload = PayloadWriter()
        payload.bytes.reserveCapacity(Self.fixedLength + answer.body.count + answer.ttlOffsets.count * 2)
        for word in [
            answer.flagBits, answer.answerCount, answer.authorityCount, answer.additionalCount,
            UInt16(answer.body.count), UInt16(answer.ttlOffsets.count), answer.rotation?.offset ?? 0,
            answer.rotation?.count ?? 0, answer.rotation?.recordLength ?? 0,
        ] { payload.put(word) }
        payload.bytes += answer.body
        for offset in answer.ttlOffsets { payload.put(offset) }
        write(
            question.qname, KeyTag(.answer, question.qtype, question.qclass, variant), payload: payload.bytes,
            ttl: answer.ttl, now: now)
    }

    public func removeAnswer(for question: Question, variant: AnswerVariant) {
        remove(question.qname, KeyTag(.answer, question.qtype, question.qclass, variant))
    }

    // --- Lookup ---

    /// Finds the finished answer to the question in `packet` and writes its sections to `response` at `position`, TTLs
    /// counted down. Allocates nothing.
    ///
    /// - Parameters:
    ///   - limit: the response may not pass this many octets; what does not fit is not written.
    ///   - allowStale: an expired answer is found too (RFC 8767).
    ///   - turn: by how many places to turn the addresses; 0 leaves them as they came.
    public func lookupAnswer(
        _ packet: Span<UInt8>, _ qname: Range<Int>, _ qtype: RecordType, _ qclass: RecordClass,
        variant: AnswerVariant, now: Moment, allowStale: Bool = false, turn: UInt16 = 0,
        into response: inout MutableSpan<UInt8>, at position: Int, limit: Int
    ) -> AnswerHit? {
        let tag = KeyTag(.answer, qtype, qclass, variant)
        let hash = hash(packet, qname, tag)
        return shard(for: hash).withLock { shard -> AnswerHit? in
            guard let block = shard.find(packet, qname, tag, hash: hash) else { return nil }
            let left = shard.expiry(block) - now.uptime
            guard left > 0 || allowStale && left > -Int64(limits.staleWindow) * 1000 else { return nil }
            let ttl = shard.ttl(block)
            shard.touch(block)
            guard let fixed = shard.withPayload(block, { FixedPart($0) }) else { return nil }
            var hit = fixed.hit
            hit.isStale = left <= 0
            hit.fits = position + hit.bodyLength <= min(limit, response.count)
            if hit.fits {
                fixed.copyBody(shard, block, turn: turn, into: &response, at: position)
                let age = UInt32(clamping: (now.uptime - shard.storedAt(block)) / 1000)
                shard.withPayload(block) { payload in
                    fixed.patchTTLs(payload, age: hit.isStale ? nil : age, into: &response, at: position)
                }
            }
            if !hit.isStale, ttl >= Self.minimumPrefetchTTL, left * 10 <= Int64(ttl) * 1000 {
                hit.isPrefetchDue = shard.setFlag(block)
            }
            return hit
        }
    }

    /// The numbers at the front of the payload.
    private struct FixedPart {
        var hit: AnswerHit
        let ttlOffsetCount: Int
        let rotationOffset: Int
        let rotationCount: Int
        let recordLength: Int

        init?(_ payload: Span<UInt8>) {
            guard payload.count >= Cache.fixedLength else { return nil }
            func word(_ index: Int) -> UInt16 { (try? payload.uint16(at: index * 2)) ?? 0 }
            hit = AnswerHit(
                flagBits: word(0), answerCount: word(1), authorityCount: word(2), additionalCount: word(3),
                bodyLength: Int(word(4)))
            ttlOffsetCount = Int(word(5))
            rotationOffset = Int(word(6))
            rotationCount = Int(word(7))
            recordLength = Int(word(8))
            let turned = rotationOffset + rotationCount * recordLength
            guard payload.count >= Cache.fixedLength + hit.bodyLength + ttlOffsetCount * 2, turned <= hit.bodyLength
            else { return nil }
        }

        func copyBody(
            _ shard: borrowing CacheShard, _ block: BlockReference, turn: UInt16,
            into response: inout MutableSpan<UInt8>, at position: Int
        ) {
            let start = Cache.fixedLength
            guard rotationCount > 1, turn > 0 else {
                shard.copyPayload(block, start..<(start + hit.bodyLength), to: &response, at: position)
                return
            }
            let first = start + rotationOffset
            let end = first + rotationCount * recordLength
            let cut = first + Int(turn) % rotationCount * recordLength
            shard.copyPayload(block, start..<first, to: &response, at: position)
            var target = position + rotationOffset
            shard.copyPayload(block, cut..<end, to: &response, at: target)
            target += end - cut
            shard.copyPayload(block, first..<cut, to: &response, at: target)
            shard.copyPayload(block, end..<(start + hit.bodyLength), to: &response, at: position + end - start)
        }

        /// - Parameter age: seconds since the answer was stored; nil for a stale answer.
        func patchTTLs(
            _ payload: Span<UInt8>, age: UInt32?, into response: inout MutableSpan<UInt8>, at position: Int
        ) {
            var offset = Cache.fixedLength + hit.bodyLength
            for _ in 0..<ttlOffsetCount {
                let place = Int((try? payload.uint16(at: offset)) ?? 0)
                offset += 2
                guard place + 4 <= hit.bodyLength else { continue }
                let original = (try? payload.uint32(at: Cache.fixedLength + place)) ?? 0
                // Records of an answer may have different TTLs; the turned ones of one RRset never do.
                let ttl = age.map { original > $0 ? original - $0 : 0 } ?? Cache.staleTTL
                let target = position + place
                response[target] = UInt8(truncatingIfNeeded: ttl >> 24)
                response[target + 1] = UInt8(truncatingIfNeeded: ttl >> 16)
                response[target + 2] = UInt8(truncatingIfNeeded: ttl >> 8)
                response[target + 3] = UInt8(truncatingIfNeeded: ttl)
            }
        }
    }
}
