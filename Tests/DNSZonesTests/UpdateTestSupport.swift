import DNSWire
import DNSZones
import Testing

/// Updates written as `nsupdate` takes them, names relative to the zone.
///
///     add www 300 A 192.0.2.1     delete www     delete www A     delete www A 192.0.2.1
///     yxdomain www     nxdomain www     yxrrset www A     nxrrset www A     yxrrset www A 192.0.2.1
struct UpdateScript {
    static let apex: DomainName = "example."
    /// 2023-11-14T22:13:20Z.
    static let wall: Int64 = 1_700_000_000

    var message: UpdateMessage

    init(_ lines: String..., lease: UpdateLease? = nil) throws {
        message = UpdateMessage(zone: Self.apex)
        var values: [RecordPlace: [RData]] = [:]
        for line in lines { try message.read(line, &values) }
        message.prerequisites += values.map { .rrsetEquals($0.key.name, $0.key.type, $0.value) }
        if let lease { message.edns = EDNS(options: [.updateLease(lease)]) }
    }

    /// Sends the message over the wire, so that every test passes the parser, and applies it.
    @discardableResult
    func apply(
        to draft: inout ZoneDraft, by requestor: Requestor = .root, policy: UpdatePolicy = .everything,
        wall: Int64 = wall
    ) throws -> UpdateResult {
        let octets = try #require(message.compose(id: 7))
        let parsed = try UpdateMessage(parsing: octets.span)
        #expect(parsed.operations.count == message.operations.count)
        return parsed.apply(to: &draft, by: requestor, policy: policy, wall: wall)
    }
}

struct RecordPlace: Hashable {
    let name: DomainName
    let type: RecordType
}

extension UpdateMessage {
    fileprivate mutating func read(_ line: String, _ values: inout [RecordPlace: [RData]]) throws {
        let words = line.split(separator: " ").map(String.init)
        let name = words[1] == "@" ? zone : try DomainName(words[1], relativeTo: zone)
        let type = words.count > 2 ? RecordType(words[2]) : nil
        let rest = words.dropFirst(2).joined(separator: " ")
        func rdata() throws -> RData {
            try Record(text: "@ 0 \(rest)", origin: zone).rdata
        }
        switch (words[0], words.count) {
        case ("add", _): operations.append(.add(try Record(text: "\(words[1]) \(rest)", origin: zone)))
        case ("delete", 2): operations.append(.deleteName(name))
        case ("delete", 3): operations.append(.deleteRRset(name, try #require(type)))
        case ("delete", _): operations.append(.deleteRecord(name, try #require(type), try rdata()))
        case ("yxdomain", _): prerequisites.append(.nameInUse(name))
        case ("nxdomain", _): prerequisites.append(.nameNotInUse(name))
        case ("yxrrset", 3): prerequisites.append(.rrsetExists(name, try #require(type)))
        case ("nxrrset", _): prerequisites.append(.rrsetDoesNotExist(name, try #require(type)))
        case ("yxrrset", _):
            values[RecordPlace(name: name, type: try #require(type)), default: []].append(try rdata())
        default: Issue.record("not an update: \(line)")
        }
    }
}

extension Requestor {
    /// Signed by a key, over UDP.
    static let root = Requestor(key: "root-key.", address: IPAddress(192, 0, 2, 53), isStream: false)
}

extension UpdatePolicy {
    static let everything = UpdatePolicy([UpdateRule(isGrant: true, .anyone, .zonesub, .any)])

    init(_ lines: String...) throws {
        try self.init(lines: lines)
    }
}

extension ZoneDraft {
    static let soa = "@ 3600 SOA ns1 hostmaster 100 7200 900 1209600 300"

    /// A draft of a zone with this SOA, an NS record and the records given.
    init(records: String...) throws {
        try self.init(all: [Self.soa, "@ 3600 NS ns1"] + records)
    }

    init(all records: [String]) throws {
        var sets: [RecordPlace: RRset] = [:]
        for text in records {
            let record = try Record(text: text, origin: UpdateScript.apex)
            let place = RecordPlace(name: record.ownerName, type: record.type)
            sets[place, default: RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [])]
                .rdatas.append(record.rdata)
        }
        var tree = ZoneTree()
        for rrset in sets.values { tree.set(rrset) }
        self.init(try #require(ZoneVersion(apex: UpdateScript.apex, tree: tree)))
    }

    /// All records as sorted text, names relative to the zone where they are short.
    var text: [String] {
        var lines: [String] = []
        var cursor = tree.cursor
        while let rrset = cursor.next() { lines += rrset.records.map { "\($0)" } }
        return lines.sorted()
    }

    /// Without SOA and NS at the apex.
    var dataText: [String] {
        text.filter { !$0.contains(" SOA ") && !$0.hasPrefix("example. 3600 IN NS ns1.") }
    }

    var serial: UInt32? { rrset(apex, .soa)?.rdatas.first.flatMap { StartOfAuthority($0) }?.serial }
}
