import DNSCache
import DNSResolution
import DNSValidation
import DNSWire
import Testing

/// Zones as a resolution sees them: apexes, cuts, and the addresses of hosts.
private struct TestZones: HeldZones {
    var apexes: Set<DomainName>
    var cuts: [Delegation] = []
    var hosts: [DomainName: [IPAddress]] = [:]

    func place(of name: DomainName, _ qtype: RecordType) -> HeldPlace {
        guard let search = qtype == .ds ? name.parent : name,
            let apex = apexes.filter({ search.isSubdomain(of: $0) }).max(by: {
                $0.labelCount < $1.labelCount
            })
        else { return .elsewhere }
        let cut = cuts.first {
            $0.zone.isProperSubdomain(of: apex) && search.isSubdomain(of: $0.zone)
        }
        return cut.map { .delegated($0) } ?? .held
    }

    func addresses(of name: DomainName, _ type: RecordType) -> [IPAddress] {
        (hosts[name] ?? []).filter { RecordType.address($0.family) == type }
    }
}

/// Where the tree's names lead into zones that are held here. The tree: the root at 192.0.2.1, example. at 192.0.2.2,
/// elsewhere. at 192.0.2.3; here: corp.example., which delegates sub.corp.example.
@Suite struct HeldZonesTests {
    private static let start = Moment(
        monotonic: 1_000_000_000, uptime: 1_000_000, wall: ScriptedZone.wall)
    private static let root = IPAddress(192, 0, 2, 1)
    private static let example = IPAddress(192, 0, 2, 2)
    private static let elsewhere = IPAddress(192, 0, 2, 3)
    /// Of sub.corp.example., in the network of whoever holds it.
    private static let sub = IPAddress(10, 0, 0, 53)
    private static let otherSub = IPAddress(10, 0, 0, 54)
    /// What the tree says, and nobody may be sent to.
    private static let lie = IPAddress(203, 0, 113, 66)

    private let cache: Cache
    private let internet: ScriptedInternet
    private var settings = ResolverSettings()
    private var zones = TestZones(apexes: ["corp.example."])

    init() throws {
        var limits = Cache.Limits()
        limits.byteCeiling = 2 << 20
        cache = Cache(limits: limits, hashKey: SipHash.Key(low: 1, high: 2))
        internet = ScriptedInternet([
            Self.root: try ScriptedZone(
                ".",
                """
                example. NS ns.example.
                ns.example. A 192.0.2.2
                elsewhere. NS ns.elsewhere.
                ns.elsewhere. A 192.0.2.3
                inside. NS ns.corp.example.
                ns.corp.example. A 203.0.113.66
                aliased. NS www.elsewhere.
                """),
            Self.example: try ScriptedZone(
                "example.",
                """
                @ NS ns
                ns A 192.0.2.2
                www CNAME host.corp
                www.other CNAME www.elsewhere.
                away CNAME host.sub.corp
                all DNAME corp
                host.corp A 203.0.113.66
                host.sub.corp A 203.0.113.66
                """),
            Self.elsewhere: try ScriptedZone(
                "elsewhere.",
                """
                @ NS ns
                www CNAME host.corp.example.
                many CNAME many1
                many1 CNAME host.corp.example.
                """),
            Self.sub: try ScriptedZone(
                "sub.corp.example.",
                """
                @ NS ns.corp.example.
                host A 10.1.1.1
                back CNAME www.corp.example.
                deep NS ns.deep
                ns.deep A 192.0.2.9
                """),
        ])
        settings.priming = false
        settings.caseRandomisation = false
        settings.usesIPv6 = false
        settings.rootHints = [Delegation.NameServer("ns.root.", addresses: [Self.root])]
        zones.cuts = [
            Delegation(
                zone: "sub.corp.example.", nameServers: [Delegation.NameServer("ns.corp.example.")], ttl: 300)
        ]
        zones.hosts = ["ns.corp.example.": [Self.sub], "host.corp.example.": [Self.lie]]
    }

