import DNSWire
import Testing

@testable import DNSCache

private let ranks: [Rank] = [.additional, .referral, .nonAuthoritativeAnswer, .authority, .answer]

@Suite struct RRsetTests {
    private let owner = name("host.example.org")

    private func rrset(_ cache: Cache, _ owner: DomainName? = nil, _ type: RecordType = .a, now: Moment)
        -> CachedRRset?
    {
        guard case .rrset(let cached) = cache.lookup(owner ?? self.owner, type, now: now) else { return nil }
        return cached
    }

    // --- What comes back ---

    @Test func comesBackWhole() throws {
        let cache = cache()
        var given = addresses(owner, 3)
        given.signatures = [RData(unchecked: [1, 2, 3]), RData(unchecked: [])]
        cache.admit(given, rank: .answer, security: .secure, now: at(0))
        let cached = try #require(rrset(cache, name("HOST.example.ORG"), now: at(milliseconds: 100_001)))
        given.ttl = 200
        #expect(cached.rrset == given)
        #expect(cached.rank == .answer && cached.security == .secure)
    }

    @Test func expiresToTheMillisecond() {
        let cache = cache()
        cache.admit(addresses(owner, ttl: 10), rank: .answer, now: at(0))
        #expect(rrset(cache, now: at(milliseconds: 9_999))?.rrset.ttl == 1)
        #expect(rrset(cache, now: at(10)) == nil)
    }

    @Test func ttlIsClamped() {
        let cache = cache {
            $0.maximumTTL = 1000
            $0.minimumTTL = 5
            $0.maximumNegativeTTL = 100
        }
        for (given, kept) in [(0, 5), (5, 5), (6, 6), (1000, 1000), (1001, 1000), (UInt32.max, 1000)]
            as [(UInt32, UInt32)]
        {
            cache.flushAll()
            cache.admit(addresses(owner, ttl: given), rank: .answer, now: at(0))
            #expect(rrset(cache, now: at(0))?.rrset.ttl == kept)
        }
        for (given, kept) in [(0, 5), (50, 50), (101, 100)] as [(UInt32, UInt32)] {
            cache.admitNXDomain(owner, soa: nil, ttl: given, now: at(0))
            #expect(cache.lookupNXDomain(owner, now: at(0))?.ttl == kept)
        }
    }

    @Test func livesNoLongerThanItsProofs() {
        let cache = cache()
        let proofs = [soa(name("example.org"), ttl: 40), soa(name("org"), ttl: 20)]
        cache.admit(addresses(owner, ttl: 300), rank: .answer, security: .secure, proofs: proofs, now: at(0))
        #expect(rrset(cache, now: at(0))?.rrset.ttl == 20)
        #expect(rrset(cache, now: at(20)) == nil)
        cache.admitNXDomain(owner, soa: nil, ttl: 300, security: .secure, proofs: proofs, now: at(0))
        #expect(cache.lookupNXDomain(owner, now: at(0))?.ttl == 20)
        #expect(cache.lookupNXDomain(owner, now: at(20)) == nil)
    }

    @Test func zeroTTLIsNotKept() {
        let cache = cache()
        cache.admit(addresses(owner, ttl: 0), rank: .answer, now: at(0))
        cache.admitNXDomain(owner, soa: nil, ttl: 0, now: at(0))
        cache.admit(Delegation(zone: owner, nameServers: [.init(owner)], ttl: 0), now: at(0))
        #expect(cache.statistics.entryCount == 0)
    }

    @Test func hugeRRsetsAreNotKept() {
        let cache = cache()
        let many = RRset(
            owner, .a, ttl: 60, rdatas: Array(repeating: RData(unchecked: [1, 2, 3, 4]), count: 257))
        cache.admit(many, rank: .answer, now: at(0))
        let large = RRset(
            owner, .txt, ttl: 60, rdatas: [RData(unchecked: [UInt8](repeating: 0, count: 16_384))])
        cache.admit(large, rank: .answer, now: at(0))
        #expect(cache.statistics.entryCount == 0)
        cache.admit(
            RRset(owner, .a, ttl: 60, rdatas: Array(repeating: RData(unchecked: [1, 2, 3, 4]), count: 256)),
            rank: .answer, now: at(0))
        #expect(rrset(cache, now: at(0))?.rrset.rdatas.count == 256)
    }

