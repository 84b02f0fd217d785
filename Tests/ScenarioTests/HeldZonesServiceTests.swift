import DNSCache
import DNSResolution
import DNSServer
import DNSTransport
import DNSWire
import Logging
import Testing

/// Answers that lead into zones that are held here are put together for each client, and never cached.
@Suite struct HeldZonesServiceTests {
    /// Holds corp.example. and home.arpa.; what they say is for others to test.
    private struct Zones: HeldZones {
        func place(of name: DomainName, _ qtype: RecordType) -> HeldPlace {
            let isHeld = name.isSubdomain(of: "corp.example.") || name.isSubdomain(of: "home.arpa.")
            return isHeld ? .held : .elsewhere
        }

        func addresses(of name: DomainName, _ type: RecordType) -> [IPAddress] { [] }
    }

    private let worker = ScriptedWorker(
        start: Moment(monotonic: 7_000_000_000_000, uptime: 9_000_000, wall: 1_750_000_000))
    private let service: ResolverService
    private let cache: Cache
    private var settings = ServerSettings()
    private static let client = Client(
        transport: .udp, peer: SocketAddress(IPAddress(127, 0, 0, 1), port: 40_000),
        local: SocketAddress(IPAddress(127, 0, 0, 1), port: 53), route: 1)

    init() {
        var random = RandomSource(seed: 1)
        var limits = Cache.Limits()
        limits.byteCeiling = 2 << 20
        settings.signalsAnchors = false
        settings.resolver.priming = false
        settings.resolver.rootHints = [
            Delegation.NameServer("ns.root.", addresses: [IPAddress(192, 0, 2, 1)])
        ]
        cache = Cache(limits: limits, hashKey: .random(using: &random))
        service = ResolverService(
            worker, settings: settings, cache: cache,
            secrets: ServiceSecrets(random: &random), random: random,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func hold() {
        var settings = settings
        settings.resolver.heldZones = Zones()
        service.apply(settings)
    }

    private func query(_ qname: DomainName) -> [UInt8] {
        var query = Message(header: Header(id: 7), questions: [Question(qname, .a)])
        query.header.flags = .rd
        return query.compose()
    }

    /// Whether there is a finished answer, be it expired.
    private func hasAnswer(_ qname: DomainName) -> Bool {
        let packet = query(qname)
        let view = QueryView(packet.span, maximumOptions: 0)
        var response = [UInt8](repeating: 0, count: 1232)
        var space = response.mutableSpan
        let hit = cache.lookupAnswer(
            packet.span, view.qnameRange, view.qtype, view.qclass, variant: [], now: worker.now,
            staleTTL: 30, into: &space, at: view.questionEnd, limit: 1232)
        return hit != nil
    }

    /// Asks, has the tree answer with `alias` if it is asked, and gives what the client gets.
    private func ask(_ qname: DomainName, alias: DomainName? = nil, ttl: UInt32 = 300) throws -> Message {
        let query = query(qname)
        var response = [UInt8](repeating: 0, count: 1232)
        var space = response.mutableSpan
        switch service.receive(query.span, from: Self.client, into: &space) {
        case .answered(let count): return try Message(parsing: response.span.extracting(0..<count))
        case .deferred: worker.expectAnswer(for: Self.client)
        case .dropped, .closeConnection: break
        }
        while let open = worker.openQueries.first {
            var reply = open.message
            reply.header.flags = [.qr, .aa]
            if let alias, reply.questions.first?.qname == qname {
                reply.answers = [Record(qname, .cname, ttl: ttl, .name(alias))]
            }
            worker.end(open.exchange)
            let octets = reply.compose()
            _ = service.upstreamReceived(octets.span, for: open.exchange)
        }
        let last = worker.answers.popLast()
        let answer = try #require(last)
        return try Message(parsing: answer.bytes.span)
    }

    @Test func anAnswerThatLeadsThereIsNotCached() throws {
        hold()
        for round in 1...3 {
            _ = try ask("www.example.", alias: "host.corp.example.")
            #expect(service.counters[.cacheHits] == 0 && service.counters[.resolutions] == UInt64(round))
        }
        // The alias is, so that the tree was asked once.
        #expect(Set(worker.sentQueries.map(\.step)).count == 1 && worker.openQueries.isEmpty)
        #expect(worker.sentQueries.count { $0.packet.message.questions.first?.qname == "www.example." } == 1)
        #expect(worker.faults.isEmpty)
    }

    @Test func andReplacesWhatWas() throws {
        // An alias without a target, which is an answer like others.
        #expect(try ask("www.example.", alias: "gone.invalid.", ttl: 1).answers.count == 1)
        hold()
        worker.setClock(monotonic: worker.now.monotonic + 5_000_000_000)
        #expect(hasAnswer("www.example."))
        _ = try ask("www.example.", alias: "host.corp.example.")
        #expect(!hasAnswer("www.example."))
    }

    @Test func reservedNamesYield() throws {
        #expect(try ask("host.home.arpa.").responseCode == .nxDomain)
        #expect(service.counters[.localAnswers] == 1)
        hold()
        _ = try ask("other.home.arpa.")
        #expect(service.counters[.localAnswers] == 1 && service.counters[.resolutions] == 1)
    }
}
