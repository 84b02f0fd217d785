public import DNSWire

/// A version of a zone in the making. It knows which names it touched, so that what has changed can be told without looking
/// at the whole zone. Going back to a savepoint undoes what came since; neither costs more than the tree's copy.
public struct ZoneDraft: Sendable {
    public let base: ZoneVersion
    public private(set) var tree: ZoneTree
    /// In the order of the changes, so that a savepoint is a count. A name may be there more than once.
    private var touched: [DomainName] = []
    /// What the changes do to leases, in their order.
    public var leaseChanges: [LeaseChange] = []

    public init(_ base: ZoneVersion) {
        self.base = base
        tree = base.tree
    }

    public var apex: DomainName { base.apex }

    public func rrset(_ name: DomainName, _ type: RecordType) -> RRset? { tree.rrset(name, type) }

    public mutating func set(_ rrset: RRset) {
        touched.append(rrset.ownerName)
        tree.set(rrset)
    }

    public mutating func remove(_ name: DomainName, _ type: RecordType) {
        touched.append(name)
        tree.remove(name, type)
    }

    public mutating func remove(_ name: DomainName) {
        touched.append(name)
        tree.remove(name)
    }

    /// Whether anything was done to it, even if it comes to nothing.
    public var isTouched: Bool { !touched.isEmpty || !leaseChanges.isEmpty }

    // --- Savepoints ---

    /// A place to go back to.
    public struct Savepoint: Sendable {
        fileprivate let tree: ZoneTree
        fileprivate let touchedCount: Int
        fileprivate let leaseChangeCount: Int
    }

    public var savepoint: Savepoint {
        Savepoint(tree: tree, touchedCount: touched.count, leaseChangeCount: leaseChanges.count)
    }

    /// - Parameter savepoint: one that this draft had on its way here.
    public mutating func undo(to savepoint: Savepoint) {
        tree = savepoint.tree
        touched.removeLast(max(0, touched.count - savepoint.touchedCount))
        leaseChanges.removeLast(max(0, leaseChanges.count - savepoint.leaseChangeCount))
    }

    // --- Finishing ---

    public struct Result: Sendable {
        public var version: ZoneVersion
        public var change: ZoneChange
    }

    /// The new version and what is different in it; nil where nothing is. The serial is moved on by `serial` unless the draft's
    /// own SOA is newer than the base's already.
    public func finished(serial policy: SerialPolicy, wall: Int64) -> Result? {
        guard let draftSOA = tree.rrset(apex, .soa), let rdata = draftSOA.rdatas.first,
            var soa = StartOfAuthority(rdata)
        else { return nil }
        let (removed, added) = differences()
        let isSOAChanged = draftSOA.ttl != base.soaTTL || soa != base.soa
        guard isSOAChanged || !removed.isEmpty || !added.isEmpty else { return nil }
        if !SerialNumber(soa.serial).isNewer(than: base.serial) {
            soa.serial = policy.serial(after: base.serial, wall: wall).rawValue
        }
        var tree = tree
        tree.set(RRset(apex, .soa, ttl: draftSOA.ttl, rdatas: [soa.rdata]))
        guard let version = ZoneVersion(apex: apex, tree: tree) else { return nil }
        let change = ZoneChange(
            oldSOA: base.soaRecord, newSOA: version.soaRecord, removed: removed, added: added)
        return Result(version: version, change: change)
    }

    /// Records that are gone and that came, names in canonical order, without the SOA.
    private func differences() -> (removed: [Record], added: [Record]) {
        var removed: [Record] = []
        var added: [Record] = []
        for name in Set(touched).sorted() {
            let (old, new) = (base.tree.rrsets(at: name), tree.rrsets(at: name))
            for rrset in old where rrset.type != .soa {
                let other = new.first { $0.type == rrset.type }
                let kept = other?.ttl == rrset.ttl ? Set(other?.rdatas ?? []) : []
                removed += rrset.records.filter { !kept.contains($0.rdata) }
            }
            for rrset in new where rrset.type != .soa {
                let other = old.first { $0.type == rrset.type }
                let kept = other?.ttl == rrset.ttl ? Set(other?.rdatas ?? []) : []
                added += rrset.records.filter { !kept.contains($0.rdata) }
            }
        }
        return (removed, added)
    }
}

extension RRset {
    /// Its records, without the signatures.
    public var records: [Record] { rdatas.map { Record(ownerName, type, recordClass, ttl: ttl, $0) } }
}
