import DNSWire
import Testing

@testable import DNSCache

@Suite struct FinishedAnswerTests {
    private let question = Question(name("www.example.com"), .a)

    private func address(_ last: UInt8, of owner: DomainName? = nil, ttl: UInt32 = 300) -> Record {
        Record(owner ?? question.qname, .a, ttl: ttl, .address(IPAddress(192, 0, 2, last)))
    }

    private func lastOctets(_ response: Cache.Response?) -> [UInt8]? {
        response?.message?.answers.filter { $0.type == .a }.compactMap(\.rdata.bytes.last)
    }

    // --- TTLs ---

    @Test func countsEveryTTLDown() throws {
        let cache = cache()
        let answer = finished(
            question,
            answers: [
                Record(question.qname, .cname, ttl: 1000, .name(name("a.example.net"))),
                address(1, of: name("a.example.net"), ttl: 400),
            ], authorities: [Record(name("example.net"), .ns, ttl: 70_000, .name(name("ns.example.net")))])
        cache.admit(answer, for: question, variant: [], now: at(0))
        let message = try #require(cache.answer(question, now: at(milliseconds: 60_999))?.message)
        #expect(message.answers.map(\.ttl) == [940, 340])
        #expect(message.authorities.map(\.ttl) == [69_940])
        #expect(message.answers.map(\.ownerName) == [question.qname, name("a.example.net")])
    }

    @Test func expiresToTheMillisecond() {
        let cache = cache()
        cache.admit(finished(question, answers: [address(1, ttl: 5)]), for: question, variant: [], now: at(0))
        #expect(cache.answer(question, now: at(milliseconds: 4_999))?.message?.answers.first?.ttl == 1)
        #expect(cache.answer(question, now: at(milliseconds: 5_000)) == nil)
    }

    @Test func clockThatStandsStillIsNoTrouble() {
        let cache = cache()
        cache.admit(finished(question, answers: [address(1)]), for: question, variant: [], now: at(10))
        #expect(cache.answer(question, now: at(9))?.message?.answers.first?.ttl == 300)
    }

    @Test func zeroTTLIsNotKeptAndEndsWhatWasThere() {
        let cache = cache()
        cache.admit(finished(question, answers: [address(1)]), for: question, variant: [], now: at(0))
        cache.admit(finished(question, answers: [address(2, ttl: 0)]), for: question, variant: [], now: at(1))
        #expect(cache.answer(question, now: at(1), allowStale: true) == nil)
        #expect(cache.statistics.entryCount == 0)
    }

    @Test func tooLargeIsNotKeptAndEndsWhatWasThere() {
        let cache = cache()
        cache.admit(finished(question, answers: [address(1)]), for: question, variant: [], now: at(0))
        var large = finished(question, answers: [address(1)])
        large.body += [UInt8](repeating: 0, count: Cache.maximumPayload)
        cache.admit(large, for: question, variant: [], now: at(1))
        #expect(cache.answer(question, now: at(1)) == nil)
    }

    // --- Stale ---

    @Test func staleAnswerHasTTL30() throws {
        let cache = cache { $0.staleWindow = 100 }
        let answers = [address(1, ttl: 10), address(2, ttl: 10)]
        cache.admit(
            finished(question, answers: answers, rotatingFrom: 0), for: question, variant: [], now: at(0))
        #expect(cache.answer(question, now: at(11)) == nil)
        let response = try #require(cache.answer(question, now: at(11), allowStale: true))
        #expect(response.hit.isStale)
        #expect(!response.hit.isPrefetchDue)
        #expect(response.message?.answers.map(\.ttl) == [30, 30])
        let fresh = try #require(cache.answer(question, now: at(9), allowStale: true))
        #expect(!fresh.hit.isStale)
        #expect(fresh.message?.answers.map(\.ttl) == [1, 1])
    }

    /// RFC 8767 §4: a limit on how long stale data is used. It held only when memory was short.
    @Test func staleWindowEnds() {
        let cache = cache { $0.staleWindow = 100 }
        cache.admit(
            finished(question, answers: [address(1, ttl: 10)]), for: question, variant: [], now: at(0))
        #expect(cache.answer(question, now: at(110), allowStale: true) != nil)
        #expect(cache.answer(question, now: at(milliseconds: 110_001), allowStale: true) == nil)
    }

