import DNSCache
import DNSValidation
import DNSWire

/// Answers made from validated denial records that are in the cache, without asking anybody (RFC 8198).
///
/// Each is proven by the same code as a denial that a server sent; the records are only put together here.
extension Resolution {
    /// Keeps what a proof was made of for the proofs to come.
    func keepDenial(_ rrsets: [RRset], soa: RRset?, of zone: DomainName) {
        guard settings.validation?.isAggressive == true, !rrsets.isEmpty else { return }
        cache.denials.admit(rrsets, soa: soa, of: zone, now: now)
    }

    /// Answers a lookup from denial records. True when the lookup has ended.
    func answerFromDenial(_ id: LookupID, _ lookup: Lookup) -> Bool {
        guard settings.validation?.isAggressive == true, isToBeValidated(lookup) else { return false }
        let question = lookup.current
        // DS is denied by the parent.
        guard let top = question.qtype == .ds ? question.qname.parent : question.qname,
            let apex = cache.denials.apex(enclosing: top, now: now),
            case .anchor(let anchor)? = settings.validation?.anchors.closest(to: question.qname),
            // Zones with an anchor or servers of their own may lie below a name that the tree denies.
            apex.zone.isSubdomain(of: anchor.zone), !isCutOff(top, from: anchor),
            settings.route(for: question.qname)?.suffix.isProperSubdomain(of: apex.zone) != true,
            let validator
        else { return false }
        var synthesis = DenialSynthesis(
            question: question, apex: apex, store: cache.denials, validator: validator, now: now)
        let outcome = synthesis.outcome { wildcard in
            for type in [question.qtype, .cname] {
                if case .rrset(let cached) = cache.lookup(wildcard, type, question.qclass, now: now),
                    cached.security == .secure
                {
                    return cached.rrset
                }
            }
            return nil
        }
        self.validator = synthesis.validator
        guard let (code, finding) = outcome else { return false }
        guard finding.aliasTarget != nil, question.qtype != .cname else {
            end(id, lookup.outcome(code, finding))
            return true
        }
        follow(id, [finding])
        return lookups[id] == nil || isFinished
    }
}

/// Puts one denial, or one expansion of a wildcard, together.
private struct DenialSynthesis {
    let question: Question
    let apex: DenialStore.Apex
    let store: DenialStore
    var validator: Validator
    let now: Moment
    private var records: [RRset] = []

    init(
        question: Question, apex: DenialStore.Apex, store: DenialStore, validator: Validator, now: Moment
    ) {
        self.question = question
        self.apex = apex
        self.store = store
        self.validator = validator
        self.now = now
    }

    /// - Parameter wildcardData: the validated RRset of a wildcard, of the question's type or CNAME.
    mutating func outcome(_ wildcardData: (DomainName) -> RRset?) -> (ResponseCode, Finding)? {
        guard let source = apex.parameters == nil ? collectNames() : collectHashes() else { return nil }
        let denial = Denial(zone: apex.zone, verified: records)
        let (qname, qtype) = (question.qname, question.qtype)
        if let source {
            if let soa, isProven(validator.proveNXDomain(qname, denial)) {
                return (.nxDomain, finding(.nxDomain(qname, soa: soa)))
            }
            if let data = wildcardData(source),
                isProven(validator.proveExpansion(of: source, to: qname, denial))
            {
                var expanded = data
                expanded.ownerName = qname
                expanded.ttl = min(data.ttl, recordTTL)
                return (.noError, finding(.rrset(expanded)))
            }
        }
        if let soa, isProven(validator.proveNoData(qname, qtype, denial)) {
            return (.noError, finding(.noData(qname, qtype, soa: soa)))
        }
        return nil
    }

    private func isProven(_ verdict: DenialVerdict) -> Bool {
        // A span that opts out says nothing for sure (RFC 8198 §5.2).
        if case .proven(isOptOut: false) = verdict { true } else { false }
    }

    /// RFC 8198 §5.4: not for longer than any of the records lasts.
    private var recordTTL: UInt32 { records.map(\.ttl).min() ?? 0 }

    private var soa: RRset? {
        guard var soa = apex.soa else { return nil }
        soa.ttl = min(soa.ttl, recordTTL)
        return soa
    }

    private func finding(_ content: Finding.Content) -> Finding {
        var finding = Finding(content, origin: .cache)
        finding.proofs = records
        finding.security = .secure
        return finding
    }

    private mutating func add(_ record: RRset?) -> RRset? {
        guard let record else { return nil }
        if !records.contains(where: { $0.isSame(as: record) }) { records.append(record) }
        return record
    }

    /// The records around the name and around the wildcard that would stand for it. Gives that wildcard; nil inside
    /// where the name itself has a record, nil outside where a record is not known.
    private mutating func collectNames() -> DomainName?? {
        guard let record = add(store.record(at: question.qname, in: apex.zone, now: now)),
            let next = record.rdatas.first?.name(at: 0)
        else { return nil }
        // The last record of a zone leads back to its apex. One that ends before the name has nothing to say of it, as is
        // so with most names that exist.
        let ends = next != apex.zone && next <= question.qname && record.ownerName != question.qname
        guard !ends else { return nil }
        // The name itself, or an empty non-terminal.
        guard record.ownerName != question.qname, !next.isSubdomain(of: question.qname) else {
            return .some(nil)
        }
        let labels = max(
            question.qname.commonLabelCount(with: record.ownerName),
            question.qname.commonLabelCount(with: next))
        guard let wildcard = question.qname.suffix(labels).prepending(label: [UInt8(ascii: "*")]),
            add(store.record(at: wildcard, in: apex.zone, now: now)) != nil
        else { return nil }
        return .some(wildcard)
    }

    /// The same over hashes: closest encloser, next closer name, wildcard (RFC 5155 §8.3).
    private mutating func collectHashes() -> DomainName?? {
        if matching(question.qname) { return .some(nil) }
        var nextCloser = question.qname
        while let encloser = nextCloser.parent, encloser.isSubdomain(of: apex.zone) {
            if matching(encloser) {
                guard let wildcard = encloser.prepending(label: [UInt8(ascii: "*")]),
                    let nextHash = hash(nextCloser), let wildcardHash = hash(wildcard),
                    add(store.record(of: nextHash, in: apex.zone, now: now)) != nil,
                    add(store.record(of: wildcardHash, in: apex.zone, now: now)) != nil
                else { return nil }
                return .some(wildcard)
            }
            nextCloser = encloser
        }
        return nil
    }

    /// Whether there is a record of exactly this name; it is then one of `records`.
    private mutating func matching(_ name: DomainName) -> Bool {
        guard let hash = hash(name), let record = store.record(of: hash, in: apex.zone, now: now),
            NextSecure3.hash(of: record.ownerName, in: apex.zone) == hash
        else { return false }
        return add(record) != nil
    }

    private mutating func hash(_ name: DomainName) -> [UInt8]? {
        apex.parameters.flatMap { validator.hash(name, $0) }
    }
}
