import DNSWire
import DNSZones
import HomingConfiguration

enum ZoneFileLoader {
    static func load(_ path: String, zone: DomainName) throws -> ZoneTree {
        let text = try ConfiguredFile.text(of: path, purpose: "a zone", maximumSize: 1 << 30)
        var reader = MasterFileReader(text: text, origin: zone, name: path)
        var tree = ZoneTree()
        try reader.forEach { record throws(TextError) in
            var rrset =
                tree.rrset(record.ownerName, record.type)
                ?? RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [])
            if !rrset.rdatas.contains(record.rdata) { rrset.rdatas.append(record.rdata) }
            tree.set(rrset)
        }
        return tree
    }
}
