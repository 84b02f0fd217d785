import DNSWire

/// Puts the records of a transfer together to RRsets, and RRsets into a tree.
///
/// Records that follow each other in one RRset are gathered first, so that a tree is not changed for each of them.
struct ZoneAssembly: Sendable {
    enum Step: Sendable, Hashable {
        /// One of the records of a whole zone, in any order; one that is there already is ignored (RFC 5936 §2.2).
        case collect
        /// Of a difference; it has to be there.
        case remove
        /// Of a difference; it must not be there.
        case add
    }

    /// 65,535 octets hold no more than some 5,000 of the smallest records: a larger RRset could never be answered with.
    static let maximumRecordsInRRset = 5_000

    private(set) var tree: ZoneTree
    private var gathered: RRset?
    private var step = Step.collect

    init(_ tree: ZoneTree) { self.tree = tree }

    mutating func take(_ record: Record, as step: Step) throws(TransferFailure) {
        if let rrset = gathered, step == self.step, rrset.type == record.type,
            rrset.ttl == record.ttl || record.type == .rrsig,
            rrset.ownerName.isIdentical(to: record.ownerName)
        {
            guard rrset.rdatas.count < Self.maximumRecordsInRRset else {
                throw .tooManyRecordsInRRset(record.ownerName, record.type)
            }
            gathered?.rdatas.append(record.rdata)
            return
        }
        try flush()
        self.step = step
        gathered = RRset(
            record.ownerName, record.type, record.recordClass, ttl: record.ttl, rdatas: [record.rdata])
    }

    /// Puts what was gathered into the tree.
    mutating func flush() throws(TransferFailure) {
        guard let rrset = gathered else { return }
        gathered = nil
        switch step {
        case .collect: try collect(rrset)
        case .remove: try remove(rrset)
        case .add: try add(rrset)
        }
    }

    /// The tree is as it would be with this SOA record.
    mutating func setSOA(_ record: Record) {
        tree.set(RRset(record.ownerName, .soa, ttl: record.ttl, rdatas: [record.rdata]))
    }

    // --- Steps ---

    private mutating func collect(_ rrset: RRset) throws(TransferFailure) {
        let old = tree.rrset(rrset.ownerName, rrset.type)
        var result = old ?? rrset
        if old == nil, rrset.rdatas.count == 1 { return tree.set(rrset) }
        // RFC 2181 §5.2: TTLs that differ are an error; the smallest counts. Those of signatures do differ (RFC 4034 §3).
        result.ttl = min(result.ttl, rrset.ttl)
        var index = RDataIndex(rrset.type, old?.rdatas ?? [])
        result.rdatas = old?.rdatas ?? []
        for rdata in rrset.rdatas where index.insert(rdata) { result.rdatas.append(rdata) }
        try put(result)
    }

    private mutating func remove(_ rrset: RRset) throws(TransferFailure) {
        guard var result = tree.rrset(rrset.ownerName, rrset.type), Self.hasTTL(result, rrset) else {
            throw .doesNotApply(rrset.ownerName, rrset.type)
        }
        var index = RDataIndex(rrset.type, [])
        for rdata in rrset.rdatas where !index.insert(rdata) {
            throw .doesNotApply(rrset.ownerName, rrset.type)
        }
        let count = result.rdatas.count
        result.rdatas.removeAll { index.contains($0) }
        guard count - result.rdatas.count == rrset.rdatas.count else {
            throw .doesNotApply(rrset.ownerName, rrset.type)
        }
        if result.rdatas.isEmpty {
            tree.remove(rrset.ownerName, rrset.type)
        } else {
            tree.set(result)
        }
    }

    private mutating func add(_ rrset: RRset) throws(TransferFailure) {
        let old = tree.rrset(rrset.ownerName, rrset.type)
        if let old, !Self.hasTTL(old, rrset) { throw .doesNotApply(rrset.ownerName, rrset.type) }
        var index = RDataIndex(rrset.type, old?.rdatas ?? [])
        for rdata in rrset.rdatas where !index.insert(rdata) {
            throw .doesNotApply(rrset.ownerName, rrset.type)
        }
        var result = rrset
        result.rdatas = (old?.rdatas ?? []) + rrset.rdatas
        try put(result)
    }

    private mutating func put(_ rrset: RRset) throws(TransferFailure) {
        guard rrset.rdatas.count <= Self.maximumRecordsInRRset else {
            throw .tooManyRecordsInRRset(rrset.ownerName, rrset.type)
        }
        tree.set(rrset)
    }

    /// The TTL is part of what a difference is about; but signatures of one name have TTLs of their own (RFC 4034 §3).
    private static func hasTTL(_ rrset: RRset, _ other: RRset) -> Bool {
        rrset.type == .rrsig || rrset.ttl == other.ttl
    }
}

/// Which data an RRset holds. Letters in the names of older types do not make a difference (RFC 4034 §6.2).
private struct RDataIndex {
    private let type: RecordType
    private let foldsCase: Bool
    private var members: Set<RData> = []

    init(_ type: RecordType, _ rdatas: [RData]) {
        self.type = type
        foldsCase = type.rdataFormat?.contains { $0 == .compressibleName || $0 == .canonicalName } == true
        for rdata in rdatas { members.insert(key(rdata)) }
    }

    private func key(_ rdata: RData) -> RData {
        foldsCase ? RData(unchecked: rdata.canonical(for: type)) : rdata
    }

    /// Whether it was not there before.
    mutating func insert(_ rdata: RData) -> Bool { members.insert(key(rdata)).inserted }

    func contains(_ rdata: RData) -> Bool { members.contains(key(rdata)) }
}
