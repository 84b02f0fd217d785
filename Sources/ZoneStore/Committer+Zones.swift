import DNSWire
import DNSZones
import GRDB
import Logging

extension Committer {
    typealias ZoneCompletion = @Sendable (Result<Zone, StoreError>) -> Void

    // --- Zones come and go ---

    func create(_ description: NewZone, _ completion: @escaping ZoneCompletion) {
        let apex = description.apex.lowercase
        guard !apexesTaken.contains(apex) else {
            return completion(.failure(StoreError("\(apex): there is such a zone already")))
        }
        var version: ZoneVersion?
        if let tree = description.tree {
            version = ZoneVersion(apex: apex, tree: tree)
            guard version != nil else {
                return completion(
                    .failure(StoreError("\(apex): there is not exactly one SOA record at its apex")))
            }
        }
        if let refusal { return completion(.failure(refusal)) }
        apexesTaken.insert(apex)
        let id = nextZone
        nextZone += 1
        let zone = Zone(apex: apex, id: id, settings: description.settings)
        let row = ZoneRow(
            id: id, apex: apex, origin: description.origin, settings: description.settingsText,
            created: clock.wall())
        let stored = StoredZone(zone: zone, row: row, nextGeneration: 1)
        maintenance.awaited.append(SnapshotJob(stored, version, .creation(version, completion)))
    }

    func delete(_ zone: Zone) throws(StoreError) {
        let stored = try stored(zone)
        try write(octets: Self.rowOctets) { try ZoneRow.delete(zone.id, $0) }
        zones[zone.id] = nil
        unwritten.remove(zone.id)
        apexesTaken.remove(zone.apex)
        updateTable()
        publish(nil, of: stored, changes: nil)
        let numbers = journal.removeAll(zone: zone.id)
        if !numbers.isEmpty { maintenance.garbage.append(.changes(numbers[...])) }
        if stored.row.snapshot.generation > 0 { maintenance.garbage.append(.snapshot(stored.generation)) }
        if stored.leases.count > 0 { maintenance.garbage.append(.leases(zone: zone.id)) }
        log.notice("zone \(zone.apex) was deleted")
    }

    func updateSettings(
        of zone: Zone, _ settings: ZoneSettings, text: String, origin: ZoneOrigin
    ) throws(StoreError) {
        let stored = try stored(zone)
        var row = stored.row
        row.settings = text
        row.origin = origin
        try write(octets: Self.rowOctets) { try row.update($0) }
        stored.row = row
        let wasServed = zone.settings.isServed
        zone.settings = settings
        guard settings.isServed != wasServed else { return }
        // What others said of its names while it was not served is not to be mixed with it.
        let version = settings.isServed ? zone.version : nil
        hooks.call(Publication(zone: zone, old: nil, new: version, changes: nil))
    }

    /// The table that all workers look zones up in.
    func updateTable() { directory.table = ZoneTable(zones.values.map(\.zone)) }

    func stored(_ zone: Zone) throws(StoreError) -> StoredZone {
        guard let stored = zones[zone.id], stored.zone === zone else { throw refusal(of: zone) }
        return stored
    }

    /// A transaction that somebody waits for.
    func write(octets: Int, _ body: (Database) throws -> Void) throws(StoreError) {
        if let refusal { throw refusal }
        do throws(StoreError) {
            try database.transact(octets: octets, body)
        } catch {
            noteFailure(error)
            throw error
        }
        noteSuccess()
    }

    // --- Secondary zones ---

    func replace(
        _ zone: Zone, with version: ZoneVersion, _ refresh: SecondaryState?,
        _ destination: CompletionDestination?,
        _ completion: @escaping PendingChange.Completion
    ) {
        do throws(StoreError) {
            let stored = try stored(zone)
            if let refusal { throw refusal }
            maintenance.awaited.append(
                SnapshotJob(stored, version, .replacement(version, refresh, destination, completion)))
        } catch {
            complete(completion, .failed(error), for: destination)
        }
    }

