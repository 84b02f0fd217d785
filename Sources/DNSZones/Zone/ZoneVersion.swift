public import DNSWire

/// What a zone held from one change to the next. A query reads one version from its first to its last record.
public final class ZoneVersion: Sendable {
    public let apex: DomainName
    public let tree: ZoneTree
    public let soa: StartOfAuthority
    /// Of the SOA record, in seconds.
    public let soaTTL: UInt32
    /// What the apex owns; every negative answer asks for some of it.
    let apexName: PackedName
    /// Whether a name may lie behind a zone cut or a DNAME.
    let hasCuts: Bool

    /// Nil when there is not exactly one SOA record at the apex.
    public init?(apex: DomainName, tree: ZoneTree) {
        guard let apexName = tree.names.find(PackedName(apex)), let rrset = apexName.first(.soa),
            apexName.recordCount(rrset) == 1,
            let soa = apexName.rdatas(rrset).first.flatMap({ StartOfAuthority($0) })
        else { return nil }
        self.apex = apex
        self.tree = tree
        self.soa = soa
        soaTTL = rrset.ttl
        self.apexName = apexName
        hasCuts = tree.cutCount > (apexName.contains(.ns) ? 1 : 0)
    }

    public var serial: SerialNumber { SerialNumber(soa.serial) }

    public var soaRecord: Record { Record(apex, .soa, ttl: soaTTL, soa.rdata) }
}
