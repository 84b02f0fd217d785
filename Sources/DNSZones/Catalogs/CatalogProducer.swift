public import DNSWire

/// Writes a catalog of the zones that secondaries are to hold (RFC 9432 §4).
public enum CatalogProducer {
    /// A zone to list.
    public struct Member: Sendable, Hashable {
        public var name: DomainName
        /// Tells a zone from one of the same name before it, whose state secondaries have to drop (RFC 9432 §5.4).
        public var incarnation: Int64
        public var groups: [String]

        public init(_ name: DomainName, incarnation: Int64 = 0, groups: [String] = []) {
            self.name = name
            self.incarnation = incarnation
            self.groups = groups
        }

        /// The unique label: always the same for the same zone, and so long that no two zones share one.
        var label: [UInt8] {
            let octets =
                name.lowercase.wire + (0..<8).map { UInt8(truncatingIfNeeded: incarnation >> Int64($0 * 8)) }
            let digits = Array("0123456789abcdef".utf8)
            return CatalogProducer.labelKeys.flatMap { key in
                let hash = SipHash.hash13(octets.span, octets.indices, key: key)
                return stride(from: 60, through: 0, by: -4).map { digits[Int(hash >> UInt64($0) & 15)] }
            }
        }
    }

    /// Nothing secret: two keys make two hashes, 128 bits together.
    private static let labelKeys = [
        SipHash.Key(low: 0x686f_6d69_6e67, high: 1), SipHash.Key(low: 0x686f_6d69_6e67, high: 2),
    ]

    /// All RRsets of the catalog `apex` but the SOA record.
    public static func records(for members: [Member], in apex: DomainName) -> [RRset] {
        var rrsets: [RRset] = []
        func add(_ labels: [[UInt8]], _ type: RecordType, _ rdatas: [RData]) {
            guard let name = DomainName(labels: labels + apex.labels) else { return }
            rrsets.append(RRset(name, type, ttl: 0, rdatas: rdatas))
        }
        // A zone has to have NS records, and nobody is to follow these (RFC 9432 §4.1).
        add([], .ns, [.name("invalid.")])
        add([CatalogZone.versionLabel], .txt, [.text([CatalogZone.schemaVersion])])
        for member in members {
            let node = [member.label, CatalogZone.zonesLabel]
            add(node, .ptr, [.name(member.name)])
            if !member.groups.isEmpty {
                add([CatalogZone.groupLabel] + node, .txt, member.groups.map { .text([$0]) })
            }
        }
        return rrsets
    }

    /// Makes the draft of a catalog list these members and no others. What is right already is not touched, so that secondaries
    /// get the difference; NS records that the operator chose stay.
    public static func update(_ draft: inout ZoneDraft, members: [Member]) {
        let wanted = records(for: members, in: draft.apex)
        struct Key: Hashable {
            let name: DomainName
            let type: RecordType
        }
        let keys = Set(wanted.map { Key(name: $0.ownerName, type: $0.type) })
        var cursor = draft.tree.cursor
        while let rrset = cursor.next() {
            guard rrset.ownerName != draft.apex, !keys.contains(Key(name: rrset.ownerName, type: rrset.type))
            else { continue }
            draft.remove(rrset.ownerName, rrset.type)
        }
        for rrset in wanted {
            let old = draft.rrset(rrset.ownerName, rrset.type)
            if rrset.ownerName == draft.apex, old != nil { continue }
            if old?.ttl == rrset.ttl, Set(old?.rdatas ?? []) == Set(rrset.rdatas) { continue }
            draft.set(rrset)
        }
    }
}
