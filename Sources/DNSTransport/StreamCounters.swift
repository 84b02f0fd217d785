/// What came and went on the stream connections of one transport.
public struct StreamCounters: Sendable, Hashable {
    public var queries: UInt64 = 0
    public var queryBytes: UInt64 = 0
    public var responses: UInt64 = 0
    public var responseBytes: UInt64 = 0

    public var connectionsOpened: UInt64 = 0
    public var connectionsClosed: UInt64 = 0
    /// Turned away because a limit was reached and none could make room.
    public var connectionsRefused: UInt64 = 0
    /// Closed to make room for another.
    public var connectionsEvicted: UInt64 = 0
    /// Closed by a deadline: in a handshake, idle, a reader that did not read, or deferred queries that nobody
    /// answered.
    public var connectionsTimedOut: UInt64 = 0

    public init() {}
}

/// How TLS sessions began and failed.
public struct SessionCounters: Sendable, Hashable {
    /// Handshakes that were finished.
    public var begun: UInt64 = 0
    /// Of these, with a ticket.
    public var resumed: UInt64 = 0
    fileprivate var failures = [UInt64](repeating: 0, count: TLSFailure.allCases.count)

    public init() {}

    /// Handshakes that came to nothing, and sessions that ended with an error, for this reason.
    public subscript(_ failure: TLSFailure) -> UInt64 { failures[failure.rawValue] }

    public var failed: UInt64 { failures.reduce(0, &+) }
}

/// The living `StreamCounters`.
final class StreamCounterSet: Sendable {
    let queries = CounterSet.Counter()
    let queryBytes = CounterSet.Counter()
    let responses = CounterSet.Counter()
    let responseBytes = CounterSet.Counter()
    let connectionsOpened = CounterSet.Counter()
    let connectionsClosed = CounterSet.Counter()
    let connectionsRefused = CounterSet.Counter()
    let connectionsEvicted = CounterSet.Counter()
    let connectionsTimedOut = CounterSet.Counter()

    var snapshot: StreamCounters {
        var counters = StreamCounters()
        counters.queries = queries.now
        counters.queryBytes = queryBytes.now
        counters.responses = responses.now
        counters.responseBytes = responseBytes.now
        counters.connectionsOpened = connectionsOpened.now
        counters.connectionsClosed = connectionsClosed.now
        counters.connectionsRefused = connectionsRefused.now
        counters.connectionsEvicted = connectionsEvicted.now
        counters.connectionsTimedOut = connectionsTimedOut.now
        return counters
    }
}

/// The living `SessionCounters`.
final class SessionCounterSet: Sendable {
    let begun = CounterSet.Counter()
    let resumed = CounterSet.Counter()
    /// One for each kind of failure, by its raw value.
    private let failures = InlineArray<11, CounterSet.Counter> { _ in CounterSet.Counter() }

    func fail(_ failure: TLSFailure) {
        failures[failure.rawValue].add()
    }

    var snapshot: SessionCounters {
        var counters = SessionCounters()
        counters.begun = begun.now
        counters.resumed = resumed.now
        for index in counters.failures.indices { counters.failures[index] = failures[index].now }
        return counters
    }
}
