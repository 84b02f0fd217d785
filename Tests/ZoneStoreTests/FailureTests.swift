import DNSWire
import DNSZones
import GRDB
import Testing

@testable import ZoneStore

@Suite struct FailureTests {
    let directory = TestDirectory()
    let clock = TestClock()

    private func fail(_ store: ZoneStore, _ isFailing: Bool) {
        _ = store.onQueue { committer in
            committer.database.beforeCommit = isFailing ? { throw StoreError("no room") } : nil
        }
    }

    @Test func `a failed commit is told to all, changes nothing, and is forgotten when the disk is well`()
        throws
    {
        let store = try ZoneStore.open(directory, clock)
        let (one, two) = (try store.makeZone("one"), try store.makeZone("two"))
        #expect(store.set(one, "a.one", 1).isCommitted)
        let hooks = Box(0)
        store.onPublish { _ in hooks.update { $0 += 1 } }
        let before = (contents(one.version), contents(two.version))
        fail(store, true)
        let resume = store.pause()
        let pending = Pending()
        for zone in [one, two] {
            pending.submit(store, zone) { draft in
                draft.set(RRset(name("b.\(zone.apex)"), .a, ttl: 60, rdatas: [address(2)]))
                draft.leaseChanges.append(
                    .set(LeasedRecord(name("b.\(zone.apex)"), .a, address(2)), expiry: 1))
                return true
            }
        }
        // Judged by something that did not come to be.
        pending.submit(store, one) { draft in draft.rrset(name("b.one"), .a) == nil }
        resume()
        #expect(pending.wait().allSatisfy { $0?.failure == "no room" })
        #expect(hooks.value == 0)
        #expect((contents(one.version), contents(two.version)) == before)
        #expect(store.figures.isFailing && store.figures.commitsFailed == 1)

        // For a moment nothing is tried.
        fail(store, false)
        let applied = Box(0)
        #expect(
            store.change(one) { _ in
                applied.update { $0 += 1 }
                return true
            }?.failure == "no room")
        #expect(applied.value == 0)
        clock.advance(1)
        #expect(store.set(one, "c.one", 3)?.serial == 3)
        #expect(!store.figures.isFailing)
        #expect(hooks.value == 1)
        let after = contents(one.version)
        #expect(try store.zoneFigures().allSatisfy { $0.leases == 0 })
        store.close()
        let again = try ZoneStore.open(directory)
        #expect(contents(again.zone("one")?.version) == after)
        #expect(contents(again.zone("two")?.version) == before.1)
        again.close()
    }

    @Test func `the disk is tried again without a change, and commits nothing of interest`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        fail(store, true)
        #expect(store.set(zone, "a.example", 1)?.failure == "no room")
        clock.advance(1)
        _ = store.onQueue { _ in }
        #expect(store.figures.isFailing)
        fail(store, false)
        clock.advance(1)
        _ = store.onQueue { _ in }
        #expect(!store.figures.isFailing)
        #expect(zone.version?.serial == SerialNumber(1))
        #expect(store.set(zone, "b.example", 1)?.serial == 2)
        store.close()
    }

    /// SQLite's own limit on its size fails like a full disk does: in the middle of a statement.
    @Test func `a full database fails and comes back`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        let limit = { (pages: Int) in
            _ = store.onQueue { committer in
                try? committer.database.read {
                    _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)")
                }
            }
        }
        limit(1)
        let big = RData.text([String(repeating: "x", count: 60_000)])
        var failure: String?
        for number in 0..<3 {
            let result = store.change(zone) { draft in
                draft.set(RRset(name("t\(number).example"), .txt, ttl: 60, rdatas: [big]))
                return true
            }
            failure = failure ?? result?.failure
            clock.advance(1)
        }
        #expect(failure?.contains("full") == true)
        let before = contents(zone.version)
        #expect(!before.contains { $0.type == .txt })
        limit(1_000_000)
        #expect(
            store.change(zone) { draft in
                draft.set(RRset(name("t.example"), .txt, ttl: 60, rdatas: [big]))
                return true
            }?.serial == 2)
        let after = contents(zone.version)
        store.close()
        let again = try ZoneStore.open(directory)
        #expect(contents(again.zone("example")?.version) == after)
        again.close()
    }

    @Test func `commands fail as well, and leave nothing`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        let key = StoredKey(name: name("key"), algorithm: "hmac-sha256", secret: [1], created: 1)
        for attempt in 0..<6 {
            fail(store, true)
            clock.advance(1)
            #expect(throws: StoreError.self) {
                switch attempt {
                case 0: _ = try store.makeZone("other")
                case 1: try store.deleteZone(zone)
                case 2: try store.updateSettings(of: zone, ZoneSettings(), text: "x", origin: .command)
                case 3: try store.addKey(key)
                case 4: _ = try store.makeZone("large") { largeTree($0, serial: 1, hosts: 0..<800) }
                default: throw StoreError("done")
                }
            }
        }
        fail(store, false)
        clock.advance(1)
        #expect(store.directory.table.zones.map(\.apex) == [name("example")])
        #expect(store.keys.isEmpty)
        _ = try store.makeZone("other")
        try store.addKey(key)
        #expect(store.set(zone, "a.example", 1).isCommitted)
        store.settle()
        store.close()
        let again = try ZoneStore.open(directory)
        #expect(again.directory.table.zones.map(\.apex) == [name("example"), name("other")])
        #expect(try again.zoneFigures().map(\.settingsText) == ["primary", "primary"])
        again.close()
    }

    @Test func `changes go on while a snapshot cannot be written`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example") { largeTree($0, serial: 1, hosts: 0..<800) }
        _ = store.onQueue { committer in
            committer.database.beforeCommit = { [unowned committer] in
                if committer.maintenance.background.first?.number ?? 0 > 0 { throw StoreError("no room") }
            }
            committer.zones[zone.id]?.octetsSinceSnapshot = 1 << 30
        }
        // It begins the snapshot, which then fails at its second step.
        #expect(store.set(zone, "a.example", 1).isCommitted)
        store.settle()
        #expect(store.figures.maintenanceFailed > 0)
        #expect(!store.figures.isFailing)
        #expect(store.set(zone, "b.example", 2).isCommitted)
        _ = store.onQueue { $0.database.beforeCommit = nil }
        clock.advance(10)
        store.settle()
        let before = contents(zone.version)
        store.close()
        let again = try ZoneStore.open(directory)
        #expect(contents(again.zone("example")?.version) == before)
        again.close()
    }
}
