import DNSWire
import DNSZones
import Testing

/// Zones and answers as people write them.
enum ZoneText {
    /// A version of the records in `text`, which need no SOA.
    static func version(_ text: String, apex: DomainName = "example.", soaTTL: UInt32 = 3_600) throws
        -> ZoneVersion
    {
        var rrsets: [DomainName: [RecordType: RRset]] = [:]
        let soa = "@ \(soaTTL) SOA ns hostmaster 1 7200 900 1209600 300\n"
        var reader = MasterFileReader(text: soa + text, origin: apex, defaultTTL: 60)
        while let record = try reader.next() {
            let empty = RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [])
            rrsets[record.ownerName, default: [:]][record.type, default: empty].rdatas.append(record.rdata)
        }
        let tree = ZoneTree(rrsets.values.flatMap(\.values))
        return try #require(ZoneVersion(apex: apex, tree: tree))
    }

    /// `owner TYPE data`, without TTL and class.
    static func lines(_ rrsets: [RRset]) -> [String] {
        rrsets.flatMap { rrset in
            rrset.rdatas.map { "\(rrset.ownerName) \(rrset.type) \($0.text(for: rrset.type))" }
        }
    }

    /// All of an answer on one line: the code, AA, the sections and what comes next.
    static func text(_ answer: ZoneAnswer) -> String {
        var parts = ["\(answer.responseCode)"]
        if answer.isAuthoritative { parts[0] += " aa" }
        for (title, rrsets) in [
            ("", answer.answers), ("auth ", answer.authorities), ("add ", answer.additionals),
        ] {
            parts += lines(rrsets).map { title + $0 }
        }
        switch answer.next {
        case .alias(let name): parts.append("alias \(name)")
        case .delegation(let cut): parts.append("cut \(cut.name)")
        case nil: break
        }
        return parts.joined(separator: " | ")
    }
}
