public import DNSWire

/// A NOTIFY that came in: a server says that a zone has changed (RFC 1996 §3).
public struct NotifyRequest: Sendable, Hashable {
    public let id: UInt16
    public let question: Question
    /// Of the SOA record in the answer section: a hint, and not believed further than "nothing new" (RFC 1996 §3.7, §3.8).
    public let serial: SerialNumber?

    public enum Verdict: Sendable {
        /// For this secondary zone; the primary's index, where its address tells.
        case accepted(Zone, primary: Int?)
        /// No work is done for it.
        case refused(ResponseCode)
    }

    /// Reads a message of the opcode NOTIFY. Authority and additional sections are ignored (RFC 1996 §3.9).
    public init(_ message: Message) throws(TransferRefusal) {
        guard message.header.opcode == .notify, !message.header.isResponse, message.questions.count == 1,
            let question = message.questions.first
        else { throw TransferRefusal(.formatError) }
        // What names no single class, and types that no event is defined for (RFC 1996 §3.11).
        guard question.qclass != .any, question.qclass != .none, question.qtype == .soa else {
            throw TransferRefusal(.formatError)
        }
        guard question.qclass == .internet else { throw TransferRefusal(.refused) }
        id = message.header.id
        self.question = question
        let soa = message.answers.first { $0.type == .soa && $0.ownerName == question.qname }
        serial = soa?.serial
    }

    /// - Parameters:
    ///   - client: the address that it came from.
    ///   - key: the name of the key that signed it, verified; nil where none did.
    public func verdict(in zones: ZoneTable, from client: IPAddress, key: DomainName?) -> Verdict {
        guard let zone = zones.zone(at: question.qname) else { return .refused(.notAuth) }
        // A primary is told of changes by nobody.
        guard case .secondary(let primaries) = zone.settings.role else { return .refused(.refused) }
        let index = primaries.firstIndex { $0.address.address.unmapped == client.unmapped }
        let isSigned = key.map { key in primaries.contains { $0.key == key } } ?? false
        guard index != nil || isSigned else { return .refused(.refused) }
        return .accepted(zone, primary: index ?? primaries.firstIndex { $0.key == key })
    }

    /// The answer, which says nothing but that the message came (RFC 1996 §4.7).
    public func response(_ responseCode: ResponseCode = .noError) -> Message {
        var response = Message(header: Header(id: id, opcode: .notify), questions: [question])
        response.header.flags = responseCode == .noError ? [.qr, .aa] : [.qr]
        response.responseCode = responseCode
        return response
    }
}

/// A NOTIFY to send, and what comes back.
public enum NotifyMessage {
    /// With the new SOA record in the answer section (RFC 1996 §3.7).
    public static func request(_ version: ZoneVersion, id: UInt16) -> Message {
        var message = Message(
            header: Header(id: id, opcode: .notify), questions: [Question(version.apex, .soa)])
        message.header.flags = [.aa]
        message.answers = [version.soaRecord]
        return message
    }

    /// The response code of the reply to the request of this ID and zone; nil where it is the reply to something else.
    public static func reply(_ message: Message, id: UInt16, apex: DomainName) -> ResponseCode? {
        guard message.header.id == id, message.header.isResponse, message.header.opcode == .notify,
            message.questions.isEmpty || message.questions == [Question(apex, .soa)]
        else { return nil }
        return message.responseCode
    }
}
