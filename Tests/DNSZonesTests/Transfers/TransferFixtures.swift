import DNSWire
import DNSZones
import SeededRandom

/// Zones, changes of them, and streams of transfers, all made from a seed.
enum TransferFixtures {
    static let apex: DomainName = "Example.Test."

    static func soa(_ serial: UInt32, minimum: UInt32 = 60) -> RRset {
        let soa = StartOfAuthority(
            primary: "ns1.Example.Test.", mailbox: "hostmaster.example.test.", serial: serial, refresh: 3_600,
            retry: 600, expire: 86_400, minimum: minimum)
        return RRset(apex, .soa, ttl: 3_600, rdatas: [soa.rdata])
    }

    static func version(_ rrsets: [RRset], serial: UInt32 = 1) -> ZoneVersion {
        var tree = ZoneTree()
        tree.set(soa(serial))
        tree.set(RRset(apex, .ns, ttl: 3_600, rdatas: [.name("ns1.Example.Test."), .name("NS.other.")]))
        for rrset in rrsets { tree.set(rrset) }
        guard let version = ZoneVersion(apex: apex, tree: tree) else { preconditionFailure("no zone") }
        return version
    }

    /// A name out of a text that is not a literal.
    static func named(_ text: String) -> DomainName { DomainName(stringLiteral: text) }

    // --- Random content ---

