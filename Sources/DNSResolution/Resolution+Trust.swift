import DNSCache
import DNSValidation
import DNSWire

/// What one resolution has learnt of the chain of trust.
///
/// What came with responses is in short tables, for it costs queries, which are bounded. Links may all be in the cache, one
/// for each label of each alias, so these are found by hash.
struct ChainOfTrust {
    /// A link that has been judged.
    enum Link {
        case secure(ZoneKeys)
        case insecure
        /// Not a zone cut.
        case noCut
        /// Does not exist, nor does anything below.
        case noName
        case bogus(ExtendedError)
    }

    /// By the name of the zone, or of what might be one.
    var links: [DomainName: Link] = [:]
    /// What referrals brought for the links to come.
    var referrals = ShortTable<DomainName, CachedTrust>()
    /// How lookups for DS and DNSKEY ended.
    var evidence = ShortTable<Question, Outcome>()
    /// Zone cuts that signatures told of before any referral did.
    var cuts: Set<DomainName> = []
    /// The servers whose data was bogus, by what they were asked.
    private var distrusted: [Question: Distrusted] = [:]
    /// Second opinions had on a piece of evidence.
    private var secondOpinions: [Question: Int] = [:]
    /// What a client is told beside an insecure answer (RFC 8914: unsupported algorithms and the like).
    var remark: ExtendedError?
    /// What was wrong first with what is asked for again; an opinion that is no better has nothing to add.
    var failures: [Question: ExtendedError] = [:]

    /// The servers to pass over when `question` is asked again; the one that `origin` names among them.
    mutating func distrust(_ origin: Finding.Origin?, for question: Question) -> Distrusted? {
        guard case .server(let server, let zone) = origin else { return distrusted[question] }
        if distrusted[question]?.zone != zone { distrusted[question] = Distrusted(zone: zone, servers: []) }
        distrusted[question]?.servers.insert(server)
        return distrusted[question]
    }

    /// Counts one more second opinion; false when there have been enough.
    mutating func countSecondOpinion(on question: Question, limit: Int) -> Bool {
        guard secondOpinions[question, default: 0] < limit else { return false }
        secondOpinions[question, default: 0] += 1
        return true
    }
}

/// Where a walk down the chain of trust has got.
enum ChainStep {
    /// The keys of the zone that the name is in.
    case secure(ZoneKeys)
    case insecure
    case bogus(ExtendedError)
    /// Lookups are under way.
    case waiting
    case failed(ExtendedError)
}

/// The chain of trust from an anchor to the zone of a name: DS and DNSKEY, zone by zone (RFC 4035 §5.2).
extension Resolution {
    /// Walks down to the zone that `target` is in.
    ///
    /// Zone cuts are looked for where referrals, or signatures, have shown them, and from there on at every label: only
    /// a DS RRset, or its proven absence, tells whether there is one.
    ///
    /// - Parameter signer: the zone that has signed what is at `target`; the walk ends there.
    func chainOfTrust(to target: DomainName, signer: DomainName?) -> ChainStep {
        guard let anchors = settings.validation?.anchors,
            case .anchor(let anchor) = anchors.closest(to: target), !isCutOff(target, from: anchor)
        else { return .insecure }
        let signer = signer.flatMap { $0.isSubdomain(of: anchor.zone) ? $0 : nil }
        let goal = signer ?? target
        let start = closestLink(to: goal, notAbove: anchor.zone) ?? judgeAnchor(anchor)
        guard case .secure(var keys) = start else { return start }
        // Each round settles a name on the way or finds one that has to be settled before, so it ends.
        while let cut = nextCut(below: keys.zone, toward: goal, isSigner: signer != nil) {
            switch judgeCut(cut, below: keys) {
            case .secure(let child)?: keys = child
            case .waiting?:
                lookUpKeysAhead(below: keys.zone, toward: goal)
                return .waiting
            case let end?: return end
            // No cut there, or another one comes first: the choice is made anew.
            case nil: break
            }
        }
        if let signer, keys.zone != signer {
            let reason = "signed by \(signer), which is not a zone"
            let failure = ValidationFailure(.signature, target, .bogus, reason)
            validator?.note(failure, .rrsig)
            return .bogus(failure.extendedError)
        }
        return .secure(keys)
    }

    // --- What is known ---

    /// The deepest link that is known on the way to `name`; nil when there is none.
    private func closestLink(to name: DomainName, notAbove top: DomainName) -> ChainStep? {
        var candidate: DomainName? = name
        while let current = candidate, current.isSubdomain(of: top) {
            switch link(at: current) {
            case .secure(let keys): return .secure(keys)
            case .insecure: return .insecure
            case .bogus(let failure): return .bogus(failure)
            case .noCut, .noName, nil: candidate = current.parent
            }
        }
        return nil
    }

