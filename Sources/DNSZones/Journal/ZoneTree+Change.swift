import DNSWire

extension ZoneTree {
    /// Goes from one version of the zone to the next, as the journal and IXFR do (RFC 1995 §4).
    ///
    /// - Returns: false where the change does not fit: it begins at another SOA, removes what is not there or adds what is.
    ///   The tree is then of no use any more.
    public mutating func apply(_ change: ZoneChange) -> Bool {
        let apex = change.oldSOA.ownerName
        guard change.newSOA.ownerName == apex, let soa = rrset(apex, .soa),
            soa.rdatas == [change.oldSOA.rdata],
            soa.ttl == change.oldSOA.ttl
        else { return false }
        for record in change.removed {
            guard record.type != .soa, remove(record) else { return false }
        }
        for record in change.added {
            guard record.type != .soa, add(record) else { return false }
        }
        set(RRset(apex, .soa, ttl: change.newSOA.ttl, rdatas: [change.newSOA.rdata]))
        return true
    }

    private mutating func remove(_ record: Record) -> Bool {
        guard var rrset = rrset(record.ownerName, record.type), rrset.ttl == record.ttl,
            let index = rrset.rdatas.firstIndex(of: record.rdata)
        else { return false }
        rrset.rdatas.remove(at: index)
        set(rrset)
        return true
    }

    private mutating func add(_ record: Record) -> Bool {
        guard var rrset = rrset(record.ownerName, record.type) else {
            set(RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [record.rdata]))
            return true
        }
        guard rrset.ttl == record.ttl, !rrset.rdatas.contains(record.rdata) else { return false }
        rrset.rdatas.append(record.rdata)
        set(rrset)
        return true
    }
}
