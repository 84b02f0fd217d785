import DNSWire
import Histogram
import Testing

@testable import LoadGenerator

@Suite struct ExchangesTests {
    private static let second: Int64 = 1_000_000_000

    private func exchanges(_ pace: Pace = .closed(inFlight: 10), timeout: Double = 5) throws -> Exchanges {
        let work = QueryWork(questions: [Question("one.example.", .a), Question("two.example.", .a)])
        let templates = QueryTemplates(work.questions, work.options)
        let source = try QuerySource(work, templates, seed: 1, thread: (0, 1))
        let exchanges = Exchanges(.queries(source), pace, timeout: timeout)
        exchanges.start(until: 100 * Self.second, offset: 0)
        return exchanges
    }

    /// The answer to a query, as a server would give it.
    private func answer(_ query: [UInt8], _ change: (inout Message) -> Void = { _ in }) throws -> [UInt8] {
        var message = try Message(parsing: query.span)
        message.header.flags.insert(.qr)
        change(&message)
        return message.compose()
    }

    @Test func `an answer ends its query, and its time is what passed since it was due`() throws {
        let exchanges = try exchanges(.open(rate: 1, inFlight: 10))
        exchanges.now = Self.second
        _ = exchanges.begun()
        exchanges.now = 2 * Self.second
        let query = try #require(exchanges.begun())
        exchanges.now = 3 * Self.second
        #expect(try exchanges.received(answer(query.octets)))
        // The second query was due at 1 s, and sent at 2 s.
        #expect(exchanges.tally.latencies.countForValue(2_000_000_000) == 1)
        #expect(exchanges.tally.lateness.countForValue(1_000_000_000) == 2)
        #expect(exchanges.tally.answered == 1)
        #expect(exchanges.inFlight == 1)
        #expect(exchanges.tally.responseCodeCounts.map(\.name) == ["NOERROR"])
    }

    @Test func `answers come in any order`() throws {
        let exchanges = try exchanges()
        let queries = (0..<4).compactMap { _ in exchanges.begun() }
        for query in queries.reversed() { #expect(try exchanges.received(answer(query.octets))) }
        #expect(exchanges.tally.answered == 4)
        #expect(exchanges.inFlight == 0)
    }

    @Test func `the same answer counts once`() throws {
        let exchanges = try exchanges()
        let message = try answer(#require(exchanges.begun()).octets)
        #expect(exchanges.received(message))
        #expect(!exchanges.received(message))
        #expect(exchanges.tally.answered == 1)
        #expect(exchanges.tally.unmatched == 1)
    }

    @Test func `an answer over another connection, to another question, or none at all counts for nothing`()
        throws
    {
        let exchanges = try exchanges()
        let query = try #require(exchanges.begun(connection: 3))
        let message = try answer(query.octets)
        #expect(!exchanges.received(message, connection: 2))
        let other = try answer(query.octets) { $0.questions = [Question("two.example.", .a)] }
        #expect(!exchanges.received(other, connection: 3))
        #expect(!exchanges.received(query.octets, connection: 3))
        #expect(!exchanges.received([], connection: 3))
        #expect(!exchanges.received(Array(message.prefix(11)), connection: 3))
        #expect(!exchanges.received(Array(message.prefix(20)), connection: 3))
        #expect(exchanges.tally.answered == 0)
        #expect(exchanges.tally.unmatched == 6)
        #expect(exchanges.received(message, connection: 3))
    }

    @Test func `an error without question is an answer, a success is none`() throws {
        let exchanges = try exchanges()
        let query = try #require(exchanges.begun())
        let success = try answer(query.octets) { $0.questions = [] }
        #expect(!exchanges.received(success))
        let failure = try answer(query.octets) {
            $0.questions = []
            $0.responseCode = .formatError
        }
        #expect(exchanges.received(failure))
        #expect(exchanges.tally.responseCodeCounts.map(\.name) == ["FORMERR"])
    }

    @Test func `what is not answered in time is lost, the oldest first, and its answer comes too late`()
        throws
    {
        let exchanges = try exchanges(timeout: 5)
        let first = try #require(exchanges.begun(connection: 7))
        exchanges.now = Self.second
        _ = exchanges.begun(connection: 8)
        #expect(exchanges.nextLoss == 5 * Self.second)
        exchanges.now = 5 * Self.second - 1
        #expect(exchanges.loseNext()?.connection == nil)
        exchanges.now = 5 * Self.second
        #expect(exchanges.loseNext()?.connection == 7)
        #expect(exchanges.loseNext()?.connection == nil)
        #expect(exchanges.nextLoss == 6 * Self.second)
        #expect(try !exchanges.received(answer(first.octets), connection: 7))
        #expect(exchanges.tally.lost == 1)
        #expect(exchanges.tally.unmatched == 1)
    }

    @Test func `a connection that ends takes its queries with it, and no others`() throws {
        let exchanges = try exchanges()
        let queries = [1, 2, 1, 3].compactMap { exchanges.begun(connection: $0) }
        exchanges.cutOff(connection: 1)
        #expect(exchanges.tally.cutOff == 2)
        #expect(exchanges.inFlight == 2)
        #expect(try exchanges.received(answer(queries[1].octets), connection: 2))
    }

    @Test func `a query that could not be sent is due again`() throws {
        let exchanges = try exchanges(.open(rate: 1, inFlight: 10))
        exchanges.now = 10 * Self.second
        // Of those due at 0 to 10 s, six are too late.
        #expect(exchanges.allowance() == 5)
        let query = try #require(exchanges.begun())
        #expect(exchanges.allowance() == 4)
        exchanges.retract(query.place)
        #expect(exchanges.allowance() == 5)
        #expect(exchanges.tally.sent == 0)
    }

    @Test func `what could not be sent in time is told, and what was due before an early end is sent`() throws
    {
        let exchanges = try exchanges(.open(rate: 1, inFlight: 1), timeout: 5)
        exchanges.now = 10 * Self.second
        // Those due from 0 to 5 s are given up; of the five left one may be under way.
        #expect(exchanges.allowance() == 1)
        #expect(exchanges.tally.unsent == 6)
        let first = try #require(exchanges.begun())
        exchanges.end()
        #expect(!exchanges.stopIfFinished())
        #expect(exchanges.allowance() == 0)
        #expect(try exchanges.received(answer(first.octets)))
        #expect(exchanges.allowance() == 1)
        exchanges.now = 13 * Self.second + 1
        // Of those at 7, 8 and 9 s the last one is not too late. That at 10 s was due at the end, and is not wanted.
        #expect(exchanges.allowance() == 1)
        _ = exchanges.begun()
        #expect(exchanges.tally.unsent == 8)
        #expect(exchanges.stopIfFinished())
        #expect(exchanges.allowance() == 0)
    }

    @Test func `the table bounds what is under way`() throws {
        let exchanges = try exchanges(.closed(inFlight: 1_000_000))
        var count = 0
        while exchanges.begun() != nil { count += 1 }
        #expect(count == LoadLimits.inFlight)
        #expect(exchanges.tally.sent == UInt64(count))
    }
}
