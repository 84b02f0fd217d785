import DNSCache
import DNSResolution
import DNSWire
import Testing

@testable import DNSServer

/// The octets of a finished answer, put behind a header and a question, must be the message that was meant.
@Suite struct AnswerBuilderTests {
    private let question = Question("www.example.com.", .a)

    private func message(_ answer: FinishedAnswer, _ question: Question) throws -> Message {
        var header = Header(id: 1)
        header.questionCount = 1
        header.answerCount = answer.answerCount
        header.authorityCount = answer.authorityCount
        header.additionalCount = answer.additionalCount
        header.flagBits = answer.flagBits
        var bytes: [UInt8] = []
        header.compose(to: &bytes)
        bytes += question.qname.wire + [0, UInt8(question.qtype.rawValue), 0, 1] + answer.body
        return try Message(parsing: bytes.span)
    }

    private func outcome(_ answers: [RRset]) -> Outcome {
        var outcome = Outcome(.noError)
        outcome.answers = answers
        return outcome
    }

    private func addresses(_ name: DomainName, _ count: Int, ttl: UInt32 = 300) -> RRset {
        RRset(
            name, .a, ttl: ttl, rdatas: (0..<count).map { .address(IPAddress(203, 0, 113, UInt8($0 % 250))) })
    }

    @Test func chainAndAddresses() throws {
        let alias = RRset("www.example.com.", .cname, ttl: 60, rdatas: [.name("web.example.net.")])
        let built = AnswerBuilder(question: question, dnssecOK: false, limits: Cache.Limits())
            .build(outcome([alias, addresses("web.example.net.", 3)]))
        let message = try message(built, question)
        #expect(message.answers.map(\.type) == [.cname, .a, .a, .a])
        #expect(message.answers.map(\.ttl) == [60, 300, 300, 300])
        #expect(built.ttl == 60)
        #expect(built.ttlOffsets.count == 4)
        #expect(built.rotation?.count == 3)
        #expect(built.rotation?.recordLength == 16)
    }

    @Test func signaturesOnlyForThoseWhoAsk() throws {
        var signed = addresses("www.example.com.", 2)
        signed.signatures = [
            try RData(
                text: "A 13 3 300 20300101000000 20200101000000 1 example.com. AAAA", type: .rrsig,
                origin: .root)
        ]
        let plain = AnswerBuilder(question: question, dnssecOK: false, limits: Cache.Limits()).build(
            outcome([signed]))
        let full = AnswerBuilder(question: question, dnssecOK: true, limits: Cache.Limits()).build(
            outcome([signed]))
        #expect(try message(plain, question).answers.map(\.type) == [.a, .a])
        #expect(plain.rotation != nil)
        #expect(try message(full, question).answers.map(\.type) == [.a, .a, .rrsig])
        // A signature behind the addresses must stay behind them.
        #expect(full.rotation == nil)
    }

    @Test func ttlsAreClamped() throws {
        var limits = Cache.Limits()
        limits.minimumTTL = 10
        limits.maximumTTL = 100
        limits.maximumNegativeTTL = 20
        let builder = AnswerBuilder(question: question, dnssecOK: false, limits: limits)
        #expect(builder.build(outcome([addresses("www.example.com.", 1, ttl: 5)])).ttl == 10)
        #expect(builder.build(outcome([addresses("www.example.com.", 1, ttl: 500)])).ttl == 100)
        var denial = Outcome(.nxDomain)
        let soa = StartOfAuthority(
            primary: "ns.", mailbox: "x.", serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 900)
        denial.authorities = [RRset("example.com.", .soa, ttl: 900, rdatas: [soa.rdata])]
        let built = builder.build(denial)
        #expect(built.ttl == 20)
        #expect(built.flagBits & 0xf == 3)
        #expect(try message(built, question).authorities.map(\.ttl) == [20])
    }

    @Test func moreThanMinimalAddsTheZonesServers() throws {
        var builder = AnswerBuilder(question: question, dnssecOK: false, limits: Cache.Limits())
        builder.delegation = Delegation(
            zone: "example.com.",
            nameServers: [
                .init("ns.example.com.", addresses: [IPAddress(203, 0, 113, 9), IPAddress(ipv6: 1)])
            ], ttl: 30)
        let message = try message(builder.build(outcome([addresses("www.example.com.", 1)])), question)
        #expect(message.authorities.map(\.type) == [.ns])
        #expect(message.additionals.map(\.type) == [.a, .aaaa])
    }

    @Test func nothingAtAllIsNotKept() {
        let built = AnswerBuilder(question: question, dnssecOK: false, limits: Cache.Limits()).build(
            Outcome(.noError))
        #expect(built.ttl == 0)
        #expect(built.body.isEmpty)
    }
}
