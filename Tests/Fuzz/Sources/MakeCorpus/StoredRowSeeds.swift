import DNSWire
import DNSZones

/// Rows as `FuzzStoredRow` reads them: the kind, and what stands behind the check.
enum StoredRowSeeds {
    static var all: [[UInt8]] {
        let records = HeldZone.records
        let changes = [
            ZoneChange(oldSOA: HeldZone.soa(1), newSOA: HeldZone.soa(2), removed: [], added: []),
            ZoneChange(
                oldSOA: HeldZone.soa(1), newSOA: HeldZone.soa(2), removed: [records[2]],
                added: Array(records[3...])),
            ZoneChange(
                oldSOA: HeldZone.soa(7), newSOA: HeldZone.soa(8), removed: records,
                added: [Record("elsewhere.example.", .mx, ttl: 5, RData(unchecked: [0, 1, 0]))]),
        ]
        var seeds = changes.map { [0] + StoredChange.compose($0).dropFirst(12) }
        if let version = HeldZone.version {
            var snapshot = StoredSnapshot(version)
            while let piece = snapshot.nextPiece() { seeds.append([1] + piece.dropFirst(12)) }
        }
        return seeds
    }
}
