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
    private var signatureChecksLeft: Int
    private var wantsMoreSignatureChecks = false
    var hasher: NameHasher

    /// More steps than one client query can lead to: a caller that never ends must not fill memory.
    private static let maximumSteps = 1_000

    /// - Parameter traces: whether `steps` are kept.
    public init(settings: ValidationSettings, verifier: any SignatureVerifier, traces: Bool = false) {
        self.settings = settings
        self.verifier = verifier
        self.traces = traces
        signatureChecksLeft = settings.limits.signatureChecks
        hasher = NameHasher(verifier: verifier, limit: settings.limits.hashes)
    }

    /// False when the query has had all that it may have.
    mutating func spendSignatureCheck() -> Bool {
        guard signatureChecksLeft > 0 else {
            wantsMoreSignatureChecks = true
            return false
        }
        signatureChecksLeft -= 1
        return true
    }

    /// Whether a bound on the cost was met: then something was not looked at, and failures say little of the data.
    public var isExhausted: Bool { wantsMoreSignatureChecks || hasher.isExhausted }

    /// The hash of a name, counted like those that proofs need; nil at the bound, or where more iterations are asked for
    /// than are believed.
    public mutating func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? {
        guard parameters.iterations <= settings.limits.iterations else { return nil }
        return (try? hasher.hash(name, parameters)) ?? nil
    }

    /// Adds a step that the one who walks the chain of trust found to fail.
    public mutating func note(_ failure: ValidationFailure, _ type: RecordType) {
        record(failure.step.kind, failure.name, type, .bogus, failure.reason)
    }

    mutating func record(
        _ kind: ValidationStep.Kind, _ name: DomainName, _ type: RecordType?,
        _ outcome: ValidationStep.Outcome, _ detail: @autoclosure () -> String
    ) {
        guard traces, steps.count < Self.maximumSteps else { return }
        steps.append(ValidationStep(kind: kind, name: name, type: type, outcome: outcome, detail: detail()))
    }
}
