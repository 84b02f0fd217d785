import DNSWire
import Testing

@Suite struct MessageTests {
    @Test func roundTripWithCompression() throws {
        var message = Message(header: Header(id: 0x1234), questions: [Question("www.example.com.", .a)])
        message.header.flags = [.qr, .rd, .ra]
        message.answers = [
            Record("www.example.com.", .cname, ttl: 300, .name("web.example.com.")),
            Record("web.example.com.", .a, ttl: 60, .address(IPAddress(192, 0, 2, 1))),
        ]
        message.authorities = [Record("example.com.", .ns, ttl: 3600, .name("ns1.example.com."))]
        message.edns = EDNS(dnssecOK: true, options: [.nsid([]), .padding(5)])
        message.responseCode = .badVersion
        let bytes = message.compose()
        #expect(bytes.count < 130)
        let parsed = try Message(parsing: bytes.span)
        #expect(parsed.answers == message.answers)
        #expect(parsed.authorities == message.authorities)
        #expect(parsed.edns == message.edns)
        #expect(parsed.responseCode == .badVersion)
        #expect(parsed.header.flags == [.qr, .rd, .ra])
    }

    @Test func aQueryInOnePieceIsWhatAMessageComposes() {
        let options: [[EDNSOption]] = [
            [], [.cookie(client: [1, 2, 3, 4, 5, 6, 7, 8], server: [])],
            [.cookie(client: [1, 2, 3, 4, 5, 6, 7, 8], server: [9, 8, 7, 6, 5, 4, 3, 2]), .padding(7)],
        ]
        let question = Question("wWw.Example.", .aaaa)
        for flags in [[], .rd, [.rd, .cd]] as [HeaderFlags] {
            var message = Message(header: Header(id: 0xabcd), questions: [question])
            message.header.flags = flags
            #expect(question.composeQuery(id: 0xabcd, flags: flags) == message.compose())
            for options in options {
                message.edns = EDNS(dnssecOK: true, options: options)
                #expect(
                    question.composeQuery(id: 0xabcd, flags: flags, edns: message.edns) == message.compose())
            }
        }
    }

    @Test func updateLeases() throws {
        for lease in [UpdateLease(lease: 3_600), UpdateLease(lease: .max, keyLease: 604_800)] {
            var message = Message(questions: [Question("example.", .soa)])
            message.edns = EDNS(options: [.updateLease(lease)])
            #expect(try Message(parsing: message.compose().span).edns?.options == [.updateLease(lease)])
        }
        #expect(
            EDNSOption.updateLease(UpdateLease(lease: 258, keyLease: 1)).data == [0, 0, 1, 2, 0, 0, 0, 1])
        for length in [0, 3, 5, 7, 9] {
            #expect(EDNSOption(code: 2, data: [UInt8](repeating: 0, count: length)) == nil)
        }
    }

    @Test func ownersThatArePointers() throws {
        // www.example.com., twice itself, its parent, and itself again; the last is written out, in other letters.
        let records: [(owner: [UInt8], name: DomainName)] = [
            ([0xc0, 12], "www.example.com."), ([0xc0, 12], "www.example.com."), ([0xc0, 16], "example.com."),
            ([0xc0, 16], "example.com."), ([0xc0, 12], "www.example.com."),
            ([3, 0x57, 0x77, 0x57, 0xc0, 16], "WwW.example.com."),
        ]
        var bytes = Message(questions: [Question("www.example.com.", .a)]).compose()
        var lastOwner = 0
        for (octet, record) in records.enumerated() {
            lastOwner = bytes.count
            bytes += record.owner + [0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, UInt8(octet)]
        }
        bytes[7] = UInt8(records.count)
        let parsed = try Message(parsing: bytes.span)
        #expect(zip(parsed.answers, records).allSatisfy { $0.ownerName.isIdentical(to: $1.name) })
        #expect(parsed.answers.map { $0.rdata.bytes.last } == Array(0..<6))
        // A pointer to itself, or to what is behind it, is none.
        for target in [lastOwner, lastOwner + 4] {
            bytes.replaceSubrange(lastOwner..<(lastOwner + 2), with: [0xc0, UInt8(target)])
            #expect(throws: WireError.self) { try Message(parsing: bytes.span) }
        }
    }

    @Test func forwardPointerIsRefused() {
        var bytes = Message(questions: [Question("a.", .a)]).compose()
        bytes.replaceSubrange(12..<15, with: [0xc0, 14, 0])
        #expect(throws: WireError.self) { try Message(parsing: bytes.span) }
    }

    @Test func queryViewReadsInPlace() {
        var message = Message(header: Header(id: 7), questions: [Question("WwW.example.", .aaaa)])
        message.edns = EDNS(
            payloadSize: 100, dnssecOK: true, options: [.cookie(client: Array(1...8), server: [])])
        let bytes = message.compose()
        let view = QueryView(bytes.span)
        #expect(view.fault == nil)
        #expect(view.qtype == .aaaa)
        #expect(view.qnameLength == 13)
        #expect(view.edns?.payloadSize == 512)
        #expect(view.edns?.dnssecOK == true)
        #expect(view.edns?.cookie?.count == 8)
    }

    /// The test vector of the SipHash paper (appendix A).
    @Test func sipHashVector() throws {
        let key = try #require(SipHash.Key(octets: Array(0...15)))
        #expect(SipHash.hash24(Array(0...14), key: key) == 0xa129_ca61_49be_45e5)
    }

    @Test func sipHashOfAnAddressIsThatOfItsOctets() throws {
        let key = try #require(SipHash.Key(octets: Array(0...15)))
        for text in [
            "192.0.2.1", "255.254.253.252", "2001:db8::1", "ffee:ddcc:bbaa:9988:7766:5544:3322:1100",
        ] {
            let address = try #require(IPAddress(text))
            #expect(SipHash.hash24(address, key: key) == SipHash.hash24(address.octets, key: key))
        }
    }
}
