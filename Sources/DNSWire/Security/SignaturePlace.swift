/// Where the record stands that signs a whole message: the last one of its additional section.
public struct SignaturePlace: Hashable, Sendable {
    public enum Kind: Sendable {
        /// By a secret that both sides share (RFC 8945).
        case tsig
        /// By a private key: SIG with a type covered of zero (RFC 2931).
        case sig0
    }

    public let kind: Kind
    /// Where the record begins, and the message ended before it was signed.
    public let start: Int
    /// Where the record's TYPE stands, behind its owner name.
    public let fields: Int

    /// Looks for it in a message of any opcode, at the cost of a walk over the records. Nil where nothing signs it.
    ///
    /// - Throws: `misplacedSignature`, or what ends the walk before the message's end.
    public static func find(in message: Span<UInt8>) throws(WireError) -> SignaturePlace? {
        let header = try Header(parsing: message)
        guard header.additionalCount > 0 else { return nil }
        var position = Header.length
        for _ in 0..<header.questionCount {
            try DomainName.skip(message, at: &position)
            position += 4
        }
        let before = Int(header.answerCount) + Int(header.authorityCount)
        let last = before + Int(header.additionalCount) - 1
        var place: SignaturePlace?
        for index in 0...last {
            let start = position
            try DomainName.skip(message, at: &position)
            let fields = position
            position += 10 + Int(try message.uint16(at: position + 8))
            guard position <= message.count else { throw WireError(.truncated, at: message.count) }
            place = try SignaturePlace(message, start, fields, isAdditional: index >= before)
            if place != nil, index != last { throw WireError(.misplacedSignature, at: start) }
        }
        guard position == message.count else { throw WireError(.trailingData, at: position) }
        return place
    }

    /// Nil for a record of another kind, all of which is inside the message. No message is signed by a SIG that is data.
    init?(_ message: Span<UInt8>, _ start: Int, _ fields: Int, isAdditional: Bool) throws(WireError) {
        switch RecordType(rawValue: try message.uint16(at: fields)) {
        case .tsig:
            guard isAdditional else { throw WireError(.misplacedSignature, at: start) }
            kind = .tsig
        case .sig where isAdditional:
            guard try message.uint16(at: fields + 8) >= 2, try message.uint16(at: fields + 10) == 0 else {
                return nil
            }
            kind = .sig0
        default:
            return nil
        }
        self.start = start
        self.fields = fields
    }
}
