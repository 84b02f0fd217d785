import DNSCache
import DNSResolution
import DNSWire
import Testing

/// RFC 9539: authoritative servers over TLS where they take it.
@Suite struct OpportunisticTLSTests {
    private static let start = Moment(monotonic: 1_000_000_000, uptime: 1_000_000, wall: 1_750_000_000)
    private let server = SocketAddress(IPAddress(192, 0, 2, 1), port: 53)
    private let cache: Cache

    init() {
        var limits = Cache.Limits()
        limits.byteCeiling = 2 << 20
        cache = Cache(limits: limits, hashKey: SipHash.Key(low: 1, high: 2))
    }

    private func resolution(_ change: (inout ResolverSettings) -> Void = { _ in }) -> Resolution {
        var settings = ResolverSettings()
        settings.opportunisticTLS = true
        settings.priming = false
        settings.rootHints = [Delegation.NameServer("ns.a.", addresses: [server.address])]
        change(&settings)
        return Resolution(
            Question("www.a.", .a), settings: settings, cache: cache, random: RandomSource(seed: 1),
            cookieKey: SipHash.Key(low: 3, high: 4))
    }

    private func sent(_ actions: [Resolution.Action]) -> [Resolution.UpstreamQuery] {
        actions.compactMap { if case .send(let query) = $0 { query } else { nil } }
    }

    private func trials(_ actions: [Resolution.Action]) -> [Resolution.TLSTrial] {
        actions.compactMap { if case .tryTLS(let trial) = $0 { trial } else { nil } }
    }

    @Test func anUnknownServerIsTriedBesideTheQueryInCleartext() throws {
        let actions = resolution().handle(.start, now: Self.start)
        let query = try #require(sent(actions).first)
        #expect(query.server == server && query.encryption == nil && !query.isStream)
        let trial = try #require(trials(actions).first)
        #expect(trial.server == server && trial.zone == .root)
        #expect(trial.encryption.address == SocketAddress(server.address, port: 853))
        #expect(trial.encryption.authentication == .opportunistic)
    }

    @Test func oneThatTakesItIsAskedSo() throws {
        cache.health.update(server) { $0.tls.answered(at: Self.start.monotonic) }
        let actions = resolution().handle(.start, now: Self.start)
        let query = try #require(sent(actions).first)
        #expect(query.encryption?.address == query.server && query.server.port == 853 && query.isStream)
        #expect(trials(actions).isEmpty)
        // Padded, as all that goes encrypted (RFC 8467 §4.1).
        #expect(query.message.count % 128 == 0)
    }

    @Test(arguments: ["failed", "late", "distrusted", "unreachable"])
    func whereItFailsThereIsCleartext(how: String) throws {
        cache.health.update(server) { $0.tls.answered(at: Self.start.monotonic) }
        let resolution = resolution()
        let first = try #require(sent(resolution.handle(.start, now: Self.start)).first)
        let event: Resolution.Event =
            switch how {
            case "failed": .failed(first.exchange)
            case "late": .retryDue(first.exchange)
            case "distrusted": .distrusted(first.exchange, "no such protocol")
            default: .unreachable(first.exchange)
            }
        let actions = resolution.handle(event, now: Self.start.advanced(bySeconds: 3))
        let second = try #require(sent(actions).first)
        #expect(second.server == server && second.encryption == nil)
        #expect(trials(actions).isEmpty)
        // The server itself has done nothing wrong.
        let health = cache.health.health(of: server)
        #expect(health.consecutiveTimeouts == 0 && !health.isDead(at: Self.start.monotonic))
        #expect(!health.tls.isKnown(at: Self.start.advanced(bySeconds: 3).monotonic))
    }

    @Test func anAnswerShowsThatItStillTakesIt() throws {
        cache.health.update(server) { $0.tls.answered(at: Self.start.monotonic) }
        let resolution = resolution()
        let query = try #require(sent(resolution.handle(.start, now: Self.start)).first)
        var reply = try Message(parsing: query.message.span)
        reply.header.flags = [.qr, .aa]
        reply.answers = [Record("www.a.", .a, ttl: 60, .address(IPAddress(192, 0, 2, 80)))]
        let later = Self.start.advanced(bySeconds: 86_400)
        _ = resolution.handle(.received(query.exchange, reply), now: later)
        let end = later.advanced(bySeconds: 3 * 86_400 - 1).monotonic
        #expect(cache.health.health(of: server).tls.isKnown(at: end))
    }

    @Test func nobodyIsTriedUnlessThatIsWanted() {
        let actions = resolution { $0.opportunisticTLS = false }.handle(.start, now: Self.start)
        #expect(trials(actions).isEmpty && sent(actions).count == 1)
    }

    @Test func forwardersAreAskedAsConfigured() throws {
        cache.health.update(server) { $0.tls.answered(at: Self.start.monotonic) }
        let actions = resolution {
            $0.routes = [ZoneRoute(suffix: .root, servers: [server], kind: .forward(fallsBack: false))]
        }.handle(.start, now: Self.start)
        #expect(try #require(sent(actions).first).encryption == nil && trials(actions).isEmpty)
    }

    // --- What is remembered ---

    @Test func timesOfTheStandard() {
        let day: Int64 = 86_400_000_000_000
        var support = TLSSupport()
        #expect(support.isTrialDue(at: 0) && !support.isKnown(at: 0))
        support.beginTrial(at: 0)
        #expect(!support.isTrialDue(at: 1_000_000_000) && !support.isKnown(at: 1_000_000_000))
        // The worker that began it may have been stopped.
        #expect(support.isTrialDue(at: 8_000_000_000))
        support.failed(at: 0)
        #expect(!support.isTrialDue(at: day - 1) && support.isTrialDue(at: day))
        support.answered(at: 0)
        #expect(support.isKnown(at: 3 * day - 1) && !support.isTrialDue(at: 3 * day - 1))
        #expect(!support.isKnown(at: 3 * day) && support.isTrialDue(at: 3 * day))
    }
}
