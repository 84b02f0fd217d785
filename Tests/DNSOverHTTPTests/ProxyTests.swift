import DNSOverHTTP
import DNSWire
import TestPeers
import Testing

@Suite struct ProxyHeaderTests {
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
    private static let ipv4: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 1, 0x30, 0x39, 0x01, 0xbb]
    private static let ipv6: [UInt8] =
        [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7] + [UInt8](repeating: 0, count: 15) + [
            1, 0x30, 0x39, 1, 0xbb,
        ]

    private static func header(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 255)] + rest
    }

    private func read(_ octets: [UInt8]) -> ProxyHeader { ProxyHeader.read(octets.span) }

    @Test func addressesAreRead() {
        #expect(
            read(Self.header(0x21, 0x11, Self.ipv4) + [1, 2, 3])
                == .header(
                    length: 28, client: SocketAddress(IPAddress(192, 0, 2, 7), port: 12_345),
                    local: SocketAddress(IPAddress(198, 51, 100, 1), port: 443)))
        #expect(
            read(Self.header(0x21, 0x21, Self.ipv6))
                == .header(
                    length: 52, client: SocketAddress("[2001:db8::7]:12345", defaultPort: 0),
                    local: SocketAddress("[::1]:443", defaultPort: 0)))
        let mapped = [UInt8](repeating: 0, count: 10) + [255, 255, 192, 0, 2, 7]
        guard case .header(_, let client, _) = read(Self.header(0x21, 0x21, mapped + Self.ipv6[16...])) else {
            Issue.record("no header")
            return
        }
        #expect(client?.address == IPAddress(192, 0, 2, 7))
    }

    @Test func othersHaveNoAddress() {
        #expect(read(Self.header(0x20, 0x00, [])) == .header(length: 16, client: nil, local: nil))
        #expect(read(Self.header(0x20, 0x11, Self.ipv4)) == .header(length: 28, client: nil, local: nil))
        #expect(read(Self.header(0x20, 0xff, [1])) == .header(length: 17, client: nil, local: nil))
        #expect(read(Self.header(0x21, 0x00, [1, 2])) == .header(length: 18, client: nil, local: nil))
        #expect(read(Self.header(0x21, 0x12, Self.ipv4)) == .header(length: 28, client: nil, local: nil))
        let paths = [UInt8](repeating: 0, count: 216)
        #expect(read(Self.header(0x21, 0x31, paths)) == .header(length: 232, client: nil, local: nil))
    }

    @Test func fieldsAreSkipped() {
        let fields: [UInt8] = [4, 0, 0, 2, 0, 3, 1, 2, 3]
        guard case .header(let length, let client?, _) = read(Self.header(0x21, 0x11, Self.ipv4 + fields))
        else {
            Issue.record("no header")
            return
        }
        #expect(length == 37 && client.port == 12_345)
        #expect(read(Self.header(0x21, 0x11, Self.ipv4 + [4, 0])) == .malformed)
        #expect(read(Self.header(0x21, 0x11, Self.ipv4 + [4, 0, 5, 1])) == .malformed)
    }

    /// CRC32C, computed here from its definition over a table.
    @Test func checksumIsChecked() {
        func checksum(_ octets: [UInt8]) -> UInt32 {
            var table: [UInt32] = []
            for index: UInt32 in 0..<256 {
                var word = index
                for _ in 0..<8 { word = word & 1 == 1 ? 0x82f6_3b78 ^ word >> 1 : word >> 1 }
                table.append(word)
            }
            var remainder = UInt32.max
            for octet in octets {
                let index = Int((remainder ^ UInt32(octet)) & 255)
                remainder = table[index] ^ remainder >> 8
            }
            return ~remainder
        }
        #expect(checksum(Array("123456789".utf8)) == 0xe306_9283)
        var octets = Self.header(0x21, 0x11, Self.ipv4 + [3, 0, 4, 0, 0, 0, 0, 4, 0, 0])
        octets.replaceSubrange(31..<35, with: Frame.octets(of: checksum(octets)))
        guard case .header(38, _?, _) = read(octets) else {
            Issue.record("the right checksum is refused")
            return
        }
        // Octet 28 is the type of the checksum: with another one there is none.
        for index in 16..<36 where index != 28 {
            var damaged = octets
            damaged[index] ^= 1
            #expect(read(damaged) == .malformed, "\(index)")
        }
    }

    @Test func everyBeginningIsIncomplete() {
        let octets = Self.header(0x21, 0x11, Self.ipv4)
        for count in 0..<octets.count { #expect(read(Array(octets[..<count])) == .incomplete) }
    }

    @Test func malformedHeaders() {
        #expect(read(Array("PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n".utf8)) == .malformed)
        #expect(read(Array("GET".utf8)) == .malformed)
        for index in 0..<12 {
            var octets = Self.header(0x21, 0x11, Self.ipv4)
            octets[index] ^= 0x20
            #expect(read(octets) == .malformed)
        }
        for command: UInt8 in [0x00, 0x11, 0x22, 0x2f, 0x31] {
            #expect(read(Self.header(command, 0x11, Self.ipv4)) == .malformed)
        }
        for family: UInt8 in [0x10, 0x13, 0x41, 0x01, 0xff] {
            #expect(read(Self.header(0x21, family, Self.ipv6)) == .malformed)
        }
        #expect(read(Self.header(0x21, 0x21, Self.ipv4)) == .malformed)
        #expect(read(Self.header(0x21, 0x11, Array(Self.ipv4.dropLast()))) == .malformed)
        // Known before the rest of it came.
        #expect(read(Self.signature + [0x21, 0x11, 0x10, 0x01]) == .malformed)
    }
}

