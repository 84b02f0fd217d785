public import DNSWire

/// What a zone held from one change to the next. A query reads one version from its first to its last record.
public final class ZoneVersion: Sendable {
    public let apex: DomainName
    public let tree: ZoneTree
    public let soa: StartOfAuthority
    /// Of the SOA record, in seconds.
    public let soaTTL: UInt32

    /// Nil when there is not exactly one SOA record at the apex.
    public init?(apex: DomainName, tree: ZoneTree) {
        guard let rrset = tree.rrset(apex, .soa), rrset.rdatas.count == 1,
            let soa = rrset.rdatas.first.flatMap({ StartOfAuthority($0) })
        else { return nil }
        self.apex = apex
        self.tree = tree
        self.soa = soa
        soaTTL = rrset.ttl
    }

    public var serial: SerialNumber { SerialNumber(soa.serial) }

    public var soaRecord: Record { Record(apex, .soa, ttl: soaTTL, soa.rdata) }
}
