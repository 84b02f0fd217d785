public import DNSWire

/// What is known of one server address: how fast it answers and what it understands.
public struct ServerHealth: Sendable, Equatable {
    public enum EDNSSupport: UInt8, Sendable {
        case unknown, supported
        /// It answered only when asked without EDNS.
        case unsupported
    }

    /// Nanoseconds (RFC 6298 §2); 0 until the first answer.
    public private(set) var smoothedRTT: Int64 = 0
    public private(set) var variation: Int64 = 0
    /// Time-outs since the last answer.
    public private(set) var consecutiveTimeouts = 0
    /// Monotonic nanoseconds until which it is only asked when nothing else is left.
    public private(set) var avoidUntil: Int64 = 0
    public private(set) var edns = EDNSSupport.unknown
    /// Monotonic nanoseconds: when `edns` was found out.
    private var ednsSince: Int64 = 0
    /// Its server cookie (RFC 7873 §5.3), 8 to 32 octets.
    public var serverCookie: [UInt8] = []
    /// It does not repeat the letters' case of the question, so 0x20 is no use with it.
    public var foldsCase = false
    public var tls = TLSSupport()
    /// Monotonic nanoseconds: until when nothing more is said of it in the log.
    private var reportedUntil: Int64 = .min
    /// Zones for which it turned out not to be a server (RFC 1912 §2.8), and until when (monotonic nanoseconds).
    private var lameZones: [(zone: DomainName, until: Int64)] = []

    public static let nanosecondsPerMillisecond: Int64 = 1_000_000
    /// An unknown server may be a continent away, and a lost packet must not cost seconds.
    public static let initialTimeout = 300 * nanosecondsPerMillisecond
    /// Below this, a busy peer looks like a lost packet.
    public static let minimumTimeout = 50 * nanosecondsPerMillisecond
    /// A later answer is still taken, so there is no use in waiting longer before the next try.
    public static let maximumTimeout = 1200 * nanosecondsPerMillisecond
    /// So many time-outs in a row make a server dead for a while.
    public static let deadAfterTimeouts = 5
    /// The longest that a dead server is avoided; RFC 9520 §3.2 allows five minutes for failures.
    public static let maximumAvoidance = 300_000 * nanosecondsPerMillisecond
    /// So long a server without a route is avoided.
    static let routeRetry = 60_000 * nanosecondsPerMillisecond
    /// EDNS is tried again so long after it failed: servers are mended.
    static let ednsRetry = 900_000 * nanosecondsPerMillisecond
    /// A lame server is asked again after so long.
    static let lameness = 300_000 * nanosecondsPerMillisecond
    static let maximumLameZones = 8
    /// Between two words in the log on one server.
    static let reportPause = 60_000 * nanosecondsPerMillisecond

    public init() {}

    public static func == (a: ServerHealth, b: ServerHealth) -> Bool {
        a.smoothedRTT == b.smoothedRTT && a.variation == b.variation && a.avoidUntil == b.avoidUntil
            && a.consecutiveTimeouts == b.consecutiveTimeouts && a.edns == b.edns
            && a.serverCookie == b.serverCookie && a.foldsCase == b.foldsCase && a.tls == b.tls
            && a.lameZones.map(\.zone) == b.lameZones.map(\.zone)
    }

    /// How long to wait for an answer before asking elsewhere (RFC 6298 §2.3), doubled for each time-out in a row.
    public var retransmissionTimeout: Int64 {
        let base = smoothedRTT == 0 ? Self.initialTimeout : smoothedRTT + max(4 * variation, smoothedRTT)
        let floored = max(base, Self.minimumTimeout)
        return min(floored << Int64(min(consecutiveTimeouts, 4)), Self.maximumTimeout)
    }

    public mutating func answered(after roundTrip: Int64) {
        let sample = max(1, roundTrip)
        if smoothedRTT == 0 {
            (smoothedRTT, variation) = (sample, sample / 2)
        } else {
            variation += (abs(smoothedRTT - sample) - variation) / 4
            smoothedRTT = max(1, smoothedRTT + (sample - smoothedRTT) / 8)
        }
        consecutiveTimeouts = 0
        avoidUntil = 0
    }

    public mutating func timedOut(at now: Int64) {
        consecutiveTimeouts = min(consecutiveTimeouts + 1, 16)
        guard consecutiveTimeouts >= Self.deadAfterTimeouts else { return }
        let steps = Int64(min(consecutiveTimeouts - Self.deadAfterTimeouts, 10))
        avoidUntil = now + min(2000 * Self.nanosecondsPerMillisecond << steps, Self.maximumAvoidance)
    }

    /// There is no route to it: it is passed over for a while, for routes come and go.
    public mutating func isUnreachable(at now: Int64) {
        avoidUntil = now + Self.routeRetry
    }

    /// Whether something about it is to be said in the log; then, for a minute, it is not.
    public mutating func isReportDue(at now: Int64) -> Bool {
        guard now >= reportedUntil else { return false }
        reportedUntil = now + Self.reportPause
        return true
    }

    public func isDead(at now: Int64) -> Bool { avoidUntil > now }

    public mutating func learned(_ support: EDNSSupport, at now: Int64) {
        (edns, ednsSince) = (support, now)
    }

    public func shouldUseEDNS(at now: Int64) -> Bool {
        edns != .unsupported || now - ednsSince > Self.ednsRetry
    }

    public mutating func isLame(for zone: DomainName, at now: Int64) {
        lameZones.removeAll { $0.zone == zone || $0.until <= now }
        if lameZones.count >= Self.maximumLameZones { lameZones.removeFirst() }
        lameZones.append((zone, now + Self.lameness))
    }

    public func knownLame(for zone: DomainName, at now: Int64) -> Bool {
        lameZones.contains { $0.until > now && $0.zone == zone }
    }
}
