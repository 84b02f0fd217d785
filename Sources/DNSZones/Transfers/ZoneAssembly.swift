import DNSWire

/// Puts the records of a whole zone together, in whatever order they come (RFC 5936 §2.2).
///
/// What follows each other at one name is gathered before the tree is changed. A name that comes again later waits aside until
/// the end, so that a zone in a bad order costs little more than one in a good order.
struct ZoneAssembly: Sendable {
    /// A larger RRset fits no message, so that nobody could ever be answered with it (RFC 1035 §4.2.2).
    static let maximumRRsetOctets = 65_535
    /// Some hundred types are assigned.
    static let maximumTypesAtName = 1_000
    /// What a name is copied with when it changes; many times what any name has.
    static let maximumOctetsAtName = 1 << 20
    /// In a message, beside the data: a compressed owner name, type, class, TTL and RDLENGTH.
    private static let recordOverhead = 12

    private var tree = ZoneTree()
    /// All of one name, which is not in the tree yet.
    private var gathered: [RRset] = []
    private var gatheredOctets = 0
    /// Names that came again, with what came then.
    private var scattered: [DomainName: [RRset]] = [:]

    mutating func take(_ record: Record) throws(TransferFailure) {
        if let first = gathered.first, first.ownerName != record.ownerName { try flush() }
        gatheredOctets += record.rdata.bytes.count + Self.recordOverhead
        guard gatheredOctets <= Self.maximumOctetsAtName else {
            throw .tooMuch(record.ownerName, record.type)
        }
        if let index = gathered.lastIndex(where: { $0.type == record.type }) {
            // RFC 2181 §5.2: TTLs that differ are an error; the smallest counts. Those of signatures may (RFC 4034 §3).
            gathered[index].ttl = min(gathered[index].ttl, record.ttl)
            gathered[index].rdatas.append(record.rdata)
        } else {
            guard gathered.count < Self.maximumTypesAtName else {
                throw .tooMuch(record.ownerName, record.type)
            }
            gathered.append(RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [record.rdata]))
        }
    }

    /// The tree of all that came, with this SOA record.
    mutating func finish(soa: Record) throws(TransferFailure) -> ZoneTree {
        try flush()
        for (name, rrsets) in scattered {
            var merged = tree.rrsets(at: name)
            for rrset in rrsets {
                if let index = merged.firstIndex(where: { $0.type == rrset.type }) {
                    merged[index].ttl = min(merged[index].ttl, rrset.ttl)
                    merged[index].rdatas += rrset.rdatas
                } else {
                    merged.append(rrset)
                }
            }
            try put(merged)
        }
        scattered = [:]
        tree.set(RRset(soa.ownerName, .soa, ttl: soa.ttl, rdatas: [soa.rdata]))
        return tree
    }

    private mutating func flush() throws(TransferFailure) {
        guard let name = gathered.first?.ownerName else { return }
        if tree.rrsets(at: name).isEmpty {
            try put(gathered)
        } else {
            scattered[name, default: []] += gathered
        }
        gathered.removeAll(keepingCapacity: true)
        gatheredOctets = 0
    }

    /// Puts all RRsets of one name into the tree.
    private mutating func put(_ rrsets: [RRset]) throws(TransferFailure) {
        var octets = 0
        for var rrset in rrsets {
            if rrset.rdatas.count > 1 { rrset.removeDuplicates() }
            let size = Self.octets(of: rrset)
            octets += size
            guard size <= Self.maximumRRsetOctets, octets <= Self.maximumOctetsAtName,
                rrsets.count <= Self.maximumTypesAtName
            else { throw .tooMuch(rrset.ownerName, rrset.type) }
            tree.set(rrset)
        }
    }

    static func octets(of rrset: RRset) -> Int {
        rrset.rdatas.reduce(0) { $0 + $1.bytes.count + recordOverhead }
    }
}

extension RRset {
    /// Keeps the first of each data. Letters in the names of older types make no difference (RFC 4034 §6.2).
    fileprivate mutating func removeDuplicates() {
        var seen = Set<[UInt8]>()
        rdatas.removeAll { !seen.insert($0.canonical(for: type)).inserted }
    }
}
