import DNSWire
import DNSZones
import Dispatch
import Testing

@testable import ZoneStore

@Suite struct SecondaryTests {
    let directory = TestDirectory()
    let clock = TestClock()

    private func replace(_ store: ZoneStore, _ zone: Zone, _ tree: ZoneTree, refreshed: Int64? = nil) throws
        -> CommitResult?
    {
        let version = try #require(ZoneVersion(apex: zone.apex, tree: tree))
        return result {
            store.replace(
                zone, with: version, refresh: refreshed.map { SecondaryState(refreshedAt: $0) }, $0)
        }
    }

    private func append(_ store: ZoneStore, _ zone: Zone, _ changes: [ZoneChange], refreshed: Int64? = nil)
        -> CommitResult?
    {
        result {
            store.append(changes, to: zone, refresh: refreshed.map { SecondaryState(refreshedAt: $0) }, $0)
        }
    }

    private func result(of begin: (@escaping @Sendable (CommitResult) -> Void) -> Bool) -> CommitResult? {
        let done = DispatchSemaphore(value: 0)
        let result = Box<CommitResult?>(nil)
        guard
            begin({
                result.value = $0; done.signal()
            })
        else { return nil }
        done.wait()
        return result.value
    }

    /// Some versions of a primary's zone, and what leads from each to the next.
    private func primary(_ count: UInt32) throws -> (versions: [ZoneVersion], changes: [ZoneChange]) {
        let apex = name("example")
        var versions = [
            try #require(ZoneVersion(apex: apex, tree: tree(apex, serial: 4_294_967_290, hosts: 0..<10)))
        ]
        var changes: [ZoneChange] = []
        for number in 0..<count {
            var draft = ZoneDraft(versions[versions.count - 1])
            draft.set(RRset(name("h\(number % 12).example"), .a, ttl: 60, rdatas: [address(1000 + number)]))
            let result = try #require(draft.finished(serial: .increment, wall: 0))
            versions.append(result.version)
            changes.append(result.change)
        }
        return (versions, changes)
    }

    @Test func `a zone is transferred, followed, and there after a restart`() throws {
        var store = try ZoneStore.open(directory, clock)
        var zone = try store.makeZone("example", text: "secondary") { _ in nil }
        #expect(store.set(zone, "a.example", 1)?.failure?.contains("no data") == true)
        let (versions, changes) = try primary(10)
        let publications = Box<[String]>([])
        store.onPublish { publication in
            publications.update {
                $0.append(
                    "\(publication.old?.serial.rawValue ?? 0) \(publication.new?.serial.rawValue ?? 0) \(publication.changes?.count ?? -1)"
                )
            }
        }
        #expect(try replace(store, zone, versions[0].tree, refreshed: clock.wall).isCommitted)
        #expect(
            append(store, zone, Array(changes[0..<4]), refreshed: clock.wall)?.serial
                == versions[4].serial.rawValue)
        #expect(append(store, zone, Array(changes[0..<2])).map { $0.failure != nil } == true)
        #expect(append(store, zone, [changes[4], changes[6]]).map { $0.failure != nil } == true)
        #expect(zone.version?.serial == versions[4].serial)
        #expect(append(store, zone, Array(changes[4...]))?.serial == versions[10].serial.rawValue)
        #expect(publications.value == ["0 4294967290 -1", "4294967290 4294967294 4", "4294967294 5 6"])
        store.close()

