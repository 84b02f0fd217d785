import DNSWire

/// The records of one name while a message changes them (RFC 2136 §3.4.2).
///
/// Nothing reaches the zone before all of the message went well; what a zone could not be valid with is silently left out, as
/// §3.4.2 has it.
struct NameEdit {
    /// In the letters that the zone has for it, so that an update never changes only their case.
    let ownerName: DomainName
    private let isApex: Bool
    /// The serials that a new SOA must come after: what the zone has now, and what was published last.
    private let serials: [SerialNumber]
    private let existing: [RRset]
    private var edited: [RecordType: RRsetEdit] = [:]
    private var leaseChanges: [LeaseChange] = []

    init(_ name: DomainName, in draft: ZoneDraft) {
        existing = draft.tree.rrsets(at: name)
        ownerName = (existing.first ?? draft.base.tree.rrsets(at: name).first)?.ownerName ?? name
        isApex = name == draft.apex
        let current =
            isApex ? existing.first { $0.type == .soa }?.rdatas.first.flatMap { StartOfAuthority($0) } : nil
        serials = [draft.base.serial] + (current.map { [SerialNumber($0.serial)] } ?? [])
    }

    mutating func apply(_ operation: UpdateOperation, lease: LeaseTerms?) {
        switch operation {
        case .add(let record): add(record, lease: lease)
        case .deleteRRset(_, let type): deleteRRset(type)
        case .deleteName: deleteAll()
        case .deleteRecord(_, let type, let rdata): deleteRecord(type, rdata)
        }
    }

    private func holds(_ type: RecordType) -> Bool {
        edited[type].map { !$0.isEmpty } ?? existing.contains { $0.type == type }
    }

    private var types: [RecordType] {
        let old = existing.map(\.type)
        return old.filter(holds) + edited.keys.filter { holds($0) && !old.contains($0) }
    }

    /// Changes an RRset in place; it is taken from the zone at its first change.
    private mutating func edit<Result>(
        _ type: RecordType, _ body: (inout RRsetEdit) -> Result
    ) -> Result {
        body(&edited[type, default: RRsetEdit(type, existing.first { $0.type == type })])
    }
}

// --- Add ---

extension NameEdit {
    private mutating func add(_ record: Record, lease: LeaseTerms?) {
        guard accepts(record) else { return }
        let (stored, replaced) = edit(record.type) { $0.add(record.rdata, ttl: record.ttl) }
        // The zone itself is not leased.
        guard record.type != .soa else { return }
        clearLeases(record.type, replaced)
        let leased = LeasedRecord(ownerName, record.type, stored)
        leaseChanges.append(lease.map { .set(leased, expiry: $0.expiry(of: record.type)) } ?? .clear(leased))
    }

    /// Whether the zone stays valid with the record.
    private func accepts(_ record: Record) -> Bool {
        switch record.type {
        case .soa:
            isApex && isNewer(record.rdata)
        case .cname:
            // RFC 4034 §2.5: nothing stands beside a CNAME but what speaks of it.
            types.allSatisfy { $0 == .cname || $0 == .rrsig || $0 == .nsec }
        case .dname:
            // RFC 6672 §5.2, and §2.3 for delegations.
            !holds(.cname) && (isApex || !holds(.ns))
        case .ns:
            !holds(.cname) && (isApex || !holds(.dname))
        default:
            !holds(.cname)
        }
    }

    /// Zero is never set as a serial (RFC 2136 §4.2, §7.11).
    private func isNewer(_ rdata: RData) -> Bool {
        guard holds(.soa), let soa = StartOfAuthority(rdata), soa.serial != 0 else { return false }
        let current =
            edited[.soa]?.first.flatMap { StartOfAuthority($0) }.map { [SerialNumber($0.serial)] } ?? []
        return (serials + current).allSatisfy { SerialNumber(soa.serial).isNewer(than: $0) }
    }
}

// --- Delete ---

extension NameEdit {
    private mutating func deleteRRset(_ type: RecordType) {
        guard !isApex || type != .soa && type != .ns, holds(type) else { return }
        clearLeases(type, edit(type) { $0.removeAll() })
    }

    private mutating func deleteAll() {
        for type in types.sorted() { deleteRRset(type) }
    }

    /// The record as the zone has it goes, unless the zone cannot be without it.
    mutating func deleteRecord(_ type: RecordType, _ rdata: RData) {
        guard !isApex || type != .soa, holds(type) else { return }
        let mustStay = isApex && type == .ns
        guard let removed = edit(type, { mustStay && $0.count == 1 ? nil : $0.remove(rdata) }) else { return }
        clearLeases(type, [removed])
    }

