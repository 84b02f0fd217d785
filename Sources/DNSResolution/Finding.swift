import DNSCache
import DNSWire

/// One thing that a lookup found out: a link of an alias chain, the answer at its end, or a denial; with what may prove it.
struct Finding {
    enum Content {
        case rrset(RRset)
        /// The name exists, but not with this type.
        case noData(DomainName, RecordType, soa: RRset?)
        case nxDomain(DomainName, soa: RRset?)
    }

    enum Origin {
        case local
        case cache
        case server(SocketAddress, zone: DomainName)
    }

    var content: Content
    /// The NSEC and NSEC3 RRsets that came along.
    var proofs: [RRset] = []
    var rank = Rank.answer
    var origin: Origin
    var security = SecurityStatus.indeterminate
    /// The name that it was expanded from, where that was shown.
    var wildcard: DomainName?
    /// A CNAME that was made from the DNAME before it (RFC 6672 §3.1): as good as that is, and never kept.
    var isSynthesized = false

    init(_ content: Content, origin: Origin) {
        self.content = content
        self.origin = origin
        // What is said here needs no proof, and proves nothing.
        if case .local = origin { security = .insecure }
    }

    init(_ cached: CachedRRset) {
        self.init(.rrset(cached.rrset), origin: .cache)
        proofs = cached.proofs
        rank = cached.rank
        security = cached.security
    }

    init(_ denial: CachedDenial, _ content: Content) {
        self.init(content, origin: .cache)
        proofs = denial.proofs
        security = denial.security
    }

    var rrset: RRset? {
        if case .rrset(let rrset) = content { rrset } else { nil }
    }

    var soa: RRset? {
        switch content {
        case .rrset: nil
        case .noData(_, _, let soa), .nxDomain(_, let soa): soa
        }
    }

    /// The name that it is about.
    var name: DomainName {
        switch content {
        case .rrset(let rrset): rrset.ownerName
        case .noData(let name, _, _), .nxDomain(let name, _): name
        }
    }

    /// Where the chain goes on; nil at its end.
    var aliasTarget: DomainName? {
        rrset.flatMap { $0.type == .cname ? $0.rdatas.first?.targetName : nil }
    }

    /// It was made from a wildcard, as the signatures say: then `proofs` must show that this was right.
    var isExpansion: Bool {
        guard let rrset else { return false }
        return rrset.signatures.contains {
            Signature($0).map { $0.labelCount < rrset.ownerName.signedLabelCount } ?? false
        }
    }
}

extension DomainName {
    /// Labels as an RRSIG counts them: without a leading `*` (RFC 4034 §3.1.3).
    var signedLabelCount: Int { isWildcard ? labelCount - 1 : labelCount }
}

extension Outcome {
    /// What was found, and nothing else. TTLs of proofs are those of what they prove.
    init(_ responseCode: ResponseCode, _ findings: [Finding]) {
        var (answers, authorities, proofs): ([RRset], [RRset], [RRset]) = ([], [], [])
        for finding in findings {
            switch finding.content {
            case .rrset(let rrset):
                // One DNAME may be met more than once on the way.
                if rrset.type != .dname || !answers.contains(rrset) { answers.append(rrset) }
            case .noData(_, _, let soa), .nxDomain(_, let soa):
                if let soa { authorities.append(soa) }
            }
            for proof in finding.proofs where !proofs.contains(where: { $0.isSame(as: proof) }) {
                proofs.append(proof)
            }
        }
        self.responseCode = responseCode
        self.answers = answers
        self.authorities = authorities
        self.proofs = proofs
        self.findings = findings
    }
}

extension RRset {
    /// Of the same owner and type.
    func isSame(as other: RRset) -> Bool { type == other.type && ownerName == other.ownerName }

    /// Whether it is the unsigned CNAME that `dname` makes of its owner name (RFC 6672 §3.1).
    func isMade(from dname: RRset) -> Bool {
        guard type == .cname, dname.type == .dname, signatures.isEmpty,
            let target = dname.rdatas.first?.targetName, let alias = rdatas.first?.targetName
        else { return false }
        return ownerName.replacingSuffix(dname.ownerName, with: target) == .name(alias)
    }
}
