import DNSWire
import DNSZones
import HomingConfiguration

/// The key that the first start makes, so that there is one which may change the built-in zones: a file in the state
/// directory, in the form that `nsupdate -k` reads.
struct FirstKey {
    let directory: String

    var path: String { directory + "/update.key" }

    /// What an earlier start has left; nil where there is no file.
    func look() throws(FirstKeyFault) -> TransactionKey? {
        guard StateFile.exists(path) else { return nil }
        var given = ConfiguredKey(name: ConfiguredZone.firstKey)
        given.file = path
        do throws(ConfiguredKey.Fault) {
            return try given.read()
        } catch {
            throw FirstKeyFault(description: "\(error); a new one is made when the file is gone")
        }
    }

    /// The same, or a new key, which is on the disk then.
    func make() throws(FirstKeyFault) -> (key: TransactionKey, isNew: Bool) {
        if let key = try look() { return (key, false) }
        var random = SystemRandomNumberGenerator()
        let key = TransactionKey.generate(ConfiguredZone.firstKey, using: &random)
        do throws(SystemFailure) {
            try StateFile.write(Array(KeyFile.text(key).utf8), to: path)
        } catch {
            throw FirstKeyFault(description: "\(path) cannot be written: \(error)")
        }
        return (key, true)
    }

    /// Whether any zone is for it to change, and the configuration has no key of its name.
    static func isNeeded(by configuration: Configuration) -> Bool {
        let zones = configuration.heldZones.flatMap(\.keyUses) + configuration.zoneDefaults.keyUses
        return zones.contains { $0.key == ConfiguredZone.firstKey }
            && !configuration.keys.contains { $0.name == ConfiguredZone.firstKey }
    }
}

struct FirstKeyFault: Error, CustomStringConvertible {
    let description: String
}
