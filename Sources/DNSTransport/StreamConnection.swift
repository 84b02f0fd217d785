import DNSOverHTTP
import DNSWire

/// One connection that a client made. Only state; `StreamServer` acts on it.
final class StreamConnection {
    let descriptor: FileDescriptor
    let key: SlotKey
    /// The other end; once a proxy has told for whom it speaks, that client.
    var client: Client
    /// Whose quota of connections it counts against; nil for proxies, which speak for many.
    var quotaAddress: IPAddress?
    /// Whether its first octets have to say for whom a proxy opened it.
    var awaitsProxyHeader = false
    /// Those of its transport.
    let counters: StreamCounterSet

    /// Where it gets its session from; nil where octets go in the clear.
    private let endpoint: TLSEndpoint?
    /// What octets go through; nil in the clear, and as long as the client has sent nothing: who connects and says
    /// nothing costs no session.
    private(set) var session: TLSSession?
    /// So many octets the kernel waits for before it tells of a client's first record; 0 when it tells of any.
    var awaitedOctets = 0
    /// Whether queries must wait until keys are agreed on.
    var isHandshaking: Bool
    /// What its requests are judged by; nil where messages come with their lengths.
    let web: DoHEndpoint?
    /// From the first octets of a request on.
    private(set) var http: DoHConnection?

    /// Messages that come with their lengths, and their responses.
    var input = StreamInput()
    var output = StreamOutput()
    /// Octets that it keeps, as counted among what waits on all connections.
    var countedOutput = 0
    /// Queries that the service deferred and has not replied to.
    var deferred = 0
    /// Sequences of responses that run on it, those that were asked for a message longest ago first.
    var sequences: [SequenceID] = []
    /// The client sent its last query (RFC 7766 §6.2.4), or is not listened to any more. What it is owed
    /// still goes out.
    var inputEnded = false

    /// When the handshake was done, the last whole query came or the last response was written; nanoseconds of the
    /// monotonic clock. A client that sends or reads an octet now and then does not move it.
    var progressedAt: Int64
    /// Since when the client has not taken its responses off us.
    var blockedSince: Int64?
    /// Responses of `http` that were made when it last made progress.
    var responsesSeen = 0
    /// What the client has left unfinished for longest among what it does at the same time, and since when.
    var unfinished: (stream: UInt32, since: Int64)?

    /// What the loop watches for it.
    var interest: Interest = .readable
    /// Closed with its next settling: broken, or its responses outgrew their limit.
    var isDoomed = false
    /// Whether it is in the list of connections to settle at the end of this turn.
    var isTouched = false
    var timer: TimerHandle?
    /// What `timer` is set to.
    var timerDue: Int64 = .max

    init(
        adopting descriptor: consuming FileDescriptor, key: SlotKey, client: Client,
        counters: StreamCounterSet, service: Listener.Service, now: Int64
    ) {
        self.descriptor = descriptor
        self.key = key
        self.client = client
        self.counters = counters
        endpoint = service.endpoint
        web = service.web
        isHandshaking = endpoint != nil
        progressedAt = now
    }

    //--- Octets ---

    /// Begins a session with the certificates of this moment. Nil when there is no memory.
    func beginSession(_ now: Moment) -> TLSSession? {
        guard let context = endpoint?.context else { return nil }
        context.tickets.rotate(uptime: now.uptime)
        session = TLSSession(context, over: descriptor)
        return session
    }

    func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> SocketResult {
        guard let session else { return unsafe descriptor.receive(into: buffer) }
        return unsafe session.receive(into: buffer)
    }

    /// Begins with HTTP, of the version that the client chose.
    func beginHTTP(_ web: DoHEndpoint, _ counters: DoHCounterSet) -> DoHConnection {
        let version: DoHConnection.Version =
            switch session?.applicationProtocol {
            case nil: session == nil ? .detected : .http1
            case Self.http2: .http2
            default: .http1
            }
        let http = DoHConnection(
            version: version, peer: client.peer.address, settings: web.settings, counters: counters)
        self.http = http
        return http
    }

