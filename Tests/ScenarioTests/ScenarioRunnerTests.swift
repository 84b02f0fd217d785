import DNSTransport
import DNSWire
import Testing

/// The runner's own rules, with the simplest service that can be scripted: it relays each query to one
/// server.
@Suite struct ScenarioRunnerTests {
    private func run(_ body: String, rules: RunnerRules = .own) throws {
        let scenario = try Scenario(
            parsing: "CONFIG_END\nSCENARIO_BEGIN x\n\(body)\nSCENARIO_END", dialect: rules.dialect)
        try ScenarioRunner.run(scenario, rules: rules) { Relay(context: $0) }
    }

    /// What a scenario that must fail says of it.
    private func reason(_ body: String, rules: RunnerRules = .own) -> String? {
        do {
            try run(body, rules: rules)
            return nil
        } catch let failure as ScenarioFailure {
            return failure.reason
        } catch {
            return "\(error)"
        }
    }

    private func range(
        _ from: Int, _ to: Int, _ address: String? = "192.0.2.1", host: Int,
        adjust: String = "copy_id copy_query"
    ) -> String {
        """
        RANGE_BEGIN \(from) \(to)
        \(address.map { "ADDRESS \($0)" } ?? "")
        ENTRY_BEGIN
        MATCH opcode subdomain
        ADJUST \(adjust)
        REPLY QR AA NOERROR
        SECTION QUESTION
        example. IN A
        SECTION ANSWER
        www.example. IN A 203.0.113.\(host)
        ENTRY_END
        RANGE_END

        """
    }

    private func query(_ id: Int, args: String = "") -> String {
        "STEP \(id) QUERY \(args)\nENTRY_BEGIN\nREPLY RD\nSECTION QUESTION\nwww.example. IN A\nENTRY_END\n"
    }

    private func check(_ id: Int, host: Int) -> String {
        """
        STEP \(id) CHECK_ANSWER
        ENTRY_BEGIN
        MATCH rcode answer
        SECTION ANSWER
        www.example. IN A 203.0.113.\(host)
        ENTRY_END

        """
    }

    private func servfail(_ id: Int) -> String {
        "STEP \(id) CHECK_ANSWER\nENTRY_BEGIN\nMATCH rcode\nREPLY SERVFAIL\nENTRY_END\n"
    }

    @Test func rangeAnswers() throws {
        try run(range(0, 100, host: 1) + query(1) + check(10, host: 1))
        try run(range(0, 100, nil, host: 1) + query(1) + check(10, host: 1))
    }

    @Test func lastRangeComesFirstInTestbound() throws {
        try run(range(0, 100, host: 1) + range(0, 100, host: 2) + query(1) + check(10, host: 2))
    }

    @Test func firstRangeComesFirstInDeckard() throws {
        try run(
            range(0, 100, host: 1) + range(0, 100, host: 2) + query(1) + check(10, host: 1),
            rules: .shared(.deckard))
    }

    @Test func rangesAreHeldAgainstTheStepBehindTheQuery() throws {
        try run(range(0, 5, host: 1) + range(6, 100, host: 2) + query(1) + check(10, host: 2))
        try run(
            range(0, 5, host: 1) + range(6, 100, host: 2) + query(1) + check(10, host: 1),
            rules: .shared(.deckard))
    }

    @Test func wrongAnswerIsExplained() {
        let found = reason(range(0, 100, host: 1) + query(1) + check(10, host: 2))
        #expect(found?.contains("203.0.113.2") == true)
        #expect(found?.contains("203.0.113.1") == true)
    }

    @Test func missingAnswer() {
        #expect(reason(query(1) + check(10, host: 1)) == "no answer came")
    }

    @Test func openQueryAtTheEnd() {
        #expect(reason(query(1) + "STEP 10 NOTHING\n")?.hasPrefix("still open: 192.0.2.1") == true)
    }

