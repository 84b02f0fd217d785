import DNSWire
import DNSZones
import Testing

@testable import ZoneStore

@Suite struct LeaseTests {
    let directory = TestDirectory()
    let clock = TestClock()

    private func lease(_ store: ZoneStore, _ zone: Zone, _ owner: String, _ number: UInt32, seconds: Int64)
        -> CommitResult?
    {
        let expiry = clock.wall + seconds
        return store.change(zone) { draft in
            draft.set(RRset(name(owner), .a, ttl: 60, rdatas: [address(number)]))
            draft.leaseChanges.append(.set(LeasedRecord(name(owner), .a, address(number)), expiry: expiry))
            return true
        }
    }

    /// Lets time pass and waits until what is due was done: a timer puts a task, and that a change.
    private func pass(_ store: ZoneStore, _ seconds: Int64) {
        clock.advance(seconds)
        for _ in 0..<4 { _ = store.onQueue { _ in } }
    }

    @Test func `a record goes when its lease ends, and stays while it is renewed`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        #expect(lease(store, zone, "a.example", 1, seconds: 30).isCommitted)
        #expect(lease(store, zone, "b.example", 2, seconds: 50).isCommitted)
        pass(store, 29)
        #expect(zone.version?.tree.rrset(name("a.example"), .a) != nil)
        pass(store, 1)
        #expect(zone.version?.tree.rrset(name("a.example"), .a) == nil)
        #expect(zone.version?.serial == SerialNumber(4))
        let commits = store.figures.commits
        #expect(lease(store, zone, "b.example", 2, seconds: 60)?.serial == 4)
        #expect(store.figures.commits == commits + 1)
        pass(store, 40)
        #expect(zone.version?.tree.rrset(name("b.example"), .a) != nil)
        pass(store, 20)
        #expect(zone.version?.tree.rrset(name("b.example"), .a) == nil)
        #expect(store.figures.leasesEnded == 2)
        #expect(try store.zoneFigures().first?.leases == 0)
        store.close()
    }

    @Test func `leases outlast a restart, and those that ended meanwhile go at once`() throws {
        var store = try ZoneStore.open(directory, clock)
        var zone = try store.makeZone("example")
        #expect(lease(store, zone, "a.example", 1, seconds: 30).isCommitted)
        #expect(lease(store, zone, "b.example", 2, seconds: 3000).isCommitted)
        #expect(lease(store, zone, "c.example", 3, seconds: 60).isCommitted)
        #expect(lease(store, zone, "c.example", 3, seconds: 6000).isCommitted)
        store.close()
        clock.advance(100)
        store = try ZoneStore.open(directory, clock)
        zone = try #require(store.zone("example"))
        #expect(try store.zoneFigures().first?.leases == 3)
        pass(store, 0)
        #expect(zone.version?.tree.rrset(name("a.example"), .a) == nil)
        #expect(zone.version?.tree.rrsetCount == 4)
        // The timer looks every minute at the latest, so it finds out that the clock was set.
        clock.setWall(clock.wall + 2901)
        pass(store, 60)
        #expect(zone.version?.tree.rrset(name("b.example"), .a) == nil)
        #expect(zone.version?.tree.rrset(name("c.example"), .a) != nil)
        store.close()
        store = try ZoneStore.open(directory, clock)
        #expect(store.zone("example")?.version?.tree.rrsetCount == 3)
        store.close()
    }

    @Test func `a lease ends with its record, whoever removes that`() throws {
        var store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        #expect(lease(store, zone, "a.example", 1, seconds: 30).isCommitted)
        #expect(lease(store, zone, "b.example", 2, seconds: 30).isCommitted)
        #expect(
            store.change(zone) { draft in
                draft.remove(name("a.example"))
                // The other one gets another TTL, and is the same record.
                draft.set(RRset(name("b.example"), .a, ttl: 99, rdatas: [address(2)]))
                return true
            }.isCommitted)
        #expect(try store.zoneFigures().first?.leases == 1)
        // A lease and the end of its record in one group.
        let resume = store.pause()
        let pending = Pending()
        let wall = clock.wall
        pending.submit(store, zone) { draft in
            draft.set(RRset(name("c.example"), .a, ttl: 60, rdatas: [address(3)]))
            draft.leaseChanges.append(
                .set(LeasedRecord(name("c.example"), .a, address(3)), expiry: wall + 10))
            return true
        }
        pending.submit(store, zone) { draft in
            draft.remove(name("c.example"))
            return true
        }
        resume()
        _ = pending.wait()
        #expect(try store.zoneFigures().first?.leases == 1)
        store.close()
        store = try ZoneStore.open(directory, clock)
        #expect(try store.zoneFigures().first?.leases == 1)
        store.close()
    }

    @Test func `a renewal in the group of the removal wins`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        #expect(lease(store, zone, "a.example", 1, seconds: 30).isCommitted)
        let resume = store.pause()
        let pending = Pending()
        let wall = clock.wall
        pending.submit(store, zone) { draft in
            draft.leaseChanges.append(
                .set(LeasedRecord(name("a.example"), .a, address(1)), expiry: wall + 1000))
            return true
        }
        // The timer's task comes behind the change, and its removal behind that.
        clock.advance(30)
        resume()
        #expect(pending.wait()[0].isCommitted)
        pass(store, 0)
        #expect(zone.version?.tree.rrset(name("a.example"), .a) != nil)
        #expect(store.figures.leasesEnded == 0)
        store.close()
    }

    @Test func `a removal that cannot be written is tried again`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        #expect(lease(store, zone, "a.example", 1, seconds: 30).isCommitted)
        _ = store.onQueue { $0.database.beforeCommit = { throw StoreError("no room") } }
        pass(store, 30)
        #expect(zone.version?.tree.rrset(name("a.example"), .a) != nil)
        pass(store, 5)
        _ = store.onQueue { $0.database.beforeCommit = nil }
        for _ in 0..<5 { pass(store, 1) }
        #expect(zone.version?.tree.rrset(name("a.example"), .a) == nil)
        store.close()
    }

    @Test func `a thousand leases that end together go in several changes`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        let wall = clock.wall
        #expect(
            store.change(zone) { draft in
                for number in 0..<2500 as Range<UInt32> {
                    draft.set(RRset(name("h\(number).example"), .a, ttl: 60, rdatas: [address(number)]))
                    draft.leaseChanges.append(
                        .set(LeasedRecord(name("h\(number).example"), .a, address(number)), expiry: wall + 30)
                    )
                }
                return true
            }.isCommitted)
        for _ in 0..<10 { pass(store, 10) }
        #expect(zone.version?.tree.rrsetCount == 2)
        #expect(store.figures.leasesEnded == 2500)
        #expect(zone.version?.serial == SerialNumber(5))
        store.close()
    }
}
