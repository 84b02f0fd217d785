import DNSWire
import DNSZones
import SeededRandom
import Testing

/// What one end sends, the other has.
@Suite struct TransferStreamTests {
    typealias Fixtures = TransferFixtures

    static func history(seed: UInt64, size: Int, changes count: Int) -> [ZoneDraft.Result] {
        var generator = SeededGenerator(seed: seed)
        let first = Fixtures.randomVersion(size, serial: .max - 3, &generator)
        var results: [ZoneDraft.Result] = []
        var version = first
        for _ in 0..<count {
            results.append(Fixtures.changed(version, &generator))
            version = results[results.count - 1].version
        }
        return results
    }

    @Test(arguments: [UInt64](1...12))
    func `AXFR brings the zone, octet for octet`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let version = Fixtures.randomVersion([0, 3, 50, 400][Int(seed % 4)], &generator)
        for size in [512, 2_000, 16_384, 65_535] {
            let transfer = OutgoingTransfer(Fixtures.request(.full), .full, of: version, messageSize: size)
            let messages = Fixtures.messages(transfer, reserved: 100)
            #expect(messages.allSatisfy { $0.count <= max(size, 2_300) - 100 })
            let outcome = try #require(Fixtures.receive(messages, .full)).get()
            guard case .full(let copy) = outcome else { throw Unexpected() }
            #expect(Fixtures.octets(copy.tree) == Fixtures.octets(version.tree))
            #expect(copy.soa == version.soa && copy.soaTTL == version.soaTTL)
            #expect(copy.tree.rrsetCount == version.tree.rrsetCount)
        }
    }

    @Test(arguments: [UInt64](1...12))
    func `IXFR from every serial is what AXFR is`(_ seed: UInt64) throws {
        let results = Self.history(seed: seed, size: 200, changes: 8)
        let last = try #require(results.last).version
        var isIncremental = false
        for index in results.indices.dropLast() {
            let version = results[index].version
            let request = Fixtures.request(.incremental(since: version.serial))
            let plan = request.plan(for: last, changes: results[(index + 1)...].map(\.change))
            let messages = Fixtures.messages(OutgoingTransfer(request, plan, of: last, messageSize: 600))
            let outcome = try #require(Fixtures.receive(messages, .incremental(since: version))).get()
            #expect(Fixtures.octets(try #require(outcome.version).tree) == Fixtures.octets(last.tree))
            #expect(outcome.version?.serial == last.serial)
            if case .changes(_, let changes) = outcome {
                isIncremental = true
                #expect(changes == results[(index + 1)...].map(\.change))
            }
        }
        #expect(isIncremental)
    }

    @Test func `a client that is up to date learns it`() throws {
        let version = Fixtures.version([], serial: 5)
        for serial in [5, 6] as [UInt32] {
            let request = Fixtures.request(.incremental(since: SerialNumber(serial)))
            let plan = request.plan(for: version, changes: nil)
            let messages = Fixtures.messages(OutgoingTransfer(request, plan, of: version))
            #expect(messages.count == 1)
            let held = Fixtures.version([], serial: serial)
            let outcome = try #require(Fixtures.receive(messages, .incremental(since: held))).get()
            guard case .upToDate(SerialNumber(5)) = outcome else { throw Unexpected() }
        }
    }

    @Test func `over UDP the whole answer comes, or the SOA record`() throws {
        let results = Self.history(seed: 3, size: 200, changes: 3)
        let (old, last) = (results[1].version, results[2].version)
        let request = Fixtures.request(.incremental(since: old.serial), isDatagram: true)
        let plan = request.plan(for: last, changes: [results[2].change])
        func datagram(_ limit: Int) -> [UInt8] {
            OutgoingTransfer.datagram(request, plan, of: last, edns: nil, limit: limit, reserved: 50)
        }
        let whole = try #require(
            Fixtures.receive([datagram(65_535)], .incremental(since: old), isDatagram: true))
        guard case .changes(let version, _) = try whole.get() else { throw Unexpected() }
        #expect(Fixtures.octets(version.tree) == Fixtures.octets(last.tree))

        let short = datagram(250)
        #expect(short.count <= 200)
        let message = try Message(parsing: short.span)
        #expect(message.answers == last.tree.rrset(Fixtures.apex, .soa)?.records)
        #expect(!message.header.flags.contains(.tc))
        let outcome = try #require(Fixtures.receive([short], .incremental(since: old), isDatagram: true))
            .get()
        guard case .askOverStream = outcome else { throw Unexpected() }

        // Not even that.
        let shortest = datagram(130)
        #expect(shortest.count <= 80)
        #expect(try Message(parsing: shortest.span).header.flags.contains(.tc))
        guard
            case .askOverStream? = try Fixtures.receive(
                [shortest], .incremental(since: old), isDatagram: true)?.get()
        else { throw Unexpected() }
    }

    // --- Messages ---

    @Test func `header, question and OPT are as they should be`() throws {
        let version = Fixtures.version(
            (0..<100).map {
                RRset(
                    Fixtures.named("host\($0).example.test."), .a, ttl: 1,
                    rdatas: [RData(unchecked: [1, 2, 3, 4])])
            })
        var query = Message(header: Header(id: 0xabcd), questions: [Question("eXample.test.", .axfr)])
        query.header.flags = [.rd, .cd, .ad]
        let request = try TransferRequest(query, isDatagram: false)
        let transfer = OutgoingTransfer(request, .full, of: version, edns: EDNS(), messageSize: 600)
        let messages = try Fixtures.messages(transfer).map { try Message(parsing: $0.span) }
        #expect(messages.count > 2)
        for (index, message) in messages.enumerated() {
            #expect(message.header.id == 0xabcd && message.header.flags == [.qr, .aa, .rd])
            #expect(message.responseCode == .noError && message.header.opcode == .query)
            #expect(
                message.questions.map(\.qname.wire) == (index == 0 ? [query.questions[0].qname.wire] : []))
            #expect((message.edns != nil) == (index == 0))
            #expect(message.authorities.isEmpty && message.additionals.isEmpty && !message.answers.isEmpty)
        }
        let records = messages.flatMap(\.answers)
        #expect(records.first?.type == .soa && records.last == records.first)
        #expect(records.filter { $0.type == .soa }.count == 2 && records.count == 104)
    }

    @Test func `names are compressed, letters kept`() throws {
        let names: [DomainName] = [
            "a.b.Example.Test.", "A.b.Example.Test.", "a.B.Example.Test.", "a.b.example.test.",
        ]
        let rdatas = names.map { RData.name($0) }
        let version = Fixtures.version([RRset("x.Example.Test.", .ptr, ttl: 1, rdatas: rdatas)])
        let messages = Fixtures.messages(OutgoingTransfer(Fixtures.request(.full), .full, of: version))
        let message = try Fixtures.parsed(try #require(messages.first))
        let received = message.answers.filter { $0.type == .ptr }.map(\.rdata)
        #expect(received == rdatas)
        let large = (0..<1_000).map {
            RRset(
                Fixtures.named("host\($0).Example.Test."), .ptr, ttl: 1,
                rdatas: [.name(Fixtures.named("target\($0).Example.Test."))])
        }
        let octets = Fixtures.messages(
            OutgoingTransfer(Fixtures.request(.full), .full, of: Fixtures.version(large))
        )
        .reduce(0) { $0 + $1.count }
        // Two labels of at most ten octets, two pointers, ten octets of fields.
        #expect(octets < 1_000 * 34 + 500)
    }

    @Test func `what may not be compressed is not`() throws {
        let rdata = RData(unchecked: [0, 1, 0, 2, 0, 3] + ("sip.Example.Test." as DomainName).wire)
        let version = Fixtures.version([RRset("_sip._tcp.Example.Test.", .srv, ttl: 1, rdatas: [rdata])])
        let octets = try #require(
            Fixtures.messages(OutgoingTransfer(Fixtures.request(.full), .full, of: version)).first)
        #expect(octets.indices.contains { octets[$0...].starts(with: rdata.bytes) })
    }

    @Test func `signatures have the TTL of what they cover`() throws {
        let apex = Fixtures.apex
        var generator = SeededGenerator(seed: 4)
        func signature(_ type: RecordType) -> RData {
            RData(unchecked: [0, UInt8(type.rawValue)] + generator.octets(16) + [0] + generator.octets(8))
        }
        let version = Fixtures.version([
            RRset(apex, .a, ttl: 300, rdatas: [RData(unchecked: [1, 2, 3, 4])]),
            RRset(apex, .nsec, ttl: 60, rdatas: [RData(unchecked: apex.wire + [0, 1, 0x40])]),
            RRset(apex, .rrsig, ttl: 1, rdatas: [signature(.a), signature(.nsec), signature(.mx)]),
        ])
        let messages = Fixtures.messages(OutgoingTransfer(Fixtures.request(.full), .full, of: version))
        let message = try Fixtures.parsed(try #require(messages.first))
        #expect(message.answers.filter { $0.type == .rrsig }.map(\.ttl) == [300, 60, 1])
        let outcome = try #require(Fixtures.receive(messages, .full)).get()
        #expect(outcome.version?.tree.rrset(apex, .rrsig)?.rdatas.count == 3)
    }

    @Test func `a record that fits no message ends the transfer with an error`() throws {
        let rdata = RData(unchecked: [UInt8](repeating: 7, count: 65_500))
        let version = Fixtures.version([
            RRset("large.example.test.", RecordType(rawValue: 65_400), ttl: 1, rdatas: [rdata])
        ])
        var transfer = OutgoingTransfer(Fixtures.request(.full), .full, of: version)
        var messages: [[UInt8]] = []
        while let message = transfer.nextMessage(reserved: 100) { messages.append(message) }
        #expect(transfer.hasFailed && transfer.isFinished)
        let last = try Fixtures.parsed(try #require(messages.last))
        #expect(last.responseCode == .serverFailure && last.questions.count == 1 && last.answers.isEmpty)
        guard case .failure(.responseCode(.serverFailure))? = Fixtures.receive(messages, .full) else {
            throw Unexpected()
        }
    }

    @Test func `one record more than the aimed size goes alone`() throws {
        let rdata = RData(unchecked: [UInt8](repeating: 7, count: 40_000))
        let version = Fixtures.version([
            RRset("large.example.test.", RecordType(rawValue: 65_400), ttl: 1, rdatas: [rdata])
        ])
        let messages = Fixtures.messages(OutgoingTransfer(Fixtures.request(.full), .full, of: version))
        #expect(messages.count == 3)
        let outcome = try #require(Fixtures.receive(messages, .full)).get()
        #expect(Fixtures.octets(try #require(outcome.version).tree) == Fixtures.octets(version.tree))
    }
}

/// An outcome that a test has no use for.
struct Unexpected: Error {}
