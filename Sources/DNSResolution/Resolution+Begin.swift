import DNSCache
import DNSWire

/// The first half of a lookup: what is known already, and whom to ask otherwise.
extension Resolution {
    func advance(_ id: LookupID) {
        guard let lookup = lookups[id] else { return }
        if id == Self.mainLookup, let judged {
            judge(judged)
            return
        }
        if lookup.zone == nil, begin(id) { return }
        ask(id)
    }

    // --- What is known ---

    /// Answers the lookup from what is known, or chooses its zone. True when there is nothing to ask now.
    private func begin(_ id: LookupID) -> Bool {
        // Every pass but the last follows one alias, and `follow` counts these.
        while let lookup = lookups[id] {
            let qname = lookup.qname
            if lookup.purpose != .priming, answerFromKnowledge(id, lookup) { return true }
            guard lookup.qname != qname else { break }
        }
        return chooseZone(id)
    }

    /// True when the lookup has ended. An alias that is known moves the lookup's qname instead.
    private func answerFromKnowledge(_ id: LookupID, _ lookup: Lookup) -> Bool {
        let question = lookup.current
        let place = place(of: question)
        if case .held = place {
            endInHeldZone(id, lookup)
            return true
        }
        if place.cut == nil, let local = settings.localNames.answer(question) {
            answer(id, local)
            return lookups[id] == nil || isFinished
        }
        if lookup.skipsCache, lookup.findings.isEmpty { return false }
        switch cache.lookup(question.qname, question.qtype, question.qclass, now: now) {
        case .rrset(let cached)
        where (cached.rank.isAnswer || lookup.purpose == .address) && lookup.trusts(cached.security):
            end(id, lookup.outcome(.noError, Finding(cached)))
            return true
        case .noData(let denial) where lookup.trusts(denial.security):
            let content = Finding.Content.noData(question.qname, question.qtype, soa: denial.soa)
            end(id, lookup.outcome(.noError, Finding(denial, content)))
            return true
        default:
            break
        }
        // A zone with servers of its own, or one that is held here, may lie below a name that the tree denies.
        if let denial = cache.lookupNXDomain(question.qname, question.qclass, now: now),
            lookup.trusts(denial.security),
            settings.route(for: question.qname)?.suffix.isProperSubdomain(of: denial.name) != true,
            place.cut?.isSubdomain(of: denial.name) != true
        {
            let content = Finding.Content.nxDomain(denial.name, soa: denial.soa)
            end(id, lookup.outcome(.nxDomain, Finding(denial, content)))
            return true
        }
        if let chain = cachedAlias(question, notAbove: place.cut ?? .root),
            chain.allSatisfy({ $0.isSynthesized || lookup.trusts($0.security) })
        {
            // Who asks for the CNAME is answered with it; it may have been made from a DNAME.
            if question.qtype == .cname {
                end(id, Outcome(.noError, lookup.findings + chain))
                return true
            }
            follow(id, chain)
            return lookups[id] == nil || isFinished
        }
        if answerFromDenial(id, lookup) { return true }
        if lookup.purpose == .address,
            let failure = cache.lookupFailure(question, variant: .checkingDisabled, now: now)
        {
            isPartial = true
            end(id, .failure(failure))
            return true
        }
        return false
    }

    private func answer(_ id: LookupID, _ local: LocalNames.Answer) {
        guard let lookup = lookups[id] else { return }
        switch local {
        case .records(let rrsets, _):
            guard let rrset = rrsets.first else { return }
            let finding = Finding(.rrset(rrset), origin: .local)
            if rrset.type == .cname, lookup.question.qtype != .cname {
                follow(id, [finding])
            } else {
                end(id, lookup.outcome(.noError, finding))
            }
        case .noData(let soa):
            let content = Finding.Content.noData(lookup.qname, lookup.question.qtype, soa: soa)
            end(id, lookup.outcome(.noError, Finding(content, origin: .local)))
        case .nxDomain(let soa):
            let finding = Finding(.nxDomain(lookup.qname, soa: soa), origin: .local)
            end(id, lookup.outcome(.nxDomain, finding))
        }
    }

