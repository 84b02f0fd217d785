import DNSCrypto
public import DNSWire

/// That names and types do not exist (RFC 4035 §5.4, RFC 5155 §8).
extension Validator {
    /// The NSEC and NSEC3 RRsets among `rrsets` that verify with `keys`: what the proofs below are made from.
    public mutating func denial(from rrsets: [RRset], with keys: ZoneKeys, wall: Int64) -> Denial {
        var verified: [RRset] = []
        var failure: ValidationFailure?
        let offered = rrsets.lazy.filter { $0.type == .nsec || $0.type == .nsec3 }
        for rrset in offered.prefix(settings.limits.denialRRsets) {
            switch verify(rrset, with: keys, wall: wall) {
            case .secure(let rrset, _): verified.append(rrset)
            case .bogus(let reason): failure = failure ?? reason
            }
        }
        return Denial(zone: keys.zone, verified: verified, failure: failure)
    }

    /// That `qname` does not exist, and no wildcard either.
    public mutating func proveNXDomain(_ qname: DomainName, _ denial: Denial) -> DenialVerdict {
        prove(.noName, of: qname, denial)
    }

    /// That `qname`, or the wildcard it falls under, has no data of type `qtype` (and is no alias).
    public mutating func proveNoData(
        _ qname: DomainName, _ qtype: RecordType, _ denial: Denial
    ) -> DenialVerdict {
        prove(.noData(qtype), of: qname, denial)
    }

    /// That nothing closer to `qname` than `wildcard` exists, so that it was right to expand it.
    public mutating func proveExpansion(
        of wildcard: DomainName, to qname: DomainName, _ denial: Denial
    ) -> DenialVerdict {
        prove(.expansion(of: wildcard), of: qname, denial)
    }

    private mutating func prove(
        _ claim: DenialClaim, of qname: DomainName, _ denial: Denial
    ) -> DenialVerdict {
        let attempt = attempt(claim, of: qname, denial)
        switch attempt {
        case .proven(let isOptOut, let evidence):
            record(.denial, qname, claim.type, isOptOut ? .insecure : .secure, "\(claim) by \(evidence)")
            return .proven(isOptOut: isOptOut)
        case .insecure(let failure):
            record(.denial, qname, claim.type, .insecure, failure.reason)
            return .insecure(failure)
        case .unproven(let failure):
            record(.denial, qname, claim.type, .bogus, failure.reason)
            return .unproven(failure)
        }
    }

    private enum Attempt {
        case proven(isOptOut: Bool, evidence: DenialEvidence)
        case insecure(ValidationFailure)
        case unproven(ValidationFailure)
    }

    private mutating func attempt(_ claim: DenialClaim, of qname: DomainName, _ denial: Denial) -> Attempt {
        var reasons: [String] = []
        guard qname.isSubdomain(of: denial.zone) else {
            return .unproven(absence(qname, ["it is not in the zone \(denial.zone)"], denial))
        }
        switch denial.nextSecures.prove(claim, of: qname) {
        case .proven(let isOptOut, let evidence): return .proven(isOptOut: isOptOut, evidence: evidence)
        case .unproven(let reason): reasons.append(reason)
        }
        for proof in denial.hashedProofs where isComputed(proof.parameters) {
            do throws(HashesExhausted) {
                switch try proof.prove(claim, of: qname, &hasher) {
                case .proven(let isOptOut, let evidence):
                    return .proven(isOptOut: isOptOut, evidence: evidence)
                case .unproven(let reason): reasons.append(reason)
                }
            } catch {
                return .unproven(ValidationFailure(.denial, qname, .bogus, error.reason))
            }
        }
        if let failure = tooManyIterations(qname, denial) { return .insecure(failure) }
        return .unproven(absence(qname, reasons, denial))
    }

    /// What a denial of DS at `name` says about a zone cut there.
    public mutating func proveNoDelegationSigner(_ name: DomainName, _ denial: Denial) -> NoSignerVerdict {
        let statement = cutStatement(name, denial)
        record(.denial, name, .ds, statement.outcome, statement.text)
        return statement.verdict
    }

