import DNSWire

@testable import DNSCache

#if DEBUG
    /// How many times fewer steps a random test takes where the code is not optimised.
    let slowdown = 20
#else
    let slowdown = 1
#endif

let testKey = SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0f0e_0d0c_0b0a_0908)

/// Seconds after the start of a test.
func at(_ seconds: Double) -> Moment {
    Moment(monotonic: 1_000_000_000, uptime: 1_000_000, wall: 1_700_000_000).advanced(bySeconds: seconds)
}

/// Milliseconds after the start of a test.
func at(milliseconds: Int64) -> Moment {
    var moment = at(0)
    moment.uptime += milliseconds
    return moment
}

/// A name from text without escapes.
func name(_ text: String) -> DomainName {
    DomainName(labels: text.split(separator: ".").map { Array($0.utf8) }) ?? .root
}

func cache(bytes: Int = 16 << 20, _ change: (inout Cache.Limits) -> Void = { _ in }) -> Cache {
    var limits = Cache.Limits()
    limits.byteCeiling = bytes
    change(&limits)
    return Cache(limits: limits, hashKey: testKey)
}

func addresses(_ owner: DomainName, _ count: Int = 1, ttl: UInt32 = 300) -> RRset {
    RRset(owner, .a, ttl: ttl, rdatas: (0..<count).map { .address(IPAddress(192, 0, 2, UInt8($0 + 1))) })
}

func soa(_ zone: DomainName, ttl: UInt32 = 300) -> RRset {
    let numbers: [UInt8] = [0, 0, 0, 1, 0, 0, 14, 16, 0, 0, 14, 16, 0, 0, 14, 16, 0, 0, 0, 60]
    return RRset(zone, .soa, ttl: ttl, rdatas: [RData(unchecked: zone.wire + zone.wire + numbers)])
}

/// A query's octets as far as its question goes.
func query(_ question: Question) -> [UInt8] {
    var writer = MessageWriter(limit: 512)
    writer.begin(Header())
    writer.append(question)
    return writer.finish()
}

/// A finished answer to `question` from records, with `rotation` where it is given as the first record's index.
func finished(
    _ question: Question, answers: [Record], authorities: [Record] = [], rotatingFrom first: Int? = nil,
    code: ResponseCode = .noError
) -> FinishedAnswer {
    var writer = MessageWriter(limit: 65_535)
    writer.begin(Header())
    writer.append(question)
    let start = writer.bytes.count
    var starts: [Int] = []
    var ttlOffsets: [UInt16] = []
    for (index, record) in (answers + authorities).enumerated() {
        starts.append(writer.bytes.count - start)
        writer.append(record, to: index < answers.count ? .answer : .authority)
        var position = starts[index] + start
        while writer.bytes[position] != 0, writer.bytes[position] < 0xc0 {
            position += Int(writer.bytes[position]) + 1
        }
        position += writer.bytes[position] == 0 ? 1 : 2
        ttlOffsets.append(UInt16(position + 4 - start))
    }
    let end = writer.bytes.count - start
    var rotation: FinishedAnswer.Rotation?
    if let first {
        let next = first + 1 < starts.count ? starts[first + 1] : end
        rotation = .init(
            offset: UInt16(starts[first]), count: UInt16(answers.count - first),
            recordLength: UInt16(next - starts[first]))
    }
    return FinishedAnswer(
        flagBits: code.rawValue, answerCount: UInt16(answers.count),
        authorityCount: UInt16(authorities.count),
        additionalCount: 0, body: Array(writer.bytes[start...]), ttlOffsets: ttlOffsets, rotation: rotation,
        ttl: (answers + authorities).map(\.ttl).min() ?? 0)
}

extension Cache {
    struct Response {
        var hit: AnswerHit
        var octets: [UInt8]

        /// Nil when the octets are not a well-formed message.
        var message: Message? { try? Message(parsing: octets.span) }
    }

    /// A lookup as the server does it, and the whole response.
    func answer(
        _ question: Question, _ variant: AnswerVariant = [], now: Moment, allowStale: Bool = false,
        turn: UInt16 = 0,
        limit: Int = 1232
    ) -> Response? {
        let packet = query(question)
        var octets = packet + [UInt8](repeating: 0, count: max(512, limit))
        var response = octets.mutableSpan
        let hit = lookupAnswer(
            packet.span, Header.length..<(packet.count - 4), question.qtype, question.qclass,
            variant: variant,
            now: now, staleTTL: allowStale ? 30 : nil, turn: turn, into: &response, at: packet.count,
            limit: limit)
        guard let hit else { return nil }
        octets.removeSubrange((packet.count + (hit.fits ? hit.bodyLength : 0))...)
        octets[7] = UInt8(hit.answerCount)
        octets[9] = UInt8(hit.authorityCount)
        return Response(hit: hit, octets: octets)
    }
}