    /// Its name in ALPN (RFC 9113 §3.2).
    private static let http2 = Array("h2".utf8)

    /// Octets of responses that wait.
    var unsentCount: Int { http?.unsentCount ?? output.count }

    /// Whether anything waits for the socket to take it.
    var hasUnsent: Bool { unsentCount > 0 || (session?.backlogCount ?? 0) > 0 }

    /// Octets that wait to be sent, or for the client to go on.
    var keptCount: Int { (http?.keptCount ?? output.count) + (session?.backlogCount ?? 0) }

    /// One write of what waits.
    func sendUnsent(in batch: TLSBatch) -> SendResult {
        let waiting = unsentCount
        guard let session else {
            let result =
                if let http {
                    unsafe http.withUnsent { unsafe descriptor.send($0) }
                } else {
                    unsafe output.withUnwritten { unsafe descriptor.send($0) }
                }
            return switch result {
            case .octets(let count): SendResult(taken: count, isBlocked: count < waiting)
            case .nothing: SendResult(isBlocked: true)
            case .end, .failed: SendResult(isBroken: true)
            }
        }
        var taken = 0
        // Each response is a record of its own: there are clients (stubby, dnsperf) that take one from each read, and the
        // others when something else comes.
        let isWhole = session.batching(in: batch) {
            func send(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
                let count = unsafe session.send(piece).count
                taken += count
                return count == piece.count
            }
            if let http {
                unsafe http.forEachUnsentPiece(send)
            } else {
                unsafe output.forEachFrame(send)
            }
        }
        return SendResult(
            taken: taken, isBlocked: taken < waiting || session.backlogCount > 0, isBroken: !isWhole)
    }

    struct SendResult {
        /// Octets of responses that need not be kept any more.
        var taken = 0
        /// The socket takes no more for now.
        var isBlocked = false
        var isBroken = false
    }

    /// Whether the session has told what a socket would tell with the next read: the client sends no more. What came
    /// before that is heard first.
    var isAtEndOfSession: Bool { session?.state == .inputEnded && !input.hasMessage }

    //--- Limits ---

    /// Whether it must wait for its own answers before it is heard again.
    func isPaused(_ configuration: WorkerConfiguration) -> Bool {
        blockedSince != nil || deferred >= configuration.deferredPerConnection
            || !(http?.wantsInput ?? (output.count < configuration.outputHighWater))
    }

    /// Whether there is room for a message of a sequence: what was there before is written.
    func hasRoomForSequences(_ configuration: WorkerConfiguration) -> Bool {
        blockedSince == nil && !isDoomed && output.count < configuration.outputHighWater
    }

    /// Whether anything is still to come for what the client asked, so that it does not idle.
    var isOwed: Bool { deferred > 0 || !sequences.isEmpty }

    /// Whether requests that are complete may be answered. Unlike messages with their lengths, they are kept while the
    /// connection is not read from, and after its end.
    func mayAnswerRequests(_ configuration: WorkerConfiguration) -> Bool {
        guard let http, blockedSince == nil else { return false }
        return http.unsentCount < configuration.outputHighWater
    }

    /// When it is closed unless it makes progress.
    func deadline(_ configuration: WorkerConfiguration) -> Int64 {
        let general = generalDeadline(configuration)
        guard let unfinished else { return general }
        return min(general, Self.sum(unfinished.since, configuration.writeTimeout))
    }

    private func generalDeadline(_ configuration: WorkerConfiguration) -> Int64 {
        let (start, limit) =
            if isHandshaking {
                (progressedAt, configuration.handshakeTimeout)
            } else if let blockedSince {
                (blockedSince, configuration.writeTimeout)
            } else if isOwed {
                (progressedAt, configuration.deferredTimeout)
            } else {
                (progressedAt, configuration.idleTimeout)
            }
        return Self.sum(start, limit)
    }

    private static func sum(_ start: Int64, _ limit: Int64) -> Int64 {
        let sum = start.addingReportingOverflow(max(0, limit))
        return sum.overflow ? .max : sum.partialValue
    }
}
