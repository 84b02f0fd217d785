public import DNSWire

/// When a secondary looks for changes, and for how long it answers without (RFC 1034 §4.3.5): what the SOA record says, kept
/// within reason, because nobody vouches for the numbers in it. All in milliseconds.
public struct SecondaryTimers: Sendable, Hashable {
    public var refresh: Int64
    public var retry: Int64
    public var expire: Int64

    /// More often than that no primary has to be asked: NOTIFY is there for those in a hurry.
    static let minimumInterval: Int64 = 5_000
    /// What people write who never want to be asked (up to 136 years) leaves a secondary on its own when NOTIFY is lost.
    static let maximumRefresh: Int64 = 28 * day
    static let maximumRetry: Int64 = 14 * day
    /// Half a year: nothing that old is worth an answer.
    static let maximumExpire: Int64 = 168 * day
    private static let day: Int64 = 86_400_000

    public init(_ soa: StartOfAuthority) {
        refresh = min(max(Int64(soa.refresh) * 1_000, Self.minimumInterval), Self.maximumRefresh)
        retry = min(max(Int64(soa.retry) * 1_000, Self.minimumInterval), Self.maximumRetry)
        // A zone must not go before it was tried twice to refresh it (RFC 1912 §2.2).
        expire = min(max(Int64(soa.expire) * 1_000, refresh + retry), Self.maximumExpire)
    }

    /// How long to wait for a zone that was never there, after so many attempts that failed: a primary that starts a little
    /// later than the secondary is found soon, and one that does not exist is not asked all the time.
    static func firstRetry(after failures: Int) -> Int64 {
        min(minimumInterval << Int64(min(max(failures - 1, 0), 16)), maximumFirstRetry)
    }

    private static let maximumFirstRetry: Int64 = 900_000

    /// An interval, up to a quarter shorter, so that secondaries and zones do not fall into step.
    static func jittered(_ interval: Int64, using generator: inout some RandomNumberGenerator) -> Int64 {
        interval - Int64.random(in: 0...(max(interval, 0) / 4), using: &generator)
    }
}

/// What has to outlast a restart beside the zone itself.
///
/// While Homing runs, age is told by the uptime, which nobody corrects; only over a restart there is nothing but the wall
/// clock. A wall clock that went backward makes the zone no older than it was.
public struct SecondaryState: Sendable, Hashable {
    /// When a primary said last that the version held is current: seconds since 1970.
    public var refreshedAt: Int64

    public init(refreshedAt: Int64) { self.refreshedAt = refreshedAt }

    /// Milliseconds, from 0 to what expires any zone, whatever is on the disk or on the clock.
    func age(at wall: Int64) -> Int64 {
        let since = max(0, wall) - min(max(0, refreshedAt), max(0, wall))
        return min(since, SecondaryTimers.maximumExpire / 1_000) * 1_000
    }

    /// The first octet says how the others are to be read.
    private static let format: UInt8 = 1

    public var octets: [UInt8] {
        [Self.format] + (0..<8).map { UInt8(truncatingIfNeeded: refreshedAt >> Int64(56 - $0 * 8)) }
    }

    /// Nil where these are not the octets of a state.
    public init?(octets: [UInt8]) {
        guard octets.count == 9, octets[0] == Self.format else { return nil }
        refreshedAt = octets.dropFirst().reduce(0) { $0 << 8 | Int64($1) }
    }
}
