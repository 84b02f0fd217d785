import DNSWire
import DNSZones

/// The zone of a network: a thousand hosts with an address each.
enum SampleZone {
    static let apex: DomainName = "lan.example."
    static let hosts = 1_000

    static func host(_ number: Int) -> DomainName {
        apex.prepending(label: Array("host\(number)".utf8)) ?? apex
    }

    /// Spread over the zone.
    static func someHosts(_ count: Int) -> [DomainName] { (0..<count).map { host($0 * 37 % hosts) } }

    static func address(_ number: Int) -> RData {
        RData(unchecked: [
            10, UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 8),
            UInt8(truncatingIfNeeded: number),
        ])
    }

    static func tree() -> ZoneTree {
        var tree = ZoneTree()
        let soa = StartOfAuthority(
            primary: "ns.lan.example.", mailbox: "hostmaster.lan.example.", serial: 1, refresh: 7_200,
            retry: 900, expire: 1_209_600, minimum: 300)
        tree.set(RRset(apex, .soa, ttl: 3_600, rdatas: [soa.rdata]))
        tree.set(RRset(apex, .ns, ttl: 3_600, rdatas: [.name("ns.lan.example.")]))
        tree.set(RRset("ns.lan.example.", .a, ttl: 3_600, rdatas: [address(1)]))
        for number in 0..<hosts {
            tree.set(RRset(host(number), .a, ttl: 60, rdatas: [address(number + 256)]))
        }
        return tree
    }

    static func version() throws -> ZoneVersion {
        guard let version = ZoneVersion(apex: apex, tree: tree()) else { throw InputError("a zone") }
        return version
    }
}
