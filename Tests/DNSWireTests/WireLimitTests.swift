import DNSWire
import Testing

/// What a peer may send to hurt, and what must fit or be left out as a whole.
@Suite struct WireLimitTests {
    /// A response with one record of raw RDATA in the answer section and nothing else.
    static func message(_ type: RecordType, rdata: [UInt8], recordClass: RecordClass = .internet) -> [UInt8] {
        [0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0] + word(type.rawValue) + word(recordClass.rawValue)
            + [0, 0, 0, 9] + word(UInt16(rdata.count)) + rdata
    }

    static func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

    @Test(
        arguments: [
            (.a, [1, 2, 3]), (.a, [1, 2, 3, 4, 5]), (.aaaa, [UInt8](repeating: 0, count: 15)), (.ns, []),
            (.ns, [0, 0]),
            // A name that goes on past the RDATA, into the octets behind.
            (.ns, [5, 97]), (.mx, [0]), (.mx, [0, 1]), (.soa, [0, 0, 1]), (.txt, []), (.txt, [2, 97]),
            (.hinfo, [1, 97]),
            (.hinfo, [1, 97, 1, 97, 0]), (.srv, [0, 0, 0, 0, 0, 0]), (.naptr, [0, 0, 0, 0, 9]),
            (.ds, [0, 1, 2]),
            (.nsec, [0, 0, 0]), (.nsec, [0, 0, 33, 1]), (.nsec, [0, 1, 1, 1, 0, 1, 1]),
            (.nsec, [0, 0, 2, 1]),
            (.nsec3, [1, 0, 0, 0, 4, 1]), (.loc, []), (.loc, [0, 1]), (.apl, [0, 1, 8]),
            (.apl, [0, 1, 8, 2, 1]),
            (.svcb, [0, 1, 0, 0, 1]), (.svcb, [0, 1, 0, 0, 1, 0, 4, 1]),
            (.svcb, [0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0]),
            (.svcb, [0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0]), (.caa, [0]), (.caa, [0, 5, 97]), (.eui48, [0]),
            (.uri, [0, 1, 0]),
            (.rrsig, [UInt8](repeating: 0, count: 18)),
        ] as [(RecordType, [UInt8])])
    func badRData(type: RecordType, rdata: [UInt8]) {
        #expect(throws: WireError.self) { try Message(parsing: Self.message(type, rdata: rdata).span) }
    }

    /// RFC 2136 §2.4 and §2.5: records of class ANY and NONE may have no data.
    @Test func updateRecordsWithoutData() throws {
        for recordClass in [RecordClass.any, .none] {
            for type in [RecordType.a, .soa, .txt, .any] {
                let bytes = Self.message(type, rdata: [], recordClass: recordClass)
                let message = try Message(parsing: bytes.span)
                #expect(message.answers.first?.rdata.bytes == [])
                #expect(try Message(parsing: message.compose().span).answers == message.answers)
                let line = message.answers.map(\.description).joined()
                #expect(try Record(text: line) == message.answers.first)
            }
        }
        #expect(throws: WireError.self) { try Message(parsing: Self.message(.a, rdata: []).span) }
    }

    /// The A record of CHAOS is a name and a number (RFC 1035 §3.4.1 speaks for class IN only).
    @Test func addressesOfOtherClassesAreOpaque() throws {
        let message = try Message(parsing: Self.message(.a, rdata: [0, 1, 2], recordClass: .chaos).span)
        #expect(message.answers.first?.description == ". 9 CH A \\# 3 000102")
        #expect(try Record(text: ". 9 CH A \\# 3 000102") == message.answers.first)
    }

    /// RDATA that is within 65,535 octets only while its name is compressed.
    @Test func expandedRDataIsBounded() {
        let name = [UInt8](repeating: 1, count: 2) + [1, 97, 1, 97, 0]
        var bytes = [0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0] + name + Self.word(RecordType.rrsig.rawValue)
        bytes += [0, 1, 0, 0, 0, 0]
        let rdata = [UInt8](repeating: 0, count: 18) + [0xc0, 12]
        let signature = [UInt8](repeating: 7, count: 65_535 - rdata.count)
        bytes += Self.word(65_535) + rdata + signature
        #expect(throws: WireError.self) { try Message(parsing: bytes.span) }
    }

