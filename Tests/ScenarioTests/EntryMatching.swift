import DNSWire

/// A packet that went by, with how it travelled.
struct SeenPacket {
    var message: Message
    var isOverTCP: Bool
}

/// How closely `MATCH all` looks at an answer.
enum Strictness {
    /// What every correct resolver must agree on; for files that were written for another one.
    case core
    /// All sections; for Homing's own files.
    case full
}

/// Two values that had to agree and do not.
struct Mismatch: CustomStringConvertible {
    var item: String
    var expected: String
    var got: String

    var description: String { "\(item): expected \(expected), got \(got)" }
}

extension Entry {
    /// Everything in which `seen` is not what this entry says; empty where it matches.
    func mismatches(with seen: SeenPacket, _ strictness: Strictness = .full) -> [Mismatch] {
        var comparison = Comparison(entry: self, seen: seen, strictness: strictness)
        for item in matches { comparison.compare(item) }
        return comparison.mismatches
    }

    func matches(_ seen: SeenPacket) -> Bool { mismatches(with: seen).isEmpty }
}

/// One entry held against one packet.
private struct Comparison {
    let entry: Entry
    let seen: SeenPacket
    let strictness: Strictness
    var mismatches: [Mismatch] = []

    private var expected: Message { entry.packet }
    private var got: Message { seen.message }
    private var comparesTTL: Bool { entry.matches.contains(.ttl) }

    init(entry: Entry, seen: SeenPacket, strictness: Strictness) {
        self.entry = entry
        self.seen = seen
        self.strictness = strictness
    }

    mutating func compare(_ item: MatchItem) {
        switch item {
        case .opcode: demand("opcode", expected.header.opcode, got.header.opcode)
        case .qtype: demand("qtype", expected.questions.first?.qtype, got.questions.first?.qtype)
        case .qname: demand("qname", expected.questions.first?.qname, got.questions.first?.qname)
        case .qnameCase:
            demand("qname", expected.questions.first?.qname.wire, got.questions.first?.qname.wire)
        case .subdomain: compareSubdomain()
        case .rcode: demand("rcode", expected.responseCode, got.responseCode)
        case .question: demand("question", expected.questions, got.questions)
        case .flags: demand("flags", FlagText(expected.header.flags), FlagText(got.header.flags))
        case .answer: compareAnswer()
        case .authority: compareSet("authority", expected.authorities, got.authorities)
        case .additional: compareSet("additional", expected.additionals, got.additionals)
        case .all: compareAll()
        case .allButEDNS: compareSections()
        case .ttl: break  // Says how the sections are compared.
        case .dnssecOK: demand("DO", true, got.edns?.dnssecOK ?? false)
        case .noEDNS: demand("EDNS", false, got.edns != nil)
        case .edns: compareEDNS()
        case .ednsData:
            demand("EDNS data", expected.edns?.options.map(\.data) ?? [], got.edns?.options.map(\.data) ?? [])
        case .udp: demand("TCP", false, seen.isOverTCP)
        case .tcp: demand("TCP", true, seen.isOverTCP)
        case .serial(let serial): compareSerial(serial)
        case .extendedError(let code): compareExtendedError(code)
        case .compactOK, .nsid, .clientCookie, .serverCookie:
            mismatches.append(Mismatch(item: "\(item)", expected: "a feature of Homing", got: "none"))
        }
    }

    private mutating func demand<Value: Equatable>(_ item: String, _ expected: Value, _ got: Value) {
        if expected != got {
            mismatches.append(Mismatch(item: item, expected: "\(expected)", got: "\(got)"))
        }
    }

    private mutating func compareSubdomain() {
        let top = expected.questions.first?.qname ?? .root
        guard let qname = got.questions.first?.qname, qname.isSubdomain(of: top) else {
            let got = got.questions.first.map { "\($0.qname)" } ?? "no question"
            mismatches.append(Mismatch(item: "qname", expected: "at or below \(top)", got: got))
            return
        }
    }

    private mutating func compareSerial(_ serial: UInt32) {
        let found = got.authorities.first { $0.type == .soa }.flatMap { StartOfAuthority($0.rdata)?.serial }
        demand("serial", serial, found)
    }

    /// Which code is right is this project's own policy, so other projects' files are not held to it.
    private mutating func compareExtendedError(_ code: UInt16?) {
        guard strictness == .full else { return }
        let codes = got.edns?.options.compactMap { option -> UInt16? in
            if case .extendedError(let error) = option { error.code.rawValue } else { nil }
        }
        if let code {
            demand("EDE", [code], codes ?? [])
        } else {
            demand("EDE present", true, codes?.isEmpty == false)
        }
    }

    // --- Everything ---

