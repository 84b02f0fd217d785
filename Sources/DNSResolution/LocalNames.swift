public import DNSWire

/// Names that are answered here: those that RFCs reserve, and those that the configuration gives.
///
/// Asking the world for them would leak what a network does and burden the root.
public struct LocalNames: Sendable {
    public enum Answer: Sendable, Equatable {
        /// Authoritative for the reserved names; hosts are no zone, so nobody has authority over them.
        case records([RRset], isAuthoritative: Bool)
        /// The name exists without data of that type, or does not exist; with the SOA to say so.
        case noData(RRset)
        case nxDomain(RRset)
    }

    /// What stands at and below a zone that is answered here.
    private enum Zone: Sendable {
        /// The apex exists and nothing else (RFC 6303 §3).
        case empty
        /// Every name below is the loopback (RFC 6761 §6.3).
        case localhost
        /// Every name at and below the apex exists, and has no data (RFC 9462 §6.4).
        case bare
        /// Nothing exists, the apex included (RFC 6761 §6.4, RFC 7686).
        case nonexistent
    }

    private var zones: [DomainName: Zone] = [:]
    /// What is resolved like any other name, though it may lie inside a zone that is answered here.
    private let excluded: Set<DomainName>
    /// Data from the configuration, by name and type.
    private var records: [DomainName: [RecordType: RRset]] = [:]
    /// A bit for each top-level domain that any of these is in, as `mark` tells: most questions are in none of them, which is
    /// seen without hashing.
    private var topLevelDomains: UInt64 = 0

    /// Seconds; RFC 6303 §3 leaves the choice, three hours is its example.
    static let ttl: UInt32 = 10_800

    /// - Parameters:
    ///   - builtIn: whether the reserved names are answered here at all.
    ///   - excluded: those of them, or names inside them, that are resolved like any other name, with all below.
    public init(builtIn: Bool = true, excluded: Set<DomainName> = []) {
        self.excluded = excluded
        guard builtIn else { return }
        zones["localhost."] = .localhost
        zones["resolver.arpa."] = .bare
        for name in Self.nonexistent { zones[name] = .nonexistent }
        for name in Self.emptyZones { zones[name] = .empty }
        add(reverseOf: IPAddress(127, 0, 0, 1), "localhost.")
        add(reverseOf: IPAddress(ipv6: 1), "localhost.")
        records = records.filter { closestZone(to: $0.key) != nil }
        for name in zones.keys { note(name) }
    }

    private mutating func note(_ name: DomainName) {
        // The root may stand for any.
        topLevelDomains |= Self.mark(name) ?? .max
    }

    private func mayKnow(_ name: DomainName) -> Bool {
        Self.mark(name).map { topLevelDomains & $0 != 0 } ?? true
    }

    /// One of 64 bits by the length and the first letter of the last label; nil for the root.
    private static func mark(_ name: DomainName) -> UInt64? {
        let wire = name.wire
        var (label, offset): (Int?, Int) = (nil, 0)
        while offset < wire.count, wire[offset] != 0 {
            label = offset
            offset += Int(wire[offset]) + 1
        }
        guard let label else { return nil }
        return 1 << UInt64((wire[label] &* 5 &+ lowercased(wire[label + 1])) & 63)
    }

    private mutating func add(reverseOf address: IPAddress, _ target: DomainName) {
        let name = DomainName(reverseOf: address)
        records[name, default: [:]][.ptr] = RRset(name, .ptr, ttl: Self.ttl, rdatas: [.name(target)])
    }

    /// Adds an address of a host, and the PTR that leads back (the first name given for an address keeps it).
    public mutating func add(host: DomainName, address: IPAddress, ttl: UInt32 = 3600) {
        note(host)
        note(DomainName(reverseOf: address))
        let type = RecordType.address(address.family)
        records[host, default: [:]][type, default: RRset(host, type, ttl: ttl, rdatas: [])].rdatas
            .append(.address(address))
        let reverse = DomainName(reverseOf: address)
        if records[reverse]?[.ptr] == nil {
            records[reverse, default: [:]][.ptr] = RRset(reverse, .ptr, ttl: ttl, rdatas: [.name(host)])
        }
    }

    /// Adds records as they are.
    public mutating func add(_ rrset: RRset) {
        note(rrset.ownerName)
        records[rrset.ownerName, default: [:]][rrset.type] = rrset
    }

    /// The built-in zones' names.
    public static var builtInNames: [DomainName] {
        ["localhost.", "resolver.arpa."] + nonexistent + emptyZones
    }

