import DNSWire
import DNSZones
import Foundation
import GRDB
import SeededRandom
import Testing

@testable import ZoneStore

/// Rows that are not what was written: a start never traps, and serves what it can.
@Suite struct DamageTests {
    let directory = TestDirectory()

    /// Three zones, of which the first two will be damaged.
    private func prepare() throws {
        let store = try ZoneStore.open(directory)
        for apex in ["snapshot", "change", "whole"] {
            let zone = try store.makeZone(apex) { tree($0, serial: 1, hosts: 0..<10) }
            #expect(store.set(zone, "a.\(apex)", 1).isCommitted)
        }
        #expect(
            try store.change(#require(store.zone("whole"))) { draft in
                draft.leaseChanges.append(
                    .set(LeasedRecord(name("a.whole"), .a, address(1)), expiry: 1_900_000_000))
                return true
            }.isCommitted)
        try store.addKey(StoredKey(name: name("key"), algorithm: "hmac-sha256", secret: [1], created: 1))
        store.close()
    }

    private func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: directory.file)
        try queue.inDatabase { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(arguments: [
        "UPDATE snapshot SET octets = CAST(x'00' || substr(octets, 2) AS BLOB) WHERE zone = 1",
        "UPDATE snapshot SET octets = substr(octets, 1, 100) WHERE zone = 1",
        "UPDATE snapshot SET number = 3 WHERE zone = 1",
        "DELETE FROM snapshot WHERE zone = 1",
        "UPDATE zone SET generation = 99 WHERE id = 1",
        "UPDATE snapshot SET octets = (SELECT octets FROM snapshot WHERE zone = 2) WHERE zone = 1",
    ])
    func `a zone with a damaged snapshot does not keep others from being served`(_ damage: String) throws {
        try prepare()
        try execute(damage)
        try execute("UPDATE change SET octets = zeroblob(40) WHERE zone = 2")
        var store = try ZoneStore.open(directory)
        let zones = try ["snapshot", "change", "whole"].map { try #require(store.zone($0)) }
        #expect(zones[0].version == nil && zones[1].version == nil)
        #expect(zones[2].version?.serial == SerialNumber(2))
        let figures = try store.zoneFigures()
        #expect(figures.filter { $0.damage != nil }.count == 2)
        #expect(store.set(zones[0], "b.snapshot", 1)?.failure?.contains("snapshot") == true)
        #expect(store.set(zones[2], "b.whole", 1).isCommitted)
        // It can be replaced, and deleted.
        let version = try #require(
            ZoneVersion(apex: zones[0].apex, tree: smallTree(zones[0].apex, serial: 7)))
        #expect(store.replace(zones[0], with: version) { _ in })
        try store.deleteZone(zones[1])
        store.settle()
        #expect(store.set(zones[0], "c.snapshot", 1)?.serial == 8)
        store.close()
        store = try ZoneStore.open(directory)
        #expect(store.zone("snapshot")?.version?.serial == SerialNumber(8))
        #expect(store.zone("change") == nil)
        store.close()
    }

    @Test(arguments: [
        "DELETE FROM change WHERE number = 2",
        "UPDATE change SET zone = 3 WHERE zone = 2",
        "UPDATE change SET octets = (SELECT octets FROM change WHERE zone = 3) WHERE zone = 2",
    ])
    func `a change that does not fit is noticed`(_ damage: String) throws {
        try prepare()
        let first = try ZoneStore.open(directory)
        #expect(try first.set(#require(first.zone("change")), "b.change", 2).isCommitted)
        first.close()
        try execute(damage)
        let store = try ZoneStore.open(directory)
        #expect(store.zone("change")?.version == nil || store.zone("whole")?.version == nil)
        #expect(store.zone("snapshot")?.version?.serial == SerialNumber(2))
        store.close()
    }

    @Test func `damaged leases, keys and settings`() throws {
        try prepare()
        try execute("UPDATE lease SET ownerName = x'ff', type = 1 WHERE zone = 3")
        try execute("UPDATE key SET name = x'4000'")
        try execute("UPDATE zone SET settings = 'nonsense' WHERE id = 3")
        let store = try ZoneStore.open(directory)
        #expect(store.zone("whole")?.version?.serial == SerialNumber(2))
        #expect(store.keys.isEmpty)
        #expect(try store.zoneFigures().allSatisfy { $0.leases == 0 })
        store.close()
        try execute("UPDATE zone SET origin = 'somebody' WHERE id = 3")
        #expect(throws: StoreError.self) { try ZoneStore.open(directory) }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `octets of the file that were altered anywhere`(_ seed: UInt64) throws {
        try prepare()
        let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.file)))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let copy = TestDirectory()
            var octets = original
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                octets[Int.random(in: octets.indices, using: &generator)] = UInt8(
                    truncatingIfNeeded: generator.next())
            }
            try Data(octets).write(to: URL(fileURLWithPath: copy.file))
            guard let store = try? ZoneStore.open(copy) else { continue }
            for zone in store.directory.table.zones {
                #expect(zone.version == nil || (zone.version?.tree.rrsetCount ?? 0) >= 12)
                _ = store.set(zone, "z.\(zone.apex)", 1)
            }
            store.settle()
            store.close()
        }
    }

    @Test func `a file of a newer Homing is left alone`() throws {
        try prepare()
        try execute("INSERT INTO grdb_migrations VALUES ('2 of the future')")
        let error = #expect(throws: StoreError.self) { try ZoneStore.open(directory) }
        #expect(error?.reason.contains("newer") == true)
    }
}
