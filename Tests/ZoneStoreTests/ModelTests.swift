import DNSWire
import DNSZones
import SeededRandom
import Testing

@testable import ZoneStore

/// Random series of everything against a model that is a dictionary, with restarts, kills and failures in between.
@Suite struct ModelTests {
    /// What the zones should be: owner names and numbers of addresses.
    private struct Model: Equatable {
        var zones: [String: [String: Set<UInt32>]] = [:]
        var serials: [String: UInt32] = [:]
    }

    private final class Run {
        var generator: SeededGenerator
        var directory = TestDirectory()
        let clock = TestClock()
        var store: ZoneStore
        var model = Model()
        /// Every serial that a zone ever had, and what it held then.
        var seen: [Int64: [UInt32: Set<Record>]] = [:]

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            store = try ZoneStore.open(directory, clock)
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `random series`(_ seed: UInt64) throws {
        let run = try Run(seed: seed)
        for _ in 0..<120 {
            switch Int.random(in: 0..<20, using: &run.generator) {
            case 0: try create(run)
            case 1: try delete(run)
            case 2: try restart(run, killed: false)
            case 3: try restart(run, killed: true)
            case 4: try fail(run)
            case 5: copy(run)
            case 6: try replace(run)
            default: try change(run, isFailing: false)
            }
            try compare(run)
        }
        run.store.settle()
        try restart(run, killed: false)
        try compare(run)
        run.store.close()
    }

    private func create(_ run: Run) throws {
        let apex = "z\(Int.random(in: 0..<4, using: &run.generator))"
        guard run.model.zones[apex] == nil else {
            #expect(throws: StoreError.self) { try run.store.makeZone(apex) }
            return
        }
        _ = try run.store.makeZone(apex)
        run.model.zones[apex] = [:]
        run.model.serials[apex] = 1
    }

    private func delete(_ run: Run) throws {
        guard let zone = run.store.directory.table.zones.randomElement(using: &run.generator) else { return }
        try run.store.deleteZone(zone)
        let apex = String("\(zone.apex)".dropLast())
        run.model.zones[apex] = nil
        run.model.serials[apex] = nil
    }

    private func restart(_ run: Run, killed: Bool) throws {
        if killed {
            // What is between two transactions is not done; the files are those of this moment.
            let resume = run.store.pause()
            let copy = try run.directory.copy()
            resume()
            run.store.close()
            run.directory = copy
        } else {
            run.store.close()
        }
        run.store = try ZoneStore.open(run.directory, run.clock)
    }

    private func fail(_ run: Run) throws {
        _ = run.store.onQueue { $0.database.beforeCommit = { throw StoreError("no room") } }
        try change(run, isFailing: true)
        _ = run.store.onQueue { $0.database.beforeCommit = nil }
        run.clock.advance(1)
        _ = run.store.onQueue { _ in }
    }

    /// Begins a snapshot; whatever comes next may come before it is done.
    private func copy(_ run: Run) {
        guard let zone = run.store.directory.table.zones.randomElement(using: &run.generator) else { return }
        run.store.inbox.put { committer in
            guard let stored = committer.zones[zone.id] else { return }
            stored.octetsSinceSnapshot += 1 << 30
            committer.copyIfDue(stored)
        }
    }

    private func replace(_ run: Run) throws {
        guard let zone = run.store.directory.table.zones.randomElement(using: &run.generator) else { return }
        let apex = String("\(zone.apex)".dropLast())
        let serial = (run.model.serials[apex] ?? 0) + 100
        let version = try #require(
            ZoneVersion(apex: zone.apex, tree: tree(zone.apex, serial: serial, hosts: 0..<3)))
        let pending = Box<CommitResult?>(nil)
        #expect(run.store.replace(zone, with: version) { pending.value = $0 })
        while run.store.onQueue({ $0.maintenance.awaited.isEmpty }) == false {}
        #expect(pending.value.isCommitted)
        run.model.zones[apex] = ["h0.\(apex)": [0], "h1.\(apex)": [1], "h2.\(apex)": [2]]
        run.model.serials[apex] = serial
    }

    /// A group of changes of all zones, some of them undone.
    private func change(_ run: Run, isFailing: Bool) throws {
        var model = run.model
        let resume = run.store.pause()
        let pending = Pending()
        for _ in 0..<Int.random(in: 1...12, using: &run.generator) {
            guard let zone = run.store.directory.table.zones.randomElement(using: &run.generator) else {
                break
            }
            let apex = String("\(zone.apex)".dropLast())
            let owner = "n\(Int.random(in: 0..<6, using: &run.generator)).\(apex)"
            let number = UInt32.random(in: 0..<4, using: &run.generator)
            let isKept = Int.random(in: 0..<4, using: &run.generator) > 0
            let isAdded = Bool.random(using: &run.generator)
            pending.submit(run.store, zone) { draft in
                var rrset = draft.rrset(name(owner), .a) ?? RRset(name(owner), .a, ttl: 60, rdatas: [])
                rrset.rdatas.removeAll { $0 == address(number) }
                if isAdded { rrset.rdatas.append(address(number)) }
                draft.set(rrset)
                return isKept
            }
            guard isKept else { continue }
            var numbers = model.zones[apex]?[owner] ?? []
            if isAdded { numbers.insert(number) } else { numbers.remove(number) }
            model.zones[apex]?[owner] = numbers.isEmpty ? nil : numbers
        }
        resume()
        let results = pending.wait()
        guard !isFailing else {
            #expect(!results.contains { $0.isCommitted })
            return
        }
        #expect(results.allSatisfy { $0.isCommitted || $0.isUnchanged })
        for (apex, records) in model.zones where records != run.model.zones[apex] {
            model.serials[apex] = (model.serials[apex] ?? 0) + 1
        }
        run.model = model
    }

    private func compare(_ run: Run) throws {
        var found = Model()
        for zone in run.store.directory.table.zones {
            let version = try #require(zone.version)
            let apex = String("\(zone.apex)".dropLast())
            found.zones[apex] = [:]
            found.serials[apex] = version.serial.rawValue
            var cursor = version.tree.cursor
            while let rrset = cursor.next() {
                guard rrset.type == .a else { continue }
                let owner = String("\(rrset.ownerName)".dropLast())
                found.zones[apex]?[owner] = Set(rrset.rdatas.map { UInt32($0.bytes[3]) })
            }
            // No serial ever means two things.
            let lines = contents(version)
            let before = run.seen[zone.id, default: [:]].updateValue(lines, forKey: version.serial.rawValue)
            #expect(before == nil || before == lines)
        }
        #expect(found == run.model)
    }
}
