import DNSWire

/// A zone file on its way into a tree. What can be judged record by record is judged here; the rest when all are there.
struct ZoneFileReading {
    /// Where a record stands, in few octets: a zone of delegations remembers all of them.
    struct Place {
        fileprivate let line: UInt32
        fileprivate let column: UInt32
        /// In `sources`.
        fileprivate let source: Int
    }

    /// A record that names something else in the zone, or rules over names below it.
    struct Reference {
        let ownerName: DomainName
        let type: RecordType
        let rdata: RData
        let place: Place
    }

    let apex: DomainName
    /// Names of files, the outermost first.
    private var sources: [String]
    private(set) var tree = ZoneTree()
    private(set) var recordCount = 0
    private(set) var errorCount = 0
    private var warningCount = 0
    private(set) var problems: [ZoneProblem] = []
    /// Of the last record, in `sources`.
    private var lastSource = 0
    /// To be judged at the end.
    private(set) var references: [Reference] = []
    private(set) var soaPlace: Place?

    /// Records that follow each other, of one name and type; not in the tree yet.
    private var gathered: RRset?
    private var gatheredOctets = 0
    /// Their data in canonical form, once there are several.
    private var known: Set<[UInt8]> = []

    /// In a message, beside the data: a compressed owner name, type, class, TTL and RDLENGTH.
    private static let recordOverhead = 12

    init(apex: DomainName, name: String) {
        self.apex = apex
        sources = [name]
    }

    mutating func take(_ record: Record, at textPlace: TextPlace, in source: String?) {
        recordCount += 1
        let place = place(textPlace, source)
        guard isWelcome(record, place) else { return }
        if gathered?.type != record.type || gathered?.ownerName != record.ownerName {
            flush()
            guard begin(record, place) else { return }
        }
        add(record, place)
    }

    /// Notes a problem, as long as there is room for more of its kind.
    mutating func note(_ problem: ZoneProblem) {
        let count = problem.severity == .error ? errorCount : warningCount
        if problem.severity == .error { errorCount += 1 } else { warningCount += 1 }
        if count < ZoneFile.maximumProblems { problems.append(problem) }
    }

    mutating func note(_ severity: ZoneProblem.Severity, _ message: String, _ place: Place?) {
        let textPlace = place.map { TextPlace(line: Int($0.line), column: Int($0.column)) }
        note(ZoneProblem(severity, message, at: textPlace, source: sources[place?.source ?? 0]))
    }

    private mutating func place(_ place: TextPlace, _ source: String?) -> Place {
        // Records of one file follow each other.
        if let source, source != sources[lastSource] {
            lastSource = sources.lastIndex(of: source) ?? sources.endIndex
            if lastSource == sources.endIndex { sources.append(source) }
        }
        return Place(
            line: UInt32(clamping: place.line), column: UInt32(clamping: place.column), source: lastSource)
    }

    /// Too many records, or too many errors.
    mutating func giveUp(limit: Int) {
        let reason = recordCount > limit ? "more than \(limit) records" : "more errors than are told"
        problems.append(ZoneProblem(.error, "\(reason), the rest was not read", at: nil, source: sources[0]))
        errorCount += 1
    }

    mutating func finish() -> (tree: ZoneTree, problems: [ZoneProblem]) {
        flush()
        checkApex()
        checkReferences()
        if warningCount > ZoneFile.maximumProblems {
            let count = warningCount - ZoneFile.maximumProblems
            problems.append(ZoneProblem(.warning, "\(count) more warnings", at: nil, source: sources[0]))
        }
        return (tree, problems)
    }

    // --- Records ---

    /// Whether the record can be part of the zone at all.
    private mutating func isWelcome(_ record: Record, _ place: Place) -> Bool {
        guard record.recordClass == .internet else {
            note(.error, "class \(record.recordClass) in a zone of class IN: \(record.ownerName)", place)
            return false
        }
        guard !record.type.isMeta else {
            note(.error, "there are no records of type \(record.type): \(record.ownerName)", place)
            return false
        }
        guard record.ownerName.isSubdomain(of: apex) else {
            note(.warning, "outside the zone \(apex), left out: \(record.ownerName)", place)
            return false
        }
        guard record.type != .soa || record.ownerName == apex else {
            note(.error, "SOA below the apex \(apex): \(record.ownerName)", place)
            return false
        }
        return true
    }

