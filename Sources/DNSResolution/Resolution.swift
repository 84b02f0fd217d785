public import DNSCache
import DNSValidation
public import DNSWire

/// One question on its way to an answer: a machine without I/O. Events go in, actions come out.
///
/// A resolution is a small tree of *lookups*: the client's own, and below it those that it needs first (the addresses of
/// name servers, the root's servers). All of them share one budget of upstream queries. Each lookup is in one state:
///
///     begin ──> cached? ── yes ─────────────────────────────────────────────> ended
///       │ no
///       ▼
///     zone: the closest delegation, forwarder, stub or the root's hints
///       │
///       ▼
///     asking: a server is chosen and asked (a little more of the name each time, RFC 9156)
///       │  ▲ │
///       │  │ └── no address known: waits on child lookups
///       │  └──── retry: time-out, lame server, TC, EDNS refused ...
///       ▼
///     response ── referral ──> zone          (strictly deeper, so it ends)
///              ── alias ─────> begin          (at most `aliasChain` times)
///              ── answer, denial ───────────> ended
///
/// What the client's own lookup found is then validated, which may start lookups for DS and DNSKEY:
///
///     ended ──> findings judged one by one ── all secure or insecure ──> finished
///                 │  ▲            └── bogus ── another server? ── no ──> finished (SERVFAIL)
///                 ▼  │                          └── yes: a second opinion
///             lookups for the chain of trust
///
/// Files: this one holds state, events and actions; `+Begin` the cache and the choice of zone; `+Ask` the choice of
/// server and the query; `+Receive` what comes back; `+Servers` the addresses of name servers; `+Validation` the
/// judgement of findings; `+Trust` the chain of trust down to them; `+HeldZones` where zones that are held here come in.
public final class Resolution {
    // --- Events and actions ---

    public enum Event {
        case start
        /// A message that came for an exchange; nil where it could not be parsed.
        case received(ExchangeNumber, Message?)
        /// Nothing came for so long that another try is due; the exchange stays open.
        case retryDue(ExchangeNumber)
        case timedOut(ExchangeNumber)
        /// The exchange failed: a connection broke, or there was no socket for it.
        case failed(ExchangeNumber)
        /// A server that is asked encrypted did not prove who it is, or does not speak as it should; the text says what
        /// is wrong, and is for people.
        case distrusted(ExchangeNumber, String)
        /// There is no way to the server, as to IPv6 addresses from a host that has none.
        case unreachable(ExchangeNumber)
        /// The time for the whole is up.
        case deadline
    }

    public enum Action {
        case send(UpstreamQuery)
        case tryTLS(TLSTrial)
        case cancel(ExchangeNumber)
        case finish(Outcome)
    }

    /// Names an exchange within its resolution.
    public typealias ExchangeNumber = UInt16

    /// A server that may take queries over TLS; nobody waits to know.
    public struct TLSTrial: Sendable, Equatable {
        /// Where it is asked in cleartext.
        public var server: SocketAddress
        public var encryption: EncryptedServer
        /// One that it serves.
        public var zone: DomainName
    }

    public struct UpstreamQuery {
        public var exchange: ExchangeNumber
        public var server: SocketAddress
        public var isStream: Bool
        /// How it has to be asked; nil: in cleartext.
        public var encryption: EncryptedServer?
        public var message: [UInt8]
        /// Nanoseconds until `retryDue` is wanted.
        public var retryAfter: Int64
        /// Nanoseconds until the exchange is over.
        public var timeout: Int64
    }

    // --- State ---

    typealias LookupID = Int

    let settings: ResolverSettings
    let cache: Cache
    let question: Question
    var random: RandomSource
    /// Secret for client cookies (RFC 7873 §4.1).
    let cookieKey: SipHash.Key
    /// Whether the settings have zones that are held here. It is asked at every step, where a look into the settings would
    /// count references.
    let holdsZones: Bool
    let isOffline: Bool
    let isCheckingDisabled: Bool
    var lookups = ShortTable<LookupID, Lookup>()
    var exchanges = ShortTable<ExchangeNumber, Exchange>()
    var actions: [Action] = []
    /// What still has to be moved on before the current event is done with.
    var pending: [LookupID] = []
    private(set) var now = Moment(monotonic: 0, uptime: 0, wall: 0)
    private var nextLookup = 0
    private var nextExchange: ExchangeNumber = 0
    public private(set) var queriesSent = 0
    var addressLookups = 0
    /// Address lookups that failed for themselves: not tried again, and remembered when nothing is found in the end.
    private(set) var failedLookups: [Question: ExtendedError] = [:]
    /// A limit, or a failure of before, had a part in how lookups ended. Then failures say little.
    var isPartial = false
    public private(set) var isFinished = false

    // --- Validation ---

    /// Nil where nothing is to be validated.
    var validator: Validator?
    /// What the client's lookup found, while it is being judged.
    var judged: Outcome?
    /// Second opinions had on the client's answer.
    var secondOpinions = 0
    /// Why the first was not enough.
    var firstFailure: ExtendedError?
    /// What to go back to when a second opinion cannot be had.
    var firstOpinion: [Finding]?
    var trust = ChainOfTrust()
    /// The zones that lookups came through, each once, where validation wants to know: no more than there are queries and
    /// lookups, and most often two or three.
    var delegations: [DomainName] = []

