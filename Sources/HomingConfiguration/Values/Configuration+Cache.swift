extension Configuration {
    /// What is remembered, and for how long.
    public struct Cache: Sendable, Equatable {
        /// The ceiling in bytes for all that the cache holds, expired entries included; 1 MiB to 1 TiB.
        /// Default: 256 MiB.
        public var size = 256 << 20
        /// Shorter TTLs are raised to this; 0 s to 1 h. Default: 0 s, every TTL is kept as its owner set it.
        public var minimumTTL = Duration.seconds(0)
        /// Longer TTLs are lowered to this; 1 s to 7 d (RFC 8767 §4 advises days, not weeks). Default: 1 d.
        public var maximumTTL = Duration.seconds(86_400)
        /// The longest that the absence of a name or type is believed; 1 s to 1 d (RFC 2308 §5). Default: 1
        /// h.
        public var maximumNegativeTTL = Duration.seconds(3600)
        /// How long a failure to resolve is remembered; 1 s to 5 min (RFC 9520 §3.2). Default: 5 s.
        public var failureTTL = Duration.seconds(5)
        /// Whether an entry that is asked for near its end is fetched again before it expires. Default: yes.
        public var prefetch = true
        /// Whether expired answers are given when no server answers (RFC 8767). Default: yes.
        public var serveStale = true
        /// How long an expired entry is kept for that; 1 min to 7 d. Default: 1 d.
        public var staleKept = Duration.seconds(86_400)
        /// The TTL on a stale answer; 1 s to 1 h (RFC 8767 §4 advises 30 s). Default: 30 s.
        public var staleAnswerTTL = Duration.seconds(30)
        /// How long a client waits for a fresh answer before it is given a stale one; 0 s to 10 s (RFC 8767
        /// §5). Default: 1.8 s.
        public var staleAnswerDelay = Duration.milliseconds(1800)

        public init() {}
    }
}
