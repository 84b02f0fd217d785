import DNSWire
import Testing

@testable import LoadGenerator

@Suite struct QuerySourceTests {
    private let questions = [
        Question("one.example.", .a), Question("two.example.", .aaaa),
        Question("three.example.", .txt, .chaos),
    ]

    private func source(
        _ work: QueryWork, seed: UInt64 = 1, thread: (index: Int, count: Int) = (0, 1)
    ) throws -> QuerySource {
        try QuerySource(work, QueryTemplates(work.questions, work.options), seed: seed, thread: thread)
    }

    @Test func `a query has the ID, the question and the flags that are wanted`() throws {
        var work = QueryWork(questions: questions)
        work.options.dnssecOK = true
        let source = try source(work)
        let (octets, query) = try #require(message(source, 1, id: 0xbeef))
        let parsed = try Message(parsing: octets.span)
        #expect(parsed.header.id == 0xbeef)
        #expect(parsed.header.flags == .rd)
        #expect(parsed.questions == [questions[1]])
        #expect(parsed.edns?.dnssecOK == true)
        #expect(query.questionLength == "two.example.".utf8.count + 1 + 4)
    }

    @Test func `a query without recursion and EDNS has neither`() throws {
        var work = QueryWork(questions: questions)
        work.options.recursionDesired = false
        let (octets, _) = try #require(message(source(work), 2))
        let parsed = try Message(parsing: octets.span)
        #expect(parsed.header.flags == [])
        #expect(parsed.edns == nil)
        #expect(parsed.questions == [questions[2]])
    }

    @Test func `questions come in turn, and threads begin at different ones`() throws {
        let work = QueryWork(questions: questions)
        let source = try source(work)
        #expect((0..<5).map { _ in source.next() } == [0, 1, 2, 0, 1])
        let other = try self.source(work, thread: (index: 1, count: 3))
        #expect((0..<3).map { _ in other.next() } == [1, 2, 0])
    }

    @Test func `by Zipf's law the first question is the most frequent`() throws {
        var work = QueryWork(questions: questions)
        work.zipf = 1
        let source = try source(work)
        var counts = [0, 0, 0]
        for _ in 0..<6_000 { counts[Int(source.next())] += 1 }
        // 6/11, 3/11 and 2/11 of them.
        #expect(abs(counts[0] - 3_273) < 200)
        #expect(abs(counts[1] - 1_636) < 200)
    }

    @Test func `the share of unseen names is as wanted, and no name comes twice`() throws {
        var work = QueryWork(questions: questions)
        work.missShare = 0.25
        work.missSuffix = "miss.example."
        let source = try source(work)
        var unseen: Set<DomainName> = []
        var count = 0
        for _ in 0..<8_000 {
            let (octets, query) = try #require(message(source, source.next()))
            let question = try #require(try Message(parsing: octets.span).questions.first)
            #expect(query.questionLength == question.qname.wire.count + 4)
            guard question.qname.isSubdomain(of: "miss.example.") else { continue }
            unseen.insert(question.qname)
            count += 1
        }
        #expect(abs(count - 2_000) < 200)
        #expect(unseen.count == count)
    }

    @Test func `another seed has other unseen names, the same seed the same`() throws {
        var work = QueryWork(questions: [])
        work.missShare = 1
        let names = try [1, 2, 1 as UInt64].map { seed in
            let source = try source(work, seed: seed)
            return try #require(message(source, source.next())).octets
        }
        #expect(names[0] != names[1])
        #expect(names[0] == names[2])
    }

    @Test func `threads have other unseen names`() throws {
        var work = QueryWork(questions: [])
        work.missShare = 1
        let names = try (0..<2).map { index in
            let source = try source(work, thread: (index: index, count: 2))
            return try #require(message(source, source.next())).octets
        }
        #expect(names[0] != names[1])
    }

    @Test func `a number is written the same again`() throws {
        var work = QueryWork(questions: questions)
        work.missShare = 0.5
        let source = try source(work)
        for _ in 0..<20 {
            let number = source.next()
            #expect(message(source, number)?.octets == message(source, number)?.octets)
        }
    }

    @Test func `without room nothing is written`() throws {
        var work = QueryWork(questions: questions)
        work.missShare = 0.5
        let source = try source(work)
        for _ in 0..<20 { #expect(message(source, source.next(), capacity: 20) == nil) }
    }

    @Test func `what cannot be asked is an error`() {
        #expect(throws: LoadFailure.noQuestions) { try source(QueryWork(questions: [])) }
        var work = QueryWork(questions: questions)
        work.missShare = 0.5
        work.missSuffix = longName
        #expect(throws: LoadFailure.self) { try source(work) }
    }

    /// Of 250 octets.
    private var longName: DomainName {
        let label = Array(repeating: UInt8(ascii: "a"), count: 61)
        return DomainName(labels: [label, label, label, label]) ?? .root
    }
}

@Suite struct QuestionMarkTests {
    private func mark(_ octets: [UInt8], _ length: Int) -> UInt32? {
        unsafe octets.withUnsafeBufferPointer { unsafe QuestionMark.of($0, length) }
    }

    @Test func `every octet of the question counts, and no other`() {
        let octets = (0..<60).map { UInt8($0) }
        let length = 37
        let whole = mark(octets, length)
        for index in octets.indices {
            var other = octets
            other[index] ^= 0x20
            let isQuestion = (12..<12 + length).contains(index)
            #expect((mark(other, length) != whole) == isQuestion)
        }
    }

    @Test func `a message that is too short has none`() {
        #expect(mark(Array(repeating: 0, count: 16), 5) == nil)
        #expect(mark(Array(repeating: 0, count: 17), 5) != nil)
        #expect(mark([], 0) == nil)
    }
}
