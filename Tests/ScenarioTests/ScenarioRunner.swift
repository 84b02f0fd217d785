import DNSTransport
import DNSWire

/// How a file is to be taken.
struct RunnerRules {
    var dialect: Dialect
    var strictness: Strictness
    /// Whether time that passes also ends queries that stay unanswered, as it does in the daemon. unbound's
    /// own test bench ends them at TIMEOUT steps alone, and files that were written for it count on that.
    var timePassesForQueries: Bool

    static let own = RunnerRules(dialect: .testbound, strictness: .full, timePassesForQueries: true)

    static func shared(_ dialect: Dialect) -> RunnerRules {
        RunnerRules(dialect: dialect, strictness: .core, timePassesForQueries: dialect == .deckard)
    }
}

/// What a scenario shows to be wrong: the step, what it wanted, and how it came to this.
struct ScenarioFailure: Error, CustomStringConvertible {
    var step: Int
    var line: Int
    var reason: String
    var transcript: String

    var description: String { "step \(step), line \(line): \(reason)\n\(transcript)" }
}

/// Plays a scenario to a service.
///
/// Between two steps everything that can happen by itself happens: due timers fire, and the ranges answer.
/// Which ranges do is decided by the step that comes next, in testbound's way, or by the client's last
/// query, in Deckard's.
struct ScenarioRunner {
    private let scenario: Scenario
    private let rules: RunnerRules
    private let worker: ScriptedWorker
    private let service: any WorkerService
    /// Index of the next step.
    private var next = 0
    /// What clients asked, to see that each answer is one to its own question. By `Client.route`.
    private var asked: [UInt64: Message] = [:]
    private var clientCount: UInt64 = 0

    /// More rounds than any sensible scenario needs.
    private static let maximumRounds = 5000
    /// Neither clock begins at zero, so that what confuses a clock with a duration shows.
    private static let start = Moment(monotonic: 7_000_000_000_000, uptime: 9_000_000, wall: 1_750_000_000)

    /// - Parameter wall: seconds since 1970 at the start, where the scenario has signatures of a certain time.
    static func run(
        _ scenario: Scenario, rules: RunnerRules, wall: Int64? = nil,
        makeService: (ScriptedWorker) throws -> any WorkerService
    ) throws {
        var start = start
        start.wall = wall ?? start.wall
        let worker = ScriptedWorker(start: start)
        var runner = ScenarioRunner(
            scenario: scenario, rules: rules, worker: worker, service: try makeService(worker))
        try runner.run()
    }

    private init(scenario: Scenario, rules: RunnerRules, worker: ScriptedWorker, service: any WorkerService) {
        self.scenario = scenario
        self.rules = rules
        self.worker = worker
        self.service = service
    }

    // --- The loop ---

    private mutating func run() throws {
        var rounds = 0
        while next < scenario.steps.count {
            rounds += 1
            guard rounds <= Self.maximumRounds else { throw failure("the scenario does not come to rest") }
            if try satisfyByWhatHappened() { continue }
            if worldMoves() { continue }
            try carryOut()
        }
        next = scenario.steps.count - 1
        if let fault = worker.faults.first { throw failure(fault) }
        // Deckard's resolvers are stopped with whatever they still want to know.
        if rules.dialect == .deckard { return }
        if let open = worker.openQueries.first {
            throw failure("still open: \(open.server.address) \(open.message.questionText)")
        }
        if !worker.answers.isEmpty { throw failure("a client was answered and no step looked at it") }
        if service.pendingCount > 0 { throw failure("the service still has work, and nothing is open") }
    }

    private var step: ScenarioStep { scenario.steps[next] }

    private mutating func advance() {
        worker.currentStep = step.id
        next += 1
    }

    private func failure(_ reason: String) -> ScenarioFailure {
        ScenarioFailure(step: step.id, line: step.line, reason: reason, transcript: "\(worker.transcript)")
    }

    /// A step that only looks is done as soon as there is something to see.
    private mutating func satisfyByWhatHappened() throws -> Bool {
        switch step.action {
        case .checkOutQuery(let entry, let address):
            if rules.dialect == .deckard {
                advance()
                return true
            }
            let fits = { (query: ScriptedWorker.OpenQuery) in
                (address == nil || address == query.server.address) && entry.matches(query.packet)
            }
            guard let query = worker.openQueries.last(where: fits) else { return false }
            advance()
            if entry.adjustments.contains(.copyID) { perform(entry, on: query) }
            return true
        case .checkAnswer(let entry) where !worker.answers.isEmpty:
            try check(entry)
            advance()
            return true
        default:
            return false
        }
    }