    /// Commits changes as they are, with the serials that they have.
    func append(_ changes: [ZoneChange], to zone: Zone, _ refresh: SecondaryState?) throws(StoreError)
        -> ZoneVersion
    {
        let stored = try stored(zone)
        guard let current = stored.version else { throw stored.refusal }
        var tree = current.tree
        for change in changes {
            do throws(ZoneChangeError) {
                try tree.apply(change)
            } catch {
                throw StoreError("\(zone.apex): the changes do not fit what is held: \(error)")
            }
        }
        guard let version = ZoneVersion(apex: zone.apex, tree: tree) else {
            throw StoreError("\(zone.apex): the zone would be left without its SOA record")
        }
        let wall = clock.wall()
        var row = stored.row
        row.refresh = refresh ?? row.refresh
        var rows: [(JournalRow.Head, [UInt8])] = []
        for (index, change) in changes.enumerated() {
            let octets = StoredChange.compose(change)
            rows.append(
                (head(of: change, octets, number: nextChange + Int64(index), stored, wall: wall), octets))
        }
        let octetCount = rows.reduce(0) { $0 + $1.1.count }
        try write(octets: octetCount + Self.rowOctets) { database in
            for (head, octets) in rows { try JournalRow.insertChange(head, octets, database) }
            try row.update(database)
        }
        nextChange += Int64(rows.count)
        stored.row = row
        unwritten.remove(row.id)
        stored.octetsSinceSnapshot += octetCount
        for (head, octets) in rows { journal.append(head, octets) }
        publish(version, of: stored, changes: changes)
        counters.update { $0.octetsWritten += octetCount }
        didCommit(stored, leases: [], wall: wall)
        return version
    }

    /// Notes that the primary was heard. It is written with the next transaction or within `flushDelay` seconds: were it lost,
    /// the zone would be refreshed earlier than it had to be, and expire earlier.
    func noteRefresh(of zone: Zone, _ refresh: SecondaryState) {
        guard let stored = try? stored(zone) else { return }
        stored.row.refresh = refresh
        unwritten.insert(zone.id)
        if zone.version == nil, let version = stored.version, !stored.hasExpired(at: clock.wall()) {
            publish(version, of: stored, changes: nil)
        }
        armFlush()
    }

    /// The zone is not answered from until its primary is heard again.
    func expire(_ zone: Zone) {
        guard let stored = try? stored(zone), zone.version != nil else { return }
        publish(nil, of: stored, changes: nil)
    }

    // --- Rows that are written later ---

    /// Seconds.
    private static let flushDelay: Int64 = 30
    /// Rows in one transaction.
    private static let unwrittenPerCommit = 64

    func unwrittenRows() -> [ZoneRow] {
        unwritten.prefix(Self.unwrittenPerCommit).compactMap { zones[$0]?.row }
    }

    private func armFlush() {
        guard !isFlushArmed else { return }
        isFlushArmed = true
        clock.after(Self.flushDelay) { [inbox] in
            inbox.put { committer in
                committer.isFlushArmed = false
                if !committer.flush() { committer.armFlush() }
            }
        }
    }

    /// False when something could not be written.
    @discardableResult
    func flush() -> Bool {
        while !unwritten.isEmpty {
            let rows = unwrittenRows()
            guard !rows.isEmpty else { break }
            do throws(StoreError) {
                try write(octets: rows.count * Self.rowOctets) { database in
                    for row in rows { try row.update(database) }
                }
                unwritten.subtract(rows.map(\.id))
            } catch {
                return false
            }
        }
        return true
    }

    // --- After a commit ---

    func didCommit(_ stored: StoredZone, leases: [LeaseChange], wall: Int64) {
        if !leases.isEmpty {
            stored.leases.apply(leases)
            if let next = stored.leases.nextExpiry { armLeaseTimer(next) }
        }
        copyIfDue(stored)
        trim(stored, wall: wall)
    }
}
