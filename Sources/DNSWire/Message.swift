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
        for _ in 0..<header.questionCount { questions.append(try Question(parsing: message, at: &offset)) }
        for _ in 0..<header.answerCount { answers.append(try Self.record(message, at: &offset)) }
        for _ in 0..<header.authorityCount { authorities.append(try Self.record(message, at: &offset)) }
        for _ in 0..<header.additionalCount {
            let start = offset
            let record = try Record(parsing: message, at: &offset)
            if record.type == .opt {
                try readOPT(record, message, start..<offset)
            } else {
                additionals.append(record)
            }
        }
        guard offset == message.count else { throw WireError(.trailingData, at: offset) }
    }

    private static func record(_ message: Span<UInt8>, at offset: inout Int) throws(WireError) -> Record {
        let start = offset
        let record = try Record(parsing: message, at: &offset)
        guard record.type != .opt else { throw WireError(.badOPT, at: start) }
        return record
    }

    private mutating func readOPT(
        _ record: Record, _ message: Span<UInt8>, _ range: Range<Int>
    ) throws(WireError) {
        guard edns == nil, record.ownerName.isRoot else { throw WireError(.badOPT, at: range.lowerBound) }
        // The TTL field is not a TTL here, so it is read again as it stands.
        let fields = try message.uint32(at: range.lowerBound + 5)
        let dataStart = range.lowerBound + 11
        edns = EDNS(
            payloadSize: record.recordClass.rawValue, version: UInt8(truncatingIfNeeded: fields >> 16),
            dnssecOK: fields & 0x8000 != 0,
            options: try EDNS.parseOptions(message, dataStart..<range.upperBound))
        responseCode = ResponseCode(
            rawValue: UInt16(truncatingIfNeeded: fields >> 24) << 4 | header.flagBits & 0xf)
    }

    /// The message in wire form with compression. The header's counts are made from the sections; records that do not
    /// fit `limit` are left out and TC is set.
    public func compose(limit: Int = 65_535) -> [UInt8] {
        var writer = MessageWriter(limit: limit)
        var header = header
        header.responseCode = responseCode
        writer.begin(header)
        for question in questions { writer.append(question) }
        let optLength = edns.map { MessageWriter.length(of: $0) } ?? 0
        writer.reserve(optLength)
        for record in answers { writer.append(record, to: .answer) }
        for record in authorities { writer.append(record, to: .authority) }
        for record in additionals { writer.append(record, to: .additional) }
        writer.release(optLength)
        if let edns { writer.append(edns, responseCode: responseCode) }
        return writer.finish()
    }
}

public enum Section: Int, Sendable, CaseIterable {
    case answer, authority, additional
}
