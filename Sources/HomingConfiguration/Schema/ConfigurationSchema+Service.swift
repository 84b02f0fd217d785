/// Who is served, at what cost, and by which process.
extension ConfigurationSchema {
    static let access = Setting<Configuration>(
        section: "access",
        """
        Who may ask. The longest prefix in these lists that holds a client decides. A client in none of them \
        is refused.
        """,
        [
            Setting(
                "allow", \.access.allow, .list("networks", of: .network),
                "Clients that may use recursion."),
            Setting(
                "refuse", \.access.refuse, .list("networks", of: .network),
                "Clients that are answered with REFUSED."),
            Setting(
                "drop", \.access.drop, .list("networks", of: .network),
                "Clients that are not answered."),
        ])

    static let rateLimit = Setting<Configuration>(
        section: "rate-limit",
        """
        Response rate limiting: how many answers over UDP one client network gets, so that Homing cannot be \
        used to flood the owner of a forged address. Clients with a valid cookie are exempt.
        """,
        [
            Setting("enabled", \.rateLimit.enabled, .bool, "Whether answers are limited."),
            Setting(
                "responses-per-second", \.rateLimit.responsesPerSecond, .count(1...1_000_000, "a second"),
                "Answers a second to one network."),
            Setting(
                "slip", \.rateLimit.slip, .count(0...10, "answers"),
                """
                Of the answers over the limit, one in this many is sent truncated, which brings a real \
                client back over TCP; the others are dropped. 0 drops all.
                """),
            Setting(
                "ipv4-prefix-length", \.rateLimit.ipv4PrefixLength, .count(8...32, "bits"),
                "How much of an IPv4 address is the network that is counted."),
            Setting(
                "ipv6-prefix-length", \.rateLimit.ipv6PrefixLength, .count(16...128, "bits"),
                "How much of an IPv6 address is the network that is counted."),
            Setting(
                "exempt", \.rateLimit.exempt, .list("networks", of: .network),
                "Clients that are never limited."),
        ])

    static let limits = Setting<Configuration>(
        section: "limits",
        """
        What one query, one answer and one client may cost. The defaults withstand the known attacks; more \
        of something is not faster.
        """,
        [
            Setting(
                "upstream-queries", \.limits.upstreamQueries, .count(1...1000, "queries"),
                "Queries sent to servers for one query of a client, all detours included."),
            Setting(
                "address-lookups-per-delegation", \.limits.addressLookupsPerDelegation,
                .count(1...50, "names"),
                "Name servers of one delegation without glue whose addresses are looked up."),
            Setting(
                "address-lookup-queries", \.limits.addressLookupQueries, .count(1...1000, "queries"),
                "Queries spent on such look-ups for one query of a client."),
            Setting(
                "addresses-per-name-server", \.limits.addressesPerNameServer, .count(1...100, "addresses"),
                "Addresses kept for one name server."),
            Setting(
                "name-servers-per-delegation", \.limits.nameServersPerDelegation, .count(1...100, "names"),
                "Name servers kept for one delegation."),
            Setting(
                "alias-chain", \.limits.aliasChain, .count(1...100, "records"),
                "CNAME and DNAME records followed, one after the other."),
            Setting(
                "resolution-deadline", \.limits.resolutionDeadline, .duration(.seconds(1) ... .seconds(60)),
                "When a client is answered or dropped at the latest."),
            Setting(
                "records-per-rrset", \.limits.recordsPerRRset, .count(1...4096, "records"),
                "Records in one RRset; a larger set is given to the client only."),
            Setting(
                "cached-answer-size", \.limits.cachedAnswerSize, .size(512...64 << 10),
                "The largest answer that is cached; a larger one is given to the client only."),
            Setting(
                "edns-options", \.limits.ednsOptions, .count(1...1000, "options"),
                "EDNS options read in one message; what follows them is ignored."),
            Setting(
                "clients-per-resolution", \.limits.clientsPerResolution, .count(1...100_000, "clients"),
                "Clients that may wait for the answer to the same question."),
            Setting(
                "resolutions-per-worker", \.limits.resolutionsPerWorker,
                .count(16...1_000_000, "resolutions"),
                "Questions being resolved in one worker; beyond, the oldest of the busiest client is given up."
            ),
            Setting(
                "connections-per-worker", \.limits.connectionsPerWorker, .count(1...1_000_000, "connections"),
                "Connections that one worker keeps open."),
            Setting(
                "connections-per-client", \.limits.connectionsPerClient, .count(1...1_000_000, "connections"),
                "Connections that one client address has to one worker."),
            Setting(
                "idle-connection", \.limits.idleConnection, .duration(.seconds(1) ... .seconds(300)),
                "How long a connection may be silent before it is closed."),
        ])

    static let process = Setting<Configuration>(
        section: "process", "The running process. These take effect at the next start, not at a reload.",
        [
            Setting(
                "workers", \.process.workers, .optional(.count(1...256, "workers"), none: "auto"),
                "Event loops, each with its own sockets; auto is one for each core."),
            Setting(
                "state-directory", \.process.stateDirectory, .path,
                "The directory for what has to outlast a restart."),
            Setting(
                "user", \.process.user, .optional(.account("user")),
                "The user to become once the ports are open, when started as root; null keeps the user."),
            Setting(
                "group", \.process.group, .optional(.account("group")),
                "The group to become then; null is the user's own."),
        ])

    static let log = Setting<Configuration>(
        section: "log", "What is logged.",
        [
            Setting("level", \.log.level, .choice, "The least severe level that is written."),
            Setting("queries", \.log.queries, .bool, "Whether every query is logged too."),
        ])
}
