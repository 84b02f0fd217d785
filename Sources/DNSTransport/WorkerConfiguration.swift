public import DNSWire

/// Everything about sockets that can be set, and every limit of a worker. Times are nanoseconds.
///
/// Sizes are per worker unless they say otherwise. The defaults are for a resolver of a few thousand clients;
/// each says where it comes from.
public struct WorkerConfiguration: Sendable, Hashable {
    public init() {}

    //--- Datagrams from clients ---

    /// Datagrams read and answered by one pair of system calls. Measured: 64 costs what 32 does, and more
    /// does not help.
    public var batchSize = 64

    /// Batches read from one socket before other events get a turn, so that a flood over UDP does not starve
    /// streams.
    public var batchesPerTurn = 8

    /// The longest query taken over UDP; longer ones are dropped unread. Queries are small: 512 octets
    /// without EDNS (RFC 1035 §4.2.1), and an UPDATE that needs more than this belongs on a stream.
    public var datagramReceiveSize = 4_096

    /// The largest response over UDP: what fits the smallest IPv6 link without fragments (RFC 9715 §3.2).
    public var largestDatagramResponse = 1_232

    /// The socket's queue in octets (`SO_RCVBUF`): about 1,000 queries of kernel accounting, some
    /// milliseconds of peak.
    public var datagramReceiveBuffer = 1 << 20

    /// `SO_SNDBUF` of the UDP sockets: one full batch with room to spare.
    public var datagramSendBuffer = 1 << 20

    //--- Streams from clients ---

    /// Connections at once. When full, the one that idled longest makes room; ATTACKS: connection exhaustion.
    public var connections = 1_000

    /// Connections at once from one address (RFC 7766 §6.2.2 lets a server limit this).
    public var connectionsPerClient = 100

    /// A connection with nothing to do is closed after this long (RFC 7766 §6.2.3). It is also what the
    /// keepalive option should tell clients (RFC 7828). Only whole queries and responses count as something
    /// to do.
    public var idleTimeout: Int64 = 10_000_000_000

    /// A TLS handshake must be done by then, counted from the connection: two round trips, and one retransmission
    /// on the worst of links.
    public var handshakeTimeout: Int64 = 5_000_000_000

    /// TLS handshakes at once, half of the connections; the one begun longest ago makes room. Whoever needs
    /// 100 ms for his has them while fewer than 5,000 others come in a second. One costs up to 47 KB, most of it
    /// libssl's buffers, so that all of them are 23 MB; done, and idle, a connection costs 15 KB.
    public var handshakes = 500

    /// Steps of handshakes before other events get a turn: a signature takes from 0.1 ms (P-256) to 1 ms
    /// (RSA), and whoever asks meanwhile waits for all of them.
    public var handshakesPerTurn = 16

    /// A response that a client has not read by then is lost, and the connection with it. A request over HTTP must be
    /// complete as soon.
    public var writeTimeout: Int64 = 10_000_000_000

    /// A connection is kept this long for deferred queries and paused sequences: past the resolution deadline (10 s), so that it
    /// acts only when the service lost one.
    public var deferredTimeout: Int64 = 15_000_000_000

    /// Queries of one connection whose replies may be outstanding; reading stops until one is answered. RFC
    /// 7766 §6.2.1.1 asks for pipelining, not for no limit.
    public var deferredPerConnection = 100

    /// Sequences of responses (zone transfers) at once; more are refused. Each may have a high-water mark and a message
    /// waiting, so that all of them are 13 MB, and has the service hold on to a version of a zone.
    public var sequences = 100

    /// The same on one connection (RFC 9103 §6.3.3 lets a server limit this): they share its pace, so that more of them would
    /// gain nothing.
    public var sequencesPerConnection = 10

    /// Messages of sequences taken from the service before other events get a turn: one of 64 KB takes some 0.2 ms to
    /// compose and seal, and whoever asks meanwhile waits for all of them.
    public var sequenceMessagesPerTurn = 8

    /// Octets of responses waiting on one connection above which it is not read from.
    public var outputHighWater = 65_536

    /// Octets of responses waiting on one connection above which it is closed: two of the longest, and the
    /// high-water mark.
    public var outputPerConnection = 262_144

    /// Octets of responses waiting on all connections, and of requests over HTTP that are not complete; to stay within it,
    /// who keeps the most is closed.
    public var outputTotal = 64 << 20

    /// `listen` queue; the kernel cuts it to `net.core.somaxconn`.
    public var acceptBacklog = 1_024

    /// Connections accepted from one listener before other events get a turn.
    public var acceptsPerTurn = 64

    /// Pause of a listener when the process has no descriptors or memory left, so that the loop does not
    /// spin.
    public var acceptPause: Int64 = 100_000_000

    /// `SO_RCVBUF` and `SO_SNDBUF` of accepted connections: bounds the kernel's memory for peers that do not
    /// read, which automatic sizing would raise to megabytes each.
    public var streamReceiveBuffer = 65_536
    public var streamSendBuffer = 131_072

