public import DNSWire
import DNSZones

extension ConfiguredZone {
    /// The key that the first start makes, and that may change the built-in zones.
    public static let firstKey: DomainName = "homing-update."

    /// The zones of a private network, empty at first: the names of a home (RFC 8375), and of its addresses (RFC 1918,
    /// RFC 4193).
    public static let builtIn: [ConfiguredZone] = builtInNames.map { name in
        var zone = ConfiguredZone(name: name)
        zone.options.updatePolicy = [UpdateRule(isGrant: true, .key(firstKey), .zonesub, .any)]
        return zone
    }

    private static let builtInNames: [DomainName] = {
        let names =
            ["home.arpa.", "10.in-addr.arpa."] + (16...31).map { "\($0).172.in-addr.arpa." }
            + ["168.192.in-addr.arpa.", "d.f.ip6.arpa."]
        return names.compactMap { try? DomainName($0) }
    }()
}

extension Configuration {
    /// The zones that are held here by the configuration.
    ///
    /// Built-in zones give way to what the file says of their names; a zone that the file itself gives never does.
    public var heldZones: [ConfiguredZone] {
        guard zones == ConfiguredZone.builtIn else { return zones }
        guard specialNames.enabled else { return [] }
        let taken = Set(specialNames.except + forwardZones.map(\.suffix) + stubZones.map(\.suffix))
        return zones.filter { zone in
            !taken.contains(zone.name) && !hosts.contains { $0.isNamed(in: zone.name) }
        }
    }
}

extension Host {
    /// Whether a question for a name in the zone is answered from this host: its own, or that of one of its addresses.
    fileprivate func isNamed(in zone: DomainName) -> Bool {
        name.isSubdomain(of: zone) || addresses.contains { $0.reverseName.isSubdomain(of: zone) }
    }
}
