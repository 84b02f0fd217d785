import DNSWire

/// The table of all keys: what each is called, which property it sets, what it takes and what it means.
///
/// Reading a file, the suggestions for misspelled keys and the documented defaults (`Configuration.reference`)
/// all come from here. A new key is a property with its default, and a row.
enum ConfigurationSchema {
    static let settings: [Setting<Configuration>] = [
        listen, tls, https, discovery, upstream, resolution, dnssec, cache, answers, rebindingProtection,
        specialNames,
        hosts, forwardZones, stubZones, keys, zones, zoneDefaults, access, rateLimit, limits, process, log,
    ]

    /// Every key by its path, sections included: `cache`, `cache.size`.
    static let paths: [String] = settings.flatMap { setting in
        [setting.name] + setting.children.map { "\(setting.name).\($0.name)" }
    }
}

// --- Upstream ---

extension ConfigurationSchema {
    private static let upstream = Setting<Configuration>(
        section: "upstream", "How other servers are asked.",
        [
            Setting("ipv4", \.upstream.ipv4, .bool, "Whether servers are asked over IPv4."),
            Setting("ipv6", \.upstream.ipv6, .bool, "Whether servers are asked over IPv6."),
            Setting(
                "source-addresses", \.upstream.sourceAddresses, .list("addresses", of: .address),
                """
                The addresses of this machine that queries are sent from, one drawn at random for each. \
                Where a family has none here, the kernel chooses.
                """),
            Setting(
                "never-ask", \.upstream.neverAsk, .list("networks", of: .network),
                """
                Addresses that no delegation can make Homing send a query to. Servers of forward and stub \
                zones are exempt. [] allows every address.
                """),
            Setting(
                "edns-size", \.upstream.ednsSize, .count(512...4096, "octets"),
                """
                The UDP payload size offered to servers (EDNS). Above 1232, answers may be fragmented, and \
                fragments can be forged.
                """),
            Setting(
                "cookies", \.upstream.cookies, .bool,
                "Whether servers are sent DNS cookies (RFC 7873), and have to return them once they have."),
            Setting(
                "case-randomisation", \.upstream.caseRandomisation, .bool,
                "Whether the letters of a qname are sent in random case (0x20), which a forger has to guess."),
            Setting(
                "authorities", \.upstream.authorities, .optional(.path, none: "system"),
                """
                The authorities by which servers over TLS and HTTPS are believed to have their name: a file of \
                certificates in PEM, or system for those that the machine trusts.
                """),
            Setting(
                "opportunistic-tls", \.upstream.opportunisticTLS, .bool,
                """
                Whether authoritative servers are tried over TLS once a day, port 853, and asked so where they \
                take it (RFC 9539). Who they are is not checked: it withstands those who only listen. What fails \
                is asked in cleartext.
                """),
        ])
}

// --- Resolution ---

extension ConfigurationSchema {
    private static let resolution = Setting<Configuration>(
        section: "resolution", "How names are found.",
        [
            Setting(
                "root-hints", \.resolution.rootHints, .rootHints,
                example: """
                    resolution:
                      root-hints:
                        a.root-servers.net: [198.41.0.4, "2001:503:ba3e::2:30"]
                    """,
                """
                Where the servers of the root are learned: the list built into Homing, a file such as IANA's \
                named.root, or the servers themselves.
                """),
            Setting(
                "priming", \.resolution.priming, .bool,
                "Whether the hints are only used to ask for the root's true servers (RFC 9609)."),
            Setting(
                "qname-minimisation", \.resolution.qnameMinimisation, .choice,
                """
                Whether servers are shown only as much of a name as they need (RFC 9156). "relaxed" shows \
                the whole name to servers that cannot bear less; "strict" never does.
                """),
        ])

    private static let cache = Setting<Configuration>(
        section: "cache", "What is remembered, and for how long.",
        [
            Setting(
                "size", \.cache.size, .size(1 << 20...1 << 40),
                "The ceiling for everything that the cache holds, expired entries included."),
            Setting(
                "minimum-ttl", \.cache.minimumTTL, .duration(.seconds(0) ... .seconds(3600)),
                "Shorter TTLs are raised to this, against their owner's will."),
            Setting(
                "maximum-ttl", \.cache.maximumTTL, .duration(.seconds(1) ... .seconds(7 * 86_400)),
                "Longer TTLs are lowered to this."),
            Setting(
                "maximum-negative-ttl", \.cache.maximumNegativeTTL,
                .duration(.seconds(1) ... .seconds(86_400)),
                "How long it is believed at most that a name or type does not exist."),
            Setting(
                "failure-ttl", \.cache.failureTTL, .duration(.seconds(1) ... .seconds(300)),
                "How long a failure to resolve a name is remembered (RFC 9520)."),
            Setting(
                "prefetch", \.cache.prefetch, .bool,
                "Whether an entry that is asked for shortly before it expires is fetched anew at once."),
            Setting(
                "serve-stale", \.cache.serveStale, .bool,
                "Whether an expired answer is given when no server can be reached (RFC 8767)."),
            Setting(
                "stale-kept", \.cache.staleKept, .duration(.seconds(60) ... .seconds(7 * 86_400)),
                "How long an expired answer is kept for that."),
            Setting(
                "stale-answer-ttl", \.cache.staleAnswerTTL, .duration(.seconds(1) ... .seconds(3600)),
                "The TTL that a stale answer carries."),
            Setting(
                "stale-answer-delay", \.cache.staleAnswerDelay, .duration(.seconds(0) ... .seconds(10)),
                "How long a client waits for a fresh answer before it gets a stale one."),
        ])
}

