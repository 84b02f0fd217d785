import DNSWire

/// Where a name leads in a zone (RFC 1034 §4.3.2 step 3, RFC 4592 §3.3, RFC 6672 §3.2).
enum ZoneMatch {
    /// The name owns records.
    case name(PackedName)
    /// It owns none, but a name below it does.
    case emptyNonTerminal
    /// It does not exist, and this wildcard stands for it; nil where the wildcard is an empty non-terminal.
    case wildcard(PackedName?, encloser: DomainName)
    /// It does not exist.
    case nothing(encloser: DomainName)
    /// It is at or below this zone cut.
    case cut(PackedName)
    /// It is below this name, which owns a DNAME.
    case redirection(PackedName)
}

extension ZoneVersion {
    /// - Parameters:
    ///   - name: in the zone.
    ///   - isParentSide: a cut at the name itself does not count: DS records are the upper zone's (RFC 4035 §3.1.4.1).
    func match(_ name: DomainName, isParentSide: Bool = false) -> ZoneMatch {
        let key = PackedName(name)
        if hasCuts, let match = matchAbove(key, name.labelCount, isParentSide: isParentSide) { return match }
        var behind = tree.names.ceiling(key)
        if let found = behind, found.order(against: key) == 0 {
            if !found.isOnlyHashed { return .name(found) }
            behind = tree.names.successor(key)
        }
        if behind?.isSubdomain(of: key) == true { return .emptyNonTerminal }
        let encloser = tree.closestEncloser(of: key, before: behind)
        let (encloserName, wildcard) = (name.suffix(encloser.labelCount), encloser.wildcard)
        guard let found = tree.names.ceiling(wildcard), found.isSubdomain(of: wildcard) else {
            return .nothing(encloser: encloserName)
        }
        // The first at or behind the wildcard is itself, or below it.
        let isOwner = found.order(against: wildcard) == 0
        return .wildcard(isOwner ? found : nil, encloser: encloserName)
    }

    /// The uppermost zone cut or DNAME on the way from the apex to the name. What lies behind it is not of this zone.
    private func matchAbove(_ key: PackedName, _ labelCount: Int, isParentSide: Bool) -> ZoneMatch? {
        guard labelCount > apex.labelCount else { return nil }
        if apexName.contains(.dname) { return .redirection(apexName) }
        for count in (apex.labelCount + 1)...labelCount {
            let (ancestor, isLast) = (key.suffix(count), count == labelCount)
            guard let found = tree.names.find(ancestor) else {
                // However many labels a name has: where nothing is below, the search is over.
                if isLast || !tree.hasNamesBelow(ancestor) { return nil }
                continue
            }
            if found.contains(.ns), !(isLast && isParentSide) { return .cut(found) }
            if found.contains(.dname), !isLast { return .redirection(found) }
        }
        return nil
    }

    /// The zone cut or DNAME that a name of the tree lies behind; nil for one that is the zone's own.
    func occluder(of key: PackedName) -> PackedName? {
        guard hasCuts else { return nil }
        switch matchAbove(key, key.labelCount, isParentSide: true) {
        case .cut(let found), .redirection(let found): return found
        default: return nil
        }
    }
}

extension PackedName {
    var labelCount: Int { commonLabelCount(with: self) }

    /// Whether the name is there for the sake of an NSEC3 record alone. Such names do not exist for queries (RFC 5155 §7.2.8).
    var isOnlyHashed: Bool {
        contains(.nsec3) && rrsets.allSatisfy { $0.type == .nsec3 || $0.type == .rrsig }
    }
}

extension ZoneTree {
    func hasNamesBelow(_ key: PackedName) -> Bool { names.successor(key)?.isSubdomain(of: key) == true }

    /// The longest ancestor that exists, for queries, of a name that does not.
    ///
    /// - Parameter behind: what comes next in the tree. Of all names, those next to it share the most labels with a name.
    fileprivate func closestEncloser(of key: PackedName, before behind: PackedName?) -> PackedName {
        let count = max(
            behind?.commonLabelCount(with: key) ?? 0,
            names.predecessor(key)?.commonLabelCount(with: key) ?? 0)
        let encloser = key.suffix(count)
        guard !hashedOwners.isEmpty, let found = names.find(encloser), found.isOnlyHashed,
            !hasNamesBelow(encloser)
        else { return encloser }
        return encloser.suffix(count - 1)
    }
}
