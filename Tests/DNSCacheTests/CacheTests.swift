import DNSWire
import SeededRandom
import Testing

@testable import DNSCache

@Suite struct CacheTests {
    // --- Memory and eviction ---

    /// 1,000 names that people use against random subdomains that nobody asks for twice, each of which leaves a finished
    /// answer and an RRset.
    @Test func hotNamesOutliveRandomSubdomains() {
        let cache = cache(bytes: (64 << 20) / slowdown)
        let hotCount = 1_000 / slowdown
        let hot = (0..<hotCount).map { Question(name("hot\($0).example.com"), .a) }
        var generator = SeededGenerator(seed: 3)
        var asked = 0
        var found = 0
        // Its owner is a pointer to the question's name, so it is the same for all.
        let answer = finished(
            hot[0], answers: [Record(hot[0].qname, .a, ttl: 80_000, .address(IPAddress(192, 0, 2, 1)))])
        func learn(_ question: Question) {
            cache.admit(addresses(question.qname, ttl: 80_000), rank: .answer, now: at(0))
            cache.admit(answer, for: question, variant: [], now: at(0))
        }
        for question in hot { learn(question) }
        for step in 0..<(5_000_000 / slowdown / 2) {
            let label = String(generator.next(), radix: 36)
            learn(Question(name(label + ".victim.example"), .a))
            guard step % 10 == 0, let question = hot.randomElement(using: &generator) else { continue }
            asked += 1
            if cache.answer(question, now: at(1)) != nil { found += 1 } else { learn(question) }
        }
        #expect(found * 100 >= asked * 95, "\(found) of \(asked)")
        #expect(cache.statistics.evictionCount > 0)
    }

    @Test(arguments: [0, 1 << 10, 1 << 20, 3 << 20, 16 << 20]) func anyCeilingWorks(bytes: Int) {
        let cache = cache(bytes: bytes)
        for number in 0..<2_000 {
            let owner = name("host\(number).example.com")
            cache.admit(addresses(owner), rank: .answer, now: at(0))
            #expect(cache.lookup(owner, .a, now: at(0)) != nil)
        }
    }

    @Test func largestAnswersFitTheSmallestSensibleCache() {
        let cache = cache(bytes: 1 << 20)
        let question = Question(name("large.example.com"), .txt)
        var answer = finished(question, answers: [])
        answer.ttl = 60
        answer.body = [UInt8](repeating: 0, count: Cache.Limits().answerSize)
        cache.admit(answer, for: question, variant: [], now: at(0))
        #expect(cache.answer(question, now: at(0), limit: 8192)?.hit.bodyLength == Cache.Limits().answerSize)
    }

    @Test func namesSpreadOverTheShards() {
        let cache = cache(bytes: 64 << 20)
        var counts: [UInt64: Int] = [:]
        var low: Set<UInt64> = []
        for number in 0..<64_000 {
            let wire = name("host\(number).example.com").wire
            let hash = cache.hash(wire.span, 0..<wire.count, KeyTag(.answer, .a, .internet))
            counts[hash >> 48 & 63, default: 0] += 1
            low.insert(hash & 0xffff)
        }
        #expect(counts.count == 64)
        #expect(counts.values.allSatisfy { (700...1_300).contains($0) })
        #expect((39_000...43_000).contains(low.count), "64,000 draws of 65,536 leave about 24,600 untouched")
    }

    @Test func hashDependsOnKeyTagAndNameButNotOnCase() {
        func hash(_ text: String, _ type: RecordType = .a, _ key: SipHash.Key = testKey) -> UInt64 {
            let wire = name(text).wire
            let cache = Cache(limits: .init(), hashKey: key)
            return cache.hash(wire.span, 0..<wire.count, KeyTag(.rrset, type, .internet))
        }
        #expect(hash("www.example.com") == hash("WWW.exAMPle.com"))
        #expect(hash("www.example.com") != hash("www.example.net"))
        #expect(hash("www.example.com") != hash("www.example.com", .aaaa))
        #expect(hash("www.example.com") != hash("www.example.com", .a, SipHash.Key(low: 1, high: 2)))
    }

    // --- Purge ---

    /// One of each kind for a name.
    private func fill(_ cache: Cache, _ owner: DomainName) {
        let question = Question(owner, .a)
        cache.admit(addresses(owner), rank: .answer, now: at(0))
        cache.admitNoData(owner, .mx, soa: nil, ttl: 60, now: at(0))
        cache.admitNXDomain(owner, soa: nil, ttl: 60, now: at(0))
        cache.admit(Delegation(zone: owner, nameServers: [.init(owner)], ttl: 60), now: at(0))
        cache.admitFailure(question, nil, ttl: 5, now: at(0))
        for bits in UInt8(0)..<4 {
            let answer = finished(
                question, answers: [Record(owner, .a, ttl: 60, .address(IPAddress(192, 0, 2, 1)))])
            cache.admit(answer, for: question, variant: AnswerVariant(rawValue: bits), now: at(0))
        }
    }
    private let kinds = 9

