import DNSWire
@testable import DNSZones
import SeededRandom
import Testing

@Suite struct UpdateMessageTests {
    typealias Section = UpdateFault.Section

    /// A message of records as they are given, good or not.
    static func octets(
        zones: [Question] = [Question("example.", .soa)], prerequisites: [Record] = [],
        updates: [Record] = [],
        additionals: [Record] = [], edns: EDNS? = nil
    ) -> [UInt8] {
        var message = Message(header: Header(id: 1, opcode: .update), questions: zones)
        message.answers = prerequisites
        message.authorities = updates
        message.additionals = additionals
        message.edns = edns
        return message.compose()
    }

    static func fault(_ octets: [UInt8]) -> UpdateFault? {
        do throws(UpdateFault) {
            _ = try UpdateMessage(parsing: octets.span)
            return nil
        } catch {
            return error
        }
    }

    static let address = RData.address(IPAddress(192, 0, 2, 1))
    static let none = RData(unchecked: [])

    // --- Row 49 and 15: the zone section ---

    @Test(
        arguments: [
            ([], .zoneCount), ([Question("example.", .soa), Question("example.", .soa)], .zoneCount),
            ([Question("example.", .any)], .zoneType), ([Question("example.", .a)], .zoneType),
            ([Question("example.", .soa, .any)], .zoneClass),
            ([Question("example.", .soa, .none)], .zoneClass),
        ] as [([Question], UpdateFault.Reason)])
    func `the zone section holds one SOA question`(_ zones: [Question], _ reason: UpdateFault.Reason) throws {
        let fault = try #require(Self.fault(Self.octets(zones: zones)))
        #expect(fault.reason == reason && fault.section == .zone)
        #expect(fault.responseCode == .formatError)
    }

    @Test func `another class than IN is told from a faulty one`() throws {
        let octets = Self.octets(zones: [Question("example.", .soa, .chaos)])
        let message = try UpdateMessage(parsing: octets.span)
        #expect(message.zoneClass == .chaos)
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        let result = message.apply(to: &draft, by: .root, policy: .everything, wall: 0)
        #expect(result.responseCode == .notAuth)
    }

    // --- Row 52: prerequisites ---

    @Test(
        arguments: [
            (Record("www.example.", .a, .any, ttl: 1, none), .ttl),
            (Record("www.example.", .a, .none, ttl: 1, none), .ttl),
            (Record("www.example.", .a, .internet, ttl: 1, address), .ttl),
            (Record("www.example.", .a, .any, ttl: 0x8000_0000, none), .ttl),
            (Record("www.example.", .a, .any, ttl: 0, address), .unexpectedData),
            (Record("www.example.", .a, .none, ttl: 0, address), .unexpectedData),
            (Record("www.example.", .any, .any, ttl: 0, address), .unexpectedData),
            (Record("www.example.", .a, .chaos, ttl: 0, address), .recordClass),
            (Record("www.example.", .axfr, .any, ttl: 0, none), .recordType),
            (Record("www.example.", .any, .internet, ttl: 0, none), .recordType),
            (Record("www.example.", RecordType(rawValue: 0), .none, ttl: 0, none), .recordType),
            (Record("www.example.", .a, .internet, ttl: 0, none), .malformed),
            (Record("www.example.", .a, .internet, ttl: 0, RData(unchecked: [1, 2, 3])), .malformed),
            (Record("www.example.org.", .a, .any, ttl: 0, none), .outsideZone),
            (Record("wwwexample.", .a, .any, ttl: 0, none), .outsideZone),
            (Record(".", .any, .any, ttl: 0, none), .outsideZone),
        ] as [(Record, UpdateFault.Reason)])
    func `faulty prerequisites`(_ record: Record, _ reason: UpdateFault.Reason) throws {
        let good = Record("www.example.", .a, .any, ttl: 0, Self.none)
        let fault = try #require(Self.fault(Self.octets(prerequisites: [good, record])))
        #expect(fault == UpdateFault(reason, .prerequisite, 2))
        #expect(fault.responseCode == (reason == .outsideZone ? .notZone : .formatError))
    }

    // --- Rows 51 and 57: updates ---