    static let mainLookup = 0

    /// - Parameters:
    ///   - skipsCache: fetch afresh although an answer is there (prefetch).
    ///   - isOffline: answer from what is known or not at all (RD clear); REFUSED stands for "not known".
    ///   - isCheckingDisabled: nothing is validated, at the client's wish (CD, RFC 4035 §3.2.2).
    public init(
        _ question: Question, settings: consuming ResolverSettings, cache: Cache, random: RandomSource,
        cookieKey: SipHash.Key, skipsCache: Bool = false, isOffline: Bool = false,
        isCheckingDisabled: Bool = false
    ) {
        self.question = question
        self.cache = cache
        self.random = random
        self.cookieKey = cookieKey
        self.isOffline = isOffline
        self.isCheckingDisabled = isCheckingDisabled
        holdsZones = settings.heldZones != nil
        if let validation = settings.validation, !isCheckingDisabled {
            validator = Validator(
                settings: validation.settings, verifier: validation.verifier, traces: validation.traces)
        }
        self.settings = consume settings
        let lookup = Lookup(question, purpose: .client, depth: 0)
        lookup.skipsCache = skipsCache
        _ = addLookup(lookup)
    }

    /// Feeds one event and gives what has to be done.
    public func handle(_ event: Event, now: Moment) -> [Action] {
        guard !isFinished else { return [] }
        self.now = now
        switch event {
        case .start: pending.append(Self.mainLookup)
        case .received(let number, let message): receive(message, number)
        case .retryDue(let number): retryDue(number)
        case .timedOut(let number): exchangeEnded(number, timedOut: true)
        case .failed(let number): exchangeEnded(number, timedOut: false)
        case .distrusted(let number, let reason): distrusted(number, reason)
        case .unreachable(let number): unreachable(number)
        case .deadline: finishMain(.failure(ExtendedError(.noReachableAuthority, "no answer in time")))
        }
        // Lookups are moved on from one place, one after the other, so that no call nests without bound.
        while !isFinished, let id = pending.popLast() { advance(id) }
        defer { actions = [] }
        return actions
    }

    /// Whether the exchange still waits: after `received`, that means that the message was not its reply.
    public func isOpen(_ number: ExchangeNumber) -> Bool { exchanges[number] != nil }

    /// The server of an exchange that still waits; nil for one that is free to fail.
    public func server(of number: ExchangeNumber) -> SocketAddress? {
        exchanges[number].flatMap { $0.isOpportunistic ? nil : $0.server }
    }

    // --- Parts ---

    func addLookup(_ lookup: Lookup) -> LookupID {
        let id = nextLookup
        nextLookup += 1
        lookups[id] = lookup
        return id
    }

    /// Registers an exchange; nil when the budget is spent.
    func addExchange(_ exchange: Exchange) -> ExchangeNumber? {
        guard queriesSent < settings.limits.upstreamQueries else { return nil }
        queriesSent += 1
        nextExchange &+= 1
        exchanges[nextExchange] = exchange
        return nextExchange
    }

    func cancel(_ number: ExchangeNumber) {
        guard exchanges.removeValue(forKey: number) != nil else { return }
        actions.append(.cancel(number))
    }

    func cancelExchanges(of id: LookupID) {
        for (number, exchange) in exchanges where exchange.lookup == id { cancel(number) }
    }

    /// Ends a lookup: the main one with an outcome, another by telling those that wait on it.
    func end(_ id: LookupID, _ outcome: consuming Outcome) {
        cancelExchanges(of: id)
        guard id != Self.mainLookup else {
            if validator != nil, outcome.isUsable { judge(outcome) } else { finishMain(outcome) }
            return
        }
        guard let lookup = lookups.removeValue(forKey: id) else { return }
        if lookup.purpose == .address {
            if !outcome.isUsable {
                failedLookups[lookup.question] = outcome.error ?? ExtendedError(.noReachableAuthority)
            } else if !outcome.answers.isEmpty {
                // Some may have failed for want of this one, in a circle.
                failedLookups = [:]
            }
        }
        for waiter in lookup.waiters { childEnded(id, lookup, outcome, waiter) }
    }

    func finishMain(_ outcome: consuming Outcome) {
        guard !isFinished else { return }
        isFinished = true
        outcome.steps = validator?.steps ?? []
        if outcome.responseCode == .serverFailure { keepFailures() }
        for (number, _) in exchanges { actions.append(.cancel(number)) }
        exchanges.removeAll()
        lookups.removeAll()
        pending = []
        actions.append(.finish(consume outcome))
    }

    /// Remembers which name servers have no address that can be found, so that the next name in their zone does not
    /// cost the whole search again (TsuNAME; RFC 9520 §3.2). Only what failed for itself: not what a limit cut short,
    /// or somebody could have names of others remembered as failed; and not what failed because of a remembered
    /// failure, or two names could keep each other's failure alive.
    private func keepFailures() {
        guard !isPartial, !isOffline else { return }
        for (question, error) in failedLookups {
            cache.admitFailure(
                question, error, variant: .checkingDisabled, ttl: settings.limits.failureTTL, now: now)
        }
    }
}
