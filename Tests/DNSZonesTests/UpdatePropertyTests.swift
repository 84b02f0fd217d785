import DNSWire
import DNSZones
import SeededRandom
import Testing

/// Random series of updates, good and faulty, in batches as the commit queue makes them: the zone is always what the plain
/// model of it is, and so are answers, leases, serials and the differences that the journal keeps.
@Suite struct UpdatePropertyTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `updates make of a zone what they make of its model`(_ seed: UInt64) throws {
        var world = try World(seed: seed)
        for _ in 0..<400 { try world.batch() }
        // Everything that can happen did.
        #expect(Set(world.answers.keys) == [0, 1, 3, 5, 6, 7, 8, 10], "\(world.answers)")
        #expect(world.answers.values.allSatisfy { $0 > 5 }, "\(world.answers)")
        #expect(world.answers[0, default: 0] > 400 && world.expiredCount > 30)
    }
}

private typealias Raw = UpdateModel.RawRecord

/// A zone, its model and where random records come from.
private struct World {
    var generator: SeededGenerator
    var model: UpdateModel
    var version: ZoneVersion
    var leases = LeaseTable()
    var wall: Int64 = 1_700_000_000
    var answers: [UInt16: Int] = [:]
    var expiredCount = 0
    /// To write data as text is most of the work, and it is the same few again and again.
    private var texts: [Data: String] = [:]