    @Test(
        arguments: [
            (Record("www.example.", .a, .any, ttl: 1, none), .ttl),
            (Record("www.example.", .a, .none, ttl: 1, address), .ttl),
            (Record("www.example.", .a, .none, ttl: 0xffff_ffff, address), .ttl),
            (Record("www.example.", .a, .any, ttl: 0, address), .unexpectedData),
            (Record("www.example.", .axfr, .any, ttl: 0, none), .recordType),
            (Record("www.example.", .maila, .any, ttl: 0, none), .recordType),
            (Record("www.example.", .any, .none, ttl: 0, none), .recordType),
            (Record("www.example.", .ixfr, .none, ttl: 0, none), .recordType),
            (Record("www.example.", .any, .internet, ttl: 0, none), .recordType),
            (Record("www.example.", .mailb, .internet, ttl: 0, none), .recordType),
            (Record("www.example.", .tsig, .internet, ttl: 0, none), .recordType),
            (Record("www.example.", .opt, .internet, ttl: 0, none), .recordType),
            (Record("www.example.", RecordType(rawValue: 0), .internet, ttl: 0, none), .recordType),
            (Record("www.example.", .a, .chaos, ttl: 0, address), .recordClass),
            (Record("www.example.", .a, .internet, ttl: 0, none), .malformed),
            (Record("www.example.", .a, .none, ttl: 0, none), .malformed),
            (Record("www.example.", .mx, .internet, ttl: 0, address), .malformed),
            (Record("www.example.", .wks, .internet, ttl: 0, address), .malformed),
            (Record("www.example.", .dhcid, .internet, ttl: 0, none), .malformed),
            (Record("www.example.net.", .a, .internet, ttl: 0, address), .outsideZone),
            (Record("com.", .any, .any, ttl: 0, none), .outsideZone),
        ] as [(Record, UpdateFault.Reason)])
    func `faulty updates`(_ record: Record, _ reason: UpdateFault.Reason) throws {
        let good = Record("www.example.", .a, ttl: 300, Self.address)
        let fault = try #require(Self.fault(Self.octets(updates: [good, good, record])))
        #expect(fault == UpdateFault(reason, .update, 3))
        #expect(fault.responseCode == (reason == .outsideZone ? .notZone : .formatError))
    }

    // --- The rest of the message ---

    @Test func `additional data is passed over, but its form counts`() throws {
        let stray = Record("elsewhere.", .a, ttl: 5, Self.address)
        let tsig = Record("key.", .tsig, .any, ttl: 0, RData(unchecked: [1, 2, 3]))
        let edns = EDNS(options: [.updateLease(UpdateLease(lease: 60))])
        let good = Self.octets(additionals: [stray, tsig], edns: edns)
        #expect(try UpdateMessage(parsing: good.span).requestedLease == UpdateLease(lease: 60))
        #expect(Self.fault(good + [0])?.section == .additional)
        #expect(Self.fault(Array(good.dropLast()))?.reason == .malformed)
        #expect(Self.fault([])?.section == .header)
    }

    @Test func `two OPT records, one not at the root, a bad option, a later version`() throws {
        let opt = Record(".", .opt, RecordClass(rawValue: 1232), ttl: 0, Self.none)
        #expect(Self.fault(Self.octets(additionals: [opt], edns: EDNS()))?.reason == .malformed)
        let elsewhere = Record("a.", .opt, RecordClass(rawValue: 1232), ttl: 0, Self.none)
        #expect(Self.fault(Self.octets(additionals: [elsewhere]))?.responseCode == .formatError)
        let short = EDNS(options: [.unknown(code: 2, [0, 0, 1])])
        #expect(Self.fault(Self.octets(edns: short))?.responseCode == .formatError)
        #expect(Self.fault(Self.octets(edns: EDNS(version: 1)))?.responseCode == .badVersion)
    }

    @Test func `the number of records is bounded`() throws {
        let record = Record("example.", .a, .any, ttl: 0, Self.none)
        let most = Self.octets(updates: Array(repeating: record, count: UpdateMessage.maximumRecords))
        #expect(try UpdateMessage(parsing: most.span).operations.count == UpdateMessage.maximumRecords)
        let more = Self.octets(
            prerequisites: [record], updates: Array(repeating: record, count: UpdateMessage.maximumRecords))
        #expect(Self.fault(more)?.reason == .tooManyRecords)
        // Counts that are only claimed are noticed at the first record that is not there.
        var claimed = Self.octets()
        claimed.replaceSubrange(8..<10, with: [0x10, 0])
        #expect(Self.fault(claimed) == UpdateFault(.malformed, .update, 1))
    }

    @Test func `what does not fit is not composed`() throws {
        var message = UpdateMessage(zone: "example.")
        let text = RData.text([String(repeating: "x", count: 200)])
        message.operations = try (0..<400).map { number in
            .add(Record(try DomainName("host-\(number).example."), .txt, ttl: 0, text))
        }
        #expect(message.compose(id: 1) == nil)
        message.operations.removeLast(200)
        #expect(message.compose(id: 1) != nil)
        #expect(message.compose(id: 1, limit: 512) == nil)
    }