    /// Networks of proxies whose connections begin with whom they are for (the proxy protocol, version 2).
    public var proxies: [IPNetwork] = []

    func isProxy(_ peer: IPAddress) -> Bool {
        proxies.contains(peer.unmapped)
    }

    //--- Upstream ---

    /// Where queries leave from, one drawn for each; a family without any goes as the kernel routes.
    public var outgoingAddresses: [IPAddress] = []

    /// Sockets to servers at once, UDP and TCP: one per resolution in flight (4,096) and some for children.
    public var upstreamSockets = 5_000

    /// Random ports tried before a query fails with `EADDRINUSE`. Even with half of all ports taken, 16
    /// misses are a chance of 1 in 65,536.
    public var portAttempts = 16

    /// Messages that are not the reply before an exchange ends as timed out. A guesser of IDs gets as many
    /// tries (RFC 5452 §9.1), and a flood costs no more than this.
    public var junkPerExchange = 100

    /// `SO_RCVBUF` of an upstream UDP socket: a few replies, and no flood.
    public var upstreamReceiveBuffer = 65_536

    /// Exchanges on one connection to a server (RFC 7766 §6.2.1.1); more open another one.
    public var exchangesPerConnection = 64

    /// Octets waiting for one server's connection; more fail with `ENOBUFS`.
    public var upstreamOutput = 262_144

    /// A connection to a server without exchanges is kept this long for the next one; under what servers
    /// commonly allow, so that it is we who close (RFC 7766 §6.2.3).
    public var upstreamIdleTimeout: Int64 = 3_000_000_000

    /// The same for TLS and HTTPS, where a new connection costs round trips and a signature. Servers commonly keep them
    /// between 10 s and some minutes; one that closes earlier costs a query one repetition.
    public var encryptedIdleTimeout: Int64 = 20_000_000_000

    /// Certificates in PEM of the authorities that encrypted servers are believed by; nil: those of the system.
    public var upstreamAuthorities: [UInt8]?

    /// Throws when that is not what these octets are.
    public static func check(authorities: [UInt8]) throws(TLSSetupError) {
        _ = try TLSClientContext(authorities: authorities)
    }

    //--- The loop ---

    /// Events taken from the kernel in one wake-up.
    public var eventsPerTurn = 128

    /// A turn with as many queries is a busy one: after it the worker sleeps for `gatheringTime`, so that the next turn has
    /// more to do at once. Where queries come singly nothing waits.
    public var queriesOfBusyTurn = 2

    /// Nanoseconds. To be woken for each few queries costs more than to answer them; what is gained by waiting gets less the
    /// longer it is, and who waits sees it as latency.
    public var gatheringTime = 50_000

    /// Work handed over from other threads and not yet done; more is refused.
    public var submittedWork = 65_536

    /// What is in flight may take this long after `stop()`. A supervisor waits 5 s for SIGTERM.
    public var drainTimeout: Int64 = 4_000_000_000

    /// Small limits cannot make buffers that the code relies on too small.
    var checked: WorkerConfiguration {
        var copy = self
        copy.batchSize = min(max(1, batchSize), 1_024)
        copy.batchesPerTurn = max(1, batchesPerTurn)
        copy.datagramReceiveSize = min(max(512, datagramReceiveSize), 65_535)
        copy.largestDatagramResponse = min(max(512, largestDatagramResponse), 65_507)
        copy.outputPerConnection = max(StreamFrame.longestFrame, outputPerConnection)
        copy.upstreamOutput = max(StreamFrame.longestFrame, upstreamOutput)
        copy.outputTotal = max(copy.outputPerConnection, outputTotal)
        copy.outputHighWater = max(1, outputHighWater)
        copy.deferredPerConnection = max(1, deferredPerConnection)
        copy.sequenceMessagesPerTurn = max(1, sequenceMessagesPerTurn)
        copy.handshakes = max(1, handshakes)
        copy.handshakesPerTurn = max(1, handshakesPerTurn)
        copy.acceptsPerTurn = max(1, acceptsPerTurn)
        copy.queriesOfBusyTurn = max(1, queriesOfBusyTurn)
        // Beyond a millisecond it would be the resolver that is slow.
        copy.gatheringTime = min(max(0, gatheringTime), 1_000_000)
        copy.eventsPerTurn = min(max(1, eventsPerTurn), 256)
        copy.exchangesPerConnection = min(max(1, exchangesPerConnection), 65_536)
        copy.portAttempts = max(1, portAttempts)
        copy.junkPerExchange = max(1, junkPerExchange)
        return copy
    }

    /// An address to send from; more of them are more for a forger to guess.
    func outgoing(for family: IPAddress.Family, _ random: inout RandomSource) -> IPAddress? {
        guard !outgoingAddresses.isEmpty else { return nil }
        let fitting = outgoingAddresses.filter { $0.family == family }
        guard fitting.count > 1 else { return fitting.first }
        return fitting[Int(random.next() ?? 0) % fitting.count]
    }
}
