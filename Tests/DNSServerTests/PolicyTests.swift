import DNSCache
import DNSResolution
import DNSWire
import Testing

@testable import DNSServer

@Suite struct AccessPolicyTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
    private func networks(_ texts: String...) -> [IPNetwork] { texts.compactMap { IPNetwork($0) } }

    @Test(arguments: [
        ("127.0.0.1", AccessPolicy.Verdict.allow), ("10.1.2.3", .allow), ("172.31.0.1", .allow),
        ("172.32.0.1", .refuse),
        ("192.168.7.7", .allow), ("169.254.1.1", .allow), ("8.8.8.8", .refuse), ("::1", .allow),
        ("fd00::1", .allow),
        ("fe80::1", .allow), ("2600::1", .refuse), ("::ffff:10.0.0.1", .allow), ("::ffff:8.8.8.8", .refuse),
    ])
    func defaults(_ client: String, _ verdict: AccessPolicy.Verdict) throws {
        #expect(AccessPolicy().verdict(for: try address(client)) == verdict)
    }

    @Test func longestPrefixDecides() throws {
        let policy = AccessPolicy(
            allow: networks("10.0.0.0/8", "10.1.1.0/24"), refuse: networks("10.1.0.0/16"),
            drop: networks("10.1.1.7"))
        #expect(policy.verdict(for: try address("10.2.0.1")) == .allow)
        #expect(policy.verdict(for: try address("10.1.2.1")) == .refuse)
        #expect(policy.verdict(for: try address("10.1.1.1")) == .allow)
        #expect(policy.verdict(for: try address("10.1.1.7")) == .drop)
        #expect(policy.verdict(for: try address("11.0.0.1")) == .refuse)
    }
}

@Suite struct RebindingProtectionTests {
    private let protection = RebindingProtection()

    private func outcome(_ addresses: [IPAddress], at name: DomainName = "www.example.") -> Outcome {
        var outcome = Outcome(.noError)
        let type = RecordType.address(addresses[0].family)
        outcome.answers = [RRset(name, type, ttl: 60, rdatas: addresses.map(RData.address))]
        return outcome
    }

    @Test func privateAddressesGoAndPublicOnesStay() throws {
        let mixed = outcome([IPAddress(203, 0, 113, 1), IPAddress(10, 0, 0, 1), IPAddress(127, 0, 0, 1)])
        let filtered = try #require(protection.filter(mixed, for: "www.example."))
        #expect(filtered.answers[0].rdatas == [.address(IPAddress(203, 0, 113, 1))])
        #expect(filtered.error?.code == .filtered)
        #expect(protection.filter(outcome([IPAddress(203, 0, 113, 1)]), for: "www.example.") == nil)
    }

    @Test func mappedAddressesAreSeenThrough() throws {
        let mapped = IPAddress(ipv6: 0xffff_7f00_0001)
        let filtered = try #require(protection.filter(outcome([mapped]), for: "www.example."))
        #expect(filtered.answers.isEmpty)
        #expect(filtered.responseCode == .noError)
    }

    @Test func allowedNamesAndLocalAnswersStay() {
        var protection = RebindingProtection()
        protection.allowed = ["corp.example."]
        let inside = outcome([IPAddress(10, 0, 0, 1)], at: "a.corp.example.")
        #expect(protection.filter(inside, for: "a.corp.example.") == nil)
        #expect(protection.filter(inside, for: "alias.elsewhere.") == nil)
        var local = outcome([IPAddress(10, 0, 0, 1)])
        local.isLocal = true
        #expect(protection.filter(local, for: "www.example.") == nil)
    }

    @Test func addressHintsCount() throws {
        let rdata = try RData(text: "1 . ipv4hint=10.0.0.1", type: .https, origin: .root)
        var outcome = Outcome(.noError)
        outcome.answers = [RRset("www.example.", .https, ttl: 60, rdatas: [rdata])]
        #expect(try #require(protection.filter(outcome, for: "www.example.")).answers.isEmpty)
    }
}

@Suite struct RateLimiterTests {
    private func limit(_ change: (inout RateLimit) -> Void = { _ in }) -> RateLimit {
        var limit = RateLimit()
        limit.responsesPerSecond = 10
        limit.slip = 2
        change(&limit)
        return limit
    }

