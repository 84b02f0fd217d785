import DNSWire

/// A scenario file as plain values: a small internet and what happens in it.
struct Scenario {
    var title: String
    var header: ScenarioHeader
    var ranges: [ScenarioRange]
    /// By rising id; never empty.
    var steps: [ScenarioStep]
}

/// Whose `.rpl` it is. The words are the same; what some of them mean is not.
enum Dialect: String, Sendable {
    /// unbound's testbound, and Homing's own files.
    case testbound
    /// CZ.NIC's Deckard.
    case deckard
}

/// What servers say while the scenario is between two steps.
struct ScenarioRange {
    var line: Int
    var steps: ClosedRange<Int>
    /// Empty: any address.
    var addresses: [IPAddress]
    var entries: [Entry]
}

struct ScenarioStep {
    var line: Int
    var id: Int
    var action: StepAction
}

enum StepAction {
    case query(Entry, from: IPAddress)
    case checkAnswer(Entry)
    /// Homing's own: no client was answered since the last check.
    case checkNoAnswer
    /// The address is where the query must be going; nil is anywhere.
    case checkOutQuery(Entry, to: IPAddress?)
    /// Homing's own: how many queries have been sent.
    case countOutQueries(OutQueryCount)
    /// The newest open query is answered so, is lost, or cannot be sent.
    case reply(Entry)
    case timeout
    case error
    case timePasses(seconds: Double)
    /// A place where answers may arrive before the next step is looked at.
    case pause
    /// A word of the format that only makes sense inside of another resolver.
    case unsupported(String)

    var name: String {
        switch self {
        case .query: "QUERY"
        case .checkAnswer: "CHECK_ANSWER"
        case .checkNoAnswer: "CHECK_NO_ANSWER"
        case .checkOutQuery: "CHECK_OUT_QUERY"
        case .countOutQueries: "COUNT_OUT_QUERIES"
        case .reply: "REPLY"
        case .timeout: "TIMEOUT"
        case .error: "ERROR"
        case .timePasses: "TIME_PASSES"
        case .pause: "NOTHING"
        case .unsupported(let word): word
        }
    }
}

/// `COUNT_OUT_QUERIES <= 20 SINCE 10 TO 192.0.2.1`
struct OutQueryCount {
    enum Comparison: String {
        case equal = "="
        case atMost = "<="
        case atLeast = ">="
    }

    var comparison: Comparison
    var number: Int
    /// Only queries sent while this step was carried out, or later.
    var since: Int?
    var destination: IPAddress?
    /// What a query must match to be counted.
    var entry: Entry?

    func holds(for count: Int) -> Bool {
        switch comparison {
        case .equal: count == number
        case .atMost: count <= number
        case .atLeast: count >= number
        }
    }
}
