import DNSWire

/// What a server does with a query that an entry matches.
enum ServerDeed: Equatable {
    case reply([UInt8])
    /// No reply ever comes.
    case silence
    case timeout
    case error
}

extension Entry {
    /// The packet of this entry, adjusted to `query`, or what happens instead of a packet.
    func deed(for query: Message, queryBytes: [UInt8]) -> ServerDeed {
        if adjustments.contains(.timeout) { return .timeout }
        if adjustments.contains(.error) { return .error }
        if adjustments.contains(.doNotAnswer) { return .silence }
        return .reply(replyBytes(to: query, queryBytes: queryBytes))
    }

    func replyBytes(to query: Message, queryBytes: [UInt8]) -> [UInt8] {
        if var octets = rawPacket {
            let copiesID = adjustments.contains(.copyID) || adjustments.contains(.rawID)
            if copiesID, octets.count >= 2 { octets.replaceSubrange(0..<2, with: queryBytes.prefix(2)) }
            return octets
        }
        var reply = packet
        if adjustments.contains(.copyID) { reply.header.id = query.header.id }
        if adjustments.contains(.copyQuery) { reply.questions = query.questions }
        return reply.compose()
    }
}