        store = try ZoneStore.open(directory, clock)
        zone = try #require(store.zone("example"))
        #expect(contents(zone.version) == contents(versions[10]))
        #expect(try store.refreshState(of: zone) == SecondaryState(refreshedAt: clock.wall))
        // Each difference is kept by itself, for secondaries of ours.
        let figures = try #require(try store.zoneFigures().first)
        #expect(figures.changes == 10 && figures.oldestSerial == versions[0].serial)
        store.close()
    }

    @Test func `a replaced zone has no past`() throws {
        var store = try ZoneStore.open(directory, clock)
        var zone = try store.makeZone("example", text: "secondary") { tree($0, serial: 5, hosts: 0..<100) }
        #expect(store.set(zone, "a.example", 1).isCommitted)
        #expect(
            try replace(store, zone, largeTree(zone.apex, serial: 3, hosts: 0..<500), refreshed: 7)
                .isCommitted)
        #expect(zone.version?.serial == SerialNumber(3))
        #expect(try store.zoneFigures().first?.changes == 0)
        #expect(store.set(zone, "b.example", 1)?.serial == 4)
        store.settle()
        let before = contents(zone.version)
        store.close()
        store = try ZoneStore.open(directory, clock)
        zone = try #require(store.zone("example"))
        let id = zone.id
        #expect(try store.zoneFigures().first?.changes == 1)
        let stored = store.onQueue { contents($0.zones[id]?.version) }
        #expect(stored == before)
        store.close()
    }

    @Test func `a replacement is seen whole or not at all, also after a kill`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example") { tree($0, serial: 1, hosts: 0..<50) }
        let before = contents(zone.version)
        let copies = Box<[TestDirectory]>([])
        let source = directory
        _ = store.onQueue { committer in
            committer.database.afterCommit = {
                if let copy = try? source.copy() { copies.update { $0.append(copy) } }
            }
        }
        let next = largeTree(zone.apex, serial: 9, hosts: 50..<1000)
        #expect(try replace(store, zone, next).isCommitted)
        let after = contents(zone.version)
        store.close()
        var seen: [Bool] = []
        for copy in copies.value {
            let opened = try ZoneStore.open(copy, clock)
            let found = contents(opened.zone("example")?.version)
            #expect(found == before || found == after)
            seen.append(found == after)
            opened.close()
        }
        #expect(seen.count > 2 && seen.first == false && seen.last == true)
    }

    @Test func `an expired zone is not answered from until its primary is heard`() throws {
        var store = try ZoneStore.open(directory, clock)
        var zone = try store.makeZone("example", text: "secondary") { _ in nil }
        #expect(try replace(store, zone, smallTree(zone.apex, serial: 8), refreshed: clock.wall).isCommitted)
        let hooks = Box(0)
        store.onPublish { _ in hooks.update { $0 += 1 } }
        store.expire(zone)
        store.expire(zone)
        _ = store.onQueue { _ in }
        #expect(zone.version == nil && hooks.value == 1)
        store.noteRefresh(of: zone, SecondaryState(refreshedAt: clock.wall))
        _ = store.onQueue { _ in }
        #expect(zone.version?.serial == SerialNumber(8) && hooks.value == 2)
        store.close()

        // The SOA says a day.
        clock.advance(86_399)
        store = try ZoneStore.open(directory, clock)
        #expect(store.zone("example")?.version != nil)
        store.close()
        clock.advance(1)
        store = try ZoneStore.open(directory, clock)
        zone = try #require(store.zone("example"))
        #expect(zone.version == nil)
        #expect(try store.zoneFigures().first?.serial == SerialNumber(8))
        store.noteRefresh(of: zone, SecondaryState(refreshedAt: clock.wall))
        _ = store.onQueue { _ in }
        #expect(zone.version?.serial == SerialNumber(8))
        store.close()
    }

    @Test func `what was heard of a primary is written later, or with something else`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example", text: "secondary") { smallTree($0) }
        let other = try store.makeZone("other")
        let commits = Box(0)
        _ = store.onQueue { $0.database.afterCommit = { commits.update { $0 += 1 } } }
        store.noteRefresh(of: zone, SecondaryState(refreshedAt: 100))
        store.noteRefresh(of: zone, SecondaryState(refreshedAt: 101))
        _ = store.onQueue { _ in }
        #expect(commits.value == 0)
        clock.advance(30)
        _ = store.onQueue { _ in }
        #expect(commits.value == 1)
        store.noteRefresh(of: zone, SecondaryState(refreshedAt: 102))
        #expect(store.set(other, "a.other", 1).isCommitted)
        #expect(commits.value == 2)
        clock.advance(30)
        _ = store.onQueue { _ in }
        #expect(commits.value == 2)
        store.noteRefresh(of: zone, SecondaryState(refreshedAt: 103))
        store.close()
        let again = try ZoneStore.open(directory, clock)
        #expect(
            try again.refreshState(of: #require(again.zone("example"))) == SecondaryState(refreshedAt: 103))
        again.close()
    }
}