    @Test func optMustStandAloneAtTheRoot() throws {
        let opt = Self.word(41) + [4, 208, 0, 0, 0, 0, 0, 0]
        let head: [UInt8] = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
        let question: [UInt8] = [0, 0, 1, 0, 1]
        #expect(try Message(parsing: (head + [1] + question + [0] + opt).span).edns?.payloadSize == 1232)
        // The root as a pointer: the fields would be read one octet early.
        #expect(throws: WireError.self) {
            try Message(parsing: (head + [1] + question + [0xc0, 12] + opt).span)
        }
        #expect(throws: WireError.self) {
            try Message(parsing: (head + [2] + question + [0] + opt + [0] + opt).span)
        }
        #expect(throws: WireError.self) {
            try Message(parsing: (head + [1] + question + [1, 97, 0] + opt).span)
        }
        #expect(throws: WireError.self) { try Message(parsing: Self.message(.opt, rdata: []).span) }
    }

    /// Options by code and data: RFC 7871, 7873, 7828, 8914.
    @Test(
        arguments: [
            (8, [0, 1, 24, 0, 192, 0, 2], true), (8, [0, 1, 24, 0, 192, 0], false),
            (8, [0, 1, 33, 0, 1, 2, 3, 4, 5], false),
            (8, [0, 1, 23, 0, 192, 0, 3], false), (8, [0, 2, 0, 0], true), (8, [0, 3, 0, 0], false),
            (8, [0, 1, 0], false),
            // RFC 7871 §7.1.2 and dig +subnet=0: no family, no address.
            (8, [0, 0, 0, 0], true), (8, [0, 0, 1, 0, 1], false),
            (10, [UInt8](repeating: 1, count: 7), false), (10, [UInt8](repeating: 1, count: 8), true),
            (10, [UInt8](repeating: 1, count: 15), false), (10, [UInt8](repeating: 1, count: 16), true),
            (10, [UInt8](repeating: 1, count: 40), true), (10, [UInt8](repeating: 1, count: 41), false),
            (11, [], true),
            (11, [0], false), (11, [0, 1], true), (12, [0, 0], true), (15, [0], false),
            (15, [0, 1, 0xff], true),
            (65_001, [1, 2, 3], true),
        ] as [(UInt16, [UInt8], Bool)])
    func options(code: UInt16, data: [UInt8], isGood: Bool) throws {
        let option = Self.word(code) + Self.word(UInt16(data.count)) + data
        let bytes =
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1] as [UInt8] + [0] + Self.word(41)
            + [4, 208, 0, 0, 0, 0] + Self.word(UInt16(option.count)) + option
        let message = try? Message(parsing: bytes.span)
        #expect((message != nil) == isGood)
        // The view may be more lenient about what only responses have.
        if isGood { #expect(QueryView(bytes.span).fault == nil) }
        if code == 8 || code == 10 { #expect((QueryView(bytes.span).fault == .badOption) == !isGood) }
        if let message { #expect(try Message(parsing: message.compose().span) == message) }
        // An option that overruns the record.
        var overrun = bytes
        overrun[bytes.count - data.count - 1] &+= 1
        #expect(throws: WireError.self) { try Message(parsing: overrun.span) }
        #expect(QueryView(overrun.span).fault != nil)
    }

    @Test func floodsOfOptionsAreCut() throws {
        var message = Message(questions: [Question("a.", .a)])
        message.edns = EDNS(options: Array(repeating: .unknown(code: 65_001, []), count: 5000))
        let bytes = message.compose()
        #expect(try Message(parsing: bytes.span).edns?.options.count == EDNS.maximumOptions)
        #expect(QueryView(bytes.span).fault == nil)
    }

    // --- The writer's limit ---

    @Test func wholeRRsetsOrNone() throws {
        var message = Message(header: Header(id: 1), questions: [Question("a.example.", .a)])
        message.header.flags = [.qr]
        for last in 1...40 as ClosedRange<UInt8> {
            message.answers.append(Record("a.example.", .a, ttl: 1, .address(IPAddress(192, 0, 2, last))))
        }
        message.authorities = [Record("example.", .ns, ttl: 1, .name("ns.example."))]
        message.edns = EDNS()
        let cut = try Message(parsing: message.compose(limit: 512).span)
        #expect(cut.header.flags.contains(.tc))
        #expect(cut.answers.isEmpty && cut.authorities.isEmpty && cut.questions == message.questions)
        #expect(cut.edns == message.edns)
        let whole = try Message(parsing: message.compose().span)
        #expect(whole.answers == message.answers && !whole.header.flags.contains(.tc))
        // Every limit keeps its promise.
        let length = message.compose().count
        for limit in 40...length {
            let bytes = message.compose(limit: limit)
            #expect(bytes.count <= limit)
            let parsed = try Message(parsing: bytes.span)
            #expect(parsed.header.flags.contains(.tc) == (limit < length))
            #expect(parsed.answers.isEmpty || parsed.answers.count == 40)
        }
    }

    /// RFC 2181 §9: what only helps may be left out without TC.
    @Test func additionalRecordsDoNotTruncate() throws {
        var message = Message(questions: [Question("example.", .ns)])
        message.answers = [Record("example.", .ns, ttl: 1, .name("ns.example."))]
        message.additionals = [Record("ns.example.", .aaaa, ttl: 1, .address(IPAddress(ipv6: 1)))]
        let bytes = message.compose(limit: message.compose().count - 1)
        let parsed = try Message(parsing: bytes.span)
        #expect(parsed.additionals.isEmpty && !parsed.header.flags.contains(.tc))
        #expect(parsed.answers == message.answers)
    }

    @Test func rrsetWithItsSignatures() throws {
        let signature = try RData(text: "A 8 1 1 20300101000000 20200101000000 1 example. AQID", type: .rrsig)
        let rrset = RRset(
            "a.example.", .a, ttl: 5, rdatas: [.address(IPAddress(1, 2, 3, 4))], signatures: [signature])
        var writer = MessageWriter(limit: 60)
        writer.begin(Header())
        let fitsSigned = writer.append(rrset, ttl: 5, signatures: true, to: .answer)
        #expect(!fitsSigned)
        #expect(writer.bytes.count == 12 && writer.isTruncated)
        let fits = writer.append(rrset, ttl: 5, signatures: false, to: .answer)
        #expect(fits)
        let bytes = writer.finish()
        let parsed = try Message(parsing: bytes.span)
        #expect(parsed.answers.count == 1 && parsed.header.answerCount == 1)
    }

    @Test func messagesOf64KiB() throws {
        var message = Message(questions: [Question("big.example.", .txt)])
        // Header 12, question 17, owner pointer 2, fixed fields 10.
        let space = 65_535 - 12 - 17 - 12
        let strings = [UInt8](repeating: 255, count: space / 256 * 256)
        let rest = space - strings.count
        message.answers = [
            Record(
                "big.example.", .txt, ttl: 1,
                RData(unchecked: strings + [UInt8(rest - 1)] + [UInt8](repeating: 0, count: rest - 1)))
        ]
        let bytes = message.compose()
        #expect(bytes.count == 65_535)
        #expect(try Message(parsing: bytes.span).answers == message.answers)
        message.edns = EDNS()
        let cut = try Message(parsing: message.compose().span)
        #expect(cut.header.flags.contains(.tc) && cut.answers.isEmpty && cut.edns != nil)
    }

    @Test func hugeRRsetWithNamesBehindThePointersReach() throws {
        var message = Message(questions: [Question("x.example.", .ptr)])
        for index in 0..<1500 {
            message.answers.append(
                Record(
                    "x.example.", .ptr, ttl: 1,
                    .name(try DomainName("host-\(index).sub\(index % 100).example."))))
        }
        let bytes = message.compose()
        #expect(bytes.count > 0x4000 && bytes.count < 65_535)
        #expect(try Message(parsing: bytes.span).answers == message.answers)
    }

    @Test func questionsAreBoundedToo() {
        var message = Message()
        message.questions = (0..<20_000).map { _ in Question("some.quite.long.name.example.", .a) }
        message.questions += (0..<20_000).map {
            Question(DomainName(labels: [Array("\($0)".utf8)]) ?? .root, .a)
        }
        #expect(message.compose().count <= 65_535)
    }
}
