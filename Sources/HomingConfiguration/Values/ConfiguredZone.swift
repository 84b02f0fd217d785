public import DNSWire
public import DNSZones

/// A zone that is held here.
public struct ConfiguredZone: Sendable, Equatable {
    public var name: DomainName
    /// The master file that it begins with; an absolute path. Default: none, it begins with SOA and NS records alone.
    public var file: String?
    /// Whom it is transferred from, in the order in which they are asked. Default: none, it is at home here.
    public var primaries: [ConfiguredPrimary] = []
    /// Default: none, it is no catalog zone (RFC 9432).
    public var catalog: ConfiguredCatalog?
    public var options = ZoneOptions()

    public init(name: DomainName) { self.name = name }

    /// Whether its data comes from elsewhere.
    public var isSecondary: Bool { !primaries.isEmpty }
}

/// What can be chosen for any zone, however it came to be here.
public struct ZoneOptions: Sendable, Equatable {
    /// The servers in the NS records of a zone that begins without a file; the first is the primary that its SOA names.
    /// Default: none, `localhost.` stands for whoever was asked.
    public var nameServers: [DomainName] = []
    /// How the serial moves on with a change. Default: increment.
    public var serial = SerialPolicy.increment
    /// Who may change what; the first rule that fits decides. Default: none, nobody may.
    public var updatePolicy: [UpdateRule] = []
    /// Who may ask for its names, beside the clients that may use recursion. Default: nobody else.
    public var queryNetworks: [IPNetwork] = []
    /// Who may have all of it. Default: nobody.
    public var transfer = ZoneTransferAccess()
    /// Who is told of changes (RFC 1996). Default: nobody.
    public var notify: [NotifyTarget] = []
    /// Whether a secondary zone passes updates on to its primary. Default: no.
    public var forwardUpdates = false
    /// How many changes are remembered, for who follows them with IXFR.
    public var journal = JournalBounds()
    /// What clients may have of what they ask for (RFC 9664).
    public var lease = LeaseLengths()

    public init() {}
}

/// Who may have all of a zone (RFC 5936 §5): a signer or a client; either is enough.
public struct ZoneTransferAccess: Sendable, Equatable {
    /// Default: none.
    public var keys: [DomainName] = []
    /// Default: none.
    public var networks: [IPNetwork] = []
    /// Whether only TLS will do (RFC 9103). Default: no.
    public var requireTLS = false

    public init() {}
}

/// How much of a zone's past is kept. What is over either bound goes, oldest first.
public struct JournalBounds: Sendable, Equatable {
    /// In octets, 64 KiB to 16 GiB. Default: 16 MiB.
    public var size = 16 << 20
    /// 1 min to 10 years. Default: 30 d.
    public var age = Duration.seconds(30 * 86_400)

    public init() {}
}

/// How long leases of records last (RFC 9664 §8).
public struct LeaseLengths: Sendable, Equatable {
    /// Shorter ones are made as long as this; 30 s to 1 d. Default: 30 s.
    public var minimum = Duration.seconds(30)
    /// Longer ones are made as short as this; 30 s to 1 year. Default: 1 d.
    public var maximum = Duration.seconds(86_400)
    /// The same for KEY records; 30 s to 1 year. Default: 7 d.
    public var keyMaximum = Duration.seconds(7 * 86_400)

    public init() {}
}

/// A server that a zone is transferred from.
public struct ConfiguredPrimary: Sendable, Hashable {
    /// Over TCP, or over TLS (RFC 9103).
    public var server: UpstreamServer
    /// What requests are signed with. Default: none.
    public var key: DomainName?

    public init(_ server: UpstreamServer, key: DomainName? = nil) {
        self.server = server
        self.key = key
    }
}

/// What a zone is as a catalog of zones (RFC 9432).
public struct ConfiguredCatalog: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// It is made here, of zones that are at home here.
        case producer
        /// It comes from elsewhere, and the zones that it lists are held here as secondary zones.
        case consumer
    }

    public var kind: Kind
    /// Producer: the zones that it lists. Default: none, all that are at home here.
    public var zones: [DomainName] = []
    /// Consumer: whom the listed zones come from. Default: none, who the catalog comes from.
    public var primaries: [ConfiguredPrimary] = []
    /// Consumer: how the listed zones are treated. Default: nil, by `zone-defaults`.
    public var members: ZoneOptions?

    public init(_ kind: Kind) { self.kind = kind }
}
