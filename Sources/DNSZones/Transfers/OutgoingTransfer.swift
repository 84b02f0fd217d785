public import DNSWire

/// The response to a request for a zone, one message after the other (RFC 5936 §2.2, RFC 1995 §4).
///
/// It walks over one version and holds no more than a message of it at a time, so whoever sends takes the next message when
/// the one before is on its way. The messages are complete but for a signature, which the sender adds.
public struct OutgoingTransfer: Sendable {
    /// So large that headers and signatures weigh little, so small that compression pointers, of 14 bits, reach all of it.
    public static let defaultMessageSize = 16_384
    /// RFC 1035 §4.2.2.
    private static let maximumMessageSize = 65_535
    /// What any client takes; a smaller wish is not heard.
    private static let minimumMessageSize = 512

    private let header: Header
    private let question: Question
    /// What messages aim at; one record that is larger goes beyond.
    private let messageSize: Int
    /// What no message passes.
    private let limit: Int
    /// For the first message (RFC 5936 §2.2.5).
    private let opt: [UInt8]
    private var records: TransferRecords
    /// Taken, but not fitting the message before.
    private var held: Record?

    public private(set) var isFinished = false
    /// Whether a record fits no message, so that the transfer ended with an error.
    public private(set) var hasFailed = false
    /// What was made so far.
    public private(set) var messageCount = 0
    public private(set) var recordCount = 0
    public private(set) var octetCount = 0

    /// - Parameters:
    ///   - edns: for an OPT record in the first message, where the client sent one.
    ///   - messageSize: octets that a message should have at most.
    public init(
        _ request: TransferRequest, _ plan: TransferPlan, of version: ZoneVersion, edns: EDNS? = nil,
        messageSize: Int = OutgoingTransfer.defaultMessageSize
    ) {
        let size = min(max(messageSize, Self.minimumMessageSize), Self.maximumMessageSize)
        self.init(
            request, TransferRecords(plan, of: version), edns: edns, messageSize: size,
            limit: Self.maximumMessageSize)
    }

    private init(
        _ request: TransferRequest, _ records: TransferRecords, edns: EDNS?, messageSize: Int, limit: Int
    ) {
        var header = Header(id: request.id)
        // RA, AD and CD stay zero (RFC 5936 §2.2.1).
        header.flags = request.wantsRecursion ? [.qr, .aa, .rd] : [.qr, .aa]
        self.header = header
        question = request.question
        self.messageSize = messageSize
        self.limit = limit
        opt = edns.map(Self.octets) ?? []
        self.records = records
    }

    /// The next message; nil when there are no more.
    ///
    /// - Parameter reserved: octets left free for what the sender appends.
    public mutating func nextMessage(reserved: Int = 0) -> [UInt8]? {
        guard !isFinished else { return nil }
        let opt = messageCount == 0 ? opt : []
        let room = limit - reserved - opt.count
        var packer = RecordPacker(
            header, question: messageCount == 0 ? question : nil, capacity: min(messageSize, limit))
        while let record = held ?? records.next() {
            held = nil
            let target = packer.isEmpty ? room : min(room, messageSize - reserved - opt.count)
            if packer.append(record, limit: target) { continue }
            held = record
            break
        }
        if held != nil, packer.isEmpty { return failure(opt) }
        isFinished = held == nil
        recordCount += packer.recordCount
        return counted(packer.finish(opt: opt))
    }

    /// An error ends the transfer wherever it is (RFC 5936 §2.2).
    private mutating func failure(_ opt: [UInt8]) -> [UInt8] {
        isFinished = true
        hasFailed = true
        var header = header
        header.responseCode = .serverFailure
        var packer = RecordPacker(header, question: question, capacity: Self.minimumMessageSize)
        return counted(packer.finish(opt: opt))
    }

    private mutating func counted(_ message: [UInt8]) -> [UInt8] {
        messageCount += 1
        octetCount += message.count
        return message
    }

    private static func octets(_ edns: EDNS) -> [UInt8] {
        var writer = MessageWriter(limit: maximumMessageSize)
        writer.append(edns, responseCode: .noError)
        return writer.bytes
    }
}

// --- UDP ---

extension OutgoingTransfer {
    /// The whole answer to an IXFR request over UDP in one message, or the SOA record alone where that does not fit, which
    /// tells the client to ask over TCP (RFC 1995 §2).
    ///
    /// - Parameters:
    ///   - limit: octets that the client takes.
    ///   - reserved: octets of it left free for what the sender appends.
    public static func datagram(
        _ request: TransferRequest, _ plan: TransferPlan, of version: ZoneVersion, edns: EDNS?, limit: Int,
        reserved: Int
    ) -> [UInt8] {
        for plan in [plan, .soaAlone] {
            var transfer = OutgoingTransfer(
                request, TransferRecords(plan, of: version), edns: edns, messageSize: limit, limit: limit)
            if let message = transfer.nextMessage(reserved: reserved), transfer.isFinished,
                !transfer.hasFailed
            {
                return message
            }
        }
        // A SOA record of names that are so long: TC says the same.
        var response = Message(header: Header(id: request.id), questions: [request.question])
        response.header.flags = [.qr, .aa, .tc]
        response.edns = edns
        return response.compose(limit: limit - reserved)
    }
}
