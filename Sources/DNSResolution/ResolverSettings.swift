public import DNSCache
public import DNSCrypto
public import DNSValidation
public import DNSWire

/// How names are resolved. Immutable while in force; a reload makes a new one.
public struct ResolverSettings: Sendable {
    /// RFC 9156.
    public enum Minimisation: String, Sendable, CaseIterable {
        /// A name that a server denies is denied, even if it is only a part of the one asked for.
        case strict
        /// Where a server errs about a part of the name, it is asked for the whole.
        case relaxed
        case off
    }

    /// The names and addresses of the root's servers to begin with.
    public var rootHints: [Delegation.NameServer] = RootHints.builtIn
    /// Ask the root's servers for themselves first (RFC 8109).
    public var priming = true
    public var minimisation = Minimisation.relaxed
    /// Random letter case in questions (draft-vixie-dnsext-dns0x20), so that a forger has more to guess.
    public var caseRandomisation = true
    /// Whether authoritative servers that take queries over TLS are asked so, without knowing who they are (RFC 9539).
    public var opportunisticTLS = false
    /// DNS cookies towards servers (RFC 7873).
    public var cookies = true
    /// The UDP payload offered to servers.
    public var payloadSize = EDNS.defaultPayloadSize
    public var usesIPv4 = true
    public var usesIPv6 = true
    /// Addresses that are never asked, whoever names them as a server's, save a zone that is held here.
    public var neverAsked: [IPNetwork] = IPNetwork.loopbackAndPrivate
    /// Suffixes with servers of their own; the longest suffix counts.
    public var routes: [ZoneRoute] = []
    /// Names that are answered here and never sent out.
    public var localNames = LocalNames()
    /// Zones that are held here; looked at when the cache has no finished answer. They come before `localNames`, and before
    /// all that the tree says.
    public var heldZones: (any HeldZones)?
    public var limits = ResolutionLimits()
    /// Nil: nothing is validated.
    public var validation: ResolverValidation?

    public init() {}

    /// The route of the longest suffix that `name` is in.
    func route(for name: DomainName) -> ZoneRoute? {
        guard !routes.isEmpty else { return nil }
        return routes.filter { name.isSubdomain(of: $0.suffix) }.max {
            $0.suffix.labelCount < $1.suffix.labelCount
        }
    }
}

/// How answers are validated.
public struct ResolverValidation: Sendable {
    public var anchors: TrustAnchorSet
    public var settings = ValidationSettings()
    public var verifier: any SignatureVerifier
    /// Seconds that a bogus answer is remembered, at most.
    public var bogusTTL: UInt32 = 60
    /// Whether denials and expansions of wildcards are made from what was validated before (RFC 8198).
    public var isAggressive = true
    /// Every step is written down, for a person to read.
    public var traces = false

    public init(anchors: TrustAnchorSet, verifier: any SignatureVerifier) {
        self.anchors = anchors
        self.verifier = verifier
    }
}

/// A suffix of the name space that is asked of given servers.
public struct ZoneRoute: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The servers resolve for us (RD is set). When none answers: recursion, or failure.
        case forward(fallsBack: Bool)
        /// The servers hold the zone (RD is clear); delegations below it are followed.
        case stub
    }

    /// One address of a server, and how it is asked.
    public enum Server: Sendable, Hashable {
        /// Over UDP, and TCP where that is not enough.
        case plain(SocketAddress)
        /// Over TLS or HTTPS and never otherwise, whatever comes of it.
        case encrypted(EncryptedServer)

        var address: SocketAddress {
            switch self {
            case .plain(let address): address
            case .encrypted(let server): server.address
            }
        }
    }

    public var suffix: DomainName
    /// Each at an address of its own: of several at one address and port the first counts.
    public var servers: [Server]
    public var kind: Kind

    public init(suffix: DomainName, servers: [Server], kind: Kind) {
        self.suffix = suffix
        self.servers = servers
        self.kind = kind
    }

    public init(suffix: DomainName, servers: [SocketAddress], kind: Kind) {
        self.init(suffix: suffix, servers: servers.map(Server.plain), kind: kind)
    }

    var isForward: Bool { kind != .stub }
}

/// Bounds on what one resolution may cost. Each default says which attack or RFC it is for.
public struct ResolutionLimits: Sendable, Equatable {
    /// Upstream queries for one client query, restarts and children included (CAMP, unchained: CVE-2026-50045).
    public var upstreamQueries = 100
    /// CNAME and DNAME steps (CVE-2026-0398).
    public var aliasChain = 11
    /// Addresses looked up for one delegation without glue (NXNS, CVE-2020-8616).
    public var addressLookupsPerDelegation = 6
    /// Address lookups for one client query.
    public var addressLookups = 20
    /// NS names kept for one delegation: as many as the root has.
    public var nameServersPerDelegation = Delegation.maximumNameServers
    /// Addresses kept for one NS name.
    public var addressesPerNameServer = Delegation.maximumAddressesPerName
    /// Lookups that wait on lookups: deep enough for honest glueless chains, too shallow for a maze.
    public var depth = 8
    /// Queries to one server for one question before it is given up.
    public var triesPerServer = 5
    /// The same for a server that has been dead of late, or that was silent about a part of the name before.
    public var triesPerSilentServer = 2
    /// Queries for one question to one zone's servers.
    public var triesPerZone = 16
    /// Minimised questions for one name (RFC 9156 §2.3, MAX_MINIMISE_COUNT).
    public var minimisedQuestions = 10
    /// Of these, so many add one label each (MINIMISE_ONE_LAB).
    public var minimisedOneLabel = 4
    /// NSEC and NSEC3 RRsets read from one response: the largest honest proof has four, with its alias chain a few more
    /// (negative padding, CVE-2023-50868).
    public var proofsPerResponse = 16
    /// Other servers asked when one gave bogus data, for each piece of it: most zones have up to four, and half of them
    /// may be out of order.
    public var secondOpinions = 4
    /// Milliseconds that one resolution may take.
    public var deadline: Int64 = 10_000
    /// Seconds that a failure is remembered (RFC 9520 §3.2: 1 s to 5 min).
    public var failureTTL: UInt32 = 5

    public init() {}
}

extension IPNetwork {
    /// Loopback, private, link-local and unspecified: where no public name server is.
    public static let loopbackAndPrivate: [IPNetwork] = [
        "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "::/128", "::1/128", "fc00::/7", "fe80::/10",
    ].compactMap { IPNetwork($0) }
}
