import DNSWire
import DNSZones
import GRDB
import Testing

@testable import ZoneStore

@Suite struct SnapshotTests {
    let directory = TestDirectory()
    let clock = TestClock()

    /// Makes a snapshot due with the next change.
    private func makeDue(_ store: ZoneStore, _ zone: Zone) {
        _ = store.onQueue { $0.zones[zone.id]?.octetsSinceSnapshot = 1 << 30 }
    }

    private func count(_ store: ZoneStore, _ table: String, where condition: String = "1") -> Int? {
        store.onQueue { committer in
            try? committer.database.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table) WHERE \(condition)")
            }
        } ?? nil
    }

    @Test func `a zone that changes all the time is written anew, and what is old goes`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        let text = RData.text([String(repeating: "x", count: 20_000)])
        for number in 0..<80 {
            #expect(
                store.change(zone) { draft in
                    draft.set(
                        RRset(name("t\(number % 3).example"), .txt, ttl: UInt32(number), rdatas: [text]))
                    return true
                }.isCommitted)
        }
        store.settle()
        #expect(store.figures.snapshotsWritten > 1)
        #expect(count(store, "snapshot") == 1)
        // What a start has to read is bounded.
        let behind = store.onQueue { $0.zones[zone.id]?.octetsSinceSnapshot ?? .max }
        #expect((behind ?? .max) < Committer.minimumOctetsForSnapshot)
        // All of it is still there for IXFR.
        #expect(count(store, "change") == 80)
        let before = contents(zone.version)
        store.close()
        let again = try ZoneStore.open(directory, clock)
        #expect(contents(again.zone("example")?.version) == before)
        #expect(try again.zoneFigures().first?.changes == 80)
        again.close()
    }

    /// A snapshot of several steps under a zone that changes meanwhile, with a kill after each transaction.
    @Test func `a snapshot may be cut short anywhere`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example") { largeTree($0, serial: 1, hosts: 0..<1000) }
        let copies = Box<[(copy: TestDirectory, picture: Int)]>([])
        let pictures = Box<[Set<DNSWire.Record>]>([contents(zone.version)])
        let source = directory
        makeDue(store, zone)
        _ = store.onQueue { committer in
            committer.database.afterCommit = {
                if let copy = try? source.copy() {
                    copies.update { $0.append((copy, pictures.value.count)) }
                }
            }
        }
        for number in 0..<6 as Range<UInt32> {
            #expect(store.set(zone, "new\(number).example", number).isCommitted)
            pictures.update { $0.append(contents(zone.version)) }
        }
        store.settle()
        #expect(store.figures.snapshotsWritten == 2)
        #expect(count(store, "snapshot", where: "generation = 1") == 0)
        store.close()
        #expect(copies.value.count > 10)
        for (copy, picture) in copies.value {
            let opened = try ZoneStore.open(copy, clock)
            let found = contents(opened.zone("example")?.version)
            // A copy that is made within a commit is made before its version is looked at here.
            #expect(
                found == pictures.value[picture - 1]
                    || picture < pictures.value.count && found == pictures.value[picture])
            opened.settle()
            let generations = opened.onQueue { committer in
                (try? committer.database.read {
                    try Int.fetchOne($0, sql: "SELECT count(DISTINCT generation) FROM snapshot")
                }) ?? 0
            }
            #expect(generations == 1)
            opened.close()
        }
    }

    @Test func `a zone may be deleted or replaced while its snapshot is written`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zones = try (0..<2).map { number in
            try store.makeZone("zone\(number)") { largeTree($0, serial: 1, hosts: 0..<600) }
        }
        // Nothing is done between the change that begins the snapshots and what ends them.
        let resume = store.pause()
        for zone in zones { store.inbox.put { $0.zones[zone.id]?.octetsSinceSnapshot = 1 << 30 } }
        let pending = Pending()
        for zone in zones {
            pending.submit(store, zone) { draft in
                draft.set(RRset(name("new.\(zone.apex)"), .a, ttl: 60, rdatas: [address(1)]))
                return true
            }
        }
        let gone = zones[0]
        store.inbox.put { committer in
            #expect(committer.maintenance.background.count == 2)
            do throws(StoreError) { try committer.delete(gone) } catch { Issue.record("\(error)") }
        }
        let replacement = try #require(
            ZoneVersion(apex: zones[1].apex, tree: smallTree(zones[1].apex, serial: 50)))
        let result = Box<CommitResult?>(nil)
        #expect(store.replace(zones[1], with: replacement) { result.value = $0 })
        resume()
        #expect(pending.wait().allSatisfy { $0.isCommitted })
        store.settle()
        #expect(result.value.isCommitted)
        #expect(count(store, "snapshot") == 1)
        #expect(count(store, "change") == 0)
        #expect(zones[1].version?.serial == SerialNumber(50))
        store.close()
        let again = try ZoneStore.open(directory, clock)
        #expect(again.directory.table.zones.map(\.apex) == [zones[1].apex])
        #expect(contents(again.zone("zone1")?.version) == contents(replacement))
        again.close()
    }

    @Test func `the log stays small`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        let text = RData.text([String(repeating: "x", count: 60_000)])
        for number in 0..<300 {
            #expect(
                store.change(zone) { draft in
                    draft.set(
                        RRset(name("t\(number % 2).example"), .txt, ttl: UInt32(number), rdatas: [text]))
                    return true
                }.isCommitted)
        }
        store.settle()
        #expect(store.figures.checkpoints > 3)
        let size = try directory.size(of: "zones.sqlite-wal")
        #expect(size > 0 && size < 16 << 20)
        store.close()
    }
}
