import DNSWire

// Addresses that a client will ask for next (RFC 1034 §4.3.2 step 6).

extension ZoneLookup {
    /// Adds what the names in the answers need, as far as the zone has it.
    mutating func addAddresses() {
        var budget = Self.maximumAdditionalNames
        for rrset in answer.answers {
            for rdata in rrset.rdatas {
                guard let target = Target(rdata, of: rrset) else { continue }
                guard budget > 0 else { return }
                budget -= 1
                add(records(for: target))
            }
        }
    }

    /// Glue (RFC 9471): addresses at or below this cut, below another one, or of the zone's own.
    func addresses(ofNameServers nameServers: RRset) -> [RRset] {
        var glue: [RRset] = []
        for rdata in nameServers.rdatas.prefix(Self.maximumAdditionalNames) {
            guard let target = Target(rdata, of: nameServers) else { continue }
            glue += records(for: target)
        }
        return glue
    }

    private mutating func add(_ rrsets: [RRset]) {
        for rrset in rrsets {
            let isKnown = (answer.answers + answer.additionals).contains {
                $0.type == rrset.type && $0.ownerName == rrset.ownerName
            }
            if !isKnown { answer.additionals.append(rrset) }
        }
    }

    private func records(for target: Target) -> [RRset] {
        guard target.name.isSubdomain(of: version.apex) else { return [] }
        switch version.match(target.name) {
        case .name(let found):
            return target.types.compactMap { found.first($0).map { rrset($0, of: found, as: nil) } }
        case .wildcard(let found?, _):
            return target.types.compactMap { found.first($0).map { rrset($0, of: found, as: target.name) } }
        case .cut where target.isNameServer:
            // Not of this zone, so not signed.
            guard let found = version.tree.names.find(PackedName(target.name)) else { return [] }
            return target.types.compactMap { found.first($0).map { found.unpacked($0) } }
        default:
            return []
        }
    }

    /// A name in RDATA, and what is wanted of it.
    private struct Target {
        let name: DomainName
        let types: [RecordType]
        /// Whether glue will do.
        let isNameServer: Bool

        private static let addresses: [RecordType] = [.a, .aaaa]

        /// Nil where nothing is.
        init?(_ rdata: RData, of rrset: RRset) {
            isNameServer = rrset.type == .ns
            var types = Self.addresses
            let target: DomainName?
            switch rrset.type {
            case .ns: target = rdata.targetName
            // Preference (RFC 1035 §3.3.9); priority, weight and port (RFC 2782).
            case .mx: target = rdata.name(at: 2)
            case .srv: target = rdata.name(at: 6)
            case .svcb, .https:
                // RFC 9460 §2.4.2, §2.5.1: priority 0 is an alias, and a target of `.` is the owner, or none of an alias.
                guard let name = rdata.name(at: 2) else { return nil }
                let isAlias = rdata.bytes.starts(with: [0, 0])
                if isAlias { types.append(rrset.type) }
                target = name.isRoot && !isAlias ? rrset.ownerName : name
            default: target = nil
            }
            guard let target, !target.isRoot else { return nil }
            name = target
            self.types = types
        }
    }
}