    private func resolve(
        _ qname: DomainName, _ qtype: RecordType = .a, isOffline: Bool = false,
        _ change: (inout ResolverSettings) -> Void = { _ in }
    ) throws -> Outcome {
        var settings = settings
        settings.heldZones = zones
        change(&settings)
        let resolution = Resolution(
            Question(qname, qtype), settings: settings, cache: cache, random: RandomSource(seed: 1),
            cookieKey: SipHash.Key(low: 3, high: 4), isOffline: isOffline)
        return try #require(internet.resolve(resolution, at: Self.start))
    }

    private func cached(_ name: DomainName, _ type: RecordType) -> CachedRRset? {
        if case .rrset(let rrset) = cache.lookup(name, type, now: Self.start) { rrset } else { nil }
    }

    // --- Names for which a zone here answers ---

    @Test func theNameItself() throws {
        for isOffline in [false, true] {
            let outcome = try resolve("host.corp.example.", isOffline: isOffline)
            #expect(outcome.continuation == "host.corp.example." && outcome.isUsable)
            #expect(outcome.answers.isEmpty && outcome.authorities.isEmpty && outcome.additionals.isEmpty)
        }
        #expect(internet.asked.isEmpty)
    }

    @Test func anAliasOfTheTree() throws {
        for round in 0..<2 {
            let outcome = try resolve("www.example.", isOffline: round == 1)
            #expect(outcome.continuation == "host.corp.example." && outcome.responseCode == .noError)
            #expect(outcome.answers.map(\.ownerName) == ["www.example."])
            #expect(internet.servers() == [Self.root, Self.example])
        }
        // The alias is kept, and nothing else.
        #expect(cached("www.example.", .cname) != nil && cached("host.corp.example.", .a) == nil)
    }

    @Test func aChainOfAliases() throws {
        let outcome = try resolve("many.elsewhere.")
        #expect(outcome.continuation == "host.corp.example.")
        #expect(outcome.answers.map(\.ownerName) == ["many.elsewhere.", "many1.elsewhere."])
    }

    @Test func whatTheTreeSaysOfTheTargetIsNotBelieved() throws {
        internet.zones[Self.example]?.addsTargets = true
        for name: DomainName in ["www.example.", "host.all.example."] {
            let outcome = try resolve(name)
            #expect(outcome.continuation == "host.corp.example.")
            #expect(outcome.answers.allSatisfy { $0.type == .cname || $0.type == .dname })
        }
        // Nor that there is no such name, or no such data.
        let outcome = try resolve("nothing.all.example.", .mx)
        #expect(outcome.continuation == "nothing.corp.example." && outcome.responseCode == .noError)
        #expect(outcome.authorities.isEmpty)
        #expect(cached("host.corp.example.", .a) == nil)
        #expect(cache.lookupNXDomain("nothing.corp.example.", now: Self.start) == nil)
    }

    @Test func orAForwarder() throws {
        internet.zones[Self.example]?.addsTargets = true
        let outcome = try resolve("www.example.") {
            $0.routes = [
                ZoneRoute(
                    suffix: .root, servers: [.init(Self.example, port: 53)], kind: .forward(fallsBack: false))
            ]
        }
        #expect(outcome.continuation == "host.corp.example.")
        #expect(outcome.answers.map(\.type) == [.cname])
        #expect(internet.asked.map(\.recursion) == [true])
    }

    @Test func withoutThemAllIsAsEver() throws {
        internet.zones[Self.example]?.addsTargets = true
        let outcome = try resolve("www.example.") { $0.heldZones = nil }
        #expect(outcome.continuation == nil && outcome.answers.map(\.type) == [.cname, .a])
    }

    @Test func namesThatAreReservedYield() throws {
        #expect(try resolve("host.home.arpa.").responseCode == .nxDomain)
        var zones = zones
        zones.apexes.insert("home.arpa.")
        zones.cuts.append(
            Delegation(
                zone: "sub.home.arpa.",
                nameServers: [Delegation.NameServer("ns.sub.home.arpa.", addresses: [Self.otherSub])],
                ttl: 300))
        internet.zones[Self.otherSub] = try ScriptedZone("sub.home.arpa.", "host A 10.1.1.2")
        let outcome = try resolve("host.home.arpa.") { $0.heldZones = zones }
        #expect(outcome.continuation == "host.home.arpa.")
        let below = try resolve("host.sub.home.arpa.") { $0.heldZones = zones }
        #expect(below.answers.first?.rdatas == [.address(IPAddress(10, 1, 1, 2))])
    }

