public import DNSCache
public import DNSResolution
public import DNSTransport
import DNSWire
import DNSZones
public import Logging

/// What all workers must share so that a client may meet any of them.
public struct ServiceSecrets: Sendable {
    let serverCookies: SipHash.Key
    let clientCookies: SipHash.Key
    let rateLimit: SipHash.Key

    public init(random: inout RandomSource) {
        serverCookies = .random(using: &random)
        clientCookies = .random(using: &random)
        rateLimit = .random(using: &random)
    }
}

/// One request's way through the house, on one worker.
///
///     receive: faults, access, rate limit, signature, cookie
///         -> zone held here ──> its version of this moment ──> response
///         -> cache ── hit ──> response
///                  └── miss ──> local names, failures, stale data
///                               └──> flight: one resolution per question
///
/// This file holds the packet path; `+Flights` what happens on a miss; `Zones` what is held here.
public final class ResolverService: WorkerService {
    unowned let context: any WorkerContext
    let cache: Cache
    let secrets: ServiceSecrets
    let log: Logger
    private(set) var settings: ServerSettings
    /// Whether anything is validated; looked at for every packet.
    private(set) var isValidating: Bool
    var composer: ResponseComposer
    let live = LiveCounters()
    public var counters: ServiceCounters { ServiceCounters(of: live) }
    var random: RandomSource
    private var rateLimiter: RateLimiter
    /// Turns with every answer, so that addresses take turns in being first.
    private var turn: UInt16 = 0

    // --- Zones ---

    /// Nil: none are held here.
    var zones: ZoneWork?
    /// What these zones do by themselves; nil on all workers but one.
    let traffic: ZoneTraffic?
    /// Of the request that is being answered: it signs the response.
    var session: TransactionSession?
    var reports = ReportAllowance()

    // --- Flights ---

    var flights: [UInt64: Flight] = [:]
    var flightByKey: [FlightKey: UInt64] = [:]
    var nextFlight: UInt64 = 1
    var deadlines = DeadlineQueue()
    /// When those who wait are given stale data instead.
    var staleAnswers = DeadlineQueue()
    /// By the number in their exchanges.
    var trials: [UInt16: Trial] = [:]
    var lastTrial: UInt16 = 0
    /// Queries that wait, by client address.
    var waitingByClient: [IPAddress: Int] = [:]
    /// Whether this is the worker that tells zones which of their keys are trusted.
    let isSignaller: Bool
    /// When it does so next: uptime in milliseconds.
    var nextSignal: Int64 = 0
    /// Where deferred responses are written.
    var scratch = [UInt8](repeating: 0, count: 65_535)

    /// - Parameters:
    ///   - isSignaller: true for one of the workers (RFC 8145).
    ///   - zones: nil: none are held here.
    public init(
        _ context: any WorkerContext, settings: ServerSettings, cache: Cache, secrets: ServiceSecrets,
        random: RandomSource, log: Logger, isSignaller: Bool = true, zones: ZoneServices? = nil
    ) {
        self.context = context
        self.settings = settings
        isValidating = settings.resolver.validation != nil
        self.cache = cache
        self.secrets = secrets
        self.random = random
        self.log = log
        self.isSignaller = isSignaller
        self.zones = zones.map { ZoneWork($0) }
        traffic = zones.flatMap { zones in
            zones.traffic.map { ZoneTraffic(context, zones, $0, random: random, log: log) }
        }
        composer = ResponseComposer(settings: settings, cookies: ServerCookies(key: secrets.serverCookies))
        rateLimiter = RateLimiter(key: secrets.rateLimit)
    }

    /// Puts new settings in force; what is in flight ends under the old ones.
    public func apply(_ settings: ServerSettings) {
        self.settings = settings
        isValidating = settings.resolver.validation != nil
        composer = ResponseComposer(settings: settings, cookies: ServerCookies(key: secrets.serverCookies))
    }

    public var pendingCount: Int { waitingByClient.values.reduce(0, +) }

    // --- The packet path ---

    public func receive(
        _ packet: Span<UInt8>, from client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(LiveCounters.queries(over: client.transport))
        let view = QueryView(packet, maximumOptions: settings.ednsOptions)
        guard view.fault != .notAQuery else {
            live.count(.queriesDropped)
            return .closeConnection
        }
        if settings.logsQueries { logQuery(packet, view, client) }
        let mayRecurse: Bool
        switch settings.access.verdict(for: client.peer.address) {
        case .allow: mayRecurse = true
        case .drop:
            live.count(.queriesDropped)
            return .dropped
        case .refuse:
            // A zone may have more clients than recursion has.
            guard zones != nil else { return refuseAccess(packet, view, client, into: &response) }
            mayRecurse = false
        }
        let hasValidCookie = hasValidCookie(packet, view, client)
        if !client.transport.isStream, !hasValidCookie,
            let disposition = withhold(packet, view, client, into: &response)
        {
            return disposition
        }
        let signature = signature(packet, view)
        if case .rejected(let rejection) = signature {
            if !lacksCookie(client, hasValidCookie),
                let disposition = forwardUnverified(packet, view, client, rejection, into: &response)
            {
                return disposition
            }
            return answer(rejection, packet, view, client, mayRecurse: mayRecurse, into: &response)
        }
        return signed(by: signature.session, view, client, into: &response) { response in
            serve(packet, view, client, signature, hasValidCookie, mayRecurse, into: &response)
        }
    }

