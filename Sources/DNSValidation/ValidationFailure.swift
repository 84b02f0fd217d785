public import DNSWire

/// Why data could not be validated: the step that failed, where, and what a client may be told of it.
public struct ValidationFailure: Error, Hashable, Sendable {
    public enum Step: String, Hashable, Sendable {
        /// A zone's keys against its trust anchor.
        case trustAnchor = "trust anchor"
        /// The delegation signer records of a zone, or the proof that it has none.
        case delegationSigner = "DS"
        /// A zone's keys against its delegation signer records.
        case zoneKeys = "DNSKEY"
        /// An RRset against its signatures.
        case signature = "RRSIG"
        /// The proof that a name or a type does not exist.
        case denial = "denial"

        /// What it is called where steps are listed.
        var kind: ValidationStep.Kind {
            switch self {
            case .trustAnchor: .anchor
            case .delegationSigner: .delegationSigner
            case .zoneKeys: .zoneKeys
            case .signature: .signature
            case .denial: .denial
            }
        }
    }

    public var step: Step
    /// The name at which it failed.
    public var name: DomainName
    /// RFC 8914.
    public var code: ExtendedError.Code
    /// For a person: what was wrong, in one line without the name.
    public var reason: String

    public init(_ step: Step, _ name: DomainName, _ code: ExtendedError.Code, _ reason: String) {
        self.step = step
        self.name = name
        self.code = code
        self.reason = reason
    }

    public var extendedError: ExtendedError { ExtendedError(code, "\(step.rawValue) of \(name): \(reason)") }
}
