public import DNSWire

/// One thing that a validator looked at, for explaining how it came to its verdict.
public struct ValidationStep: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// A trust anchor, held against the keys of its zone.
        case anchor
        /// A DS RRset, held against the keys of the zone it is for.
        case delegationSigner = "DS"
        /// A DNSKEY RRset that the two before led into.
        case zoneKeys = "DNSKEY"
        case signature = "RRSIG"
        case denial
    }

    public enum Outcome: String, Hashable, Sendable {
        case secure
        case insecure
        case bogus
    }

    public let kind: Kind
    public let name: DomainName
    /// The type that was looked at; of a denial the type denied, nil where that is all of the name.
    public let type: RecordType?
    public let outcome: Outcome
    /// Keys, dates, denial records: one line for a person.
    public let detail: String
}