    // --- Ranks ---

    @Test(arguments: ranks, ranks) func ranksDecide(old: Rank, new: Rank) {
        let cache = cache()
        cache.admit(addresses(owner, 1, ttl: 100), rank: old, now: at(0))
        cache.admit(addresses(owner, 2, ttl: 100), rank: new, now: at(50))
        let isReplaced = new >= old
        #expect(rrset(cache, now: at(50))?.rrset.rdatas.count == (isReplaced ? 2 : 1))
        #expect(rrset(cache, now: at(50))?.rank == max(old, new))
        #expect(rrset(cache, now: at(50))?.rrset.ttl == (isReplaced ? 100 : 50))
    }

    @Test(arguments: ranks, ranks) func expiredGivesWayToAnyRank(old: Rank, new: Rank) {
        let cache = cache()
        cache.admit(addresses(owner, 1, ttl: 100), rank: old, now: at(0))
        cache.admit(addresses(owner, 2, ttl: 100), rank: new, now: at(100))
        #expect(rrset(cache, now: at(100))?.rank == new)
    }

    // --- Denials ---

    @Test func noDataIsForOneType() throws {
        let cache = cache()
        let zone = soa(name("example.org"), ttl: 60)
        cache.admitNoData(owner, .mx, soa: zone, ttl: 60, security: .insecure, now: at(0))
        guard case .noData(let denial) = cache.lookup(owner, .mx, now: at(20)) else {
            Issue.record("no denial")
            return
        }
        #expect(
            denial.ttl == 40 && denial.soa?.ttl == 40 && denial.name == owner && denial.security == .insecure)
        #expect(denial.soa?.rdatas == zone.rdatas && denial.soa?.ownerName == zone.ownerName)
        #expect(cache.lookup(owner, .a, now: at(20)) == nil)
    }

    @Test func glueDoesNotReplaceADenial() {
        let cache = cache()
        cache.admitNoData(owner, .a, soa: nil, ttl: 60, now: at(0))
        cache.admit(addresses(owner), rank: .additional, now: at(1))
        #expect(rrset(cache, now: at(1)) == nil)
        cache.admit(addresses(owner), rank: .answer, now: at(1))
        #expect(rrset(cache, now: at(1)) != nil)
    }

    @Test func denialReplacesAnAnswer() {
        let cache = cache()
        cache.admit(addresses(owner), rank: .answer, now: at(0))
        cache.admitNoData(owner, .a, soa: nil, ttl: 60, now: at(1))
        #expect(rrset(cache, now: at(1)) == nil)
    }

    @Test func nxDomainCutsTheTree() {
        let cache = cache()
        let cut = name("gone.example.org")
        cache.admitNXDomain(cut, soa: soa(name("example.org")), ttl: 60, security: .secure, now: at(0))
        for below in ["gone.example.org", "a.gone.example.org", "x.y.z.GONE.example.org"] {
            let denial = cache.lookupNXDomain(name(below), now: at(1))
            #expect(
                denial?.name == cut && denial?.ttl == 59 && denial?.soa?.ttl == 59
                    && denial?.security == .secure)
        }
        for beside in ["example.org", "org", "other.example.org", "begone.example.org", ""] {
            #expect(cache.lookupNXDomain(name(beside), now: at(1)) == nil)
        }
        #expect(cache.lookupNXDomain(cut, .chaos, now: at(1)) == nil)
        #expect(cache.lookupNXDomain(name("a.gone.example.org"), now: at(60)) == nil)
    }

    @Test func dataOfANameEndsItsNXDomain() {
        let cache = cache()
        cache.admitNXDomain(owner, soa: nil, ttl: 60, now: at(0))
        cache.admit(addresses(owner), rank: .additional, now: at(1))
        #expect(cache.lookupNXDomain(owner, now: at(1)) != nil, "glue proves nothing")
        cache.admit(addresses(owner), rank: .answer, now: at(1))
        #expect(cache.lookupNXDomain(owner, now: at(1)) == nil)
    }

    // --- Failures ---

    @Test func failuresLastOneSecondToFiveMinutes() {
        let cache = cache()
        let question = Question(owner, .a)
        for (given, kept) in [(0, 1), (1, 1), (5, 5), (300, 300), (301, 300), (UInt32.max, 300)]
            as [(UInt32, Int64)]
        {
            cache.flushAll()
            cache.admitFailure(question, nil, ttl: given, now: at(0))
            #expect(cache.lookupFailure(question, now: at(milliseconds: kept * 1000 - 1)) != nil)
            #expect(cache.lookupFailure(question, now: at(milliseconds: kept * 1000)) == nil)
        }
    }

    @Test func failuresKeepTheirReason() {
        let cache = cache()
        let question = Question(owner, .a)
        let error = ExtendedError(.noReachableAuthority, "timed out at 192.0.2.1")
        cache.admitFailure(question, error, ttl: 5, now: at(0))
        #expect(cache.lookupFailure(question, now: at(1)) == .some(.some(error)))
        #expect(cache.lookupFailure(Question(owner, .aaaa), now: at(1)) == nil)
        cache.admitFailure(question, nil, ttl: 5, now: at(2))
        #expect(cache.lookupFailure(question, now: at(2)) == .some(.none))
        cache.admitFailure(
            question, ExtendedError(.other, String(repeating: "ä", count: 300)), ttl: 5, now: at(3))
        #expect(cache.lookupFailure(question, now: at(3))??.text == String(repeating: "ä", count: 127))
    }
}

