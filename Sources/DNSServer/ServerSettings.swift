import DNSCache
public import DNSResolution
public import DNSWire

/// How clients are served. Immutable while in force; a reload makes a new one.
public struct ServerSettings: Sendable {
    public enum Cookies: Sendable {
        /// The option is ignored.
        case off
        /// Who sends a cookie gets one.
        case on
        /// A query over UDP needs a valid one.
        case required
    }

    public var access = AccessPolicy()
    public var rateLimit: RateLimit?
    public var cookies = Cookies.on
    /// The largest response over UDP, in octets; also what the OPT record offers.
    public var payloadSize = EDNS.defaultPayloadSize
    /// RFC 5001.
    public var nsid: [UInt8]?
    /// `id.server.` and `hostname.bind.` of class CHAOS (RFC 4892); nil is refused.
    public var identity: String?
    /// `version.server.` and `version.bind.`.
    public var version: String?
    /// Whether the addresses of an answer take turns in being first.
    public var rotation = true
    /// Leave out what the client did not ask for.
    public var minimalResponses = true
    public var rebinding: RebindingProtection? = RebindingProtection()
    /// Fetch again what is asked for in the last tenth of its TTL.
    public var prefetch = true
    /// RFC 8767.
    public var serveStale = true
    /// Milliseconds until a client that waits is given a stale answer (RFC 8767 §5, client response timer).
    public var staleAnswerDelay: Int64 = 1800
    /// Seconds, on stale answers (RFC 8767 §4).
    public var staleTTL: UInt32 = 30
    /// Told to clients that ask for RFC 7828 keepalive, in units of 100 ms; as the transport's idle time-out.
    public var keepalive: UInt16 = 100
    /// Clients that wait on one resolution (DNSBomb, CVE-2024-33655).
    public var clientsPerResolution = 1000
    /// Resolutions in flight in one worker; then the oldest of the busiest client goes.
    public var resolutionsPerWorker = 4096
    /// EDNS options read of one query.
    public var ednsOptions = EDNS.maximumOptions
    /// Whether clients can find out which keys of the root are trusted here (RFC 8509).
    public var sentinel = true
    /// Whether zones with a trust anchor are told which of their keys are trusted here (RFC 8145).
    public var signalsAnchors = true
    /// What clients are told of the encrypted transports (RFC 9462); nil: they are told nothing.
    public var designation: DesignatedResolver?
    public var logsQueries = false
    public var resolver = ResolverSettings()

    public init() {}
}

/// Who may ask. The longest prefix that holds the client decides; a client in none is refused.
public struct AccessPolicy: Sendable, Equatable {
    public enum Verdict: Sendable {
        case allow, refuse, drop
    }

    private let ipv4: [Rule<UInt32>]
    private let ipv6: [Rule<UInt128>]

    /// What is done with addresses that are `bits` under `mask`.
    private struct Rule<Bits: FixedWidthInteger & Sendable>: Sendable, Equatable {
        let bits: Bits
        let mask: Bits
        let verdict: Verdict

        init(_ network: IPNetwork, _ verdict: Verdict) {
            bits = Bits(truncatingIfNeeded: network.address.bits)
            // A shift by all bits leaves none of them.
            mask = ~0 << (Bits.bitWidth - network.prefixLength)
            self.verdict = verdict
        }
    }

    /// Without arguments: loopback, private and link-local networks may ask.
    public init(
        allow: [IPNetwork] = IPNetwork.loopbackAndPrivate, refuse: [IPNetwork] = [], drop: [IPNetwork] = []
    ) {
        let rules =
            drop.map { ($0, Verdict.drop) } + refuse.map { ($0, Verdict.refuse) }
            + allow.map { ($0, Verdict.allow) }
        // The longest prefixes first.
        let sorted = rules.sorted { $0.0.prefixLength > $1.0.prefixLength }
        ipv4 = sorted.filter { $0.0.address.family == .ipv4 }.map { Rule($0, $1) }
        ipv6 = sorted.filter { $0.0.address.family == .ipv6 }.map { Rule($0, $1) }
    }

    /// For every packet; hence the rules as they are.
    public func verdict(for client: IPAddress) -> Verdict {
        let client = client.unmapped
        return client.family == .ipv4
            ? Self.verdict(ipv4, UInt32(truncatingIfNeeded: client.bits)) : Self.verdict(ipv6, client.bits)
    }

    private static func verdict<Bits>(_ rules: [Rule<Bits>], _ client: Bits) -> Verdict {
        for rule in rules where client & rule.mask == rule.bits { return rule.verdict }
        return .refuse
    }
}

/// Private addresses in public names let a web page reach into its reader's network; they are taken out.
public struct RebindingProtection: Sendable, Equatable {
    public var networks: [IPNetwork] = IPNetwork.loopbackAndPrivate
    /// Names that may have such addresses, with all below.
    public var allowed: [DomainName] = []

    public init() {}

    /// The answer without forbidden addresses; nil where nothing had to go.
    func filter(_ outcome: Outcome, for qname: DomainName) -> Outcome? {
        guard !outcome.isLocal, let last = outcome.answers.last else { return nil }
        switch last.type {
        case .a, .aaaa, .svcb, .https: break
        default: return nil
        }
        // Nearly all answers are left as they are.
        guard last.rdatas.contains(where: isForbidden) else { return nil }
        let isAllowed = { (name: DomainName) in allowed.contains { name.isSubdomain(of: $0) } }
        guard !isAllowed(last.ownerName), !isAllowed(qname) else { return nil }
        let kept = last.rdatas.filter { !isForbidden($0) }
        var filtered = outcome
        filtered.error = ExtendedError(.filtered, "private address in a public name (rebinding protection)")
        // What is left is not what was signed.
        filtered.security = .insecure
        if kept.isEmpty {
            filtered.answers.removeLast()
        } else {
            filtered.answers[filtered.answers.count - 1].rdatas = kept
            filtered.answers[filtered.answers.count - 1].signatures = []
        }
        return filtered
    }

    private func isForbidden(_ rdata: RData) -> Bool {
        if let address = rdata.address { return networks.contains(address.unmapped) }
        return ServiceParameter.addressHints(of: rdata).contains { networks.contains($0.unmapped) }
    }
}
