public import DNSWire

/// Which zones are held because catalogs say so, and what has to be done when a catalog changes (RFC 9432 §5).
public struct CatalogConsumer: Sendable {
    private struct Source: Sendable {
        var catalog: DomainName
        var member: CatalogMember
    }

    private var sources: [DomainName: Source] = [:]

    public init() {}

    /// Takes up again what was followed before a restart. Of a zone that two catalogs are said to have, the first counts.
    public init(_ members: [(catalog: DomainName, member: CatalogMember)]) {
        for (catalog, member) in members where sources[member.name] == nil {
            sources[member.name] = Source(catalog: catalog, member: member)
        }
    }

    /// The catalog that a zone is held for; nil where none is.
    public func catalog(of zone: DomainName) -> DomainName? { sources[zone]?.catalog }

    /// What a catalog has brought, by name.
    public func members(of catalog: DomainName) -> [CatalogMember] {
        sources.values.filter { $0.catalog == catalog }.map(\.member).sorted { $0.name < $1.name }
    }

    /// A catalog has a new version with these members. For a broken one this is not called: what was taken from it stays.
    ///
    /// - Parameter isHeldOtherwise: whether a zone is held that did not come from a catalog, so that none may bring it.
    public mutating func update(
        _ catalog: DomainName, _ members: [CatalogMember], isHeldOtherwise: (DomainName) -> Bool
    ) -> CatalogDifference {
        var difference = CatalogDifference()
        let chosen = choose(members, of: catalog, &difference)
        for source in sources.values where source.catalog == catalog && chosen[source.member.name] == nil {
            difference.removed.append(source.member.name)
        }
        for name in difference.removed { sources[name] = nil }
        for (name, member) in chosen {
            if isHeldOtherwise(name) {
                difference.clashes.append(name)
                continue
            }
            guard let old = sources[name] else {
                difference.added.append(member)
                sources[name] = Source(catalog: catalog, member: member)
                continue
            }
            if old.catalog != catalog {
                // Another catalog has it, and lets it go only to the one that it names (RFC 9432 §4.3.1).
                guard old.member.newCatalog == catalog else {
                    difference.clashes.append(name)
                    continue
                }
                difference.recreated.append(member)
            } else if old.member.label != member.label {
                difference.recreated.append(member)
            } else if old.member.groups != member.groups {
                difference.changed.append(member)
            }
            sources[name] = Source(catalog: catalog, member: member)
        }
        difference.sort()
        return difference
    }

    /// The catalog is followed no more, and its zones go with it.
    public mutating func remove(_ catalog: DomainName) -> [DomainName] {
        let names = members(of: catalog).map(\.name)
        for name in names { sources[name] = nil }
        return names
    }

    /// One member for each zone. Of several, the one is a clash that was not there before (RFC 9432 §5.2).
    private func choose(
        _ members: [CatalogMember], of catalog: DomainName, _ difference: inout CatalogDifference
    ) -> [DomainName: CatalogMember] {
        var chosen: [DomainName: CatalogMember] = [:]
        for member in members {
            guard let other = chosen[member.name] else {
                chosen[member.name] = member
                continue
            }
            difference.clashes.append(member.name)
            let old = sources[member.name]
            if old?.catalog == catalog, old?.member.label == member.label, other.label != member.label {
                chosen[member.name] = member
            }
        }
        return chosen
    }
}

/// What to do after a catalog has changed. Each list is in canonical order of the zones' names.
public struct CatalogDifference: Sendable, Hashable {
    /// Zones to hold from now on.
    public var added: [CatalogMember] = []
    /// Zones to drop, with all of their state (RFC 9432 §5.3).
    public var removed: [DomainName] = []
    /// Zones to drop and to hold anew: the label is another, or the zone came from another catalog (RFC 9432 §5.4, §4.3.1).
    public var recreated: [CatalogMember] = []
    /// Zones that stay, with other groups.
    public var changed: [CatalogMember] = []
    /// Zones that the catalog may not bring, because somebody else did: to be logged (RFC 9432 §5.2).
    public var clashes: [DomainName] = []

    public init() {}

    public var isEmpty: Bool {
        added.isEmpty && removed.isEmpty && recreated.isEmpty && changed.isEmpty
    }

    fileprivate mutating func sort() {
        added.sort { $0.name < $1.name }
        removed.sort()
        recreated.sort { $0.name < $1.name }
        changed.sort { $0.name < $1.name }
        clashes.sort()
    }
}
