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

    @Test func anArrayOfNetworksHoldsWhatOneOfThemDoes() throws {
        let networks = try ["10.0.0.0/8", "192.0.2.128/25", "::1/128", "fc00::/7", "::ffff:0:0/96"].map {
            try #require(IPNetwork($0))
        }
        for text in [
            "10.255.0.1", "11.0.0.1", "192.0.2.127", "192.0.2.128", "::1", "::2", "fdff::1", "fe00::",
            "::ffff:10.0.0.1", "::ffff:11.0.0.1",
        ] {
            let address = try #require(IPAddress(text))
            for some in [networks, networks.dropLast()] {
                #expect(some.contains(address) == some.contains { $0.contains(address) })
            }
        }
        #expect(networks.contains(try #require(IPAddress("::ffff:11.0.0.1"))))
        #expect(!networks.dropLast().contains(try #require(IPAddress("::ffff:11.0.0.1"))))
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

    /// SipHash-1-3 as it is written down, octet by octet.
    private func plainHash(_ octets: [UInt8], _ key: SipHash.Key) -> UInt64 {
        var v: [UInt64] = [
            key.low ^ 0x736f_6d65_7073_6575, key.high ^ 0x646f_7261_6e64_6f6d,
            key.low ^ 0x6c79_6765_6e65_7261, key.high ^ 0x7465_6462_7974_6573,
        ]
        func turn(_ index: Int, by places: UInt64) {
            v[index] = v[index] << places | v[index] >> (64 - places)
        }
        func mix(_ a: Int, _ b: Int, by places: UInt64) {
            v[a] &+= v[b]
            turn(b, by: places)
            v[b] ^= v[a]
        }
        func round() {
            mix(0, 1, by: 13)
            turn(0, by: 32)
            mix(2, 3, by: 16)
            mix(0, 3, by: 21)
            mix(2, 1, by: 17)
            turn(2, by: 32)
        }
        var padded = octets
        while padded.count % 8 != 7 { padded.append(0) }
        padded.append(UInt8(truncatingIfNeeded: octets.count))
        for start in stride(from: 0, to: padded.count, by: 8) {
            let word = padded[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            v[3] ^= word
            round()
            v[0] ^= word
        }
        v[2] ^= 0xff
        for _ in 0..<3 { round() }
        return v[0] ^ v[1] ^ v[2] ^ v[3]
    }

    @Test func hashIsTheOneThatIsWrittenDown() {
        let octets = (0..<60).map { UInt8(truncatingIfNeeded: $0 * 37 &+ 200) }
        let lower = octets.map { (65...90).contains($0) ? $0 + 32 : $0 }
        let key = SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0f0e_0d0c_0b0a_0908)
        for start in 0..<9 {
            for end in start...60 {
                let hash = SipHash.hash13(octets.span, start..<end, key: key)
                #expect(hash == plainHash(Array(octets[start..<end]), key))
                let folded = SipHash.hash13(octets.span, start..<end, foldingCase: true, key: key)
                #expect(folded == plainHash(Array(lower[start..<end]), key))
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
