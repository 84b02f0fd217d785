import DNSWire

/// Denial by NSEC (RFC 4035 §5.4, RFC 6840 §4): names in canonical order, each naming the next.
struct NextSecureProof: Sendable {
    let zone: DomainName
    let links: [Link]

    /// One NSEC record.
    struct Link: Sendable {
        let owner: DomainName
        let next: DomainName
        let types: TypeSet
        /// Of the last name of the zone: the next is the apex.
        let isLast: Bool

        init(_ owner: DomainName, _ rdata: RData, _ zone: DomainName) throws(UnfitForDenial) {
            guard let record = NextSecure(rdata) else {
                throw UnfitForDenial("it is no NSEC that can be read")
            }
            guard record.nextName.isSubdomain(of: zone) else {
                throw UnfitForDenial("its next name \(record.nextName) is not in the zone \(zone)")
            }
            isLast = record.nextName == zone
            guard isLast || owner < record.nextName else {
                throw UnfitForDenial("its next name \(record.nextName) is not behind it")
            }
            self.owner = owner
            next = record.nextName
            types = record.types
        }

        /// Whether nothing in the zone owns `name`, which is of the zone. It may exist as an empty non-terminal.
        func covers(_ name: DomainName) -> Bool {
            guard owner < name, isLast || name < next else { return false }
            return !(types.hidesDescendants && name.isProperSubdomain(of: owner))
        }

        /// Whether `name`, which it covers, exists without data, because there are names below it (RFC 4592 §2.2.2).
        func isEmptyNonTerminal(_ name: DomainName) -> Bool { next.isProperSubdomain(of: name) }

        func denies(_ name: DomainName) -> Bool { covers(name) && !isEmptyNonTerminal(name) }

        /// The longest ancestor of `name` that exists. `name` is one that it denies: so its neighbours are the nearest
        /// names there are.
        func closestEncloser(of name: DomainName) -> DomainName {
            name.suffix(max(name.commonLabelCount(with: owner), name.commonLabelCount(with: next)))
        }
    }

    func prove(_ claim: DenialClaim, of qname: DomainName) -> DenialFinding {
        switch claim {
        case .noName: proveNoName(qname)
        case .noData(let qtype): proveNoData(qname, qtype)
        case .expansion(let wildcard): proveExpansion(of: wildcard, to: qname)
        }
    }

    private func link(at name: DomainName) -> Link? { links.first { $0.owner == name } }

    private func proveNoName(_ qname: DomainName) -> DenialFinding {
        var missing = qname
        for link in links where link.denies(qname) {
            // Where there is no room for a wildcard there is none.
            guard let wildcard = link.closestEncloser(of: qname).wildcard else {
                return .proven(isOptOut: false, evidence: DenialEvidence(.nsec, link.owner))
            }
            if let second = links.first(where: { $0.denies(wildcard) }) {
                return .proven(isOptOut: false, evidence: evidence(link, second))
            }
            missing = wildcard
        }
        return .unproven("no NSEC denies \(missing)")
    }

    private func proveNoData(_ qname: DomainName, _ qtype: RecordType) -> DenialFinding {
        if let link = link(at: qname) { return noData(link, qtype) }
        if let link = links.first(where: { $0.covers(qname) && $0.isEmptyNonTerminal(qname) }) {
            let evidence = DenialEvidence(.nsec, link.owner, isEmptyNonTerminal: true)
            return .proven(isOptOut: false, evidence: evidence)
        }
        var missing = qname
        for link in links where link.denies(qname) {
            guard let wildcard = link.closestEncloser(of: qname).wildcard else { continue }
            if let second = self.link(at: wildcard) {
                guard case .proven = noData(second, qtype) else { return noData(second, qtype) }
                return .proven(isOptOut: false, evidence: evidence(link, second))
            }
            if let second = links.first(where: { $0.covers(wildcard) && $0.isEmptyNonTerminal(wildcard) }) {
                return .proven(isOptOut: false, evidence: evidence(link, second))
            }
            missing = wildcard
        }
        return .unproven("no NSEC of \(missing)")
    }

    private func noData(_ link: Link, _ qtype: RecordType) -> DenialFinding {
        // It and its signature are there, whatever it lists (RFC 4035 §5.4).
        if qtype == .nsec || qtype == .rrsig { return .unproven("there is an NSEC of \(link.owner)") }
        if let objection = link.types.objection(toNoData: qtype, at: link.owner) {
            return .unproven(objection)
        }
        return .proven(isOptOut: false, evidence: DenialEvidence(.nsec, link.owner))
    }

    private func proveExpansion(of wildcard: DomainName, to qname: DomainName) -> DenialFinding {
        let denying = links.filter { $0.denies(qname) }
        if let link = denying.first(where: { $0.closestEncloser(of: qname) == wildcard.parent }) {
            return .proven(isOptOut: false, evidence: DenialEvidence(.nsec, link.owner))
        }
        return .unproven(
            denying.isEmpty ? "no NSEC denies \(qname)" : "a name closer than \(wildcard) exists")
    }

    func cut(at name: DomainName) -> CutFinding {
        if let link = link(at: name) {
            if let objection = link.types.objectionToNoSigner(at: name) { return .unproven(objection) }
            let evidence = DenialEvidence(.nsec, link.owner)
            return link.types.contains(.ns) ? .unsignedDelegation(evidence) : .noDelegation(evidence)
        }
        guard let link = links.first(where: { $0.covers(name) }) else {
            return .unproven("no NSEC of \(name), and none that denies it")
        }
        if case .proven(_, let evidence) = proveNoName(name) { return .noName(evidence) }
        // An empty non-terminal, or there may be a wildcard: that is data, no zone cut.
        return .noDelegation(DenialEvidence(.nsec, link.owner))
    }

    private func evidence(_ first: Link, _ second: Link) -> DenialEvidence {
        let evidence = DenialEvidence(.nsec, first.owner)
        return first.owner == second.owner ? evidence : evidence.adding(second.owner)
    }
}
