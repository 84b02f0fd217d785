public import DNSWire

/// What a zone says to a question (RFC 1034 §4.3.2): the sections of a response, and how it goes on where the zone ends.
public struct ZoneAnswer: Sendable, Hashable {
    public internal(set) var responseCode = ResponseCode.noError
    /// Whether the first name of the answer is of this zone (RFC 1035 §4.1.1): false for a referral alone.
    public internal(set) var isAuthoritative = true
    /// In the order in which they lead from one to the next. Signatures are there where DNSSEC was asked for.
    public internal(set) var answers: [RRset] = []
    public internal(set) var authorities: [RRset] = []
    public internal(set) var additionals: [RRset] = []
    /// Nil where the zone has said all there is.
    public internal(set) var next: Next?

    public enum Next: Sendable, Hashable {
        /// An alias leads out of the zone, to this name.
        case alias(DomainName)
        /// The name is at or below a zone cut. The sections hold the referral.
        case delegation(ZoneCut)
    }

    init() {}
}

/// Where a zone ends and another begins.
public struct ZoneCut: Sendable, Hashable {
    public let name: DomainName
    public let nameServers: RRset
    /// DS; nil for a zone that is not signed, as far as this one says.
    public let delegationSigners: RRset?
    /// Addresses of the name servers, as far as this zone has them.
    public let glue: [RRset]
}

extension ZoneVersion {
    /// Answers a question from this version: aliases, wildcards (RFC 4592), DNAMEs (RFC 6672), delegations, and negative answers
    /// (RFC 2308). ANY gets one RRset (RFC 8482 §4.1).
    ///
    /// A zone that came signed is served with its signatures and with proofs by NSEC (RFC 4035 §3.1) or NSEC3 (RFC 5155 §7.2); at
    /// most `ZoneLookup.maximumIterations` of its hash are computed, and beyond that there are no proofs.
    ///
    /// - Parameters:
    ///   - qname: at or below the apex; else the answer is REFUSED.
    ///   - dnssecOK: whether signatures and proofs are wanted (RFC 3225).
    public func answer(_ qname: DomainName, _ qtype: RecordType, dnssecOK: Bool = false) -> ZoneAnswer {
        var lookup = ZoneLookup(self, qtype, dnssecOK: dnssecOK)
        lookup.run(qname)
        return lookup.answer
    }
}
