import DNSWire
import DNSZones
import Foundation
import SeededRandom
import Testing

@testable import ZoneStore

/// What is there after a restart, a kill and a power cut.
@Suite struct RecoveryTests {
    let directory = TestDirectory()

    /// What the store shows of all zones.
    private func picture(_ store: ZoneStore) -> [String: Set<Record>] {
        Dictionary(
            uniqueKeysWithValues: store.directory.table.zones.map { ("\($0.apex)", contents($0.version)) })
    }

    @Test func `every kind of change is there after a restart`() throws {
        var store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        _ = try store.makeZone("gone.example")
        let secondary = try store.makeZone("secondary.example", text: "secondary") { _ in nil }
        #expect(secondary.version == nil)
        #expect(store.set(zone, "a.example", 1).isCommitted)
        #expect(
            store.change(zone) { draft in
                draft.set(RRset(name("l.example"), .a, ttl: 60, rdatas: [address(2)]))
                draft.leaseChanges.append(
                    .set(LeasedRecord(name("l.example"), .a, address(2)), expiry: 1_800_000_000))
                return true
            }.isCommitted)
        try store.addKey(
            StoredKey(name: name("Key.example"), algorithm: "hmac-sha256", secret: [1, 2, 3], created: 5))
        try store.addKey(StoredKey(name: name("other"), algorithm: "hmac-md5", secret: [], created: 6))
        try store.removeKey(name("OTHER"))
        try store.updateSettings(of: zone, ZoneSettings(), text: "new text", origin: .configuration)
        try store.deleteZone(#require(store.zone("gone.example")))
        let before = picture(store)
        store.close()

        store = try ZoneStore.open(directory)
        #expect(picture(store) == before)
        #expect(before.keys.sorted() == ["example.", "secondary.example."])
        #expect(store.zone("secondary.example")?.version == nil)
        #expect(store.keys.map(\.name) == [name("key.example")])
        #expect(store.keys.first?.secret == [1, 2, 3])
        let figures = try store.zoneFigures()
        #expect(figures.map(\.settingsText) == ["new text", "secondary"])
        #expect(figures[0].origin == .configuration)
        #expect(
            figures[0].leases == 1 && figures[0].changes == 2 && figures[0].oldestSerial == SerialNumber(1))
        #expect(figures[0].serial == SerialNumber(3))
        #expect(throws: StoreError.self) {
            try store.addKey(StoredKey(name: name("key.EXAMPLE"), algorithm: "", secret: [], created: 0))
        }
        store.close()
    }

    @Test func `ids of zones and numbers of changes are not used again`() throws {
        var store = try ZoneStore.open(directory)
        let keeper = try store.makeZone("keeper")
        #expect(store.set(keeper, "a.keeper", 1).isCommitted)
        let gone = try store.makeZone("gone")
        for number in 0..<20 as Range<UInt32> {
            #expect(store.set(gone, "h\(number).gone", number).isCommitted)
        }
        // The keeper's snapshot covers all numbers that the other zone has used up.
        _ = store.onQueue { committer in
            committer.zones[keeper.id]?.octetsSinceSnapshot = 1 << 30
            if let stored = committer.zones[keeper.id] { committer.copyIfDue(stored) }
        }
        store.settle()
        try store.deleteZone(gone)
        store.settle()
        store.close()

        store = try ZoneStore.open(directory)
        let again = try store.makeZone("gone")
        #expect(again.id > gone.id)
        let same = try #require(store.zone("keeper"))
        #expect(store.set(same, "b.keeper", 2).isCommitted)
        let before = picture(store)
        store.close()
        store = try ZoneStore.open(directory)
        #expect(picture(store) == before)
        #expect(store.zone("keeper")?.version?.tree.rrsetCount == 4)
        store.close()
    }

    /// Changes of three zones, one of them made and deleted on the way, with a copy of the files after each transaction: what
    /// a killed process leaves. Each has to open as exactly what was published by then.
    @Test func `a process may be killed after any transaction`() throws {
        let store = try ZoneStore.open(directory)
        let (one, two) = (try store.makeZone("one"), try store.makeZone("two"))
        let copies = Box<[TestDirectory]>([])
        let source = directory
        _ = store.onQueue { committer in
            committer.database.afterCommit = {
                if let copy = try? source.copy() { copies.update { $0.append(copy) } }
            }
        }
        var expected: [[String: Set<Record>]] = []
        func note() { while expected.count < copies.value.count { expected.append(picture(store)) } }
        for number in 0..<10 as Range<UInt32> {
            let resume = store.pause()
            let pending = Pending()
            for zone in [one, two] {
                pending.submit(store, zone) { draft in
                    draft.set(RRset(name("h\(number).\(zone.apex)"), .a, ttl: 60, rdatas: [address(number)]))
                    return true
                }
            }
            resume()
            #expect(pending.wait().allSatisfy { $0.isCommitted })
            note()
        }
        let third = try store.makeZone("three")
        note()
        #expect(store.set(third, "a.three", 1).isCommitted)
        note()
        try store.deleteZone(third)
        store.settle()
        note()
        store.close()
        #expect(expected.count >= 13)
        for (copy, picture) in zip(copies.value, expected) {
            let opened = try ZoneStore.open(copy)
            #expect(self.picture(opened) == picture)
            opened.settle()
            opened.close()
        }
    }

    /// The end of the WAL as a power cut may leave it: cut off, or with octets that are not what was written. What opens is
    /// what was published after one of the commits, with the serials that belong to it.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `a torn log is read up to a commit`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        var pictures = [[:] as [String: Set<Record>], picture(store)]
        for number in 0..<30 as Range<UInt32> {
            #expect(store.set(zone, "h\(number % 7).example", number).isCommitted)
            pictures.append(picture(store))
        }
        for _ in 0..<6 {
            let copy = try directory.copy()
            let path = copy.file + "-wal"
            var octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            let cut = Int.random(in: 0..<octets.count, using: &generator)
            if Bool.random(using: &generator) {
                octets.removeSubrange(cut...)
            } else {
                let end = min(cut + Int.random(in: 1...9000, using: &generator), octets.count)
                for index in cut..<end { octets[index] = UInt8(truncatingIfNeeded: generator.next()) }
            }
            try Data(octets).write(to: URL(fileURLWithPath: path))
            let opened = try ZoneStore.open(copy)
            #expect(pictures.contains(picture(opened)))
            if let zone = opened.zone("example") { #expect(opened.set(zone, "after.example", 1).isCommitted) }
            opened.close()
        }
        store.close()
    }

    /// A crashed run may have written what it has not synced. A start shows it, so it has to last.
    @Test func `what is found in the log is in the database before it is seen`() throws {
        let store = try ZoneStore.open(directory)
        let zone = try store.makeZone("example")
        #expect(store.set(zone, "a.example", 1).isCommitted)
        let killed = try directory.copy()
        store.close()
        let recovered = try ZoneStore.open(killed)
        let picture = picture(recovered)
        #expect(picture["example."]?.count == 3)
        let withoutLog = try killed.copy()
        try FileManager.default.removeItem(atPath: withoutLog.file + "-wal")
        let opened = try ZoneStore.open(withoutLog)
        #expect(self.picture(opened) == picture)
        opened.close()
        recovered.close()
    }

    @Test func `the file is for its owner alone, and for one process`() throws {
        let store = try ZoneStore.open(directory)
        for file in [directory.file, directory.file + "-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: directory.file + "-shm"))
        let error = #expect(throws: StoreError.self) { try ZoneStore.open(directory) }
        #expect(error?.reason.contains("in use") == true)
        let zone = try store.makeZone("example")
        #expect(store.set(zone, "a.example", 1).isCommitted)
        store.close()
        try ZoneStore.open(directory).close()
    }

    @Test func `a store that is let go of closes itself`() throws {
        do {
            let store = try ZoneStore.open(directory)
            let zone = try store.makeZone("example")
            #expect(store.set(zone, "a.example", 1).isCommitted)
        }
        // The last task may still run; it has the file until then.
        var again: ZoneStore?
        while again == nil { again = try? ZoneStore.open(directory) }
        #expect(again?.zone("example")?.version?.tree.rrsetCount == 3)
        again?.close()
    }

    @Test func `nothing touches the file after it was closed`() throws {
        let store = try ZoneStore.open(directory)
        _ = try store.makeZone("example")
        // A checkpoint is due, and so is a snapshot.
        store.inbox.put(isLast: true) { committer in
            do throws(StoreError) { try committer.database.transact(octets: 1 << 30) { _ in } } catch {}
            for stored in committer.zones.values {
                stored.octetsSinceSnapshot = 1 << 30
                committer.copyIfDue(stored)
            }
            committer.close()
            #expect(throws: StoreError.self) { try committer.database.checkpoint() }
            #expect(throws: StoreError.self) { try committer.database.transact(octets: 0) { _ in } }
        }
        store.close()
        var again: ZoneStore?
        while again == nil { again = try? ZoneStore.open(directory) }
        #expect(again?.zone("example") != nil)
        again?.close()
    }

    @Test func `a directory that is not there, and a file that is something else`() throws {
        #expect(throws: StoreError.self) {
            try ZoneStore(directory: directory.path + "/nowhere", log: quiet) { _, _ in nil }
        }
        try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: directory.file))
        let error = #expect(throws: StoreError.self) { try ZoneStore.open(directory) }
        #expect(error?.reason.contains("not a database") == true)
    }
}
