import DNSCache
import DNSWire

// --- The cache by itself ---

extension Workload {
    static let cache = [
        Workload("patch", count: 6_400) {
            var names = NameSource(seed: 2)
            let cache = try SampleCache.make(octets: 1 << 20)
            let queries = try names.hosts(64).map { qname in
                let answer = SampleCache.answer(addresses: 4, &names)
                cache.admit(answer, for: Question(qname, .a), variant: [], now: .sample)
                return SampleMessages.query(qname, .a)
            }
            let views = queries.map { QueryView($0.span) }
            let buffer = unsafe makeResponseBuffer()
            let later = Moment.sample.advanced(bySeconds: 7)
            return { number in
                let index = number % queries.count
                let (query, view) = (queries[index], views[index])
                var response = unsafe buffer.mutableSpan
                let hit = cache.lookupAnswer(
                    query.span, view.qnameRange, view.qtype, view.qclass, variant: [], now: later,
                    turn: UInt16(truncatingIfNeeded: number), into: &response, at: view.questionEnd,
                    limit: 1232)
                return hit?.answerCount == 4
            }
        },
        Workload("insert", count: SampleCache.names) {
            var names = NameSource(seed: 3)
            let cache = try SampleCache.make(octets: SampleCache.octets)
            let questions = try names.hosts(SampleCache.names).map { Question($0, .a) }
            let queries = questions.map { SampleMessages.query($0.qname, .a) }
            let views = queries.map { QueryView($0.span) }
            let answer = SampleCache.answer(addresses: 2, &names)
            let buffer = unsafe makeResponseBuffer()
            // What is asked for again goes to the main ring, the rest is forgotten early: half of them do.
            let insert = { (number: Int) in
                let index = number % questions.count
                cache.admit(answer, for: questions[index], variant: [], now: .sample)
                guard number % 2 == 0 else { return true }
                let (query, view) = (queries[index], views[index])
                var response = unsafe buffer.mutableSpan
                let hit = cache.lookupAnswer(
                    query.span, view.qnameRange, view.qtype, view.qclass, variant: [], now: .sample,
                    into: &response, at: view.questionEnd, limit: 1232)
                return hit != nil
            }
            for number in questions.indices where !insert(number) { throw InputError("an entry") }
            guard cache.statistics.evictionCount > 0 else { throw InputError("a full cache") }
            return insert
        },
    ]
}

private enum SampleCache {
    /// Holds about a third of the names, so that each is gone when its turn comes again.
    static let octets = 128 << 10
    static let names = 4_096

    static func make(octets: Int) throws -> Cache {
        var limits = Cache.Limits()
        limits.byteCeiling = octets
        return Cache(limits: limits, hashKey: SipHash.Key(low: 1, high: 2))
    }

    /// An answer of addresses, whose owner is the name that was asked for.
    static func answer(addresses: Int, _ names: inout NameSource) -> FinishedAnswer {
        var body: [UInt8] = []
        for _ in 0..<addresses {
            body += [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0x01, 0x2c, 0, 4] + names.address().bytes
        }
        return FinishedAnswer(
            flagBits: 0, answerCount: UInt16(addresses), authorityCount: 0, additionalCount: 0, body: body,
            ttlOffsets: (0..<addresses).map { UInt16($0 * 16 + 6) },
            rotation: .init(offset: 0, count: UInt16(addresses), recordLength: 16), ttl: 300)
    }
}

extension Moment {
    /// Some time in 2026.
    static let sample = Moment(monotonic: 5_000_000_000_000, uptime: 9_000_000, wall: 1_780_000_000)
}

/// Where responses are written, as a worker has it: allocated once, and never given back.
func makeResponseBuffer() -> UnsafeMutableBufferPointer<UInt8> {
    let octets = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1232)
    unsafe octets.initialize(repeating: 0)
    return unsafe octets
}
