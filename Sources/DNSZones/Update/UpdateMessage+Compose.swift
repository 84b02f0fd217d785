import DNSWire

// --- Compose ---

extension UpdateMessage {
    /// The message in wire form, unsigned; nil when it does not fit into `limit` octets.
    public func compose(id: UInt16, limit: Int = 65_535) -> [UInt8]? {
        var writer = MessageWriter(limit: limit)
        writer.begin(Header(id: id, opcode: .update))
        writer.append(Question(zone, .soa, zoneClass))
        for prerequisite in prerequisites {
            for record in prerequisite.records(in: zoneClass) { writer.append(record, to: .answer) }
        }
        for operation in operations { writer.append(operation.record, to: .authority) }
        if let edns { writer.append(edns, responseCode: .noError) }
        return writer.isTruncated ? nil : writer.finish()
    }
}

extension Prerequisite {
    /// As they stand in the message (RFC 2136 §3.2.4).
    func records(in zoneClass: RecordClass) -> [Record] {
        switch self {
        case .nameInUse(let name): [Record(name, .any, .any, ttl: 0, .none)]
        case .nameNotInUse(let name): [Record(name, .any, .none, ttl: 0, .none)]
        case .rrsetExists(let name, let type): [Record(name, type, .any, ttl: 0, .none)]
        case .rrsetDoesNotExist(let name, let type): [Record(name, type, .none, ttl: 0, .none)]
        case .rrsetEquals(let name, let type, let rdatas):
            rdatas.map { Record(name, type, zoneClass, ttl: 0, $0) }
        }
    }
}

extension UpdateOperation {
    /// As it stands in the message (RFC 2136 §3.4.2.6).
    var record: Record {
        switch self {
        case .add(let record): record
        case .deleteRRset(let name, let type): Record(name, type, .any, ttl: 0, .none)
        case .deleteName(let name): Record(name, .any, .any, ttl: 0, .none)
        case .deleteRecord(let name, let type, let rdata): Record(name, type, .none, ttl: 0, rdata)
        }
    }
}

extension RData {
    /// RDLENGTH 0: the record names an RRset, or all at a name.
    fileprivate static let none = RData(unchecked: [])
}
