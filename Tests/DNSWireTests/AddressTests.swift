import DNSWire
import Testing

@Suite struct AddressTests {
    /// RFC 5952 §4 and §5, RFC 4291 §2.2.
    @Test(arguments: [
        ("2001:0db8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8::ABCD", "2001:db8::abcd"), ("::", "::"),
        ("::1", "::1"), ("1::", "1::"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("::ffff:c000:201", "::ffff:192.0.2.1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    ])
    func goodAddresses(text: String, canonical: String) {
        let address = IPAddress(text)
        #expect(address?.description == canonical)
        #expect(IPAddress(canonical) == address)
        #expect(address.flatMap { IPAddress(octets: $0.octets) } == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.-4", "1.2.3.+4", " 1.2.3.4",
        "1.2.3.4 ", "1..2.3",
        ":", ":::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%eth0",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "1::2:3:4:5:6:7:8", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "::+1",
        "::-1",
        "1.2.3.\u{664}",
    ])
    func badAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func mappedAddressesAreJudgedAsIPv4() throws {
        let network = try #require(IPNetwork("192.0.2.0/24"))
        #expect(network.contains(try #require(IPAddress("::ffff:192.0.2.7"))))
        #expect(!network.contains(try #require(IPAddress("::192.0.2.7"))))
        #expect(try #require(IPAddress("::ffff:1.2.3.4")).unmapped == IPAddress(1, 2, 3, 4))
    }

    @Test func networks() throws {
        #expect(IPNetwork("192.0.2.255/25")?.description == "192.0.2.128/25")
        #expect(IPNetwork("192.0.2.1")?.description == "192.0.2.1/32")
        #expect(IPNetwork("2001:db8::1/32")?.description == "2001:db8::/32")
        #expect(IPNetwork("::/0")?.contains(try #require(IPAddress("ffff::"))) == true)
        #expect(IPNetwork("0.0.0.0/0")?.contains(IPAddress(255, 1, 1, 1)) == true)
        #expect(IPNetwork("0.0.0.0/0")?.contains(try #require(IPAddress("::1"))) == false)
        for text in [
            "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/+1", "::/129", "/8", "192.0.2.0/8/8", "",
        ] {
            #expect(IPNetwork(text) == nil, "\(text)")
        }
    }

    @Test func socketAddresses() {
        let good = [
            ("192.0.2.1", "192.0.2.1:53"), ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("192.0.2.1@853", "192.0.2.1:853"),
            ("2001:db8::1", "[2001:db8::1]:53"), ("[2001:db8::1]", "[2001:db8::1]:53"),
            ("[2001:db8::1]:853", "[2001:db8::1]:853"), ("2001:db8::1@853", "[2001:db8::1]:853"),
        ]
        for (text, canonical) in good {
            #expect(SocketAddress(text, defaultPort: 53)?.description == canonical)
            #expect(SocketAddress(canonical, defaultPort: 1)?.description == canonical)
        }
        for text in [
            "", ":53", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1@", "[::1", "[::1]53", "[::1]:",
            "[192.0.2.1", "::1]:53",
            "192.0.2.1:+5", "@53", "[]:53",
        ] {
            #expect(SocketAddress(text, defaultPort: 53) == nil, "\(text)")
        }
    }

    // --- SipHash ---

    @Test func hashFoldsLettersOnly() {
        let key = SipHash.Key(low: 1, high: 2)
        let hash = { (octets: [UInt8], folding: Bool) in
            SipHash.hash13(octets.span, octets.indices, foldingCase: folding, key: key)
        }
        for octet in 0...255 as ClosedRange<UInt8> {
            // Once in a whole word and once in the rest.
            for octets in [[UInt8](repeating: octet, count: 8), [1, octet]] {
                let lower = octets.map { (65...90).contains($0) ? $0 + 32 : $0 }
                #expect(hash(octets, true) == hash(lower, false))
                #expect((hash(octets, true) == hash(octets, false)) == (octets == lower))
            }
        }
    }

    @Test func hashDependsOnKeySaltAndLength() {
        let octets = [UInt8](0...40)
        let key = SipHash.Key(low: 1, high: 2)
        var seen: Set<UInt64> = []
        for end in 0...41 { seen.insert(SipHash.hash13(octets.span, 0..<end, key: key)) }
        for salt in 1...10 as ClosedRange<UInt64> {
            seen.insert(SipHash.hash13(octets.span, 0..<41, salt: salt, key: key))
        }
        seen.insert(SipHash.hash13(octets.span, 0..<41, key: SipHash.Key(low: 2, high: 1)))
        #expect(seen.count == 53)
        // A range past the end is cut.
        #expect(
            SipHash.hash13(octets.span, 0..<99, key: key) == SipHash.hash13(octets.span, 0..<41, key: key))
    }
}
