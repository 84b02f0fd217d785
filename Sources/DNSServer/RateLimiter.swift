public import DNSWire

/// Response rate limiting: what a forged source address can make us send to it is bounded, per network.
public struct RateLimit: Sendable, Equatable {
    /// Responses a second to one network.
    public var responsesPerSecond = 1000
    /// Of the responses over the limit, every how manieth is sent as TC=1, so that a real client comes over TCP. 0: none.
    public var slip = 2
    public var ipv4PrefixLength = 24
    public var ipv6PrefixLength = 56
    public var exempt: [IPNetwork] = []

    public init() {}
}

/// One token bucket for each network, in a table of fixed size. One for each worker: the kernel sends one client's
/// queries from one port to one worker, and a flood from many ports meets the limit once in each.
struct RateLimiter {
    enum Verdict {
        case send, truncate, drop
    }

    private struct Bucket {
        var network: UInt64 = 0
        var tokens: Int32 = 0
        var overflow: UInt32 = 0
        var refilledAt: Int64 = 0
    }

    /// Networks watched at once; two that share a place share a bucket's fate, which only makes it stricter.
    private static let bucketCount = 16_384
    private var buckets: [Bucket]
    private let key: SipHash.Key

    init(key: SipHash.Key) {
        self.key = key
        buckets = Array(repeating: Bucket(), count: Self.bucketCount)
    }

    /// - Parameter uptime: milliseconds.
    mutating func verdict(for client: IPAddress, _ limit: RateLimit, uptime: Int64) -> Verdict {
        guard limit.exempt.isEmpty || !limit.exempt.contains(client) else { return .send }
        let length = client.family == .ipv4 ? limit.ipv4PrefixLength : limit.ipv6PrefixLength
        let bits = client.masked(toPrefix: length).bits
        var mixed = UInt64(truncatingIfNeeded: bits ^ bits >> 64) ^ key.low
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        let place = Int(truncatingIfNeeded: mixed >> 40) & (Self.bucketCount - 1)
        var bucket = buckets[place]
        defer { buckets[place] = bucket }
        let rate = Int64(limit.responsesPerSecond)
        if bucket.network != mixed {
            bucket = Bucket(network: mixed, tokens: Int32(clamping: rate), overflow: 0, refilledAt: uptime)
        }
        // A second's worth at most, in steps of a hundredth so that there is something to share out in each.
        let elapsed = max(0, uptime - bucket.refilledAt)
        if elapsed >= 1000 {
            bucket.tokens = Int32(clamping: rate)
            bucket.refilledAt = uptime
        } else if elapsed >= 10, elapsed * rate >= 1000 {
            let gained = elapsed * rate / 1000
            bucket.tokens = Int32(clamping: min(rate, Int64(bucket.tokens) + gained))
            // Only the time that the tokens stand for, or what the division drops would halve a rate of 199.
            bucket.refilledAt += (gained * 1000 + rate - 1) / rate
        }
        guard bucket.tokens <= 0 else {
            bucket.tokens -= 1
            return .send
        }
        bucket.overflow &+= 1
        return limit.slip > 0 && bucket.overflow % UInt32(limit.slip) == 0 ? .truncate : .drop
    }
}
