import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct StoredRowTests {
    private func randomName(_ generator: inout SeededGenerator, below apex: DomainName) -> DomainName {
        var name = apex
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            name = name.prepending(label: generator.octets(Int.random(in: 1...20, using: &generator))) ?? name
        }
        return name
    }

    private func randomRecord(_ generator: inout SeededGenerator, below apex: DomainName) -> Record {
        let owner = randomName(&generator, below: apex)
        let ttl = UInt32.random(in: 0..<0x8000_0000, using: &generator)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: return Record(owner, .a, ttl: ttl, address(UInt32(truncatingIfNeeded: generator.next())))
        case 1:
            return Record(
                owner, .cname, ttl: ttl, .name(randomName(&generator, below: name("other.example"))))
        case 2: return Record(owner, .txt, ttl: ttl, .text([String(repeating: "x", count: 300)]))
        default:
            let count = Int.random(in: 0...40, using: &generator)
            return Record(
                owner, RecordType(rawValue: 65_280), ttl: ttl, RData(unchecked: generator.octets(count)))
        }
    }

    private func soa(_ apex: DomainName, _ serial: UInt32) -> Record {
        let soa = StartOfAuthority(
            primary: apex, mailbox: name("h.example"), serial: serial, refresh: 1, retry: 2, expire: 3,
            minimum: 4)
        return Record(apex, .soa, ttl: 300, soa.rdata)
    }

    private func randomChange(_ generator: inout SeededGenerator) -> ZoneChange {
        let apex = name("zone.example")
        return ZoneChange(
            oldSOA: soa(apex, UInt32(truncatingIfNeeded: generator.next())),
            newSOA: soa(apex, UInt32(truncatingIfNeeded: generator.next())),
            removed: (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                randomRecord(&generator, below: apex)
            },
            added: (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                randomRecord(&generator, below: apex)
            })
    }

    @Test func `changes come back as they were, letters included`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let change = randomChange(&generator)
            let parsed = try StoredChange.parse(StoredChange.compose(change))
            #expect(parsed == change)
            for (one, other) in zip(parsed.added, change.added) {
                #expect(one.ownerName.isIdentical(to: other.ownerName))
            }
        }
        var change = randomChange(&generator)
        let loud = name("WWW.ZONE.Example")
        change.added = [Record(loud, .a, ttl: 1, address(1))]
        let parsed = try StoredChange.parse(StoredChange.compose(change))
        #expect(parsed.added.first?.ownerName.isIdentical(to: loud) == true)
    }

    @Test func `an owner name whose octets end like the apex without being below it`() throws {
        let apex = DomainName(labels: [[1, 1], [2, 2]])
        // One label whose last octets are those of the apex.
        let trick = DomainName(labels: [[9, 2, 1, 1, 2, 2, 2]])
        let (apexName, owner) = (try #require(apex), try #require(trick))
        let change = ZoneChange(
            oldSOA: soa(apexName, 1), newSOA: soa(apexName, 2), removed: [],
            added: [Record(owner, .a, ttl: 1, address(1))])
        #expect(try StoredChange.parse(StoredChange.compose(change)) == change)
    }

    @Test func `an octet that was altered is found`() throws {
        var generator = SeededGenerator(seed: 2)
        let octets = StoredChange.compose(randomChange(&generator))
        for index in octets.indices {
            var altered = octets
            altered[index] ^= UInt8.random(in: 1...255, using: &generator)
            #expect(throws: StoredRowError.self) { try StoredChange.parse(altered) }
        }
        for count in 0..<octets.count {
            #expect(throws: StoredRowError.self) { try StoredChange.parse(Array(octets[..<count])) }
        }
        #expect(throws: StoredRowError.altered) { try StoredChange.parse(octets + [0]) }
        #expect(throws: StoredRowError.foreign) {
            try StoredSnapshot.parse(octets, apex: name("zone.example")) { _ in }
        }
    }

    @Test func `octets with a right check that make no sense throw and do not trap`() throws {
        var generator = SeededGenerator(seed: 3)
        var (parsed, refused) = (0, 0)
        for round in 0..<4000 {
            let octets: [UInt8]
            if round % 2 == 0 {
                octets = generator.octets(Int.random(in: 0...200, using: &generator))
            } else {
                octets = Array(StoredChange.compose(randomChange(&generator)).dropFirst(12))
            }
            var body = octets
            for _ in 0..<Int.random(in: 0...3, using: &generator) where !body.isEmpty {
                body[Int.random(in: body.indices, using: &generator)] = UInt8(
                    truncatingIfNeeded: generator.next())
            }
            for kind in [1, 2] as [UInt8] {
                let row = checked([0x48, 0x5a, kind, 1] + [UInt8](repeating: 0, count: 8) + body)
                do {
                    if kind == 1 {
                        _ = try StoredChange.parse(row)
                    } else {
                        try StoredSnapshot.parse(row, apex: name("zone.example")) { _ in }
                    }
                    parsed += 1
                } catch {
                    refused += 1
                }
            }
        }
        #expect(parsed > 100 && refused > 100)
    }

    /// Puts in the check that the codec expects.
    private func checked(_ row: [UInt8]) -> [UInt8] {
        var row = row
        let key = SipHash.Key(low: 0x686f_6d69_6e67, high: 0x7a_6f6e_6573)
        let check = SipHash.hash13(row.span, 12..<row.count, key: key)
        for index in 0..<8 { row[4 + index] = UInt8(truncatingIfNeeded: check >> UInt64(56 - index * 8)) }
        return row
    }

    @Test func `a snapshot comes back in several pieces, each RRset whole`() throws {
        let apex = name("example")
        var tree = largeTree(apex, serial: 5, hosts: 0..<200)
        tree.set(RRset(name("many.example"), .a, ttl: 1, rdatas: (0..<300).map { address($0) }))
        let version = try #require(ZoneVersion(apex: apex, tree: tree))
        var snapshot = StoredSnapshot(version)
        var pieces: [[UInt8]] = []
        while let piece = snapshot.nextPiece() { pieces.append(piece) }
        #expect(snapshot.isAtEnd && snapshot.nextPiece() == nil)
        #expect(pieces.count > 1)
        for piece in pieces {
            #expect(throws: StoredRowError.foreign) {
                try StoredSnapshot.parse(piece, apex: name("other")) { _ in }
            }
        }
        var copy = ZoneTree()
        var count = 0
        for piece in pieces {
            try StoredSnapshot.parse(piece, apex: apex) {
                copy.set($0)
                count += 1
            }
        }
        #expect(count == tree.rrsetCount)
        #expect(contents(ZoneVersion(apex: apex, tree: copy)) == contents(version))
    }

    @Test func `a change leads from one version to the next, and to no other`() throws {
        let apex = name("example")
        let base = try #require(ZoneVersion(apex: apex, tree: tree(apex, serial: 1, hosts: 0..<5)))
        var draft = ZoneDraft(base)
        draft.remove(name("h1.example"))
        draft.set(RRset(name("h2.example"), .a, ttl: 61, rdatas: [address(2), address(9)]))
        draft.set(RRset(name("new.example"), .txt, ttl: 1, rdatas: [.text(["x"])]))
        let result = try #require(draft.finished(serial: .increment, wall: 0))
        let next = try #require(applied(result.change, to: base.tree))
        #expect(contents(ZoneVersion(apex: apex, tree: next)) == contents(result.version))
        #expect(applied(result.change, to: next)?.rrsetCount == nil)
        var wrong = result.change
        wrong.removed.append(Record(name("h9.example"), .a, ttl: 60, address(9)))
        #expect(applied(wrong, to: base.tree)?.rrsetCount == nil)
        wrong = result.change
        wrong.added.append(Record(name("h3.example"), .a, ttl: 60, address(3)))
        #expect(applied(wrong, to: base.tree)?.rrsetCount == nil)
    }

    private func applied(_ change: ZoneChange, to tree: ZoneTree) -> ZoneTree? {
        var tree = tree
        do throws(ZoneChangeError) { try tree.apply(change) } catch { return nil }
        return tree
    }

    @Test func `going back to a savepoint undoes what came since`() throws {
        let apex = name("example")
        let base = try #require(ZoneVersion(apex: apex, tree: smallTree(apex)))
        var draft = ZoneDraft(base)
        let clean = draft.savepoint
        draft.set(RRset(name("a.example"), .a, ttl: 1, rdatas: [address(1)]))
        let savepoint = draft.savepoint
        draft.set(RRset(name("b.example"), .a, ttl: 1, rdatas: [address(2)]))
        draft.leaseChanges.append(.clear(LeasedRecord(name("b.example"), .a, address(2))))
        draft.undo(to: savepoint)
        let added = draft.finished(serial: .increment, wall: 0)?.change.added
        #expect(added == [Record(name("a.example"), .a, ttl: 1, address(1))])
        #expect(draft.leaseChanges.isEmpty && draft.isTouched)
        draft.undo(to: clean)
        #expect(!draft.isTouched)
        #expect(draft.finished(serial: .increment, wall: 0) == nil)
    }
}
