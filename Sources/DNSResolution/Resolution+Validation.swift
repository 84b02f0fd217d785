import DNSCache
import DNSValidation
import DNSWire

/// How far one finding has got.
private enum Judgement {
    case done
    /// Lookups for the chain of trust are under way.
    case waiting
    case bogus(ExtendedError)
    /// A server of a signed zone gave it without signatures: another server may know better (one that is not aware of
    /// DNSSEC), or there is an unsigned zone below on the same server.
    case unsigned
    /// The chain of trust cannot be had.
    case failed(ExtendedError)
}

/// The judgement of what the client's lookup found (RFC 4035 §5): each finding becomes secure or insecure, or the whole
/// ends as bogus.
///
/// It is run from the start whenever a lookup for it has ended; what was judged is passed over, so nothing is verified
/// twice.
extension Resolution {
    /// Whether what the lookup finds is judged before it is kept.
    func isToBeValidated(_ lookup: Lookup) -> Bool {
        guard validator != nil else { return false }
        return switch lookup.purpose {
        case .client, .trust, .secondOpinion: true
        case .address, .priming: false
        }
    }

    func judge(_ outcome: consuming Outcome) {
        // Until a second opinion is there what it is to replace is missing, and nothing can be concluded.
        guard !lookups.contains(where: { $0.value.purpose == .secondOpinion }) else { return }
        var isWaiting = false
        for index in outcome.findings.indices where outcome.findings[index].security == .indeterminate {
            if outcome.findings[index].isSynthesized, index > 0 {
                // As good as the DNAME before it, from which it was made here.
                outcome.findings[index].security = outcome.findings[index - 1].security
                continue
            }
            switch judge(&outcome.findings[index]) {
            case .done: keep(outcome.findings[index])
            case .waiting: isWaiting = true
            case .unsigned:
                let name = outcome.findings.questionName(at: index) ?? question.qname
                judged = outcome
                getSecondOpinion(on: index, for: name, keepsFirst: true)
                return
            case .failed(let error):
                finishMain(.failure(error))
                return
            case .bogus(let error):
                firstFailure = firstFailure ?? error
                guard mayGetSecondOpinion else {
                    finishMain(.bogus(firstFailure ?? error))
                    return
                }
                let name = outcome.findings.questionName(at: index) ?? question.qname
                judged = outcome
                getSecondOpinion(on: index, for: name)
                return
            }
        }
        if isWaiting { judged = consume outcome } else { conclude(consume outcome) }
    }

    /// All has been judged, and nothing is bogus.
    private func conclude(_ ended: consuming Outcome) {
        let findings = ended.findings
        let isMended = ended.responseCode == .nxDomain && findings.last?.isOfType(question.qtype) == true
        var outcome = Outcome(isMended ? .noError : ended.responseCode, findings)
        outcome.continuation = ended.continuation
        // What a zone here says is not validated.
        let isWhole = !findings.isEmpty && ended.continuation == nil
        let isSecure = isWhole && findings.indices.allSatisfy { findings[$0].security == .secure }
        outcome.security = isSecure ? .secure : .insecure
        outcome.error = trust.remark
        finishMain(outcome)
    }

    // --- One finding ---

    private func judge(_ finding: inout Finding) -> Judgement {
        let name = finding.name
        if finding.isOfType(.rrsig) {
            // Signatures are not signed (RFC 4035 §2.2).
            finding.security = .insecure
            return .done
        }
        // DS, and its absence, are the parent's to say (RFC 4035 §2.4).
        let isParental = !name.isRoot && (finding.isOfType(.ds) || finding.isDenial && question.qtype == .ds)
        let target = isParental ? name.parent ?? .root : name
        let signer = finding.signer(for: target).map { signerToTry($0, of: finding, at: target) }
        if signer == nil, let judgement = judgeUnsigned(finding, at: target) { return judgement }
        switch chainOfTrust(to: target, signer: signer) {
        case .waiting: return .waiting
        case .failed(let error): return .failed(error)
        case .bogus(let error): return .bogus(error)
        case .insecure:
            finding.security = .insecure
            return .done
        case .secure(let keys):
            guard let failure = prove(&finding, with: keys) else { return .done }
            // What came with an alias may show that its target is an unsigned delegation of the same zone.
            guard hasReferral(below: keys.zone, toward: target) else { return .bogus(failure.extendedError) }
            switch chainOfTrust(to: target, signer: nil) {
            case .waiting: return .waiting
            case .insecure:
                finding.security = .insecure
                return .done
            case .secure, .bogus, .failed: return .bogus(failure.extendedError)
            }
        }
    }

