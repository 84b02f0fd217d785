public import DNSWire

/// The question for a zone's SOA record, by which a secondary learns whether its primary is ahead (RFC 1034 §4.3.5).
public enum SerialQuery {
    public static func request(_ apex: DomainName, id: UInt16) -> Message {
        Message(header: Header(id: id), questions: [Question(apex, .soa)])
    }

    /// The serial in the answer. A message that is the reply to something else is `otherResponse`, and may be waited past.
    public static func serial(in reply: Message, id: UInt16, apex: DomainName) throws(TransferFailure)
        -> SerialNumber
    {
        guard reply.header.id == id, reply.header.isResponse, reply.header.opcode == .query,
            reply.questions == [Question(apex, .soa)]
        else { throw .otherResponse }
        guard reply.responseCode == .noError else { throw .responseCode(reply.responseCode) }
        // A resolver's answer from its cache says nothing about now.
        guard reply.header.flags.contains(.aa) else { throw .notAuthoritative }
        let soa = reply.answers.first {
            $0.type == .soa && $0.recordClass == .internet && $0.ownerName == apex
        }
        guard let serial = soa?.serial else { throw .noRecords }
        return serial
    }
}
