public import DNSCrypto
public import DNSWire

/// Checks data against keys, for one client query: it counts what that costs and stops at the bounds.
///
/// Pure: the data, the time and the verifier are handed in.
public struct Validator: Sendable {
    public let settings: ValidationSettings
    let verifier: any SignatureVerifier

    public init(settings: ValidationSettings, verifier: any SignatureVerifier) {
        self.settings = settings
        self.verifier = verifier
    }

    // --- Keys ---

    /// The keys of `zone` as its validated DS RRset promises them (RFC 4035 §5.2).
    ///
    /// - Parameters:
    ///   - keys: the DNSKEY RRset; nil when there is none.
    ///   - wall: seconds since 1970.
    public mutating func trust(
        _ zone: DomainName, keys: RRset?, delegationSigners: RRset, wall: Int64
    ) -> ZoneTrust {
        .bogus(ValidationFailure(.zoneKeys, zone, .bogus, "not built"))
    }

    /// The keys of a zone that has a trust anchor.
    public mutating func trust(_ anchor: TrustAnchor, keys: RRset?, wall: Int64) -> ZoneTrust {
        .bogus(ValidationFailure(.zoneKeys, anchor.zone, .bogus, "not built"))
    }

    // --- RRsets ---

    public enum Verdict: Sendable {
        /// The RRset with its TTL capped by the signature (RFC 4035 §5.3.3), and with that signature alone.
        /// `wildcard` is the `*` name that it was made from, where it was: then a denial of `ownerName` is due.
        case secure(RRset, wildcard: DomainName?)
        case bogus(ValidationFailure)
    }

    /// Checks an RRset against the keys of the zone that it is in (RFC 4035 §5.3).
    public mutating func verify(_ rrset: RRset, with keys: ZoneKeys, wall: Int64) -> Verdict {
        .bogus(ValidationFailure(.signature, rrset.ownerName, .bogus, "not built"))
    }

    // --- Denial ---

    /// The NSEC and NSEC3 RRsets among `rrsets` that verify with `keys`: what the proofs below are made from.
    public mutating func denial(from rrsets: [RRset], with keys: ZoneKeys, wall: Int64) -> Denial {
        Denial(zone: keys.zone, rrsets: [])
    }

    /// That `qname` does not exist, and no wildcard either.
    public mutating func proveNXDomain(_ qname: DomainName, _ denial: Denial) -> DenialVerdict {
        .unproven(ValidationFailure(.denial, qname, .denialMissing, "not built"))
    }

    /// That `qname`, or the wildcard it falls under, has no data of type `qtype` (and is no alias).
    public mutating func proveNoData(
        _ qname: DomainName, _ qtype: RecordType, _ denial: Denial
    ) -> DenialVerdict {
        .unproven(ValidationFailure(.denial, qname, .denialMissing, "not built"))
    }

    /// That nothing closer to `qname` than `wildcard` exists, so that it was right to expand it.
    public mutating func proveExpansion(
        of wildcard: DomainName, to qname: DomainName, _ denial: Denial
    ) -> DenialVerdict {
        .unproven(ValidationFailure(.denial, qname, .denialMissing, "not built"))
    }

    /// What a denial of DS at `name` says about a zone cut there.
    public mutating func proveNoDelegationSigner(_ name: DomainName, _ denial: Denial) -> NoSignerVerdict {
        .unproven(ValidationFailure(.denial, name, .denialMissing, "not built"))
    }
}

/// Verified NSEC and NSEC3 RRsets of one zone.
public struct Denial: Sendable {
    public let zone: DomainName
    /// Each with its TTL capped by its signature.
    public let rrsets: [RRset]
}

public enum DenialVerdict: Sendable {
    /// - Parameter isOptOut: an opt-out span was part of the proof, so an unsigned delegation may be there: true, but
    ///   not secure (RFC 5155 §9.2).
    case proven(isOptOut: Bool)
    /// The proof is one that is not computed: too many iterations (RFC 9276 §3.2).
    case insecure(ValidationFailure)
    case unproven(ValidationFailure)
}

public enum NoSignerVerdict: Sendable {
    /// There is a delegation and it has no DS: what is below is insecure.
    case unsignedDelegation
    /// There may be an unsigned delegation: the name is in an opt-out span, or the iterations are too many.
    case insecure(ValidationFailure?)
    /// There is no zone cut at the name.
    case noDelegation
    /// The name does not exist, nor anything below it.
    case noName
    case unproven(ValidationFailure)
}
