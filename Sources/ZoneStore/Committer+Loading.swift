import DNSWire
import DNSZones
import GRDB
import Logging

extension Committer {
    /// Reads everything that an earlier run has left. Called once, before the commit queue starts.
    ///
    /// - Parameter settings: understands a zone's settings by its apex and their text; nil where it does not.
    func load(settings: (DomainName, String) -> ZoneSettings?) throws(StoreError) {
        let generations = try database.read { try JournalRow.generations($0) }
        for row in try database.read({ try ZoneRow.all($0) }) {
            addZone(row, generations, settings)
        }
        sweepGenerations(generations)
        for stored in zones.values { loadSnapshot(of: stored) }
        try loadChanges()
        try loadLeases()
        for key in try database.read({ [log] database in
            try StoredKey.all(database) { log.error("state database: a key is unreadable: \($0)") }
        }) {
            keys.insert(key)
        }
        nextZone = max(try database.read { try ZoneRow.nextID($0) }, (zones.keys.max() ?? 0) + 1)
        for stored in zones.values { serve(stored) }
        updateTable()
    }

    private func addZone(
        _ row: ZoneRow, _ generations: [JournalRow.Generation],
        _ settings: (DomainName, String) -> ZoneSettings?
    ) {
        let known = settings(row.apex, row.settings)
        if known == nil {
            log.error("zone \(row.apex): its settings are not understood, nobody may change it")
        }
        let newest = generations.filter { $0.zone == row.id }.map(\.generation).max() ?? 0
        zones[row.id] = StoredZone(
            zone: Zone(apex: row.apex, id: row.id, settings: known ?? ZoneSettings()), row: row,
            nextGeneration: max(newest, row.snapshot.generation) + 1)
        apexesTaken.insert(row.apex)
        // A number that a zone's row refers to is not given to another change.
        nextChange = max(nextChange, row.snapshot.covered + 1, row.firstChange)
    }

    /// Snapshots that were not finished, were replaced, or whose zones are gone.
    private func sweepGenerations(_ generations: [JournalRow.Generation]) {
        for generation in generations where zones[generation.zone]?.generation != generation {
            maintenance.garbage.append(.snapshot(generation))
        }
    }

    private func loadSnapshot(of stored: StoredZone) {
        guard stored.row.snapshot.generation > 0 else { return }
        do throws(StoreError) {
            var tree = ZoneTree()
            var count: Int64 = 0
            try database.read { database in
                try JournalRow.forEachPiece(of: stored.generation, database) { octets in
                    try StoredSnapshot.parse(octets, apex: stored.zone.apex) { tree.set($0) }
                    count += 1
                }
            }
            guard count == stored.row.snapshot.pieces else {
                throw StoreError("\(count) pieces of \(stored.row.snapshot.pieces)")
            }
            guard let version = ZoneVersion(apex: stored.zone.apex, tree: tree) else {
                throw StoreError("no SOA record")
            }
            stored.version = version
            journal.setOctets(of: stored.row.id, Int(clamping: stored.row.snapshot.octets))
        } catch {
            noteDamage(stored, "its snapshot cannot be read: \(error)")
        }
    }

    // --- Changes ---

    /// A zone on its way from its snapshot to its present.
    private struct Replay {
        var tree: ZoneTree
        var isDamaged = false
    }

    private func loadChanges() throws(StoreError) {
        var replays: [Int64: Replay] = [:]
        var orphans: [Int64] = []
        try database.read { database in
            try JournalRow.forEachHead(database) { head in
                nextChange = max(nextChange, head.number + 1)
                guard let stored = zones[head.zone], head.number >= stored.row.firstChange else {
                    orphans.append(head.number)
                    return
                }
                journal.restore(head)
                guard head.number > stored.row.snapshot.covered, let version = stored.version else { return }
                stored.octetsSinceSnapshot += head.octetCount
                var replay = replays.removeValue(forKey: head.zone) ?? Replay(tree: version.tree)
                if !replay.isDamaged, let reason = apply(head, to: &replay.tree, database) {
                    noteDamage(stored, "change \(head.number) cannot be applied: \(reason)")
                    replay.isDamaged = true
                }
                replays[head.zone] = replay
            }
        }
        for (id, replay) in replays where !replay.isDamaged {
            guard let stored = zones[id] else { continue }
            stored.version = ZoneVersion(apex: stored.zone.apex, tree: replay.tree)
            if stored.version == nil { noteDamage(stored, "its changes leave no SOA record") }
        }
        if !orphans.isEmpty { maintenance.garbage.append(.changes(orphans[...])) }
    }

    /// Why it could not be done; nil where it was.
    private func apply(
        _ head: JournalRow.Head, to tree: inout ZoneTree, _ database: Database
    ) -> String? {
        do {
            guard let octets = try JournalRow.change(head.number, database) else { return "it is gone" }
            try tree.apply(try StoredChange.parse(octets))
            return nil
        } catch {
            return StateDatabase.reason(error)
        }
    }

    private func noteDamage(_ stored: StoredZone, _ reason: String) {
        stored.version = nil
        stored.damage = reason
        log.critical(
            "zone \(stored.zone.apex): \(reason); it is not answered from until it is replaced or deleted")
    }

    // --- Leases ---

    private func loadLeases() throws(StoreError) {
        var changes: [Int64: [LeaseChange]] = [:]
        var orphans: Set<Int64> = []
        try database.read { [log] database in
            try LeaseRow.forEach(database) { zone, record, expiry in
                if zones[zone] == nil {
                    orphans.insert(zone)
                } else {
                    changes[zone, default: []].append(.set(record, expiry: expiry))
                }
            } onDamage: { error in
                log.error("state database: a lease is unreadable, and its record stays: \(error)")
            }
        }
        for (zone, changes) in changes { zones[zone]?.leases.apply(changes) }
        for zone in orphans { maintenance.garbage.append(.leases(zone: zone)) }
    }

    private func serve(_ stored: StoredZone) {
        // The time may have come while nobody was there (RFC 1035 §3.3.13).
        if case .secondary = stored.zone.settings.role, stored.hasExpired(at: clock.wall()) {
            log.warning(
                "zone \(stored.zone.apex) has expired; it is not answered from until its primary is heard")
        } else {
            stored.zone.publish(stored.version)
        }
        if let next = stored.leases.nextExpiry { armLeaseTimer(next) }
        copyIfDue(stored)
    }
}
