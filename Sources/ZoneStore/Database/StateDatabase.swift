import GRDB

/// The state database: one file of SQLite, one connection, used by the commit queue alone.
///
/// ## What is on the disk when
///
/// Every transaction is synced before COMMIT returns (WAL, `synchronous=FULL`), so at any moment all that SQLite shows is on
/// the disk, and only that is published. The rest of this comment is about a transaction that fails.
///
/// A commit appends frames to the WAL, the last of them with a commit mark, syncs the file, and only then moves the end of the
/// log (`mxFrame`, which is in memory). If writing or syncing fails, the end stays where it was: to us the transaction was
/// rolled back. But its frames may be in the file, complete or not: a ghost.
///
/// - *The next commit* writes its frames at the same place, over the ghost's, and syncs them. A failed sync leaves pages that
///   the kernel believes to be clean although the disk does not have them, and so must never be repeated for the same data; it
///   is not, because every page that the next commit depends on is either older than the failure, thus synced before, or
///   written anew. A tail of a longer ghost is left behind the new frames. Each frame's checksum continues that of the frame
///   before, so the tail is not valid any more, and recovery ends where the new commit does.
/// - *A crash before the next commit* lets recovery find the ghost: whole, and the failed transaction is there after all; or
///   torn, and it is not. Either is a state that we can go on from, and it is all of the transaction or nothing. A client
///   that was told SERVFAIL, which promises nothing, may then find its update done. What cannot be is that one serial meant
///   two things: serials are published after their sync only, so nobody has ever seen the serial of the ghost; if another
///   change is later committed with it, its frames are where the ghost was. To keep this time short the store commits an
///   empty transaction soon after a failure (`Committer+Failures`), and goes on trying, which also finds out that the disk
///   is well again.
/// - *The connection is kept.* To close it and open another would read the WAL again, ghost included, while the zones in
///   memory do not have it.
/// - *A checkpoint* copies frames up to the end of the log, syncs the database, and only then notes how far it came. If it
///   fails, all frames are copied again by the next one, so that here, too, no sync is repeated for old writes. But SQLite
///   skips the sync of a checkpoint that a reader or writer kept from reaching the end of the log, and later goes on from
///   there: were writing back such pages to fail in between, the disk would lack them for good. So nobody else may
///   read or write: the connection holds the file exclusively (`locking_mode`), and checkpoints run on the commit queue, where
///   they always reach the end. This also keeps a second process out, and the index of the WAL in memory instead of in a file
///   that may not grow on a full disk.
/// - *A start after a crash* finds in the WAL what was written, synced or not, and all of it is about to be seen. So all of it is
///   moved to the database and synced first, and a commit then makes what was in the WAL invalid (`makeDurable`).
/// - *A full disk* fails the same way. The WAL is written from its start again after each checkpoint and never made smaller,
///   so that commits go on for a while on a disk that others have filled.
final class StateDatabase {
    static let fileName = "zones.sqlite"

    /// Pages in the WAL from which on a checkpoint is due. It is SQLite's own number, 4 MiB: a checkpoint then takes some
    /// milliseconds.
    private static let checkpointPages = 1000
    /// What a transaction writes beside its octets: the page that a row is put into, and sometimes its neighbours.
    private static let pagesPerTransaction = 3
    private static let pageSize = 4096

    let path: String
    /// Nil when it was closed: GRDB gives SQLite a null pointer then.
    private var connection: DatabaseQueue?
    /// Estimated; SQLite does not tell before a checkpoint.
    private var pagesInLog = 0
    /// Called within each transaction before COMMIT. Tests make it fail there.
    var beforeCommit: (() throws -> Void)?
    /// Called after each transaction. Tests look at the files there.
    var afterCommit: (() -> Void)?

