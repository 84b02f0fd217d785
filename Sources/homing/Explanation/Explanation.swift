import DNSCache
import DNSValidation
import DNSWire

/// How an answer was validated, and with what result.
struct Explanation {
    var question: Question
    var server: SocketAddress
    var anchors: TrustAnchorSet
    var responseCode = ResponseCode.noError
    /// Empty when they are bogus.
    var answers: [RRset] = []
    /// Indeterminate: something could not be asked for.
    var status: SecurityStatus
    var error: ExtendedError?
    var steps: [ValidationStep] = []

    /// What a person reads: the tree, a blank line and the verdict.
    var lines: [String] {
        let tree = ChainTree(self).lines
        return tree + (tree.isEmpty ? [] : [""]) + [verdict]
    }

    var exitStatus: Int32 {
        switch status {
        case .secure, .insecure: 0
        case .bogus: 1
        case .indeterminate: 2
        }
    }

    /// The step that made the answer bogus, where one did.
    var brokenStep: Int? {
        guard status == .bogus, let text = error?.text else { return nil }
        // Others may have failed on the way without harm: what a referral cannot prove is asked for.
        return steps.lastIndex { $0.outcome == .bogus && text.hasSuffix(": " + $0.detail) }
    }
}
