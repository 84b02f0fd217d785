public import DNSWire

/// Everything that an operator can choose, as plain values. `Configuration()` is what an empty file means.
///
/// The defaults stand in these structs and nowhere else; how each value is spelled, described and bounded in
/// the file stands in `ConfigurationSchema`, a table that binds each key to its property here.
public struct Configuration: Sendable, Equatable {
    /// Where clients are listened to.
    public var listen = Listen()
    /// How this resolver proves who it is.
    public var tls = TLS()
    /// DNS over HTTPS.
    public var https = HTTPS()
    /// How clients learn that they can be encrypted.
    public var discovery = Discovery()
    /// How other servers are asked.
    public var upstream = Upstream()
    /// How names are found.
    public var resolution = Resolution()
    /// What is validated, and what is believed without being told.
    public var dnssec = DNSSEC()
    /// What is remembered, and for how long.
    public var cache = Cache()
    /// What answers to clients look like.
    public var answers = Answers()
    /// Names of the outside that point to the inside.
    public var rebindingProtection = RebindingProtection()
    /// Names that are answered here by convention.
    public var specialNames = SpecialNames()
    /// Local names with their addresses, in the order of the file. Each also answers the PTR question of its
    /// addresses; the first name with an address is that PTR. Default: none.
    public var hosts: [Host] = []
    /// Suffixes whose questions go, recursion desired, to other resolvers. Default: none.
    public var forwardZones: [ForwardZone] = []
    /// Suffixes that are iterated from servers named here instead of those that the parent names. Default:
    /// none.
    public var stubZones: [StubZone] = []
    /// The keys that transactions are signed with, beside those that commands make. Default: none.
    public var keys: [ConfiguredKey] = []
    /// The zones that are held here, beside those that commands and catalogs make. Default: `ConfiguredZone.builtIn`.
    public var zones = ConfiguredZone.builtIn
    /// How zones are treated that commands and catalogs make.
    public var zoneDefaults = ZoneOptions()
    /// Who may ask.
    public var access = Access()
    /// How often one client network may be answered.
    public var rateLimit = RateLimit()
    /// What one query, one answer and one client may cost.
    public var limits = Limits()
    /// The running process.
    public var process = Process()
    /// What is logged.
    public var log = Log()

    public init() {}
}

/// A local name with its addresses.
public struct Host: Sendable, Equatable {
    public var name: DomainName
    /// At least one.
    public var addresses: [IPAddress]

    public init(name: DomainName, addresses: [IPAddress]) {
        self.name = name
        self.addresses = addresses
    }
}

/// A stub zone: a suffix, and the servers to ask, over plain DNS, for what is below it.
public struct StubZone: Sendable, Equatable {
    /// The zone's name; `.` means every name. The longest suffix that fits a name decides.
    public var suffix: DomainName
    /// At least one. A server named here may be private or loopback: `upstream.neverAsk` does not apply to
    /// it.
    public var servers: [SocketAddress]
    /// Whether a name is resolved from the root when none of the servers answers; otherwise the client gets
    /// SERVFAIL, and nothing of the name leaves for other servers. Default: no.
    public var fallbackToRecursion: Bool

    public init(suffix: DomainName, servers: [SocketAddress], fallbackToRecursion: Bool = false) {
        self.suffix = suffix
        self.servers = servers
        self.fallbackToRecursion = fallbackToRecursion
    }
}
