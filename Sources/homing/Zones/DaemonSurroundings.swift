import DNSWire
import DNSZones
import HomingConfiguration

/// The running daemon, as commands for zones and keys see it.
struct DaemonSurroundings: ZoneSurroundings {
    unowned let daemon: Daemon
    let zones: ZoneKeeper

    var configuration: Configuration { daemon.settings.configuration }
    var addresses: [SocketAddress] { daemon.addresses }
    var givenKeys: [(key: TransactionKey, origin: KeyReport.Origin)] { zones.givenKeys }

    func transfer(of zone: Zone) -> ZoneReport.Transfer? { daemon.trafficReport?.transfer(of: zone.apex) }

    func secondaries(of zone: Zone) -> [ZoneReport.Secondary] {
        daemon.trafficReport?.secondaries(of: zone.apex) ?? []
    }

    /// The store tells everybody that has to do with it.
    func zonesChanged() {}
    func keysChanged() { zones.refreshKeys() }
}
