import DNSTransport
import DNSWire

/// The world of a service under test: nothing is sent anywhere, no clock runs; a script decides what happens
/// next.
final class ScriptedWorker: WorkerContext {
    /// A query that the service has sent and that has not ended.
    struct OpenQuery {
        var exchange: ExchangeID
        var server: SocketAddress
        var transport: UpstreamTransport
        var bytes: [UInt8]
        var message: Message
        /// When the service was promised an end, in nanoseconds of the monotonic clock.
        var deadline: Int64
        /// Entries whose reply the service did not take for this query; each is tried once.
        var spentEntries: Set<Int> = []

        var packet: SeenPacket { SeenPacket(message: message, isOverTCP: transport == .tcp) }
    }

    /// A query that the service has sent, ended or not.
    struct SentQuery {
        var step: Int
        var server: SocketAddress
        var packet: SeenPacket
    }

    struct Timer {
        var token: UInt64
        var at: Int64
    }

    struct Answer {
        var bytes: [UInt8]
        var client: Client
    }

    private(set) var now: Moment
    private let start: Moment
    /// Oldest first.
    private(set) var openQueries: [OpenQuery] = []
    private(set) var sentQueries: [SentQuery] = []
    private(set) var timers: [Timer] = []
    /// Answers that no step has looked at.
    var answers: [Answer] = []
    /// The step that is being carried out, for the record.
    var currentStep = 0
    private(set) var transcript = Transcript()
    /// Clients that were promised exactly one `reply` or `abandon`.
    private var waiting: Set<Client> = []
    /// What the service did that no service may do.
    private(set) var faults: [String] = []

    init(start: Moment) {
        self.start = start
        now = start
    }

    // --- What the service asks for ---

    func send(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        guard let parsed = try? Message(parsing: message.span) else {
            faults.append("a query to \(server) is malformed: \(message)")
            return
        }
        if openQueries.contains(where: { $0.exchange == exchange }) {
            faults.append("exchange \(exchange) is used twice")
        }
        if timeout <= 0 { faults.append("a query to \(server) has no time") }
        let query = OpenQuery(
            exchange: exchange, server: server, transport: transport, bytes: message, message: parsed,
            deadline: now.monotonic + timeout)
        openQueries.append(query)
        sentQueries.append(SentQuery(step: currentStep, server: server, packet: query.packet))
        note("-> \(server.address)\(transport == .tcp ? " tcp" : "") \(parsed.questionText)")
    }

    func cancel(_ exchange: ExchangeID) {
        guard let index = openQueries.firstIndex(where: { $0.exchange == exchange }) else { return }
        let query = openQueries.remove(at: index)
        note("   \(query.server.address) \(query.message.questionText): given up")
    }

    func schedule(_ token: UInt64, at monotonic: Int64) {
        timers.append(Timer(token: token, at: monotonic))
    }

    func reply(_ message: Span<UInt8>, to client: Client) {
        var bytes: [UInt8] = []
        for index in 0..<message.count { bytes.append(message[index]) }
        settle(client)
        take(answer: bytes, for: client)
    }

    func abandon(_ client: Client) {
        settle(client)
        note("=> client \(client.peer.address) gets no answer")
    }

    private func settle(_ client: Client) {
        if waiting.remove(client) == nil {
            faults.append("client \(client.peer) is answered, and does not wait")
        }
    }

    // --- What the script does ---

    func expectAnswer(for client: Client) { waiting.insert(client) }

    func take(answer bytes: [UInt8], for client: Client) {
        answers.append(Answer(bytes: bytes, client: client))
        let text = (try? Message(parsing: bytes.span))?.summary ?? "malformed answer"
        note("=> client \(client.peer.address): \(text)")
    }

    /// The query leaves the list; the service is to be told why.
    func end(_ exchange: ExchangeID) {
        openQueries.removeAll { $0.exchange == exchange }
    }

    func markSpent(_ entry: Int, for exchange: ExchangeID) {
        guard let index = openQueries.firstIndex(where: { $0.exchange == exchange }) else { return }
        openQueries[index].spentEntries.insert(entry)
    }

    /// The earliest timer at or before `limit`, removed.
    func popTimer(until limit: Int64) -> Timer? {
        guard let first = timers.min(by: { $0.at < $1.at }), first.at <= limit else { return nil }
        if let index = timers.firstIndex(where: { $0.token == first.token && $0.at == first.at }) {
            timers.remove(at: index)
        }
        return first
    }

    func setClock(monotonic: Int64) {
        now = start.advanced(bySeconds: Double(monotonic - start.monotonic) / 1e9)
        now.monotonic = monotonic
    }

    func note(_ text: String) {
        let seconds = Double(now.monotonic - start.monotonic) / 1e9
        transcript.append("\(Int(seconds)).\(Int(seconds * 10) % 10)s step \(currentStep) \(text)")
    }
}

/// What happened, for whoever has to understand a failure.
struct Transcript: CustomStringConvertible {
    private var lines: [String] = []
    private var dropped = 0
    private static let limit = 400

    mutating func append(_ line: String) {
        if lines.count < Self.limit { lines.append(line) } else { dropped += 1 }
    }

    var description: String {
        let rest = dropped > 0 ? "\n    ... and \(dropped) lines more" : ""
        return lines.map { "    \($0)" }.joined(separator: "\n") + rest
    }
}

extension Message {
    var questionText: String {
        questions.map { "\($0.qname) \($0.qclass) \($0.qtype)" }.joined(separator: ", ")
    }

    /// One line: what was asked, how it ended, how many records.
    var summary: String {
        "\(questionText) \(responseCode) [\(FlagText(header.flags))] "
            + "\(answers.count)/\(authorities.count)/\(additionals.count)"
    }
}
