import DNSCache
import DNSWire

/// The addresses of a zone's servers: glue, what the cache knows, and lookups for the rest.
extension Resolution {
    /// - Parameter isHeld: a zone here has delegated it, and has its word on addresses believed.
    func zoneState(of delegation: Delegation, isFromCache: Bool, isHeld: Bool = false) -> ZoneState {
        var servers: [ServerState] = []
        var missing: [Question] = []
        var spare: [Question] = []
        let types = addressTypes
        servers.reserveCapacity(delegation.nameServers.count)
        for nameServer in delegation.nameServers {
            let held = heldAddresses(of: nameServer.name, types)
            for address in held ?? nameServer.addresses { add(address, to: &servers, isTrusted: isHeld) }
            guard held == nil else { continue }
            // A name in the zone itself only these same servers could tell.
            let isInZone = nameServer.name.isSubdomain(of: delegation.zone)
            var hasAddress = !nameServer.addresses.isEmpty
            for type in types {
                switch cache.lookup(nameServer.name, type, now: now) {
                case .rrset(let cached):
                    for rdata in cached.rrset.rdatas.prefix(settings.limits.addressesPerNameServer) {
                        guard let address = rdata.address else { continue }
                        hasAddress = true
                        add(address, to: &servers)
                    }
                case .noData:
                    continue
                case nil:
                    if !hasAddress {
                        missing.append(Question(nameServer.name, type))
                    } else if !isInZone {
                        spare.append(Question(nameServer.name, type))
                    }
                }
            }
        }
        missing.shuffle(using: &random)
        // IPv4 first: the second address family is looked up when the first gave nothing.
        missing.sort { $0.qtype < $1.qtype }
        let zone = ZoneState(
            delegation.zone, isFromCache: isFromCache, servers: servers, unresolved: missing)
        zone.spare = spare
        if !delegation.zone.isRoot { zone.expiry = now.uptime + Int64(delegation.ttl) * 1000 }
        zone.nameServers = delegation.nameServers
        return zone
    }

    /// What glue kept us from looking up is looked up after all. True when there was any.
    func useSpareNames(_ id: LookupID) -> Bool {
        guard let zone = lookups[id]?.zone, !zone.spare.isEmpty else { return false }
        lookups[id]?.zone?.unresolved = zone.spare
        lookups[id]?.zone?.spare = []
        return true
    }

    /// Adds the addresses that parents of the servers' names give as glue, which may differ from what the names' own
    /// zones say. True when there was any.
    func addParentSideAddresses(_ id: LookupID) -> Bool {
        guard let zone = lookups[id]?.zone, !zone.triedParentSide else { return false }
        zone.triedParentSide = true
        let before = zone.servers.count
        for name in zone.nameServers.map(\.name) {
            guard case .elsewhere = place(of: Question(name, .a)) else { continue }
            let delegation = cache.closestDelegation(to: name, notAbove: .root, now: now)
            let glue = delegation?.nameServers.first { $0.name == name }?.addresses ?? []
            for address in glue { add(address, to: &zone.servers) }
        }
        return zone.servers.count > before
    }

    private var addressTypes: [RecordType] {
        switch (settings.usesIPv4, settings.usesIPv6) {
        case (true, true): Self.bothAddressTypes
        case (true, false): [.a]
        case (false, true): [.aaaa]
        case (false, false): []
        }
    }

    private static let bothAddressTypes: [RecordType] = [.a, .aaaa]

    private func add(_ address: IPAddress, to servers: inout [ServerState], isTrusted: Bool = false) {
        guard isUsable(address, isTrusted), !servers.contains(where: { $0.address.address == address }) else {
            return
        }
        servers.append(ServerState(SocketAddress(address, port: Self.port)))
    }

    /// The DNS port.
    private static let port: UInt16 = 53

    private func isUsable(_ address: IPAddress, _ isTrusted: Bool) -> Bool {
        guard address.family == .ipv4 ? settings.usesIPv4 : settings.usesIPv6 else { return false }
        return isTrusted || !settings.neverAsked.contains(address.unmapped)
    }

    // --- Lookups for addresses ---

    /// How many names are looked up at the same time when no address is known.
    private static let parallelLookups = 2

    /// Starts lookups for addresses that are not known. True when the lookup has something to wait for.
    func lookUpServers(_ id: LookupID) -> Bool {
        var started = 0
        var type: RecordType?
        while started < Self.parallelLookups, let question = lookups[id]?.zone?.unresolved.first,
            type == nil || question.qtype == type
        {
            lookups[id]?.zone?.unresolved.removeFirst()
            guard lookUp(question, for: id) else { continue }
            started += 1
            type = question.qtype
        }
        return !(lookups[id]?.children.isEmpty ?? true)
    }

    private func lookUp(_ question: Question, for id: LookupID) -> Bool {
        guard let lookup = lookups[id], let zone = lookup.zone, isPartial || failedLookups[question] == nil
        else {
            return false
        }
        guard lookup.depth < settings.limits.depth,
            zone.addressLookups < settings.limits.addressLookupsPerDelegation
        else {
            isPartial = true
            return false
        }
        if let existing = lookups.first(where: {
            $0.value.current == question || $0.value.question == question
        }) {
            // Waiting on somebody who waits on us would never end: a cyclic delegation.
            guard existing.value.purpose == .address, !waits(existing.key, on: id) else { return false }
            link(id, waitsOn: existing.key)
            return true
        }
        guard addressLookups < settings.limits.addressLookups else {
            isPartial = true
            return false
        }
        addressLookups += 1
        lookups[id]?.zone?.addressLookups += 1
        let child = addLookup(Lookup(question, purpose: .address, depth: lookup.depth + 1))
        link(id, waitsOn: child)
        pending.append(child)
        return true
    }

    /// Whether `id` waits on `other`, through however many lookups.
    private func waits(_ id: LookupID, on other: LookupID) -> Bool {
        var stack = [id]
        var seen: Set<LookupID> = []
        while let current = stack.popLast() {
            if current == other { return true }
            guard seen.insert(current).inserted else { continue }
            stack += lookups[current]?.children ?? []
        }
        return false
    }

    /// A lookup that `waiter` waits on has ended.
    func childEnded(_ id: LookupID, _ child: Lookup, _ outcome: Outcome, _ waiter: LookupID) {
        guard let lookup = lookups[waiter], lookup.children.remove(id) != nil else { return }
        if child.purpose == .address, var servers = lookup.zone?.servers {
            let found = outcome.answers.last.map { $0.type == child.question.qtype ? $0.rdatas : [] } ?? []
            for address in found.prefix(settings.limits.addressesPerNameServer).compactMap(\.address) {
                add(address, to: &servers)
            }
            lookup.zone?.servers = servers
            if outcome.responseCode == .serverFailure, !outcome.isUsable {
                lookup.failure = lookup.failure ?? outcome.error
            }
        }
        switch child.purpose {
        case .trust: trust.evidence[child.question] = outcome
        case .secondOpinion: secondOpinionEnded(outcome)
        default: break
        }
        pending.append(waiter)
    }
}
