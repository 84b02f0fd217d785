import DNSWire
import Testing

@Suite struct EntryMatchingTests {
    private let answer = Record("www.example.", .a, ttl: 60, .address(IPAddress(192, 0, 2, 1)))
    private let other = Record("www.example.", .a, ttl: 60, .address(IPAddress(192, 0, 2, 2)))
    private let server = Record("example.", .ns, ttl: 60, .name("ns.example."))

    private func response(_ change: (inout Message) -> Void = { _ in }) -> Message {
        var message = Message(questions: [Question("www.example.", .a)])
        message.header.flags = [.qr, .rd, .ra]
        message.answers = [answer, other]
        change(&message)
        return message
    }

    private func entry(_ items: MatchItem..., packet: Message? = nil) -> Entry {
        var entry = Entry(line: 1)
        entry.matches = items
        entry.packet = packet ?? response()
        return entry
    }

    private func seen(_ message: Message, overTCP: Bool = false) -> SeenPacket {
        SeenPacket(message: message, isOverTCP: overTCP)
    }

    @Test func nothingToMatchMatchesAll() {
        #expect(entry().matches(seen(Message())))
    }

    @Test func everythingAgrees() {
        #expect(entry(.all, .ttl).matches(seen(response())))
        #expect(entry(.all).matches(seen(response { $0.answers.swapAt(0, 1) })))
        #expect(entry(.all).matches(seen(response { $0.answers[0].ttl = 5 })))
        #expect(entry(.all).matches(seen(response { $0.answers[0].ownerName = "WWW.example." })))
    }

    @Test func eachDifferenceIsNamed() {
        func items(_ change: (inout Message) -> Void) -> [String] {
            entry(.all, .ttl).mismatches(with: seen(response(change))).map(\.item)
        }
        #expect(items { $0.answers[0].ttl = 5 } == ["answer"])
        #expect(items { $0.answers.removeLast() } == ["answer"])
        #expect(items { $0.answers.append(answer) } == ["answer"])
        #expect(items { $0.authorities = [server] } == ["authority"])
        #expect(items { $0.additionals = [answer] } == ["additional"])
        #expect(items { $0.header.flags.insert(.aa) } == ["flags"])
        #expect(items { $0.responseCode = .nxDomain } == ["rcode"])
        #expect(items { $0.questions[0].qtype = .txt } == ["question"])
        #expect(items { $0.header.opcode = .notify } == ["opcode"])
        #expect(items { $0.edns = EDNS() } == ["EDNS"])
        #expect(items { $0.edns = EDNS(dnssecOK: true) } == ["EDNS", "DO"])
    }

    @Test func aliasStandsBeforeItsTarget() {
        let alias = Record("www.example.", .cname, ttl: 1, .name("host.example."))
        let target = Record("host.example.", .a, ttl: 1, .address(IPAddress(192, 0, 2, 1)))
        let expected = entry(.all, packet: response { $0.answers = [alias, target] })
        #expect(expected.matches(seen(response { $0.answers = [alias, target] })))
        let mismatches = expected.mismatches(with: seen(response { $0.answers = [target, alias] }))
        #expect(mismatches.map(\.item) == ["order of the answer"])
        #expect(expected.mismatches(with: seen(response { $0.answers = [target, alias] }), .core).isEmpty)
    }

    @Test func coreLooksAtDenialsOfDNSSECAloneAndNeverAtServers() {
        let soa = Record("example.", .soa, ttl: 1, .name("x."))
        let withoutDO = entry(.all, packet: response { $0.answers = [] })
        #expect(
            withoutDO.mismatches(
                with: seen(
                    response {
                        $0.answers = []; $0.authorities = [soa]
                    }), .core
            ).isEmpty)
        let withDO = entry(
            .all,
            packet: response {
                $0.answers = []; $0.edns = EDNS(dnssecOK: true)
            })
        #expect(
            withDO.mismatches(
                with: seen(
                    response {
                        $0.answers = []; $0.authorities = [server]
                    }), .core
            ).isEmpty)
        let found = withDO.mismatches(
            with: seen(
                response {
                    $0.answers = []; $0.authorities = [soa]
                }), .core)
        #expect(found.map(\.item) == ["authority"])
    }

    @Test func queries() {
        var query = Message(questions: [Question("a.WWW.example.", .aaaa)])
        #expect(entry(.subdomain, .opcode).matches(seen(query)))
        #expect(!entry(.qname).matches(seen(query)))
        #expect(!entry(.qtype).matches(seen(query)))
        #expect(entry(.noEDNS, .udp).matches(seen(query)))
        #expect(!entry(.tcp).matches(seen(query)))
        #expect(entry(.tcp).matches(seen(query, overTCP: true)))
        #expect(!entry(.udp).matches(seen(query, overTCP: true)))
        query.edns = EDNS(dnssecOK: true)
        #expect(!entry(.noEDNS).matches(seen(query)))
        #expect(entry(.dnssecOK).matches(seen(query)))
        query.questions = []
        #expect(!entry(.subdomain).matches(seen(query)))
        query.questions = [Question("other.", .a)]
        #expect(!entry(.subdomain).matches(seen(query)))
    }

    @Test func lettersCountOnlyWhereAsked() {
        let folded = response { $0.questions[0].qname = "WWW.example." }
        #expect(entry(.all).matches(seen(folded)))
        #expect(!entry(.qnameCase).matches(seen(folded)))
    }

    @Test func extendedErrors() {
        let stale = response { $0.edns = EDNS(options: [.extendedError(ExtendedError(.staleAnswer))]) }
        #expect(entry(.extendedError(3)).matches(seen(stale)))
        #expect(entry(.extendedError(nil)).matches(seen(stale)))
        #expect(!entry(.extendedError(22)).matches(seen(stale)))
        #expect(!entry(.extendedError(nil)).matches(seen(response())))
    }

    @Test func repliesAreAdjusted() throws {
        var query = Message(header: Header(id: 77), questions: [Question("wWw.example.", .aaaa)])
        query.edns = EDNS()
        let bytes = query.compose()
        var reply = entry()
        #expect(try Message(parsing: reply.replyBytes(to: query, queryBytes: bytes).span).header.id == 0)
        reply.adjustments = [.copyID, .copyQuery]
        let adjusted = try Message(parsing: reply.replyBytes(to: query, queryBytes: bytes).span)
        #expect(adjusted.header.id == 77)
        #expect(adjusted.questions == [Question("www.example.", .aaaa)])
        #expect(adjusted.questions[0].qname.isIdentical(to: "wWw.example."))
        #expect(adjusted.edns == nil)
        reply.rawPacket = [9, 9, 1]
        #expect(reply.replyBytes(to: query, queryBytes: bytes) == [0, 77, 1])
        reply.adjustments = [.timeout]
        #expect(reply.deed(for: query, queryBytes: bytes) == .timeout)
    }
}