    // --- Rotation ---

    @Test func turnsAddresses() {
        let cache = cache()
        let answer = finished(question, answers: [address(1), address(2), address(3)], rotatingFrom: 0)
        cache.admit(answer, for: question, variant: [], now: at(0))
        #expect(lastOctets(cache.answer(question, now: at(1), turn: 0)) == [1, 2, 3])
        #expect(lastOctets(cache.answer(question, now: at(1), turn: 1)) == [2, 3, 1])
        #expect(lastOctets(cache.answer(question, now: at(1), turn: 2)) == [3, 1, 2])
        #expect(lastOctets(cache.answer(question, now: at(1), turn: 3)) == [1, 2, 3])
        #expect(lastOctets(cache.answer(question, now: at(1), turn: .max)) == [1, 2, 3])
        #expect(cache.answer(question, now: at(60), turn: 2)?.message?.answers.map(\.ttl) == [240, 240, 240])
    }

    @Test func turnsIPv6Addresses() {
        let question = Question(name("www.example.com"), .aaaa)
        let cache = cache()
        let records = (1...4).map { Record(question.qname, .aaaa, ttl: 9, .address(IPAddress(ipv6: $0))) }
        cache.admit(
            finished(question, answers: records, rotatingFrom: 0), for: question, variant: [], now: at(0))
        let turned = cache.answer(question, now: at(0), turn: 3)?.message?.answers
        #expect(turned == [records[3], records[0], records[1], records[2]])
    }

    @Test func turnsBehindAChainAndLeavesPointersRight() throws {
        let cache = cache()
        let target = name("pool.cdn.example.net")
        let chain = Record(question.qname, .cname, ttl: 60, .name(target))
        let authority = Record(name("cdn.example.net"), .ns, ttl: 60, .name(name("ns.cdn.example.net")))
        let answer = finished(
            question, answers: [chain] + (1...3).map { address($0, of: target) }, authorities: [authority],
            rotatingFrom: 1)
        cache.admit(answer, for: question, variant: [], now: at(0))
        for turn in UInt16(0)..<7 {
            let message = try #require(cache.answer(question, now: at(0), turn: turn)?.message)
            #expect(message.answers.first == chain)
            #expect(message.answers.dropFirst().allSatisfy { $0.ownerName == target })
            let expected = (0..<3).map { UInt8(($0 + Int(turn)) % 3 + 1) }
            #expect(message.answers.dropFirst().compactMap(\.rdata.bytes.last) == expected)
            #expect(message.authorities == [authority])
        }
    }

    @Test func leavesTheRestWhereThereIsNoRotation() {
        let cache = cache()
        let octets: [UInt8] =
            [0, 1, 13, 3] + [UInt8](repeating: 0, count: 14) + [0] + [UInt8](repeating: 1, count: 64)
        let signature = Record(question.qname, .rrsig, ttl: 300, RData(unchecked: octets))
        let records = [address(1), address(2), signature]
        cache.admit(finished(question, answers: records), for: question, variant: .dnssecOK, now: at(0))
        let message = cache.answer(question, .dnssecOK, now: at(0), turn: 1)?.message
        #expect(message?.answers.map(\.type) == [.a, .a, .rrsig])
        #expect(message?.answers.prefix(2).compactMap(\.rdata.bytes.last) == [1, 2])
    }

    // --- Room ---

    @Test func writesOnlyWhatFits() throws {
        let cache = cache()
        let answer = finished(question, answers: [address(1), address(2)], rotatingFrom: 0)
        cache.admit(answer, for: question, variant: [], now: at(0))
        let start = query(question).count
        let exact = start + answer.body.count
        let whole = try #require(cache.answer(question, now: at(0), turn: 1, limit: exact))
        #expect(whole.hit.fits && whole.message?.answers.count == 2)
        for limit in [exact - 1, start, 0, -1] {
            let response = try #require(cache.answer(question, now: at(0), turn: 1, limit: limit))
            #expect(!response.hit.fits)
            #expect(response.hit.bodyLength == answer.body.count)
            #expect(response.octets.dropFirst(12) == query(question).dropFirst(12), "nothing was written")
        }
    }