    /// Whether a response has said something of a delegation on the way.
    func hasReferral(below zone: DomainName, toward name: DomainName) -> Bool {
        trust.referrals.contains { $0.key.isProperSubdomain(of: zone) && name.isSubdomain(of: $0.key) }
    }

    /// Whether the way down to `name` is known to become insecure below `zone`.
    func isKnownInsecure(_ name: DomainName, below zone: DomainName) -> Bool {
        if case .insecure? = closestLink(to: name, notAbove: zone) { true } else { false }
    }

    private func link(at name: DomainName) -> ChainOfTrust.Link? {
        if let known = trust.links[name] { return known }
        guard let found = cachedLink(at: name) else { return nil }
        trust.links[name] = found
        return found
    }

    private func cachedLink(at name: DomainName) -> ChainOfTrust.Link? {
        if case .rrset(let cached) = cache.lookup(name, .dnskey, now: now), cached.security == .secure,
            let keys = validator?.keys(validated: cached.rrset)
        {
            return .secure(keys)
        }
        switch cache.lookupTrust(at: name, now: now) {
        case .insecure(let error):
            trust.remark = trust.remark ?? error
            return .insecure
        case .noCut: return .noCut
        case .bogus(let error): return .bogus(error)
        case .delegationSigners, .denial, nil: return nil
        }
    }

    // --- The way down ---

    /// The next name on the way that may be a zone cut; nil when there is none left.
    private func nextCut(below zone: DomainName, toward goal: DomainName, isSigner: Bool) -> DomainName? {
        let first = zone.labelCount + 1
        guard first <= goal.labelCount else { return nil }
        var candidates: [DomainName] = []
        for count in first...goal.labelCount {
            let name = goal.suffix(count)
            switch trust.links[name] {
            case .noCut: continue
            case .noName: return nil
            default: candidates.append(name)
            }
        }
        if let known = candidates.first(where: isKnownCut) { return known }
        return isSigner ? candidates.last : candidates.first
    }

    private func isKnownCut(_ name: DomainName) -> Bool {
        trust.cuts.contains(name) || delegations.contains(name) || trust.referrals[name] != nil
            || cache.delegation(of: name, now: now) != nil
    }

    /// Asks at once for the keys of the zones that are still to come, for these do not wait on each other.
    private func lookUpKeysAhead(below zone: DomainName, toward goal: DomainName) {
        guard zone.labelCount < goal.labelCount else { return }
        for count in (zone.labelCount + 1)...goal.labelCount {
            let name = goal.suffix(count)
            guard trust.links[name] == nil, isKnownCut(name) else { continue }
            guard case .delegationSigners = trust.referrals[name] ?? cache.lookupTrust(at: name, now: now)
            else { continue }
            _ = evidence(Question(name, .dnskey))
        }
    }

    // --- Evidence ---

    private enum Evidence {
        case found(Outcome)
        case waiting
        case failed(ExtendedError)
    }

    /// How the lookup of a DS or DNSKEY ended, which is started where it has not been.
    private func evidence(_ question: Question) -> Evidence {
        if let outcome = trust.evidence[question] {
            guard !outcome.isUsable else { return .found(outcome) }
            return .failed(
                outcome.error ?? ExtendedError(.noReachableAuthority, "no answer to \(question)"))
        }
        lookUpEvidence(question, skipsCache: false, distrusted: nil)
        return .waiting
    }

    private func lookUpEvidence(_ question: Question, skipsCache: Bool, distrusted: Distrusted?) {
        guard !lookups.contains(where: { $0.value.purpose == .trust && $0.value.question == question }) else {
            return
        }
        let lookup = Lookup(question, purpose: .trust, depth: 1)
        lookup.skipsCache = skipsCache
        lookup.distrusted = distrusted
        let id = addLookup(lookup)
        link(Self.mainLookup, waitsOn: id)
        pending.append(id)
    }

    /// Asks once more for evidence that is bogus, elsewhere where that can be. True when it is under way.
    private func askAgain(_ question: Question, _ failure: ValidationFailure) -> Bool {
        trust.failures[question] = trust.failures[question] ?? failure.extendedError
        guard !isOffline, validator?.isExhausted == false,
            trust.countSecondOpinion(on: question, limit: settings.limits.secondOpinions)
        else { return false }
        let origin = trust.evidence.removeValue(forKey: question)?.findings.first?.origin
        lookUpEvidence(question, skipsCache: true, distrusted: trust.distrust(origin, for: question))
        return true
    }

    /// Settles a link that cannot be validated: more evidence, or bogus.
    private func judgeFailure(_ failure: ValidationFailure, _ question: Question) -> ChainStep {
        askAgain(question, failure) ? .waiting : endInBogus(question)
    }

