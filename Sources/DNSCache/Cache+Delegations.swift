public import DNSWire

/// The servers of a zone as its parent names them (RFC 9499 "delegation"), with the glue that came along.
///
/// Only referrals from the parent make one; what the child says of itself never does. So a delegation that the parent has
/// taken back is gone when its TTL is (ghost domains, CVE-2012-1033; phoenix domains, CVE-2022-30698).
public struct Delegation: Sendable, Hashable {
    public struct NameServer: Sendable, Hashable {
        public var name: DomainName
        /// In-domain or sibling glue; empty when the name must be looked up.
        public var addresses: [IPAddress]

        public init(_ name: DomainName, addresses: [IPAddress] = []) {
            self.name = name
            self.addresses = addresses
        }
    }

    public var zone: DomainName
    public var nameServers: [NameServer]
    /// Seconds.
    public var ttl: UInt32

    /// Limits against NXNS and huge delegations.
    public static let maximumNameServers = 13
    public static let maximumAddressesPerName = 6

    /// - Parameters:
    ///   - names: NS names kept, at most 255.
    ///   - addresses: addresses kept for each, at most 255.
    public init(
        zone: DomainName, nameServers: [NameServer], ttl: UInt32, keeping names: Int = maximumNameServers,
        addresses: Int = maximumAddressesPerName
    ) {
        self.zone = zone
        self.nameServers = nameServers.prefix(min(names, 255)).map {
            NameServer($0.name, addresses: Array($0.addresses.prefix(min(addresses, 255))))
        }
        self.ttl = ttl
    }

    /// For servers that have been cut to a limit before.
    init(uncut nameServers: [NameServer], of zone: DomainName, ttl: UInt32) {
        self.zone = zone
        self.nameServers = nameServers
        self.ttl = ttl
    }
}

extension Cache {
    public func admit(_ delegation: Delegation, now: Moment) {
        // A delegation of TTL 0 still has to carry the resolution that found it, which keeps its own copy.
        let ttl = limits.clamp(delegation.ttl)
        guard ttl > 0 else { return }
        // The limits held when it was made; it may have been changed since.
        let servers = delegation.nameServers.prefix(Delegation.maximumNameServers)
        var payload = PayloadWriter()
        payload.put(UInt8(servers.count))
        for server in servers {
            let addresses = server.addresses.prefix(Delegation.maximumAddressesPerName)
            payload.put(server.name)
            payload.put(UInt8(addresses.count))
            for address in addresses { payload.put(address) }
        }
        write(
            delegation.zone, KeyTag(.delegation, .ns, .internet), payload: payload.bytes, ttl: ttl, now: now)
    }

    /// The delegation of exactly `zone`.
    public func delegation(of zone: DomainName, now: Moment) -> Delegation? {
        delegation(ofAncestorOf: zone, at: 0, now: now)
    }

    private func delegation(ofAncestorOf name: DomainName, at start: Int, now: Moment) -> Delegation? {
        let tag = KeyTag(.delegation, .ns, .internet)
        let found = read(name, from: start, tag, now: now) { payload in
            try? Self.decodeDelegation(payload, name.ancestor(at: start))
        }
        guard let found, var delegation = found.value else { return nil }
        delegation.ttl = UInt32(clamping: found.remaining)
        return delegation
    }

    /// The deepest known delegation that `name` is in, going no higher than `floor`.
    public func closestDelegation(to name: DomainName, notAbove floor: DomainName, now: Moment) -> Delegation?
    {
        guard name.isSubdomain(of: floor) else { return nil }
        for start in name.ancestorOffsets where name.wire.count - start >= floor.wire.count {
            if let delegation = delegation(ofAncestorOf: name, at: start, now: now) { return delegation }
        }
        return nil
    }

    public func removeDelegation(of zone: DomainName) {
        remove(zone, KeyTag(.delegation, .ns, .internet))
    }

    private static func decodeDelegation(_ payload: Span<UInt8>, _ zone: DomainName) throws(WireError)
        -> Delegation
    {
        var reader = PayloadReader()
        let count = try reader.uint8(payload)
        var servers: [Delegation.NameServer] = []
        servers.reserveCapacity(Int(count))
        for _ in 0..<count {
            let name = try reader.name(payload)
            let addressCount = try reader.uint8(payload)
            var addresses: [IPAddress] = []
            addresses.reserveCapacity(Int(addressCount))
            for _ in 0..<addressCount {
                if let address = try reader.address(payload) { addresses.append(address) }
            }
            servers.append(Delegation.NameServer(name, addresses: addresses))
        }
        // It was cut when it came.
        return Delegation(uncut: servers, of: zone, ttl: 0)
    }
}