    @Test func `a TTL with its top bit counts as zero`() throws {
        let octets = Self.octets(updates: [Record("www.example.", .a, ttl: 0x8000_0001, Self.address)])
        #expect(
            try UpdateMessage(parsing: octets.span).operations
                == [.add(Record("www.example.", .a, ttl: 0, Self.address))])
    }

    @Test func `faults say where they are`() {
        #expect("\(UpdateFault(.ttl, .update, 3))" == "update section, record 3: a TTL that is not zero")
        let fault = UpdateFault(.zoneCount, .zone, 0)
        #expect("\(fault)" == "zone section: not exactly one zone")
        #expect(
            UpdateResult(fault).responseCode == .formatError && UpdateResult(fault).error?.text == "\(fault)")
    }

    // --- Any octets ---

    @Test func `composing and parsing are the reverse of each other`() throws {
        var generator = SeededGenerator(seed: 2_136)
        for _ in 0..<2_000 {
            let message = UpdateMessage.random(&generator)
            let octets = try #require(message.compose(id: 1))
            #expect(try UpdateMessage(parsing: octets.span) == message)
        }
    }

    @Test func `damaged messages and random octets never trap`() throws {
        var generator = SeededGenerator(seed: 57)
        let base = try ZoneDraft(records: "www 300 A 192.0.2.1", "alias 300 CNAME www")
        var parsed = 0
        for round in 0..<8_000 {
            var octets = round & 7 == 0 ? generator.octets(Int(generator.next() % 80)) : []
            if octets.isEmpty { octets = UpdateMessage.random(&generator).compose(id: 1) ?? [] }
            for _ in 0..<(generator.next() % 4) where !octets.isEmpty {
                let place = Int(generator.next() % UInt64(octets.count))
                switch generator.next() % 4 {
                case 0: octets[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: octets.remove(at: place)
                case 2: octets.insert([0, 1, 0xc0, 12, 254, 255][Int(generator.next() % 6)], at: place)
                default: octets[place] = [0, 1, 0xc0, 12, 254, 255][Int(generator.next() % 6)]
                }
            }
            guard let message = try? UpdateMessage(parsing: octets.span) else { continue }
            parsed += 1
            var draft = base
            _ = message.apply(to: &draft, by: .root, policy: .everything, wall: 0)
            #expect(draft.finished(serial: .increment, wall: 0) != nil || draft.text == base.text)
        }
        #expect(parsed > 1_500)
    }
}

extension UpdateFault {
    /// As the tests expect it.
    init(_ reason: Reason, _ section: Section, _ number: Int) {
        self.init(reason, in: section, number: number)
    }
}

extension UpdateMessage {
    /// A good message with a few records of each kind.
    static func random(_ generator: inout SeededGenerator) -> UpdateMessage {
        func pick<Value>(_ values: [Value]) -> Value { values[Int(generator.next() % UInt64(values.count))] }
        let names: [DomainName] = [
            "example.", "www.example.", "*.example.", "mail.example.", "a.b.c.example.",
        ]
        let types: [RecordType] = [.a, .txt, .mx, .soa, .dname, .srv, RecordType(rawValue: 65_280), .wks]
        func rdata(_ type: RecordType) -> RData {
            switch type {
            case .a: .address(IPAddress(192, 0, 2, UInt8(generator.next() & 3)))
            case .txt: .text(["x", String(repeating: "y", count: Int(generator.next() % 300))])
            case .mx: RData(unchecked: [0, UInt8(generator.next() & 1)] + pick(names).wire)
            case .soa:
                StartOfAuthority(
                    primary: pick(names), mailbox: pick(names),
                    serial: UInt32(truncatingIfNeeded: generator.next()),
                    refresh: 1, retry: 2, expire: 3, minimum: 4
                ).rdata
            case .dname: .name(pick(names))
            case .srv: RData(unchecked: [0, 1, 0, 2, 0, 53] + pick(names).wire)
            default: RData(unchecked: generator.octets(5 + Int(generator.next() % 9)))
            }
        }
        var message = UpdateMessage(zone: "example.")
        for _ in 0..<(generator.next() % 4) {
            let (name, type) = (pick(names), pick(types))
            message.prerequisites.append(
                pick([
                    .nameInUse(name), .nameNotInUse(name), .rrsetExists(name, type),
                    .rrsetDoesNotExist(name, type),
                ]))
        }
        // Those about values come last, one for each RRset.
        for type in types.filter({ _ in generator.next() % 4 == 0 }) {
            message.prerequisites.append(
                .rrsetEquals(pick(names), type, (0...(generator.next() % 3)).map { _ in rdata(type) }))
        }
        for _ in 0..<(generator.next() % 5) {
            let (name, type) = (pick(names), pick(types))
            let ttl = UInt32(truncatingIfNeeded: generator.next() >> 33)
            message.operations.append(
                pick([
                    .add(Record(name, type, ttl: ttl, rdata(type))), .deleteRRset(name, type),
                    .deleteName(name),
                    .deleteRecord(name, type, rdata(type)),
                ]))
        }
        if generator.next() & 3 == 0 {
            let keyLease = generator.next() & 1 == 0 ? nil : UInt32(truncatingIfNeeded: generator.next())
            let lease = UpdateLease(lease: UInt32(truncatingIfNeeded: generator.next()), keyLease: keyLease)
            message.edns = EDNS(options: [.updateLease(lease)])
        }
        return message
    }
}
