/// A whole message, parsed: for upstream responses, tools and tests. The packet path reads a `QueryView` instead.
public struct Message: Hashable, Sendable {
    public var header: Header
    public var questions: [Question]
    public var answers: [Record]
    public var authorities: [Record]
    /// Without the OPT record, which is `edns`.
    public var additionals: [Record]
    public var edns: EDNS?
    /// With the upper bits from OPT.
    public var responseCode: ResponseCode

    public init(header: Header = Header(), questions: [Question] = []) {
        self.header = header
        self.questions = questions
        answers = []
        authorities = []
        additionals = []
        edns = nil
        responseCode = header.responseCode
    }

    public init(parsing message: Span<UInt8>) throws(WireError) {
        header = try Header(parsing: message)
        responseCode = header.responseCode
        questions = []
        answers = []
        authorities = []
        additionals = []
        var offset = Header.length
        var owners = OwnerNames()
        for _ in 0..<header.questionCount {
            let question = try Question(parsing: message, at: &offset)
            if questions.isEmpty { owners.note(question.qname, at: Header.length) }
            questions.append(question)
        }
        answers = try Self.records(header.answerCount, message, at: &offset, &owners)
        authorities = try Self.records(header.authorityCount, message, at: &offset, &owners)
        additionals.reserveCapacity(Self.capacity(header.additionalCount, message, offset))
        for _ in 0..<header.additionalCount {
            let start = offset
            let record = try Record(parsing: message, at: &offset, owners: &owners)
            if record.type == .opt {
                try readOPT(message, start..<offset)
            } else {
                additionals.append(record)
            }
        }
        guard offset == message.count else { throw WireError(.trailingData, at: offset) }
    }

    private static func records(
        _ count: UInt16, _ message: Span<UInt8>, at offset: inout Int, _ owners: inout OwnerNames
    ) throws(WireError) -> [Record] {
        var records: [Record] = []
        records.reserveCapacity(capacity(count, message, offset))
        for _ in 0..<count {
            let start = offset
            let record = try Record(parsing: message, at: &offset, owners: &owners)
            guard record.type != .opt else { throw WireError(.badOPT, at: start) }
            records.append(record)
        }
        return records
    }

    /// No more room than records can be: the counts are only claims, and a record has at least eleven octets.
    private static func capacity(_ count: UInt16, _ message: Span<UInt8>, _ offset: Int) -> Int {
        min(Int(count), max(0, message.count - offset) / 11)
    }

    private mutating func readOPT(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        guard edns == nil else { throw WireError(.badOPT, at: range.lowerBound) }
        edns = try EDNS(parsing: message, from: range.lowerBound, to: range.upperBound)
        let upperBits = UInt16(try message.uint8(at: range.lowerBound + 5))
        responseCode = ResponseCode(rawValue: upperBits << 4 | header.flagBits & 0xf)
    }

    /// The message in wire form with compression. The header's counts are made from the sections.
    ///
    /// An RRset that does not fit `limit` is left out as a whole (RFC 2181 §9), with all that comes behind it in the
    /// answer and authority sections, and TC is set; additional RRsets are left out one by one, without TC.
    public func compose(limit: Int = 65_535) -> [UInt8] {
        var writer = MessageWriter(limit: limit)
        var header = header
        header.responseCode = responseCode
        writer.begin(header)
        for question in questions { writer.append(question) }
        let optLength = edns.map { MessageWriter.length(of: $0) } ?? 0
        writer.reserve(optLength)
        Self.append(answers, to: .answer, in: &writer)
        Self.append(authorities, to: .authority, in: &writer)
        Self.append(additionals, to: .additional, in: &writer)
        writer.release(optLength)
        if let edns { writer.append(edns, responseCode: responseCode) }
        return writer.finish()
    }

    private static func append(_ records: [Record], to section: Section, in writer: inout MessageWriter) {
        var start = writer.mark
        var leftOut: Record?
        var previous: Record?
        for record in records where section == .additional || !writer.isTruncated {
            if let leftOut, leftOut.isSameRRset(as: record) { continue }
            if previous?.isSameRRset(as: record) != true { start = writer.mark }
            previous = record
            if !writer.append(record, to: section) {
                writer.goBack(to: start)
                leftOut = record
            }
        }
    }
}

/// Reads the owner names of records. Most are one pointer to the question's name, or to where the owner before them stands:
/// these share its octets instead of having them written out again.
struct OwnerNames {
    private var place: Int?
    private var name = DomainName.root

    /// - Parameter place: where in the message the name stands.
    mutating func note(_ name: DomainName, at place: Int) {
        self.name = name
        self.place = place
    }

    mutating func parse(_ message: Span<UInt8>, at offset: inout Int) throws(WireError) -> DomainName {
        var start = offset
        // Behind a pointer stands the name that it names (RFC 1035 §4.1.4).
        if try message.uint8(at: start) >= 0xc0 {
            start = Int(try message.uint16(at: start) & 0x3fff)
            if start == place {
                offset += 2
                return name
            }
        }
        let name = try DomainName(parsing: message, at: &offset)
        note(name, at: start)
        return name
    }
}

extension Question {
    /// A query with this question, and nothing beside it but an OPT record where `edns` is given: what a message with the
    /// same content composes, in one piece.
    public func composeQuery(id: UInt16, flags: HeaderFlags = [], edns: EDNS? = nil) -> [UInt8] {
        var header = Header(id: id)
        header.flags = flags
        header.questionCount = 1
        header.additionalCount = edns == nil ? 0 : 1
        var message: [UInt8] = []
        let optLength = edns.map { MessageWriter.length(of: $0) } ?? 0
        message.reserveCapacity(Header.length + qname.wire.count + 4 + optLength)
        header.compose(to: &message)
        message += qname.wire
        message.append(word: qtype.rawValue)
        message.append(word: qclass.rawValue)
        if let edns { edns.compose(to: &message) }
        return message
    }
}

extension Record {
    func isSameRRset(as other: Record) -> Bool {
        type == other.type && recordClass == other.recordClass && ownerName == other.ownerName
    }
}

public enum Section: Int, Sendable, CaseIterable {
    case answer, authority, additional
}
