import DNSWire
import DNSZones
import Testing

@testable import ZoneStore

/// Zones that are made together.
@Suite struct CreationTests {
    private func description(_ apex: String, hosts: UInt32 = 0) -> NewZone {
        let apex = name(apex)
        return NewZone(
            apex: apex, origin: .configuration, settings: ZoneSettings(), settingsText: "primary",
            tree: hosts == 0 ? smallTree(apex) : largeTree(apex, serial: 1, hosts: 0..<hosts))
    }

    private func countTransactions(_ store: ZoneStore) -> Box<Int> {
        let count = Box(0)
        _ = store.onQueue { committer in
            committer.database.afterCommit = { count.update { $0 += 1 } }
        }
        return count
    }

    @Test func smallZonesShareATransaction() throws {
        let directory = TestDirectory()
        let store = try ZoneStore.open(directory)
        let transactions = countTransactions(store)
        let apexes = (0..<20).map { "z\($0).example" }
        try store.createZones(apexes.map { description($0) })
        #expect(transactions.value == 1)
        store.close()
        let again = try ZoneStore.open(directory)
        for apex in apexes { #expect(contents(again.zone(apex)?.version).count == 2) }
        again.close()
    }

    @Test func largeZonesDoNot() throws {
        let directory = TestDirectory()
        let store = try ZoneStore.open(directory)
        let transactions = countTransactions(store)
        // About two megabytes each.
        try store.createZones(["a.example", "b.example"].map { description($0, hosts: 500) })
        #expect(transactions.value >= 4)
        store.close()
        let again = try ZoneStore.open(directory)
        for apex in ["a.example", "b.example"] {
            #expect(contents(again.zone(apex)?.version).count == 502)
        }
        again.close()
    }

    @Test func oneThatIsRefusedHoldsUpNoOther() throws {
        let store = try ZoneStore.open(TestDirectory())
        #expect(throws: StoreError("b.example.: there is such a zone already")) {
            let apexes = ["a.example", "b.example", "b.example", "c.example"]
            try store.createZones(apexes.map { description($0) })
        }
        #expect(store.directory.table.zones.count == 3)
        store.close()
    }

    @Test func whatCannotBeWrittenLeavesNothing() throws {
        let clock = TestClock()
        let store = try ZoneStore.open(TestDirectory(), clock)
        _ = store.onQueue { $0.database.beforeCommit = { throw StoreError("no room") } }
        #expect(throws: StoreError("no room")) {
            try store.createZones(["a.example", "b.example"].map { description($0) })
        }
        #expect(store.directory.table.zones.isEmpty)
        _ = store.onQueue { $0.database.beforeCommit = nil }
        clock.advance(60)
        try store.createZones(["a.example", "b.example"].map { description($0) })
        #expect(store.directory.table.zones.count == 2)
        store.close()
    }
}
