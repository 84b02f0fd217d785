import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct TransferReceptionTests {
    typealias Fixtures = TransferFixtures

    static let apex = Fixtures.apex

    static func record(_ text: String) -> Record {
        guard let record = try? Record(text: text) else { preconditionFailure(text) }
        return record
    }

    static func soa(_ serial: UInt32, minimum: UInt32 = 60) -> Record {
        Fixtures.soa(serial, minimum: minimum).records[0]
    }

    static let ns = record("example.test. 3600 IN NS ns.example.test.")
    static let a = record("a.example.test. 60 IN A 192.0.2.1")
    static let b = record("b.example.test. 60 IN A 192.0.2.2")

    static func held(_ records: [Record] = [a], serial: UInt32 = 1) -> ZoneVersion {
        Fixtures.version(
            records.map { RRset($0.ownerName, $0.type, ttl: $0.ttl, rdatas: [$0.rdata]) }, serial: serial)
    }

    static func failure(_ messages: [[UInt8]], _ kind: IncomingTransfer.Kind = .full) -> TransferFailure? {
        guard case .failure(let failure) = Fixtures.receive(messages, kind) else { return nil }
        return failure
    }

    static func full(_ records: [Record]) -> TransferFailure? { failure([Fixtures.message(records)]) }

    static func incremental(_ records: [Record], _ version: ZoneVersion = held()) -> TransferFailure? {
        failure([Fixtures.message(records, type: .ixfr)], .incremental(since: version))
    }

    // --- AXFR ---

    @Test func `records come in any order and more than once`() throws {
        let second = Self.record("a.example.test. 60 IN A 192.0.2.9")
        let lowered = Self.record("a.example.test. 30 IN A 192.0.2.10")
        let pointers = ["NS.example.test.", "ns.example.test."].map {
            Record(Self.apex, .ns, ttl: 3_600, .name($0))
        }
        let messages = [
            [Self.soa(1), Self.a, pointers[0]], [Self.b, second, Self.a], [lowered],
            [pointers[1], Self.b, Self.soa(1)],
        ]
        let outcome = try #require(Fixtures.receive(messages.map { Fixtures.message($0) }, .full)).get()
        let tree = try #require(outcome.version).tree
        #expect(tree.rrset("a.example.test.", .a)?.rdatas == [Self.a.rdata, second.rdata, lowered.rdata])
        #expect(tree.rrset("a.example.test.", .a)?.ttl == 30)
        #expect(tree.rrset(Self.apex, .ns)?.rdatas.count == 1)
        #expect(tree.recordCount == 6)
    }

    @Test func `it begins and ends with the same SOA record`() {
        #expect(Self.full([Self.ns, Self.soa(1)]) == .notBegunWithSOA)
        #expect(Self.full([Self.record("other.test. 1 IN SOA a. b. 1 2 3 4 5")]) == .notBegunWithSOA)
        #expect(Self.full([Self.soa(1), Self.ns, Self.soa(2)]) == .endDiffers)
        #expect(Self.full([Self.soa(1), Self.ns, Self.soa(1, minimum: 9)]) == .endDiffers)
        #expect(Self.full([Self.soa(1), Self.ns, Self.soa(1), Self.a]) == .recordsBehindEnd)
        let below = Self.record("a.example.test. 1 IN SOA a. b. 1 2 3 4 5")
        #expect(Self.full([Self.soa(1), Self.ns, below, Self.soa(1)]) == .straySOA)
        #expect(Self.full([Self.soa(1), Self.a, Self.soa(1)]) == .noNameServers)
        #expect(Fixtures.receive([Fixtures.message([Self.soa(1), Self.ns])], .full) == nil)
    }

    @Test func `what is outside is ignored, what is below a cut kept`() throws {
        let glue = Self.record("ns.sub.example.test. 60 IN A 192.0.2.3")
        let records = [
            Self.soa(1), Self.ns, Self.record("outside.test. 60 IN A 192.0.2.3"),
            Self.record("sub.example.test. 60 IN NS ns.sub.example.test."), glue, Self.soa(1),
        ]
        var transfer = IncomingTransfer(of: Self.apex, .full, id: 7)
        guard case .complete(.full(let version)) = transfer.receive(Fixtures.message(records).span) else {
            throw Unexpected()
        }
        #expect(transfer.ignoredCount == 1 && version.tree.recordCount == 4)
        #expect(version.tree.rrset(glue.ownerName, .a)?.rdatas == [glue.rdata])
    }

    @Test func `only records of class IN that zones hold are taken`() {
        var chaos = Self.a
        chaos.recordClass = .chaos
        #expect(Self.full([Self.soa(1), Self.ns, chaos, Self.soa(1)]) == .otherClass(.chaos))
        for type in [RecordType.any, .axfr, .tsig, RecordType(rawValue: 0)] {
            let record = Record("a.example.test.", type, ttl: 1, RData(unchecked: []))
            #expect(Self.full([Self.soa(1), Self.ns, record, Self.soa(1)]) == .metaType(type))
        }
    }

    @Test func `the message has to be the response`() throws {
        let good = Fixtures.message([Self.soa(1), Self.ns, Self.soa(1)])
        #expect(Fixtures.receive([good], .full) != nil && Self.failure([good]) == nil)
        func changed(_ change: (inout Message) -> Void) throws -> TransferFailure? {
            var message = try Message(parsing: good.span)
            change(&message)
            return Self.failure([message.compose()])
        }
        #expect(try changed { $0.header.id = 8 } == .otherResponse)
        #expect(try changed { $0.header.flags.remove(.qr) } == .otherResponse)
        #expect(try changed { $0.header.opcode = .notify } == .otherResponse)
        #expect(try changed { $0.questions = [Question("other.test.", .axfr)] } == .otherResponse)
        #expect(try changed { $0.questions = [Question(Self.apex, .ixfr)] } == .otherResponse)
        #expect(try changed { $0.questions += $0.questions } == .otherResponse)
        #expect(try changed { $0.questions = [] } == nil)
        #expect(try changed { $0.responseCode = .refused } == .responseCode(.refused))
        #expect(try changed { $0.answers = [] } == .noRecords)
        #expect(try changed { $0.header.flags.insert(.tc) } == nil)
        #expect(
            Self.failure([Array(good.dropLast())]).map { if case .malformed = $0 { true } else { false } }
                == true)
        #expect(Self.failure([good + [0]]).map { if case .malformed = $0 { true } else { false } } == true)
        #expect(Self.failure([[]]).map { if case .malformed = $0 { true } else { false } } == true)
    }

    @Test func `bounds hold`() throws {
        let messages = [[Self.soa(1), Self.ns], [Self.a, Self.b], [Self.soa(1)]].map { Fixtures.message($0) }
        func end(_ limits: IncomingTransfer.Limits) -> TransferFailure? {
            var transfer = IncomingTransfer(of: Self.apex, .full, id: 7, limits: limits)
            for message in messages {
                if case .failed(let failure) = transfer.receive(message.span) { return failure }
            }
            return nil
        }
        var limits = IncomingTransfer.Limits()
        limits.records = 5
        #expect(end(limits) == nil)
        limits.records = 4
        #expect(end(limits) == .tooManyRecords)
        limits = IncomingTransfer.Limits()
        limits.octets = messages.reduce(0) { $0 + $1.count } - 1
        #expect(end(limits) == .tooManyOctets)
    }

    @Test func `an RRset that fits no message is not taken`() {
        let type = RecordType(rawValue: 65_400)
        func messages(_ count: Int) -> [[UInt8]] {
            let parts = (0..<count).map { number in
                // Other names between, so that it comes in parts.
                let rdata = RData(unchecked: [UInt8(number)] + [UInt8](repeating: 0, count: 9_999))
                return [Record("large.example.test.", type, ttl: 1, rdata), Self.a]
            }
            return ([[Self.soa(1), Self.ns]] + parts + [[Self.soa(1)]]).map { Fixtures.message($0) }
        }
        #expect(Self.failure(messages(6)) == nil)
        #expect(Self.failure(messages(7)) == .tooMuch("large.example.test.", type))
    }

    @Test func `a name with more types than there are is not taken`() {
        func end(_ count: Int) -> TransferFailure? {
            let records = (0..<count).map {
                Record(
                    "a.example.test.", RecordType(rawValue: 1_000 + UInt16($0)), ttl: 1, RData(unchecked: [1])
                )
            }
            return Self.full([Self.soa(1), Self.ns] + records + [Self.soa(1)])
        }
        #expect(end(1_000) == nil)
        #expect(end(1_001) == .tooMuch("a.example.test.", RecordType(rawValue: 2_000)))
    }

    // --- IXFR ---

    @Test func `IXFR takes each of its forms`() throws {
        let records = [
            [
                Self.soa(3), Self.soa(1), Self.a, Self.soa(2), Self.b, Self.soa(2), Self.b, Self.soa(3),
                Self.a, Self.soa(3),
            ],
            [Self.soa(3), Self.soa(1), Self.soa(3), Self.soa(3)],
            [Self.soa(3), Self.ns, Self.a, Self.soa(3)],
        ]
        for records in records {
            // In one message, and in as many as there are records.
            for messages in [[records], records.map { [$0] }] {
                let octets = messages.map { Fixtures.message($0, type: .ixfr) }
                let outcome = try #require(Fixtures.receive(octets, .incremental(since: Self.held()))).get()
                let version = try #require(outcome.version)
                #expect(version.serial == SerialNumber(3))
                #expect(version.tree.rrset("a.example.test.", .a)?.rdatas == [Self.a.rdata])
                #expect(version.tree.rrset("b.example.test.", .a) == nil)
            }
        }
    }

    @Test func `serials lead from ours to the last without a gap`() {
        #expect(
            Self.incremental([Self.soa(3), Self.soa(2), Self.soa(3), Self.soa(3)])
                == .brokenChain(SerialNumber(2)))
        #expect(
            Self.incremental([Self.soa(4), Self.soa(1), Self.soa(2), Self.soa(3), Self.soa(4), Self.soa(4)])
                == .brokenChain(SerialNumber(3)))
        #expect(Self.incremental([Self.soa(4), Self.soa(1), Self.soa(0)]) == .brokenChain(SerialNumber(0)))
        #expect(Self.incremental([Self.soa(4), Self.soa(1), Self.soa(1)]) == .brokenChain(SerialNumber(1)))
        #expect(
            Self.incremental([Self.soa(3), Self.soa(1), Self.soa(3), Self.soa(4)])
                == .brokenChain(SerialNumber(4)))
        // The right serial with other content.
        #expect(
            Self.incremental([Self.soa(3), Self.soa(1, minimum: 5), Self.soa(3)])
                == .doesNotApply(Self.apex, .soa))
        #expect(
            Self.incremental([Self.soa(3), Self.soa(1), Self.soa(3, minimum: 5), Self.soa(3)]) == .endDiffers)
        #expect(
            Self.incremental([Self.soa(3), Self.soa(1), Self.soa(2), Self.soa(2, minimum: 5)]) == .endDiffers)
    }

    @Test func `a difference has to fit what is held`() {
        let name: DomainName = "b.example.test."
        #expect(
            Self.incremental([Self.soa(2), Self.soa(1), Self.b, Self.soa(2), Self.soa(2)])
                == .doesNotApply(name, .a))
        #expect(
            Self.incremental([Self.soa(2), Self.soa(1), Self.soa(2), Self.a, Self.soa(2)])
                == .doesNotApply("a.example.test.", .a))
        #expect(
            Self.incremental([Self.soa(2), Self.soa(1), Self.soa(2), Self.b, Self.b, Self.soa(2)])
                == .doesNotApply(name, .a))
        let servers = Self.held().tree.rrset(Self.apex, .ns)?.records ?? []
        #expect(
            Self.incremental([Self.soa(2), Self.soa(1)] + servers + [Self.soa(2), Self.soa(2)])
                == .noNameServers)
        let failure = TransferFailure.doesNotApply(name, .a)
        #expect(
            failure.suggestsFullTransfer && TransferFailure.responseCode(.notImplemented).suggestsFullTransfer
        )
        #expect(
            !TransferFailure.unreachable.suggestsFullTransfer
                && !TransferFailure.responseCode(.refused).suggestsFullTransfer)
    }

    @Test func `the letters of a name do not matter to a difference`() throws {
        let held = Self.held([Self.record("a.example.test. 60 IN PTR Target.Example.")])
        let records = [
            Self.soa(2), Self.soa(1), Self.record("A.example.test. 60 IN PTR target.example."), Self.soa(2),
            Self.record("A.example.test. 60 IN PTR target.EXAMPLE."), Self.soa(2),
        ]
        // In messages of their own, since the composer's compression changes letters.
        let messages = records.map { Fixtures.message([$0], type: .ixfr) }
        let outcome = try #require(Fixtures.receive(messages, .incremental(since: held))).get()
        #expect(outcome.version?.tree.rrset("a.example.test.", .ptr)?.rdatas == [.name("target.EXAMPLE.")])
    }

    @Test func `what does not end does not complete`() {
        let records = [
            Self.soa(3), Self.soa(1), Self.a, Self.soa(2), Self.b, Self.soa(2), Self.soa(3), Self.soa(3),
        ]
        for count in 1..<records.count {
            let messages = records[..<count].map { Fixtures.message([$0], type: .ixfr) }
            #expect(Fixtures.receive(messages, .incremental(since: Self.held())) == nil)
        }
    }

    @Test func `who sends all of the zone though nothing is new is not read further`() throws {
        let message = Fixtures.message([Self.soa(1), Self.ns, Self.a, Self.soa(1)], type: .ixfr)
        let outcome = try #require(Fixtures.receive([message], .incremental(since: Self.held()))).get()
        guard case .upToDate(SerialNumber(1)) = outcome else { throw Unexpected() }
    }

    @Test func `the request says what is held`() throws {
        let held = Self.held()
        let query = IncomingTransfer(of: Self.apex, .incremental(since: held), id: 5).request
        let request = try TransferRequest(try Message(parsing: query.compose().span), isDatagram: false)
        #expect(request.kind == .incremental(since: held.serial) && request.id == 5)
        let full = IncomingTransfer(of: Self.apex, .full, id: 5).request
        #expect(try TransferRequest(full, isDatagram: false).kind == .full)
    }
}
