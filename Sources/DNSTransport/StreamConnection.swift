import DNSWire

/// One connection that a client made. Only state; `StreamServer` acts on it.
final class StreamConnection {
    let descriptor: FileDescriptor
    let key: SlotKey
    let client: Client
    /// Those of its transport.
    let counters: StreamCounterSet

    /// Where it gets its session from; nil where octets go in the clear.
    private let endpoint: TLSEndpoint?
    /// What octets go through; nil in the clear, and as long as the client has sent nothing: who connects and says
    /// nothing costs no session.
    private(set) var session: TLSSession?
    /// Whether queries must wait until keys are agreed on.
    var isHandshaking: Bool

    var input = StreamInput()
    var output = StreamOutput()
    /// Queries that the service deferred and has not replied to.
    var deferred = 0
    /// The client sent its last query (RFC 7766 §6.2.4), or is not listened to any more. What it is owed
    /// still goes out.
    var inputEnded = false

    /// When the handshake was done, the last whole query came or the last response was written; nanoseconds of the
    /// monotonic clock. A client that sends or reads an octet now and then does not move it.
    var progressedAt: Int64
    /// Since when the client has not taken its responses off us.
    var blockedSince: Int64?

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
        counters: StreamCounterSet, endpoint: TLSEndpoint?, now: Int64
    ) {
        self.descriptor = descriptor
        self.key = key
        self.client = client
        self.counters = counters
        self.endpoint = endpoint
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

    func send(_ octets: UnsafeBufferPointer<UInt8>) -> SocketResult {
        guard let session else { return unsafe descriptor.send(octets) }
        return unsafe session.send(octets)
    }

    /// Whether the session has told what a socket would tell with the next read: the client sends no more. What came
    /// before that is heard first.
    var isAtEndOfSession: Bool { session?.state == .inputEnded && !input.hasMessage }

    //--- Limits ---

    /// Whether it must wait for its own answers before it is heard again.
    func isPaused(_ configuration: WorkerConfiguration) -> Bool {
        blockedSince != nil || output.count >= configuration.outputHighWater
            || deferred >= configuration.deferredPerConnection
    }

    /// When it is closed unless it makes progress.
    func deadline(_ configuration: WorkerConfiguration) -> Int64 {
        let (start, limit) =
            if isHandshaking {
                (progressedAt, configuration.handshakeTimeout)
            } else if let blockedSince {
                (blockedSince, configuration.writeTimeout)
            } else if deferred > 0 {
                (progressedAt, configuration.deferredTimeout)
            } else {
                (progressedAt, configuration.idleTimeout)
            }
        let sum = start.addingReportingOverflow(max(0, limit))
        return sum.overflow ? .max : sum.partialValue
    }
}