    /// A name at or below the apex. The letters of a name are always the same, in a mix of cases.
    static func name(_ generator: inout SeededGenerator) -> DomainName {
        var name = apex
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let words = ["a", "B", "www", "Mail", "_tcp", "host-with-a-long-label", "*", "xN"]
            let number = Int.random(in: 0...9, using: &generator)
            let label = words[Int(generator.next() % 8)] + (number < 4 ? "" : "\(number)")
            name = name.prepending(label: Array(label.utf8)) ?? name
        }
        return name
    }

    static func rrset(_ generator: inout SeededGenerator) -> RRset {
        let types: [RecordType] = [
            .a, .aaaa, .txt, .mx, .ptr, .srv, .cname, .rrsig, .caa, RecordType(rawValue: 65_400),
        ]
        let type = types[Int(generator.next() % UInt64(types.count))]
        let ttl = [0, 60, 300, 86_400][Int(generator.next() % 4)] as UInt32
        var rdatas: [RData] = []
        for _ in 0..<(type == .cname ? 1 : Int.random(in: 1...4, using: &generator)) {
            let rdata = rdata(type, &generator)
            if !rdatas.contains(where: { $0.canonical(for: type) == rdata.canonical(for: type) }) {
                rdatas.append(rdata)
            }
        }
        return RRset(name(&generator), type, ttl: ttl, rdatas: rdatas)
    }

    static func rdata(_ type: RecordType, _ generator: inout SeededGenerator) -> RData {
        let bytes: [UInt8]
        switch type {
        case .a: bytes = generator.octets(4)
        case .aaaa: bytes = generator.octets(16)
        case .txt:
            let length = Int.random(in: 0...255, using: &generator)
            bytes = [UInt8(length)] + generator.octets(length)
        case .mx: bytes = generator.octets(2) + name(&generator).wire
        case .ptr, .cname: bytes = name(&generator).wire
        case .srv: bytes = generator.octets(6) + name(&generator).wire
        case .rrsig: bytes = [0, 1] + generator.octets(16) + name(&generator).wire + generator.octets(64)
        case .caa: bytes = [0, 5] + Array("issue".utf8) + Array("ca.test".utf8)
        default: bytes = generator.octets(Int.random(in: 0...2_000, using: &generator))
        }
        return RData(unchecked: bytes)
    }

    static func randomVersion(_ count: Int, serial: UInt32 = 1, _ generator: inout SeededGenerator)
        -> ZoneVersion
    {
        var rrsets: [RRset] = []
        for _ in 0..<count { rrsets.append(rrset(&generator)) }
        return version(rrsets, serial: serial)
    }

    /// The version after some random changes, and the difference.
    static func changed(_ version: ZoneVersion, _ generator: inout SeededGenerator) -> ZoneDraft.Result {
        var draft = ZoneDraft(version)
        var existing: [RRset] = []
        var cursor = version.tree.cursor
        while let rrset = cursor.next() { if rrset.ownerName != apex { existing.append(rrset) } }
        for _ in 0...Int.random(in: 0...5, using: &generator) {
            let old = existing.isEmpty ? nil : existing[Int(generator.next() % UInt64(existing.count))]
            switch Int.random(in: 0...5, using: &generator) {
            case 0:
                if let old { draft.remove(old.ownerName) }
            case 1:
                if let old { draft.remove(old.ownerName, old.type) }
            case 2:
                if var rrset = old, rrset.type != .cname {
                    rrset.rdatas = rrset.rdatas.dropFirst() + [rdata(rrset.type, &generator)]
                    if Set(rrset.rdatas.map { $0.canonical(for: rrset.type) }).count == rrset.rdatas.count {
                        draft.set(rrset)
                    }
                }
            case 3:
                if var rrset = old {
                    rrset.ttl += 1
                    draft.set(rrset)
                }
            default: draft.set(rrset(&generator))
            }
        }
        let minimum = UInt32.random(in: 1...1_000_000, using: &generator)
        if draft.tree.recordCount == version.tree.recordCount {
            draft.set(soa(version.soa.serial, minimum: minimum))
        }
        guard let result = draft.finished(serial: .increment, wall: 0) else {
            return changed(version, &generator)
        }
        return result
    }

    // --- Streams ---

    static func request(_ kind: TransferRequest.Kind, isDatagram: Bool = false, id: UInt16 = 7)
        -> TransferRequest
    {
        var query = Message(header: Header(id: id), questions: [Question(apex, .axfr)])
        if case .incremental(let serial) = kind {
            query.questions = [Question(apex, .ixfr)]
            query.authorities = soa(serial.rawValue).records
        }
        guard let request = try? TransferRequest(query, isDatagram: isDatagram) else {
            preconditionFailure("no request")
        }
        return request
    }

    static func messages(_ transfer: OutgoingTransfer, reserved: Int = 0) -> [[UInt8]] {
        var transfer = transfer
        var messages: [[UInt8]] = []
        while let message = transfer.nextMessage(reserved: reserved) { messages.append(message) }
        return messages
    }

    static func parsed(_ octets: [UInt8]) throws -> Message { try Message(parsing: octets.span) }

    /// How it ends; nil where it wants more.
    static func receive(
        _ messages: [[UInt8]], _ kind: IncomingTransfer.Kind, isDatagram: Bool = false
    ) -> Result<IncomingTransfer.Outcome, TransferFailure>? {
        var transfer = IncomingTransfer(of: apex, kind, id: 7, isDatagram: isDatagram)
        for message in messages {
            switch transfer.receive(message.span) {
            case .needsMore: continue
            case .complete(let outcome): return .success(outcome)
            case .failed(let failure): return .failure(failure)
            }
        }
        return nil
    }

    /// One message with these records.
    static func message(_ records: [Record], type: RecordType = .axfr, id: UInt16 = 7) -> [UInt8] {
        var message = Message(header: Header(id: id), questions: [Question(apex, type)])
        message.header.flags = [.qr, .aa]
        message.answers = records
        return message.compose()
    }

    // --- Contents ---

    /// All records in the order of their octets, letters and TTLs included: equal exactly where the zones are.
    static func octets(_ tree: ZoneTree) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var cursor = tree.cursor
        while let rrset = cursor.next() {
            for rdata in rrset.rdatas {
                // The TTL of signatures is that of what they cover.
                let ttl = rrset.type == .rrsig ? 0 : rrset.ttl
                let fields = [rrset.type.rawValue >> 8, rrset.type.rawValue & 0xff].map { UInt8($0) }
                let times = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ttl >> UInt32($0)) }
                result.append(rrset.ownerName.wire + fields + times + rdata.bytes)
            }
        }
        return result.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension IncomingTransfer.Outcome {
    /// What was brought; nil where nothing was.
    var version: ZoneVersion? {
        switch self {
        case .full(let version), .changes(let version, _): version
        case .upToDate, .askOverStream: nil
        }
    }
}