    private func refuseAccess(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(.queriesRefused)
        return reject(.refused, Self.notAllowed, packet, view, client, recursion: false, into: &response)
    }

    /// A request that may be answered, from whom it says.
    @inline(__always)
    private func serve(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ signature: Signature,
        _ hasValidCookie: Bool, _ mayRecurse: Bool, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        let lacksCookie = lacksCookie(client, hasValidCookie)
        let verdict = RequestPolicy.judge(view, isStream: client.transport.isStream)
        // Who has signed needs no cookie to be who he says.
        if lacksCookie, verdict.isDearToForge, signature.session == nil {
            return demandCookie(packet, view, client, into: &response)
        }
        switch verdict {
        case .proceed:
            if let zone = heldZone(packet, view), mayRecurse || mayAsk(zone, client, signature) {
                return answerHeld(packet, view, client, mayRecurse: mayRecurse, into: &response)
            }
            guard mayRecurse else { return refuseAccess(packet, view, client, into: &response) }
            return answer(packet, view, client, into: &response)
        case .any:
            if let zone = heldZone(packet, view), mayRecurse || mayAsk(zone, client, signature) {
                return answerHeld(packet, view, client, mayRecurse: mayRecurse, into: &response)
            }
            guard mayRecurse else { return refuseAccess(packet, view, client, into: &response) }
            return answerAny(packet, view, client, into: &response)
        case .reject(let code, let error):
            live.count(.queriesMalformed)
            return reject(code, error, packet, view, client, recursion: mayRecurse, into: &response)
        case .empty:
            return reject(
                lacksCookie ? .badCookie : .noError, nil, packet, view, client, recursion: mayRecurse,
                into: &response)
        case .chaos:
            guard mayRecurse else { return refuseAccess(packet, view, client, into: &response) }
            return answerChaos(packet, view, client, into: &response)
        case .transfer: return receiveTransfer(packet, view, client, signature, into: &response)
        case .update: return receiveUpdate(packet, view, client, signature, into: &response)
        case .notify: return receiveNotify(packet, view, client, signature, into: &response)
        }
    }

    private func mayAsk(_ zone: Zone, _ client: Client, _ signature: Signature) -> Bool {
        zone.mayBeAsked(by: client, key: signature.session?.key.name)
    }

    private func logQuery(_ packet: Span<UInt8>, _ view: QueryView, _ client: Client) {
        let question = Self.question(packet, view).map { "\($0)" } ?? "no question"
        log.info("query from \(client.peer) over \(client.transport): \(question)")
    }

    private static let notAllowed = ExtendedError(.prohibited, "not allowed to ask here")

    /// A finished answer if there is one; otherwise what `miss` makes of it.
    private func answer(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        turn &+= 1
        let now = context.now
        let limit = composer.bodyLimit(view, client, capacity: response.count)
        let hit = cache.lookupAnswer(
            packet, view.qnameRange, view.qtype, view.qclass, variant: variant(view), now: now,
            turn: settings.rotation ? turn : 0, into: &response, at: view.questionEnd, limit: limit)
        guard let hit else { return miss(packet, view, client, into: &response) }
        live.count(.cacheHits)
        let length = finish(hit, packet, view, client, nil, into: &response)
        if hit.isPrefetchDue, settings.prefetch { prefetch(packet, view) }
        return .answered(length)
    }

    /// Which of the answers to a question the client wants.
    func variant(_ view: QueryView) -> AnswerVariant {
        var variant: AnswerVariant = view.edns?.dnssecOK == true ? .dnssecOK : []
        // Without validation there is nothing that CD could disable.
        if isValidating, view.header.flags.contains(.cd) { variant.insert(.checkingDisabled) }
        return variant
    }

    /// Completes a response whose sections a cache lookup has written.
    func finish(
        _ hit: AnswerHit, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ error: ExtendedError?,
        into response: inout MutableSpan<UInt8>
    ) -> Int {
        var sections = ResponseComposer.Sections(flagBits: hit.flagBits)
        // The signatures may have expired with the data.
        if hit.isStale { sections.flagBits &= ~HeaderFlags.ad.rawValue }
        if hit.fits {
            sections.answerCount = hit.answerCount
            sections.authorityCount = hit.authorityCount
            sections.additionalCount = hit.additionalCount
            sections.length = hit.bodyLength
        } else {
            // Whole RRsets or none (RFC 2181 §9): the client comes back over TCP.
            sections.isTruncated = true
            live.count(.truncated)
        }
        countResponse(hit.flagBits)
        return composer.finish(sections, packet, view, client, wall: context.now.wall, error, into: &response)
    }

