import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct CatalogZoneTests {
    static let apex: DomainName = "catalog.invalid."

    /// A catalog out of lines, with SOA and NS records.
    static func version(_ lines: [String], versionText: String? = "\"2\"") throws -> ZoneVersion {
        var tree = ZoneTree()
        var texts = ["@ 0 SOA invalid. invalid. 1 3600 600 86400 0", "@ 0 NS invalid."] + lines
        if let versionText { texts.append("version 0 TXT \(versionText)") }
        for text in texts {
            let record = try Record(text: text, origin: apex)
            var rrset =
                tree.rrset(record.ownerName, record.type)
                ?? RRset(record.ownerName, record.type, ttl: 0, rdatas: [])
            rrset.rdatas.append(record.rdata)
            tree.set(rrset)
        }
        return try #require(ZoneVersion(apex: apex, tree: tree))
    }

    static func problem(_ lines: [String], versionText: String? = "\"2\"") throws -> CatalogProblem? {
        switch CatalogZone.members(of: try version(lines, versionText: versionText)) {
        case .success: nil
        case .failure(let problem): problem
        }
    }

    @Test func `members are read with their properties`() throws {
        let version = try Self.version([
            "First.zones 0 PTR one.test.", "second.zones 0 PTR two.test.", "third.zones 0 PTR Three.Test.",
            "group.first.zones 0 TXT \"signed\"", "GROUP.first.zones 0 TXT \"fast \" \"lane\"",
            "coo.second.zones 0 PTR other-catalog.invalid.", "mine.ext.first.zones 0 TXT \"x\"",
            "ext 0 TXT \"y\"",
            "unknown.second.zones 0 A 192.0.2.1", "group.none.zones 0 TXT \"lost\"",
            "zones 0 PTR nothing.test.",
            "deep.third.second.zones 0 PTR nothing.test.", "second.zones 0 TXT \"no property\"",
        ])
        let members = try CatalogZone.members(of: version).get()
        #expect(members.map(\.name) == ["one.test.", "two.test.", "three.test."])
        #expect(members.map { String(decoding: $0.label, as: UTF8.self) } == ["first", "second", "third"])
        #expect(members.map(\.groups) == [["fast lane", "signed"], [], []])
        #expect(members.map(\.newCatalog) == [nil, "other-catalog.invalid.", nil])
    }

    @Test func `an empty catalog is a good one`() throws {
        #expect(try CatalogZone.members(of: Self.version([])).get().isEmpty)
    }

    @Test func `a broken catalog is told`() throws {
        let member = ["a.zones 0 PTR one.test."]
        #expect(try Self.problem(member) == nil)
        #expect(try Self.problem(member, versionText: nil) == .unknownVersion)
        #expect(try Self.problem(member, versionText: "\"1\"") == .unknownVersion)
        #expect(try Self.problem(member + ["version 0 TXT \"3\""]) == .unknownVersion)
        #expect(
            try Self.problem(member + ["a.zones 0 PTR two.test."])
                == .severalTargets("a.zones.catalog.invalid."))
        let owners = ["coo.a.zones 0 PTR x.invalid.", "coo.a.zones 0 PTR y.invalid."]
        #expect(try Self.problem(member + owners) == .severalTargets("coo.a.zones.catalog.invalid."))
    }

    // --- Producer ---

    static func draft() throws -> ZoneDraft { ZoneDraft(try version([], versionText: nil)) }

    @Test func `what is produced is read as it was meant`() throws {
        var draft = try Self.draft()
        let members = [
            CatalogProducer.Member("one.test.", incarnation: 1),
            CatalogProducer.Member("Two.test.", groups: ["g", "h"]),
            CatalogProducer.Member(".", incarnation: 2),
        ]
        CatalogProducer.update(&draft, members: members)
        let result = try #require(draft.finished(serial: .increment, wall: 0))
        let read = try CatalogZone.members(of: result.version).get()
        #expect(Set(read.map(\.name)) == ["one.test.", "two.test.", "."])
        #expect(read.first { $0.name == "two.test." }?.groups == ["g", "h"])
        #expect(read.allSatisfy { $0.label.count == 32 })
        #expect(Set(read.map(\.label)).count == 3)
        #expect(result.version.tree.rrset(Self.apex, .ns)?.rdatas == [.name("invalid.")])
    }

    @Test func `the same members are no change, others only theirs`() throws {
        var draft = try Self.draft()
        let one = CatalogProducer.Member("one.test."),
            two = CatalogProducer.Member("two.test.", groups: ["g"])
        CatalogProducer.update(&draft, members: [one, two])
        let first = try #require(draft.finished(serial: .increment, wall: 0)).version
        draft = ZoneDraft(first)
        CatalogProducer.update(&draft, members: [two, one])
        #expect(draft.finished(serial: .increment, wall: 0) == nil)

        CatalogProducer.update(&draft, members: [one, CatalogProducer.Member("three.test.")])
        let change = try #require(draft.finished(serial: .increment, wall: 0)).change
        #expect(change.removed.map(\.type) == [.ptr, .txt] || change.removed.map(\.type) == [.txt, .ptr])
        #expect(change.added.map(\.rdata) == [.name("three.test.")])
    }

    @Test func `a zone that is made anew has another label`() throws {
        var draft = try Self.draft()
        CatalogProducer.update(&draft, members: [CatalogProducer.Member("one.test.", incarnation: 1)])
        let first = try #require(draft.finished(serial: .increment, wall: 0)).version
        draft = ZoneDraft(first)
        CatalogProducer.update(&draft, members: [CatalogProducer.Member("one.test.", incarnation: 2)])
        let second = try #require(draft.finished(serial: .increment, wall: 0)).version
        var consumer = CatalogConsumer()
        let members = try [first, second].map { try CatalogZone.members(of: $0).get() }
        #expect(consumer.update(Self.apex, members[0]) { _ in false }.added == members[0])
        #expect(consumer.update(Self.apex, members[1]) { _ in false }.recreated == members[1])
    }

    @Test func `NS records of the operator and nothing else of theirs stay`() throws {
        var draft = try Self.draft()
        draft.set(RRset(Self.apex, .ns, ttl: 5, rdatas: [.name("ns.test.")]))
        draft.set(RRset("stray.zones.catalog.invalid.", .ptr, ttl: 5, rdatas: [.name("x.test.")]))
        CatalogProducer.update(&draft, members: [])
        #expect(draft.rrset(Self.apex, .ns)?.rdatas == [.name("ns.test.")])
        #expect(draft.rrset("stray.zones.catalog.invalid.", .ptr) == nil)
    }
}

