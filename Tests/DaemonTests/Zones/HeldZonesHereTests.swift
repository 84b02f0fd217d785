import DNSCache
import DNSResolution
import DNSWire
import DNSZones
import Testing

@testable import homing

/// What resolutions are told of zones that are held here.
@Suite struct HeldZonesHereTests {
    private let zones: HeldZonesHere

    init() throws {
        let records = [
            "lab. 60 IN SOA ns.lab. hostmaster.lab. 1 1 1 1 1", "lab. 60 IN NS ns.lab.",
            "ns.lab. 60 IN A 192.0.2.1", "ns.lab. 60 IN A 192.0.2.2", "ns.lab. 60 IN AAAA 2001:db8::1",
            "short.lab. 60 IN CNAME ab.", "near.lab. 60 IN CNAME ns.lab.",
            "into.lab. 60 IN CNAME www.sub.lab.",
            "sub.lab. 60 IN NS ns.sub.lab.", "ns.sub.lab. 60 IN A 192.0.2.3",
        ]
        var tree = ZoneTree()
        for text in records {
            let record = try Record(text: text)
            var rrset =
                tree.rrset(record.ownerName, record.type)
                ?? RRset(record.ownerName, record.type, ttl: 60, rdatas: [])
            rrset.rdatas.append(record.rdata)
            tree.set(rrset)
        }
        let version = try #require(ZoneVersion(apex: "lab.", tree: tree))
        let zone = Zone(apex: "lab.", id: 1, settings: ZoneSettings(), version: version)
        zones = HeldZonesHere(directory: ZoneDirectory(ZoneTable([zone])))
    }

    @Test func `addresses are those of address records`() {
        #expect(zones.addresses(of: "ns.lab.", .a) == [IPAddress(192, 0, 2, 1), IPAddress(192, 0, 2, 2)])
        #expect(zones.addresses(of: "ns.lab.", .aaaa).count == 1)
        #expect(zones.addresses(of: "near.lab.", .a).count == 2)
        // Its name on the wire has four octets.
        #expect(zones.addresses(of: "short.lab.", .a).isEmpty)
        #expect(zones.addresses(of: "none.lab.", .a).isEmpty)
        #expect(zones.addresses(of: "elsewhere.", .a).isEmpty)
    }

    @Test func `an alias to a name behind a cut is not behind it`() {
        guard case .held = zones.place(of: "into.lab.", .a) else {
            Issue.record("not held")
            return
        }
        guard case .delegated(let delegation) = zones.place(of: "www.sub.lab.", .a) else {
            Issue.record("not delegated")
            return
        }
        #expect(delegation.zone == "sub.lab.")
        #expect(delegation.nameServers.map(\.addresses) == [[IPAddress(192, 0, 2, 3)]])
        if case .elsewhere = zones.place(of: "www.", .a) { return }
        Issue.record("not elsewhere")
    }
}