    func countResponse(_ flagBits: UInt16) {
        switch flagBits & 0xf {
        case ResponseCode.noError.rawValue: live.count(.responsesNoError)
        case ResponseCode.nxDomain.rawValue: live.count(.responsesNXDomain)
        case ResponseCode.serverFailure.rawValue: live.count(.responsesServerFailure)
        default: live.count(.responsesOther)
        }
    }

    /// A response without records.
    func reject(
        _ code: ResponseCode, _ error: ExtendedError?, _ packet: Span<UInt8>, _ view: QueryView,
        _ client: Client,
        recursion: Bool = true, isTruncated: Bool = false, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        var sections = ResponseComposer.Sections()
        sections.flagBits = code.rawValue & 0xf
        sections.responseCode = code
        sections.recursionAvailable = recursion
        sections.isTruncated = isTruncated
        countResponse(code.rawValue)
        return .answered(
            composer.finish(sections, packet, view, client, wall: context.now.wall, error, into: &response))
    }

    // --- Cookies and limits ---

    /// Whether who sends a request has still to prove its address.
    private func lacksCookie(_ client: Client, _ hasValidCookie: Bool) -> Bool {
        settings.cookies == .required && !client.transport.isStream && !hasValidCookie
    }

    private func hasValidCookie(_ packet: Span<UInt8>, _ view: QueryView, _ client: Client) -> Bool {
        guard settings.cookies != .off, let cookie = view.edns?.cookie else { return false }
        return composer.cookies.isValid(packet, cookie, client: client.peer.address, wall: context.now.wall)
    }

    /// RFC 7873 §5.2.3; a client that sent none at all can only be led to TCP.
    private func demandCookie(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(.badCookies)
        guard view.edns?.cookie != nil else {
            return reject(.noError, nil, packet, view, client, isTruncated: true, into: &response)
        }
        return reject(.badCookie, nil, packet, view, client, into: &response)
    }

    /// What response rate limiting makes of a query; nil where it may be answered.
    private func withhold(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition? {
        guard let limit = settings.rateLimit else { return nil }
        switch rateLimiter.verdict(for: client.peer.address, limit, uptime: context.now.uptime) {
        case .send: return nil
        case .drop:
            live.count(.rateLimited)
            return .dropped
        case .truncate:
            live.count(.rateLimited)
            return reject(.noError, nil, packet, view, client, isTruncated: true, into: &response)
        }
    }

    // --- Answers that are made here ---

    private func answerChaos(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        var text: String?
        var offset = Header.length
        if let qname = try? DomainName(parsing: packet, at: &offset), view.qtype == .txt || view.qtype == .any
        {
            switch qname {
            case "id.server.", "hostname.bind.": text = settings.identity
            case "version.server.", "version.bind.": text = settings.version
            default: break
            }
        }
        guard let text, let question = Self.question(packet, view) else {
            return reject(.refused, nil, packet, view, client, into: &response)
        }
        var outcome = Outcome(.noError)
        outcome.isLocal = true
        outcome.answers = [RRset(question.qname, .txt, .chaos, ttl: 0, rdatas: [.text([text])])]
        return answerNow(outcome, question, packet, view, client, into: &response)
    }

    /// RFC 8482 §4.2: a HINFO instead of everything, unless the name is ours.
    private func answerAny(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        guard let question = Self.question(packet, view) else {
            return reject(.formatError, nil, packet, view, client, into: &response)
        }
        var outcome = localOutcome(question) ?? Outcome(.noError)
        if outcome.answers.isEmpty, outcome.authorities.isEmpty {
            outcome.answers = [RRset(question.qname, .hinfo, ttl: 3600, rdatas: [.text(["RFC8482", ""])])]
        }
        return answerNow(outcome, question, packet, view, client, into: &response)
    }

    static func question(_ packet: Span<UInt8>, _ view: QueryView) -> Question? {
        var offset = Header.length
        guard view.hasQuestion else { return nil }
        return try? Question(parsing: packet, at: &offset)
    }

    /// Answers at once with what was made here.
    func answerNow(
        _ outcome: Outcome, _ question: Question, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(.localAnswers)
        let answer = finishedAnswer(outcome, question, variant(view))
        return .answered(compose(answer, outcome.error, packet, view, client, into: &response))
    }

    /// Writes a response from a finished answer that is at hand rather than in the cache.
    func compose(
        _ answer: FinishedAnswer, _ error: ExtendedError?, _ packet: Span<UInt8>, _ view: QueryView,
        _ client: Client,
        into response: inout MutableSpan<UInt8>
    ) -> Int {
        let limit = composer.bodyLimit(view, client, capacity: response.count)
        let fits = view.questionEnd + answer.body.count <= limit
        if fits {
            let body = answer.body.span
            for index in 0..<body.count { response[view.questionEnd + index] = body[index] }
        }
        return finish(AnswerHit(answer, fits: fits), packet, view, client, error, into: &response)
    }
}