    private func endInBogus(_ question: Question) -> ChainStep {
        let error = trust.failures[question] ?? ExtendedError(.bogus)
        trust.links[question.qname] = .bogus(error)
        if validator?.isExhausted == false, let ttl = settings.validation?.bogusTTL {
            cache.admit(.bogus(error), at: question.qname, ttl: ttl, now: now)
        }
        return .bogus(error)
    }

    /// Nobody answers: the chain cannot be had, or what one server gave stays bogus.
    private func judgeSilence(_ question: Question, _ error: ExtendedError) -> ChainStep {
        trust.failures[question] == nil ? .failed(error) : endInBogus(question)
    }

    // --- Keys ---

    private func judgeAnchor(_ anchor: TrustAnchor) -> ChainStep {
        judgeKeys(of: anchor.zone, by: .anchor(anchor))
    }

    /// What vouches for the keys of a zone.
    private enum Voucher {
        case anchor(TrustAnchor)
        /// The validated DS RRset.
        case signers(RRset)
    }

    private func judgeKeys(of zone: DomainName, by voucher: Voucher) -> ChainStep {
        let question = Question(zone, .dnskey)
        switch evidence(question) {
        case .waiting: return .waiting
        case .failed(let error): return judgeSilence(question, error)
        case .found(let outcome):
            let found = outcome.findings.first?.rrset
            let keys = found?.type == .dnskey ? found : nil
            let verdict =
                switch voucher {
                case .anchor(let anchor): validator?.trust(anchor, keys: keys, wall: now.wall)
                case .signers(let signers):
                    validator?.trust(zone, keys: keys, delegationSigners: signers, wall: now.wall)
                }
            switch verdict {
            case nil: return .insecure
            case .secure(let keys)?:
                cache.admit(keys.rrset, rank: .answer, security: .secure, now: now)
                trust.links[zone] = .secure(keys)
                return .secure(keys)
            case .insecure(let remark)?:
                return endSecurity(at: zone, remark, ttl: found?.ttl)
            case .bogus(let failure)?:
                return judgeFailure(failure, question)
            }
        }
    }

    /// Seconds that an end of security is remembered when nothing says how long.
    private static let insecureTTL: UInt32 = 60

    private func endSecurity(at name: DomainName, _ remark: ValidationFailure?, ttl: UInt32?) -> ChainStep {
        trust.links[name] = .insecure
        trust.remark = trust.remark ?? remark?.extendedError
        cache.admit(
            .insecure(remark?.extendedError), at: name, ttl: ttl ?? Self.insecureTTL, now: now)
        return .insecure
    }

    // --- Zone cuts ---

    /// Judges what the zone of `keys` says of a cut at `name`. Nil where there is none, or another comes first: then
    /// `trust` says so.
    private func judgeCut(_ name: DomainName, below keys: ZoneKeys) -> ChainStep? {
        let question = Question(name, .ds)
        switch trust.referrals[name] ?? cache.lookupTrust(at: name, now: now) {
        case .delegationSigners(let signers, let isValidated):
            if isValidated { return judgeKeys(of: name, by: .signers(signers)) }
            if let step = judgeSigners(signers, name, below: keys, isReferral: true) { return step }
        case .denial(let proofs) where !proofs.isEmpty:
            let ttl = proofs.map(\.ttl).min() ?? 0
            if let step = judgeDenial(proofs, ttl: ttl, name, below: keys, isReferral: true) { return step }
        default: break
        }
        if trust.links[name] != nil || isBetweenKnown(keys.zone, name) { return nil }
        switch evidence(question) {
        case .waiting: return .waiting
        case .failed(let error): return judgeSilence(question, error)
        case .found(let outcome):
            guard let finding = outcome.findings.first else {
                let failure = ValidationFailure(
                    .delegationSigner, name, .denialMissing, "no proof of its absence")
                validator?.note(failure, .ds)
                return judgeFailure(failure, question)
            }
            if let rrset = finding.rrset {
                guard rrset.type == .ds else { return judgeAlias(rrset, name, below: keys) }
                return judgeSigners(rrset, name, below: keys, isReferral: false)
            }
            return judgeDenial(
                finding.proofs, ttl: finding.soa?.ttl ?? 0, name, below: keys, isReferral: false)
        }
    }

    /// Whether signatures have told of a cut between `zone` and `name` that has to be judged first.
    private func isBetweenKnown(_ zone: DomainName, _ name: DomainName) -> Bool {
        trust.cuts.contains {
            trust.links[$0] == nil && $0.isProperSubdomain(of: zone) && name.isProperSubdomain(of: $0)
        }
    }

