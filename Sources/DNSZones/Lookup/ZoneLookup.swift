import DNSWire

/// One question on its way through one version of a zone.
struct ZoneLookup {
    /// Aliases that are followed, loops among them: more than any zone has in a row. The client goes on from there if it
    /// wants to.
    static let maximumAliases = 16
    /// Names whose addresses are looked for, for one answer: thirteen name servers are many, and each costs a search.
    static let maximumAdditionalNames = 64
    /// Of an NSEC3 hash (RFC 5155 §10.3). Validators give up long before (RFC 9276 §3.2).
    static let maximumIterations = 150
    /// NSEC3 hashes for one answer: a proof takes three, and some more where unsigned delegations opted out.
    static let maximumHashes = 16

    let version: ZoneVersion
    let qtype: RecordType
    let dnssecOK: Bool
    var answer = ZoneAnswer()
    var hashesLeft = ZoneLookup.maximumHashes

    init(_ version: ZoneVersion, _ qtype: RecordType, dnssecOK: Bool) {
        self.version = version
        self.qtype = qtype
        self.dnssecOK = dnssecOK
    }

    mutating func run(_ qname: DomainName) {
        guard qname.isSubdomain(of: version.apex) else {
            answer.responseCode = .refused
            answer.isAuthoritative = false
            return
        }
        var seen: [DomainName] = [qname]
        var name = qname
        while let target = step(name) {
            guard target.isSubdomain(of: version.apex) else {
                answer.next = .alias(target)
                break
            }
            guard seen.count <= Self.maximumAliases, !seen.contains(target) else { break }
            seen.append(target)
            name = target
        }
        addAddresses()
    }

    /// Answers for one name; gives the name that an alias leads to.
    private mutating func step(_ name: DomainName) -> DomainName? {
        switch version.match(name, isParentSide: qtype == .ds) {
        case .name(let found):
            return answer(from: found, as: nil) { $0.denyData(at: name, found) }
        case .emptyNonTerminal:
            noData { $0.denyData(at: name, nil) }
        case .wildcard(let found?, let encloser):
            let isAnswered = answer.answers.count
            let target = answer(from: found, as: name) { $0.denyData(of: found, for: name, encloser) }
            if answer.answers.count > isAnswered, dnssecOK { denyCloser(than: encloser, name) }
            return target
        case .wildcard(nil, let encloser):
            noData { $0.denyData(of: nil, for: name, encloser) }
        case .nothing(let encloser):
            answer.responseCode = .nxDomain
            noData { $0.denyName(name, encloser) }
        case .cut(let found):
            refer(to: found)
        case .redirection(let found):
            return redirect(name, from: found)
        }
        return nil
    }

    /// Answers with what a name owns; gives the target where that is an alias.
    ///
    /// - Parameters:
    ///   - owner: the name that a wildcard stands for.
    ///   - deny: adds the proof that there is nothing of the type.
    private mutating func answer(
        from found: PackedName, as owner: DomainName?, deny: (inout ZoneLookup) -> Void
    ) -> DomainName? {
        if let packed = qtype == .any ? found.someRRset : found.first(qtype) {
            answer.answers.append(rrset(packed, of: found, as: owner))
            return nil
        }
        guard let packed = found.first(.cname) else {
            noData(deny)
            return nil
        }
        let alias = rrset(packed, of: found, as: owner)
        answer.answers.append(alias)
        return alias.rdatas.first?.targetName
    }

    /// RFC 6672 §3.2 step 3 C. The CNAME has the DNAME's TTL (§3.1) and no signature (§5.3.1).
    private mutating func redirect(_ name: DomainName, from found: PackedName) -> DomainName? {
        guard let packed = found.first(.dname) else { return nil }
        let redirection = rrset(packed, of: found, as: nil)
        let isKnown = answer.answers.contains {
            $0.type == .dname && $0.ownerName == redirection.ownerName
        }
        if !isKnown { answer.answers.append(redirection) }
        guard let target = redirection.rdatas.first?.targetName else { return nil }
        switch name.replacingSuffix(redirection.ownerName, with: target) {
        case .name(let target):
            answer.answers.append(RRset(name, .cname, ttl: redirection.ttl, rdatas: [.name(target)]))
            // Whoever asks for the CNAME has it.
            return qtype == .cname || qtype == .any ? nil : target
        case .tooLong:
            answer.responseCode = .yxDomain
            return nil
        case nil:
            return nil
        }
    }

    private mutating func refer(to found: PackedName) {
        guard let packed = found.first(.ns) else { return }
        let nameServers = rrset(packed, of: found, as: nil)
        let signers = found.first(.ds).map { found.unpacked($0, withSignatures: true) }
        answer.isAuthoritative = !answer.answers.isEmpty
        answer.authorities.append(nameServers)
        if dnssecOK {
            if let signers { answer.authorities.append(signers) } else { denySigners(at: found) }
        }
        let glue = addresses(ofNameServers: nameServers)
        answer.additionals += glue
        answer.next = .delegation(
            ZoneCut(
                name: nameServers.ownerName, nameServers: nameServers, delegationSigners: signers, glue: glue)
        )
    }

    /// RFC 2308 §3, §5: the SOA record says how long that holds.
    private mutating func noData(_ deny: (inout ZoneLookup) -> Void) {
        guard let packed = version.apexName.first(.soa) else { return }
        var soa = rrset(packed, of: version.apexName, as: nil)
        soa.ttl = min(soa.ttl, version.soa.minimum)
        answer.authorities.append(soa)
        if dnssecOK { deny(&self) }
    }

    // --- RRsets ---

    func rrset(_ packed: PackedRRset, of found: PackedName, as owner: DomainName?) -> RRset {
        var rrset = found.unpacked(packed, withSignatures: dnssecOK)
        if let owner { rrset.ownerName = owner }
        return rrset
    }
}

extension PackedName {
    func unpacked(_ rrset: PackedRRset, withSignatures: Bool) -> RRset {
        var unpacked = unpacked(rrset)
        if withSignatures, rrset.type != .rrsig, let signatures = first(.rrsig) {
            // TYPE COVERED comes first (RFC 4034 §3.1).
            let covered = [UInt8(rrset.type.rawValue >> 8), UInt8(truncatingIfNeeded: rrset.type.rawValue)]
            unpacked.signatures = rdatas(signatures).filter { $0.bytes.starts(with: covered) }
        }
        return unpacked
    }

    /// What is given to those who ask for ANY: data rather than what proves it.
    fileprivate var someRRset: PackedRRset? {
        rrsets.first { ![.rrsig, .nsec, .nsec3].contains($0.type) } ?? rrsets.first { _ in true }
    }
}