    private mutating func clearLeases(_ type: RecordType, _ rdatas: [RData]) {
        leaseChanges += rdatas.map { .clear(LeasedRecord(ownerName, type, $0)) }
    }
}

// --- Outcome ---

extension NameEdit {
    struct Outcome: Sendable {
        /// Those that are different now; one without records is to be removed.
        let rrsets: [RRset]
        let leaseChanges: [LeaseChange]
    }

    var outcome: Outcome {
        let changed = edited.values.filter(\.isChanged).map { $0.rrset(ownerName) }
        return Outcome(rrsets: changed.sorted { $0.type < $1.type }, leaseChanges: leaseChanges)
    }

    /// By how much the number of records has grown.
    var growth: Int { edited.values.reduce(0) { $0 + $1.growth } }

    /// What is too much of it; nil where all is within its limits.
    ///
    /// - Parameter maximumRecords: the policy's limits for RRsets. What was over a limit before may stay as it is.
    func excess(over maximumRecords: [RecordType: Int]) -> String? {
        for (type, rrset) in edited where rrset.isChanged && !rrset.isEmpty {
            let limit = min(maximumRecords[type] ?? .max, UpdateLimits.recordsOfRRset)
            if rrset.growth > 0, rrset.count > limit { return "more than \(limit) \(type) records" }
            if rrset.growthInOctets > 0, rrset.octets(ownerName) > UpdateLimits.octetsOfRRset {
                return "more than \(UpdateLimits.octetsOfRRset) octets of \(type) records"
            }
        }
        let count = types.count
        guard count <= UpdateLimits.typesOfName || count <= existing.count else {
            return "more than \(UpdateLimits.typesOfName) types of records"
        }
        return nil
    }
}

/// One RRset while it is changed: its records by their canonical form, in which those that are equal are the same.
private struct RRsetEdit {
    private let type: RecordType
    /// Whether the canonical form can be another than the data itself.
    private let hasNames: Bool
    private let original: RRset?
    private let originalRecords: [[UInt8]: RData]
    private var ttl: UInt32
    private var records: [[UInt8]: RData]

    init(_ type: RecordType, _ original: RRset?) {
        self.type = type
        self.original = original
        let hasNames = type.rdataFormat?.contains { $0 == .compressibleName || $0 == .canonicalName } == true
        self.hasNames = hasNames
        ttl = original?.ttl ?? 0
        let pairs = (original?.rdatas ?? []).map { (hasNames ? $0.canonical(for: type) : $0.bytes, $0) }
        records = Dictionary(pairs) { first, _ in first }
        originalRecords = records
    }

    private func key(_ rdata: RData) -> [UInt8] { hasNames ? rdata.canonical(for: type) : rdata.bytes }

    var isEmpty: Bool { records.isEmpty }
    var count: Int { records.count }
    var growth: Int { records.count - (original?.rdatas.count ?? 0) }
    var first: RData? { records.first?.value }
    var isChanged: Bool { records != originalRecords || !records.isEmpty && ttl != original?.ttl }

    /// Octets on the wire with the first owner name written out and pointers to it for the others.
    func octets(_ ownerName: DomainName) -> Int {
        records.values.reduce(ownerName.wire.count) { $0 + 12 + $1.bytes.count }
    }

    var growthInOctets: Int {
        records.values.reduce(0) { $0 + $1.bytes.count }
            - (original?.rdatas ?? []).reduce(0) { $0 + $1.bytes.count }
    }

    /// Adds a record, in the place of those that cannot be beside it (RFC 2136 §1.1.5). The TTL becomes that of all
    /// (RFC 2181 §5.2). A record that is there already stays in the form that it has.
    mutating func add(_ rdata: RData, ttl: UInt32) -> (stored: RData, replaced: [RData]) {
        self.ttl = ttl
        let key = key(rdata)
        if let known = records[key] { return (known, []) }
        let replaced = keysReplaced(by: rdata).compactMap { records.removeValue(forKey: $0) }
        records[key] = rdata
        return (rdata, replaced)
    }

    private func keysReplaced(by rdata: RData) -> [[UInt8]] {
        switch type {
        case .soa, .cname, .dname: Array(records.keys)
        // Address and protocol are compared, the map of services behind them is not.
        case .wks: records.keys.filter { $0.prefix(5) == rdata.bytes.prefix(5) }
        default: []
        }
    }

    mutating func remove(_ rdata: RData) -> RData? {
        records.removeValue(forKey: key(rdata))
    }

    mutating func removeAll() -> [RData] {
        defer { records.removeAll() }
        return Array(records.values)
    }

    /// In canonical order (RFC 4034 §6.3).
    func rrset(_ ownerName: DomainName) -> RRset {
        let sorted = records.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return RRset(ownerName, type, ttl: ttl, rdatas: sorted.map(\.value))
    }
}