    @Test func flushesAName() {
        let cache = cache()
        let names = ["example.com", "www.example.com", "a.www.example.com", "ww.example.com"].map(name)
        for owner in names { fill(cache, owner) }
        #expect(cache.statistics.entryCount == names.count * kinds)
        cache.flush(name: name("WWW.Example.com"))
        #expect(cache.statistics.entryCount == (names.count - 1) * kinds)
        #expect(cache.lookup(names[1], .a, now: at(0)) == nil)
        #expect(cache.answer(Question(names[1], .a), now: at(0)) == nil)
        #expect(cache.lookup(names[2], .a, now: at(0)) != nil)
        cache.flush(name: names[1])
        #expect(cache.statistics.entryCount == (names.count - 1) * kinds)
        #expect(cache.statistics.evictionCount == 0)
    }

    @Test func flushesASubtree() {
        let cache = cache()
        let inside = ["example.com", "www.example.com", "a.b.c.Example.COM"].map(name)
        let outside = ["com", "badexample.com", "example.com.net", "xample.com"].map(name) + [.root]
        for owner in inside + outside { fill(cache, owner) }
        cache.flush(subtree: name("example.com"))
        #expect(cache.statistics.entryCount == outside.count * kinds)
        #expect(inside.allSatisfy { cache.delegation(of: $0, now: at(0)) == nil })
        #expect(outside.allSatisfy { cache.delegation(of: $0, now: at(0)) != nil })
        cache.flush(subtree: .root)
        #expect(cache.statistics.entryCount == 0)
    }

    @Test func flushesAll() {
        let cache = cache()
        let server = SocketAddress(IPAddress(192, 0, 2, 1), port: 53)
        fill(cache, name("example.com"))
        cache.health.update(server) { $0.foldsCase = true }
        cache.flushAll()
        #expect(cache.statistics.entryCount == 0)
        #expect(cache.health.health(of: server) == ServerHealth())
        fill(cache, name("example.com"))
        #expect(cache.statistics.entryCount == kinds)
    }

    // --- Against a model ---

    @Test(arguments: 1...4) func agreesWithADictionary(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let cache = cache(bytes: [1 << 20, 4 << 20][seed % 2])
        struct Stored {
            var last: UInt8
            var expiry: Int64
        }
        var model: [Question: Stored] = [:]
        let names = (0..<(seed % 2 == 0 ? 500 : 40_000)).map { name("n\($0).z\($0 % 7).example") }
        var clock: Int64 = 0
        for step in 0..<(300_000 / slowdown) {
            clock += Int64.random(in: 0...20, using: &generator)
            let owner = names[Int.random(in: 0..<names.count, using: &generator)]
            let question = Question(owner, Bool.random(using: &generator) ? .a : .aaaa)
            switch Int.random(in: 0..<1000, using: &generator) {
            case 0..<400:
                let last = UInt8.random(in: 0...255, using: &generator)
                let ttl = UInt32.random(in: 0...60, using: &generator)
                let record = Record(owner, .a, ttl: ttl, .address(IPAddress(192, 0, 2, last)))
                cache.admit(
                    finished(question, answers: [record]), for: question, variant: [],
                    now: at(milliseconds: clock))
                model[question] = ttl > 0 ? Stored(last: last, expiry: clock + Int64(ttl) * 1000) : nil
            case 400:
                cache.flush(name: owner)
                model[Question(owner, .a)] = nil
                model[Question(owner, .aaaa)] = nil
            case 401 where step % 20 == 0:
                let zone = name("z\(step % 7).example")
                cache.flush(subtree: zone)
                model = model.filter { !$0.key.qname.isSubdomain(of: zone) }
            case 402..<450:
                cache.removeAnswer(for: question, variant: [])
                model[question] = nil
            default:
                let response = cache.answer(question, now: at(milliseconds: clock), limit: 512)
                guard let response else { continue }
                let stored = model[question]
                let left = ((stored?.expiry ?? 0) - clock + 999) / 1000
                let octets = response.octets
                if stored == nil || left <= 0 || octets.last != stored?.last
                    || Int64(octets[octets.count - 7]) != left
                {
                    Issue.record("\(question) after \(step) steps")
                    return
                }
            }
        }
        if seed % 2 == 0 {
            let fresh = model.filter { $0.value.expiry > clock }
            #expect(
                fresh.keys.allSatisfy { cache.answer($0, now: at(milliseconds: clock)) != nil },
                "all of it fits")
        }
    }
}
