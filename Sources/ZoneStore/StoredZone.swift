import DNSWire
import DNSZones
import Synchronization

/// What the commit queue knows of a zone beside what everybody may see of it.
final class StoredZone {
    let zone: Zone
    /// As it is in the database, but for what is written later (`Committer.unwritten`).
    var row: ZoneRow
    /// The last version that is on the disk. A secondary zone that has expired keeps it, and is not answered from.
    var version: ZoneVersion?
    /// Why it could not be read. The zone is not answered from and not changed, only replaced or deleted.
    var damage: String?
    let leases = LeaseBook()
    /// Of the changes that a start would have to read behind the snapshot.
    var octetsSinceSnapshot = 0
    /// Of the next snapshot; higher than that of any row that may still be there.
    var nextGeneration: Int64
    /// Whether a snapshot is being written in the background.
    var isBeingCopied = false

    init(zone: Zone, row: ZoneRow, nextGeneration: Int64) {
        self.zone = zone
        self.row = row
        self.nextGeneration = nextGeneration
    }

    var generation: JournalRow.Generation {
        JournalRow.Generation(zone: row.id, generation: row.snapshot.generation)
    }

    func takeGeneration() -> JournalRow.Generation {
        defer { nextGeneration += 1 }
        return JournalRow.Generation(zone: row.id, generation: nextGeneration)
    }

    /// Whether a secondary zone is older than it may be (RFC 1035 §3.3.13).
    func hasExpired(at wall: Int64) -> Bool {
        guard let version, let refresh = row.refresh else { return false }
        return refresh.refreshedAt <= wall - SecondaryTimers(version.soa).expire / 1000
    }

    var refusal: StoreError {
        StoreError("\(zone.apex): \(damage ?? "there is no data yet")")
    }
}

/// The leases of a zone as they are on the disk. The commit queue changes them; a change that removes what has ended looks
/// at them while it is applied.
final class LeaseBook: Sendable {
    private let table = Mutex(LeaseTable())

    func apply(_ changes: [LeaseChange]) { table.withLock { $0.apply(changes) } }
    func removeAll() { table.withLock { $0 = LeaseTable() } }

    func expired(by wall: Int64) -> [LeasedRecord] { table.withLock { $0.expired(by: wall) } }
    var nextExpiry: Int64? { table.withLock { $0.nextExpiry } }
    var count: Int { table.withLock { $0.count } }

    /// What is to be kept of the lease changes of a draft. Leases of records that the draft does not have are none: something
    /// that knows nothing of leases has removed them.
    func effect(of draft: ZoneDraft, _ change: ZoneChange?) -> [LeaseChange] {
        table.withLock { table in
            var changes = draft.leaseChanges.filter { change in
                guard case .set(let record, _) = change else { return true }
                return draft.holds(record)
            }
            if let change {
                let ended = table.changes(forRemoved: change.removed)
                // One whose TTL has changed is removed and added.
                let kept = ended.isEmpty ? [] : Set(change.added.map { LeasedRecord($0) })
                changes += ended.filter { !kept.contains($0.record) }
            }
            return changes.isEmpty ? [] : table.effect(of: changes)
        }
    }
}

extension LeasedRecord {
    fileprivate init(_ record: Record) { self.init(record.ownerName, record.type, record.rdata) }
}

extension ZoneDraft {
    /// Names in the data are compared as names are (RFC 4034 §6.2).
    fileprivate func holds(_ record: LeasedRecord) -> Bool {
        let wanted = record.rdata.canonical(for: record.type)
        let rdatas = rrset(record.ownerName, record.type)?.rdatas ?? []
        return rdatas.contains { $0 == record.rdata || $0.canonical(for: record.type) == wanted }
    }
}