@Suite struct CatalogConsumerTests {
    static func member(
        _ label: String, _ name: DomainName, groups: [String] = [], newCatalog: DomainName? = nil
    ) -> CatalogMember {
        CatalogMember(label: Array(label.utf8), name: name, groups: groups, newCatalog: newCatalog)
    }

    static let catalog: DomainName = "catalog.invalid."
    static let other: DomainName = "other.invalid."
    static let a = member("a", "a.test.")
    static let b = member("b", "b.test.")

    @Test func `members come, go, change and begin anew`() {
        var consumer = CatalogConsumer()
        var difference = consumer.update(Self.catalog, [Self.b, Self.a]) { _ in false }
        #expect(difference.added == [Self.a, Self.b] && difference.removed.isEmpty)
        difference = consumer.update(Self.catalog, [Self.a, Self.b]) { _ in false }
        #expect(difference.isEmpty)
        let treated = Self.member("a", "A.test.", groups: ["g"])
        difference = consumer.update(Self.catalog, [treated]) { _ in false }
        #expect(
            difference.changed == [treated] && difference.removed == ["b.test."] && difference.added.isEmpty)
        let again = Self.member("z", "a.test.")
        difference = consumer.update(Self.catalog, [again]) { _ in false }
        #expect(difference.recreated == [again] && difference.changed.isEmpty && difference.removed.isEmpty)
        #expect(consumer.members(of: Self.catalog) == [again])
        #expect(consumer.remove(Self.catalog) == ["a.test."] && consumer.catalog(of: "a.test.") == nil)
    }

    @Test func `what is held otherwise is not touched`() {
        var consumer = CatalogConsumer()
        let difference = consumer.update(Self.catalog, [Self.a, Self.b]) { $0 == "a.test." }
        #expect(difference.added == [Self.b] && difference.clashes == ["a.test."])
        #expect(consumer.update(Self.catalog, []) { _ in false }.removed == ["b.test."])
    }

    @Test func `a catalog takes over only what the other gives`() {
        var consumer = CatalogConsumer()
        _ = consumer.update(Self.catalog, [Self.a, Self.b]) { _ in false }
        let taken = Self.member("n", "a.test.")
        var difference = consumer.update(Self.other, [taken]) { _ in false }
        #expect(difference.isEmpty && difference.clashes == ["a.test."])

        let given = Self.member("a", "a.test.", newCatalog: Self.other)
        #expect(consumer.update(Self.catalog, [given, Self.b]) { _ in false }.isEmpty)
        #expect(consumer.catalog(of: "a.test.") == Self.catalog)
        difference = consumer.update(Self.other, [taken]) { _ in false }
        #expect(difference.recreated == [taken] && difference.clashes.isEmpty)
        #expect(consumer.catalog(of: "a.test.") == Self.other)
        // The old one drops it, which is no removal, or still has it, which is a clash.
        #expect(consumer.update(Self.catalog, [given, Self.b]) { _ in false }.clashes == ["a.test."])
        #expect(consumer.update(Self.catalog, [Self.b]) { _ in false }.isEmpty)
        #expect(consumer.catalog(of: "a.test.") == Self.other)
    }

    @Test func `of two labels for one zone the new one is a clash`() {
        var consumer = CatalogConsumer()
        let second = Self.member("c", "a.test.")
        #expect(consumer.update(Self.catalog, [Self.a, second]) { _ in false }.added == [Self.a])
        for members in [[Self.a, second], [second, Self.a]] {
            let difference = consumer.update(Self.catalog, members) { _ in false }
            #expect(difference.isEmpty && difference.clashes == ["a.test."])
        }
        #expect(consumer.update(Self.catalog, [second]) { _ in false }.recreated == [second])
    }

    @Test func `after a restart it goes on`() {
        var consumer = CatalogConsumer([(Self.catalog, Self.a), (Self.other, Self.b), (Self.other, Self.a)])
        #expect(consumer.catalog(of: "a.test.") == Self.catalog)
        #expect(consumer.update(Self.catalog, [Self.a]) { _ in false }.isEmpty)
        #expect(consumer.update(Self.other, []) { _ in false }.removed == ["b.test."])
    }
}
