import DNSWire
import Testing

@testable import HomingConfiguration

/// What right files mean. Values are compared by their text, as `ConfigurationSchema` writes it.
@Suite struct ConfigurationValueTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var key: String
        var text: String
        var value: String
        var testDescription: String { "\(key): \(text)" }

        init(_ key: String, _ text: String, _ value: String) {
            self.key = key
            self.text = text
            self.value = value
        }
    }

    /// The value of a key, read from a file that sets only that key, and read once more from its own text.
    @Test(arguments: plain + quantities + networks + collections + held)
    func valuesAreRead(_ right: Case) throws {
        let path = right.key.split(separator: ".").map(String.init)
        func written(_ text: String) throws -> String {
            let file = path.count == 1 ? "\(path[0]): \(text)" : "\(path[0]):\n  \(path[1]): \(text)"
            let configuration = try Configuration.parse(file, file: "h.yaml")
            let section = try #require(ConfigurationSchema.settings.first { $0.name == path[0] })
            let setting =
                path.count == 1 ? section : try #require(section.children.first { $0.name == path[1] })
            return setting.text(configuration).inOneLine
        }
        #expect(try written(right.text) == right.value)
        #expect(try written(right.value) == right.value)
    }

    static let plain =
        ["yes", "true", "on", "Yes", "TRUE", "\"on\""].map { Case("log.queries", $0, "yes") }
        + ["no", "false", "off", "No", "FALSE", "'off'"].map { Case("cache.prefetch", $0, "no") }
        + [
            Case("resolution.qname-minimisation", "strict", "strict"),
            Case("resolution.qname-minimisation", "no", "off"),
            Case("dnssec.mode", "off", "off"),
            Case("dnssec.mode", "no", "off"),
            Case("dnssec.mode", "validate", "validate"),
            Case("dnssec.trust-anchors", "/etc/a.key", "[/etc/a.key]"),
            Case("dnssec.negative-trust-anchors", "[Broken.example, .]", "[Broken.example., \".\"]"),
            Case("dnssec.bogus-ttl", "1m", "1m"),
            Case("answers.cookies", "true", "on"),
            Case("answers.cookies", "required", "required"),
            Case("log.level", "Debug", "debug"),
            Case("process.workers", "auto", "auto"),
            Case("process.workers", "8", "8"),
            Case("process.user", "~", "null"),
            Case("process.user", "_dns", "_dns"),
            Case("process.state-directory", "/srv/homing state", "\"/srv/homing state\""),
            Case("answers.nsid", "ns1.example", "ns1.example"),
            Case("answers.nsid", "0x00ff", "0x00ff"),
            Case("answers.nsid", "0x6E7331", "ns1"),
            Case("answers.id-server", "\"null\"", "\"null\""),
            Case("answers.id-server", #""say \"hi\" \\""#, #""say \"hi\" \\""#),
            Case("answers.id-server", #""a\nb\tc""#, #""a\x0ab\x09c""#),
            Case("answers.version-bind", "", "null"),
        ]

    static let quantities = [
        Case("cache.size", "64MiB", "64MiB"), Case("cache.size", "1 GiB", "1GiB"),
        Case("cache.size", "1gib", "1GiB"),
        Case("cache.size", "1.5GiB", "1536MiB"), Case("cache.size", "1048577", "1048577B"),
        Case("limits.cached-answer-size", "512", "512B"),
        Case("cache.stale-answer-delay", "1.8s", "1.8s"), Case("cache.stale-answer-delay", "500ms", "500ms"),
        Case("cache.stale-answer-delay", "0", "0s"), Case("cache.stale-answer-delay", "1.25 s", "1.25s"),
        Case("cache.stale-answer-delay", "2001ms", "2.001s"), Case("cache.maximum-ttl", "1d", "1d"),
        Case("cache.maximum-ttl", "24h", "1d"), Case("cache.maximum-ttl", "1.5d", "36h"),
        Case("cache.maximum-ttl", "90s", "90s"), Case("cache.maximum-ttl", "5M", "5m"),
    ]

    static let networks = [
        Case("listen.addresses", "127.0.0.1", "[127.0.0.1:53]"),
        Case(
            "listen.addresses", "[127.0.0.1:5353, \"::1\", \"[::1]:54\", \"::1@55\"]",
            "[127.0.0.1:5353, \"[::1]:53\", \"[::1]:54\", \"[::1]:55\"]"),
        Case("listen.addresses", "\n    - ::1\n    - \"fd00::\"", "[\"[::1]:53\", \"[fd00::]:53\"]"),
        Case("upstream.source-addresses", "[192.0.2.1, \"2001:db8::\"]", "[192.0.2.1, \"2001:db8::\"]"),
        Case(
            "listen.tls", "[0.0.0.0, \"::\", 192.0.2.1:8853]", "[0.0.0.0:853, \"[::]:853\", 192.0.2.1:8853]"),
        Case("listen.https", "192.0.2.1", "[192.0.2.1:443]"),
        Case("listen.http", "[127.0.0.1, \"[::1]:8053\"]", "[127.0.0.1:80, \"[::1]:8053\"]"),
        Case("listen.proxy-protocol", "10.0.0.0/8", "[10.0.0.0/8]"),
        Case("tls.names", "[Dns.Example, www.dns.example.]", "[Dns.Example., www.dns.example.]"),
        Case("tls.addresses", "[192.0.2.1, \"2001:db8::1\"]", "[192.0.2.1, 2001:db8::1]"),
        Case("https.path", "/", "/"), Case("https.path", "/a/b-c.d~e", "\"/a/b-c.d~e\""),
        Case("https.trusted-proxies", "\"::1\"", "[\"::1/128\"]"),
        Case("discovery.ddr", "no", "no"),
        Case("upstream.never-ask", "[]", "[]"),
        Case(
            "access.allow", "[192.168.0.0/16, 10.0.0.1, \"::/0\"]", "[192.168.0.0/16, 10.0.0.1/32, \"::/0\"]"),
        Case("special-names.except", "home.arpa", "[home.arpa.]"),
    ]

    static let collections = [
        Case(
            "hosts", "{nas.lan: 10.0.0.1, web.lan: [10.0.0.2, fd00::2]}",
            "{nas.lan.: [10.0.0.1], web.lan.: [10.0.0.2, fd00::2]}"),
        Case(
            "tls.certificates",
            "[{chain: /etc/a.pem, key: /etc/a.key}, {key: /etc/b.pem, chain: /etc/b.pem}]",
            "[{chain: /etc/a.pem, key: /etc/a.key}, {chain: /etc/b.pem, key: /etc/b.pem}]"),
        Case("resolution.root-hints", "/etc/homing/named.root", "/etc/homing/named.root"),
        Case(
            "resolution.root-hints", "{a.root-servers.net: 198.41.0.4}", "{a.root-servers.net.: [198.41.0.4]}"
        ),
        Case(
            "forward-zones", "[{suffix: corp, servers: 10.0.0.1}]",
            "[{suffix: corp., servers: [10.0.0.1:53], fallback-to-recursion: no}]"),
        Case(
            "forward-zones",
            "[{suffix: ., servers: [TLS://192.0.2.1, \"tls://[2001:db8::1]:8853\", https://192.0.2.1, https://192.0.2.1/]}]",
            "[{suffix: \".\", servers: [tls://192.0.2.1, \"tls://[2001:db8::1]:8853\", "
                + "https://192.0.2.1/dns-query, https://192.0.2.1/], fallback-to-recursion: no}]"),
        Case(
            "forward-zones",
            "[{suffix: a, servers: [{url: tls://Dns.example:853, bootstrap: 192.0.2.1, authentication: opportunistic}]}]",
            "[{suffix: a., servers: [{url: tls://Dns.example, bootstrap: [192.0.2.1], pins: [], "
                + "authentication: opportunistic}], fallback-to-recursion: no}]"),
        Case(
            "forward-zones",
            "[{suffix: a, servers: [{url: https://d.example:8443/q, bootstrap: [192.0.2.1, \"::1\"], pins: "
                + "198pqIi1CJRWcHlPraozwCxzb/uSqyR0CO+M+PMihcY=}]}]",
            "[{suffix: a., servers: [{url: https://d.example:8443/q, bootstrap: [192.0.2.1, \"::1\"], pins: "
                + "[\"198pqIi1CJRWcHlPraozwCxzb/uSqyR0CO+M+PMihcY=\"], authentication: strict}], "
                + "fallback-to-recursion: no}]"),
        Case(
            "stub-zones",
            "\n- suffix: .\n  servers: [192.0.2.1, 192.0.2.2:54]\n  fallback-to-recursion: yes\n",
            "[{suffix: \".\", servers: [192.0.2.1:53, 192.0.2.2:54], fallback-to-recursion: yes}]"),
    ]

    static let held = [
        Case(
            "keys", "[{name: a, secret: c2VjcmV0}, {name: B., file: /etc/b.key}]",
            "[{name: a., secret: c2VjcmV0}, {name: B., file: /etc/b.key}]"),
        Case(
            "keys", "[{name: a, secret-file: /etc/a, algorithm: HMAC-MD5}]",
            "[{name: a., algorithm: hmac-md5, secret-file: /etc/a}]"),
        Case("zones", "[]", "[]"),
        Case(
            "zones", "[{name: a, file: /etc/a.zone, serial: Date}]",
            "[{name: a., file: /etc/a.zone, serial: date}]"),
        Case(
            "zones",
            "[{name: a, update-policy: grant k. zonesub ANY, transfer: {keys: k}, notify: [192.0.2.1, {key: k, address: \"::1\"}]}]",
            "[{name: a., update-policy: [\"grant k. zonesub ANY\"], transfer: {keys: [k.], networks: [], require-tls: no}, "
                + "notify: [192.0.2.1:53, {address: \"[::1]:53\", key: k.}]}]"),
        Case(
            "zones",
            "[{name: a, primaries: [192.0.2.1, {bootstrap: 192.0.2.2, address: tls://ns.example, key: k}], forward-updates: yes}]",
            "[{name: a., primaries: [192.0.2.1:53, {address: tls://ns.example, key: k., bootstrap: [192.0.2.2]}], "
                + "forward-updates: yes}]"),
        Case(
            "zones", "[{name: a, query-networks: [192.0.2.0/24, \"::/0\"]}]",
            "[{name: a., query-networks: [192.0.2.0/24, \"::/0\"]}]"),
        Case("zones", "[{name: a, catalog: producer}]", "[{name: a., catalog: producer}]"),
        Case(
            "zones", "[{name: a, catalog: {zones: [b, c], kind: producer}}]",
            "[{name: a., catalog: {kind: producer, zones: [b., c.]}}]"),
        Case(
            "zones", "[{name: a, primaries: 192.0.2.1, catalog: consumer}]",
            "[{name: a., primaries: [192.0.2.1:53], catalog: consumer}]"),
        Case("zone-defaults.journal", "{size: 1MiB}", "{size: 1MiB, age: 30d}"),
        Case("zone-defaults.lease", "{maximum: 1h}", "{minimum: 30s, maximum: 1h, key-maximum: 7d}"),
        Case("zone-defaults.name-servers", "[ns1.example, ns2.example]", "[ns1.example., ns2.example.]"),
    ]

    // --- Whole files ---

    @Test(arguments: [
        "", "\n", "# nothing\n", "---\n", "null\n", "{}\n", "cache:\nlog:\n", "\u{feff}", "\u{feff}log:\n",
    ])
    func emptyFilesMeanTheDefaults(_ text: String) throws {
        #expect(try Configuration.parse(text, file: "h.yaml") == Configuration())
    }

    @Test func lineEndsOfWindows() throws {
        let configuration = try Configuration.parse(
            "log:\r\n  # here\r\n\r\n  queries: yes\r\n", file: "h.yaml")
        #expect(configuration.log.queries)
    }

    @Test func anchorsAreUnderstood() throws {
        let text = "access:\n  allow: &lan [10.0.0.0/8]\nrate-limit:\n  exempt: *lan\n"
        let configuration = try Configuration.parse(text, file: "h.yaml")
        #expect(configuration.rateLimit.exempt == configuration.access.allow)
        #expect(configuration.rateLimit.exempt.count == 1)
    }

    @Test func placesOfAKeyInOneLine() throws {
        let configuration = try Configuration.parse(
            "{log: {level: debug}, cache: {serve-stale: off}}", file: "h.yaml")
        #expect(configuration.log.level == .debug)
        #expect(!configuration.cache.serveStale)
    }

    /// The figures of the design's §6, and the blocks that a misspelled literal would leave out.
    @Test func defaults() {
        let configuration = Configuration()
        #expect(configuration.listen.addresses.map { "\($0)" } == ["127.0.0.1:5300", "[::1]:5300"])
        #expect(configuration.upstream.neverAsk.count == 13)
        #expect(configuration.rebindingProtection.networks.count == 11)
        #expect(configuration.access.allow.count == 8)
        #expect(configuration.rateLimit.exempt.count == 2)
        #expect(configuration.cache.size == 268_435_456)
        #expect(configuration.cache.maximumTTL == .seconds(86_400))
    }

    // --- Built-in zones ---

    @Test func builtInZones() {
        let zones = Configuration().heldZones
        #expect(zones.count == 20)
        #expect(zones.map(\.name).contains("31.172.in-addr.arpa."))
        #expect(zones.allSatisfy { $0.options.updatePolicy.count == 1 && !$0.isSecondary })
    }

    @Test func builtInZonesGiveWay() throws {
        func names(_ text: String) throws -> Set<DomainName> {
            Set(try Configuration.parse(text, file: "h.yaml").heldZones.map(\.name))
        }
        #expect(try names("zones: []").isEmpty)
        #expect(try names("zones: [{name: a}]") == ["a."])
        #expect(try names("special-names: {enabled: no}").isEmpty)
        let beside = try names("hosts: {nas.home.arpa: 10.0.0.1, mail.example: [192.0.2.1, fd00::1]}")
        #expect(beside.count == 17)
        #expect(beside.isDisjoint(with: ["home.arpa.", "10.in-addr.arpa.", "d.f.ip6.arpa."]))
        let rest = try names(
            """
            special-names: {except: home.arpa}
            forward-zones: [{suffix: 10.in-addr.arpa, servers: 192.0.2.1}, {suffix: ., servers: 192.0.2.1}]
            stub-zones: [{suffix: d.f.ip6.arpa, servers: 192.0.2.1}, {suffix: 1.168.192.in-addr.arpa, servers: 192.0.2.1}]
            """)
        #expect(rest.count == 17)
        #expect(rest.isDisjoint(with: ["home.arpa.", "10.in-addr.arpa.", "d.f.ip6.arpa."]))
    }

    // --- Suggestions ---

    @Test(arguments: [
        ("", "", 0), ("ab", "ba", 1), ("abc", "", 3), ("kitten", "sitting", 3), ("size", "sise", 1),
    ])
    func distances(_ a: String, _ b: String, _ distance: Int) {
        #expect(Suggestion.distance(a, b) == distance)
        #expect(Suggestion.distance(b, a) == distance)
    }

    @Test func namesOfKeysAreUniqueAndPlain() {
        #expect(Set(ConfigurationSchema.paths).count == ConfigurationSchema.paths.count)
        for key in ConfigurationSchema.paths { #expect(key.wholeMatch(of: /[a-z0-9.-]+/) != nil, "\(key)") }
    }
}
