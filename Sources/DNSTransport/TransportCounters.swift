public import DNSOverHTTP
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

    /// Streams from clients, by transport.
    public var tcp = StreamCounters()
    public var tls = StreamCounters()
    public var https = StreamCounters()
    public var http = StreamCounters()
    public var sessions = SessionCounters()
    public var requests = DoHCounters()

    public var upstreamDatagramExchanges: UInt64 = 0
    public var upstreamStreamExchanges: UInt64 = 0
    /// Over TLS and HTTPS.
    public var upstreamTLSExchanges: UInt64 = 0
    public var upstreamHTTPSExchanges: UInt64 = 0
    public var upstreamConnectionsOpened: UInt64 = 0
    public var upstreamConnectionsClosed: UInt64 = 0
    /// TLS handshakes begun, sessions that a ticket resumed, and connections that ended because of what the server did
    /// not prove, or did not speak as it should.
    public var upstreamHandshakes: UInt64 = 0
    public var upstreamResumptions: UInt64 = 0
    public var upstreamEncryptionFaults: UInt64 = 0
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

    /// Those of a stream transport.
    func streams(_ transport: Client.Transport) -> StreamCounterSet {
        switch transport {
        case .udp, .tcp: tcp
        case .tls: tls
        case .https: https
        case .http: http
        }
    }

    let datagramQueries = Counter()
    let datagramQueryBytes = Counter()
    let datagramsRefused = Counter()
    let datagramResponses = Counter()
    let datagramResponseBytes = Counter()
    let datagramResponsesLost = Counter()
    let datagramBatches = Counter()
    let tcp = StreamCounterSet()
    let tls = StreamCounterSet()
    let https = StreamCounterSet()
    let http = StreamCounterSet()
    let requests = DoHCounterSet()
    let sessions = SessionCounterSet()
    let upstreamDatagramExchanges = Counter()
    let upstreamStreamExchanges = Counter()
    let upstreamTLSExchanges = Counter()
    let upstreamHTTPSExchanges = Counter()
    let upstreamConnectionsOpened = Counter()
    let upstreamConnectionsClosed = Counter()
    let upstreamHandshakes = Counter()
    let upstreamResumptions = Counter()
    let upstreamEncryptionFaults = Counter()
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
        counters.tcp = tcp.snapshot
        counters.tls = tls.snapshot
        counters.https = https.snapshot
        counters.http = http.snapshot
        counters.requests = requests.now
        counters.sessions = sessions.snapshot
        counters.upstreamDatagramExchanges = upstreamDatagramExchanges.now
        counters.upstreamStreamExchanges = upstreamStreamExchanges.now
        counters.upstreamTLSExchanges = upstreamTLSExchanges.now
        counters.upstreamHTTPSExchanges = upstreamHTTPSExchanges.now
        counters.upstreamConnectionsOpened = upstreamConnectionsOpened.now
        counters.upstreamConnectionsClosed = upstreamConnectionsClosed.now
        counters.upstreamHandshakes = upstreamHandshakes.now
        counters.upstreamResumptions = upstreamResumptions.now
        counters.upstreamEncryptionFaults = upstreamEncryptionFaults.now
        counters.upstreamTimeouts = upstreamTimeouts.now
        counters.upstreamFailures = upstreamFailures.now
        counters.upstreamJunk = upstreamJunk.now
        counters.wakeups = wakeups.now
        return counters
    }
}
