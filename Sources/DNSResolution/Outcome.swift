public import DNSCache
public import DNSValidation
public import DNSWire

/// How a resolution ended: what a client may be told.
public struct Outcome: Sendable {
    public var responseCode: ResponseCode
    /// The alias chain and, last, the answer.
    public var answers: [RRset] = []
    /// The SOA of a negative answer (RFC 2308 §3).
    public var authorities: [RRset] = []
    /// Addresses that the client will want next.
    public var additionals: [RRset] = []
    /// The NSEC and NSEC3 RRsets for clients that want proof, each once.
    public var proofs: [RRset] = []
    /// Secure when all of it is; bogus outcomes are failures.
    public var security = SecurityStatus.indeterminate
    public var error: ExtendedError?
    /// The name that `answers` has led to so far, at which a zone that is held here has to be asked for the rest. Such an
    /// outcome holds for one moment and is not to be kept; what is in it of public names has been.
    public var continuation: DomainName?
    /// How validation went, step by step; empty unless asked for.
    public var steps: [ValidationStep] = []
    /// What `answers`, `authorities` and `proofs` were made from.
    var findings: [Finding] = []
    /// Made here, not received.
    public var isLocal = false
    /// Of a zone that is answered here.
    public var isAuthoritative = false

    public init(_ responseCode: ResponseCode, error: ExtendedError? = nil) {
        self.responseCode = responseCode
        self.error = error
    }

    public static func failure(_ error: ExtendedError?) -> Outcome {
        Outcome(.serverFailure, error: error)
    }

    static func bogus(_ error: ExtendedError) -> Outcome {
        var outcome = failure(error)
        outcome.security = .bogus
        return outcome
    }

    /// Whether it says something of the name, rather than that nobody could be asked.
    public var isUsable: Bool {
        responseCode == .noError || responseCode == .nxDomain || responseCode == .yxDomain
    }
}
