import DNSWire
import DNSZones
import HomingConfiguration

/// What a command knows that works on the database of a daemon that does not run.
struct AloneSurroundings: ZoneSurroundings {
    let configuration: Configuration
    let givenKeys: [(key: TransactionKey, origin: KeyReport.Origin)]

    /// Keys that cannot be read are left out: they are for the daemon to complain about.
    init(_ configuration: Configuration) {
        self.configuration = configuration
        var keys = configuration.keys.compactMap { key in
            (try? key.read()).map { (key: $0, origin: KeyReport.Origin.configuration) }
        }
        let first = FirstKey(directory: configuration.process.stateDirectory)
        if let key = (try? first.look()) ?? nil, !keys.contains(where: { $0.key.name == key.name }) {
            keys.append((key, .firstStart))
        }
        givenKeys = keys
    }

    var addresses: [SocketAddress] { configuration.listen.addresses }
    func transfer(of zone: Zone) -> ZoneReport.Transfer? { nil }
    func secondaries(of zone: Zone) -> [ZoneReport.Secondary] { [] }
    func zonesChanged() {}
    func keysChanged() {}
}
