public import DNSWire

/// What the chain of trust says of a zone.
public enum ZoneTrust: Sendable {
    /// Its keys are what the chain promised.
    case secure(ZoneKeys)
    /// The chain ends at or above it, with a proof, or in algorithms that nobody here knows (RFC 4035 §5.2).
    case insecure(ValidationFailure?)
    /// The chain is broken.
    case bogus(ValidationFailure)
}

/// The validated keys of a zone. One object, as each step of a chain of trust hands it to the next.
public final class ZoneKeys: Sendable {
    public let zone: DomainName
    /// Zone keys that are not revoked, of algorithms that can be checked.
    public let keys: [DNSKey]
    /// The DNSKEY RRset they came in, its TTL capped by its signature.
    public let rrset: RRset

    public init(zone: DomainName, keys: [DNSKey], rrset: RRset) {
        self.zone = zone
        self.keys = keys
        self.rrset = rrset
    }
}

/// What is believed of a zone's keys without being told by its parent (RFC 4033 §2 "trust anchor").
public struct TrustAnchor: Hashable, Sendable {
    public var zone: DomainName
    public var signers: [DelegationSigner]
    public var keys: [DNSKey]

    public init(zone: DomainName, signers: [DelegationSigner] = [], keys: [DNSKey] = []) {
        self.zone = zone
        self.signers = signers
        self.keys = keys
    }
}