    /// The zone whose keys count. A server of a zone speaks for nothing above it: signatures of a parent mean nothing
    /// (RFC 4035 §5.3.1), and the chain to the zone itself says whether there must be others.
    private func signerToTry(_ signer: DomainName, of finding: Finding, at target: DomainName) -> DomainName {
        guard case .server(_, let zone) = finding.origin, !signer.isSubdomain(of: zone),
            target.isSubdomain(of: zone), delegations.contains(zone)
        else { return signer }
        return zone
    }

    /// What is to be done first with data without signatures; nil when nothing is. `unsigned` is only said where a second
    /// opinion can be had, so that it is said once.
    private func judgeUnsigned(_ finding: Finding, at target: DomainName) -> Judgement? {
        guard secondOpinions == 0, case .server(_, let zone) = finding.origin, delegations.contains(zone),
            target.isProperSubdomain(of: zone), !isKnownInsecure(target, below: zone)
        else { return nil }
        switch chainOfTrust(to: zone, signer: nil) {
        case .waiting: return .waiting
        case .secure(let keys): return keys.zone == zone && mayGetSecondOpinion ? .unsigned : nil
        case .insecure, .bogus, .failed: return nil
        }
    }

    /// Proves a finding with the keys of its zone. Nil when that worked, or showed that it need not.
    private func prove(_ finding: inout Finding, with keys: ZoneKeys) -> ValidationFailure? {
        guard let verdict = validator?.prove(&finding, with: keys, wall: now.wall) else { return nil }
        switch verdict {
        case .proven(let isOptOut):
            finding.security = isOptOut ? .insecure : .secure
            if !isOptOut { keepDenial(finding.proofs, soa: finding.soa, of: keys.zone) }
            return nil
        case .insecure(let remark):
            finding.security = .insecure
            trust.remark = remark.extendedError
            return nil
        case .unproven(let failure):
            return mend(&finding, with: keys) ? nil : failure
        }
    }

    /// Some servers deny names that have none but names below them, and prove with the same records that these exist
    /// (RFC 4592 §2.2.2). What is proven counts: there is no such record. True when that is so.
    private func mend(_ finding: inout Finding, with keys: ZoneKeys) -> Bool {
        guard case .nxDomain(let name, let soa) = finding.content else { return false }
        var mended = finding
        mended.content = .noData(name, question.qtype, soa: soa)
        guard case .proven(isOptOut: false)? = validator?.prove(&mended, with: keys, wall: now.wall) else {
            return false
        }
        finding = mended
        finding.security = .secure
        keepDenial(finding.proofs, soa: finding.soa, of: keys.zone)
        return true
    }

    // --- A second opinion ---

    /// Whether other servers may still be asked.
    private var mayGetSecondOpinion: Bool {
        !isOffline && validator?.isExhausted == false && secondOpinions < settings.limits.secondOpinions
    }

    /// What one server gave is bogus: the zone's others are asked for it, and for what follows from it.
    ///
    /// - Parameter keepsFirst: what was found first is judged after all if no other server has anything.
    private func getSecondOpinion(on index: Int, for name: DomainName, keepsFirst: Bool = false) {
        guard let lookup = lookups[Self.mainLookup], let findings = judged?.findings else { return }
        secondOpinions += 1
        let again = Question(name, lookup.question.qtype, lookup.question.qclass)
        let child = Lookup(again, purpose: .secondOpinion, depth: lookup.depth + 1)
        child.skipsCache = true
        child.distrusted = trust.distrust(findings[index].origin, for: again)
        judged?.findings = Array(findings[..<index])
        firstOpinion = keepsFirst ? Array(findings[index...]) : nil
        let id = addLookup(child)
        link(Self.mainLookup, waitsOn: id)
        pending.append(id)
    }

