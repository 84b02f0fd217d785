import Glibc
import HomingConfiguration
import ZoneStore

/// The directory for what outlasts a restart.
enum StateDirectory {
    /// Whether zones were held here before.
    static func hasZones(_ process: Configuration.Process) -> Bool {
        StateFile.exists(process.stateDirectory + "/zones.sqlite")
    }

    /// Makes it where it is not there and those above it are.
    static func make(_ process: Configuration.Process) throws(StoreError) {
        let path = process.stateDirectory
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw StoreError("\(path) cannot be made: \(SystemFailure.last)")
    }
}
