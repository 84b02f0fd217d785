import DNSWire
import Testing

@Suite struct ReverseNameTests {
    @Test func `addresses are named from the last octet or nibble`() throws {
        #expect(IPAddress(192, 0, 2, 17).reverseName == "17.2.0.192.in-addr.arpa.")
        let address = try #require(IPAddress("2001:db8::567:89ab"))
        // The example of RFC 3596 §2.5, with another address.
        #expect(
            address.reverseName
                == "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.")
    }

    @Test func `a prefix has the labels that it holds as a whole`() throws {
        #expect(IPAddress(192, 0, 2, 17).reverseName(prefixLength: 24) == "2.0.192.in-addr.arpa.")
        #expect(IPAddress(192, 0, 2, 17).reverseName(prefixLength: 23) == "0.192.in-addr.arpa.")
        #expect(IPAddress(192, 0, 2, 17).reverseName(prefixLength: 0) == "in-addr.arpa.")
        let address = try #require(IPAddress("2002:c000:0211::1"))
        #expect(address.reverseName(prefixLength: 48) == "1.1.2.0.0.0.0.c.2.0.0.2.ip6.arpa.")
        #expect(address.reverseName(prefixLength: 1_000) == address.reverseName)
        #expect(address.reverseName(prefixLength: -1) == "ip6.arpa.")
    }
}
