import DNSResolution
import DNSWire
import DNSZones
import HomingConfiguration

extension ConfiguredZone {
    /// What the zone's settings mean for the room that holds zones. Nil where a rule of its update policy is none, which the
    /// reader of the configuration has refused before.
    var settings: ZoneSettings? {
        var settings = ZoneSettings()
        if isSecondary { settings.role = .secondary(primaries.flatMap(\.servers)) }
        settings.serial = options.serial
        settings.updatePolicy = UpdatePolicy(options.updatePolicy)
        settings.transferAccess.keys = Set(options.transfer.keys)
        settings.transferAccess.networks = options.transfer.networks
        settings.transferAccess.requiresTLS = options.transfer.requireTLS
        settings.notified = options.notify
        settings.forwardsUpdates = options.forwardUpdates
        return settings
    }

    /// What a zone without a file begins with: a SOA record and the NS records of its servers.
    var beginning: ZoneTree {
        let servers = options.nameServers.isEmpty ? [name] : options.nameServers
        let soa = StartOfAuthority(
            primary: servers.first ?? name, mailbox: "nobody.invalid.", serial: 1, refresh: 3_600, retry: 600,
            expire: 1_209_600, minimum: Self.negativeTTL)
        return ZoneTree([
            RRset(name, .soa, ttl: Self.apexTTL, rdatas: [soa.rdata]),
            RRset(name, .ns, ttl: Self.apexTTL, rdatas: servers.map(RData.name)),
        ])
    }

    /// Seconds. Names of a dynamic zone come at any time, and others should not remember for long that they were not there.
    private static let negativeTTL: UInt32 = 60
    private static let apexTTL: UInt32 = 3_600
}

extension ConfiguredPrimary {
    /// Each of its addresses, and how it is asked there.
    var servers: [PrimaryServer] {
        server.routeServers.map { route -> PrimaryServer in
            switch route {
            case .plain(let address):
                return PrimaryServer(address: address, key: key)
            case .encrypted(let encrypted):
                return PrimaryServer(address: encrypted.address, key: key, encryption: encrypted)
            }
        }
    }
}