    /// Opens or makes the file, which nobody but its owner may read.
    init(directory: String) throws(StoreError) {
        path = directory + "/" + Self.fileName
        try Self.make(path, in: directory)
        do {
            let connection = try DatabaseQueue(
                path: path, configuration: Self.configuration(synchronous: Self.synchronous))
            try Self.migrate(connection, path)
            try Self.makeDurable(connection)
            self.connection = connection
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            throw StoreError("\(path) is in use by another process; is the daemon running?")
        } catch {
            throw StoreError("\(path): \(Self.reason(error))")
        }
    }

    /// - Parameter synchronous: SQLite's number for how much is synced.
    static func configuration(synchronous: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = "homing.zones"
        configuration.foreignKeysEnabled = false
        // GRDB would otherwise trap if a transaction could not be ended, for which a broken disk is reason enough.
        configuration.allowsUnsafeTransactions = true
        // Not GRDB's own setting for a WAL, which begins with synchronous=NORMAL and a transaction that is not synced.
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                throw StoreError("SQLite cannot keep a write-ahead log here")
            }
            // Checkpoints are made between commits, when nobody waits for one.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            // A secret that was removed is written over where that costs no further page.
            try database.execute(sql: "PRAGMA secure_delete = FAST")
            try database.execute(sql: "PRAGMA cache_size = -8192")
            guard try String.fetchOne(database, sql: "PRAGMA synchronous") == synchronous else {
                throw StoreError("SQLite does not do the syncs that it was asked for")
            }
        }
        return configuration
    }

    // SQLite's numbers: 2 is FULL, 0 is OFF.
    #if HOMING_UNSAFE_NO_SYNC
        /// For the test that has to notice when syncs are missing. Only the build can set it, no setting of the daemon.
        static let synchronous = "0"
    #else
        static let synchronous = "2"
    #endif

    static var isUnsafe: Bool { synchronous != "2" }

    /// What a crashed run has written without having synced it is there for us, and might not be after a power cut.
    private static func makeDurable(_ connection: DatabaseQueue) throws {
        try connection.inDatabase { database in
            guard try database.checkpoint(.passive).walFrameCount > 0 else { return }
            // It begins the WAL anew. Old frames, of which some may never have reached the disk, would otherwise be read over the
            // pages that are newer.
            try database.inTransaction(.immediate) {
                try ZoneRow.setMeta("recoveries", ZoneRow.meta("recoveries", database) + 1, database)
                return .commit
            }
        }
    }

    // --- Reading and writing ---

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do { return try usable().inDatabase(body) } catch { throw StoreError(Self.reason(error)) }
    }

    private func usable() throws(StoreError) -> DatabaseQueue {
        guard let connection else { throw StoreError("the state database is closed") }
        return connection
    }

    /// All of `body` or nothing; on the disk when it returns.
    ///
    /// - Parameter octets: about how much it writes.
    func transact(octets: Int, _ body: (Database) throws -> Void) throws(StoreError) {
        do {
            try usable().inDatabase { database in
                // What a failed ROLLBACK has left.
                if database.isInsideTransaction { try database.rollback() }
                try database.inTransaction(.immediate) {
                    try body(database)
                    try beforeCommit?()
                    return .commit
                }
            }
        } catch { throw StoreError(Self.reason(error)) }
        pagesInLog += Self.pagesPerTransaction + octets / Self.pageSize
        afterCommit?()
    }

    // --- Checkpoints ---

    var isCheckpointDue: Bool { pagesInLog >= Self.checkpointPages }

    /// Moves what is in the WAL to the database, so that the WAL begins anew.
    func checkpoint() throws(StoreError) {
        // Also after a failure: the next try comes when as much again was written.
        pagesInLog = 0
        do {
            _ = try usable().inDatabase { try $0.checkpoint(.passive) }
        } catch { throw StoreError(Self.reason(error)) }
    }

    /// SQLite makes a last checkpoint and removes the WAL.
    func close() throws(StoreError) {
        do { try usable().close() } catch { throw StoreError(Self.reason(error)) }
        connection = nil
    }

    /// For a person.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as StoreError: error.reason
        case let error as DatabaseError:
            "\(error.message ?? "SQLite failed") (SQLite code \(error.extendedResultCode.rawValue))"
        default: "\(error)"
        }
    }
}
