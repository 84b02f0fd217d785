import DNSResolution
import DNSTransport
import DNSWire
import DNSZones
import Logging
import ZoneStore

/// What the zones that are held here do over the network by themselves: secondary zones follow their primaries (`+Secondaries`,
/// `+SerialChecks`, `+Transfers`), and who is to be told of changes is told (`+Notify`).
///
/// It lives on one of the workers, so that it needs no locks. What it has to hear from other threads comes through `ZoneNews`.
/// When to do what is decided by the machines of `DNSZones/Transfers`; here is only done what they say.
final class ZoneTraffic {
    unowned let context: any WorkerContext
    let services: ZoneServices
    let bounds: TrafficBounds
    let log: Logger
    var random: RandomSource

    // --- Secondary zones ---

    var secondaries: [DomainName: SecondaryZone] = [:]
    /// As they were kept over the restart; each is taken once.
    var states: [Int64: SecondaryState]
    var lastNumber: UInt64 = 0
    /// Whom to wake when; places that were overtaken stay until their time.
    var wakes = DueQueue<DomainName>()
    /// What machines have yet to be told.
    var events: [(secondary: SecondaryZone, event: SecondaryMachine.Event)] = []
    /// Zones in the order in which they came for a serial check, or a transfer, that has not begun.
    var checkLine = DueQueue<DomainName>()
    var transferLine = DueQueue<DomainName>()
    /// The last place in these lines.
    var line: Int64 = 0
    var checks: [ExchangeID: SerialCheck] = [:]
    var incoming: [ExchangeID: IncomingZone] = [:]

    // --- Those who follow the zones here ---

    var notifications = NotifySchedule()
    var sentNotifies: [ExchangeID: SentNotify] = [:]
    /// Who is told of which zone, as far as that is known here.
    var targets: [DomainName: [NotifyTarget]] = [:]
    var lag = SecondaryLag()

    var counters = TrafficCounters()
    private var hasBegun = false
    private var lastExchange: UInt64 = 0
    /// When the timer fires that was set last, in nanoseconds of the monotonic clock.
    private var armed: Int64?

    init(
        _ context: any WorkerContext, _ services: ZoneServices, _ beginning: TrafficBeginning,
        random: RandomSource, log: Logger
    ) {
        self.context = context
        self.services = services
        bounds = beginning.bounds
        states = beginning.states
        self.random = random
        self.log = log
        // It begins with the worker's first turn.
        arm(at: context.now.monotonic)
    }

    // --- Events ---

    func takeNews() {
        let news = services.news.takeAll()
        if news.areSettingsChanged { followTable() }
        for apex in news.published { followZone(apex, isPublished: true) }
        for commit in news.commits { committed(commit) }
        for (exchange, report) in news.receptions { reported(report, of: exchange) }
        for (apex, notify) in news.notified {
            guard let secondary = secondaries[apex] else { continue }
            events.append((secondary, .notified(primary: notify.primary, serial: notify.serial)))
        }
        for (follower, news) in news.followers { note(news, of: follower) }
        advance()
    }

    func timerFired() {
        if let armed, armed <= context.now.monotonic { self.armed = nil }
        if !hasBegun { followTable() }
        hasBegun = true
        wakeMachines()
        // Also what could not be announced.
        takeNews()
    }

    func received(_ message: Span<UInt8>, for exchange: ExchangeID) -> ExchangeDisposition {
        defer { advance() }
        if let zone = incoming[exchange] { return received(message, of: zone) }
        if let check = checks[exchange] { return received(message, for: check, exchange) }
        if let notify = sentNotifies[exchange] { return received(message, to: notify, exchange) }
        return .finished
    }

    func ended(_ exchange: ExchangeID, _ end: ExchangeEnd) {
        if let zone = incoming[exchange] {
            self.ended(zone, end)
        } else if let check = checks.removeValue(forKey: exchange) {
            self.ended(check, end)
        } else if let notify = sentNotifies.removeValue(forKey: exchange) {
            notifications.failed(notify.order.number, now: context.now.monotonic)
        }
        advance()
    }

    /// Does what has become possible or due: behind everything that happens.
    private func advance() {
        repeat {
            tellMachines()
            beginWaiting()
        } while !events.isEmpty
        sendNotifies()
        armForNext()
    }

    // --- Zones come and go ---

    private func followTable() {
        let table = services.directory.table
        for apex in Set(secondaries.keys).union(targets.keys) where table.zone(at: apex) == nil {
            forget(apex)
        }
        for zone in table.zones { followZone(zone.apex, isPublished: false) }
    }

    /// - Parameter isPublished: whether it has another version than before.
    private func followZone(_ apex: DomainName, isPublished: Bool) {
        guard let zone = services.directory.table.zone(at: apex) else { return forget(apex) }
        let settings = zone.settings
        guard settings.isServed else { return forget(apex) }
        if case .secondary(let primaries) = settings.role {
            follow(zone, primaries)
        } else {
            stopFollowing(apex)
        }
        tell(of: zone, settings.notified, isPublished: isPublished)
    }

    private func forget(_ apex: DomainName) {
        stopFollowing(apex)
        stopTelling(of: apex)
    }

    // --- Time ---

    /// The monotonic clock stands still while a machine sleeps, and the uptime does not: so it is looked at that often.
    /// Nanoseconds.
    private static let longestSleep: Int64 = 60_000_000_000

    private func armForNext() {
        let now = context.now
        var wait = Self.longestSleep
        if let wake = wakes.first?.due {
            wait = min(max(0, wake - now.uptime), wait / 1_000_000) * 1_000_000
        }
        if let wake = notifications.nextWake { wait = min(wait, max(0, wake - now.monotonic)) }
        arm(at: now.monotonic + wait)
    }

    private func arm(at next: Int64) {
        if let armed, armed <= next { return }
        armed = next
        context.schedule(FlightToken.zoneTraffic(0), at: next)
    }

    // --- Messages ---

    func makeExchange() -> ExchangeID {
        lastExchange += 1
        return FlightToken.zoneTraffic(lastExchange)
    }

    func makeID() -> UInt16 { UInt16.random(in: 0...UInt16.max, using: &random) }

    /// A request in wire form, signed where there is a key for it.
    ///
    /// - Returns: nil where the key is not known here.
    func request(_ message: Message, _ key: DomainName?) -> (octets: [UInt8], client: TransactionClient?)? {
        var octets = message.compose()
        guard let name = key else { return (octets, nil) }
        guard let key = services.keys.ring.key(named: name) else { return nil }
        var client = TransactionClient(key)
        guard client.sign(&octets, wall: context.now.wall) else { return nil }
        return (octets, client)
    }
}

/// What happened, for metrics.
struct TrafficCounters: Sendable, Hashable {
    var serialChecks = 0
    var serialChecksFailed = 0
    var fullTransfers = 0
    var incrementalTransfers = 0
    /// That brought nothing new.
    var upToDateTransfers = 0
    var transfersFailed = 0
    var recordsReceived = 0
    var octetsReceived = 0
}