    /// A CNAME at the name, or what a DNAME above it makes (RFC 6672 §3.2).
    private func cachedAlias(_ question: Question, notAbove top: DomainName) -> [Finding]? {
        if case .rrset(let alias) = cache.lookup(question.qname, .cname, question.qclass, now: now),
            alias.rank.isAnswer
        {
            return [Finding(alias)]
        }
        guard question.qname.isSubdomain(of: top) else { return nil }
        for start in question.qname.ancestorOffsets where start > 0 {
            let length = question.qname.wire.count - start
            guard length > 1, length >= top.wire.count else { return nil }
            if case .rrset(let dname) = cache.lookup(
                ancestorOf: question.qname, at: start, .dname, question.qclass, now: now),
                dname.rank.isAnswer,
                let target = dname.rrset.rdatas.first?.targetName,
                case .name(let name) = question.qname.replacingSuffix(dname.rrset.ownerName, with: target)
            {
                let synthesized = RRset(
                    question.qname, .cname, question.qclass, ttl: dname.rrset.ttl, rdatas: [.name(name)])
                var alias = Finding(.rrset(synthesized), origin: .cache)
                alias.isSynthesized = true
                return [Finding(dname), alias]
            }
        }
        return nil
    }

    /// Goes on at the target of an alias, or ends the lookup when there were too many or they run in a circle.
    func follow(_ id: LookupID, _ chain: [Finding]) {
        guard let lookup = lookups[id] else { return }
        guard let target = chain.last?.aliasTarget else {
            end(id, .failure(ExtendedError(.invalidData, "alias without a target")))
            return
        }
        lookup.findings += chain
        let visited = Set(lookup.findings.filter { $0.aliasTarget != nil }.map(\.name))
        lookup.aliasCount += chain.count { $0.aliasTarget != nil }
        guard lookup.aliasCount <= settings.limits.aliasChain, !visited.contains(target) else {
            end(id, .failure(ExtendedError(.other, "CNAME chain is a loop or too long at \(target)")))
            return
        }
        lookup.qname = target
        lookup.zone = nil
        lookup.children = []
        cancelExchanges(of: id)
    }

    // --- Whom to ask ---

    /// Puts the lookup into the zone to be asked. True when it has to wait, or has ended.
    private func chooseZone(_ id: LookupID) -> Bool {
        guard let lookup = lookups[id] else { return true }
        guard !isOffline else {
            end(id, Outcome(.refused))
            return true
        }
        guard lookup.purpose != .priming else {
            enter(id, rootDelegation, isFromCache: false)
            return false
        }
        // DS is the parent's data (RFC 4035 §2.4), and the root has no parent.
        let isDS = lookup.question.qtype == .ds
        let search = isDS ? lookup.qname.parent ?? .root : lookup.qname
        let held = place(of: lookup.current)
        // What is configured for a suffix above a zone that is held here says nothing of what is below that zone.
        let route = settings.route(for: search).flatMap { route in
            held.cut.map { route.suffix.isSubdomain(of: $0) } ?? true ? route : nil
        }
        if let route, route.isForward, !lookup.ignoresForwarders {
            enter(id, route)
            return false
        }
        let top = held.cut ?? .root
        let floor = route.map { $0.isForward ? top : $0.suffix } ?? top
        let known = cache.closestDelegation(to: search, notAbove: floor, now: now)
        if let known, known.zone != held.cut {
            enter(id, known, isFromCache: true)
        } else if let route, !route.isForward {
            enter(id, route)
        } else if case .delegated(let delegation) = held {
            // Not kept: it is the zone's to change at any time.
            enter(id, zoneState(of: delegation, isFromCache: false, isHeld: true))
        } else if settings.priming, !lookup.wasPrimed {
            return prime(for: id)
        } else {
            // Without priming the hints are all there is; kept, so that the next one need not find that out.
            cache.admit(rootDelegation, now: now)
            enter(id, rootDelegation, isFromCache: false)
        }
        return false
    }

    /// Seconds that unprimed hints stand in for the root's own word.
    private static let hintsTTL: UInt32 = 60

