import DNSWire
import DNSZones

/// What every zone has to be (RFC 1034, RFC 2181 §10.1, RFC 6672 §2.4).
enum ZoneRules {
    static func check(_ tree: ZoneTree, apex: DomainName) {
        var cursor = tree.cursor
        var types: [DomainName: Set<RecordType>] = [:]
        while let rrset = cursor.next() {
            precondition(rrset.ownerName.isSubdomain(of: apex), "outside")
            precondition(!rrset.rdatas.isEmpty && rrset.recordClass == .internet)
            precondition(!rrset.type.isMeta, "a type that no record has")
            let data = rrset.rdatas.map { $0.canonical(for: rrset.type) }
            precondition(Set(data).count == data.count, "a record twice")
            let isAlone = rrset.type == .cname || rrset.type == .dname || rrset.type == .soa
            precondition(!isAlone || data.count == 1, "two of \(rrset.type)")
            precondition(
                rrset.type != .soa || rrset.ownerName == apex, "a SOA record that is not of the apex")
            types[rrset.ownerName, default: []].insert(rrset.type)
        }
        precondition(types[apex]?.isSuperset(of: [.soa, .ns]) == true, "an apex without SOA or NS")
        for types in types.values where types.contains(.cname) {
            precondition(types.isSubset(of: [.cname, .rrsig, .nsec]), "data beside a CNAME")
        }
    }
}
