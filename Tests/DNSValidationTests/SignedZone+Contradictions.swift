import DNSValidation
import DNSWire

/// What denials prove, held against what is so.
extension SignedZone {
    private static let types: [RecordType] = [.a, .txt, .ds, .ns, .cname, .dname, .soa, .any]

    /// Claims about `name` that `denial` proves and that are false. Where the denial holds all that an honest server
    /// sends, also what is true and not proven.
    func contradictions(of denial: Denial, about name: DomainName, isComplete: Bool) -> [String] {
        let hidden = mayBeHidden(name)
        let truth = truth(name)
        var found: [String?] = []
        func judge(_ claim: String, isTrue: Bool, isHidden: Bool, _ verdict: DenialVerdict) {
            switch verdict {
            case .proven(let isOptOut):
                let isRight = (isTrue || isOptOut && isHidden) && (self.isOptOut || !isOptOut)
                found.append(isRight ? nil : "\(claim): proven")
            case .unproven:
                // Of what is hidden, the closest encloser that can be proven is not the real one.
                found.append(isTrue && isComplete && !isHidden ? "\(claim): not proven" : nil)
            case .insecure:
                found.append("\(claim): insecure")
            }
        }
        judge(
            "no name", isTrue: truth == .absent, isHidden: hidden,
            denial.verdict { $0.proveNXDomain(name, $1) })
        // A span that opts out may always be said to hold an unsigned delegation.
        let isSpan = hidden || isOptOut && truth != .elsewhere && !names.contains(name)
        for type in Self.types {
            let verdict = denial.verdict { $0.proveNoData(name, type, $1) }
            judge("no \(type)", isTrue: hasNoData(name, type), isHidden: isSpan, verdict)
        }
        for wildcard in names where wildcard.isWildcard && wildcard != name {
            let verdict = denial.verdict { $0.proveExpansion(of: wildcard, to: name, $1) }
            judge("expansion of \(wildcard)", isTrue: truth == .wildcard(wildcard), isHidden: hidden, verdict)
        }
        found.append(signerContradiction(denial.signer(name), name, isComplete))
        return found.compactMap(\.self)
    }

    private func signerContradiction(_ verdict: String, _ name: DomainName, _ isComplete: Bool) -> String? {
        let expected = signerVerdicts(name)
        if verdict == "unproven" {
            return isComplete && !expected.isEmpty ? "cut: not proven" : nil
        }
        if isComplete, expected.contains("no name") {
            return verdict == "no name" ? nil : "cut: \(verdict), not no name"
        }
        return expected.contains(verdict) ? nil : "cut: \(verdict)"
    }

    /// What may be said of a zone cut at a name, for lack of DS; nothing where there is a DS, or nothing to say.
    private func signerVerdicts(_ name: DomainName) -> Set<String> {
        let isBelowCut = cut(above: name).map { $0 != name } ?? false
        let hidden = mayBeHidden(name)
        if name == apex || (isBelowCut || alias(above: name) != nil) && !hidden { return [] }
        if isCut(name), !isUnsignedCut(name) { return [] }
        if hidden || isOptOut && !names.contains(name) { return ["insecure"] }
        if isUnsignedCut(name) { return ["unsigned delegation"] }
        return truth(name) == .absent ? ["no name", "no delegation"] : ["no delegation"]
    }
}
