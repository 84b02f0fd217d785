import DNSWire

/// One connection to a server. Only state; `UpstreamStreams` acts on it.
final class UpstreamConnection {
    let descriptor: FileDescriptor
    let key: SlotKey
    let server: SocketAddress

    var isConnecting = true
    /// It takes no more queries and is closed with its last exchange.
    var isRetired = false
    var input = StreamInput()
    var output = StreamOutput()
    var interest: Interest = []
    var isTouched = false
    var idleTimer: TimerHandle?
    /// Whether an exchange was answered on it.
    private(set) var hasReplied = false
    /// Messages that nobody waited for.
    private(set) var junk = 0

    /// Who waits for which ID. Nil: the exchange was given up, but its reply may still come, and must not be
    /// taken for that of another query; so the ID is not used again here until it has.
    private var expected: [UInt16: ExchangeID?] = [:]
    /// Exchanges that wait.
    private(set) var liveCount = 0

    init(adopting descriptor: consuming FileDescriptor, key: SlotKey, server: SocketAddress) {
        self.descriptor = descriptor
        self.key = key
        self.server = server
    }

    var liveExchanges: [ExchangeID] { expected.values.compactMap(\.self) }

    func takes(_ id: UInt16, _ configuration: WorkerConfiguration) -> Bool {
        !isRetired && expected.count < configuration.exchangesPerConnection
            && expected[id] == nil
            && output.count + StreamFrame.longestFrame <= configuration.upstreamOutput
    }

    func expect(_ id: UInt16, for exchange: ExchangeID) {
        expected[id] = .some(exchange)
        liveCount += 1
    }

    func stopExpecting(_ id: UInt16, isReplyOutstanding: Bool) {
        guard let known = expected[id], known != nil else { return }
        expected[id] = isReplyOutstanding ? .some(nil) : nil
        liveCount -= 1
    }

    /// The exchange that waits for a message with this ID.
    func take(_ message: Span<UInt8>) -> ExchangeID? {
        let id = Self.id(of: message)
        if message.count >= 2, let known = expected[id] {
            hasReplied = true
            if let exchange = known { return exchange }
            expected[id] = nil
        } else {
            junk += 1
        }
        return nil
    }

    /// The ID of a message (RFC 1035 §4.1.1); 0 when it is too short to have one.
    static func id(of message: Span<UInt8>) -> UInt16 {
        message.count >= 2 ? UInt16(message[0]) << 8 | UInt16(message[1]) : 0
    }
}
