/// How data is validated. Immutable while in force.
public struct ValidationSettings: Sendable, Equatable {
    /// Seconds by which this clock and a signer's may differ.
    public var skew: Int64 = 300
    /// The wall clock is not looked at: for scenario files that say so.
    public var ignoresDates = false
    public var limits = ValidationLimits()

    public init() {}
}

/// Bounds on what validation may cost. Each default says which attack or RFC it is for.
public struct ValidationLimits: Sendable, Equatable {
    /// RRSIGs tried for one RRset (KeyTrap, CVE-2023-50387).
    public var signaturesPerRRset = 8
    /// Keys tried that share one tag and algorithm (KeyTrap).
    public var keysPerTag = 4
    /// Signatures that do not verify before an RRset is given up, beyond as many as there are keys that fit.
    public var failuresPerRRset = 1
    /// Signature checks for one client query, chain of trust included.
    public var signatureChecks = 64
    /// NSEC3 iterations believed; above: insecure and never computed (RFC 9276 §3.2).
    public var iterations: UInt16 = 50
    /// NSEC3 hashes computed for one client query (CVE-2023-50868).
    public var hashes = 200
    /// NSEC and NSEC3 RRsets of one response that are looked at.
    public var denialRRsets = 16
    /// DS records looked at for one zone, and keys of one zone.
    public var signersPerZone = 16
    public var keysPerZone = 32

    public init() {}
}
