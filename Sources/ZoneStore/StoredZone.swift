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

    var refusal: StoreError {
        StoreError("\(zone.apex): \(damage ?? "there is no data yet")")
    }
}

/// The leases of a zone as they are on the disk. The commit queue changes them; a change that removes what has ended looks
/// at them while it is applied.
final class LeaseBook: Sendable {
    private let table = Mutex(LeaseTable())

    func apply(_ changes: [LeaseChange]) {
        table.withLock { table in for change in changes { table.apply(change) } }
    }

    func removeAll() { table.withLock { $0.removeAll() } }

    func expiry(of record: LeasedRecord) -> Int64? { table.withLock { $0.expiry(of: record) } }
    func ended(at wall: Int64, limit: Int) -> [LeasedRecord] {
        table.withLock { $0.ended(at: wall, limit: limit) }
    }
    var nextExpiry: Int64? { table.withLock { $0.nextExpiry() } }
    var count: Int { table.withLock { $0.count } }
}