    // --- What happens by itself ---

    /// One event of the world at the present moment; false when there is none.
    private func worldMoves() -> Bool {
        if let timer = worker.popTimer(until: worker.now.monotonic) {
            service.timerFired(timer.token)
            return true
        }
        for query in worker.openQueries.reversed() {
            if rules.dialect == .deckard, !hasServer(at: query.server.address) {
                end(query, .timedOut)
                return true
            }
            guard let (number, entry) = scriptedEntry(for: query) else {
                guard rules.dialect == .deckard, query.spentEntries.isEmpty else { continue }
                worker.markSpent(Self.refusal, for: query.exchange)
                perform(Self.serverFailure, on: query)
                return true
            }
            worker.markSpent(number, for: query.exchange)
            perform(entry, on: query)
            return true
        }
        return false
    }

    /// What Deckard's servers say to a question that the file has no answer for.
    private static let serverFailure: Entry = {
        var entry = Entry(line: 0)
        entry.adjustments = [.copyID, .copyQuery]
        entry.packet.header.flags = .qr
        entry.packet.responseCode = .serverFailure
        return entry
    }()
    /// The number of that entry: no other one has it.
    private static let refusal = -1

    /// Deckard sends what goes to an address that the file does not know into a black hole.
    private func hasServer(at address: IPAddress) -> Bool {
        scenario.ranges.contains { $0.addresses.isEmpty || $0.addresses.contains(address) }
    }

    /// The entry that answers `query` now, with a number of its own.
    private func scriptedEntry(for query: ScriptedWorker.OpenQuery) -> (Int, Entry)? {
        let id = rangeID
        let ranges = Array(scenario.ranges.enumerated())
        let eligible = ranges.filter { _, range in
            range.steps.contains(id)
                && (range.addresses.isEmpty || range.addresses.contains(query.server.address))
        }
        // testbound tries the last range of the file first; Deckard looks at the first that fits and at no
        // other.
        let candidates = rules.dialect == .testbound ? eligible.reversed() : Array(eligible.prefix(1))
        for (index, range) in candidates {
            for (position, entry) in range.entries.enumerated() {
                let number = index * 10_000 + position
                if !query.spentEntries.contains(number), entry.matches(query.packet) {
                    return (number, entry)
                }
            }
        }
        return nil
    }

    /// The number that ranges are held against.
    private var rangeID: Int {
        guard rules.dialect == .deckard else { return step.id }
        let lastQuery = scenario.steps[..<next].last { if case .query = $0.action { true } else { false } }
        return lastQuery?.id ?? step.id
    }

    private func perform(_ entry: Entry, on query: ScriptedWorker.OpenQuery) {
        switch entry.deed(for: query.message, queryBytes: query.bytes) {
        case .reply(let bytes):
            let summary =
                (try? Message(parsing: bytes.span))?.summary ?? "\(bytes.count) octets that are no message"
            worker.note("<- \(query.server.address) \(summary)")
            // The service may send or cancel while it reads, but it has not ended this query before it says
            // so.
            if service.upstreamReceived(bytes.span, for: query.exchange) == .finished {
                worker.end(query.exchange)
            } else {
                worker.note("   not taken for the reply")
            }
        case .silence:
            break
        case .timeout:
            end(query, .timedOut)
        case .error:
            end(query, .failed(Self.networkUnreachable))
        }
    }

    private static let networkUnreachable: Int32 = 101

    private func end(_ query: ScriptedWorker.OpenQuery, _ end: ExchangeEnd) {
        worker.end(query.exchange)
        worker.note("<- \(query.server.address) \(query.message.questionText): \(end)")
        service.upstreamEnded(query.exchange, end)
    }

    // --- Steps ---

    private mutating func carryOut() throws {
        let step = step
        worker.currentStep = step.id
        switch step.action {
        case .query(let entry, let address):
            // The step is over before the query is put, so that ranges are held against the next one.
            next += 1
            ask(entry, from: address)
            return
        case .checkAnswer:
            if rules.dialect == .deckard, try waitForAnswer() { return }
            throw failure("no answer came")
        case .checkNoAnswer:
            guard worker.answers.isEmpty else { throw failure("a client was answered") }
        case .checkOutQuery(let entry, _):
            throw failure("no such query is open: \(entry.packet.questionText)")
        case .countOutQueries(let count):
            try check(count)
        case .reply(let entry):
            perform(entry, on: try newestQuery())
        case .timeout:
            end(try newestQuery(), .timedOut)
        case .error:
            end(try newestQuery(), .failed(Self.networkUnreachable))
        case .timePasses(let seconds):
            try passTime(seconds)
        case .pause:
            break
        case .unsupported(let word):
            throw failure("\(word) is not understood")
        }
        next += 1
    }