    func secondOpinionEnded(_ outcome: Outcome) {
        if outcome.isUsable {
            judged?.responseCode = outcome.responseCode
            judged?.findings += outcome.findings
            judged?.continuation = outcome.continuation
        } else if let firstOpinion {
            judged?.findings += firstOpinion
        } else {
            finishMain(.bogus(firstFailure ?? ExtendedError(.bogus)))
        }
    }
}

extension [Finding] {
    /// What the finding at `index` was asked for: the target of the last alias before it; nil where there is none.
    fileprivate func questionName(at index: Int) -> DomainName? {
        self[..<index].last { $0.aliasTarget != nil }?.aliasTarget
    }
}

// --- Proofs ---

extension Finding {
    func isOfType(_ type: RecordType) -> Bool {
        switch content {
        case .rrset(let rrset): rrset.type == type
        case .noData(_, let denied, _): denied == type
        case .nxDomain: false
        }
    }

    /// That there is no such name.
    var isDenial: Bool {
        if case .nxDomain = content { true } else { false }
    }

    /// The zone whose keys it claims to be signed with; nil when there are no signatures, or only such as cannot be.
    func signer(for target: DomainName) -> DomainName? {
        switch content {
        case .rrset(let rrset): rrset.signer(for: target)
        case .noData(_, _, let soa), .nxDomain(_, let soa):
            proofs.lazy.compactMap { $0.signer(for: $0.ownerName) }.first { target.isSubdomain(of: $0) }
                ?? soa?.signer(for: target)
        }
    }
}

extension RRset {
    /// The deepest signer that `target` is in.
    func signer(for target: DomainName) -> DomainName? {
        var deepest: DomainName?
        for rdata in signatures {
            guard let signer = Signature(rdata)?.signer, target.isSubdomain(of: signer) else { continue }
            // Both are suffixes of one name: the longer is the deeper.
            if deepest.map({ $0.wire.count < signer.wire.count }) ?? true { deepest = signer }
        }
        return deepest
    }
}

extension Validator {
    /// Proves one finding; TTLs in it are capped by the signatures.
    fileprivate mutating func prove(
        _ finding: inout Finding, with keys: ZoneKeys, wall: Int64
    ) -> DenialVerdict {
        switch finding.content {
        case .rrset(let rrset):
            switch verify(rrset, with: keys, wall: wall) {
            case .bogus(let failure): return .unproven(failure)
            case .secure(let verified, let wildcard):
                finding.content = .rrset(verified)
                guard let wildcard else {
                    finding.proofs = []
                    return .proven(isOptOut: false)
                }
                let denial = denial(from: finding.proofs, with: keys, wall: wall)
                finding.proofs = denial.rrsets
                finding.wildcard = wildcard
                return proveExpansion(of: wildcard, to: rrset.ownerName, denial)
            }
        case .noData(let name, let type, let soa):
            return proveDenial(&finding, soa, with: keys, wall: wall) { validator, denial in
                validator.proveNoData(name, type, denial)
            }
        case .nxDomain(let name, let soa):
            return proveDenial(&finding, soa, with: keys, wall: wall) { validator, denial in
                validator.proveNXDomain(name, denial)
            }
        }
    }

    private mutating func proveDenial(
        _ finding: inout Finding, _ soa: RRset?, with keys: ZoneKeys, wall: Int64,
        _ proof: (inout Validator, Denial) -> DenialVerdict
    ) -> DenialVerdict {
        var verifiedSOA = soa
        if let soa {
            switch verify(soa, with: keys, wall: wall) {
            case .secure(let verified, _): verifiedSOA = verified
            case .bogus(let failure): return .unproven(failure)
            }
        }
        let denial = denial(from: finding.proofs, with: keys, wall: wall)
        let verdict = proof(&self, denial)
        guard case .proven = verdict else { return verdict }
        finding.proofs = denial.rrsets
        // RFC 4035 §5.3.3 holds for what proves a denial, too: the answer may not outlive it.
        let ttl = denial.rrsets.map(\.ttl).min() ?? 0
        if let soaTTL = verifiedSOA?.ttl { verifiedSOA?.ttl = min(soaTTL, ttl) }
        switch finding.content {
        case .noData(let name, let type, _): finding.content = .noData(name, type, soa: verifiedSOA)
        case .nxDomain(let name, _): finding.content = .nxDomain(name, soa: verifiedSOA)
        case .rrset: break
        }
        return verdict
    }
}