// --- Answers ---

extension ConfigurationSchema {
    private static let answers = Setting<Configuration>(
        section: "answers", "What answers to clients look like.",
        [
            Setting(
                "rotation", \.answers.rotation, .bool,
                "Whether the records of a set change places from answer to answer, so that clients spread."),
            Setting(
                "minimal", \.answers.minimal, .bool,
                "Whether authority and additional records that the client does not need are left out."),
            Setting(
                "edns-size", \.answers.ednsSize, .count(512...4096, "octets"),
                "The largest answer over UDP, however much the client offers; longer ones are truncated (TC=1)."
            ),
            Setting(
                "cookies", \.answers.cookies, .choice,
                """
                DNS cookies for clients (RFC 7873). "required" sends clients over UDP that have no valid \
                cookie away to fetch one, or to TCP.
                """),
            Setting(
                "nsid", \.answers.nsid, .optional(.nsid),
                "The name of this server for clients that ask with NSID (RFC 5001)."),
            Setting(
                "id-server", \.answers.idServer, .optional(.characterString),
                "The answer to id.server and hostname.bind (class CHAOS); null refuses the question."),
            Setting(
                "version-bind", \.answers.versionBind, .optional(.characterString),
                "The answer to version.server and version.bind (class CHAOS); null refuses the question."),
        ])

    private static let rebindingProtection = Setting<Configuration>(
        section: "rebinding-protection", "Private addresses in the answers of public names.",
        [
            Setting(
                "enabled", \.rebindingProtection.enabled, .bool,
                """
                Whether addresses of the networks below are removed from answers, so that a web page cannot \
                reach into its reader's network by a name of its own.
                """),
            Setting(
                "networks", \.rebindingProtection.networks, .list("networks", of: .network),
                "The networks whose addresses are removed, also in IPv4-mapped form."),
            Setting(
                "allow", \.rebindingProtection.allow, .list("domain names", of: .domainName),
                """
                Names, with all below them, that may have such addresses. Local hosts and forward and stub \
                zones need no entry.
                """),
        ])

    private static let specialNames = Setting<Configuration>(
        section: "special-names",
        """
        Names that are answered here by convention and never sent out: localhost, onion, invalid, test, \
        home.arpa and the reverse zones of private addresses (RFC 6761, 6303, 7686, 8375 and others).
        """,
        [
            Setting("enabled", \.specialNames.enabled, .bool, "Whether they are."),
            Setting(
                "except", \.specialNames.except, .list("domain names", of: .domainName),
                "Single names of them that are resolved like any other."),
        ])

    private static let hosts = Setting<Configuration>(
        "hosts", \.hosts, .hosts,
        example: """
            hosts:
              nas.lan: 192.168.1.10
              printer.lan: [192.168.1.11, "fd00::11"]
            """,
        """
        Names of your own with their addresses. The PTR records of the addresses are made from them; where \
        several names share an address, the first is its name.
        """)
}

// --- Zones that others resolve ---

extension ConfigurationSchema {
    private static let suffixMeaning =
        "The zone's name; \".\" is every name. The longest suffix that fits a name decides."
    private static let fallbackMeaning =
        "Whether a name is resolved from the root, in cleartext, when none of the servers answers."

    private static let forwardZone: [Setting<ForwardZone>] = [
        Setting("suffix", \.suffix, .domainName, required: true, suffixMeaning),
        Setting(
            "servers", \.servers,
            .list("servers, each an address, a URL, or keys with url", of: .upstreamServer, minimum: 1),
            required: true,
            """
            The resolvers to ask: an address over plain DNS, port 53 where it gives none; tls://address over \
            TLS; https://address/path over HTTPS. A server with a name is written as keys.
            """),
        Setting("fallback-to-recursion", \.fallbackToRecursion, .bool, fallbackMeaning),
    ]

    private static let stubZone: [Setting<StubZone>] = [
        Setting("suffix", \.suffix, .domainName, required: true, suffixMeaning),
        Setting(
            "servers", \.servers, .list("addresses with or without a port", of: .socketAddress, minimum: 1),
            required: true,
            "The servers to ask. Without a port, 53 is meant."),
        Setting("fallback-to-recursion", \.fallbackToRecursion, .bool, fallbackMeaning),
    ]

    private static let forwardZones = Setting<Configuration>(
        "forward-zones", \.forwardZones,
        .records("zones", blank: ForwardZone(suffix: .root, servers: []), forwardZone),
        example: """
            forward-zones:
              - suffix: corp.example
                servers: [10.0.0.1, 10.0.0.2:5353]
                fallback-to-recursion: no
              - suffix: .
                servers:
                  - {url: tls://dns.example, bootstrap: 192.0.2.1}
            """,
        "Suffixes whose questions go to other resolvers. The longest suffix that fits decides."
    )

    private static let stubZones = Setting<Configuration>(
        "stub-zones", \.stubZones,
        .records("zones", blank: StubZone(suffix: .root, servers: []), stubZone),
        example: """
            stub-zones:
              - suffix: 10.in-addr.arpa
                servers: 10.0.0.53
            """,
        """
        Suffixes whose authoritative servers are named here, instead of being learned from the zone above.
        """)
}
