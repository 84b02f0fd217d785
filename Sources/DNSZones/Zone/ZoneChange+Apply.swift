public import DNSWire

/// Why a change does not fit the zone that it should be made to.
public enum ZoneChangeError: Error, Hashable, Sendable {
    /// The zone's SOA is not the one that the change starts from, or the new one is no SOA.
    case wrongSOA
    /// A record to be removed is not in the zone.
    case notThere(Record)
    /// A record to be added is in the zone already.
    case alreadyThere(Record)
    /// A record that cannot be in the zone: outside of it, of another class than IN, or of a type that has no records. SOA
    /// records have a place of their own in a change.
    case notOfZone(Record)
}

extension ZoneTree {
    /// Makes a change that was made elsewhere or before: an incremental transfer (RFC 1995 §4), or one from the journal.
    ///
    /// First everything is removed, then added. Records are told apart by their data in canonical form (RFC 4034 §6.2); an
    /// RRset takes the TTL of the last record that is added to it. A change that does not fit leaves the tree as it was.
    public mutating func apply(_ change: ZoneChange) throws(ZoneChangeError) {
        let apex = change.oldSOA.ownerName
        guard let current = rrset(apex, .soa), current.rdatas.count == 1,
            let currentRData = current.rdatas.first,
            let soa = StartOfAuthority(currentRData), soa == StartOfAuthority(change.oldSOA.rdata),
            change.newSOA.ownerName == apex, StartOfAuthority(change.newSOA.rdata) != nil
        else { throw .wrongSOA }
        var tree = self
        try Self.forEachRRset(of: change.removed, in: apex) { records throws(ZoneChangeError) in
            try tree.remove(records)
        }
        try Self.forEachRRset(of: change.added, in: apex) { records throws(ZoneChangeError) in
            try tree.add(records)
        }
        tree.set(RRset(current.ownerName, .soa, ttl: change.newSOA.ttl, rdatas: [change.newSOA.rdata]))
        self = tree
    }

    /// Hands over records in runs of one name and type, so that each run costs one change of the tree.
    private static func forEachRRset(
        of records: [Record], in apex: DomainName,
        _ body: (ArraySlice<Record>) throws(ZoneChangeError) -> Void
    ) throws(ZoneChangeError) {
        var rest = records[...]
        while let first = rest.first {
            guard first.recordClass == .internet, first.type != .soa, !first.type.isMeta,
                first.ownerName.isSubdomain(of: apex)
            else { throw .notOfZone(first) }
            let run = rest.prefix {
                $0.type == first.type && $0.recordClass == first.recordClass
                    && $0.ownerName == first.ownerName
            }
            try body(run)
            rest = rest.dropFirst(run.count)
        }
    }

    private mutating func remove(_ records: ArraySlice<Record>) throws(ZoneChangeError) {
        guard let first = records.first else { return }
        guard var rrset = rrset(first.ownerName, first.type) else { throw .notThere(first) }
        var there = Set(rrset.rdatas.map { $0.canonical(for: first.type) })
        for record in records where there.remove(record.rdata.canonical(for: first.type)) == nil {
            throw .notThere(record)
        }
        rrset.rdatas.removeAll { !there.contains($0.canonical(for: first.type)) }
        set(rrset)
    }

    private mutating func add(_ records: ArraySlice<Record>) throws(ZoneChangeError) {
        guard let first = records.first else { return }
        var rrset =
            rrset(first.ownerName, first.type) ?? RRset(first.ownerName, first.type, ttl: 0, rdatas: [])
        var there = Set(rrset.rdatas.map { $0.canonical(for: first.type) })
        for record in records {
            guard there.insert(record.rdata.canonical(for: first.type)).inserted else {
                throw .alreadyThere(record)
            }
            rrset.rdatas.append(record.rdata)
            rrset.ttl = record.ttl
        }
        set(rrset)
    }
}

extension ZoneVersion {
    /// The version that the change makes of this one.
    public func applying(_ change: ZoneChange) throws(ZoneChangeError) -> ZoneVersion {
        guard change.oldSOA.ownerName == apex else { throw .wrongSOA }
        var tree = tree
        try tree.apply(change)
        guard let version = ZoneVersion(apex: apex, tree: tree) else { throw .wrongSOA }
        return version
    }
}
