public import DNSWire
public import DNSZones

/// All that is to be done in one run.
public struct LoadPlan: Sendable {
    public var server: SocketAddress
    public var transport = LoadTransport.udp
    public var pace = Pace.closed(inFlight: 200)
    public var connections = 16
    /// A connection ends after so many queries and another takes its place; nil: it stays.
    public var queriesPerConnection: Int?
    public var encryption = EncryptionOptions()
    public var work: Work
    public var threads = 1
    /// Seconds in which queries are sent; answers are waited for a little longer.
    public var duration: Double = 10
    /// Seconds after which a query counts as lost.
    public var timeout: Double = 5
    /// Of everything that is drawn; two runs with one seed ask the same.
    public var seed: UInt64 = 1
    /// The server's process, whose processor time is told.
    public var serverProcess: Int32?

    public init(server: SocketAddress, work: Work) {
        self.server = server
        self.work = work
    }

    /// What is asked for.
    public enum Work: Sendable {
        case queries(QueryWork)
        case updates(UpdateWork)
    }
}

/// Which questions are asked.
public struct QueryWork: Sendable {
    public var questions: [Question]
    /// The exponent of Zipf's law by which questions are drawn, the first the most often; nil: one after the other.
    public var zipf: Double?
    /// Of all queries, this part (0 to 1) is for names that nobody has asked for before.
    public var missShare: Double = 0
    /// What these names end in.
    public var missSuffix = DomainName.root
    public var options = QueryOptions()

    public init(questions: [Question]) { self.questions = questions }
}

/// What all queries have in common.
public struct QueryOptions: Sendable, Hashable {
    public var recursionDesired = true
    public var usesEDNS = false
    /// The DO bit (RFC 3225), which needs EDNS.
    public var dnssecOK = false

    public init() {}
}

/// Which updates are sent (RFC 2136): each gives one of `hostCount` names in turn another address.
public struct UpdateWork: Sendable {
    public var zone: DomainName
    /// Signs them; nil: they are unsigned.
    public var key: TransactionKey?
    public var hostCount: Int

    public init(zone: DomainName, key: TransactionKey?, hostCount: Int) {
        self.zone = zone
        self.key = key
        self.hostCount = hostCount
    }
}

/// What is said to servers over TLS. Their certificates are not looked at: this measures, and keeps no secrets.
public struct EncryptionOptions: Sendable, Hashable {
    /// The server's name; nil: its address.
    public var name: String?
    /// Of DNS over HTTPS, absolute.
    public var path = "/dns-query"
    /// Whether each connection after the first resumes the session of one before.
    public var resumes = false

    public init() {}
}

/// The most that a run is given.
public enum LoadLimits {
    /// Queries under way in one thread. A message has an ID of sixteen bits; a tenth of them stays free, so that one can be
    /// found at once.
    public static let inFlight = 59_000
    public static let threads = 64
    public static let connections = 100_000
    /// Questions, each composed beforehand: 1 GiB of long ones.
    public static let questions = 10_000_000
    /// A day.
    public static let duration: Double = 86_400
    public static let timeout: Double = 60
    /// Queries a second: ten times what one machine answers.
    public static let rate: Double = 10_000_000
}
