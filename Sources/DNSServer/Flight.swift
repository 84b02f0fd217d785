import DNSCache
import DNSResolution
import DNSTransport
import DNSWire
import DNSZones

/// One resolution under way and the clients that wait on it. Identical questions share one.
final class Flight {
    let id: UInt64
    let key: FlightKey
    let resolution: Resolution
    /// Who asked first; nil for a prefetch.
    let initiator: IPAddress?
    /// Monotonic nanoseconds.
    let startedAt: Int64
    var clients: [WaitingQuery] = []
    /// Parts of the house that wait, too.
    var observers: [(Outcome) -> Void] = []
    /// What clients have asked for; each needs a finished answer of its own.
    var variants: AnswerVariants
    var end: FlightEnd?

    init(
        id: UInt64, key: FlightKey, variant: AnswerVariant, resolution: Resolution, initiator: IPAddress?,
        startedAt: Int64
    ) {
        self.id = id
        self.key = key
        variants = AnswerVariants(variant)
        self.resolution = resolution
        self.initiator = initiator
        self.startedAt = startedAt
    }
}

/// What makes two queries wait on the same resolution.
struct FlightKey: Hashable {
    let question: Question
    /// Who asks without validation is not told the result of one, nor the other way round (RFC 4035 §3.2.2).
    let isCheckingDisabled: Bool

    init(_ question: Question, _ variant: AnswerVariant) {
        self.question = question
        isCheckingDisabled = variant.contains(.checkingDisabled)
    }
}

/// How a flight ended.
final class FlightEnd {
    let result: FlightResult
    /// For those whose answer is only partly in it.
    let outcome: Outcome

    init(result: FlightResult, outcome: Outcome) {
        self.result = result
        self.outcome = outcome
    }
}

/// What the clients of a flight are told.
enum FlightResult {
    /// One answer for each variant that was asked for, which are few.
    case answers([(variant: AnswerVariant, answer: FinishedAnswer)], ExtendedError?)
    /// The rest is in a zone that is held here: each client is told what that zone says when he is told.
    case continued(Outcome)
    case failure(ResponseCode, ExtendedError?)
}

/// A client's query, kept until there is an answer.
struct WaitingQuery {
    let client: Client
    let packet: [UInt8]
    let view: QueryView
    /// Signs the response, where the request was signed.
    var session: TransactionSession?
    /// How the question came here through zones that are held here; nil where it did not.
    var chain: AliasChain?
}

/// The numbers by which a worker knows exchanges and timers. The two highest bits tell whose they are; those of flights are the
/// flight's number, and within it the exchange's.
///
/// Exchange numbers start at 1, so the ends of their range are free for timers of another kind.
enum FlightToken {
    /// Timers that all flights share.
    static let deadlines = make(1, 0)
    static let staleAnswers = make(1, .max)

    enum Owner {
        case flight
        case trial
        /// An update that was passed on to a primary.
        case forwardedUpdate
        case zoneTraffic
    }

    /// Flights are counted from 1; this is for trials of TLS.
    private static let trials: UInt64 = 0
    private static let forwardedUpdates: UInt64 = 1 << 62
    private static let zoneTraffic: UInt64 = 1 << 63

    static func owner(of token: UInt64) -> Owner {
        if token & zoneTraffic != 0 { return .zoneTraffic }
        if token & forwardedUpdates != 0 { return .forwardedUpdate }
        return flight(token) == trials ? .trial : .flight
    }

    static func trial(_ number: UInt16) -> UInt64 { make(trials, number) }
    static func forwardedUpdate(_ number: UInt64) -> UInt64 { forwardedUpdates | number }
    static func forwardedUpdateNumber(_ token: UInt64) -> UInt64 { token & ~forwardedUpdates }
    static func zoneTraffic(_ number: UInt64) -> UInt64 { zoneTraffic | number }
    static func make(_ flight: UInt64, _ number: UInt16) -> UInt64 { flight << 16 | UInt64(number) }
    static func flight(_ token: UInt64) -> UInt64 { token >> 16 }
    static func number(_ token: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: token) }
}
