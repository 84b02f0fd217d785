import DNSCache
import DNSResolution
import DNSWire
import Synchronization
import Testing

/// Whatever servers answer, a resolution ends, within its budget, and exactly once.
@Suite struct ResolutionChaosTests {
    private static let start = Moment(monotonic: 1_000_000_000, uptime: 1_000_000, wall: 1_750_000_000)

    @Test(arguments: 0..<40)
    func endsWithinItsBudget(_ block: Int) {
        for seed in (block * 50)..<(block * 50 + 50) {
            let run = ChaosRun(seed: UInt64(seed))
            run.play()
            #expect(run.outcomes == 1, "seed \(seed)")
            #expect(run.queries <= run.settings.limits.upstreamQueries, "seed \(seed)")
            #expect(run.open.isEmpty, "seed \(seed): exchanges left open")
        }
    }

    @Test func sameSeedSameRun() {
        for seed in 0..<20 {
            let first = ChaosRun(seed: UInt64(seed))
            let second = ChaosRun(seed: UInt64(seed))
            first.play()
            second.play()
            #expect(first.log == second.log)
        }
    }
}

/// Zones that come and go from one call to the next.
private final class FickleZones: HeldZones {
    private let chance: Mutex<RandomSource>

    init(seed: UInt64) { chance = Mutex(RandomSource(seed: seed)) }

    func place(of name: DomainName, _ qtype: RecordType) -> HeldPlace {
        let server = Delegation.NameServer("ns.y.a.", addresses: [IPAddress(192, 0, 2, 3)])
        return switch chance.withLock({ Int.random(in: 0..<8, using: &$0) }) {
        case 0 where name.isSubdomain(of: "x.a."): .held
        case 1: .delegated(Delegation(zone: name.suffix(1), nameServers: [server], ttl: 60))
        default: .elsewhere
        }
    }

    func addresses(of name: DomainName, _ type: RecordType) -> [IPAddress] { [] }
}

/// One resolution against servers that answer by chance: referrals up, down and sideways, loops, lies, silence.
private final class ChaosRun {
    var settings = ResolverSettings()
    private var chance: RandomSource
    private let resolution: Resolution
    private var now = Moment(monotonic: 1_000_000_000, uptime: 1_000_000, wall: 1_750_000_000)
    private(set) var open: [Resolution.ExchangeNumber: Resolution.UpstreamQuery] = [:]
    private(set) var outcomes = 0
    private(set) var queries = 0
    private(set) var log: [String] = []

    /// Few names, so that they meet again and again.
    private static let names: [DomainName] = [
        ".", "a.", "b.", "x.a.", "y.a.", "x.b.", "deep.x.a.", "ns.x.a.", "ns.y.a.", "ns.x.b.",
        "www.deep.x.a.",
    ]

    init(seed: UInt64) {
        chance = RandomSource(seed: seed)
        settings.minimisation = ResolverSettings.Minimisation.allCases[Int(seed % 3)]
        settings.opportunisticTLS = seed % 2 == 1
        if seed % 5 == 0 { settings.heldZones = FickleZones(seed: seed) }
        settings.rootHints = [Delegation.NameServer("ns.a.", addresses: [IPAddress(192, 0, 2, 1)])]
        var limits = Cache.Limits()
        limits.byteCeiling = 2 << 20
        let cache = Cache(limits: limits, hashKey: SipHash.Key(low: seed, high: 1))
        for octet: UInt8 in 1...4 {
            let server = SocketAddress(IPAddress(192, 0, 2, octet), port: 53)
            cache.health.update(server) { $0.tls.answered(at: 1_000_000_000) }
        }
        resolution = Resolution(
            Question("www.deep.x.a.", .a), settings: settings, cache: cache, random: RandomSource(seed: seed),
            cookieKey: SipHash.Key(low: 3, high: 4))
    }

    /// More events than any run within its budget can need.
    private static let maximumEvents = 2000

    func play() {
        feed(.start)
        var events = 0
        while !resolution.isFinished, events < Self.maximumEvents {
            events += 1
            guard let (number, query) = open.min(by: { $0.key < $1.key }) else {
                feed(.deadline)
                continue
            }
            now = now.advanced(bySeconds: 0.05)
            switch Int.random(in: 0..<10, using: &chance) {
            case 0: feed(.retryDue(number))
            case 1:
                open[number] = nil
                feed(.timedOut(number))
            case 2:
                open[number] = nil
                feed(.failed(number))
            case 3: deliver(number, nil)
            default: deliver(number, reply(to: query))
            }
        }
        if !resolution.isFinished { feed(.deadline) }
    }

    private func deliver(_ number: Resolution.ExchangeNumber, _ message: Message?) {
        feed(.received(number, message))
        if !resolution.isOpen(number) { open[number] = nil }
    }

    private func feed(_ event: Resolution.Event) {
        for action in resolution.handle(event, now: now) {
            switch action {
            case .send(let query):
                queries += 1
                open[query.exchange] = query
                log.append("send \(query.server) \(query.message)")
            case .tryTLS(let trial): log.append("try \(trial.server)")
            case .cancel(let number): open[number] = nil
            case .finish(let outcome):
                outcomes += 1
                log.append("finish \(outcome.responseCode) \(outcome.answers.count)")
            }
        }
    }

    private func reply(to query: Resolution.UpstreamQuery) -> Message? {
        guard var message = try? Message(parsing: query.message.span) else { return nil }
        message.header.flags = [.qr]
        if Bool.random(using: &chance) { message.header.flags.insert(.aa) }
        if Int.random(in: 0..<8, using: &chance) == 0 { message.header.flags.insert(.tc) }
        if Int.random(in: 0..<8, using: &chance) == 0 { message.header.flags.insert(.ra) }
        if Int.random(in: 0..<12, using: &chance) == 0 { message.header.id &+= 1 }
        if Int.random(in: 0..<12, using: &chance) == 0 { message.questions = [] }
        let codes: [ResponseCode] = [
            .noError, .noError, .noError, .noError, .nxDomain, .serverFailure, .refused, .formatError,
            .yxDomain,
            .badCookie,
        ]
        message.responseCode = codes.randomElement(using: &chance) ?? .noError
        message.answers = records(upTo: 3)
        message.authorities = records(upTo: 3)
        message.additionals = records(upTo: 4)
        if Bool.random(using: &chance) { message.edns = nil }
        return message
    }

    private func records(upTo count: Int) -> [Record] {
        (0..<Int.random(in: 0...count, using: &chance)).map { _ in
            let owner = Self.names.randomElement(using: &chance) ?? .root
            let target = Self.names.randomElement(using: &chance) ?? .root
            let ttl = UInt32.random(in: 0...300, using: &chance)
            switch Int.random(in: 0..<6, using: &chance) {
            case 0: return Record(owner, .cname, ttl: ttl, .name(target))
            case 1: return Record(owner, .dname, ttl: ttl, .name(target))
            case 2:
                return Record(
                    owner, .a, ttl: ttl,
                    .address(IPAddress(192, 0, 2, UInt8.random(in: 1...9, using: &chance))))
            case 3:
                let soa = StartOfAuthority(
                    primary: target, mailbox: target, serial: 1, refresh: 1, retry: 1, expire: 1, minimum: ttl
                )
                return Record(owner, .soa, ttl: ttl, soa.rdata)
            default: return Record(owner, .ns, ttl: ttl, .name(target))
            }
        }
    }
}
