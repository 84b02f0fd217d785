import DNSCache
import DNSResolution
import DNSTransport
import DNSWire
import Glibc

/// Asks one server for an answer and for all that it takes to validate it, and validates it here.
///
/// The server is asked to check nothing itself (CD), so that it hands over what it would hide from others.
struct Explainer {
    let request: QueryRequest
    let validation: ResolverValidation

    func explain() throws(QueryClient.Failure) -> Explanation {
        let outcome: Outcome
        do throws(SystemFailure) {
            var conversation = try Conversation(resolution(), request)
            outcome = conversation.run()
        } catch {
            throw .system(error, request.server)
        }
        return Explanation(
            question: request.question, server: request.server, anchors: validation.anchors,
            responseCode: outcome.responseCode, answers: outcome.answers, status: outcome.security,
            error: outcome.error, steps: outcome.steps)
    }

    /// Octets: an alias chain with its chains of trust is a small part of it.
    private static let cacheSize = 8 << 20

    private func resolution() -> Resolution {
        var random = RandomSource()
        var limits = Cache.Limits()
        limits.byteCeiling = Self.cacheSize
        let cache = Cache(limits: limits, hashKey: .random(using: &random))
        return Resolution(
            request.question, settings: settings, cache: cache, random: random.fork(),
            cookieKey: .random(using: &random))
    }

    private var settings: ResolverSettings {
        var settings = ResolverSettings()
        settings.routes = [
            ZoneRoute(suffix: .root, servers: [request.server], kind: .forward(fallsBack: false))
        ]
        settings.localNames = LocalNames(builtIn: false)
        // A forged answer shows in its signatures.
        settings.caseRandomisation = false
        // There is nobody else to ask.
        settings.limits.secondOpinions = 0
        settings.validation = validation
        settings.validation?.traces = true
        // Every step is asked for; none is made from another.
        settings.validation?.isAggressive = false
        return settings
    }
}

/// Does what a resolution wants: datagrams over one socket, and each stream, which is rare, in one go.
private struct Conversation: ~Copyable {
    private let resolution: Resolution
    private let request: QueryRequest
    private let deadline: Deadline
    private let socket: QuerySocket
    private var waiting: [Resolution.ExchangeNumber: Waiting] = [:]
    private var outcome: Outcome?

    /// A datagram whose answer may come.
    private struct Waiting {
        /// The first octets of the query and its answer.
        let id: [UInt8]
        /// Nil when that has been said.
        var retry: Deadline?
        let end: Deadline
    }

    init(_ resolution: Resolution, _ request: QueryRequest) throws(SystemFailure) {
        self.resolution = resolution
        self.request = request
        deadline = Deadline(seconds: request.timeout)
        socket = try QuerySocket.connected(to: request.server, isStream: false, deadline: deadline)
    }

    mutating func run() -> Outcome {
        feed(.start)
        while true {
            if let outcome { return outcome }
            guard deadline.milliseconds > 0 else { break }
            do throws(SystemFailure) {
                receive(try socket.receive(65_535, until: nextTime))
            } catch {
                if error.code == ETIMEDOUT { feedTime() } else { feedFailure(error) }
            }
        }
        feed(.deadline)
        return outcome ?? .failure(nil)
    }

    private var nextTime: Deadline {
        waiting.values.reduce(deadline) { min($0, $1.retry ?? $1.end) }
    }

    //--- Events ---

    private mutating func feed(_ first: Resolution.Event) {
        var events = [first]
        // Each action that makes one more event is a query, and these are limited.
        while let event = events.popLast() {
            for action in resolution.handle(event, now: .reading()) {
                switch action {
                case .send(let query):
                    if let event = send(query) { events.append(event) }
                case .cancel(let number): waiting[number] = nil
                case .tryTLS: break
                case .finish(let outcome): self.outcome = outcome
                }
            }
        }
    }

    private mutating func feedTime() {
        for number in waiting.keys.sorted() {
            guard let exchange = waiting[number] else { continue }
            if exchange.end.milliseconds == 0 {
                waiting[number] = nil
                feed(.timedOut(number))
            } else if exchange.retry?.milliseconds == 0 {
                waiting[number]?.retry = nil
                feed(.retryDue(number))
            }
        }
    }

    /// What the host says of one datagram holds for all: they go the same way.
    private mutating func feedFailure(_ failure: SystemFailure) {
        for number in waiting.keys.sorted() where waiting.removeValue(forKey: number) != nil {
            feed(Self.event(failure, number))
        }
    }

    private mutating func receive(_ octets: [UInt8]) {
        guard let number = waiting.first(where: { octets.starts(with: $0.value.id) })?.key else { return }
        feed(.received(number, try? Message(parsing: octets.span)))
        if !resolution.isOpen(number) { waiting[number] = nil }
    }

    private static func event(
        _ failure: SystemFailure, _ number: Resolution.ExchangeNumber
    ) -> Resolution.Event {
        switch failure.code {
        case ETIMEDOUT: .timedOut(number)
        case ENETUNREACH, EHOSTUNREACH: .unreachable(number)
        default: .failed(number)
        }
    }

    //--- Queries ---

    /// Sends a query; what is known of it already is an event.
    private mutating func send(_ query: Resolution.UpstreamQuery) -> Resolution.Event? {
        do throws(SystemFailure) {
            guard !query.isStream, !request.usesTCP else {
                let octets = try askOverStream(query)
                return .received(query.exchange, try? Message(parsing: octets.span))
            }
            try socket.send(query.message)
        } catch {
            return Self.event(error, query.exchange)
        }
        waiting[query.exchange] = Waiting(
            id: Array(query.message.prefix(2)), retry: Deadline(nanoseconds: query.retryAfter),
            end: Deadline(nanoseconds: query.timeout))
        return nil
    }

    private func askOverStream(_ query: Resolution.UpstreamQuery) throws(SystemFailure) -> [UInt8] {
        let limit = min(deadline, Deadline(nanoseconds: query.timeout))
        let stream = try QuerySocket.connected(to: query.server, isStream: true, deadline: limit)
        try stream.sendFramed(query.message)
        return try stream.receiveFramed()
    }
}
