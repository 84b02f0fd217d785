extension Configuration {
    /// What one query, one answer and one client may cost. The defaults withstand the known attacks; they are
    /// not knobs for speed.
    public struct Limits: Sendable, Equatable {
        /// Queries sent upstream for one client query, restarts and children included; 1 to 1000 (CAMP).
        /// Default: 100.
        public var upstreamQueries = 100
        /// Name servers whose addresses are looked up for one delegation without glue; 1 to 50 (NXNS).
        /// Default: 6.
        public var addressLookupsPerDelegation = 6
        /// Queries spent on such look-ups for one client query; 1 to 1000 (NXNS). Default: 20.
        public var addressLookupQueries = 20
        /// Addresses kept for one NS name; 1 to 100. Default: 6.
        public var addressesPerNameServer = 6
        /// NS names kept for one delegation; 1 to 100. Default: 13, as many as the root has.
        public var nameServersPerDelegation = 13
        /// CNAME and DNAME records followed for one query; 1 to 100. Default: 11.
        public var aliasChain = 11
        /// The time after which a client is answered or dropped; 1 s to 60 s. Default: 10 s.
        public var resolutionDeadline = Duration.seconds(10)
        /// Records in one RRset; 1 to 4096. A larger one is answered, not cached (CVE-2024-1737). Default: 256.
        public var recordsPerRRset = 256
        /// Octets of an answer that is cached; 512 octets to 64 KiB. A larger one is answered, not cached.
        /// Default: 16 KiB.
        public var cachedAnswerSize = 16 << 10
        /// EDNS options read in one message; 1 to 1000 (CVE-2026-42944). What follows is ignored. Default: 100.
        public var ednsOptions = 100
        /// Clients that wait on one resolution; 1 to 100,000 (DNSBomb). Default: 1000.
        public var clientsPerResolution = 1000
        /// Resolutions in flight in one worker; 16 to 1,000,000. Then the oldest of the busiest client goes.
        /// Default: 4096.
        public var resolutionsPerWorker = 4096
        /// Connections open in one worker; 1 to 1,000,000 (CVE-2024-0760). Default: 1000.
        public var connectionsPerWorker = 1000
        /// Connections of one client address in one worker; 1 to 1,000,000. Default: 100.
        public var connectionsPerClient = 100
        /// How long a connection may be silent; 1 s to 5 min (RFC 7766 §6.2.3). Default: 10 s.
        public var idleConnection = Duration.seconds(10)

        public init() {}
    }
}
