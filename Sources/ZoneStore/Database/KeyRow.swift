public import DNSWire
import Foundation
import GRDB

/// A TSIG key as it is kept. What its algorithm is called is for the caller to understand.
public struct StoredKey: Sendable, Hashable {
    public var name: DomainName
    public var algorithm: String
    public var secret: [UInt8]
    /// Seconds since 1970.
    public var created: Int64
    public var origin: ZoneOrigin

    public init(
        name: DomainName, algorithm: String, secret: [UInt8], created: Int64, origin: ZoneOrigin = .command
    ) {
        self.name = name
        self.algorithm = algorithm
        self.secret = secret
        self.created = created
        self.origin = origin
    }
}

extension StoredKey {
    /// - Parameter onDamage: called for a row that makes no sense.
    static func all(_ database: Database, onDamage: (DamagedRow) -> Void) throws -> [StoredKey] {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT name, algorithm, secret, created, origin FROM key ORDER BY name")
        var all: [StoredKey] = []
        while let row = try rows.next() {
            do { all.append(try StoredKey(row)) } catch let error as DamagedRow { onDamage(error) }
        }
        return all
    }

    private init(_ row: Row) throws {
        guard let origin = ZoneOrigin(rawValue: try row.text(4)) else { throw DamagedRow(column: 4) }
        self.init(
            name: try row.name(0), algorithm: try row.text(1), secret: try row.octets(2),
            created: try row.integer(3), origin: origin)
    }

    func insert(_ database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT INTO key (name, algorithm, secret, created, origin) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [name.column, algorithm, Data(secret), created, origin.rawValue])
    }

    static func delete(_ name: DomainName, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM key WHERE name = ?").execute(arguments: [name.column])
    }
}