    @Test func otherClassesAreElsewhere() throws {
        var settings = settings
        settings.heldZones = zones
        let resolution = Resolution(
            Question("host.corp.example.", .a, .hesiod), settings: settings, cache: cache,
            random: RandomSource(seed: 1), cookieKey: SipHash.Key(low: 3, high: 4), isOffline: true)
        #expect(internet.resolve(resolution, at: Self.start)?.responseCode == .refused)
    }

    // --- Names below their cuts ---

    @Test func aCutIsEnteredFromTheZoneHere() throws {
        let outcome = try resolve("host.sub.corp.example.")
        #expect(outcome.answers.first?.rdatas == [.address(IPAddress(10, 1, 1, 1))])
        #expect(internet.servers() == [Self.sub])
        // The answer is kept, the delegation is not.
        #expect(cached("host.sub.corp.example.", .a) != nil)
        #expect(cache.delegation(of: "sub.corp.example.", now: Self.start) == nil)
    }

    @Test func byAnAliasToo() throws {
        internet.zones[Self.example]?.addsTargets = true
        let outcome = try resolve("away.example.")
        #expect(outcome.answers.map(\.type) == [.cname, .a])
        #expect(outcome.answers.last?.rdatas == [.address(IPAddress(10, 1, 1, 1))])
        #expect(internet.servers() == [Self.root, Self.example, Self.sub])
    }

    @Test func andBack() throws {
        let outcome = try resolve("back.sub.corp.example.")
        #expect(outcome.answers.map(\.ownerName) == ["back.sub.corp.example."])
        #expect(outcome.continuation == "www.corp.example.")
    }

    @Test func aChangeOfTheDelegationHoldsAtOnce() throws {
        _ = try resolve("host.sub.corp.example.")
        internet.zones[Self.otherSub] = try ScriptedZone("sub.corp.example.", "new A 10.1.1.3")
        var zones = zones
        zones.hosts["ns.corp.example."] = [Self.otherSub]
        let outcome = try resolve("new.sub.corp.example.") { $0.heldZones = zones }
        #expect(outcome.answers.first?.rdatas == [.address(IPAddress(10, 1, 1, 3))])
        #expect(internet.servers() == [Self.sub, Self.otherSub])
    }

    @Test func itsOwnReferralsAreKeptAndFollowed() throws {
        internet.zones[IPAddress(192, 0, 2, 9)] = try ScriptedZone(
            "deep.sub.corp.example.", "host A 10.1.1.4\nother A 10.1.1.5")
        for name: DomainName in ["host.deep.sub.corp.example.", "other.deep.sub.corp.example."] {
            #expect(try resolve(name).answers.count == 1)
        }
        #expect(internet.servers() == [Self.sub, IPAddress(192, 0, 2, 9), IPAddress(192, 0, 2, 9)])
        // No longer than the delegation that led there.
        let kept = cache.delegation(of: "deep.sub.corp.example.", now: Self.start)
        #expect(kept?.ttl == 300)
    }

    @Test func whatTheTreeDelegatesOfThatNameIsNotUsed() throws {
        let server = Delegation.NameServer("ns.example.", addresses: [Self.lie])
        for zone: DomainName in ["sub.corp.example.", "corp.example.", "example."] {
            cache.admit(Delegation(zone: zone, nameServers: [server], ttl: 300), now: Self.start)
        }
        #expect(try resolve("host.sub.corp.example.").answers.count == 1)
        #expect(internet.servers() == [Self.sub])
    }

