import Glibc
import ZoneStore

/// The directory for what outlasts a restart.
enum StateDirectory {
    /// Makes it where it is not there and the one above it is.
    static func make(_ path: String) throws(StoreError) {
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw StoreError("\(path) cannot be made: \(SystemFailure.last)")
    }
}
