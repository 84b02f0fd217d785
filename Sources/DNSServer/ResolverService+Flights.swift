import DNSCache
import DNSResolution
public import DNSTransport
import DNSValidation
import DNSWire
import Logging

/// What happens when no fresh answer is at hand.
extension ResolverService {
    /// Queries that may wait from one client address (DNSBomb): a forged source collects no more than this at once.
    static let waitingPerClient = 1000

    func miss(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(.cacheMisses)
        guard let question = Self.question(packet, view) else {
            return reject(.formatError, nil, packet, view, client, into: &response)
        }
        // It depends on the address that was asked, and is not cached.
        if let told = designationOutcome(question, client) {
            return answerNow(told, question, packet, view, client, into: &response)
        }
        if let local = localOutcome(question) {
            for variant in AnswerVariant.all where isValidating || !variant.contains(.checkingDisabled) {
                cache.admit(
                    finishedAnswer(local, question, variant), for: question, variant: variant,
                    now: context.now)
            }
            return answerNow(local, question, packet, view, client, into: &response)
        }
        let failure = cache.lookupFailure(
            question, variant: variant(view).intersection(.checkingDisabled), now: context.now)
        if let failure {
            return answerFailure(failure, packet, view, client, into: &response)
        }
        guard view.header.flags.contains(.rd) else {
            return answerOffline(question, packet, view, client, into: &response)
        }
        return wait(packet, view, client, for: question, into: &response)
    }

    /// The last try failed a moment ago (RFC 9520).
    private func answerFailure(
        _ failure: ExtendedError?, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        // What is bogus says more than that it is so still; and nothing stale goes out in its place.
        if let failure, failure.code.isOfValidation {
            return reject(.serverFailure, failure, packet, view, client, into: &response)
        }
        // RFC 8767 §5, failure recheck timer: while the last try's failure is fresh, stale data goes out at once.
        if let length = answerStale(packet, view, client, into: &response) { return .answered(length) }
        let error = ExtendedError(.cachedError, failure?.text ?? "")
        return reject(.serverFailure, error, packet, view, client, into: &response)
    }

    /// Recursion was not asked for: what is known is told, nobody else is asked.
    private func answerOffline(
        _ question: Question, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        let resolution = Resolution(
            question, settings: settings.resolver, cache: cache, random: random.fork(),
            cookieKey: secrets.clientCookies, isOffline: true,
            isCheckingDisabled: variant(view).contains(.checkingDisabled))
        guard case .finish(let outcome) = resolution.handle(.start, now: context.now).last, outcome.isUsable
        else {
            let error = ExtendedError(.notAuthoritative, "not in the cache, and recursion was not asked for")
            return reject(.refused, error, packet, view, client, into: &response)
        }
        let answers = keep(outcome, question, AnswerVariants(variant(view)))
        return .answered(respond(answers, packet, view, client, into: &response))
    }

    /// What clients are told of the encrypted transports; nil for other questions.
    private func designationOutcome(_ question: Question, _ client: Client) -> Outcome? {
        guard question.qtype == .svcb, let designation = settings.designation,
            let answer = designation.answer(to: question.qname, askedAt: client.local.address)
        else { return nil }
        var outcome = Outcome(.noError)
        outcome.isLocal = true
        outcome.isAuthoritative = true
        switch answer {
        case .records(let rrset, let addresses):
            outcome.answers = [rrset]
            outcome.additionals = addresses
        case .noData:
            outcome.authorities = [LocalNames.soa(DesignatedResolver.specialZone)]
        }
        return outcome
    }

    /// Names that are answered here. An alias that leads away is left to the resolution.
    func localOutcome(_ question: Question) -> Outcome? {
        guard !isHeld(question), let local = settings.resolver.localNames.answer(question) else {
            return nil
        }
        var outcome = Outcome(.noError)
        outcome.isLocal = true
        outcome.isAuthoritative = true
        switch local {
        case .records(let rrsets, let isAuthoritative):
            if rrsets.first?.type == .cname, question.qtype != .cname { return nil }
            outcome.answers = rrsets
            outcome.isAuthoritative = isAuthoritative
        case .noData(let soa):
            outcome.authorities = [soa]
        case .nxDomain(let soa):
            outcome.responseCode = .nxDomain
            outcome.authorities = [soa]
        }
        return outcome
    }

