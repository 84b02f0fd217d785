public import DNSWire

/// What a client asks for that wants a whole zone: AXFR (RFC 5936 §2.1) or IXFR (RFC 1995 §3).
public struct TransferRequest: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// All of the zone.
        case full
        /// What has changed since the version that the client has.
        case incremental(since: SerialNumber)
    }

    public let id: UInt16
    /// RD, which the response repeats (RFC 5936 §2.2.1).
    public let wantsRecursion: Bool
    /// With the letters of the qname as the client wrote them.
    public let question: Question
    public let kind: Kind
    /// Whether it came over UDP.
    public let isDatagram: Bool

    public var apex: DomainName { question.qname }

    /// Reads a request out of a query of type AXFR or IXFR.
    public init(_ query: Message, isDatagram: Bool) throws(TransferRefusal) {
        guard query.questions.count == 1, let question = query.questions.first,
            !query.header.isResponse, query.header.opcode == .query, query.answers.isEmpty
        else { throw TransferRefusal(.formatError) }
        guard question.qclass == .internet else { throw TransferRefusal(.refused) }
        switch question.qtype {
        case .axfr:
            // RFC 5936 §4.2: not defined over UDP.
            guard !isDatagram, query.authorities.isEmpty else { throw TransferRefusal(.formatError) }
            kind = .full
        case .ixfr:
            guard let serial = Self.serial(in: query, of: question.qname) else {
                throw TransferRefusal(.formatError)
            }
            kind = .incremental(since: serial)
        default:
            throw TransferRefusal(.formatError)
        }
        id = query.header.id
        wantsRecursion = query.header.flags.contains(.rd)
        self.question = question
        self.isDatagram = isDatagram
    }

    /// The serial of the client's version: one SOA record of the zone in the authority section (RFC 1995 §3).
    private static func serial(in query: Message, of apex: DomainName) -> SerialNumber? {
        guard query.authorities.count == 1, let record = query.authorities.first, record.type == .soa,
            record.recordClass == .internet, record.ownerName == apex
        else { return nil }
        return StartOfAuthority(record.rdata).map { SerialNumber($0.serial) }
    }
}

/// Why a client does not get a zone: the response code of the answer, and its reason (RFC 8914).
public struct TransferRefusal: Error, Sendable, Hashable {
    public var responseCode: ResponseCode
    public var explanation: ExtendedError?

    public init(_ responseCode: ResponseCode, _ explanation: ExtendedError? = nil) {
        self.responseCode = responseCode
        self.explanation = explanation
    }
}

/// Who asks for a transfer.
public struct TransferClient: Sendable, Hashable {
    public var address: IPAddress
    /// The name of the key that signed the request, verified; nil where none did.
    public var key: DomainName?
    /// Whether the request came over TLS (RFC 9103).
    public var isEncrypted: Bool

    public init(address: IPAddress, key: DomainName? = nil, isEncrypted: Bool = false) {
        self.address = address
        self.key = key
        self.isEncrypted = isEncrypted
    }
}

extension TransferRequest {
    /// The version that is to be sent. It does no work before the client is known to be allowed it.
    public func version(in zones: ZoneTable, for client: TransferClient) throws(TransferRefusal)
        -> ZoneVersion
    {
        guard let zone = zones.zone(at: apex) else {
            // RFC 5936 §2.2.1.
            throw TransferRefusal(.notAuth, ExtendedError(.notAuthoritative))
        }
        let access = zone.settings.transferAccess
        guard access.permits(client.address, key: client.key, isEncrypted: client.isEncrypted) else {
            throw TransferRefusal(.refused, ExtendedError(.prohibited))
        }
        guard let version = zone.version else {
            throw TransferRefusal(.serverFailure, ExtendedError(.notReady, "not transferred yet, or expired"))
        }
        return version
    }
}
