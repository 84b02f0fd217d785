public import DNSWire

extension Configuration {
    /// How other servers are asked.
    public struct Upstream: Sendable, Equatable {
        /// Whether servers are asked over IPv4. Default: yes.
        public var ipv4 = true
        /// Whether servers are asked over IPv6. Default: yes.
        public var ipv6 = true
        /// The addresses that queries are sent from, one drawn for each; a family without one leaves the
        /// choice to the kernel. Default: none.
        public var sourceAddresses: [IPAddress] = []
        /// Addresses that no delegation can send a query to; servers of forward and stub zones are exempt.
        /// Default: unspecified, loopback, private, shared, link-local, multicast and reserved blocks.
        public var neverAsk: [IPNetwork] =
            NetworkBlocks.unspecified + NetworkBlocks.loopback + NetworkBlocks.privateUse
            + NetworkBlocks.sharedUse + NetworkBlocks.linkLocal + NetworkBlocks.multicastAndReserved
        /// The UDP payload size offered to servers, in octets, 512 to 4096. Default: 1232, which no path
        /// fragments.
        public var ednsSize = 1232
        /// Whether DNS cookies (RFC 7873) are sent to servers, and demanded of those that once returned one.
        /// Default: yes.
        public var cookies = true
        /// Whether the letters of a qname are sent in random case (0x20), as proof against forged answers.
        /// Default: yes.
        public var caseRandomisation = true
        /// Whether authoritative servers are tried over TLS and asked so where they take it (RFC 9539). Default: no.
        public var opportunisticTLS = false

        public init() {}
    }
}
