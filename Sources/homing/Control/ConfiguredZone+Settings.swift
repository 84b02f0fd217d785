import DNSResolution
import DNSWire
import DNSZones
import HomingConfiguration

/// What the configuration says of a zone, for those who hold it.
extension ConfiguredZone {
    var settings: ZoneSettings {
        var settings = ZoneSettings()
        if isSecondary { settings.role = .secondary(primaries.flatMap(\.servers)) }
        settings.serial = options.serial
        settings.updatePolicy = UpdatePolicy(options.updatePolicy)
        settings.updatePolicy.leases.minimum = options.lease.minimum.wholeSeconds
        settings.updatePolicy.leases.maximum = options.lease.maximum.wholeSeconds
        settings.updatePolicy.leases.maximumOfKeys = options.lease.keyMaximum.wholeSeconds
        settings.queryNetworks = options.queryNetworks
        settings.transferAccess.keys = Set(options.transfer.keys)
        settings.transferAccess.networks = options.transfer.networks
        settings.transferAccess.requiresTLS = options.transfer.requireTLS
        settings.notified = options.notify
        settings.journal.octets = options.journal.size
        settings.journal.age = Int64(options.journal.age.wholeSeconds)
        settings.forwardsUpdates = options.forwardUpdates
        settings.catalog = catalog.map { catalog in
            switch catalog.kind {
            case .producer: .producer(catalog.zones)
            case .consumer: .consumer
            }
        }
        return settings
    }

    /// Every key that it names, and where.
    var keyUses: [(key: DomainName, purpose: String)] {
        options.keyUses + primaries.compactMap { primary in primary.key.map { ($0, "primaries") } }
            + (catalog?.primaries ?? []).compactMap { primary in primary.key.map { ($0, "catalog") } }
            + (catalog?.members?.keyUses ?? [])
    }
}

/// What the settings of zones in a state database are.
struct StoredSettings {
    private let configuration: Configuration
    /// Of the configuration, whose word counts for its zones.
    private let configured: [DomainName: ConfiguredZone]

    init(_ configuration: Configuration) {
        self.configuration = configuration
        configured = Dictionary(configuration.heldZones.map { ($0.name, $0) }) { first, _ in first }
    }

    /// - Parameter text: as it was kept with a zone that a command made.
    /// - Returns: nil where the text makes no sense.
    func settings(of apex: DomainName, _ text: String) -> ZoneSettings? {
        (configured[apex] ?? (try? ConfiguredZone.parse(text, in: configuration)))?.settings
    }
}

extension ZoneOptions {
    /// Every key that they name, and where.
    var keyUses: [(key: DomainName, purpose: String)] {
        var rules: [(key: DomainName, purpose: String)] = []
        for rule in updatePolicy {
            if case .key(let name) = rule.signer { rules.append((name, "update-policy")) }
        }
        return rules + transfer.keys.map { ($0, "transfer") }
            + notify.compactMap { target in target.key.map { ($0, "notify") } }
    }
}

extension ConfiguredPrimary {
    /// Each of its addresses, and how that is asked.
    var servers: [PrimaryServer] {
        server.routeServers.map { server in
            switch server {
            case .plain(let address): PrimaryServer(address: address, key: key)
            case .encrypted(let server):
                PrimaryServer(address: server.address, key: key, encryption: server)
            }
        }
    }
}