    @Test func keepsFlagsAndCounts() throws {
        let cache = cache()
        var answer = finished(question, answers: [], authorities: [], code: .nxDomain)
        answer.ttl = 60
        answer.flagBits |= HeaderFlags.aa.rawValue
        answer.additionalCount = 7
        cache.admit(answer, for: question, variant: [], now: at(0))
        let hit = try #require(cache.answer(question, now: at(0))).hit
        #expect(hit.flagBits == answer.flagBits)
        #expect((hit.answerCount, hit.authorityCount, hit.additionalCount) == (0, 0, 7))
        #expect(hit.fits && hit.bodyLength == 0)
    }

    // --- Prefetch ---

    @Test func prefetchIsDueOnceInTheLastTenth() {
        let cache = cache()
        cache.admit(
            finished(question, answers: [address(1, ttl: 100)]), for: question, variant: [], now: at(0))
        #expect(cache.answer(question, now: at(1))?.hit.isPrefetchDue == false)
        #expect(cache.answer(question, now: at(milliseconds: 89_999))?.hit.isPrefetchDue == false)
        #expect(cache.answer(question, now: at(90))?.hit.isPrefetchDue == true)
        #expect(cache.answer(question, now: at(91))?.hit.isPrefetchDue == false)
        #expect(cache.answer(question, now: at(99))?.hit.isPrefetchDue == false)
    }

    @Test func prefetchIsDueAnewForNewData() {
        let cache = cache()
        for start in [0.0, 99] {
            cache.admit(
                finished(question, answers: [address(1, ttl: 100)]), for: question, variant: [],
                now: at(start))
            #expect(cache.answer(question, now: at(start + 89))?.hit.isPrefetchDue == false)
            #expect(cache.answer(question, now: at(start + 96))?.hit.isPrefetchDue == true)
        }
    }

    @Test func shortLivedIsNotPrefetched() {
        let cache = cache()
        cache.admit(finished(question, answers: [address(1, ttl: 9)]), for: question, variant: [], now: at(0))
        _ = cache.answer(question, now: at(1))
        #expect(cache.answer(question, now: at(milliseconds: 8_900))?.hit.isPrefetchDue == false)
    }

    // --- Keys ---

    @Test func variantsDoNotMix() {
        let cache = cache()
        for bits in UInt8(0)..<4 {
            let answer = finished(question, answers: [address(bits)])
            cache.admit(answer, for: question, variant: AnswerVariant(rawValue: bits), now: at(0))
        }
        for bits in UInt8(0)..<4 {
            #expect(lastOctets(cache.answer(question, AnswerVariant(rawValue: bits), now: at(0))) == [bits])
        }
        cache.removeAnswer(for: question, variant: .dnssecOK)
        #expect(cache.answer(question, .dnssecOK, now: at(0)) == nil)
        #expect(cache.answer(question, now: at(0)) != nil)
    }

    @Test func typesAndClassesDoNotMix() {
        let cache = cache()
        cache.admit(finished(question, answers: [address(1)]), for: question, variant: [], now: at(0))
        #expect(cache.answer(Question(question.qname, .aaaa), now: at(0)) == nil)
        #expect(cache.answer(Question(question.qname, .a, .chaos), now: at(0)) == nil)
        #expect(cache.answer(Question(name("ww.example.com"), .a), now: at(0)) == nil)
        #expect(cache.answer(Question(name("example.com"), .a), now: at(0)) == nil)
    }

    @Test func caseOfTheQuestionDoesNotMatter() throws {
        let cache = cache()
        let mixed = Question(name("wWw.eXAMPLe.cOm"), .a)
        cache.admit(finished(mixed, answers: [address(1)]), for: mixed, variant: [], now: at(0))
        let response = try #require(cache.answer(Question(name("WWW.example.COM"), .a), now: at(0)))
        #expect(response.message?.answers.first?.ownerName.isIdentical(to: name("WWW.example.COM")) == true)
        #expect(cache.statistics.entryCount == 1)
    }

    @Test func rootHasAnAnswerToo() {
        let cache = cache()
        let question = Question(.root, .ns)
        let record = Record(.root, .ns, ttl: 60, .name(name("a.root-servers.net")))
        cache.admit(finished(question, answers: [record]), for: question, variant: [], now: at(0))
        #expect(cache.answer(question, now: at(0))?.message?.answers == [record])
    }
}
