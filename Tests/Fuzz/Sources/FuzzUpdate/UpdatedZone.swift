import DNSWire
import DNSZones

/// The zone that updates are applied to: something of every kind that the rules of RFC 2136 §3.4.2 speak of.
enum UpdatedZone {
    private static let records =
        HeldZone.records + [
            HeldZone.soa(1),
            Record("c.z.test.", .cname, ttl: 1, .name("t.z.test.")),
            Record("d.z.test.", .dname, ttl: 1, .name("other.test.")),
            Record("s.z.test.", .ns, ttl: 1, .name("n.s.z.test.")),
            Record("h.dyn.z.test.", .a, ttl: 1, RData(unchecked: [1, 2, 3, 6])),
            Record("h.dyn.z.test.", .txt, ttl: 1, RData(unchecked: [1, 98])),
            Record("e.e.z.test.", .wks, ttl: 1, RData(unchecked: [1, 2, 3, 4, 6, 1])),
        ]

    static let version: ZoneVersion? = {
        var tree = ZoneTree()
        for record in records {
            let old = tree.rrset(record.ownerName, record.type)?.rdatas ?? []
            tree.set(RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: old + [record.rdata]))
        }
        return ZoneVersion(apex: HeldZone.apex, tree: tree)
    }()

    static let policy = UpdatePolicy([
        UpdateRule(isGrant: true, .key("full."), .zonesub, .any),
        UpdateRule(isGrant: false, .anyone, .zonesub, .listed([.init(.txt)])),
        UpdateRule(
            isGrant: true, .key("narrow."), .subdomain("dyn.z.test."),
            .listed([.init(.a, maximumRecords: 2), .init(.cname), .init(.mx), .init(.soa), .init(.ns)])),
    ])
}
