import DNSWire

/// One connection that a client made. Only state; `StreamServer` acts on it.
final class StreamConnection {
    let descriptor: FileDescriptor
    let key: SlotKey
    let client: Client

    var input = StreamInput()
    var output = StreamOutput()
    /// Queries that the service deferred and has not replied to.
    var deferred = 0
    /// The client sent its last query (RFC 7766 §6.2.4), or is not listened to any more. What it is owed
    /// still goes out.
    var inputEnded = false

    /// When the last whole query came or the last response was written; nanoseconds of the monotonic clock. A
    /// client that sends or reads an octet now and then does not move it.
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

    init(adopting descriptor: consuming FileDescriptor, key: SlotKey, client: Client, now: Int64) {
        self.descriptor = descriptor
        self.key = key
        self.client = client
        progressedAt = now
    }

    /// Whether it must wait for its own answers before it is heard again.
    func isPaused(_ configuration: WorkerConfiguration) -> Bool {
        blockedSince != nil || output.count >= configuration.outputHighWater
            || deferred >= configuration.deferredPerConnection
    }

    /// When it is closed unless it makes progress.
    func deadline(_ configuration: WorkerConfiguration) -> Int64 {
        let (start, limit) =
            if let blockedSince {
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
