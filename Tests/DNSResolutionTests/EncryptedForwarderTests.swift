import DNSCache
import DNSResolution
import DNSWire
import Testing

/// A zone whose forwarders are asked over TLS and HTTPS.
@Suite struct EncryptedForwarderTests {
    private static let start = Moment(monotonic: 1_000_000_000, uptime: 1_000_000, wall: 1_750_000_000)
    private static let first = EncryptedServer(
        .tls, at: SocketAddress(IPAddress(192, 0, 2, 1), port: 853), name: "dns.example",
        authentication: .name("dns.example"))
    private static let second = EncryptedServer(
        .https(path: "/dns-query"), at: SocketAddress(IPAddress(192, 0, 2, 2), port: 443),
        authentication: .address)

    private static let cacheLimits: Cache.Limits = {
        var limits = Cache.Limits()
        limits.byteCeiling = 2 << 20
        return limits
    }()

    private func resolution(
        _ name: DomainName = "www.example.", _ servers: [EncryptedServer] = [first],
        seed: UInt64 = 1,
        cache: Cache = Cache(limits: cacheLimits, hashKey: SipHash.Key(low: 1, high: 2))
    ) -> Resolution {
        var settings = ResolverSettings()
        settings.routes = [
            ZoneRoute(
                suffix: .root, servers: servers.map { .encrypted($0) }, kind: .forward(fallsBack: false))
        ]
        return Resolution(
            Question(name, .a), settings: settings, cache: cache, random: RandomSource(seed: seed),
            cookieKey: SipHash.Key(low: 3, high: 4))
    }

    private func queries(_ actions: [Resolution.Action]) -> [Resolution.UpstreamQuery] {
        actions.compactMap { if case .send(let query) = $0 { query } else { nil } }
    }

    private func outcome(_ actions: [Resolution.Action]) -> Outcome? {
        actions.compactMap { if case .finish(let outcome) = $0 { outcome } else { nil } }.first
    }

    private func answer(_ query: Resolution.UpstreamQuery, _ change: (inout Message) -> Void = { _ in })
        throws -> Message
    {
        var message = try Message(parsing: query.message.span)
        message.header.flags.formUnion([.qr, .ra])
        message.answers = [
            Record(
                message.questions[0].qname, .a, ttl: 300, .address(IPAddress(192, 0, 2, 80)))
        ]
        change(&message)
        return message
    }

    @Test("queries are padded to 128 octets, with the names' letters as they are, and without cookies")
    func form() throws {
        for length in [1, 20, 50, 63] {
            let label = String(repeating: "A", count: length)
            let name = try DomainName(label + ".Example.")
            let query = try #require(queries(resolution(name).handle(.start, now: Self.start)).first)
            #expect(query.isStream && query.encryption == Self.first && query.server == Self.first.address)
            #expect(query.message.count == 128)
            let message = try Message(parsing: query.message.span)
            #expect(message.questions.first?.qname.isIdentical(to: name) == true)
            let options = try #require(message.edns?.options)
            #expect(options.count == 1 && options[0].code == EDNSOption.Code.padding)
            #expect(message.header.flags == .rd)
        }
        let long = (0..<3).map { _ in String(repeating: "b", count: 60) }.joined(separator: ".") + "."
        let name = try DomainName(long)
        let query = try #require(queries(resolution(name).handle(.start, now: Self.start)).first)
        #expect(query.message.count == 256)
    }

    @Test("an answer is an answer")
    func answered() throws {
        let resolution = resolution()
        let query = try #require(queries(resolution.handle(.start, now: Self.start)).first)
        let end = outcome(resolution.handle(.received(query.exchange, try answer(query)), now: Self.start))
        #expect(end?.responseCode == .noError && end?.answers.count == 1)
    }

    @Test("a server that is not who it should be is not asked otherwise, and the client is told why")
    func distrusted() throws {
        let resolution = resolution()
        let query = try #require(queries(resolution.handle(.start, now: Self.start)).first)
        let actions = resolution.handle(
            .distrusted(query.exchange, "the certificate is not for dns.example"), now: Self.start)
        #expect(queries(actions).isEmpty)
        let end = try #require(outcome(actions))
        #expect(end.responseCode == .serverFailure)
        #expect(
            end.error
                == ExtendedError(
                    .networkError, "192.0.2.1:853: the certificate is not for dns.example"))
    }

    @Test("every try of every kind of trouble is encrypted", arguments: 0..<6)
    func neverInCleartext(trouble: Int) throws {
        let resolution = resolution("www.example.", [Self.first, Self.second])
        var open = queries(resolution.handle(.start, now: Self.start))
        var count = 0
        var end: Outcome?
        while let query = open.popLast(), end == nil {
            count += 1
            #expect(query.encryption != nil && query.isStream)
            let event: Resolution.Event =
                switch trouble {
                case 0: .timedOut(query.exchange)
                case 1: .failed(query.exchange)
                case 2: .unreachable(query.exchange)
                case 3: .distrusted(query.exchange, "x")
                case 4: .received(query.exchange, try answer(query) { $0.header.flags.insert(.tc) })
                default:
                    .received(
                        query.exchange,
                        try answer(query) {
                            ($0.responseCode, $0.edns, $0.answers) = (.formatError, nil, [])
                        })
                }
            let actions = resolution.handle(event, now: Self.start)
            open += queries(actions)
            end = outcome(actions)
        }
        #expect(end?.responseCode == .serverFailure)
        #expect(count >= 2 && count <= 20)
    }

    @Test("the other server is asked when one fails, and first for a while after")
    func health() throws {
        let cache = Cache(limits: Self.cacheLimits, hashKey: SipHash.Key(low: 1, high: 2))
        let both = [Self.first, Self.second]
        let one = resolution("www.example.", both, cache: cache)
        let query = try #require(queries(one.handle(.start, now: Self.start)).first)
        let bad = try #require(query.encryption)
        let next = try #require(queries(one.handle(.distrusted(query.exchange, "x"), now: Self.start)).first)
        #expect(next.encryption != bad && next.encryption != nil)
        let end = outcome(one.handle(.received(next.exchange, try answer(next)), now: Self.start))
        #expect(end?.responseCode == .noError)
        for number: UInt64 in 0..<30 {
            let name = try DomainName("w\(number).example.")
            let query = queries(
                resolution(name, both, seed: number, cache: cache).handle(.start, now: Self.start)
            ).first
            #expect(query?.encryption == next.encryption)
        }
        // A minute later it may have been mended.
        let later = Self.start.advanced(bySeconds: 61)
        // One query in twenty is for finding out.
        let asked = try (0..<400).map { number in
            let name = try DomainName("v\(number).example.")
            return queries(
                resolution(name, both, seed: UInt64(number), cache: cache).handle(.start, now: later)
            )
            .first?.encryption
        }
        #expect(asked.contains(bad))
    }
}
