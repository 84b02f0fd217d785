import DNSWire

// What can only be judged when all records are there.

extension ZoneFileReading {
    mutating func checkApex() {
        guard let rrset = tree.rrset(apex, .soa),
            let soa = rrset.rdatas.first.flatMap({ StartOfAuthority($0) })
        else { return note(.error, "no SOA record at the apex \(apex)", nil) }
        for oddity in Self.oddities(of: soa) { note(.warning, oddity, soaPlace) }
        if tree.rrset(apex, .ns) == nil { note(.error, "no NS record at the apex \(apex)", nil) }
    }

    /// RFC 1912 §2.2, and RFC 2308 §5 for what has become of the last number.
    private static func oddities(of soa: StartOfAuthority) -> [String] {
        var oddities: [String] = []
        func note(_ isOdd: Bool, _ text: String) { if isOdd { oddities.append(text) } }
        note(soa.refresh < 60, "SOA: secondaries look every \(soa.refresh) seconds, which is often")
        note(soa.refresh > 604_800, "SOA: secondaries look every \(soa.refresh) seconds, which is seldom")
        note(soa.retry >= soa.refresh, "SOA: retry (\(soa.retry)) is not less than refresh (\(soa.refresh))")
        note(soa.retry == 0, "SOA: retry is 0")
        let wait = UInt64(soa.refresh) + UInt64(soa.retry)
        note(
            UInt64(soa.expire) < wait,
            "SOA: expire (\(soa.expire)) is less than refresh and retry together (\(wait))")
        note(soa.minimum > 86_400, "SOA: negative answers live for more than a day (\(soa.minimum) seconds)")
        note(soa.serial == 0, "SOA: serial 0, which some software takes for none")
        let hasAt = soa.mailbox.labels.first?.contains(UInt8(ascii: "@")) == true
        note(hasAt, "SOA: a mailbox has a dot in the place of its @: \(soa.mailbox)")
        return oddities
    }

    mutating func checkReferences() {
        // Without a SOA there is no zone, and that was said.
        guard let version = ZoneVersion(apex: apex, tree: tree) else { return }
        var cuts: Set<DomainName> = []
        for reference in references {
            let (name, place) = (reference.ownerName, reference.place)
            switch reference.type {
            case .dname: checkBelow(name, "a DNAME", place) { _ in false }
            case .ds: checkSigner(name, place)
            default:
                if reference.type == .ns, name != apex, cuts.insert(name).inserted { checkCut(name, place) }
                checkTarget(of: reference, in: version)
            }
        }
    }

    // --- Cuts ---

    private mutating func checkSigner(_ name: DomainName, _ place: Place) {
        if name == apex {
            note(.warning, "DS of the zone itself belongs into the zone above: \(apex)", place)
        } else if !tree.types(at: name).contains(.ns) {
            note(.warning, "DS without NS: \(name)", place)
        }
    }

    /// At a cut, and below it, there is nothing of this zone but what leads on.
    private mutating func checkCut(_ name: DomainName, _ place: Place) {
        let types: Set<RecordType> = [.ns, .ds, .nsec, .rrsig, .a, .aaaa]
        if let other = tree.types(at: name).first(where: { !types.contains($0) }) {
            note(.warning, "\(other) at a zone cut is never answered: \(name)", place)
        }
        checkBelow(name, "a zone cut", place) { $0 == .a || $0 == .aaaa }
    }

    /// Tells of the first name below `name` that is never answered.
    private mutating func checkBelow(
        _ name: DomainName, _ what: String, _ place: Place, _ isKept: (RecordType) -> Bool
    ) {
        let key = PackedName(name)
        var walk = TreeNode.Walk(tree.names, from: key)
        while let found = walk.next(), found.isSubdomain(of: key) {
            let isBelow = found.order(against: key) != 0
            if isBelow, found.rrsets.contains(where: { !isKept($0.type) }) {
                note(.warning, "never answered, because it is below \(what): \(found.name)", place)
                return
            }
        }
    }

    // --- Targets ---

    /// RFC 2181 §10.3: what NS and MX name has addresses, and is no alias; RFC 2782 says the same of SRV.
    private mutating func checkTarget(of reference: Reference, in version: ZoneVersion) {
        let (name, type) = (reference.ownerName, reference.type)
        guard let target = reference.rdata.target(of: type), !target.isRoot else { return }
        if target.looksLikeAddress {
            let text = "\(type) wants a name, and this looks like an address: \(target)"
            return note(type == .ns ? .error : .warning, text, reference.place)
        }
        guard target.isSubdomain(of: apex), let fault = fault(of: target, for: reference, in: version) else {
            return
        }
        let isOfApex = type == .ns && name == apex
        note(
            isOfApex ? .error : .warning, "\(type) of \(name) names \(target), which \(fault)",
            reference.place)
    }

    /// Why a target gives no address; nil where it does, or where that is not for this zone to say.
    private func fault(of target: DomainName, for reference: Reference, in version: ZoneVersion) -> String? {
        func fault(_ found: PackedName) -> String? {
            if found.contains(.cname) { return "is an alias" }
            return found.hasAddress ? nil : "has no address"
        }
        switch version.match(target) {
        case .name(let found): return fault(found)
        case .wildcard(let found?, _): return fault(found)
        case .wildcard(nil, _), .emptyNonTerminal: return "has no address"
        case .nothing: return "does not exist"
        case .redirection: return "is below a DNAME"
        case .cut:
            // Glue is needed where the way to the name leads through the cut itself (RFC 9471 §2).
            let isOnTheWay = reference.ownerName == apex || target.isSubdomain(of: reference.ownerName)
            let isNeeded = reference.type == .ns && isOnTheWay
            let hasGlue = tree.names.find(PackedName(target))?.hasAddress == true
            return isNeeded && !hasGlue ? "has no glue" : nil
        }
    }
}

extension PackedName {
    fileprivate var hasAddress: Bool { contains(.a) || contains(.aaaa) }
}

extension DomainName {
    /// `192.0.2.1.` or `2001:db8::1.`, with an origin behind it or not.
    var looksLikeAddress: Bool {
        let labels = labels
        guard let first = labels.first else { return false }
        if first.contains(UInt8(ascii: ":")) { return true }
        let numbers = labels.prefix(4).filter { label in
            label.count <= 3 && label.allSatisfy { $0 &- 48 < 10 }
        }
        return numbers.count == 4
    }
}