    public func answer(_ question: Question) -> Answer? {
        let name = question.qname
        guard question.qclass == .internet, mayKnow(name) else { return nil }
        if let types = records[name] {
            let isReserved = closestZone(to: name) != nil
            let any = question.qtype == .any ? types.min { $0.key < $1.key }?.value : nil
            if let rrset = types[question.qtype] ?? any ?? types[.cname] {
                return .records([rrset], isAuthoritative: isReserved)
            }
            return .noData(Self.soa(closestZone(to: name) ?? name))
        }
        guard let apex = closestZone(to: name), let zone = zones[apex] else { return nil }
        let soa = Self.soa(apex)
        switch zone {
        case .nonexistent:
            return .nxDomain(soa)
        case .localhost:
            switch question.qtype {
            case .a:
                return .records(
                    [Self.loopback(name, .address(IPAddress(127, 0, 0, 1)), .a)], isAuthoritative: true)
            case .aaaa:
                return .records(
                    [Self.loopback(name, .address(IPAddress(ipv6: 1)), .aaaa)], isAuthoritative: true)
            default: return .noData(soa)
            }
        case .empty:
            // A name above configured data exists, too (an empty non-terminal).
            guard name == apex || records.keys.contains(where: { $0.isSubdomain(of: name) }) else {
                return .nxDomain(soa)
            }
            return apexAnswer(question, apex, soa)
        case .bare:
            return apexAnswer(question, apex, soa)
        }
    }

    /// A zone has these two at its apex; names below have nothing.
    private func apexAnswer(_ question: Question, _ apex: DomainName, _ soa: RRset) -> Answer {
        switch question.qtype {
        case .soa where question.qname == apex: return .records([soa], isAuthoritative: true)
        case .ns where question.qname == apex:
            let servers = RRset(apex, .ns, ttl: Self.ttl, rdatas: [.name(apex)])
            return .records([servers], isAuthoritative: true)
        default: return .noData(soa)
        }
    }

    private func closestZone(to name: DomainName) -> DomainName? {
        guard !zones.isEmpty else { return nil }
        var candidate: DomainName? = name
        while let current = candidate {
            if excluded.contains(current) { return nil }
            if zones[current] != nil { return current }
            candidate = current.parent
        }
        return nil
    }

    private static func loopback(_ name: DomainName, _ rdata: RData, _ type: RecordType) -> RRset {
        RRset(name, type, ttl: ttl, rdatas: [rdata])
    }

    /// What says that a zone is answered here (RFC 6303 §3).
    public static func soa(_ apex: DomainName) -> RRset {
        let soa = StartOfAuthority(
            primary: apex, mailbox: "nobody.invalid.", serial: 1, refresh: 3600, retry: 1200, expire: 604_800,
            minimum: ttl)
        return RRset(apex, .soa, ttl: ttl, rdatas: [soa.rdata])
    }

    // --- The lists ---

    /// RFC 6761 §6.2 and §6.4, RFC 7686, RFC 9476.
    private static let nonexistent: [DomainName] = ["test.", "invalid.", "onion.", "alt."]

    /// RFC 8375, RFC 6303 §4 and the registry "Locally-Served DNS Zones" that it made (RFC 7793 included).
    private static let emptyZones: [DomainName] = {
        var names: [String] = ["home.arpa.", "10.in-addr.arpa.", "168.192.in-addr.arpa."]
        names += (16...31).map { "\($0).172.in-addr.arpa." }
        names += [
            "0.in-addr.arpa.", "127.in-addr.arpa.", "254.169.in-addr.arpa.", "2.0.192.in-addr.arpa.",
            "100.51.198.in-addr.arpa.", "113.0.203.in-addr.arpa.", "255.255.255.255.in-addr.arpa.",
        ]
        names += (64...127).map { "\($0).100.in-addr.arpa." }
        let zeros = Array(repeating: "0", count: 31).joined(separator: ".")
        names += ["0.\(zeros).ip6.arpa.", "1.\(zeros).ip6.arpa."]
        names += [
            "d.f.ip6.arpa.", "8.e.f.ip6.arpa.", "9.e.f.ip6.arpa.", "a.e.f.ip6.arpa.", "b.e.f.ip6.arpa.",
        ]
        names += ["8.b.d.0.1.0.0.2.ip6.arpa."]
        return names.compactMap { try? DomainName($0) }
    }()
}

extension DomainName {
    /// The name below `in-addr.arpa.` or `ip6.arpa.` where an address's PTR record is (RFC 1035 §3.5, RFC 3596 §2.5).
    public init(reverseOf address: IPAddress) {
        let octets = address.octets.reversed()
        let labels: [[UInt8]]
        switch address.family {
        case .ipv4:
            labels = octets.map { Array(String($0).utf8) } + ["in-addr", "arpa"].map { Array($0.utf8) }
        case .ipv6:
            let nibbles = octets.flatMap { [$0 & 0xf, $0 >> 4] }.map { Array(String($0, radix: 16).utf8) }
            labels = nibbles + ["ip6", "arpa"].map { Array($0.utf8) }
        }
        self = DomainName(labels: labels) ?? .root
    }
}