@Suite struct DelegationTests {
    private func delegation(_ zone: String, servers: Int = 2, ttl: UInt32 = 100) -> Delegation {
        let servers = (0..<servers).map { number in
            Delegation.NameServer(
                name("ns\(number).\(zone)"),
                addresses: [IPAddress(192, 0, 2, UInt8(number & 0xff)), IPAddress(ipv6: 1)])
        }
        return Delegation(zone: name(zone), nameServers: servers, ttl: ttl)
    }

    @Test func comesBackWhole() {
        let cache = cache()
        var given = delegation("example.com")
        given.nameServers.append(.init(name("ns.elsewhere.net")))
        cache.admit(given, now: at(0))
        given.ttl = 40
        #expect(cache.delegation(of: name("Example.Com"), now: at(60)) == given)
        #expect(cache.delegation(of: name("example.com"), now: at(100)) == nil)
    }

    @Test func closestOneIsFound() {
        let cache = cache()
        for zone in ["", "com", "example.com", "deep.sub.example.com"] {
            cache.admit(delegation(zone), now: at(0))
        }
        func zone(_ text: String, above floor: String = "") -> DomainName? {
            cache.closestDelegation(to: name(text), notAbove: name(floor), now: at(1))?.zone
        }
        #expect(zone("www.example.com") == name("example.com"))
        #expect(zone("a.sub.example.com") == name("example.com"))
        #expect(zone("a.deep.sub.example.com") == name("deep.sub.example.com"))
        #expect(zone("example.org") == .root)
        #expect(zone("www.example.com", above: "example.com") == name("example.com"))
        #expect(zone("a.sub.example.com", above: "sub.example.com") == nil)
        cache.removeDelegation(of: name("example.com"))
        #expect(zone("www.example.com") == name("com"))
    }

    @Test func huge() {
        var given = delegation("example.com", servers: 1500)
        given = Delegation(
            zone: given.zone,
            nameServers: given.nameServers.map {
                .init($0.name, addresses: Array(repeating: IPAddress(ipv6: 2), count: 99))
            },
            ttl: 60)
        #expect(given.nameServers.count == 13)
        #expect(given.nameServers.allSatisfy { $0.addresses.count == 6 })
        let cache = cache()
        given.nameServers = Array(repeating: given.nameServers[0], count: 300)
        given.nameServers[0].addresses = Array(repeating: IPAddress(ipv6: 3), count: 300)
        cache.admit(given, now: at(0))
        let kept = cache.delegation(of: given.zone, now: at(0))
        #expect(kept?.nameServers.count == 13, "also when it was changed after it was made")
        #expect(kept?.nameServers.first?.addresses.count == 6)
    }
}
