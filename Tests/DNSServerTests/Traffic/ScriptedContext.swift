import DNSTransport
import DNSWire

/// A worker's world without sockets: what the service sends lies here until a test answers it, and time moves when a test says.
final class ScriptedContext: WorkerContext {
    struct Sent {
        let exchange: ExchangeID
        let octets: [UInt8]
        let message: Message
        let server: SocketAddress
        let transport: UpstreamTransport
        /// Nanoseconds of the monotonic clock.
        let deadline: Int64
        let isAlone: Bool

        var question: Question? { message.questions.first }
    }

    private(set) var now = Moment(monotonic: 5_000_000_000_000, uptime: 9_000_000, wall: 1_750_000_000)
    /// What has no end yet, the oldest first.
    private(set) var open: [Sent] = []
    /// Everything that was ever sent.
    private(set) var sentCount = 0
    private var timers: [(token: UInt64, at: Int64)] = []
    private(set) var cancelled: [ExchangeID] = []
    private(set) var resumed: [ExchangeID] = []
    private(set) var replies: [(octets: [UInt8], client: Client)] = []
    private(set) var abandoned: [Client] = []

    // --- WorkerContext ---

    func send(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        keep(exchange, message, server, transport, timeout, isAlone: false)
    }

    func sendAlone(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        precondition(transport != .udp)
        keep(exchange, message, server, transport, timeout, isAlone: true)
    }

    private func keep(
        _ exchange: ExchangeID, _ octets: [UInt8], _ server: SocketAddress, _ transport: UpstreamTransport,
        _ timeout: Int64, isAlone: Bool
    ) {
        precondition(!open.contains { $0.exchange == exchange })
        guard let message = try? Message(parsing: octets.span) else { preconditionFailure("malformed") }
        sentCount += 1
        open.append(
            Sent(
                exchange: exchange, octets: octets, message: message, server: server, transport: transport,
                deadline: now.monotonic + timeout, isAlone: isAlone))
    }

    func cancel(_ exchange: ExchangeID) {
        guard open.contains(where: { $0.exchange == exchange }) else { return }
        close(exchange)
        cancelled.append(exchange)
    }

    func resume(_ exchange: ExchangeID, within timeout: Int64) { resumed.append(exchange) }

    func schedule(_ token: UInt64, at monotonic: Int64) { timers.append((token, monotonic)) }

    func reply(_ message: Span<UInt8>, to client: Client) {
        replies.append(((try? message.octets(0..<message.count)) ?? [], client))
    }

    func abandon(_ client: Client) { abandoned.append(client) }

    // --- The test ---

    func close(_ exchange: ExchangeID) { open.removeAll { $0.exchange == exchange } }

    /// The first timer, or end of an exchange, that is due by `time`; the clocks are moved to it.
    func takeDue(by time: Int64) -> Due? {
        let timer = timers.indices.min { timers[$0].at < timers[$1].at }
        let exchange = open.min { $0.deadline < $1.deadline }
        let timerTime = timer.map { timers[$0].at } ?? .max
        let exchangeTime = exchange?.deadline ?? .max
        guard min(timerTime, exchangeTime) <= time else { return nil }
        move(to: max(now.monotonic, min(timerTime, exchangeTime)))
        if let timer, timerTime <= exchangeTime { return .timer(timers.remove(at: timer).token) }
        guard let exchange else { return nil }
        close(exchange.exchange)
        return .timeout(exchange.exchange)
    }

    enum Due {
        case timer(UInt64)
        case timeout(ExchangeID)
    }

    var timerCount: Int { timers.count }

    func move(to monotonic: Int64) {
        let passed = monotonic - now.monotonic
        now.monotonic += passed
        now.uptime += passed / 1_000_000
        now.wall = 1_750_000_000 + (now.monotonic - 5_000_000_000_000) / 1_000_000_000
    }

    func takeReply() -> Message? {
        guard !replies.isEmpty else { return nil }
        let octets = replies.removeFirst().octets
        return try? Message(parsing: octets.span)
    }
}
