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
    /// The first lookup to find it in the last tenth of its TTL and asked for before: time to fetch it again.
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

    init(_ layout: AnswerLayout) {
        flagBits = layout.flagBits
        answerCount = layout.answerCount
        authorityCount = layout.authorityCount
        additionalCount = layout.additionalCount
        bodyLength = layout.bodyLength
        fits = false
        isStale = false
        isPrefetchDue = false
    }
}

extension Cache {
    /// RFC 8767 §4.
    public static let staleTTL: UInt32 = 30

    // --- Admit ---

    public func admit(_ answer: FinishedAnswer, for question: Question, variant: AnswerVariant, now: Moment) {
        guard answer.ttl > 0, answer.body.count <= Self.maximumPayload else {
            // What it would have replaced is out of date all the same.
            return removeAnswer(for: question, variant: variant)
        }
        write(
            question.qname, KeyTag(.answer, question.qtype, question.qclass, variant),
            payload: AnswerLayout.payload(of: answer), ttl: answer.ttl, now: now)
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
        return withShard(hash) { shard -> AnswerHit? in
            guard let block = shard.find(packet, qname, tag, hash: hash) else { return nil }
            return shard.readAnswer(
                block, now: now.uptime, allowStale: allowStale, turn: turn, into: &response, at: position,
                limit: min(limit, response.count))
        }
    }
}
