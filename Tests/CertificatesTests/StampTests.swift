import Certificates
import DNSWire
import SeededRandom
import Testing

/// DNS stamps, against those of the specification and of public lists.
@Suite struct StampTests {
    private func stamp(_ text: String) throws -> DNSStamp { try #require(DNSStamp(text)) }

    /// As the `dnsstamps` package prints for 127.0.0.1 with DNSSEC.
    @Test func plain() throws {
        let text = "sdns://AAEAAAAAAAAACTEyNy4wLjAuMQ"
        let expected = DNSStamp(.plain, properties: .validates, address: IPAddress(127, 0, 0, 1))
        #expect(try stamp(text) == expected)
        #expect(expected.text == text)
    }

    /// A resolver of the DNSCrypt project's list, with a digest.
    @Test func overHTTPS() throws {
        let text =
            "sdns://AgcAAAAAAAAADTIxNy4xNjkuMjAuMjMgPhoaD2xT8-l6SS1XCEtbmAcFnuBXqxUFh2_YP9o9uDgN"
            + "ZG5zLmFhLm5ldC51awovZG5zLXF1ZXJ5"
        let parsed = try stamp(text)
        #expect(parsed.address == IPAddress(217, 169, 20, 23))
        #expect(parsed.port == 443)
        #expect(parsed.properties == [.validates, .keepsNoLog, .doesNotFilter])
        guard case .https(let authentication, let path) = parsed.transport else {
            Issue.record("\(parsed)")
            return
        }
        #expect(authentication.hostName == "dns.aa.net.uk")
        #expect(path == "/dns-query")
        #expect(
            authentication.digests.map { $0.map { String(0x100 + Int($0), radix: 16).dropFirst() }.joined() }
                == ["3e1a1a0f6c53f3e97a492d57084b5b9807059ee057ab1505876fd83fda3db838"])
        #expect(parsed.text == text)
    }

    /// No digest, a port in the name, no address, a port alone.
    @Test(arguments: [
        "sdns://AgcAAAAAAAAAETUxLjE1LjEyNC4yMDg6NDQzABRkbnMuYWxla2JlcmcubmV0OjQ0MwEv",
        "sdns://AgcAAAAAAAAAGVsyNjA2OjQ3MDA6NDcwMDo6MTExMV06NTMAEmRucy5jbG91ZGZsYXJlLmNvbQovZG5zLXF1ZXJ5",
        "sdns://AgQAAAAAAAAAAKBLTrSwdCmLgotcADCVoQtFI_uVHAyINIsJxT5bq6QIoyD2Hldod9qWUClMzLX5bHX8txvaG7xGRjZ8Tr7aidcxjxBkb2h0cmlhbC5hdHQubmV0Ci9kbnMtcXVlcnk",
    ])
    func ofPublicLists(_ text: String) throws {
        let parsed = try stamp(text)
        // The first of them gives the standard port, which need not be there.
        let again = try #require(parsed.text)
        #expect(try stamp(again) == parsed)
        #expect(again == text || parsed.port == 443)
    }

    @Test func overTLS() throws {
        let digest = [UInt8](repeating: 0xab, count: 32)
        for (address, port) in [
            (IPAddress(192, 0, 2, 1), 853), (IPAddress(ipv6: 0x2001_0db8 << 96 | 1), 853),
            (IPAddress(192, 0, 2, 1), 8853), (IPAddress(ipv6: 1), 8853), (nil, 853), (nil, 8853),
        ] as [(IPAddress?, UInt16)] {
            for digests in [[], [digest], [digest, digest.reversed()]] {
                let authentication = DNSStamp.Authentication(hostName: "dns.example", digests: digests)
                let made = DNSStamp(
                    .tls(authentication), properties: [.validates], address: address, port: port)
                #expect(try stamp(try #require(made.text)) == made)
            }
        }
        // Octet for octet, by the specification's rules.
        let made = DNSStamp(
            .tls(DNSStamp.Authentication(hostName: "a.b", digests: [[1, 2], [3]], bootstrap: ["9.9.9.9"])),
            properties: .keepsNoLog, address: IPAddress(ipv6: 1), port: 8853)
        let octets: [UInt8] =
            [3, 2, 0, 0, 0, 0, 0, 0, 0, 10] + Array("[::1]:8853".utf8) + [0x82, 1, 2, 1, 3, 3]
            + Array("a.b".utf8) + [7] + Array("9.9.9.9".utf8)
        #expect(made.text == "sdns://" + Base64.textForURLs(octets))
    }

    /// The specification's examples of sets.
    @Test func encodingOfSets() {
        let octets: [UInt8] = [0x88] + Array("10.0.0.1".utf8) + [0x08] + Array("10.0.0.2".utf8)
        #expect(Base64.textForURLs(octets) == "iDEwLjAuMC4xCDEwLjAuMC4y")
    }

    @Test(arguments: [
        "", "sdns://", "sdns:AAEAAAAAAAAACTEyNy4wLjAuMQ", "https://AAEAAAAAAAAACTEyNy4wLjAuMQ",
        // Cut, with a digit that is none, padded, with bits left over, with an octet too many.
        "sdns://AAEAAAAAAAAACTEyNy4wLjAu", "sdns://AAEAAAAAAAAACTEyNy4wLjAuMQ==",
        "sdns://AAEAAAAAAAAACTEyNy4wLjAuM!", "sdns://AAEAAAAAAAAACTEyNy4wLjAuMR",
        "sdns://AAEAAAAAAAAACTEyNy4wLjAuMQA",
        // DNSCrypt, and a number that nothing has.
        "sdns://AQEAAAAAAAAACTEyNy4wLjAuMSDLatxcKflVEAtlvxKU_laEV5qzSZzJeY8A0Bu1wamixxsyLmRuc2NyeXB0LWNlcnQuZXhhbXBsZS5jb20",
        "sdns://fwEAAAAAAAAACTEyNy4wLjAuMQ",
        // Plain without an address.
        "sdns://AAEAAAAAAAAAAA",
    ])
    func thatAreNone(_ text: String) {
        #expect(DNSStamp(text) == nil)
    }

    @Test func tooLongForAField() {
        let long = String(repeating: "a", count: 256)
        let authentication = DNSStamp.Authentication(hostName: "dns.example")
        #expect(
            DNSStamp(.https(authentication, path: long), address: IPAddress(127, 0, 0, 1)).text == nil)
        let digests = DNSStamp.Authentication(hostName: "a", digests: [Array(long.utf8)])
        #expect(DNSStamp(.tls(digests), address: nil).text == nil)
    }

    @Test func anythingAtAll() {
        var random = SeededGenerator(seed: 7)
        var count = 0
        for _ in 0..<4_000 {
            let length = Int.random(in: 0...60, using: &random)
            var octets = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            if let first = octets.indices.first { octets[first] &= 3 }
            guard let stamp = DNSStamp("sdns://" + Base64.textForURLs(octets)) else { continue }
            count += 1
            #expect(stamp.text.flatMap { DNSStamp($0) } == stamp)
        }
        #expect(count < 4_000)
    }
}
