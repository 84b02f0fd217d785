/// What one client query may still cost.
struct ValidationBudget: Sendable {
    private let limits: ValidationLimits
    private var signatureChecks: Int
    private var hashes: Int

    init(_ limits: ValidationLimits) {
        self.limits = limits
        signatureChecks = limits.signatureChecks
        hashes = limits.hashes
    }

    /// Whether something had to be left undone.
    private(set) var isExhausted = false

    /// False when there is none left.
    mutating func spendSignatureCheck() -> Bool {
        guard signatureChecks > 0 else {
            isExhausted = true
            return false
        }
        signatureChecks -= 1
        return true
    }

    mutating func spendHash() -> Bool {
        guard hashes > 0 else {
            isExhausted = true
            return false
        }
        hashes -= 1
        return true
    }

    var signatureText: String { "more than \(limits.signatureChecks) signature checks for one query" }
    var hashText: String { "more than \(limits.hashes) NSEC3 hashes for one query" }
}
