import DNSWire
import DNSZones

/// A zone that has nothing yet but what every zone must have (RFC 1035 §5.2): SOA and NS records.
enum EmptyZone {
    /// Seconds.
    static let ttl: UInt32 = 3_600
    /// Seconds for which others believe that a name is not there: in a zone that changes all the time, not long.
    static let negativeTTL: UInt32 = 60

    /// - Parameters:
    ///   - nameServers: the first is the primary in the SOA; none: `localhost.`, which is whoever was asked.
    ///   - wall: seconds since 1970.
    static func tree(
        _ apex: DomainName, nameServers: [DomainName], serial: SerialPolicy, wall: Int64
    ) -> ZoneTree {
        let servers = nameServers.isEmpty ? ["localhost."] : nameServers
        // Refreshed every hour, and good for two weeks without (RFC 1912 §2.2).
        let soa = StartOfAuthority(
            primary: servers.first ?? "localhost.",
            mailbox: apex.prepending(label: Array("hostmaster".utf8)) ?? "nobody.invalid.",
            serial: serial.serial(after: SerialNumber(0), wall: wall).rawValue, refresh: 3_600, retry: 600,
            expire: 1_209_600, minimum: negativeTTL)
        var tree = ZoneTree()
        tree.set(RRset(apex, .soa, ttl: ttl, rdatas: [soa.rdata]))
        tree.set(RRset(apex, .ns, ttl: ttl, rdatas: servers.map { .name($0) }))
        return tree
    }
}