    /// What is concluded of a zone cut, and for the trace in which words and by which records.
    private struct CutStatement {
        let verdict: NoSignerVerdict
        let outcome: ValidationStep.Outcome
        let words: String
        var evidence: DenialEvidence?

        var text: String { evidence.map { "\(words) by \($0)" } ?? words }

        init(
            _ verdict: NoSignerVerdict, _ outcome: ValidationStep.Outcome, _ words: String,
            _ evidence: DenialEvidence? = nil
        ) {
            self.verdict = verdict
            self.outcome = outcome
            self.words = words
            self.evidence = evidence
        }

        static func unproven(_ failure: ValidationFailure) -> Self {
            Self(.unproven(failure), .bogus, failure.reason)
        }
    }

    private mutating func cutStatement(_ name: DomainName, _ denial: Denial) -> CutStatement {
        guard name.isProperSubdomain(of: denial.zone) else {
            return .unproven(absence(name, ["it is not below the apex of \(denial.zone)"], denial))
        }
        var findings: [CutFinding] = [denial.nextSecures.cut(at: name)]
        for proof in denial.hashedProofs where isComputed(proof.parameters) {
            do throws(HashesExhausted) {
                findings.append(try proof.cut(at: name, &hasher))
            } catch {
                return .unproven(ValidationFailure(.denial, name, .bogus, error.reason))
            }
        }
        var reasons: [String] = []
        for finding in findings {
            switch finding {
            case .unsignedDelegation(let evidence):
                return CutStatement(.unsignedDelegation, .insecure, "unsigned delegation", evidence)
            case .optOut(let evidence):
                return CutStatement(.insecure(nil), .insecure, "opt-out", evidence)
            case .noDelegation(let evidence):
                return CutStatement(.noDelegation, .secure, "no zone cut", evidence)
            case .noName(let evidence):
                return CutStatement(.noName, .secure, "no such name", evidence)
            case .unproven(let reason):
                reasons.append(reason)
            }
        }
        if let failure = tooManyIterations(name, denial) {
            return CutStatement(.insecure(failure), .insecure, failure.reason)
        }
        return .unproven(absence(name, reasons, denial))
    }

    // --- What is missing ---

    private func isComputed(_ parameters: NextSecure3Parameters) -> Bool {
        parameters.iterations <= settings.limits.iterations
    }

    /// RFC 9276 §3.2.
    private func tooManyIterations(_ name: DomainName, _ denial: Denial) -> ValidationFailure? {
        guard let parameters = denial.hashedProofs.map(\.parameters).first(where: { !isComputed($0) }) else {
            return nil
        }
        let reason = "NSEC3 with \(parameters.iterations) iterations, more than \(settings.limits.iterations)"
        return ValidationFailure(.denial, name, .unsupportedIterations, reason)
    }

    /// Where a record that was offered did not verify, that is what is wrong.
    private func absence(_ name: DomainName, _ reasons: [String], _ denial: Denial) -> ValidationFailure {
        if let failure = denial.failure { return failure }
        if denial.rrsets.isEmpty {
            return ValidationFailure(.denial, name, .denialMissing, "no NSEC or NSEC3 records")
        }
        // Of two kinds of records the one that is there says more.
        let reason = denial.nextSecures.links.isEmpty ? reasons.last : reasons.first
        return ValidationFailure(.denial, name, .denialMissing, reason ?? "no proof")
    }
}

/// What denial records prove.
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

extension DenialClaim: CustomStringConvertible {
    /// For the trace.
    var description: String {
        switch self {
        case .noName: "no such name"
        case .noData(let type): "no \(type)"
        case .expansion(let wildcard): "nothing closer than \(wildcard)"
        }
    }

    var type: RecordType? {
        if case .noData(let type) = self { type } else { nil }
    }
}
