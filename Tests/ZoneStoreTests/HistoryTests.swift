import DNSWire
import DNSZones
import Dispatch
import GRDB
import Testing

@testable import ZoneStore

@Suite struct HistoryTests {
    let directory = TestDirectory()
    let clock = TestClock()

    private func changes(_ store: ZoneStore, _ zone: Zone, since serial: UInt32) -> [ZoneChange]? {
        let done = DispatchSemaphore(value: 0)
        let result = Box<[ZoneChange]?>(nil)
        store.changes(of: zone, since: SerialNumber(serial)) { changes in
            result.value = changes
            done.signal()
        }
        done.wait()
        return result.value
    }

    private func newest(_ version: ZoneVersion?, after changes: [ZoneChange]?, from base: ZoneVersion?) throws
        -> Bool
    {
        var current = try #require(base)
        for change in try #require(changes) { current = try current.applying(change) }
        return contents(current) == contents(version)
    }

    @Test func `changes since every serial lead to the present, from memory and from the disk`() throws {
        var store = try ZoneStore.open(directory, clock)
        var zone = try store.makeZone("example") { tree($0, serial: 1, hosts: 0..<3000) }
        var versions: [ZoneVersion?] = [zone.version]
        for number in 0..<20 as Range<UInt32> {
            #expect(store.set(zone, "h\(number % 5).example", 100 + number).isCommitted)
            versions.append(zone.version)
        }
        for round in 0..<2 {
            for (index, version) in versions.enumerated() {
                let found = changes(store, zone, since: UInt32(index + 1))
                #expect(found?.count == 20 - index)
                #expect(try newest(zone.version, after: found, from: version))
            }
            #expect(changes(store, zone, since: 0) == nil)
            #expect(changes(store, zone, since: 22) == nil)
            guard round == 0 else { break }
            store.close()
            #expect(changes(store, zone, since: 1) != nil)
            store = try ZoneStore.open(directory, clock)
            zone = try #require(store.zone("example"))
        }
        // Some of them on the disk alone, some in memory.
        #expect(store.set(zone, "mixed.example", 1).isCommitted)
        #expect(changes(store, zone, since: 1)?.count == 21)
        store.close()
        #expect(changes(store, zone, since: 1) == nil)
    }

    @Test func `changes that are more than the zone are not given`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        let text = RData.text([String(repeating: "x", count: 10_000)])
        for number in 0..<20 {
            #expect(
                store.change(zone) { draft in
                    draft.set(RRset(name("t.example"), .txt, ttl: UInt32(number), rdatas: [text]))
                    return true
                }.isCommitted)
        }
        #expect(changes(store, zone, since: 20)?.count == 1)
        #expect(changes(store, zone, since: 1) == nil)
        store.close()
    }

    @Test func `old changes go by size and by age, but none that a start needs`() throws {
        let store = try ZoneStore.open(directory, clock)
        let zone = try store.makeZone("example")
        var settings = zone.settings
        settings.journal.octets = 2500
        settings.journal.age = 1000
        try store.updateSettings(of: zone, settings, text: "primary", origin: .command)
        let rows = {
            store.onQueue { committer in
                (try? committer.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM change") })
                    ?? -1
            }
        }
        for number in 0..<50 as Range<UInt32> {
            #expect(store.set(zone, "h\(number).example", number).isCommitted)
        }
        store.settle()
        #expect(rows() == 50)
        _ = store.onQueue { committer in
            guard let stored = committer.zones[zone.id] else { return }
            stored.octetsSinceSnapshot = 1 << 30
            committer.copyIfDue(stored)
        }
        store.settle()
        let figures = try #require(try store.zoneFigures().first)
        #expect(figures.changes > 3 && figures.changes < 20)
        #expect(figures.journalOctets <= 2500)
        #expect(rows() == figures.changes)
        #expect(changes(store, zone, since: figures.oldestSerial?.rawValue ?? 0)?.count == figures.changes)
        #expect(changes(store, zone, since: (figures.oldestSerial?.rawValue ?? 0) - 1) == nil)

        clock.advance(1001)
        #expect(store.set(zone, "late.example", 1).isCommitted)
        store.settle()
        #expect(rows() == 1)
        #expect(changes(store, zone, since: 51)?.count == 1)
        let before = contents(zone.version)
        store.close()
        let again = try ZoneStore.open(directory, clock)
        #expect(contents(again.zone("example")?.version) == before)
        again.close()
    }

    @Test func `recent changes are kept within a bound`() {
        var recent = RecentChanges()
        let octets = [UInt8](repeating: 1, count: 1 << 20)
        for number in 5..<105 as Range<Int64> { recent.append(octets, number: number) }
        #expect(recent.octetCount <= Journal.recentOctets)
        #expect(recent[104]?.count == 1 << 20 && recent[105] == nil)
        #expect(recent[104 - 31] != nil && recent[104 - 33] == nil && recent[-1] == nil)
        recent.append([1], number: 200)
        #expect(recent[200] == [1] && recent[104] == nil && recent.octetCount == 1)
        recent.append([UInt8](repeating: 1, count: Journal.recentOctets + 1), number: 201)
        #expect(recent[201] == nil && recent.octetCount == 0)
    }

    @Test func `of a serial that came round again the later one counts`() throws {
        var history = ZoneHistory()
        for (number, serial) in [(1, 7), (2, 8), (3, 7), (4, 9)] as [(Int64, UInt32)] {
            history.append(
                JournalRow.Head(
                    number: number, zone: 1, oldSerial: serial, newSerial: serial + 1, wall: 0, octetCount: 10
                ))
        }
        #expect(history.numbers(since: 7, limit: 100) == [3, 4])
        #expect(history.numbers(since: 10, limit: 100) == [])
        #expect(history.numbers(since: 8, limit: 20) == nil)
        #expect(history.trim(covered: 2, octets: 0, count: 0, oldest: 0) == [1, 2])
        #expect(history.oldestSerial == 7 && history.octetCount == 20 && history.count == 2)
    }
}
