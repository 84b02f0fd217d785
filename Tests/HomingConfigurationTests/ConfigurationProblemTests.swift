import Glibc
import Testing

@testable import HomingConfiguration

/// What a wrong file is told: every message, and its place, to the letter.
@Suite struct ConfigurationProblemTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var messages: [String]
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ messages: String...) {
            self.text = text
            self.messages = messages
        }
    }

    func messages(_ octets: [UInt8]) -> [String] {
        do {
            _ = try Configuration.parse(octets, file: "h.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(
        arguments: keys + scalars + collections + routes + together + encrypted + servers + tsigKeys + zones
            + roles + yaml)
    func everyProblemIsReported(_ wrong: Case) {
        #expect(messages(Array(wrong.text.utf8)) == wrong.messages)
    }

    // --- Keys ---

    static let keys = [
        Case(
            "cache:\n  minmum-ttl: 5s\n",
            #"h.yaml:2:3: cache.minmum-ttl: unknown key; did you mean "minimum-ttl"?"#),
        Case(
            "cache:\n  Minimum_TTL: 5s\n",
            #"h.yaml:2:3: cache.Minimum_TTL: unknown key; did you mean "minimum-ttl"?"#),
        Case("cahce:\n  size: 64MiB\n", #"h.yaml:1:1: cahce: unknown key; did you mean "cache"?"#),
        Case("size: 64MiB\n", #"h.yaml:1:1: size: unknown key; did you mean "cache.size"?"#),
        Case(
            "log:\n  root-hints: builtin\n",
            #"h.yaml:2:3: log.root-hints: unknown key; did you mean "resolution.root-hints"?"#),
        Case("colour: blue\n", "h.yaml:1:1: colour: unknown key"),
        Case("cache: 64MiB\n", #"h.yaml:1:8: cache: expected keys with values, found "64MiB""#),
        Case("cache: [64MiB]\n", "h.yaml:1:8: cache: expected keys with values, found a list"),
        Case("- cache\n", "h.yaml:1:1: expected keys with values, found a list"),
        Case("cache\n", #"h.yaml:1:1: expected keys with values, found "cache""#),
        Case("? [a, b]\n: c\n", "h.yaml:1:3: expected plain text as a key, found a list"),
        // Each key given twice, in different places, and everything else beside.
        Case(
            """
            cache:
              size: 1MiB
              prefetch: maybe
              size: 2MiB
              "size": 3MiB
            log:
              queries: no
              queries: 7
            cache:
              sise: 5MiB
            """,
            #"h.yaml:3:13: cache.prefetch: expected yes or no, found "maybe""#,
            "h.yaml:4:3: cache.size: given more than once; it stands on line 2 too",
            "h.yaml:5:3: cache.size: given more than once; it stands on line 4 too",
            "h.yaml:8:3: log.queries: given more than once; it stands on line 7 too",
            #"h.yaml:8:12: log.queries: expected yes or no, found "7""#,
            "h.yaml:9:1: cache: given more than once; it stands on line 1 too",
            #"h.yaml:10:3: cache.sise: unknown key; did you mean "size"?"#),
    ]

    // --- Values of one scalar ---

    static let scalars = [
        Case("cache:\n  prefetch: 1\n", #"h.yaml:2:13: cache.prefetch: expected yes or no, found "1""#),
        Case("cache:\n  prefetch:\n", "h.yaml:2:12: cache.prefetch: expected yes or no, found nothing"),
        Case("cache:\n  prefetch: [yes]\n", "h.yaml:2:13: cache.prefetch: expected yes or no, found a list"),
        Case(
            "cache:\n  prefetch: {on: off}\n",
            "h.yaml:2:13: cache.prefetch: expected yes or no, found keys with values"),
        Case(
            "cache:\n  size: big\n",
            #"h.yaml:2:9: cache.size: expected a size such as 64MiB or 1GiB, 1MiB to 1TiB, found "big""#),
        Case(
            "cache:\n  size: 64MB\n",
            #"h.yaml:2:9: cache.size: expected a size such as 64MiB or 1GiB, 1MiB to 1TiB, found "64MB""#),
        Case("cache:\n  size: 5\n", "h.yaml:2:9: cache.size: 5 is outside the allowed range, 1MiB to 1TiB"),
        Case(
            "cache:\n  size: 99999999999999999999GiB\n",
            "h.yaml:2:9: cache.size: 99999999999999999999GiB is outside the allowed range, 1MiB to 1TiB"),
        Case(
            "cache:\n  failure-ttl: 10m\n",
            "h.yaml:2:16: cache.failure-ttl: 10m is outside the allowed range, 1s to 5m"),
        Case(
            "cache:\n  failure-ttl: 10\n",
            "h.yaml:2:16: cache.failure-ttl: expected a duration such as 500ms, 1.8s, 5m, 2h or 1d, 1s to 5m, "
                + #"found "10""#),
        Case(
            "dnssec:\n  mode: on\n  trust-anchors: root.key\n  bogus-ttl: 61s\n",
            #"h.yaml:2:9: dnssec.mode: expected validate or off, found "on""#,
            #"h.yaml:3:18: dnssec.trust-anchors: expected an absolute path, found "root.key""#,
            "h.yaml:4:14: dnssec.bogus-ttl: 61s is outside the allowed range, 1s to 1m"),
        Case(
            "limits:\n  alias-chain: 200\n",
            "h.yaml:2:16: limits.alias-chain: 200 is outside the allowed range, 1 to 100 records"),
        Case(
            "limits:\n  alias-chain: -1\n",
            "h.yaml:2:16: limits.alias-chain: -1 is outside the allowed range, 1 to 100 records"),
        Case(
            "limits:\n  alias-chain: 1e1\n",
            #"h.yaml:2:16: limits.alias-chain: expected a whole number, 1 to 100 records, found "1e1""#),
        Case(
            "process:\n  workers: many\n",
            #"h.yaml:2:12: process.workers: expected a whole number, 1 to 256 workers, found "many""#),
        Case(
            "resolution:\n  qname-minimisation: strickt\n",
            #"h.yaml:2:23: resolution.qname-minimisation: expected strict, relaxed or off, found "strickt""#),
        Case(
            "process:\n  state-directory: state\n",
            #"h.yaml:2:20: process.state-directory: expected an absolute path, found "state""#),
        Case(
            "process:\n  user: -rf\n", #"h.yaml:2:9: process.user: expected the name of a user, found "-rf""#),
        Case(
            "answers:\n  nsid: \"\"\n  id-server: \"\"\n",
            "h.yaml:2:9: answers.nsid: 0 octets is outside the allowed range, 1 to 128 octets",
            "h.yaml:3:14: answers.id-server: 0 octets is outside the allowed range, 1 to 255 octets"),
        Case(
            "answers:\n  nsid: 0xabc\n",
            "h.yaml:2:9: answers.nsid: expected text, or hexadecimal octets such as 0x6e7331, of 1 to 128 octets, "
                + #"found "0xabc""#),
    ]

    // --- Lists and mappings ---

    static let collections = [
        Case(
            "listen:\n  addresses: [localhost, 127.0.0.1:99999, 127.0.0.1:0]\n",
            "h.yaml:2:15: listen.addresses: expected an address with or without a port such as 127.0.0.1:5353, ::1 or "
                + #""[::1]:53", found "localhost""#,
            "h.yaml:2:26: listen.addresses: expected an address with or without a port such as 127.0.0.1:5353, ::1 or "
                + #""[::1]:53", found "127.0.0.1:99999""#,
            "h.yaml:2:43: listen.addresses: port 0 is outside the allowed range, 1 to 65535"),
        Case(
            "listen:\n  addresses: []\n",
            "h.yaml:2:14: listen.addresses: expected a list of addresses with or without a port, at least 1, found none"
        ),
        Case(
            "listen:\n  addresses:\n",
            "h.yaml:2:13: listen.addresses: expected a list of addresses with or without a port, at least 1, found nothing"
        ),
        Case(
            "listen:\n  addresses:\n    - 127.0.0.1\n    - 127.0.0.1:53\n",
            "h.yaml:4:7: listen.addresses: 127.0.0.1:53 is listed more than once; it stands on line 3 too"),
        Case(
            "access:\n  allow:\n    - 10.0.0.0/33\n    - 10.1.0.0/8\n    - [10.0.0.0/8]\n",
            #"h.yaml:3:7: access.allow: expected a network such as 192.168.0.0/16 or fd00::/8, found "10.0.0.0/33""#,
            "h.yaml:4:7: access.allow: 10.1.0.0/8 has bits beyond its prefix; the network is 10.0.0.0/8",
            "h.yaml:5:7: access.allow: expected a network such as 192.168.0.0/16 or fd00::/8, found a list"),
        Case(
            "rebinding-protection:\n  allow: [a..b, bücher.example, \"\"]\n",
            #"h.yaml:2:11: rebinding-protection.allow: "a..b" is no domain name: a label is empty"#,
            #"h.yaml:2:17: rebinding-protection.allow: "bücher.example" has letters beyond ASCII; write its xn-- form"#,
            #"h.yaml:2:33: rebinding-protection.allow: "" is no domain name: it is empty"#),
        Case(
            "hosts:\n  nas lan: 10.0.0.1\n  printer.lan: 10.0.0.256\n  router.lan: []\n  web.lan: 10.0.0.1\n  WEB.lan: 10.0.0.2\n",
            #"h.yaml:2:3: hosts.nas lan: "nas lan" is no host name: letters, digits, hyphens and dots make one"#,
            #"h.yaml:3:16: hosts.printer.lan: expected an IPv4 or IPv6 address, found "10.0.0.256""#,
            "h.yaml:4:15: hosts.router.lan: expected a list of addresses, at least 1, found none",
            "h.yaml:6:3: hosts.WEB.lan: given more than once; it stands on line 5 too"),
        Case(
            "hosts:\n  web.lan: 10.0.0.1\n  web.lan: 10.0.0.2\n",
            "h.yaml:3:3: hosts.web.lan: given more than once; it stands on line 2 too"),
        Case(
            "hosts: [web.lan]\n",
            "h.yaml:1:8: hosts: expected host names, each with an address or a list of addresses, found a list"
        ),
        Case(
            "resolution:\n  root-hints: named.root\n",
            "h.yaml:2:15: resolution.root-hints: expected builtin, the absolute path of a file, or names of servers with "
                + #"their addresses, found "named.root""#),
        Case(
            "resolution:\n  root-hints: {}\n",
            "h.yaml:2:15: resolution.root-hints: expected at least one server, found none"),
    ]

    // --- Forward and stub zones ---

    static let routes = [
        Case(
            "forward-zones:\n  suffix: corp.example\n",
            "h.yaml:2:3: forward-zones: expected a list of zones, each with suffix, servers, fallback-to-recursion, "
                + "found keys with values"),
        Case(
            "forward-zones:\n  - suffix: corp.example\n    server: 192.0.2.1\n  -\n",
            "h.yaml:2:5: forward-zones[0]: servers is missing: it takes a list of servers, each an address, a URL, or "
                + "keys with url, at least 1",
            #"h.yaml:3:5: forward-zones[0].server: unknown key; did you mean "servers"?"#,
            "h.yaml:4:4: forward-zones[1]: expected keys with values, found nothing"),
        Case(
            """
            forward-zones:
              - {suffix: a.example, servers: 192.0.2.1}
              - {suffix: A.example., servers: 192.0.2.2}
            stub-zones:
              - suffix: a.example
                servers: [192.0.2.3]
            """,
            "h.yaml:3:14: forward-zones[1].suffix: A.example. is the suffix of forward-zones[0] too, on line 2",
            "h.yaml:5:13: stub-zones[0].suffix: a.example. is the suffix of forward-zones[1] too, on line 3"),
        Case(
            "forward-zones:\n  - {suffix: ., servers: [127.0.0.1, \"127.0.0.1:5300\", \"::ffff:127.0.0.1@5300\"]}\n",
            "h.yaml:2:38: forward-zones[0].servers[1]: 127.0.0.1:5300 is an address that Homing itself listens on: "
                + "queries would go round in a loop",
            "h.yaml:2:56: forward-zones[0].servers[2]: [::ffff:127.0.0.1]:5300 is an address that Homing itself listens "
                + "on: queries would go round in a loop"),
        Case(
            "listen:\n  addresses: 0.0.0.0\nstub-zones:\n  - {suffix: a, servers: [127.0.0.53, \"::1\", 192.0.2.1]}\n",
            "h.yaml:4:27: stub-zones[0].servers[0]: 127.0.0.53:53 is an address that Homing itself listens on: "
                + "queries would go round in a loop"),
    ]

    // --- Values that do not go together ---

    static let together = [
        Case(
            "cache:\n  minimum-ttl: 1h\n  maximum-ttl: 5m\n",
            "h.yaml:2:16: cache.minimum-ttl: cache.minimum-ttl (1h) is over cache.maximum-ttl (5m)"),
        // A faulty value is reported once, not again in what it makes of others.
        Case(
            "cache:\n  minimum-ttl: 1h\n  maximum-ttl: 0s\n",
            "h.yaml:3:16: cache.maximum-ttl: 0s is outside the allowed range, 1s to 7d"),
        Case(
            "upstream:\n  ipv4: no\n  ipv6: no\n  source-addresses: 192.0.2.1\n",
            "h.yaml:3:9: upstream.ipv6: no server can be asked when upstream.ipv4 and upstream.ipv6 are both off"
        ),
        Case(
            "upstream:\n  ipv6: no\n  source-addresses: [192.0.2.1, \"2001:db8::1\"]\n"
                + "stub-zones: [{suffix: a, servers: \"2001:db8::2\"}]\n",
            "h.yaml:3:33: upstream.source-addresses[1]: 2001:db8::1 cannot be used: upstream.ipv6 is off",
            "h.yaml:4:35: stub-zones[0].servers[0]: 2001:db8::2 cannot be used: upstream.ipv6 is off"),
        Case(
            "resolution:\n  root-hints:\n    a.root: 127.0.0.1\n",
            "h.yaml:3:5: resolution.root-hints[0]: 127.0.0.1 is never asked, by upstream.never-ask"),
        Case(
            "access:\n  refuse: 10.0.0.0/8\n  drop: 10.0.0.0/8\n",
            "h.yaml:2:11: access.refuse[0]: 10.0.0.0/8 is in access.allow too",
            "h.yaml:3:9: access.drop[0]: 10.0.0.0/8 is in access.refuse too"),
        Case("process:\n  group: homing\n", "h.yaml:2:10: process.group: process.group needs process.user"),
    ]

    // --- Encrypted transports ---

    static let encrypted = [
        Case(
            "listen:\n  tls: [192.0.2.1, dns.example, 192.0.2.1:0]\n",
            "h.yaml:2:20: listen.tls: expected an address with or without a port such as 127.0.0.1:5353, ::1 or "
                + #""[::1]:853", found "dns.example""#,
            "h.yaml:2:33: listen.tls: port 0 is outside the allowed range, 1 to 65535"),
        Case(
            "listen:\n  addresses: 192.0.2.1:853\n  tls: 192.0.2.1\n  https: [192.0.2.1:853, 192.0.2.2]\n"
                + "  http: [127.0.0.1]\n",
            "h.yaml:3:8: listen.tls[0]: 192.0.2.1:853 is in listen.addresses too",
            "h.yaml:4:11: listen.https[0]: 192.0.2.1:853 is in listen.tls too"),
        Case(
            "listen:\n  http: [127.0.0.1, \"::1\", 0.0.0.0:8080, \"::ffff:127.0.0.1@81\", \"fd00::1\"]\n",
            "h.yaml:2:28: listen.http[2]: 0.0.0.0:8080 is not loopback, and queries to it can be read on their way; "
                + "listen.http-from-anywhere allows it",
            "h.yaml:2:65: listen.http[4]: [fd00::1]:80 is not loopback, and queries to it can be read on their way; "
                + "listen.http-from-anywhere allows it"),
        Case("listen:\n  http: 0.0.0.0\n  http-from-anywhere: yes\n"),
        Case(
            "listen:\n  proxy-protocol: 192.0.2.1/24\n",
            "h.yaml:2:19: listen.proxy-protocol: 192.0.2.1/24 has bits beyond its prefix; the network is 192.0.2.0/24"
        ),
        Case(
            "tls:\n  certificates:\n    - chain: chain.pem\n      kee: /etc/key.pem\n",
            "h.yaml:3:7: tls.certificates[0]: key is missing: it takes an absolute path",
            #"h.yaml:3:14: tls.certificates[0].chain: expected an absolute path, found "chain.pem""#,
            #"h.yaml:4:7: tls.certificates[0].kee: unknown key; did you mean "key"?"#),
        Case(
            "tls:\n  certificates: /etc/chain.pem\n  names: [a b, ., 192.0.2.1]\n  addresses: dns.example\n",
            #"h.yaml:2:17: tls.certificates: expected a list of certificates, each with chain, key, found "/etc/chain.pem""#,
            #"h.yaml:3:11: tls.names: "a b" is no host name: letters, digits, hyphens and dots make one"#,
            #"h.yaml:3:16: tls.names: "." is no host name: letters, digits, hyphens and dots make one"#,
            #"h.yaml:3:19: tls.names: "192.0.2.1" is an address; tls.addresses is for those"#,
            #"h.yaml:4:14: tls.addresses: expected an IPv4 or IPv6 address, found "dns.example""#),
        Case(
            "https:\n  path: dns-query\n  trusted-proxies: localhost\n",
            #"h.yaml:2:9: https.path: expected a path of a URL such as /dns-query, found "dns-query""#,
            "h.yaml:3:20: https.trusted-proxies: expected a network such as 192.168.0.0/16 or fd00::/8, found "
                + #""localhost""#),
        Case(
            "https:\n  path: /dns-query{?dns}\n",
            #"h.yaml:2:9: https.path: expected a path of a URL such as /dns-query, found "/dns-query{?dns}""#),
        Case("discovery:\n  ddr: 1\n", #"h.yaml:2:8: discovery.ddr: expected yes or no, found "1""#),
        Case("listn:\n  tls: 0.0.0.0\n", #"h.yaml:1:1: listn: unknown key; did you mean "listen"?"#),
    ]

    // --- Servers that are asked encrypted ---

    private static func server(_ text: String, _ message: String) -> Case {
        Case(
            "forward-zones:\n- suffix: .\n  servers:\n  - \(text)\n",
            "h.yaml:4:5: forward-zones[0].servers: " + message)
    }

    private static let pin = "198pqIi1CJRWcHlPraozwCxzb/uSqyR0CO+M+PMihcY="

    static let servers = [
        server(
            "dns.example",
            "expected an address such as 192.0.2.1 or 192.0.2.1:5353, a URL such as tls://dns.example or "
                + #"https://dns.example/dns-query, or keys with url, found "dns.example""#),
        server("tls://", #""tls://" has no name or address of a server"#),
        server("tls://user@192.0.2.1", #""tls://user@192.0.2.1" has no name or address of a server"#),
        server("quic://192.0.2.1", #""quic" is no way to ask a server; tls and https are"#),
        server(
            "tls://192.0.2.1/dns-query",
            #""tls://192.0.2.1/dns-query" has a path, which DNS over TLS has no use for"#),
        server(
            "https://192.0.2.1/dns-query{?dns}",
            #""https://192.0.2.1/dns-query{?dns}" has no plain path of at most 200 octets"#),
        server("tls://192.0.2.1:0", "port 0 is outside the allowed range, 1 to 65535"),
        server("tls://192.0.2.1:99999", #""192.0.2.1:99999" is no address with or without a port"#),
        server("tls://2001:db8::1", #""db8::1" is no port; an IPv6 address needs brackets"#),
        server(
            "tls://a_%/", #""a_%" is no host name: letters, digits, hyphens and dots make one"#),
        server(
            "tls://dns.example",
            "dns.example. is a name, and nobody is asked where that is: bootstrap takes its addresses"),
        server(
            "{url: tls://192.0.2.1, bootstrap: 192.0.2.2}",
            "192.0.2.1 is an address already: bootstrap is for servers with a name"),
        server(
            "{url: 192.0.2.1, authentication: opportunistic}",
            "192.0.2.1:53 is asked in cleartext, where nothing is proved: it takes an address alone"),
        server(
            "{url: tls://192.0.2.1, pins: \(pin), authentication: opportunistic}",
            "pins are for strict authentication: nobody looks at them otherwise"),
        Case(
            "forward-zones:\n- suffix: .\n  servers:\n  - {bootstrap: dns.example, pins: [abc], name: a}\n",
            "h.yaml:4:5: forward-zones[0].servers: url is missing: it takes a URL such as tls://dns.example or "
                + "https://dns.example/dns-query",
            "h.yaml:4:17: forward-zones[0].servers.bootstrap: expected an IPv4 or IPv6 address, found "
                + #""dns.example""#,
            "h.yaml:4:37: forward-zones[0].servers.pins: expected a SHA-256 digest in base64, 44 characters, found "
                + #""abc""#,
            "h.yaml:4:43: forward-zones[0].servers.name: unknown key"),
        Case(
            "listen: {tls: 127.0.0.1}\nupstream: {ipv6: no}\nforward-zones:\n"
                + "- {suffix: ., servers: [tls://127.0.0.1, \"tls://[2001:db8::1]\", https://127.0.0.1]}\n",
            "h.yaml:4:25: forward-zones[0].servers[0]: 127.0.0.1:853 is an address that Homing itself listens on: "
                + "queries would go round in a loop",
            "h.yaml:4:42: forward-zones[0].servers[1]: 2001:db8::1 cannot be used: upstream.ipv6 is off"),
    ]

    // --- Keys and zones that are held here ---

    static let tsigKeys = [
        Case(
            "keys:\n- {name: a, secret: AAAA}\n- {name: A., secret: AAAA}\n- {name: b}\n",
            "h.yaml:3:10: keys[1].name: A. is the name of keys[0] too, on line 2",
            "h.yaml:4:3: keys[2]: one of secret, secret-file and file must be given"),
        Case(
            "keys:\n- {name: a, secret: AAAA, file: /etc/a.key}\n- {name: b, algorithm: hmac-sha1, file: /etc/b.key}\n",
            "h.yaml:2:3: keys[0]: secret and file are given, of which one is enough",
            "h.yaml:3:24: keys[1].algorithm: the file says how the key signs: algorithm is for the others"),
        Case(
            "keys:\n- {secret: c2VjcmV0IQ}\n- {name: b, secret-file: b.key, algorithm: sha256}\n- {name: c, secret: \"\"}\n",
            "h.yaml:2:3: keys[0]: name is missing: it takes a domain name",
            "h.yaml:2:12: keys[0].secret: not a secret in base64 (which is not shown here)",
            #"h.yaml:3:26: keys[1].secret-file: expected an absolute path, found "b.key""#,
            "h.yaml:3:44: keys[1].algorithm: expected hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384 or "
                + #"hmac-sha512, found "sha256""#,
            "h.yaml:4:21: keys[2].secret: not a secret in base64 (which is not shown here)"),
        Case(
            "keys: {a: AAAA}\n",
            "h.yaml:1:7: keys: expected a list of keys, each with name and a secret, found keys with values"),
    ]

    static let zones = [
        Case(
            "zones:\n- {name: a, fille: /a}\n- {file: a.zone}\n- a\n",
            #"h.yaml:2:13: zones[0].fille: unknown key; did you mean "file"?"#,
            "h.yaml:3:3: zones[1]: name is missing: it takes a domain name",
            #"h.yaml:3:10: zones[1].file: expected an absolute path, found "a.zone""#,
            #"h.yaml:4:3: zones[2]: expected keys with values, found "a""#),
        Case("zones: a\n", #"h.yaml:1:8: zones: expected a list of zones, each with name, found "a""#),
        Case(
            """
            hosts: {nas.home.arpa: 10.0.0.1, nas.lan: 10.0.0.1}
            special-names: {except: [test, b.example]}
            forward-zones: [{suffix: c.example, servers: 192.0.2.1}]
            stub-zones: [{suffix: d.example, servers: 192.0.2.1}]
            zones:
            - name: home.arpa
            - name: Home.Arpa.
            - name: b.example
            - name: c.example
            - name: d.example
            - name: sub.d.example
            """,
            "h.yaml:1:9: hosts[0]: nas.home.arpa. is inside the zone home.arpa., zones[1], on line 7: its records belong there",
            "h.yaml:7:9: zones[1].name: Home.Arpa. is the name of zones[0] too, on line 6",
            "h.yaml:8:9: zones[2].name: b.example. is resolved like any other name, by special-names.except[1]",
            "h.yaml:9:9: zones[3].name: c.example. is forward-zones[0].suffix too, on line 3: either it is held here, or "
                + "others are asked for it",
            "h.yaml:10:9: zones[4].name: d.example. is stub-zones[0].suffix too, on line 4: either it is held here, or "
                + "others are asked for it"),
        Case(
            "zones:\n- {name: a, serial: daily, transfer: {keys: [a..b], networks: all, require-tls: yes, key: b}}\n",
            #"h.yaml:2:21: zones[0].serial: expected increment, date or unixtime, found "daily""#,
            #"h.yaml:2:46: zones[0].transfer.keys: "a..b" is no domain name: a label is empty"#,
            #"h.yaml:2:63: zones[0].transfer.networks: expected a network such as 192.168.0.0/16 or fd00::/8, found "all""#,
            #"h.yaml:2:86: zones[0].transfer.key: unknown key; did you mean "keys"?"#),
        Case(
            "zones:\n- {name: a, transfer: {networks: 10.0.0.0/8, require-tls: yes}}\n",
            "h.yaml:2:59: zones[0].transfer.require-tls: transfers over TLS need an address to come to, in listen.tls"
        ),
        Case(
            "listen: {tls: 0.0.0.0}\nzones:\n- {name: a, transfer: {networks: 10.0.0.0/8, require-tls: yes}}\n"
        ),
        Case(
            "zones:\n- name: a\n  notify: [ns2.example, {key: k}, {address: 192.0.2.1, key: k, port: 54}]\n",
            "h.yaml:3:12: zones[0].notify: expected an address with or without a port such as 127.0.0.1:5353, ::1 or "
                + #""[::1]:53", found "ns2.example""#,
            "h.yaml:3:25: zones[0].notify: address is missing: it takes an address with or without a port such as "
                + #"127.0.0.1:5353, ::1 or "[::1]:53""#,
            "h.yaml:3:64: zones[0].notify.port: unknown key"),
        Case(
            "zones:\n- {name: a, journal: {size: 1KiB, age: 1s}, lease: {minimum: 2h, maximum: 1h}}\n"
                + "zone-defaults:\n  lease: {minimum: 1d, maximum: 1h}\n  file: /a\n",
            "h.yaml:2:29: zones[0].journal.size: 1KiB is outside the allowed range, 64KiB to 16GiB",
            "h.yaml:2:40: zones[0].journal.age: 1s is outside the allowed range, 1m to 3650d",
            "h.yaml:2:62: zones[0].lease.minimum: the shortest lease (2h) is over the longest (1h)",
            "h.yaml:4:20: zone-defaults.lease.minimum: the shortest lease (1d) is over the longest (1h)",
            "h.yaml:5:3: zone-defaults.file: unknown key"),
    ]

    static let rules = [
        Case(
            "zones:\n- name: a\n  update-policy:\n  - grant k. zonesb A\n  - \"allow k. zonesub\"\n  - [grant]\n  - grant k. name\n",
            "h.yaml:4:14: zones[0].update-policy: \"zonesb\": name, subdomain, wildcard, zonesub, self, selfsub, selfwild, "
                + "tcp-self or 6to4-self expected",
            #"h.yaml:5:6: zones[0].update-policy: "allow": grant or deny expected"#,
            #"h.yaml:6:5: zones[0].update-policy: expected a rule such as "grant dhcp. zonesub A AAAA DHCID", found a list"#,
            "h.yaml:7:17: zones[0].update-policy: a name expected, the rule ends"),
        Case(
            "zone-defaults: {update-policy: [deny * zonesub, deny * zonesub, 'grant @10.0.0.0/33 zonesub']}\n",
            #"h.yaml:1:49: zone-defaults.update-policy: deny * zonesub is listed more than once; it stands on line 1 too"#,
            #"h.yaml:1:72: zone-defaults.update-policy: "@10.0.0.0/33": a network such as 192.0.2.0/24 expected behind @"#
        ),
    ]

    static let roles = [
        Case(
            """
            zones:
            - name: a
              primaries: 192.0.2.1
              file: /a
              serial: date
              name-servers: ns.a
              lease: {minimum: 1h}
              update-policy: grant k zonesub ANY
            - {name: b, primaries: 192.0.2.1, update-policy: grant k zonesub ANY, forward-updates: yes}
            - {name: c, forward-updates: yes, file: /c, name-servers: ns.c}
            """,
            "h.yaml:4:9: zones[0].file: a zone with primaries is as they have it",
            "h.yaml:5:11: zones[0].serial: a zone with primaries is as they have it",
            "h.yaml:6:17: zones[0].name-servers: a zone with primaries is as they have it",
            "h.yaml:7:10: zones[0].lease: a zone with primaries is as they have it",
            "h.yaml:8:18: zones[0].update-policy: a zone with primaries is changed there: forward-updates passes updates on",
            "h.yaml:10:30: zones[2].forward-updates: updates are passed on to primaries, and the zone has none",
            "h.yaml:10:59: zones[2].name-servers: the file has the name servers"),
        Case(
            """
            zones:
            - name: a
              primaries:
              - https://192.0.2.1
              - tls://ns.example
              - {address: 192.0.2.1, pins: \(pin)}
              - {key: k}
              - 127.0.0.1:5300
            """,
            "h.yaml:4:5: zones[0].primaries: https://192.0.2.1/dns-query is asked over HTTPS, where no zones are transferred "
                + "(RFC 9103)",
            "h.yaml:5:5: zones[0].primaries: ns.example. is a name, and nobody is asked where that is: bootstrap takes its "
                + "addresses",
            "h.yaml:6:5: zones[0].primaries: 192.0.2.1:53 is asked in cleartext, where nothing is proved: it takes an address "
                + "alone",
            "h.yaml:7:5: zones[0].primaries: address is missing: it takes an address such as 192.0.2.1 or 192.0.2.1:5353, or "
                + "tls:// and an address or a name",
            "h.yaml:8:5: zones[0].primaries[0]: 127.0.0.1:5300 is an address that Homing itself listens on: queries would go "
                + "round in a loop"),
        Case(
            """
            zones:
            - {name: a, catalog: maker}
            - {name: b, catalog: consumer}
            - {name: c, catalog: producer, primaries: 192.0.2.1}
            - {name: d, catalog: {kind: producer, members: {serial: date}}, update-policy: grant k zonesub ANY}
            - {name: e, catalog: {kind: consumer, zones: f, members: {lease: {minimum: 2h, maximum: 1h}}}, primaries: 192.0.2.1}
            - {name: g, catalog: {zones: f}}
            """,
            #"h.yaml:2:22: zones[0].catalog: expected producer or consumer, found "maker""#,
            "h.yaml:3:22: zones[1].catalog: a catalog that is consumed comes from somewhere: primaries says from where",
            "h.yaml:4:22: zones[2].catalog: a catalog that is made here has no primaries",
            "h.yaml:5:48: zones[3].catalog.members: this is not for a producer",
            "h.yaml:5:80: zones[3].update-policy: what is in a catalog that is made here follows from the zones",
            "h.yaml:6:46: zones[4].catalog.zones: this is not for a consumer",
            "h.yaml:6:76: zones[4].catalog.members.lease.minimum: the shortest lease (2h) is over the longest (1h)",
            "h.yaml:7:22: zones[5].catalog: kind is missing: it takes producer or consumer"),
    ]

    // --- Not even YAML ---

    static let yaml = [
        Case(
            "cache:\n\tsize: 1MiB\nlog:\n \tlevel: info\n",
            "h.yaml:2:1: a tab in the indentation; YAML is indented with spaces",
            "h.yaml:4:2: a tab in the indentation; YAML is indented with spaces"),
        Case(
            "cache: {size: 1MiB\n",
            "h.yaml:2:1: not YAML: did not find expected ',' or '}' (while parsing a flow mapping that "
                + "begins on line 1)"),
        Case(
            "listen:\n  addresses:\n    - [::1]:53\n",
            "h.yaml:3:8: not YAML: did not find expected node content; an IPv6 address needs quotes, as in "
                + #""::1" or "[::1]:53""#),
        Case(
            "listen:\n  addresses: [::1]:53\n",
            "h.yaml:2:15: not YAML: did not find expected node content; an IPv6 address needs quotes, as in "
                + #""::1" or "[::1]:53""#),
        Case(
            "cache:\n  size: 1MiB\n prefetch: no\n",
            "h.yaml:3:2: not YAML: did not find expected key (while parsing a block mapping that begins on line 1)"
        ),
        Case(
            "cache:\n  size: 1MiB: 2\n",
            "h.yaml:2:13: not YAML: mapping values are not allowed in this context"),
        Case(
            "cache:\n---\nlog:\n",
            "h.yaml:2:1: not YAML: expected a single document in the stream but found another document"),
        Case("cache: *missing\n", "h.yaml:1:8: not YAML: found undefined alias"),
        Case("log:\n  level: \u{7}\n", "h.yaml:2:10: not YAML: control characters are not allowed"),
    ]

    // --- Files that try our patience ---

    @Test func otherEncodings() {
        #expect(
            messages([0x6c, 0x6f, 0x67, 0x3a, 0x0a, 0x20, 0xc3, 0xbc, 0xff]) == [
                "h.yaml:2:3: not UTF-8 text from here on"
            ])
        #expect(
            messages(Array("log:\n  level: \"".utf8) + [0xc3]) == ["h.yaml:2:11: not UTF-8 text from here on"]
        )
    }

    /// A file of nothing but mistakes takes no longer than it can be waited for.
    @Test(arguments: [
        ("cache:\n", "  size%: 1\n", 2000), ("hosts:\n", "  %: 1\n", 2000),
        ("stub-zones:\n", "  - {suffix%: 1}\n", 6000),
        ("access:\n  allow:\n", "  - 10.%\n", 2000),
    ])
    func manyMistakes(_ head: String, _ line: String, _ count: Int) {
        let text = head + (0..<2000).map { line.replacing("%", with: String($0)) }.joined()
        let start = secondsOfThisThread
        #expect(messages(Array(text.utf8)).count == count)
        #expect(secondsOfThisThread - start < 10)
    }

    /// CPU time, so that what other programs do in the meantime does not count.
    private var secondsOfThisThread: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func tooLarge() {
        let octets = [UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20)
        #expect(messages(octets).isEmpty)
        #expect(messages(octets + [10]) == ["h.yaml: larger than 1MiB, the limit for a configuration"])
    }

    @Test func aliasBombs() {
        func bomb(_ levels: Int, _ width: Int) -> [UInt8] {
            var text = "a0: &a0 [x]\n"
            for level in 1...levels {
                let aliases = Array(repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
                text += "a\(level): &a\(level) [\(aliases)]\n"
            }
            return Array("\(text)? *a\(levels)\n: x\n".utf8)
        }
        #expect(messages(bomb(9, 9)) == ["h.yaml:3:1: more than 16 aliases (*name) in the file, the limit"])
        // As much as 16 aliases can do is done in no time.
        #expect(messages(bomb(5, 3)).count == 7)
    }

    @Test(arguments: ["[", "{", "- ", "? ", "a: {", "[{"])
    func deepNesting(_ opening: String) {
        let octets = Array(String(repeating: opening, count: 100_000).utf8)
        #expect(messages(octets).count == 1)
    }

    @Test func moreRepeatedKeysThanAnyoneRepairs() {
        let octets = Array(String(repeating: "log:\n", count: 1000).utf8)
        #expect(messages(octets) == [#"h.yaml:33:1: the key "log" is given more than once in one place"#])
    }

    @Test func filesThatCannotBeRead() {
        func message(of path: String) -> String {
            do {
                _ = try Configuration.load(path: path)
                return "read"
            } catch {
                return error.description
            }
        }
        #expect(message(of: "/nonexistent/h.yaml") == "/nonexistent/h.yaml: cannot be read: no such file")
        #expect(message(of: "/usr").hasPrefix("/usr: cannot be read: "), "\(message(of: "/usr"))")
        #expect(message(of: "/dev/zero") == "/dev/zero: larger than 1MiB, the limit for a configuration")
        #expect(message(of: "/dev/null") == "read")
    }
}
