public import DNSCrypto
public import DNSWire

/// Checks data against keys, for one client query: it counts what that costs and stops at the bounds.
///
/// Pure: the data, the time and the verifier are handed in.
public struct Validator: Sendable {
    public let settings: ValidationSettings
    /// What was looked at, in order; empty unless asked for.
    public private(set) var steps: [ValidationStep] = []
    let verifier: any SignatureVerifier
    private let traces: Bool
    var budget: ValidationBudget

    /// More steps than one client query can lead to: a caller that never ends must not fill memory.
    private static let maximumSteps = 1_000

    /// - Parameter traces: whether `steps` are kept.
    public init(settings: ValidationSettings, verifier: any SignatureVerifier, traces: Bool = false) {
        self.settings = settings
        self.verifier = verifier
        self.traces = traces
        budget = ValidationBudget(settings.limits)
    }

    /// Whether a bound on the cost was met: then something was not looked at, and failures say little of the data.
    public var isExhausted: Bool { budget.isExhausted }

    mutating func record(
        _ kind: ValidationStep.Kind, _ name: DomainName, _ type: RecordType?,
        _ outcome: ValidationStep.Outcome, _ detail: @autoclosure () -> String
    ) {
        guard traces, steps.count < Self.maximumSteps else { return }
        steps.append(ValidationStep(kind: kind, name: name, type: type, outcome: outcome, detail: detail()))
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
