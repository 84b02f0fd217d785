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
}