    private let victim = IPAddress(203, 0, 113, 7)

    @Test func allowsTheRateAndSlipsBeyond() {
        var limiter = RateLimiter(key: SipHash.Key(low: 1, high: 2))
        var verdicts: [RateLimiter.Verdict] = []
        for _ in 0..<20 { verdicts.append(limiter.verdict(for: victim, limit(), uptime: 0)) }
        #expect(verdicts.prefix(10).allSatisfy { $0 == .send })
        #expect(verdicts.dropFirst(10).filter { $0 == .truncate }.count == 5)
        #expect(verdicts.dropFirst(10).filter { $0 == .drop }.count == 5)
    }

    @Test func oneNetworkSharesABucketAndOthersDoNot() {
        var limiter = RateLimiter(key: SipHash.Key(low: 1, high: 2))
        for host in 0..<10 {
            _ = limiter.verdict(for: IPAddress(203, 0, 113, UInt8(host)), limit(), uptime: 0)
        }
        #expect(limiter.verdict(for: victim, limit(), uptime: 0) != .send)
        #expect(limiter.verdict(for: IPAddress(198, 51, 100, 1), limit(), uptime: 0) == .send)
    }

    @Test func refillsWithTimeAndNeverBeyondASecondsWorth() {
        var limiter = RateLimiter(key: SipHash.Key(low: 1, high: 2))
        for _ in 0..<10 { _ = limiter.verdict(for: victim, limit(), uptime: 0) }
        #expect(limiter.verdict(for: victim, limit { $0.slip = 0 }, uptime: 0) == .drop)
        #expect(limiter.verdict(for: victim, limit(), uptime: 200) == .send)
        var sent = 0
        for _ in 0..<50 where limiter.verdict(for: victim, limit(), uptime: 1_000_000) == .send { sent += 1 }
        #expect(sent == 10)
    }

    @Test func exemptNetworksAreNeverLimited() {
        var limiter = RateLimiter(key: SipHash.Key(low: 1, high: 2))
        let limit = limit { $0.exempt = [IPNetwork("203.0.113.0/24")].compactMap { $0 } }
        for _ in 0..<1000 { #expect(limiter.verdict(for: victim, limit, uptime: 0) == .send) }
    }
}

@Suite struct ServerCookieTests {
    private let cookies = ServerCookies(key: SipHash.Key(low: 7, high: 9))
    private let client = IPAddress(192, 0, 2, 1)
    private let wall: Int64 = 1_750_000_000

    private func option(for client: IPAddress, at wall: Int64) -> [UInt8] {
        var bytes: [UInt8] = Array(1...8) + [UInt8](repeating: 0, count: ServerCookies.length)
        let clientPart = Array(bytes[..<8])
        var target = bytes.mutableSpan
        cookies.write(for: client, clientCookie: clientPart.span, at: 0, wall: wall, to: &target, at: 8)
        return bytes
    }

    private func isValid(_ option: [UInt8], _ client: IPAddress, at wall: Int64) -> Bool {
        cookies.isValid(option.span, 0..<option.count, client: client, wall: wall)
    }

    /// RFC 9018 §4.3: an hour back, five minutes ahead.
    @Test(
        arguments: [(0, true), (3600, true), (3601, false), (-300, true), (-301, false)] as [(Int64, Bool)])
    func ages(_ age: Int64, _ valid: Bool) {
        #expect(isValid(option(for: client, at: wall - age), client, at: wall) == valid)
    }

    @Test func boundToTheClient() {
        #expect(!isValid(option(for: client, at: wall), IPAddress(192, 0, 2, 2), at: wall))
        #expect(!isValid(option(for: client, at: wall), IPAddress(ipv6: client.bits), at: wall))
    }

    @Test func everyOctetCounts() {
        let good = option(for: client, at: wall)
        for index in good.indices {
            var bad = good
            bad[index] ^= 1
            #expect(!isValid(bad, client, at: wall), "octet \(index)")
        }
        #expect(!isValid(Array(good.dropLast()), client, at: wall))
        #expect(!isValid(good + [0], client, at: wall))
    }
}