    /// Takes note of a zone between `zone` and `name` that has signed what is said of `name`; or, where nobody has, of
    /// the next name that has not been looked at, for there may be an unsigned delegation. True when there is one.
    private func noteCut(_ signer: DomainName?, between zone: DomainName, and name: DomainName) -> Bool {
        let cut = signer ?? name.suffixes(below: zone).first { trust.links[$0] == nil && $0 != name }
        guard let cut, cut.isProperSubdomain(of: zone), name.isProperSubdomain(of: cut),
            trust.links[cut] == nil
        else { return false }
        trust.cuts.insert(cut)
        return true
    }

    private func judgeSigners(
        _ signers: RRset, _ name: DomainName, below keys: ZoneKeys, isReferral: Bool
    ) -> ChainStep? {
        if noteCut(signers.signer(for: name.parent ?? .root), between: keys.zone, and: name) { return nil }
        switch validator?.verify(signers, with: keys, wall: now.wall) {
        case .secure(let verified, nil)?:
            trust.referrals[name] = .delegationSigners(verified, isValidated: true)
            cache.admit(
                .delegationSigners(verified, isValidated: true), at: name, ttl: verified.ttl, now: now)
            return judgeKeys(of: name, by: .signers(verified))
        case .secure?:
            // A wildcard makes no delegations (RFC 4592 §4.2).
            let failure = ValidationFailure(.delegationSigner, name, .bogus, "made from a wildcard")
            return settle(failure, name, isReferral)
        case .bogus(let failure)?: return settle(failure, name, isReferral)
        case nil: return .insecure
        }
    }

    private func judgeDenial(
        _ proofs: [RRset], ttl: UInt32, _ name: DomainName, below keys: ZoneKeys, isReferral: Bool
    ) -> ChainStep? {
        let signer = proofs.lazy.compactMap { $0.signer(for: name) }.first
        if noteCut(signer, between: keys.zone, and: name) { return nil }
        guard let denial = validator?.denial(from: proofs, with: keys, wall: now.wall),
            let verdict = validator?.proveNoDelegationSigner(name, denial)
        else { return .insecure }
        let ttl = min(ttl, denial.rrsets.map(\.ttl).min() ?? 0)
        keepDenial(denial.rrsets, soa: nil, of: keys.zone)
        switch verdict {
        case .unsignedDelegation: return endSecurity(at: name, nil, ttl: ttl)
        case .insecure(let remark): return endSecurity(at: name, remark, ttl: ttl)
        case .noDelegation:
            trust.links[name] = .noCut
            cache.admit(.noCut, at: name, ttl: ttl, now: now)
            return nil
        case .noName:
            trust.links[name] = .noName
            return nil
        case .unproven(let failure): return settle(failure, name, isReferral)
        }
    }

    /// An alias stands where a zone might have been: there is no cut, if the alias is true.
    private func judgeAlias(_ alias: RRset, _ name: DomainName, below keys: ZoneKeys) -> ChainStep? {
        switch validator?.verify(alias, with: keys, wall: now.wall) {
        case .secure?:
            // A DNAME stands above: all below it is one zone with it (RFC 6672 §2.4).
            trust.links[name] = .noCut
            return nil
        case .bogus(let failure)?: return settle(failure, name, false)
        case nil: return .insecure
        }
    }

    /// What a referral cannot prove is asked for; what an answer cannot prove is bogus.
    private func settle(_ failure: ValidationFailure, _ name: DomainName, _ isReferral: Bool) -> ChainStep? {
        guard isReferral else { return judgeFailure(failure, Question(name, .ds)) }
        trust.referrals[name] = .denial([])
        return nil
    }

    // --- Referrals ---

    /// Takes note of what a response with an alias may prove of the target: that it is in an unsigned delegation.
    func note(_ proofs: [RRset], about target: DomainName) {
        guard !proofs.isEmpty else { return }
        let owners = proofs.filter { $0.type == .nsec && target.isSubdomain(of: $0.ownerName) }
            .map(\.ownerName)
        for name in owners.isEmpty ? [target] : owners where trust.referrals[name] == nil {
            trust.referrals[name] = .denial(proofs)
        }
    }

    /// Keeps what a referral said of the child's keys for the validation to come.
    func keep(_ evidence: CachedTrust, of delegation: Delegation) {
        guard trust.referrals[delegation.zone] == nil else { return }
        trust.referrals[delegation.zone] = evidence
        if case .denial(let proofs) = evidence, proofs.isEmpty { return }
        cache.admit(evidence, at: delegation.zone, ttl: delegation.ttl, now: now)
    }
}

extension DomainName {
    /// The names from the one below `ancestor` down to this one.
    fileprivate func suffixes(below ancestor: DomainName) -> [DomainName] {
        let first = ancestor.labelCount + 1
        return first <= labelCount ? (first...labelCount).map { suffix($0) } : []
    }
}
