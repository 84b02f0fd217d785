import DNSCache
import DNSWire

/// The addresses of a zone's servers: glue, what the cache knows, and lookups for the rest.
extension Resolution {
    func zoneState(of delegation: Delegation, isFromCache: Bool) -> ZoneState {
        var servers: [ServerState] = []
        var missing: [Question] = []
        var spare: [Question] = []
        for nameServer in delegation.nameServers {
            var addresses = nameServer.addresses
            for type in addressTypes {
                switch cache.lookup(nameServer.name, type, now: now) {
                case .rrset(let cached):
                    addresses += cached.rrset.rdatas.prefix(Delegation.maximumAddressesPerName).compactMap(\.address)
                case .noData:
                    continue
                case nil:
                    let isKnown = addresses.contains { RecordType.address($0.family) == type }
                    guard !isKnown else { continue }
                    if addresses.isEmpty {
                        missing.append(Question(nameServer.name, type))
                    } else {
                        spare.append(Question(nameServer.name, type))
                    }
                }
            }
            for address in addresses { add(address, to: &servers) }
        }
        missing.shuffle(using: &random)
        // IPv4 first: the second address family is looked up when the first gave nothing.
        missing.sort { $0.qtype < $1.qtype }
        return ZoneState(
            zone: delegation.zone, kind: .recursion, isFromCache: isFromCache, servers: servers,
            unresolved: missing + spare)
    }

    private var addressTypes: [RecordType] {
        (settings.usesIPv4 ? [.a] : []) + (settings.usesIPv6 ? [.aaaa] : [])
    }

    private func add(_ address: IPAddress, to servers: inout [ServerState]) {
        guard isUsable(address), !servers.contains(where: { $0.address.address == address }) else { return }
        servers.append(ServerState(SocketAddress(address, port: Self.port)))
    }

    /// The DNS port.
    private static let port: UInt16 = 53

    private func isUsable(_ address: IPAddress) -> Bool {
        guard address.family == .ipv4 ? settings.usesIPv4 : settings.usesIPv6 else { return false }
        return !settings.neverAsked.contains(address.unmapped)
    }

    // --- Lookups for addresses ---

    /// How many names are looked up at the same time when no address is known.
    private static let parallelLookups = 2

    /// Starts lookups for addresses that are not known. True when the lookup has something to wait for.
    func lookUpServers(_ id: LookupID) -> Bool {
        var started = 0
        while started < Self.parallelLookups, let question = lookups[id]?.zone?.unresolved.first {
            lookups[id]?.zone?.unresolved.removeFirst()
            if lookUp(question, for: id) { started += 1 }
        }
        return !(lookups[id]?.children.isEmpty ?? true)
    }

    private func lookUp(_ question: Question, for id: LookupID) -> Bool {
        guard let lookup = lookups[id], let zone = lookup.zone, lookup.depth < settings.limits.depth,
            zone.addressLookups < settings.limits.addressLookupsPerDelegation
        else { return false }
        if let existing = lookups.first(where: { $0.value.current == question || $0.value.question == question }) {
            // Waiting on somebody who waits on us would never end: a cyclic delegation.
            guard existing.value.purpose == .address, !waits(existing.key, on: id) else { return false }
            link(id, waitsOn: existing.key)
            return true
        }
        guard addressLookups < settings.limits.addressLookups else { return false }
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
        guard var lookup = lookups[waiter], lookup.children.remove(id) != nil else { return }
        if child.purpose == .address, var servers = lookup.zone?.servers {
            let found = outcome.answers.last.map { $0.type == child.question.qtype ? $0.rdatas : [] } ?? []
            for address in found.prefix(Delegation.maximumAddressesPerName).compactMap(\.address) {
                add(address, to: &servers)
            }
            lookup.zone?.servers = servers
            if outcome.responseCode == .serverFailure, !outcome.isUsable { lookup.failure = lookup.failure ?? outcome.error }
        }
        lookups[waiter] = lookup
        pending.append(waiter)
    }
}