    private mutating func compareAll() {
        switch strictness {
        case .full:
            compareSections()
            compareEDNSPresence()
        case .core:
            compareHeader()
            compareSet("answer", expected.answers, got.answers)
            compareDenial()
        }
    }

    private mutating func compareHeader() {
        compare(.opcode)
        compare(.flags)
        compare(.rcode)
        compare(.question)
    }

    private mutating func compareSections() {
        compareHeader()
        compareAnswer()
        compare(.authority)
        compare(.additional)
    }

    private mutating func compareEDNS() {
        demand("EDNS size", expected.edns?.payloadSize, got.edns?.payloadSize)
        demand("EDNS version", expected.edns?.version, got.edns?.version)
        demand("DO", expected.edns?.dnssecOK, got.edns?.dnssecOK)
    }

    private mutating func compareEDNSPresence() {
        demand("EDNS", expected.edns != nil, got.edns != nil)
        demand("DO", expected.edns?.dnssecOK ?? false, got.edns?.dnssecOK ?? false)
    }

    /// The proofs of a denial, which only a client that set DO sees, are part of the answer.
    private mutating func compareDenial() {
        guard expected.edns?.dnssecOK == true else { return }
        let isDenial = expected.responseCode == .nxDomain || expected.answers.isEmpty
        guard isDenial else { return }
        let withoutServers = { (records: [Record]) in records.filter { $0.type != .ns } }
        compareSet("authority", withoutServers(expected.authorities), withoutServers(got.authorities))
    }

    // --- Sections ---

    /// A set of records, and in an answer also the order of the RRsets: an alias stands before its target.
    private mutating func compareAnswer() {
        let before = mismatches.count
        compareSet("answer", expected.answers, got.answers)
        guard before == mismatches.count, strictness == .full else { return }
        demand("order of the answer", Self.order(expected.answers), Self.order(got.answers))
    }

    private static func order(_ records: [Record]) -> [String] {
        var order: [String] = []
        for record in records {
            let key = "\(record.ownerName.lowercase) \(record.type)"
            if order.last != key { order.append(key) }
        }
        return order
    }

    private mutating func compareSet(_ section: String, _ expected: [Record], _ got: [Record]) {
        var extra = got.map { RecordText($0, withTTL: comparesTTL) }
        var missing: [RecordText] = []
        for record in expected.map({ RecordText($0, withTTL: comparesTTL) }) {
            if let index = extra.firstIndex(of: record) {
                extra.remove(at: index)
            } else {
                missing.append(record)
            }
        }
        if !missing.isEmpty || !extra.isEmpty {
            mismatches.append(
                Mismatch(
                    item: section, expected: missing.isEmpty ? "nothing more" : "\(missing)",
                    got: extra.isEmpty ? "nothing like it" : "\(extra)"))
        }
    }
}

/// Flags in words.
struct FlagText: Hashable, CustomStringConvertible {
    var flags: HeaderFlags

    init(_ flags: HeaderFlags) { self.flags = flags }

    private static let names: [(HeaderFlags, String)] = [
        (.qr, "QR"), (.aa, "AA"), (.tc, "TC"), (.rd, "RD"), (.ra, "RA"), (.z, "Z"), (.ad, "AD"), (.cd, "CD"),
    ]

    var description: String {
        let words = Self.names.filter { flags.contains($0.0) }.map(\.1)
        return words.isEmpty ? "none" : words.joined(separator: " ")
    }
}

/// A record in canonical form: equal where case is all that differs.
struct RecordText: Hashable, CustomStringConvertible {
    private var record: Record
    private var withTTL: Bool

    init(_ record: Record, withTTL: Bool) {
        self.withTTL = withTTL
        self.record = record
        self.record.rdata = RData(unchecked: record.rdata.canonical(for: record.type))
        if !withTTL { self.record.ttl = 0 }
    }

    var description: String {
        let ttl = withTTL ? " \(record.ttl)" : ""
        return "\(record.ownerName.lowercase)\(ttl) \(record.type) \(data)"
    }

    private var data: String {
        if let address = record.rdata.address, [.a, .aaaa].contains(record.type) { return "\(address)" }
        if [.ns, .cname, .dname, .ptr].contains(record.type), let name = record.rdata.targetName {
            return "\(name)"
        }
        if let soa = StartOfAuthority(record.rdata), record.type == .soa {
            return "\(soa.primary) \(soa.mailbox) \(soa.serial) ... \(soa.minimum)"
        }
        let hex = record.rdata.bytes.map { String($0 >> 4, radix: 16) + String($0 & 0xf, radix: 16) }.joined()
        return "\\# \(record.rdata.bytes.count) \(hex)"
    }
}
