import DNSWire
import DNSZones
import Foundation
import GRDB

/// A row of the table of zones.
struct ZoneRow: Sendable {
    var id: Int64
    var apex: DomainName
    var origin: ZoneOrigin
    var settings: String
    var created: Int64
    var snapshot = SnapshotRow()
    /// Changes below this number lead nowhere: the zone was replaced since.
    var firstChange: Int64 = 0
    var refresh: SecondaryState?

    /// The snapshot that counts.
    struct SnapshotRow: Sendable {
        /// 0: there is none.
        var generation: Int64 = 0
        var pieces: Int64 = 0
        var octets: Int64 = 0
        /// The number of the last change that it has in it.
        var covered: Int64 = 0
    }
}

extension ZoneRow {
    fileprivate init(_ row: Row) throws {
        id = try row.count(0)
        apex = try row.name(1)
        guard let origin = ZoneOrigin(rawValue: try row.text(2)) else { throw DamagedRow(column: 2) }
        self.origin = origin
        settings = try row.text(3)
        created = try row.integer(4)
        snapshot = SnapshotRow(
            generation: try row.count(5), pieces: try row.count(6), octets: try row.count(7),
            covered: try row.count(8))
        firstChange = try row.count(9)
        refresh = try row.optionalInteger(10).map { SecondaryState(refreshedAt: $0) }
    }

    static func all(_ database: Database) throws -> [ZoneRow] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT id, apex, origin, settings, created, generation, pieces, octets, covered, first, refreshed
                FROM zone ORDER BY id
                """)
        var all: [ZoneRow] = []
        while let row = try rows.next() { all.append(try ZoneRow(row)) }
        return all
    }

    func insert(_ database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO zone
                (id, apex, origin, settings, created, generation, pieces, octets, covered, first, refreshed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id, apex.column, origin.rawValue, settings, created, snapshot.generation, snapshot.pieces,
            snapshot.octets, snapshot.covered, firstChange, refresh?.refreshedAt,
        ])
    }

    /// Writes everything but what a zone is born with.
    func update(_ database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE zone SET origin = ?, settings = ?, generation = ?, pieces = ?, octets = ?, covered = ?, first = ?,
                refreshed = ? WHERE id = ?
                """
        ).execute(arguments: [
            origin.rawValue, settings, snapshot.generation, snapshot.pieces, snapshot.octets,
            snapshot.covered, firstChange, refresh?.refreshedAt, id,
        ])
    }

    static func delete(_ id: Int64, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM zone WHERE id = ?").execute(arguments: [id])
    }

    // --- Numbers of zones ---

    /// The number of the next zone. Numbers are not used again, so that rows of a zone that is gone are nobody's.
    static func nextID(_ database: Database) throws -> Int64 {
        max(try meta("nextZone", database), 1)
    }

    static func setNextID(_ id: Int64, _ database: Database) throws {
        try setMeta("nextZone", id, database)
    }

    /// 0 where it was never set.
    static func meta(_ name: String, _ database: Database) throws -> Int64 {
        try Row.fetchOne(database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name])?.count(0)
            ?? 0
    }

    static func setMeta(_ name: String, _ value: Int64, _ database: Database) throws {
        try database.cachedStatement(
            sql:
                "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ).execute(arguments: [name, value])
    }
}
