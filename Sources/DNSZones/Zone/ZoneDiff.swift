public import DNSWire

/// What is different between two trees, as records. An RRset whose TTL or owner's case changed is removed and added as a whole.
public struct ZoneDiff: Sendable, Hashable {
    /// Names in canonical order, types ascending, as `added`.
    public var removed: [Record] = []
    public var added: [Record] = []

    public init(from old: ZoneTree, to new: ZoneTree) {
        for (oldName, newName) in TreeDifferences(from: old.names, to: new.names) { append(oldName, newName) }
    }

    /// The records that are only in `old`, and those that are only in `new`, SOA records among them.
    ///
    /// Trees that come from each other cost what lies between them, others a walk over both.
    public static func between(
        _ old: ZoneTree, _ new: ZoneTree
    ) -> (removed: [Record], added: [Record]) {
        let diff = ZoneDiff(from: old, to: new)
        return (diff.removed, diff.added)
    }

    public var isEmpty: Bool { removed.isEmpty && added.isEmpty }

    /// Two walks by ascending type side by side.
    private mutating func append(_ old: PackedName?, _ new: PackedName?) {
        let oldRRsets = old.map { name in name.rrsets.map { name.unpacked($0) } } ?? []
        let newRRsets = new.map { name in name.rrsets.map { name.unpacked($0) } } ?? []
        var (rest, others) = (oldRRsets[...], newRRsets[...])
        while let first = rest.first, let other = others.first {
            if first.type <= other.type { rest.removeFirst() }
            if other.type <= first.type { others.removeFirst() }
            if first.type == other.type {
                append(first, other)
            } else if first.type < other.type {
                removed += first.records
            } else {
                added += other.records
            }
        }
        removed += rest.flatMap(\.records)
        added += others.flatMap(\.records)
    }

    private mutating func append(_ old: RRset, _ new: RRset) {
        guard old.ttl == new.ttl, old.ownerName.isIdentical(to: new.ownerName) else {
            removed += old.records
            added += new.records
            return
        }
        // What reads the same may stand in another order.
        guard old.rdatas != new.rdatas else { return }
        let (kept, others) = (Set(new.rdatas), Set(old.rdatas))
        removed += old.records.filter { !kept.contains($0.rdata) }
        added += new.records.filter { !others.contains($0.rdata) }
    }
}

extension RRset {
    /// Its records, without the signatures.
    public var records: [Record] { rdatas.map { Record(ownerName, type, recordClass, ttl: ttl, $0) } }
}

extension ZoneDiff {
    /// For people: a line a record, `-` before those that go and `+` before those that come, an RRset's lines together.
    public var text: String {
        var text = ""
        var (rest, others) = (removed[...], added[...])
        while let first = rest.first ?? others.first {
            let next = min(first.place, others.first?.place ?? first.place)
            while let record = rest.first, record.place == next {
                text += "- \(record)\n"; rest.removeFirst()
            }
            while let record = others.first, record.place == next {
                text += "+ \(record)\n"; others.removeFirst()
            }
        }
        return text
    }
}

extension Record {
    /// By which an RRset stands in a zone.
    fileprivate struct Place: Comparable {
        let ownerName: DomainName
        let type: RecordType

        static func < (a: Place, b: Place) -> Bool {
            a.ownerName == b.ownerName ? a.type < b.type : a.ownerName < b.ownerName
        }
    }

    fileprivate var place: Place { Place(ownerName: ownerName, type: type) }
}