    private var rootDelegation: Delegation {
        Delegation(zone: .root, nameServers: settings.rootHints, ttl: Self.hintsTTL)
    }

    private func prime(for id: LookupID) -> Bool {
        lookups[id]?.wasPrimed = true
        let priming = Question(.root, .ns)
        let child =
            lookups.first { $0.value.purpose == .priming }?.key
            ?? addLookup(Lookup(priming, purpose: .priming, depth: (lookups[id]?.depth ?? 0) + 1))
        link(id, waitsOn: child)
        pending.append(child)
        return true
    }

    func link(_ id: LookupID, waitsOn child: LookupID) {
        lookups[id]?.children.insert(child)
        lookups[child]?.waiters.insert(id)
    }

    // --- Entering ---

    private func enter(_ id: LookupID, _ route: ZoneRoute) {
        var kind = ZoneState.Kind.recursion
        if case .forward(let fallsBack) = route.kind { kind = .forward(fallsBack: fallsBack) }
        var servers: [ServerState] = []
        for server in route.servers where !servers.contains(where: { $0.address == server.address }) {
            servers.append(ServerState(server))
        }
        enter(id, ZoneState(route.suffix, kind, servers: servers))
    }

    func enter(_ id: LookupID, _ delegation: Delegation, isFromCache: Bool) {
        enter(id, zoneState(of: delegation, isFromCache: isFromCache))
    }

    private func enter(_ id: LookupID, _ zone: ZoneState) {
        guard let lookup = lookups[id] else { return }
        lookup.zone = zone
        lookup.children = []
        if validator != nil, zone.kind == .recursion, !delegations.contains(zone.zone) {
            delegations.append(zone.zone)
        }
        var useless = lookup.refetched.contains(zone.zone) ? lookup.exhausted : []
        if let distrusted = lookup.distrusted, distrusted.zone == zone.zone {
            useless.formUnion(distrusted.servers)
        }
        if !useless.isEmpty {
            for index in zone.servers.indices where useless.contains(zone.servers[index].address) {
                zone.servers[index].isFailed = true
            }
        }
        if !zone.isForward, settings.minimisation != .off, lookup.purpose != .priming {
            zone.shownLabels = zone.zone.labelCount
            lookup.showMore(limits: settings.limits)
            skipKnownParts(lookup)
        }
    }

    /// Parts of the name that are known to exist without a zone cut need not be asked for again.
    private func skipKnownParts(_ lookup: Lookup) {
        while let shown = lookup.zone?.shownLabels,
            cache.lookup(lookup.qname.suffix(shown), lookup.minimisedType, lookup.question.qclass, now: now)
                != nil
        {
            lookup.zone?.minimisedQuestions -= 1
            lookup.showMore(limits: settings.limits)
        }
    }
}

extension Lookup {
    /// Whether data of this status may come from the cache: a second opinion is not to be the first one again.
    func trusts(_ security: SecurityStatus) -> Bool {
        purpose != .secondOpinion || security != .indeterminate
    }

    /// RFC 9156 §2.1: a type that hides what is wanted, and that every server knows. Who asks for NS hides nothing by it.
    var minimisedType: RecordType { question.qtype == .ns ? .ns : .a }

    /// Shows the zone's servers more of the name, or all of it (RFC 9156 §2.3).
    func showMore(limits: ResolutionLimits) {
        guard let zone, let shown = zone.shownLabels else { return }
        let asked = zone.minimisedQuestions
        let hidden = qname.labelCount - shown
        guard hidden > 1, asked < limits.minimisedQuestions else {
            zone.shownLabels = nil
            return
        }
        let questionsLeft = limits.minimisedQuestions - asked
        let step = asked < limits.minimisedOneLabel ? 1 : max(1, (hidden + questionsLeft - 1) / questionsLeft)
        let next = shown + step
        zone.shownLabels = next < qname.labelCount ? next : nil
        zone.minimisedQuestions = asked + 1
    }

    /// What was found on the way and, where there is one, the last finding.
    func outcome(_ responseCode: ResponseCode, _ last: Finding?) -> Outcome {
        Outcome(responseCode, last.map { findings + [$0] } ?? findings)
    }
}