    @Test func uncheckedAnswerAtTheEnd() {
        #expect(
            reason(range(0, 100, host: 1) + query(1) + "STEP 10 NOTHING\n")?.contains("no step looked")
                == true)
    }

    @Test func newestQueryTimesOut() throws {
        try run(query(1) + "STEP 2 TIMEOUT\n" + servfail(3))
        try run(query(1) + "STEP 2 ERROR\n" + servfail(3))
        try run(range(0, 100, host: 1, adjust: "timeout") + query(1) + servfail(3))
        #expect(reason("STEP 2 TIMEOUT\n") == "no query is open")
    }

    @Test func timeEndsQueriesInOurOwnFilesOnly() throws {
        try run(
            query(1)
                + "STEP 2 TIME_PASSES ELAPSE 1.9\nSTEP 3 CHECK_NO_ANSWER\nSTEP 4 TIME_PASSES ELAPSE 0.2\n"
                + servfail(5))
        #expect(
            reason(query(1) + "STEP 2 TIME_PASSES ELAPSE 9\n" + servfail(5), rules: .shared(.testbound))
                == "no answer came")
    }

    @Test func timersFireOnTheirWay() throws {
        try run(
            query(1, args: "ADDRESS 192.0.2.99") + "STEP 2 CHECK_NO_ANSWER\nSTEP 4 TIME_PASSES ELAPSE 0.5\n"
                + servfail(5))
    }

    @Test func uselessRepliesLeaveTheQueryOpen() throws {
        let wrong = "STEP 2 REPLY\nENTRY_BEGIN\nREPLY QR\nSECTION QUESTION\nother. IN A\nENTRY_END\n"
        try run(range(3, 100, host: 1) + query(1) + wrong + check(10, host: 1))
        // The range's reply lacks the ID, so it is not taken, and not tried for ever either.
        #expect(
            reason(range(0, 100, host: 1, adjust: "copy_query") + query(1) + check(10, host: 1))
                == "no answer came")
    }

    @Test func outgoingQueries() throws {
        let look = { (address: String) in
            """
            STEP 2 CHECK_OUT_QUERY ADDRESS \(address)
            ENTRY_BEGIN
            MATCH qname qtype UDP
            SECTION QUESTION
            www.example. IN A
            ENTRY_END

            """
        }
        try run(range(3, 100, host: 1) + query(1) + look("192.0.2.1") + check(10, host: 1))
        #expect(
            reason(range(3, 100, host: 1) + query(1) + look("192.0.2.2") + check(10, host: 1))?.hasPrefix(
                "no such query") == true)
    }

    @Test func outgoingQueriesAreCounted() throws {
        let two = range(0, 100, host: 1) + query(1) + check(10, host: 1) + query(20) + check(30, host: 1)
        try run(two + "STEP 40 COUNT_OUT_QUERIES = 2\n")
        try run(two + "STEP 40 COUNT_OUT_QUERIES = 1 SINCE 20\n")
        try run(two + "STEP 40 COUNT_OUT_QUERIES = 0 TO 192.0.2.7\n")
        try run(two + "STEP 40 COUNT_OUT_QUERIES = 0\nENTRY_BEGIN\nMATCH TCP\nENTRY_END\n")
        #expect(reason(two + "STEP 40 COUNT_OUT_QUERIES <= 1\n") == "2 queries were sent, <= 1 expected")
        #expect(reason(two + "STEP 40 COUNT_OUT_QUERIES >= 3\n") == "2 queries were sent, >= 3 expected")
    }
}

/// Sends each query on to 192.0.2.1 under its own ID, and for the client 192.0.2.99 says SERVFAIL after half
/// a second.
private final class Relay: WorkerService {
    private let context: ScriptedWorker
    private var clients: [ExchangeID: (Client, Message)] = [:]
    private var lastExchange: ExchangeID = 0

    init(context: ScriptedWorker) { self.context = context }

    func receive(_ query: Span<UInt8>, from client: Client, into response: inout MutableSpan<UInt8>)
        -> QueryDisposition
    {
        guard let message = try? Message(parsing: query) else { return .dropped }
        lastExchange += 1
        clients[lastExchange] = (client, message)
        context.send(
            lastExchange, message: message.compose(), to: SocketAddress(IPAddress(192, 0, 2, 1), port: 53),
            over: .udp, timeout: 2_000_000_000)
        if client.peer.address == IPAddress(192, 0, 2, 99) {
            context.schedule(lastExchange, at: context.now.monotonic + 500_000_000)
        }
        return .deferred
    }

    func upstreamReceived(_ message: Span<UInt8>, for exchange: ExchangeID) -> ExchangeDisposition {
        guard let (client, query) = clients[exchange], let reply = try? Message(parsing: message),
            reply.header.id == query.header.id, reply.questions == query.questions
        else { return .keepWaiting }
        context.reply(message, to: client)
        clients[exchange] = nil
        return .finished
    }

    func upstreamEnded(_ exchange: ExchangeID, _ end: ExchangeEnd) { fail(exchange) }

    func timerFired(_ token: UInt64) {
        context.cancel(token)
        fail(token)
    }

    var pendingCount: Int { clients.count }

    private func fail(_ exchange: ExchangeID) {
        guard let (client, query) = clients.removeValue(forKey: exchange) else { return }
        var reply = query
        reply.responseCode = .serverFailure
        context.reply(reply.compose().span, to: client)
    }
}
