import DNSCache
import DNSValidation
import DNSWire

/// The last line for a person: the verdict, its reason, and what can be done.
extension Explanation {
    var verdict: String {
        let subject = "\(question.qname) \(question.qtype)"
        switch status {
        case .secure: return "\(subject): secure: \(claim) follows from \(beginning)"
        case .insecure:
            return "\(subject): insecure\(code): \(endOfSecurity); no signature vouches for the answer"
        case .bogus: return "\(subject): bogus\(code): \(reason). \(advice)"
        case .indeterminate:
            return "\(subject): not known\(code): \(reason). Ask another server with @ADDRESS, "
                + "or wait longer with --timeout."
        }
    }

    private var code: String {
        error.map { " (EDE \($0.code.rawValue), \($0.code.meaning))" } ?? ""
    }

    private var reason: String {
        guard let error else { return "the server gave no answer" }
        return error.text.isEmpty ? error.code.meaning : Array(error.text.utf8).readable
    }

    //--- Secure ---

    private var claim: String {
        if responseCode == .nxDomain { return "that there is no such name" }
        if question.qtype != .any, !answers.contains(where: { $0.type == question.qtype }) {
            return "that there is no such record"
        }
        return "the answer"
    }

    private var beginning: String {
        var zones: [DomainName] = []
        for step in steps where step.kind == .anchor && !zones.contains(step.name) { zones.append(step.name) }
        let list = zones.map(\.description).joined(separator: " and ")
        return "the trust anchor\(zones.count == 1 ? "" : "s") of \(list)"
    }

    //--- Insecure ---

    /// Where security ended, and why.
    private var endOfSecurity: String {
        if let step = steps.first(where: { $0.outcome == .insecure }) {
            return "security ends at \(step.name) (\(step.detail))"
        }
        let targets = answers.filter { $0.type == .cname }.compactMap(\.rdatas.first?.targetName)
        for name in [question.qname] + targets {
            switch anchors.closest(to: name) {
            case .anchor: continue
            case .negative(let cut): return "the negative trust anchor \(cut) says not to validate \(name)"
            case .none: return "there is no trust anchor above \(name)"
            }
        }
        return "what was asked for is not signed"
    }

    //--- Bogus ---

    private var advice: String {
        let step = brokenStep.map { steps[$0] }
        let another = "ask another with @ADDRESS to tell which"
        if step?.kind == .anchor {
            return "The trust anchor is out of date, or the server that was asked falsifies answers: "
                + "\(another)."
        }
        switch error?.code {
        case .signatureExpired?:
            return "The zone's owner has to renew its signatures, unless the clock of this machine is wrong."
        case .signatureNotYetValid?:
            return "The clock of this machine is behind, or that of the zone's signer is ahead."
        case .keyMissing? where step?.kind == .delegationSigner, .noZoneKey?:
            return "The zone's DNSKEY records and the DS records at its parent do not fit: "
                + "the zone's owner has to change one of them."
        case .keyMissing?:
            return "The zone's owner has to publish the key, or to sign with one that is published."
        case .signaturesMissing?:
            return "The zone is not signed as its parent says, or the server that was asked drops "
                + "signatures: \(another)."
        case .denialMissing?:
            return "The zone's servers do not prove what they deny, or the server that was asked drops "
                + "the proof: \(another)."
        default:
            return "The data was changed on its way, or wrongly signed by the zone's owner: \(another)."
        }
    }
}
