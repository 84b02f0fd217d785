import GRDB

extension StateDatabase {
    /// Each step is done once, in this order, and never changed after it was released.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 zones") { database in
            try database.execute(sql: firstSchema)
        }
        return migrator
    }

    static func migrate(_ connection: DatabaseQueue, _ path: String) throws {
        let migrator = Self.migrator
        guard try connection.inDatabase({ try !migrator.hasBeenSuperseded($0) }) else {
            throw StoreError("\(path) was written by a newer Homing")
        }
        try migrator.migrate(connection)
    }

    private static let firstSchema = """
        -- A zone, and which rows of the other tables are its present. Rows that no zone points to are left over from
        -- something that was not finished, or was; they are swept away.
        CREATE TABLE zone (
            id INTEGER PRIMARY KEY,
            apex BLOB NOT NULL UNIQUE,       -- in lower case
            origin TEXT NOT NULL,            -- who says what the settings are: configuration or command
            settings TEXT NOT NULL,
            created INTEGER NOT NULL,        -- seconds since 1970, as are all times
            generation INTEGER NOT NULL,     -- of the snapshot that counts; 0: there is none
            pieces INTEGER NOT NULL,         -- how many rows that snapshot has
            octets INTEGER NOT NULL,         -- and how many octets
            covered INTEGER NOT NULL,        -- changes up to this number are in the snapshot
            first INTEGER NOT NULL,          -- changes below this number lead nowhere: the zone was replaced since
            refreshed INTEGER                -- a secondary zone: when its primary was last heard
        ) STRICT;
        -- All of a zone in pieces: StoredSnapshot.
        CREATE TABLE snapshot (
            zone INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            number INTEGER NOT NULL,         -- from 0
            octets BLOB NOT NULL,
            PRIMARY KEY (zone, generation, number)
        ) STRICT, WITHOUT ROWID;
        -- The journal of all zones in the order of their commits: StoredChange. Without an index, so that a commit touches the
        -- last page and no other; where a zone's changes are is known in memory.
        CREATE TABLE change (
            number INTEGER PRIMARY KEY,
            zone INTEGER NOT NULL,
            oldSerial INTEGER NOT NULL,
            newSerial INTEGER NOT NULL,
            wall INTEGER NOT NULL,
            octets BLOB NOT NULL
        ) STRICT;
        CREATE TABLE lease (
            zone INTEGER NOT NULL,
            ownerName BLOB NOT NULL,         -- in lower case
            type INTEGER NOT NULL,
            rdata BLOB NOT NULL,
            expiry INTEGER NOT NULL,
            PRIMARY KEY (zone, ownerName, type, rdata)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE key (
            name BLOB PRIMARY KEY NOT NULL,  -- in lower case
            algorithm TEXT NOT NULL,
            secret BLOB NOT NULL,
            created INTEGER NOT NULL,
            origin TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE meta (
            name TEXT PRIMARY KEY NOT NULL,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