    private struct Data: Hashable {
        let rdata: RData
        let type: RecordType
    }

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        version = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"]).base
        model = UpdateModel([:], serial: version.serial.rawValue)
        model.names = names(version.tree)
    }

    /// Now and then some time and the leases that end in it, then one to four messages, and a commit.
    mutating func batch() throws {
        var draft = ZoneDraft(version)
        if generator.next() % 8 == 0 { try expire(&draft) }
        for _ in 0...(generator.next() % 4) {
            let raw = message()
            let octets = try Self.octets(raw)
            let before = model.names
            let expected = model.apply(raw, wall: wall)
            let result = Self.apply(octets, to: &draft, wall: wall)
            #expect(result.responseCode.rawValue == expected, "\(raw)")
            answers[expected, default: 0] += 1
            #expect(names(draft.tree) == model.names, "\(raw)")
            #expect(result.isChanged == (model.names != before))
            #expect((result.lease != nil) == (expected == 0 && raw.lease != nil))
        }
        try commit(draft)
    }

    private mutating func expire(_ draft: inout ZoneDraft) throws {
        wall += Int64(generator.next() % 40)
        let expired = leases.expired(by: wall)
        let places = expired.map { place($0) }
        #expect(Set(places) == Set(model.expiries.filter { $0.value <= wall }.keys))
        LeaseTable.removal(of: expired, from: &draft, serial: .increment, wall: wall)
        model.expire(places)
        expiredCount += expired.count
        #expect(names(draft.tree) == model.names)
    }

    private mutating func commit(_ draft: ZoneDraft) throws {
        leases.apply(leases.effect(of: draft.leaseChanges))
        if let result = draft.finished(serial: .increment, wall: wall) {
            #expect(result.version.serial.isNewer(than: version.serial))
            // What the journal keeps makes of the old version the new one.
            var replayed = names(version.tree)
            replay(result.change, on: &replayed)
            #expect(replayed == names(result.version.tree))
            version = result.version
        }
        #expect(names(version.tree) == model.names)
        model.publishedSerial = version.serial.rawValue
        var cursor = version.tree.cursor
        var expiries: [String: Int64] = [:]
        while let rrset = cursor.next() {
            for rdata in rrset.rdatas {
                let record = LeasedRecord(rrset.ownerName, rrset.type, rdata)
                if let expiry = leases.expiry(of: record) { expiries[place(record)] = expiry }
            }
        }
        #expect(expiries == model.expiries && leases.count == expiries.count)
    }

    private static func apply(_ octets: [UInt8], to draft: inout ZoneDraft, wall: Int64) -> UpdateResult {
        do throws(UpdateFault) {
            let message = try UpdateMessage(parsing: octets.span)
            return message.apply(to: &draft, by: .root, policy: .everything, wall: wall)
        } catch {
            return UpdateResult(error)
        }
    }

    // --- Random messages ---

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int(generator.next() % UInt64(values.count))]
    }

    private mutating func message() -> UpdateModel.RawMessage {
        var raw = UpdateModel.RawMessage()
        if generator.next() % 3 == 0 {
            for _ in 0...(generator.next() % 3) { raw.prerequisites.append(prerequisite()) }
        }
        for _ in 0..<(generator.next() % 6) { raw.updates.append(update()) }
        // Once in a while something is wrong with one record.
        if generator.next() % 10 == 0, !raw.updates.isEmpty {
            let place = Int(generator.next() % UInt64(raw.updates.count))
            damage(&raw.updates[place])
        }
        if generator.next() % 16 == 0, !raw.prerequisites.isEmpty { damage(&raw.prerequisites[0]) }
        if generator.next() % 3 == 0 {
            let keyLease = generator.next() & 1 == 0 ? nil : pick([0, 40, 100, 10_000_000] as [UInt32])
            raw.lease = (pick([0, 30, 35, 60, 90_000, .max] as [UInt32]), keyLease)
        }
        return raw
    }

    private mutating func damage(_ record: inout Raw) {
        switch generator.next() % 6 {
        case 0: record.ttl = record.recordClass == UpdateModel.internet ? 0 : 7
        case 1: record.recordClass = 3
        case 2: record.name = pick(["example.org.", "xexample.", "."])
        case 3: (record.type, record.data) = (252, nil)
        case 4: record.data = record.data == nil ? data(record.type) : nil
        default: (record.type, record.data) = (51, record.data == nil ? nil : "1 0 0 -")
        }
    }

    private mutating func name() -> String {
        pick([
            "example.", "a.example.", "b.example.", "A.example.", "x.a.example.", "*.b.example.",
            "d.example.",
        ])
    }

    private mutating func type() -> UInt16 {
        pick([
            1, 1, 1, 16, 16, 15, 12, UpdateModel.ns, UpdateModel.cname, UpdateModel.soa, UpdateModel.wks,
            UpdateModel.key, UpdateModel.dname,
        ])
    }

    private mutating func data(_ type: UInt16) -> String {
        let target = pick(["a.example.", "b.example.", "ns1.example.", "B.EXAMPLE."])
        switch type {
        case 1: return "192.0.2.\(1 + generator.next() % 3)"
        case 15: return "\(1 + generator.next() % 2) \(target)"
        case 16: return pick(["\"x\"", "\"y\"", "\"z\""])
        case UpdateModel.soa:
            let step = pick([0, 1, 2, 1_000, 0x7fff_ffff, 0x8000_0000, .max] as [UInt32])
            return "ns1.example. h.example. \(model.serial &+ step) 1 2 3 \(4 + generator.next() % 2)"
        case UpdateModel.wks: return "\\# 6 c00002010\(generator.next() % 2)0\(generator.next() % 2)"
        case UpdateModel.key: return "0 3 13 \(pick(["1234", "5678"]))"
        default: return target
        }
    }

    private mutating func prerequisite() -> Raw {
        // Often what is there, so that it holds.
        let name = name()
        let present = (model.names[name.lowercased()] ?? [:]).sorted { $0.key < $1.key }
        let type = present.isEmpty || generator.next() & 1 == 0 ? type() : pick(present).key
        switch generator.next() % 5 {
        case 0: return Raw(name: name, type: 255, recordClass: UpdateModel.any, ttl: 0)
        case 1: return Raw(name: name, type: type, recordClass: UpdateModel.any, ttl: 0)
        case 2: return Raw(name: name, type: 255, recordClass: UpdateModel.none, ttl: 0)
        case 3: return Raw(name: name, type: type, recordClass: UpdateModel.none, ttl: 0)
        default:
            let known = model.names[name.lowercased()]?[type]?.records.sorted() ?? []
            let data = known.isEmpty ? data(type) : pick(known)
            return Raw(name: name, type: type, recordClass: UpdateModel.internet, ttl: 0, data: data)
        }
    }

    private mutating func update() -> Raw {
        let (name, type) = (name(), type())
        switch generator.next() % 8 {
        case 0...4:
            let ttl = pick([0, 60, 60, 300, 0x7fff_ffff] as [UInt32])
            return Raw(name: name, type: type, recordClass: UpdateModel.internet, ttl: ttl, data: data(type))
        case 5: return Raw(name: name, type: type, recordClass: UpdateModel.any, ttl: 0)
        case 6: return Raw(name: name, type: 255, recordClass: UpdateModel.any, ttl: 0)
        default: return Raw(name: name, type: type, recordClass: UpdateModel.none, ttl: 0, data: data(type))
        }
    }

    // --- From here to there ---

    private static func octets(_ raw: UpdateModel.RawMessage) throws -> [UInt8] {
        var message = Message(
            header: Header(id: 1, opcode: .update), questions: [Question("example.", .soa)])
        message.answers = try raw.prerequisites.map(record)
        message.authorities = try raw.updates.map(record)
        if let lease = raw.lease {
            message.edns = EDNS(options: [.updateLease(UpdateLease(lease: lease.0, keyLease: lease.1))])
        }
        return message.compose()
    }

    private static func record(_ raw: Raw) throws -> Record {
        let type = RecordType(rawValue: raw.type)
        let rdata = try raw.data.map { data in
            // What has no records has no text either.
            type.isMeta ? RData(unchecked: [1]) : try Record(text: ". 0 \(type) \(data)").rdata
        }
        return Record(
            try DomainName(raw.name), type, RecordClass(rawValue: raw.recordClass), ttl: raw.ttl,
            rdata ?? RData(unchecked: []))
    }

    private mutating func names(_ tree: ZoneTree) -> UpdateModel.Names {
        var names: UpdateModel.Names = [:]
        var cursor = tree.cursor
        while let rrset = cursor.next() {
            let data = Set(rrset.rdatas.map { text($0, rrset.type) })
            names["\(rrset.ownerName)".lowercased(), default: [:]][rrset.type.rawValue] =
                .init(ttl: rrset.ttl, records: data)
        }
        return names
    }

    private mutating func text(_ rdata: RData, _ type: RecordType) -> String {
        let data = Data(rdata: rdata, type: type)
        if let known = texts[data] { return known }
        let text = "\(Record(".", type, ttl: 0, rdata))".dropFirst(". 0 IN \(type) ".count).lowercased()
        texts[data] = text
        return text
    }

    private mutating func place(_ leased: LeasedRecord) -> String {
        "\(leased.ownerName) \(leased.type.rawValue) \(text(leased.rdata, leased.type))".lowercased()
    }

    private mutating func replay(_ change: ZoneChange, on names: inout UpdateModel.Names) {
        let removed = change.removed + [change.oldSOA]
        for record in removed {
            let (name, type) = ("\(record.ownerName)".lowercased(), record.type.rawValue)
            if names[name]?[type]?.ttl == record.ttl {
                names[name]?[type]?.records.remove(text(record.rdata, record.type))
            }
            if names[name]?[type]?.records.isEmpty == true { names[name]?[type] = nil }
            if names[name]?.isEmpty == true { names[name] = nil }
        }
        for record in change.added + [change.newSOA] {
            let (name, type) = ("\(record.ownerName)".lowercased(), record.type.rawValue)
            names[name, default: [:]][type, default: .init(ttl: record.ttl, records: [])].records
                .insert(text(record.rdata, record.type))
        }
    }
}
