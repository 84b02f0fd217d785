import DNSWire
import DNSZones

/// The version that a transfer of changes starts from, and what it is made of.
enum HeldZone {
    static let apex: DomainName = "z.test."

    static func soa(_ serial: UInt32) -> Record {
        let soa = StartOfAuthority(
            primary: "n.z.test.", mailbox: "h.z.test.", serial: serial, refresh: 1, retry: 1, expire: 1,
            minimum: 1)
        return Record(apex, .soa, ttl: 1, soa.rdata)
    }

    static let records = [
        Record(apex, .ns, ttl: 1, .name("n.z.test.")),
        Record("n.z.test.", .a, ttl: 1, RData(unchecked: [1, 2, 3, 4])),
        Record("n.z.test.", .a, ttl: 1, RData(unchecked: [1, 2, 3, 5])),
        Record("T.z.test.", .txt, ttl: 2, RData(unchecked: [1, 97])),
        Record("p.z.test.", .ptr, ttl: 1, .name("T.Z.test.")),
    ]

    static let version: ZoneVersion? = {
        var tree = ZoneTree()
        for record in records + [soa(1)] {
            let old = tree.rrset(record.ownerName, record.type)?.rdatas ?? []
            tree.set(RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: old + [record.rdata]))
        }
        return ZoneVersion(apex: apex, tree: tree)
    }()
}
