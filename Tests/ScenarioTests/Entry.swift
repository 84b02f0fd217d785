import DNSWire

/// One `ENTRY`: a packet, and how it is compared with a packet seen or changed before it is sent.
struct Entry {
    var line: Int
    var matches: [MatchItem] = []
    var adjustments: Set<Adjustment> = []
    /// Deckard's "must have been used".
    var isMandatory = false
    /// ID 0; an OPT only where the entry asks for one.
    var packet = Message()
    /// Octets that stand for the packet, however wrong they are.
    var rawPacket: [UInt8]?
    /// Further packets of the same stream: zone transfers.
    var furtherPackets: [Message] = []
}

/// What has to agree.
enum MatchItem: Hashable {
    case opcode, qtype, qname, subdomain, rcode, question, answer, authority, additional
    /// Everything, and everything but the OPT.
    case all, allButEDNS
    case ttl
    case dnssecOK, compactOK, noEDNS, ednsData
    case udp, tcp
    /// The letters of the query name, and not only what they mean.
    case qnameCase
    case flags, edns, nsid
    case clientCookie, serverCookie
    case serial(UInt32)
    /// nil is any code.
    case extendedError(UInt16?)
}

extension MatchItem {
    private static let words: [String: MatchItem] = [
        "opcode": .opcode, "qtype": .qtype, "qname": .qname, "subdomain": .subdomain, "rcode": .rcode,
        "question": .question, "answer": .answer, "authority": .authority, "additional": .additional,
        "all": .all,
        "all_noedns": .allButEDNS, "ttl": .ttl, "DO": .dnssecOK, "CO": .compactOK, "noedns": .noEDNS,
        "ednsdata": .ednsData, "UDP": .udp, "TCP": .tcp, "qcase": .qnameCase, "flags": .flags, "edns": .edns,
        "nsid": .nsid, "client_cookie": .clientCookie, "server_cookie": .serverCookie,
    ]

    init?(_ word: String) {
        if let known = Self.words[word] {
            self = known
        } else if word.hasPrefix("serial="), let number = UInt32(word.dropFirst(7)) {
            self = .serial(number)
        } else if word == "ede=any" {
            self = .extendedError(nil)
        } else if word.hasPrefix("ede="), let code = UInt16(word.dropFirst(4)) {
            self = .extendedError(code)
        } else {
            return nil
        }
    }
}

/// What is done to a packet before it is sent.
enum Adjustment: Hashable {
    case copyID, copyQuery
    /// Deckard: the raw octets get the query's ID.
    case rawID
    /// Deckard: no reply at all.
    case doNotAnswer
    /// Homing's own: the query ends as lost, or as impossible to send.
    case timeout, error
    /// Words about real time and client subnets, which have no meaning here.
    case ignored
}

extension Adjustment {
    private static let words: [String: Adjustment] = [
        "copy_id": .copyID, "copy_query": .copyQuery, "raw_id": .rawID, "do_not_answer": .doNotAnswer,
        "timeout": .timeout, "error": .error, "copy_ednsdata_assume_clientsubnet": .ignored,
        "increment_ecs_scope": .ignored,
    ]

    init?(_ word: String) {
        if let known = Self.words[word] {
            self = known
        } else if word.hasPrefix("sleep=") || word.hasPrefix("packet_sleep=") {
            self = .ignored
        } else {
            return nil
        }
    }
}