    private func newestQuery() throws -> ScriptedWorker.OpenQuery {
        guard let query = worker.openQueries.last else { throw failure("no query is open") }
        return query
    }

    private mutating func ask(_ entry: Entry, from address: IPAddress) {
        clientCount += 1
        // One client query at a time: what came too late for the last one, or was not looked at, is gone.
        if rules.dialect == .deckard { worker.answers = [] }
        let isStream = entry.matches.contains(.tcp)
        let client = Client(
            transport: isStream ? .tcp : .udp,
            peer: SocketAddress(address, port: 40_000 + UInt16(truncatingIfNeeded: clientCount)),
            local: SocketAddress(IPAddress(127, 0, 0, 1), port: 53), route: clientCount)
        var query = entry.packet
        query.header.id = UInt16(truncatingIfNeeded: clientCount &* 7919)
        asked[client.route] = query
        let bytes = entry.rawPacket ?? query.compose()
        worker.note("=> client \(address) asks \(query.questionText)")
        var response = [UInt8](repeating: 0, count: isStream || rules.strictness == .core ? 65_535 : 1232)
        var space = response.mutableSpan
        switch service.receive(bytes.span, from: client, into: &space) {
        case .answered(let length): worker.take(answer: Array(response.prefix(length)), for: client)
        case .deferred: worker.expectAnswer(for: client)
        case .dropped, .closeConnection: worker.note("=> client \(address) gets no answer")
        }
    }

    private mutating func settle() throws {
        var rounds = 0
        while worldMoves() {
            rounds += 1
            guard rounds <= Self.maximumRounds else { throw failure("the world does not come to rest") }
        }
    }

    /// Moves the clock from event to event, each with all that follows from it at its own moment.
    private mutating func passTime(_ seconds: Double) throws {
        let end = worker.now.monotonic + Int64(seconds * 1e9)
        try settle()
        while try passToNextEvent(until: end) {}
        worker.setClock(monotonic: end)
    }

    /// How long Deckard's client waits for its answer.
    private static let patience: Int64 = 5_000_000_000

    /// Lets real time pass as Deckard does. False when there is no answer by then.
    private mutating func waitForAnswer() throws -> Bool {
        let end = worker.now.monotonic + Self.patience
        while worker.answers.isEmpty, try passToNextEvent(until: end) {}
        return !worker.answers.isEmpty
    }

    private mutating func passToNextEvent(until end: Int64) throws -> Bool {
        let timer = worker.timers.map(\.at).min()
        let query =
            rules.timePassesForQueries ? worker.openQueries.min { $0.deadline < $1.deadline } : nil
        guard let event = [timer, query?.deadline].compactMap({ $0 }).min(), event <= end else {
            return false
        }
        worker.setClock(monotonic: max(event, worker.now.monotonic))
        if let query, query.deadline == event { self.end(query, .timedOut) }
        try settle()
        return true
    }

    // --- Checks ---

    private func check(_ count: OutQueryCount) throws {
        let counted = worker.sentQueries.filter { query in
            query.step >= (count.since ?? 0)
                && (count.destination ?? query.server.address) == query.server.address
                && count.entry?.matches(query.packet) ?? true
        }
        guard count.holds(for: counted.count) else {
            throw failure(
                "\(counted.count) queries were sent, \(count.comparison.rawValue) \(count.number) expected")
        }
    }

    /// Some answer that waits must be the one; it is taken away.
    private func check(_ entry: Entry) throws {
        var reasons: [String] = []
        for (index, answer) in worker.answers.enumerated() {
            let found = problems(with: answer, entry)
            if found.isEmpty {
                worker.answers.remove(at: index)
                return
            }
            reasons.append(found.joined(separator: "; "))
        }
        throw failure("no answer fits: " + reasons.joined(separator: " | "))
    }

    private func problems(with answer: ScriptedWorker.Answer, _ entry: Entry) -> [String] {
        guard var message = try? Message(parsing: answer.bytes.span) else {
            return ["the answer is malformed"]
        }
        guard let query = asked[answer.client.route] else { return ["an answer for nobody"] }
        var problems: [String] = []
        if message.header.id != query.header.id { problems.append("the ID is not the client's") }
        message.header.id = 0
        let packet = SeenPacket(message: message, isOverTCP: answer.client.transport == .tcp)
        // An entry's UDP and TCP speak of the query; the answer comes the same way by construction.
        return problems + entry.mismatches(with: packet, rules.strictness).map(\.description)
    }
}
