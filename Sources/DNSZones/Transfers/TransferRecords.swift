import DNSWire

/// The records of a transfer in the order in which they are sent.
struct TransferRecords: Sendable {
    private enum Stage: Sendable {
        /// The SOA record that every response begins with.
        case opening
        case zone
        /// Inside the change at this index.
        case change(Int, Part)
        case closing
        case over
    }

    /// The parts of a difference sequence, in their order (RFC 1995 §4).
    private enum Part: Sendable {
        case oldSOA
        case removed(Int)
        case newSOA
        case added(Int)
    }

    private let version: ZoneVersion
    private let soa: Record
    private let changes: [ZoneChange]
    private let stageAfterOpening: Stage
    private var stage = Stage.opening
    private var cursor: ZoneTree.Cursor
    /// The RRset that the cursor stands at, and the record of it that is next.
    private var rrset: RRset?
    private var index = 0

    init(_ plan: TransferPlan, of version: ZoneVersion) {
        self.version = version
        // Not made from its fields: the owner's letters, too, are those of the zone.
        soa = version.tree.rrset(version.apex, .soa)?.records.first ?? version.soaRecord
        cursor = version.tree.cursor
        switch plan {
        case .soaAlone:
            changes = []
            stageAfterOpening = .over
        case .full:
            changes = []
            stageAfterOpening = .zone
        case .incremental(let changes):
            self.changes = changes
            stageAfterOpening = changes.isEmpty ? .over : .change(0, .oldSOA)
        }
    }

    mutating func next() -> Record? {
        while true {
            switch stage {
            case .opening:
                stage = stageAfterOpening
                return soa
            case .zone:
                if let record = nextOfZone() { return record }
                stage = .closing
            case .change(let index, let part):
                if let record = next(of: index, part) { return record }
            case .closing:
                stage = .over
                return soa
            case .over:
                return nil
            }
        }
    }

    private mutating func nextOfZone() -> Record? {
        while true {
            if let rrset, index < rrset.rdatas.count {
                let rdata = rrset.rdatas[index]
                index += 1
                return Record(
                    rrset.ownerName, rrset.type, rrset.recordClass, ttl: ttl(of: rdata, in: rrset), rdata)
            }
            guard let next = cursor.next() else { return nil }
            // The SOA record stands first and last, and nowhere else.
            rrset = next.type == .soa ? nil : next
            index = 0
        }
    }

    /// A signature has the TTL of what it covers (RFC 4034 §3), so those of one name differ, and the RRset's own TTL is none.
    private func ttl(of rdata: RData, in rrset: RRset) -> UInt32 {
        guard rrset.type == .rrsig, let covered = rdata.coveredType else { return rrset.ttl }
        return version.tree.rrset(rrset.ownerName, covered)?.ttl ?? rrset.ttl
    }

    /// Nil at the end of a part, after which the next begins.
    private mutating func next(of index: Int, _ part: Part) -> Record? {
        let change = changes[index]
        switch part {
        case .oldSOA:
            stage = .change(index, .removed(0))
            return change.oldSOA
        case .removed(let position):
            guard position < change.removed.count else {
                stage = .change(index, .newSOA)
                return nil
            }
            stage = .change(index, .removed(position + 1))
            return change.removed[position]
        case .newSOA:
            stage = .change(index, .added(0))
            return change.newSOA
        case .added(let position):
            guard position < change.added.count else {
                stage = index + 1 < changes.count ? .change(index + 1, .oldSOA) : .closing
                return nil
            }
            stage = .change(index, .added(position + 1))
            return change.added[position]
        }
    }
}

extension RData {
    /// What type of records an RRSIG record signs (RFC 4034 §3.1.1).
    var coveredType: RecordType? {
        bytes.count >= 2 ? RecordType(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1])) : nil
    }
}
