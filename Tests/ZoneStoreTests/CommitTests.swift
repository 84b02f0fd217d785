import DNSWire
import DNSZones
import Dispatch
import Synchronization
import Testing

@testable import ZoneStore

@Suite struct CommitTests {
    let directory = TestDirectory()

    @Test func `a change is seen when it is acknowledged, and after a restart`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let seen = Box<Set<Record>>([])
        let pending = Pending()
        pending.submit(store, zone) { draft in
            draft.set(RRset(name("a.example"), .a, ttl: 60, rdatas: [address(1)]))
            seen.value = contents(zone.version)
            return true
        }
        let results = pending.wait()
        #expect(results[0]?.serial == 2)
        #expect(zone.version?.serial == SerialNumber(2))
        #expect(zone.version?.tree.rrset(name("a.example"), .a)?.rdatas == [address(1)])
        #expect(!seen.value.isEmpty && !seen.value.contains { $0.ownerName == name("a.example") })
        let before = contents(zone.version)
        store.close()

        let again = try ZoneStore.open(directory)
        #expect(contents(again.zone("example")?.version) == before)
        #expect(again.zone("example")?.id == zone.id)
        again.close()
    }

    @Test func `a zone that is not served is in no table, and whole when it is served again`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let before = contents(zone.version)
        let published = Box<[Bool]>([])
        store.onPublish { publication in published.update { $0.append(publication.new != nil) } }
        var settings = zone.settings
        settings.isServed = false
        try store.updateSettings(of: zone, settings, text: "primary", origin: .command)
        #expect(store.zone("example") == nil)
        #expect(try store.zoneFigures().map(\.zone.apex) == [name("example")])
        _ = try store.makeZone("other")
        #expect(store.zone("example") == nil && store.zone("other") != nil)
        settings.isServed = true
        try store.updateSettings(of: zone, settings, text: "primary", origin: .command)
        #expect(contents(store.zone("example")?.version) == before)
        // What was cached meanwhile is to be forgotten.
        #expect(published.value == [false, true, true])
        store.close()
    }

    @Test func `what comes while a group is written is the next group, with one serial for each zone`() throws
    {
        let store = try ZoneStore.open(directory)
        let (one, two) = (try store.makeZone("one"), try store.makeZone("two"))
        let commits = store.figures.commits
        let resume = store.pause()
        let pending = Pending()
        for index in 0..<100 as Range<UInt32> {
            let zone = index % 2 == 0 ? one : two
            pending.submit(store, zone) { draft in
                draft.set(RRset(name("h\(index).\(zone.apex)"), .a, ttl: 60, rdatas: [address(index)]))
                return true
            }
        }
        resume()
        let results = pending.wait()
        #expect(results.allSatisfy { $0?.serial == 2 })
        #expect(store.figures.commits == commits + 1)
        #expect(store.figures.largestGroup == 100)
        #expect(store.figures.changesCommitted == 100)
        #expect(one.version?.tree.rrsetCount == 52)
        #expect(store.figures.timeToSync.counts.reduce(0, +) == 100)
        store.close()
        let again = try ZoneStore.open(directory)
        #expect(again.zone("two")?.version?.tree.rrsetCount == 52)
        again.close()
    }

    @Test func `each change sees those before it in its group, and an undone one leaves no trace`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let resume = store.pause()
        let pending = Pending()
        let owner = name("a.example")
        let seen = Box<[Int]>([])
        for step in 0..<4 {
            pending.submit(store, zone) { draft in
                seen.update { $0.append(draft.rrset(owner, .a)?.rdatas.count ?? 0) }
                var rrset = draft.rrset(owner, .a) ?? RRset(owner, .a, ttl: 60, rdatas: [])
                rrset.rdatas.append(address(UInt32(step)))
                draft.set(rrset)
                draft.leaseChanges.append(
                    .set(LeasedRecord(owner, .a, address(UInt32(step))), expiry: 2_000_000_000))
                return step != 1
            }
        }
        resume()
        let results = pending.wait()
        #expect(seen.value == [0, 1, 1, 2])
        #expect(
            results[0].isCommitted && results[1].isUnchanged && results[2].isCommitted
                && results[3].isCommitted)
        #expect(zone.version?.tree.rrset(owner, .a)?.rdatas == [address(0), address(2), address(3)])
        #expect(try store.zoneFigures().first?.leases == 3)
        store.close()
    }

    @Test func `a refused change costs no sync and does not wait for the group`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let order = Box<[String]>([])
        try #require(
            store.onQueue { committer in
                committer.database.beforeCommit = { order.update { $0.append("commit") } }
            } != nil)
        #expect(store.change(zone) { _ in false }.isUnchanged)
        #expect(
            store.change(zone) { draft in
                draft.remove(name("nobody.example"))
                return true
            }.isUnchanged)
        #expect(order.value == [])

        let resume = store.pause()
        let pending = Pending()
        let note = { (text: String) in
            CompletionDestination { batch in
                order.update { $0.append(text) }
                for completed in batch { completed.run() }
            }
        }
        pending.submit(store, zone, destination: note("early")) { _ in false }
        pending.submit(store, zone, destination: note("late")) { draft in
            draft.set(RRset(name("a.example"), .a, ttl: 60, rdatas: [address(1)]))
            return true
        }
        pending.submit(store, zone, destination: note("undone")) { _ in false }
        resume()
        let results = pending.wait()
        #expect(order.value == ["early", "commit", "late", "undone"])
        #expect(results[2].isUnchanged)
        store.close()
    }

    @Test func `completions of one destination come in one batch, after publication and its hook`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let events = Box<[String]>([])
        store.onPublish { publication in
            let visible = publication.zone.version === publication.new
            events.update { $0.append("hook \(publication.changes?.first?.added.count ?? -1) \(visible)") }
        }
        let destinations = (0..<2).map { number in
            CompletionDestination { batch in
                events.update { $0.append("batch \(number) of \(batch.count)") }
                for completed in batch { completed.run() }
            }
        }
        let resume = store.pause()
        let pending = Pending()
        for index in 0..<10 as Range<UInt32> {
            pending.submit(store, zone, destination: destinations[Int(index) % 2]) { draft in
                draft.set(RRset(name("h\(index).example"), .a, ttl: 60, rdatas: [address(index)]))
                return true
            }
        }
        resume()
        _ = pending.wait()
        #expect(events.value == ["hook 10 true", "batch 0 of 5", "batch 1 of 5"])
        store.close()
    }

    @Test func `too many waiting changes are turned away`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let resume = store.pause()
        let pending = Pending()
        var taken = 0
        for _ in 0..<(Inbox.maximumChanges + 5) where pending.submit(store, zone, { _ in false }) {
            taken += 1
        }
        #expect(taken == Inbox.maximumChanges)
        #expect(store.figures.changesTurnedAway == 5)
        resume()
        _ = pending.wait()
        #expect(store.set(zone, "a.example", 1).isCommitted)
        store.close()
        #expect(store.change(zone) { _ in true } == nil)
    }

    @Test func `a zone cannot lose its SOA record`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let result = store.change(zone) { draft in
            draft.remove(name("example"), .soa)
            return true
        }
        #expect(result?.failure?.contains("SOA") == true)
        #expect(zone.version?.serial == SerialNumber(1))
        #expect(store.set(zone, "a.example", 1).isCommitted)
        store.close()
    }

    @Test func `changes of many threads are all there`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        let counter = Atomic(0)
        let missing = Box(0)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for index in 0..<100 {
                let pending = Pending()
                pending.submit(store, zone) { draft in
                    draft.set(
                        RRset(
                            name("t\(thread)-\(index).example"), .a, ttl: 60, rdatas: [address(UInt32(index))]
                        ))
                    return true
                }
                if pending.wait()[0].isCommitted { counter.add(1, ordering: .relaxed) }
                if zone.version?.tree.rrset(name("t\(thread)-\(index).example"), .a) == nil {
                    missing.update { $0 += 1 }
                }
            }
        }
        #expect(counter.load(ordering: .relaxed) == 400)
        #expect(missing.value == 0)
        #expect(zone.version?.tree.rrsetCount == 402)
        let serial = zone.version?.serial
        store.close()
        let again = try ZoneStore.open(directory)
        #expect(again.zone("example")?.version?.tree.rrsetCount == 402)
        #expect(again.zone("example")?.version?.serial == serial)
        again.close()
    }
}
