public import DNSWire

/// Who may change what in a zone. The first rule that is about a request decides; what no rule is about is refused.
public struct UpdatePolicy: Sendable, Hashable {
    /// Each record of an update may be held against every rule.
    public static let maximumRules = 1_000

    public var rules: [UpdateRule]
    /// What those get who ask for records with a lease.
    public var leases = LeaseBounds()

    public init(_ rules: [UpdateRule] = []) { self.rules = rules }

    /// Whether anything at all in the zone could be granted: a cheap look before any work is done.
    public func mayPermit(_ requestor: Requestor) -> Bool {
        for rule in rules where rule.concerns(requestor) {
            if rule.isGrant { return true }
            if rule.names == .zonesub, rule.coversAllTypes { return false }
        }
        return false
    }

    /// Whether anything at all could be granted at `name`.
    func mayPermit(_ requestor: Requestor, at name: DomainName) -> Bool {
        for rule in rules where rule.concerns(requestor, name) {
            if rule.isGrant { return true }
            if rule.coversAllTypes { return false }
        }
        return false
    }

    /// Whether records of this name, which is in the zone, and type may be changed, and what says so.
    public func verdict(_ requestor: Requestor, _ name: DomainName, _ type: RecordType) -> Verdict {
        guard !type.isMadeBySigner else { return Verdict(reason: .madeBySigner(type)) }
        for (index, rule) in rules.enumerated() where rule.covers(type) && rule.concerns(requestor, name) {
            return Verdict(
                reason: .rule(number: index + 1, rule), maximumRecords: rule.maximumRecords(of: type))
        }
        return Verdict(reason: .noRule)
    }

    public struct Verdict: Sendable, Hashable {
        public enum Reason: Sendable, Hashable {
            /// Numbers count from 1.
            case rule(number: Int, UpdateRule)
            case noRule
            /// Nobody may: such records are made from others.
            case madeBySigner(RecordType)
        }

        public let reason: Reason
        /// How many records the RRset may grow to; nil for no limit but that of all RRsets.
        public var maximumRecords: Int?

        public var isGranted: Bool {
            if case .rule(_, let rule) = reason { rule.isGrant } else { false }
        }

        /// The same without the rule's text, which is not everybody's to know.
        var shortDescription: String {
            switch reason {
            case .rule(let number, let rule):
                rule.isGrant ? "granted by rule \(number)" : "denied by rule \(number)"
            case .noRule: "no rule grants it"
            case .madeBySigner(let type): "\(type) records are made by the signer"
            }
        }
    }
}

extension UpdatePolicy.Verdict: CustomStringConvertible {
    public var description: String {
        if case .rule(_, let rule) = reason { "\(shortDescription): \(rule)" } else { shortDescription }
    }
}

extension RecordType {
    /// Records that are made from others: to change them alone could only break the zone (RFC 3007 §3.1.1). With a name
    /// that is deleted as a whole they go.
    var isMadeBySigner: Bool {
        switch self {
        case .rrsig, .nsec, .nsec3, .nsec3param, .sig, .nxt: true
        default: false
        }
    }
}
