public import DNSWire

extension Configuration {
    /// Who may ask. Of all networks listed here the longest prefix that holds the client decides; a client in
    /// none of them is refused.
    public struct Access: Sendable, Equatable {
        /// May use recursion. Default: loopback, private and link-local networks.
        public var allow: [IPNetwork] =
            NetworkBlocks.loopback + NetworkBlocks.privateUse + NetworkBlocks.linkLocal
        /// Answered with REFUSED. Default: none, beside all that is not listed.
        public var refuse: [IPNetwork] = []
        /// Not answered at all. Default: none.
        public var drop: [IPNetwork] = []

        public init() {}
    }

    /// Response rate limiting: answers over UDP to one client network. Clients with a valid cookie are
    /// exempt.
    public struct RateLimit: Sendable, Equatable {
        /// Default: no.
        public var enabled = false
        /// Answers a second to one network, 1 to 1,000,000. Default: 1000.
        public var responsesPerSecond = 1000
        /// Of the answers over the limit, one in this many is sent truncated (TC=1), so that a real client
        /// comes back over TCP; the others are dropped. 0 to 10; 0 drops all, 1 truncates all. Default: 2.
        public var slip = 2
        /// Clients are counted together by this many leading bits, 8 to 32. Default: 24.
        public var ipv4PrefixLength = 24
        /// Clients are counted together by this many leading bits, 16 to 128. Default: 56.
        public var ipv6PrefixLength = 56
        /// Networks that are never limited. Default: loopback.
        public var exempt: [IPNetwork] = NetworkBlocks.loopback

        public init() {}
    }
}