@Suite struct ForwardingTests {
    private let trusted = [IPNetwork("10.0.0.0/8"), IPNetwork("2001:db8:1::/48")].compactMap(\.self)

    private func read(forwarded: [String] = [], forwardedFor: [String] = []) -> Forwarding {
        var forwarding = Forwarding()
        for line in forwarded { forwarding.readForwarded(Array(line.utf8).span, trusted: trusted) }
        for line in forwardedFor { forwarding.readForwardedFor(Array(line.utf8).span, trusted: trusted) }
        return forwarding
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("192.0.2.1, 192.0.2.2", "192.0.2.2"),
        ("192.0.2.1,192.0.2.2 , 10.0.0.1,10.9.9.9", "192.0.2.2"), ("10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::1"), ("[2001:db8::1]:443", "2001:db8::1"), ("192.0.2.1:99", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.1, ::ffff:10.0.0.1", "192.0.2.1"),
        (" 192.0.2.1 ,,", "192.0.2.1"),
        ("x, 192.0.2.1", "192.0.2.1"), ("192.0.2.1, unknown", "none"), ("", "none"),
        ("192.0.2.1, x", "doubtful"), ("192.0.2.1, 10.0.0.1, x", "doubtful"), ("192.0.2.1@1", "doubtful"),
    ])
    func forwardedFor(value: String, client: String) {
        let forwarding = read(forwardedFor: [value])
        #expect(text(forwarding) == client)
    }

    private func text(_ forwarding: Forwarding) -> String {
        forwarding.isDoubtful ? "doubtful" : forwarding.client?.description ?? "none"
    }

    @Test(arguments: [
        ("for=192.0.2.1", "192.0.2.1"), ("For=\"192.0.2.1:4711\"", "192.0.2.1"),
        ("for=192.0.2.1;proto=http;by=203.0.113.43", "192.0.2.1"), ("proto=https;for=192.0.2.1", "192.0.2.1"),
        ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"), ("for=\"[2001:db8::1]\"", "2001:db8::1"),
        ("for=192.0.2.1, for=192.0.2.2;by=10.0.0.1 , for=10.0.0.1", "192.0.2.2"),
        ("for=192.0.2.1, for=\"[2001:db8:1::9]\"", "192.0.2.1"), ("for=10.0.0.1", "10.0.0.1"),
        ("for=_hidden", "none"), ("for=\"_gazonk\", for=unknown", "none"), ("proto=https", "none"),
        ("for=\"192.0.2.\\1\"", "192.0.2.1"), ("by=\"a,b;for=c\";for=192.0.2.1", "192.0.2.1"), ("", "none"),
        ("for=192.0.2.1,", "192.0.2.1"), ("for=x, for=192.0.2.1", "192.0.2.1"),
        ("for=\", for=192.0.2.1", "doubtful"), ("for", "doubtful"), ("for=", "doubtful"),
        ("for=192.0.2.1;for=192.0.2.2", "doubtful"), ("for=x", "doubtful"),
        ("for=192.0.2.1 by=a", "doubtful"),
        ("for=2001:db8::1", "doubtful"), ("for=\"[2001:db8::1\"", "doubtful"), ("=x", "doubtful"),
        ("@", "doubtful"),
    ])
    func forwarded(value: String, client: String) {
        #expect(text(read(forwarded: [value])) == client)
    }

    @Test func linesAreOneList() {
        #expect(text(read(forwardedFor: ["192.0.2.1", "192.0.2.2, 10.0.0.1", "10.0.0.2"])) == "192.0.2.2")
        #expect(text(read(forwarded: ["for=192.0.2.1", "for=10.0.0.1"])) == "192.0.2.1")
    }

    @Test func fieldsMustAgree() {
        #expect(text(read(forwarded: ["for=192.0.2.1"], forwardedFor: ["192.0.2.1"])) == "192.0.2.1")
        #expect(text(read(forwarded: ["for=192.0.2.1"], forwardedFor: ["192.0.2.2"])) == "doubtful")
        #expect(text(read(forwarded: ["for=unknown"], forwardedFor: ["192.0.2.2"])) == "doubtful")
        #expect(text(read(forwarded: ["for=unknown"], forwardedFor: ["unknown"])) == "none")
    }

    @Test func onlyTrustedPeersAreBelieved() {
        var settings = DoHSettings()
        settings.trustedProxies = trusted
        for (peer, expected) in [
            (IPAddress(10, 0, 0, 1), IPAddress(192, 0, 2, 9)), (IPAddress(192, 0, 2, 1), nil),
        ] {
            let service = Service(.http1, settings, peer: peer)
            let request = "GET /dns-query?dns=\(Sample.text) HTTP/1.1\r\nHost: a\r\n"
            service.exchange(Array((request + "X-Forwarded-For: 192.0.2.9\r\n\r\n").utf8))
            let http2 = Service(.http2, settings, peer: peer)
            let fields = Frame.getFields() + [("forwarded", "for=192.0.2.9")]
            http2.exchange(Frame.preface + Frame.noSettings.octets + Frame.request(1, fields).octets)
            #expect(service.queries.map(\.query.client) == [expected])
            #expect(http2.queries.map(\.query.client) == [expected])
        }
        let service = Service(.http1, settings, peer: IPAddress(10, 0, 0, 1))
        let response = service.exchange(
            Array("GET /dns-query HTTP/1.1\r\nHost: a\r\nForwarded: for=\"\r\n\r\n".utf8))
        #expect(String(decoding: response, as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
    }
}