    /// Makes the record's RRset the one that is gathered. False where its type may not be at the name.
    private mutating func begin(_ record: Record, _ place: Place) -> Bool {
        let types = tree.types(at: record.ownerName)
        if let conflict = Self.conflict(record.type, with: types) {
            note(.error, "\(conflict): \(record.ownerName)", place)
            return false
        }
        let rrset = types.contains(record.type) ? tree.rrset(record.ownerName, record.type) : nil
        gathered = rrset ?? RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [])
        known = Set((rrset?.rdatas ?? []).map { $0.canonical(for: record.type) })
        gatheredOctets = (rrset?.rdatas ?? []).reduce(0) { $0 + $1.bytes.count + Self.recordOverhead }
        return true
    }

    /// RFC 1034 §3.6.2, RFC 2181 §10.1, RFC 4034 §2.5; KEY was allowed beside a CNAME by RFC 3007 §4.3.
    private static func conflict(_ type: RecordType, with types: [RecordType]) -> String? {
        let besideCNAME: Set<RecordType> = [.cname, .rrsig, .nsec, .sig, .key, .nxt]
        if type == .cname, let other = types.first(where: { !besideCNAME.contains($0) }) {
            return "CNAME beside \(other)"
        }
        return types.contains(.cname) && !besideCNAME.contains(type) ? "\(type) beside CNAME" : nil
    }

    private mutating func add(_ record: Record, _ place: Place) {
        guard var rrset = gathered else { return }
        gathered = nil
        defer { gathered = rrset }
        if !rrset.rdatas.isEmpty {
            if known.isEmpty { known = Set(rrset.rdatas.map { $0.canonical(for: record.type) }) }
            guard known.insert(record.rdata.canonical(for: record.type)).inserted else {
                note(.warning, "the same record again: \(record.ownerName) \(record.type)", place)
                return
            }
            // RFC 2181 §5.2; the TTLs of signatures are those of what they sign (RFC 4034 §3).
            if record.ttl != rrset.ttl, record.type != .rrsig {
                let message = "TTL \(record.ttl) in an RRset of TTL \(rrset.ttl), the smaller counts"
                note(.warning, "\(message): \(record.ownerName) \(record.type)", place)
            }
            // RFC 1035 §3.6.2, RFC 2181 §6.1, RFC 6672 §2.4: one each.
            guard ![.cname, .soa, .dname].contains(record.type) else {
                note(.error, "a second \(record.type): \(record.ownerName)", place)
                return
            }
        }
        gatheredOctets += record.rdata.bytes.count + Self.recordOverhead
        guard rrset.rdatas.count < ZoneFile.maximumRecordsOfRRset,
            gatheredOctets <= ZoneFile.maximumOctetsOfRRset
        else {
            gatheredOctets -= record.rdata.bytes.count + Self.recordOverhead
            note(.error, "too large for any message: \(record.ownerName) \(record.type)", place)
            return
        }
        if rrset.rdatas.isEmpty {
            checkAsterisks(record, place)
            if record.type == .soa { soaPlace = place }
        }
        if isReference(record, isFirst: rrset.rdatas.isEmpty) {
            let (owner, rdata) = (record.ownerName, record.rdata)
            references.append(Reference(ownerName: owner, type: record.type, rdata: rdata, place: place))
        }
        rrset.rdatas.append(record.rdata)
        rrset.ttl = min(rrset.ttl, record.ttl)
    }

    /// Whether the record has to be judged when all others are there.
    private func isReference(_ record: Record, isFirst: Bool) -> Bool {
        switch record.type {
        case .dname, .ds: isFirst
        case .ns where isFirst && record.ownerName != apex: true
        case .ns, .mx, .srv: record.rdata.target(of: record.type).map { isJudged($0) } ?? false
        default: false
        }
    }

    /// Whether something can be said of a target: it is of this zone, or no name at all.
    private func isJudged(_ target: DomainName) -> Bool {
        target.isSubdomain(of: apex) || target.looksLikeAddress
    }

    /// What asterisks do not do, though one may think so. Said once for an RRset.
    private mutating func checkAsterisks(_ record: Record, _ place: Place) {
        if record.ownerName.hasInnerAsterisk {
            let text = "an asterisk in the middle is no wildcard (RFC 4592 §2.1.1)"
            note(.warning, "\(text): \(record.ownerName)", place)
        }
        if record.ownerName.isWildcard, [.ns, .dname, .ds, .soa].contains(record.type) {
            let text = "\(record.type) of a wildcard has no agreed meaning (RFC 4592 §4)"
            note(.warning, "\(text): \(record.ownerName)", place)
        }
    }

    private mutating func flush() {
        if let gathered { tree.set(gathered) }
        gathered = nil
        known = []
    }
}

extension RData {
    /// The name that NS, MX and SRV lead to.
    func target(of type: RecordType) -> DomainName? { name(at: type == .ns ? 0 : type == .mx ? 2 : 6) }
}

extension DomainName {
    /// Whether a label other than the first is `*`.
    fileprivate var hasInnerAsterisk: Bool {
        var offset = Int(wire[0]) + 1
        while offset < wire.count {
            if wire[offset] == 1, wire[offset + 1] == UInt8(ascii: "*") { return true }
            offset += Int(wire[offset]) + 1
        }
        return false
    }
}