    @Test func routesCountFromTheCutDownward() throws {
        let forwarder = IPAddress(192, 0, 2, 80)
        internet.zones[forwarder] = try ScriptedZone(
            "example.", "host.sub.corp A 203.0.113.66\nx.far.sub.corp A 10.1.1.6")
        let routes = [
            ZoneRoute(
                suffix: .root, servers: [.init(forwarder, port: 53)], kind: .forward(fallsBack: false)),
            ZoneRoute(
                suffix: "far.sub.corp.example.", servers: [.init(forwarder, port: 53)],
                kind: .forward(fallsBack: false)),
        ]
        #expect(
            try resolve("host.sub.corp.example.") { $0.routes = routes }.answers.first?.rdatas
                == [.address(IPAddress(10, 1, 1, 1))])
        #expect(try resolve("x.far.sub.corp.example.") { $0.routes = routes }.answers.count == 1)
        #expect(internet.servers() == [Self.sub, forwarder])
    }

    @Test func aStubBelowTheCut() throws {
        let stub = IPAddress(192, 0, 2, 81)
        internet.zones[stub] = try ScriptedZone("sub.corp.example.", "host A 10.1.1.7")
        let route = ZoneRoute(suffix: "sub.corp.example.", servers: [.init(stub, port: 53)], kind: .stub)
        let outcome = try resolve("host.sub.corp.example.") { $0.routes = [route] }
        #expect(outcome.answers.first?.rdatas == [.address(IPAddress(10, 1, 1, 7))])
    }

    // --- Denials and aliases above ---

    @Test func whatTheTreeDeniesOrRedirectsAboveHidesNothing() throws {
        let soa = RRset("example.", .soa, ttl: 300, rdatas: [LocalNames.soa("example.").rdatas[0]])
        for name: DomainName in ["corp.example.", "sub.corp.example."] {
            cache.admitNXDomain(name, soa: soa, ttl: 300, now: Self.start)
        }
        cache.admit(
            RRset("corp.example.", .dname, ttl: 300, rdatas: [.name("elsewhere.")]), rank: .answer,
            now: Self.start)
        #expect(try resolve("host.corp.example.").continuation == "host.corp.example.")
        let outcome = try resolve("host.sub.corp.example.")
        #expect(outcome.answers.first?.rdatas == [.address(IPAddress(10, 1, 1, 1))])
        // What is denied below the cut is.
        cache.admitNXDomain("gone.sub.corp.example.", soa: soa, ttl: 300, now: Self.start)
        #expect(try resolve("x.gone.sub.corp.example.").responseCode == .nxDomain)
        #expect(internet.servers() == [Self.sub])
    }

    // --- DS ---

    @Test func signersOfAnApexAreTheTreesToSay() throws {
        let digest = "12345 13 2 " + String(repeating: "00", count: 32)
        internet.zones[Self.example] = try ScriptedZone("example.", "corp DS \(digest)\ncorp NS ns.corp")
        let outcome = try resolve("corp.example.", .ds)
        #expect(outcome.continuation == nil && outcome.answers.first?.type == .ds)
        #expect(internet.servers() == [Self.root, Self.example])
    }

    @Test func orDeny() throws {
        internet.zones[Self.example] = try ScriptedZone("example.", "corp NS ns.corp")
        let outcome = try resolve("corp.example.", .ds)
        #expect(outcome.continuation == nil && outcome.answers.isEmpty && outcome.responseCode == .noError)
    }

    @Test func thoseOfACutAreTheZones() throws {
        #expect(try resolve("sub.corp.example.", .ds).continuation == "sub.corp.example.")
        let below = try resolve("deep.sub.corp.example.", .ds)
        #expect(below.continuation == nil && below.answers.isEmpty && below.isUsable)
        #expect(internet.servers() == [Self.sub])
    }

    // --- Name servers of the tree that have their names here ---

    @Test func theirAddressesAreReadHere() throws {
        let server = IPAddress(192, 0, 2, 7)
        var zones = zones
        zones.hosts["ns.corp.example."] = [server]
        internet.zones[server] = try ScriptedZone("inside.", "www A 192.0.2.70")
        // The root gives another address as glue.
        let outcome = try resolve("www.inside.") { $0.heldZones = zones }
        #expect(outcome.answers.count == 1 && internet.servers() == [Self.root, server])
        #expect(cached("ns.corp.example.", .a) == nil)
    }

    @Test func byAnAliasOfTheServersName() throws {
        let server = IPAddress(192, 0, 2, 8)
        var zones = zones
        zones.hosts["host.corp.example."] = [server]
        internet.zones[server] = try ScriptedZone("aliased.", "www A 192.0.2.80")
        let outcome = try resolve("www.aliased.") { $0.heldZones = zones }
        #expect(outcome.answers.count == 1)
        #expect(internet.servers() == [Self.root, Self.root, Self.elsewhere, server])
    }

    @Test func butTheTreeLeadsNobodyIntoTheNetworkHere() throws {
        let outcome = try resolve("www.inside.")
        #expect(outcome.responseCode == .serverFailure)
        #expect(internet.servers() == [Self.root])
    }

    // --- Validation ---

    /// example. is signed, has corp.example. in no way, and denies it.
    private func signed() throws -> (inout ResolverSettings) -> Void {
        internet.zones[Self.example] = try ScriptedZone(
            "example.",
            """
            @ NS ns
            @ NSEC ns.example. NS SOA RRSIG NSEC DNSKEY
            ns A 192.0.2.2
            ns NSEC www.example. A RRSIG NSEC
            www CNAME host.corp
            www NSEC example. CNAME RRSIG NSEC
            """, key: .scripted)
        let anchors = TrustAnchorSet(anchors: [TrustAnchor(zone: "example.", keys: [.scripted])])
        return { $0.validation = ResolverValidation(anchors: anchors, verifier: TrustingVerifier()) }
    }

    @Test func anAliasIsValidatedAndTheWholeIsNotSecure() throws {
        let outcome = try resolve("www.example.", .a, try signed())
        #expect(outcome.continuation == "host.corp.example." && outcome.answers.map(\.type) == [.cname])
        #expect(outcome.security == .insecure)
        #expect(cached("www.example.", .cname)?.security == .secure)
        #expect(!internet.asked.contains { $0.question.qtype == .ds })
    }

    @Test func aBogusAliasLeadsNowhere() throws {
        let change = try signed()
        internet.zones[Self.example] = try ScriptedZone("example.", "www CNAME host.corp")
        let outcome = try resolve("www.example.", .a, change)
        #expect(outcome.responseCode == .serverFailure && outcome.continuation == nil)
    }

    @Test func provenDenialsHideNothing() throws {
        let change = try signed()
        #expect(try resolve("aaa.example.", .a, change).security == .secure)
        let before = internet.asked.count
        // What is not held is denied from the same proof.
        #expect(try resolve("b.example.", .a, change).responseCode == .nxDomain)
        #expect(internet.asked.count == before)
        #expect(try resolve("host.corp.example.", .a, change).continuation != nil)
        let outcome = try resolve("host.sub.corp.example.", .a, change)
        #expect(outcome.answers.count == 1 && outcome.security == .insecure)
        #expect(try resolve("gone.sub.corp.example.", .a, change).responseCode == .nxDomain)
        #expect(internet.servers().dropFirst(before) == [Self.sub, Self.sub])
        #expect(cached("host.sub.corp.example.", .a)?.security == .insecure)
    }

    @Test func signersOfAnApexAreValidated() throws {
        let outcome = try resolve("corp.example.", .ds, try signed())
        #expect(outcome.responseCode == .nxDomain && outcome.security == .secure)
    }

    @Test func anAnchorBelowTheCutCounts() throws {
        internet.zones[Self.sub] = try ScriptedZone("sub.corp.example.", "host A 10.1.1.1", key: .scripted)
        let anchors = TrustAnchorSet(anchors: [TrustAnchor(zone: "sub.corp.example.", keys: [.scripted])])
        let outcome = try resolve("host.sub.corp.example.") {
            $0.validation = ResolverValidation(anchors: anchors, verifier: TrustingVerifier())
        }
        #expect(outcome.answers.count == 1 && outcome.security == .secure)
    }
}
