import DNSZones
import Foundation
import GRDB

/// The rows that hold records: pieces of snapshots, and changes.
enum JournalRow {
    // --- Snapshots ---

    struct Generation: Hashable, Sendable {
        let zone: Int64
        let generation: Int64
    }

    /// All that are there, whether they count or not.
    static func generations(_ database: Database) throws -> [Generation] {
        let rows = try Row.fetchCursor(database, sql: "SELECT DISTINCT zone, generation FROM snapshot")
        var all: [Generation] = []
        while let row = try rows.next() {
            all.append(Generation(zone: try row.count(0), generation: try row.count(1)))
        }
        return all
    }

    static func insertPiece(
        _ octets: [UInt8], of snapshot: Generation, number: Int64, _ database: Database
    ) throws {
        try database.cachedStatement(
            sql: "INSERT INTO snapshot (zone, generation, number, octets) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [snapshot.zone, snapshot.generation, number, Data(octets)])
    }

    static func forEachPiece(
        of snapshot: Generation, _ database: Database, _ body: ([UInt8]) throws -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: "SELECT number, octets FROM snapshot WHERE zone = ? AND generation = ? ORDER BY number"),
            arguments: [snapshot.zone, snapshot.generation])
        var expected: Int64 = 0
        while let row = try rows.next() {
            guard try row.integer(0) == expected else { throw DamagedRow(column: 0) }
            expected += 1
            try body(row.octets(1))
        }
    }

    /// Removes some pieces; false when none was left.
    static func deletePieces(of snapshot: Generation, limit: Int, _ database: Database) throws -> Bool {
        try database.cachedStatement(
            sql: """
                DELETE FROM snapshot WHERE (zone, generation, number) IN
                (SELECT zone, generation, number FROM snapshot WHERE zone = ? AND generation = ? LIMIT ?)
                """
        ).execute(arguments: [snapshot.zone, snapshot.generation, limit])
        return database.changesCount > 0
    }

    // --- Changes ---

    /// What is known of a change without reading it.
    struct Head: Sendable {
        let number: Int64
        let zone: Int64
        let oldSerial: UInt32
        let newSerial: UInt32
        let wall: Int64
        let octetCount: Int
    }

    /// Calls `body` with all, in the order of their commits.
    static func forEachHead(_ database: Database, _ body: (Head) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT number, zone, oldSerial, newSerial, wall, length(octets) FROM change ORDER BY number"
        )
        while let row = try rows.next() {
            try body(
                Head(
                    number: row.count(0), zone: row.count(1), oldSerial: row.uint32(2),
                    newSerial: row.uint32(3), wall: row.integer(4), octetCount: Int(clamping: row.count(5)))
            )
        }
    }

    static func insertChange(_ head: Head, _ octets: [UInt8], _ database: Database) throws {
        try database.cachedStatement(
            sql:
                "INSERT INTO change (number, zone, oldSerial, newSerial, wall, octets) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            head.number, head.zone, Int64(head.oldSerial), Int64(head.newSerial), head.wall, Data(octets),
        ])
    }

    /// Nil for a change that is not there any more.
    static func change(_ number: Int64, _ database: Database) throws -> [UInt8]? {
        let statement = try database.cachedStatement(sql: "SELECT octets FROM change WHERE number = ?")
        return try Row.fetchOne(statement, arguments: [number])?.octets(0)
    }

    static func deleteChanges(_ numbers: some Sequence<Int64>, _ database: Database) throws {
        let statement = try database.cachedStatement(sql: "DELETE FROM change WHERE number = ?")
        for number in numbers { try statement.execute(arguments: [number]) }
    }
}
