public import DNSWire

/// An UPDATE message (RFC 2136 §2): which zone is to change, what must be so before, and the changes in their order.
///
/// A parsed one is formally good (§3.1.1, §3.4.1): all its names are in the zone, its classes, types and TTLs fit.
public struct UpdateMessage: Hashable, Sendable {
    /// Of the prerequisite and update sections together: what 64 KiB hold of records of sixteen octets, and hardly any
    /// real record is that short. A bound on the work that one message can make.
    public static let maximumRecords = 4_096

    public var zone: DomainName
    public var zoneClass: RecordClass
    public var prerequisites: [Prerequisite]
    public var operations: [UpdateOperation]
    public var edns: EDNS?

    public init(
        zone: DomainName, zoneClass: RecordClass = .internet, prerequisites: [Prerequisite] = [],
        operations: [UpdateOperation] = [], edns: EDNS? = nil
    ) {
        self.zone = zone
        self.zoneClass = zoneClass
        self.prerequisites = prerequisites
        self.operations = operations
        self.edns = edns
    }

    /// For how long the records are wanted, if not for ever (RFC 9664).
    public var requestedLease: UpdateLease? {
        edns?.first { if case .updateLease(let lease) = $0 { lease } else { nil } }
    }
}

/// One record of the update section (RFC 2136 §2.5).
public enum UpdateOperation: Hashable, Sendable {
    /// The record's class is the zone's.
    case add(Record)
    case deleteRRset(DomainName, RecordType)
    case deleteName(DomainName)
    case deleteRecord(DomainName, RecordType, RData)

    public var ownerName: DomainName {
        switch self {
        case .add(let record): record.ownerName
        case .deleteRRset(let name, _), .deleteName(let name), .deleteRecord(let name, _, _): name
        }
    }
}

// --- Parse ---

extension UpdateMessage {
    /// Parses a message of opcode UPDATE.
    ///
    /// Of the additional section only the OPT record is read: TSIG and SIG(0) are for whoever finds out about the signer,
    /// and other data there may be ignored (§2.6).
    public init(parsing packet: Span<UInt8>) throws(UpdateFault) {
        var reader = try UpdateReader(packet)
        (zone, zoneClass) = try reader.zone(packet)
        let counts = (Int(reader.header.answerCount), Int(reader.header.authorityCount))
        guard counts.0 + counts.1 <= Self.maximumRecords else {
            throw UpdateFault(.tooManyRecords, in: .header)
        }
        var prerequisites = PrerequisiteSection()
        for number in 0..<counts.0 {
            let record = try reader.record(packet, in: .prerequisite, number: number + 1)
            try prerequisites.append(record, packet, zone, zoneClass)
        }
        self.prerequisites = prerequisites.all
        operations = []
        operations.reserveCapacity(counts.1)
        for number in 0..<counts.1 {
            let record = try reader.record(packet, in: .update, number: number + 1)
            operations.append(try operation(record, packet))
        }
        edns = try reader.edns(packet)
    }

    /// RFC 2136 §3.4.1.
    private func operation(
        _ record: UpdateReader.RawRecord, _ packet: Span<UInt8>
    ) throws(UpdateFault) -> UpdateOperation {
        guard record.ownerName.isSubdomain(of: zone) else { throw record.fault(.outsideZone) }
        let (name, type) = (record.ownerName, record.type)
        switch record.recordClass {
        case .any:
            guard record.ttl == 0 else { throw record.fault(.ttl) }
            guard record.data.isEmpty else { throw record.fault(.unexpectedData) }
            guard type.isOfData || type == .any else { throw record.fault(.recordType) }
            return type == .any ? .deleteName(name) : .deleteRRset(name, type)
        case .none:
            guard record.ttl == 0 else { throw record.fault(.ttl) }
            guard type.isOfData else { throw record.fault(.recordType) }
            return .deleteRecord(name, type, try record.rdata(packet, zoneClass))
        case zoneClass:
            guard type.isOfData else { throw record.fault(.recordType) }
            // A TTL with its top bit set counts as zero (RFC 2181 §8).
            let ttl = record.ttl & 0x8000_0000 == 0 ? record.ttl : 0
            return .add(Record(name, type, zoneClass, ttl: ttl, try record.rdata(packet, zoneClass)))
        default:
            throw record.fault(.recordClass)
        }
    }
}

/// The prerequisites of a message while they are read. Those about values come last, as they are judged last (§3.2.5).
private struct PrerequisiteSection {
    private struct Key: Hashable {
        let name: DomainName
        let type: RecordType
    }

    private var others: [Prerequisite] = []
    /// RRsets that are named record by record, and where each of them stands.
    private var values: [(key: Key, rdatas: [RData])] = []
    private var places: [Key: Int] = [:]

    var all: [Prerequisite] { others + values.map { .rrsetEquals($0.key.name, $0.key.type, $0.rdatas) } }

    /// RFC 2136 §3.2.4.
    mutating func append(
        _ record: UpdateReader.RawRecord, _ packet: Span<UInt8>, _ zone: DomainName, _ zoneClass: RecordClass
    ) throws(UpdateFault) {
        guard record.ttl == 0 else { throw record.fault(.ttl) }
        guard record.ownerName.isSubdomain(of: zone) else { throw record.fault(.outsideZone) }
        let (name, type) = (record.ownerName, record.type)
        switch record.recordClass {
        case .any, .none:
            guard record.data.isEmpty else { throw record.fault(.unexpectedData) }
            guard type.isOfData || type == .any else { throw record.fault(.recordType) }
            let isAny = record.recordClass == .any
            if type == .any {
                others.append(isAny ? .nameInUse(name) : .nameNotInUse(name))
            } else {
                others.append(isAny ? .rrsetExists(name, type) : .rrsetDoesNotExist(name, type))
            }
        case zoneClass:
            guard type.isOfData else { throw record.fault(.recordType) }
            let rdata = try record.rdata(packet, zoneClass)
            let key = Key(name: name, type: type)
            if let place = places[key] {
                values[place].rdatas.append(rdata)
            } else {
                places[key] = values.count
                values.append((key, [rdata]))
            }
        default:
            throw record.fault(.recordClass)
        }
    }
}

extension RecordType {
    /// Whether records of this type can be in a zone: it is no QTYPE or meta type, and not zero, which is reserved
    /// (RFC 6895 §3.1).
    fileprivate var isOfData: Bool { !isMeta && rawValue != 0 }
}
