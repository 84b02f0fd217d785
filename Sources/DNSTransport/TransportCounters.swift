import Synchronization

/// What a worker has done since it started. A snapshot: each number is right, and they may be some packets
/// apart.
public struct TransportCounters: Sendable, Hashable {
    public var datagramQueries: UInt64 = 0
    public var datagramQueryBytes: UInt64 = 0
    /// Dropped unread: longer than the receive size, or from no Internet address.
    public var datagramsRefused: UInt64 = 0
    public var datagramResponses: UInt64 = 0
    public var datagramResponseBytes: UInt64 = 0
    /// Responses that the kernel did not take: a full queue, or no way to the client.
    public var datagramResponsesLost: UInt64 = 0
    public var datagramBatches: UInt64 = 0

    public var streamQueries: UInt64 = 0
    public var streamQueryBytes: UInt64 = 0
    public var streamResponses: UInt64 = 0
    public var streamResponseBytes: UInt64 = 0

    public var connectionsOpened: UInt64 = 0
    public var connectionsClosed: UInt64 = 0
    /// Turned away because a limit was reached and none could make room.
    public var connectionsRefused: UInt64 = 0
    /// Closed to make room for another.
    public var connectionsEvicted: UInt64 = 0
    /// Closed by a deadline: idle, a reader that did not read, or deferred queries that nobody answered.
    public var connectionsTimedOut: UInt64 = 0

    public var upstreamDatagramExchanges: UInt64 = 0
    public var upstreamStreamExchanges: UInt64 = 0
    public var upstreamConnectionsOpened: UInt64 = 0
    public var upstreamTimeouts: UInt64 = 0
    public var upstreamFailures: UInt64 = 0
    /// Messages that the service did not take for the reply, or that belonged to no exchange.
    public var upstreamJunk: UInt64 = 0

    public var wakeups: UInt64 = 0

    public init() {}
}

/// The living counters of one worker, which any thread may read.
final class CounterSet: Sendable {
    /// A number with one writer, the worker, so that no locked instruction is needed to add to it.
    struct Counter: ~Copyable, Sendable {
        private let value = Atomic<UInt64>(0)

        @inline(__always)
        func add(_ count: Int = 1) {
            let sum = value.load(ordering: .relaxed) &+ UInt64(truncatingIfNeeded: count)
            value.store(sum, ordering: .relaxed)
        }

        var now: UInt64 { value.load(ordering: .relaxed) }
    }

    let datagramQueries = Counter()
    let datagramQueryBytes = Counter()
    let datagramsRefused = Counter()
    let datagramResponses = Counter()
    let datagramResponseBytes = Counter()
    let datagramResponsesLost = Counter()
    let datagramBatches = Counter()
    let streamQueries = Counter()
    let streamQueryBytes = Counter()
    let streamResponses = Counter()
    let streamResponseBytes = Counter()
    let connectionsOpened = Counter()
    let connectionsClosed = Counter()
    let connectionsRefused = Counter()
    let connectionsEvicted = Counter()
    let connectionsTimedOut = Counter()
    let upstreamDatagramExchanges = Counter()
    let upstreamStreamExchanges = Counter()
    let upstreamConnectionsOpened = Counter()
    let upstreamTimeouts = Counter()
    let upstreamFailures = Counter()
    let upstreamJunk = Counter()
    let wakeups = Counter()

    var snapshot: TransportCounters {
        var counters = TransportCounters()
        counters.datagramQueries = datagramQueries.now
        counters.datagramQueryBytes = datagramQueryBytes.now
        counters.datagramsRefused = datagramsRefused.now
        counters.datagramResponses = datagramResponses.now
        counters.datagramResponseBytes = datagramResponseBytes.now
        counters.datagramResponsesLost = datagramResponsesLost.now
        counters.datagramBatches = datagramBatches.now
        counters.streamQueries = streamQueries.now
        counters.streamQueryBytes = streamQueryBytes.now
        counters.streamResponses = streamResponses.now
        counters.streamResponseBytes = streamResponseBytes.now
        counters.connectionsOpened = connectionsOpened.now
        counters.connectionsClosed = connectionsClosed.now
        counters.connectionsRefused = connectionsRefused.now
        counters.connectionsEvicted = connectionsEvicted.now
        counters.connectionsTimedOut = connectionsTimedOut.now
        counters.upstreamDatagramExchanges = upstreamDatagramExchanges.now
        counters.upstreamStreamExchanges = upstreamStreamExchanges.now
        counters.upstreamConnectionsOpened = upstreamConnectionsOpened.now
        counters.upstreamTimeouts = upstreamTimeouts.now
        counters.upstreamFailures = upstreamFailures.now
        counters.upstreamJunk = upstreamJunk.now
        counters.wakeups = wakeups.now
        return counters
    }
}
