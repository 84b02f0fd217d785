import GRDB
import Glibc

extension StateDatabase {
    /// Makes the file where there is none.
    ///
    /// It is made under another name, without syncs, and gets its own when it is complete and on the disk: two syncs, where SQLite
    /// would take nine, and a file that is there as a whole or not at all. Only its owner may read it, before SQLite would
    /// have it otherwise.
    static func make(_ path: String, in directory: String) throws(StoreError) {
        guard unsafe access(path, F_OK) != 0 else { return }
        // The name of this process, as another one may do the same.
        let draft = "\(path).new-\(getpid())"
        defer { for name in [draft, draft + "-wal"] { unsafe unlink(name) } }
        let file = unsafe open(draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StoreError("\(draft): \(systemReason)") }
        Glibc.close(file)
        do {
            let connection = try DatabaseQueue(path: draft, configuration: configuration(synchronous: "0"))
            try migrate(connection, draft)
            try connection.close()
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError("\(draft): \(reason(error))")
        }
        try sync(draft, O_RDWR)
        // Who was faster has made the same.
        guard unsafe link(draft, path) == 0 || errno == EEXIST else {
            throw StoreError("\(path): \(systemReason)")
        }
        try sync(directory, O_RDONLY | O_DIRECTORY)
    }

    private static func sync(_ path: String, _ flags: Int32) throws(StoreError) {
        let file = unsafe open(path, flags | O_CLOEXEC)
        guard file >= 0 else { throw StoreError("\(path): \(systemReason)") }
        defer { Glibc.close(file) }
        guard fsync(file) == 0 else { throw StoreError("\(path): \(systemReason)") }
    }

    private static var systemReason: String { unsafe String(cString: strerror(errno)) }
}
