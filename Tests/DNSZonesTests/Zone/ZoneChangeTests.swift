import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct ZoneChangeTests {
    static let apex: DomainName = "example.com."

    static func soa(_ serial: UInt32, minimum: UInt32 = 300) -> StartOfAuthority {
        StartOfAuthority(
            primary: "ns.example.com.", mailbox: "hostmaster.example.com.", serial: serial, refresh: 7_200,
            retry: 900, expire: 1_209_600, minimum: minimum)
    }

    static func version(_ rrsets: [RRset] = [], serial: UInt32 = 1) throws -> ZoneVersion {
        var tree = ZoneTree(rrsets)
        tree.set(RRset(apex, .soa, ttl: 3_600, rdatas: [soa(serial).rdata]))
        return try #require(ZoneVersion(apex: apex, tree: tree))
    }

    /// A record with all that counts, the case of its owner too.
    struct Line: Hashable {
        let owner: [UInt8]
        let type: RecordType
        let ttl: UInt32
        let rdata: RData

        init(_ record: Record) {
            (owner, type, ttl, rdata) = (record.ownerName.wire, record.type, record.ttl, record.rdata)
        }
    }

    static func lines(_ tree: ZoneTree) -> Set<Line> {
        Set(ZoneTreeTests.all(tree).flatMap(\.records).map(Line.init))
    }

    static func mutate(_ draft: inout ZoneDraft, _ generator: inout SeededGenerator, times: Int) {
        for _ in 0..<times {
            let name = generator.name(below: apex)
            switch generator.below(10) {
            case 0: draft.remove(name)
            case 1: draft.remove(name, generator.pick([.a, .txt, .ns]))
            case 2:
                // Only the TTL, or only the case of the owner.
                guard var rrset = draft.tree.rrsets(at: name).first, rrset.type != .soa else { continue }
                if generator.below(2) == 0 { rrset.ttl += 1 } else { rrset.ownerName = name }
                draft.set(rrset)
            default: draft.set(generator.rrset(at: name))
            }
            // The SOA is the draft's own affair.
            if draft.rrset(apex, .soa) == nil {
                draft.set(RRset(apex, .soa, ttl: 3_600, rdatas: [soa(1).rdata]))
            }
        }
    }

    static func base(_ generator: inout SeededGenerator, names: Int) throws -> ZoneVersion {
        var draft = ZoneDraft(try version())
        mutate(&draft, &generator, times: names)
        return try #require(ZoneVersion(apex: apex, tree: draft.tree))
    }

    @Test(arguments: 0..<8)
    func `a change holds what is different, and making it again gives the same zone`(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var version = try Self.base(&generator, names: seed.isMultiple(of: 2) ? 30 : 900)
        for round in 0..<12 {
            var draft = ZoneDraft(version)
            Self.mutate(&draft, &generator, times: round)
            guard let result = draft.finished(serial: .increment, wall: 0) else {
                #expect(Self.lines(draft.tree) == Self.lines(version.tree))
                continue
            }
            let (before, after) = (Self.lines(version.tree), Self.lines(result.version.tree))
            let change = result.change
            #expect(
                Set(change.removed.map(Line.init)) == before.subtracting(after).filter { $0.type != .soa })
            #expect(Set(change.added.map(Line.init)) == after.subtracting(before).filter { $0.type != .soa })
            #expect(change.removed.map(\.ownerName) == change.removed.map(\.ownerName).sorted())
            let again = try version.applying(change)
            #expect(Self.lines(again.tree) == after)
            #expect(again.serial == result.version.serial && again.serial == version.serial.next)
            let back = ZoneChange(
                oldSOA: change.newSOA, newSOA: change.oldSOA, removed: change.added, added: change.removed)
            #expect(Self.lines(try again.applying(back).tree) == before)
            version = result.version
        }
    }

    @Test func `a zone that was read anew differs in what is new only`() throws {
        var generator = SeededGenerator(seed: 21)
        let version = try Self.base(&generator, names: 1_500)
        let rrsets = ZoneTreeTests.all(version.tree).shuffled(using: &generator)
        var draft = ZoneDraft(version)
        draft.replaceContents(with: ZoneTree(rrsets))
        #expect(draft.finished(serial: .increment, wall: 0) == nil)
        draft.set(RRset("new.example.com.", .a, ttl: 60, rdatas: [RData(unchecked: [192, 0, 2, 1])]))
        let change = try #require(draft.finished(serial: .increment, wall: 0)).change
        #expect(change.removed.isEmpty)
        #expect(change.added.map(\.description) == ["new.example.com. 60 IN A 192.0.2.1"])
        let (removed, added) = ZoneDiff.between(version.tree, ZoneTree())
        #expect(added.isEmpty && Set(removed.map(Line.init)) == Self.lines(version.tree))
    }

    @Test func `an older serial alone is no change, a newer one is`() throws {
        let version = try Self.version(serial: 5)
        var draft = ZoneDraft(version)
        draft.set(RRset(Self.apex, .soa, ttl: 3_600, rdatas: [Self.soa(3).rdata]))
        #expect(draft.finished(serial: .increment, wall: 0) == nil)
        draft.set(RRset(Self.apex, .soa, ttl: 3_600, rdatas: [Self.soa(9).rdata]))
        #expect(draft.finished(serial: .increment, wall: 0)?.version.serial == SerialNumber(9))
        draft.set(RRset(Self.apex, .soa, ttl: 3_600, rdatas: [Self.soa(3, minimum: 60).rdata]))
        let result = try #require(draft.finished(serial: .increment, wall: 0))
        #expect(result.version.serial == SerialNumber(6) && result.version.soa.minimum == 60)
        #expect(result.change.removed.isEmpty && result.change.added.isEmpty)
    }

    @Test func `what does not fit changes nothing`() throws {
        let (name, other): (DomainName, DomainName) = ("mail.example.com.", "a.example.com.")
        let version = try Self.version([
            RRset(name, .mx, ttl: 60, rdatas: [RData(unchecked: [0, 1, 1, 0x41, 0])]),
            RRset(other, .txt, ttl: 60, rdatas: [.text(["x"])]),
        ])
        let new = Record(Self.apex, .soa, ttl: 60, Self.soa(2).rdata)
        let txt = Record(other, .txt, ttl: 60, .text(["x"]))
        // The data of a name in another case is the same data.
        let mx = Record(name, .mx, ttl: 60, RData(unchecked: [0, 1, 1, 0x61, 0]))
        let fresh = Record(other, .txt, ttl: 60, .text(["y"]))
        func error(
            _ removed: [Record], _ added: [Record], old: Record? = nil, new soa: Record? = nil
        ) -> ZoneChangeError? {
            do throws(ZoneChangeError) {
                _ = try version.applying(
                    ZoneChange(
                        oldSOA: old ?? version.soaRecord, newSOA: soa ?? new, removed: removed, added: added))
                return nil
            } catch { return error }
        }
        #expect(error([txt, mx], [fresh]) == nil)
        #expect(error([txt, fresh], []) == .notThere(fresh))
        #expect(error([txt, txt], []) == .notThere(txt))
        #expect(error([], [fresh, mx]) == .alreadyThere(mx))
        #expect(error([], [fresh, fresh]) == .alreadyThere(fresh))
        #expect(error([txt], [txt]) == nil)
        var foreign = fresh
        foreign.ownerName = "example.org."
        #expect(error([], [foreign]) == .notOfZone(foreign))
        foreign = fresh
        foreign.recordClass = .chaos
        #expect(error([], [foreign]) == .notOfZone(foreign))
        foreign = fresh
        foreign.type = .any
        #expect(error([foreign], []) == .notOfZone(foreign))
        #expect(error([version.soaRecord], []) == .notOfZone(version.soaRecord))
        #expect(error([], [], old: new) == .wrongSOA)
        #expect(error([], [], new: fresh) == .wrongSOA)
        #expect(error([], [], old: Record("com.", .soa, ttl: 60, version.soa.rdata)) == .wrongSOA)
        #expect(error([], [], new: Record(Self.apex, .soa, ttl: 60, .text(["x"]))) == .wrongSOA)
    }

    @Test func `going back to a savepoint undoes what came since`() throws {
        var generator = SeededGenerator(seed: 8)
        let version = try Self.base(&generator, names: 200)
        var draft = ZoneDraft(version)
        #expect(!draft.isTouched)
        draft.remove("no.such.name.example.com.")
        draft.set(RRset(Self.apex, .soa, ttl: 3_600, rdatas: [Self.soa(1).rdata]))
        #expect(!draft.isTouched)
        let lease = LeaseChange.clear(LeasedRecord(Self.apex, .txt, .text(["x"])))
        var marks: [(ZoneDraft.Savepoint, Set<Line>, Int)] = []
        for _ in 0..<20 {
            marks.append((draft.savepoint, Self.lines(draft.tree), draft.leaseChanges.count))
            Self.mutate(&draft, &generator, times: 5)
            draft.leaseChanges.append(lease)
        }
        #expect(draft.isTouched)
        for (savepoint, lines, count) in marks.reversed() {
            draft.undo(to: savepoint)
            #expect(Self.lines(draft.tree) == lines && draft.leaseChanges.count == count)
        }
        #expect(!draft.isTouched)
    }

    @Test func `a difference is shown in lines`() throws {
        let (a, b): (DomainName, DomainName) = ("a.example.com.", "b.example.com.")
        let old = ZoneTree([
            RRset(
                a, .a, ttl: 60,
                rdatas: [RData(unchecked: [192, 0, 2, 1]), RData(unchecked: [192, 0, 2, 2])]),
            RRset(b, .txt, ttl: 60, rdatas: [.text(["x"])]),
        ])
        let new = ZoneTree([
            RRset(
                a, .a, ttl: 60,
                rdatas: [RData(unchecked: [192, 0, 2, 2]), RData(unchecked: [192, 0, 2, 3])]),
            RRset("ab.example.com.", .a, ttl: 5, rdatas: [RData(unchecked: [192, 0, 2, 4])]),
            RRset(b, .txt, ttl: 61, rdatas: [.text(["x"])]),
        ])
        #expect(
            ZoneDiff(from: old, to: new).text == """
                - a.example.com. 60 IN A 192.0.2.1
                + a.example.com. 60 IN A 192.0.2.3
                + ab.example.com. 5 IN A 192.0.2.4
                - b.example.com. 60 IN TXT "x"
                + b.example.com. 61 IN TXT "x"

                """)
        #expect(ZoneDiff(from: new, to: new).text.isEmpty)
    }
}