    func finishedAnswer(_ outcome: Outcome, _ question: Question, _ variant: AnswerVariant) -> FinishedAnswer
    {
        var builder = AnswerBuilder(
            question: question, dnssecOK: variant.contains(.dnssecOK), limits: cache.limits)
        if !settings.minimalResponses, !outcome.isLocal, outcome.continuation == nil,
            let owner = outcome.answers.last?.ownerName
        {
            builder.delegation = cache.closestDelegation(to: owner, notAbove: .root, now: context.now)
        }
        return builder.build(outcome)
    }

    /// An expired answer, where there is one and the settings allow it.
    private func answerStale(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> Int? {
        guard settings.serveStale else { return nil }
        let limit = composer.bodyLimit(view, client, capacity: response.count)
        let hit = cache.lookupAnswer(
            packet, view.qnameRange, view.qtype, view.qclass, variant: variant(view), now: context.now,
            staleTTL: settings.staleTTL, into: &response, at: view.questionEnd, limit: limit)
        guard let hit else { return nil }
        live.count(.cacheStaleHits)
        let isDenial = hit.flagBits & 0xf == ResponseCode.nxDomain.rawValue
        let error = ExtendedError(isDenial ? .staleNXDomainAnswer : .staleAnswer)
        return finish(hit, packet, view, client, hit.isStale ? error : nil, into: &response)
    }

    // --- Joining and starting ---

    /// - Parameter chain: how the question came here from the client's own; nil: it is the client's own.
    func wait(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, for question: Question,
        chain: AliasChain? = nil, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        let address = client.peer.address
        if chain != nil, let failure = recentFailure(question, view) {
            return .answered(compose(failure, packet, view, client, into: &response))
        }
        guard waitingByClient[address, default: 0] < Self.waitingPerClient,
            let flight = flight(for: question, view, address)
        else {
            live.count(.queriesDropped)
            return .dropped
        }
        if let end = flight.end {
            // All of it was known: no need to wait.
            return answer(end, question, chain, packet, view, client, into: &response)
        }
        waitingByClient[address, default: 0] += 1
        let query = WaitingQuery(
            client: client, packet: (try? packet.octets(0..<packet.count)) ?? [], view: view,
            session: session, chain: chain)
        board(flight, query)
        return .deferred
    }

    private func answer(
        _ end: FlightEnd, _ question: Question, _ chain: AliasChain?, _ packet: Span<UInt8>,
        _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        guard chain != nil || end.outcome.continuation != nil else {
            return .answered(respond(end.result, packet, view, client, into: &response))
        }
        var chain = chain ?? AliasChain(question)
        if let outcome = completed(&chain, by: end.outcome, view) {
            return .answered(compose(outcome, packet, view, client, into: &response))
        }
        return wait(packet, view, client, for: chain.current, chain: chain, into: &response)
    }

    /// What failed a moment ago is not tried again for who is led to it by an alias, either (RFC 9520).
    private func recentFailure(_ question: Question, _ view: QueryView) -> Outcome? {
        let failure = cache.lookupFailure(
            question, variant: variant(view).intersection(.checkingDisabled), now: context.now)
        guard let failure else { return nil }
        if let failure, failure.code.isOfValidation { return .failure(failure) }
        return .failure(ExtendedError(.cachedError, failure?.text ?? ""))
    }

    /// The flight of a question, joined or begun; it may have ended already. Nil where too many wait on it.
    private func flight(for question: Question, _ view: QueryView, _ address: IPAddress) -> Flight? {
        let key = FlightKey(question, variant(view))
        if let id = flightByKey[key], let current = flights[id] {
            guard current.clients.count < settings.clientsPerResolution else { return nil }
            live.count(.joined)
            current.variants.insert(variant(view))
            return current
        }
        if flights.count >= settings.resolutionsPerWorker { shedOne() }
        let flight = makeFlight(key, variant(view), initiator: address, skipsCache: false)
        handle(.start, flight)
        return flight
    }

    private func board(_ flight: Flight, _ query: WaitingQuery) {
        if flight.clients.isEmpty { scheduleStaleAnswer(flight) }
        flight.clients.append(query)
    }

    private func scheduleStaleAnswer(_ flight: Flight) {
        guard settings.serveStale else { return }
        let due = context.now.monotonic + settings.staleAnswerDelay * 1_000_000
        if staleAnswers.append(flight.id, due: due) { context.schedule(FlightToken.staleAnswers, at: due) }
    }

    func makeFlight(
        _ key: FlightKey, _ variant: AnswerVariant, initiator: IPAddress?, skipsCache: Bool
    ) -> Flight {
        live.count(.resolutions)
        let now = context.now.monotonic
        let id = nextFlight
        nextFlight += 1
        let resolution = Resolution(
            key.question, settings: settings.resolver, cache: cache, random: random.fork(),
            cookieKey: secrets.clientCookies, skipsCache: skipsCache,
            isCheckingDisabled: key.isCheckingDisabled)
        let flight = Flight(
            id: id, key: key, variant: variant, resolution: resolution, initiator: initiator,
            startedAt: now)
        flights[id] = flight
        flightByKey[key] = id
        let due = now + settings.resolver.limits.deadline * 1_000_000
        if deadlines.append(id, due: due) { context.schedule(FlightToken.deadlines, at: due) }
        return flight
    }

    func prefetch(_ packet: Span<UInt8>, _ view: QueryView) {
        let variant = variant(view)
        guard let question = Self.question(packet, view), flights.count < settings.resolutionsPerWorker,
            flightByKey[FlightKey(question, variant)] == nil,
            cache.lookupFailure(
                question, variant: variant.intersection(.checkingDisabled), now: context.now) == nil
        else { return }
        live.count(.prefetches)
        let key = FlightKey(question, variant)
        handle(.start, makeFlight(key, variant, initiator: nil, skipsCache: true))
    }

    /// Flights looked at when one has to go; looking at all of them would make a flood dearer for us than for its author.
    private static let shedSample = 32

    /// Gives up the oldest flight of the busiest client, among a sample.
    private func shedOne() {
        let victim = flights.values.prefix(Self.shedSample).max { a, b in
            let (loadA, loadB) = (load(a), load(b))
            return loadA == loadB ? a.id > b.id : loadA < loadB
        }
        guard let victim else { return }
        live.count(.resolutionsShed)
        handle(.deadline, victim)
    }

    private func load(_ flight: Flight) -> Int {
        flight.initiator.map { waitingByClient[$0, default: 0] } ?? 0
    }

    // --- Events ---

    public func upstreamReceived(_ message: Span<UInt8>, for exchange: ExchangeID) -> ExchangeDisposition {
        switch FlightToken.owner(of: exchange) {
        case .flight: break
        case .trial:
            endTrial(exchange, try? Message(parsing: message))
            return .finished
        case .forwardedUpdate: return forwardedUpdateAnswered(message, exchange)
        case .zoneTraffic: return traffic?.received(message, for: exchange) ?? .finished
        }
        guard let flight = flights[FlightToken.flight(exchange)] else { return .finished }
        let number = FlightToken.number(exchange)
        handle(.received(number, try? Message(parsing: message)), flight)
        return flight.resolution.isOpen(number) ? .keepWaiting : .finished
    }

    public func upstreamEnded(_ exchange: ExchangeID, _ end: ExchangeEnd) {
        switch FlightToken.owner(of: exchange) {
        case .flight: break
        case .trial: return endTrial(exchange, nil)
        case .forwardedUpdate: return forwardedUpdateEnded(exchange, end)
        case .zoneTraffic: return traffic?.ended(exchange, end) ?? ()
        }
        guard let flight = flights[FlightToken.flight(exchange)] else { return }
        let number = FlightToken.number(exchange)
        switch end {
        case .timedOut:
            live.count(.upstreamTimeouts)
            handle(.timedOut(number), flight)
        case .failed(let code):
            handle(Self.unreachable.contains(code) ? .unreachable(number) : .failed(number), flight)
        case .encryptionFailed(let fault):
            report(fault, of: flight.resolution.server(of: number))
            handle(.distrusted(number, "\(fault)"), flight)
        }
    }

    /// Says in the log what is wrong with a server; what it says for a minute stands for all workers.
    private func report(_ fault: EncryptionFault, of server: SocketAddress?) {
        guard let server else { return }
        var isDue = false
        cache.health.update(server) { isDue = $0.isReportDue(at: context.now.monotonic) }
        if isDue { log.warning("\(server) is not asked: \(fault)") }
    }

    /// `EADDRNOTAVAIL`, `ENETUNREACH`, `EHOSTUNREACH` of Linux, said by our own kernel when it finds no route.
    private static let unreachable: Set<Int32> = [99, 101, 113]

    public func timerFired(_ token: UInt64) {
        if case .zoneTraffic = FlightToken.owner(of: token) { return traffic?.timerFired() ?? () }
        switch token {
        case FlightToken.deadlines:
            while let id = deadlines.popDue(by: context.now.monotonic) {
                if let flight = flights[id] { handle(.deadline, flight) }
            }
            if let due = deadlines.nextDue({ flights[$0] != nil }) { context.schedule(token, at: due) }
        case FlightToken.staleAnswers:
            while let id = staleAnswers.popDue(by: context.now.monotonic) {
                if let flight = flights[id] { giveStale(flight) }
            }
            if let due = staleAnswers.nextDue({ flights[$0] != nil }) { context.schedule(token, at: due) }
        default:
            guard let flight = flights[FlightToken.flight(token)] else { return }
            handle(.retryDue(FlightToken.number(token)), flight)
        }
    }

    func handle(_ event: Resolution.Event, _ flight: Flight) {
        // It is unowned, and taken hold of once.
        let context = context
        let now = context.now
        for action in flight.resolution.handle(event, now: now) {
            switch action {
            case .send(let query):
                live.count(.upstreamQueries)
                let token = FlightToken.make(flight.id, query.exchange)
                context.send(
                    token, message: query.message, to: query.server, over: Self.transport(of: query),
                    timeout: query.timeout)
                context.schedule(token, at: now.monotonic + query.retryAfter)
            case .tryTLS(let trial): tryTLS(trial)
            case .cancel(let number):
                context.cancel(FlightToken.make(flight.id, number))
            case .finish(let outcome):
                finish(flight, outcome)
            }
        }
    }

    private static func transport(of query: Resolution.UpstreamQuery) -> UpstreamTransport {
        if let server = query.encryption { return .encrypted(server) }
        return query.isStream ? .tcp : .udp
    }

    // --- The end ---

    private func finish(_ flight: Flight, _ outcome: consuming Outcome) {
        flights[flight.id] = nil
        flightByKey[flight.key] = nil
        live.resolved(after: context.now.monotonic - flight.startedAt)
        let result =
            outcome.isUsable
            ? keep(outcome, flight.key.question, flight.variants) : keepFailure(outcome, flight)
        let end = FlightEnd(result: result, outcome: consume outcome)
        flight.end = end
        for observer in flight.observers { observer(end.outcome) }
        flight.observers = []
        let clients = flight.clients
        flight.clients = []
        for query in clients { answer(query, end, flight.key.question) }
        signalAnchors()
    }

    /// Answers a client that waited, or has it wait on for what its chain of aliases leads to.
    private func answer(_ query: WaitingQuery, _ end: FlightEnd, _ question: Question) {
        guard query.chain != nil || end.outcome.continuation != nil else {
            return reply(to: query) { packet, response in
                respond(end.result, packet, query.view, query.client, into: &response)
            }
        }
        var query = query
        var end = end
        var chain = query.chain ?? AliasChain(question)
        // Every pass but the last goes on elsewhere, which the chain allows so many times.
        while true {
            if let outcome = completed(&chain, by: end.outcome, query.view) {
                return reply(to: query) { packet, response in
                    compose(outcome, packet, query.view, query.client, into: &response)
                }
            }
            if let failure = recentFailure(chain.current, query.view) {
                return reply(to: query) { packet, response in
                    compose(failure, packet, query.view, query.client, into: &response)
                }
            }
            guard let flight = flight(for: chain.current, query.view, query.client.peer.address) else {
                return reply(to: query) { _, _ in 0 }
            }
            guard let next = flight.end else {
                query.chain = chain
                return board(flight, query)
            }
            end = next
        }
    }

    /// Makes and keeps the finished answers that the clients need.
    private func keep(
        _ outcome: Outcome, _ question: Question, _ variants: AnswerVariants
    ) -> FlightResult {
        guard outcome.continuation == nil else {
            // And what was kept before is no longer true.
            for variant in AnswerVariant.all { cache.removeAnswer(for: question, variant: variant) }
            return .continued(outcome)
        }
        if let filtered = settings.rebinding?.filter(outcome, for: question.qname) {
            return keep(whole: filtered, question, variants)
        }
        return keep(whole: outcome, question, variants)
    }

    private func keep(
        whole outcome: Outcome, _ question: Question, _ variants: AnswerVariants
    ) -> FlightResult {
        let sentinel = settings.sentinel ? RootKeySentinel(question) : nil
        if let sentinel, outcome.security == .secure, let validation = settings.resolver.validation,
            !sentinel.isAnswered(by: validation.anchors)
        {
            return .failure(.serverFailure, nil)
        }
        let isHuge = outcome.answers.contains { $0.rdatas.count > cache.limits.recordsPerRRset }
        var answers: [(variant: AnswerVariant, answer: FinishedAnswer)] = []
        for variant in AnswerVariant.all where variants.contains(variant) {
            let answer = finishedAnswer(outcome, question, variant)
            answers.append((variant, answer))
            if isHuge || answer.ttl == 0 || sentinel != nil {
                // Not kept, as the answer to a sentinel name is another when the trust anchors are; and what was kept
                // before, even as stale data, is no longer true.
                cache.removeAnswer(for: question, variant: variant)
            } else {
                cache.admit(answer, for: question, variant: variant, now: context.now)
            }
        }
        return .answers(answers, outcome.error)
    }

    private func keepFailure(_ outcome: Outcome, _ flight: Flight) -> FlightResult {
        live.count(.resolutionsFailed)
        let validation = settings.resolver.validation
        var ttl = settings.resolver.limits.failureTTL
        if outcome.security == .bogus, let validation { ttl = validation.bogusTTL }
        cache.admitFailure(
            flight.key.question, outcome.error,
            variant: flight.key.isCheckingDisabled ? .checkingDisabled : [], ttl: ttl, now: context.now)
        return .failure(outcome.responseCode, outcome.error)
    }

    /// Writes what a flight's end means for one client.
    private func respond(
        _ result: FlightResult, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client,
        into response: inout MutableSpan<UInt8>
    ) -> Int {
        switch result {
        case .answers(let answers, let error):
            let wanted = variant(view)
            guard let (_, answer) = answers.first(where: { $0.variant == wanted }) else { return 0 }
            return compose(answer, error, packet, view, client, into: &response)
        case .continued(let outcome):
            guard let question = Self.question(packet, view) else { return 0 }
            var chain = AliasChain(question)
            let whole = completed(&chain, by: outcome, view)
            return compose(whole ?? chain.soFar, packet, view, client, into: &response)
        case .failure(let code, let error):
            if error?.code.isOfValidation != true,
                let length = answerStale(packet, view, client, into: &response)
            {
                return length
            }
            return reject(code, error, packet, view, client, into: &response).length
        }
    }

    /// The fresh answer is late: who waits gets the stale one, if there is one (RFC 8767 §5). The resolution goes on.
    private func giveStale(_ flight: Flight) {
        let waiting = flight.clients
        flight.clients = []
        for query in waiting {
            // What is held here is never stale, and nor is what it leads to.
            guard query.chain == nil else {
                flight.clients.append(query)
                continue
            }
            var isAnswered = false
            reply(to: query) { packet, response in
                let length = answerStale(packet, query.view, query.client, into: &response)
                isAnswered = length != nil
                return length
            }
            if !isAnswered { flight.clients.append(query) }
        }
    }

    /// Sends what `write` puts into a buffer, signed where the request was. 0: there will be no answer. Nil: it still has to
    /// wait.
    func reply(to query: WaitingQuery, _ write: (Span<UInt8>, inout MutableSpan<UInt8>) -> Int?) {
        // Out of the instance while it is written to, so that nothing else can touch it.
        var buffer = scratch
        scratch = []
        defer { scratch = buffer }
        var response = buffer.mutableSpan
        let disposition = signed(by: query.session, query.view, query.client, into: &response) { response in
            write(query.packet.span, &response).map { $0 > 0 ? .answered($0) : .dropped } ?? .deferred
        }
        guard disposition != .deferred else { return }
        let length = disposition.length
        stopWaiting(query.client)
        if length > 0 {
            context.reply(buffer.span.extracting(0..<length), to: query.client)
        } else {
            context.abandon(query.client)
        }
    }

    func stopWaiting(_ client: Client) {
        guard let index = waitingByClient.index(forKey: client.peer.address) else { return }
        if waitingByClient.values[index] > 1 {
            waitingByClient.values[index] -= 1
        } else {
            waitingByClient.remove(at: index)
        }
    }
}

extension QueryDisposition {
    /// Octets of the response; 0 where there is none.
    var length: Int {
        if case .answered(let length) = self { length } else { 0 }
    }
}
