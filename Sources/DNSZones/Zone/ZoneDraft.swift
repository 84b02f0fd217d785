public import DNSWire

/// A version of a zone in the making. What has changed is told from what its tree still shares with the base, without looking
/// at the whole zone. Going back to a savepoint undoes what came since; neither costs anything.
public struct ZoneDraft: Sendable {
    public let base: ZoneVersion
    public private(set) var tree: ZoneTree
    /// What the changes do to leases, in their order.
    public var leaseChanges: [LeaseChange] = []

    public init(_ base: ZoneVersion) {
        self.base = base
        tree = base.tree
    }

    public var apex: DomainName { base.apex }

    public func rrset(_ name: DomainName, _ type: RecordType) -> RRset? { tree.rrset(name, type) }

    public mutating func set(_ rrset: RRset) { tree.set(rrset) }

    public mutating func remove(_ name: DomainName, _ type: RecordType) { tree.remove(name, type) }

    public mutating func remove(_ name: DomainName) { tree.remove(name) }

    /// Makes the zone what `tree` is, which need have nothing to do with the base: a zone file that was imported, or a transfer
    /// of all of the zone. What is the same in both will be no part of the change.
    public mutating func replaceContents(with tree: ZoneTree) { self.tree = tree }

    /// Whether anything may be different from the base; where it is not, nothing is.
    public var isTouched: Bool { !tree.isShared(with: base.tree) || !leaseChanges.isEmpty }

    // --- Savepoints ---

    /// A place to go back to.
    public struct Savepoint: Sendable {
        fileprivate let tree: ZoneTree
        fileprivate let leaseChangeCount: Int
    }

    /// A copy of the draft would do, but for the list of lease changes, which the next one of them would copy.
    public var savepoint: Savepoint { Savepoint(tree: tree, leaseChangeCount: leaseChanges.count) }

    /// - Parameter savepoint: one that this draft had on its way here.
    public mutating func undo(to savepoint: Savepoint) {
        tree = savepoint.tree
        leaseChanges.removeLast(max(0, leaseChanges.count - savepoint.leaseChangeCount))
    }

    // --- Finishing ---

    public struct Result: Sendable {
        public var version: ZoneVersion
        public var change: ZoneChange
    }

    /// The new version and what is different in it; nil where nothing is, or where the draft has no SOA. The serial is moved on
    /// by `serial` unless the draft's own SOA is newer than the base's already.
    public func finished(serial policy: SerialPolicy, wall: Int64) -> Result? {
        guard let draftSOA = tree.rrset(apex, .soa), let rdata = draftSOA.rdatas.first,
            var soa = StartOfAuthority(rdata)
        else { return nil }
        var diff = ZoneDiff(from: base.tree, to: tree)
        diff.removed.removeAll { $0.type == .soa }
        diff.added.removeAll { $0.type == .soa }
        let hasNewerSerial = SerialNumber(soa.serial).isNewer(than: base.serial)
        // An older serial alone is no change: a zone file that is imported again has one.
        if !hasNewerSerial { soa.serial = base.serial.rawValue }
        let isSOAChanged = draftSOA.ttl != base.soaTTL || soa.rdata != base.soa.rdata
        guard isSOAChanged || !diff.isEmpty else { return nil }
        if !hasNewerSerial { soa.serial = policy.serial(after: base.serial, wall: wall).rawValue }
        var tree = tree
        tree.set(RRset(apex, .soa, ttl: draftSOA.ttl, rdatas: [soa.rdata]))
        guard let version = ZoneVersion(apex: apex, tree: tree) else { return nil }
        let change = ZoneChange(
            oldSOA: base.soaRecord, newSOA: version.soaRecord, removed: diff.removed, added: diff.added)
        return Result(version: version, change: change)
    }
}
