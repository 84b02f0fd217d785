import DNSWire

/// What a reader of lines knows while it goes on: the place, and the defaults that `$ORIGIN` and `$TTL` set.
struct LineCursor {
    private let lines: [Line]
    private var index = 0
    private let lastNumber: Int
    var origin = DomainName.root
    var defaultTTL: UInt32 = 3600

    init(_ lines: [Line]) {
        self.lines = lines
        lastNumber = lines.last?.number ?? 1
    }

    /// The next line that is not a directive; the directives on the way take effect.
    mutating func next() throws(ScenarioError) -> Line? {
        while index < lines.count {
            let line = lines[index]
            index += 1
            switch line.keyword {
            case "$ORIGIN":
                guard line.tokens.count == 2, let name = try? DomainName(line.tokens[1].text) else {
                    throw ScenarioError(line: line.number, reason: "$ORIGIN takes one name")
                }
                origin = name
            case "$TTL":
                guard line.tokens.count == 2, let ttl = UInt32(line.tokens[1].text) else {
                    throw ScenarioError(line: line.number, reason: "$TTL takes one number")
                }
                defaultTTL = ttl
            default:
                return line
            }
        }
        return nil
    }

    /// The next line, which must be there because `purpose` is not finished.
    mutating func require(_ purpose: String) throws(ScenarioError) -> Line {
        guard let line = try next() else {
            throw ScenarioError(line: lastNumber, reason: "the file ends inside of \(purpose)")
        }
        return line
    }

    /// Looks at the next line without taking it.
    func peek() -> Line? { index < lines.count ? lines[index] : nil }
}

/// Reads one entry, from the line behind `ENTRY_BEGIN` to `ENTRY_END`.
struct EntryParser {
    private enum Section {
        case none, question, answer, authority, additional
    }

    private let dialect: Dialect
    private var entry: Entry
    private var section = Section.none
    /// Where records go: the entry's own packet, or the last of the further ones.
    private var packet = Message()
    private var isFurther = false

    private init(line: Int, dialect: Dialect) {
        self.dialect = dialect
        entry = Entry(line: line)
    }

    static func parse(
        _ cursor: inout LineCursor, begin: Line, dialect: Dialect
    ) throws(ScenarioError) -> Entry {
        var parser = EntryParser(line: begin.number, dialect: dialect)
        while true {
            let line = try cursor.require("an entry")
            if line.keyword == "ENTRY_END" { break }
            try parser.take(line, &cursor)
        }
        parser.closePacket()
        return parser.entry
    }

    private mutating func take(_ line: Line, _ cursor: inout LineCursor) throws(ScenarioError) {
        switch line.keyword {
        case "MATCH":
            for token in line.arguments {
                guard let item = MatchItem(token.text) else { throw unknown(token, line) }
                entry.matches.append(item)
            }
        case "ADJUST":
            for token in line.arguments {
                guard let adjustment = Adjustment(token.text) else { throw unknown(token, line) }
                entry.adjustments.insert(adjustment)
            }
        case "REPLY", "FLAGS":
            for token in line.arguments { try takeHeaderWord(token, line) }
        case "SECTION":
            try openSection(line)
        case "MANDATORY":
            entry.isMandatory = true
        case "EXTRA_PACKET":
            closePacket()
            isFurther = true
            packet = Message()
            section = .none
        case "HEX_ANSWER_BEGIN":
            entry.rawPacket = try hexBlock(until: "HEX_ANSWER_END", &cursor)
        case "HEX_EDNSDATA_BEGIN":
            var edns = packet.edns ?? EDNS()
            edns.options = try options(in: try hexBlock(until: "HEX_EDNSDATA_END", &cursor), line)
            packet.edns = edns
        case "RAW":
            let data = try cursor.require("RAW")
            entry.rawPacket = try hex(data.tokens[...], data)
        default:
            try takeRecord(line, cursor)
        }
    }

    private mutating func closePacket() {
        if isFurther {
            entry.furtherPackets.append(packet)
        } else {
            entry.packet = packet
        }
    }

    private func unknown(_ token: Token, _ line: Line) -> ScenarioError {
        ScenarioError(line: line.number, reason: "\(line.keyword) does not know \(token.text)")
    }

    // --- Header ---

    private static let flags: [String: HeaderFlags] = [
        "QR": .qr, "AA": .aa, "TC": .tc, "RD": .rd, "RA": .ra, "AD": .ad, "CD": .cd,
    ]
    private static let opcodes: [String: Opcode] = [
        "QUERY": .query, "IQUERY": .iquery, "STATUS": .status, "NOTIFY": .notify, "UPDATE": .update,
    ]

    private mutating func takeHeaderWord(_ token: Token, _ line: Line) throws(ScenarioError) {
        let word = token.text
        if let flag = Self.flags[word] {
            packet.header.flags.insert(flag)
        } else if let opcode = Self.opcodes[word] {
            packet.header.opcode = opcode
        } else if let rcode = ResponseCode(word) {
            packet.responseCode = rcode
        } else if word == "DO" {
            if packet.edns == nil { packet.edns = EDNS() }
            packet.edns?.dnssecOK = true
        } else if word == "CO" {
            if packet.edns == nil { packet.edns = EDNS() }
        } else {
            throw unknown(token, line)
        }
    }

    // --- Sections ---

    private mutating func openSection(_ line: Line) throws(ScenarioError) {
        switch line.arguments.first?.text {
        case "QUESTION": section = .question
        case "ANSWER": section = .answer
        case "AUTHORITY": section = .authority
        case "ADDITIONAL": section = .additional
        default: throw ScenarioError(line: line.number, reason: "no such section")
        }
    }

    private mutating func takeRecord(_ line: Line, _ cursor: LineCursor) throws(ScenarioError) {
        let reader = RecordReader(origin: cursor.origin, defaultTTL: cursor.defaultTTL)
        switch section {
        case .none:
            throw ScenarioError(line: line.number, reason: "\(line.keyword) is not a word of an entry")
        case .question:
            packet.questions.append(try reader.question(line))
        case .answer:
            packet.answers.append(try reader.record(line))
        case .authority:
            packet.authorities.append(try reader.record(line))
        case .additional:
            packet.additionals.append(try reader.record(line))
        }
    }

    // --- Octets ---

    private func hexBlock(until end: String, _ cursor: inout LineCursor) throws(ScenarioError) -> [UInt8] {
        var octets: [UInt8] = []
        while true {
            let line = try cursor.require(end)
            if line.keyword == end { return octets }
            octets += try hex(line.tokens[...], line)
        }
    }

    private func hex(_ tokens: ArraySlice<Token>, _ line: Line) throws(ScenarioError) -> [UInt8] {
        guard let octets = octets(hexadecimal: tokens.map(\.text).joined()) else {
            throw ScenarioError(line: line.number, reason: "not hexadecimal octets")
        }
        return octets
    }

    private func options(in octets: [UInt8], _ line: Line) throws(ScenarioError) -> [EDNSOption] {
        var options: [EDNSOption] = []
        var rest = octets[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else {
                throw ScenarioError(line: line.number, reason: "a short EDNS option")
            }
            let head = Array(rest.prefix(4))
            let length = Int(head[2]) << 8 | Int(head[3])
            rest = rest.dropFirst(4)
            guard rest.count >= length else {
                throw ScenarioError(line: line.number, reason: "a short EDNS option")
            }
            // As it stands, whatever its content: tests send bad options, too.
            options.append(.unknown(code: UInt16(head[0]) << 8 | UInt16(head[1]), Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return options
    }
}

/// Octets from an even number of hexadecimal digits; nil for anything else.
func octets(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16) }
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0) }
}
