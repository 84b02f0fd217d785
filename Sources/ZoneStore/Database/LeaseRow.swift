import DNSWire
import DNSZones
import Foundation
import GRDB

/// The rows of the table of leases.
enum LeaseRow {
    /// - Parameter onDamage: called for a row that makes no sense.
    static func forEach(
        _ database: Database, _ body: (_ zone: Int64, LeasedRecord, _ expiry: Int64) throws -> Void,
        onDamage: (DamagedRow) -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT zone, ownerName, type, rdata, expiry FROM lease")
        while let row = try rows.next() {
            do {
                guard let type = UInt16(exactly: try row.integer(2)) else { throw DamagedRow(column: 2) }
                let record = LeasedRecord(
                    try row.name(1), RecordType(rawValue: type), RData(unchecked: try row.octets(3)))
                try body(row.integer(0), record, row.integer(4))
            } catch let error as DamagedRow {
                onDamage(error)
            }
        }
    }

    static func apply(_ change: LeaseChange, zone: Int64, _ database: Database) throws {
        switch change {
        case .set(let record, let expiry):
            try database.cachedStatement(
                sql: """
                    INSERT INTO lease (zone, ownerName, type, rdata, expiry) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (zone, ownerName, type, rdata) DO UPDATE SET expiry = excluded.expiry
                    """
            ).execute(arguments: [
                zone, record.ownerName.column, Int64(record.type.rawValue), Data(record.rdata.bytes), expiry,
            ])
        case .clear(let record):
            try database.cachedStatement(
                sql: "DELETE FROM lease WHERE zone = ? AND ownerName = ? AND type = ? AND rdata = ?"
            ).execute(arguments: [
                zone, record.ownerName.column, Int64(record.type.rawValue), Data(record.rdata.bytes),
            ])
        }
    }

    static func deleteAll(zone: Int64, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM lease WHERE zone = ?").execute(arguments: [zone])
    }

    /// Removes some leases of a zone that is gone; false when none was left.
    static func delete(zone: Int64, limit: Int, _ database: Database) throws -> Bool {
        try database.cachedStatement(
            sql: """
                DELETE FROM lease WHERE (zone, ownerName, type, rdata) IN
                (SELECT zone, ownerName, type, rdata FROM lease WHERE zone = ? LIMIT ?)
                """
        ).execute(arguments: [zone, limit])
        return database.changesCount > 0
    }
}
