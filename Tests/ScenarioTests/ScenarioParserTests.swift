import DNSWire
import Testing

@Suite struct TokenizerTests {
    private func words(_ text: String) throws -> [String] {
        try Tokenizer.tokens(of: text, line: 1).map(\.text)
    }

    @Test func blanksSeparateAndCommentsEnd() throws {
        #expect(try words("  a\tb  c ; d") == ["a", "b", "c"])
        #expect(try words("; nothing").isEmpty)
        #expect(try words("a # b") == ["a"])
        #expect(try words("a;b") == ["a"])
        #expect(try words("a(b )") == ["a", "b"])
    }

    @Test func quotesJoin() throws {
        let tokens = try Tokenizer.tokens(of: #"a "b ; # c" """#, line: 1)
        #expect(tokens.map(\.text) == ["a", "b ; # c", ""])
        #expect(tokens.map(\.isQuoted) == [false, true, true])
        #expect(try words(#"1 x. alpn="h2 ;h3" port=1"#) == ["1", "x.", #"alpn="h2 ;h3""#, "port=1"])
    }

    @Test func escapesProtect() throws {
        #expect(try words(##"a\;b \# \"c"##) == [##"a\;b"##, ##"\#"##, ##"\"c"##])
    }

    @Test func openQuoteIsRefused() {
        #expect(throws: ScenarioError.self) { try Tokenizer.tokens(of: #"a "b"#, line: 3) }
    }

    @Test func linesAreNumbered() throws {
        let lines = try Tokenizer.lines(of: "a\n\n; b\n c d", startingAt: 10)
        #expect(lines.map(\.number) == [10, 13])
        #expect(lines[1].arguments.map(\.text) == ["d"])
    }
}

@Suite struct RecordReaderTests {
    private func record(_ text: String, origin: DomainName = .root) throws -> Record {
        let line = Line(number: 1, tokens: try Tokenizer.tokens(of: text, line: 1))
        return try RecordReader(origin: origin, defaultTTL: 3600).record(line)
    }

    @Test(arguments: [
        "a.b. 60 IN A 192.0.2.1", "a.b. IN 60 A 192.0.2.1", "a.b. 60 A 192.0.2.1", "A.B. 60 in a 192.0.2.1",
    ])
    func ttlAndClassInEitherOrder(_ text: String) throws {
        #expect(try record(text) == Record("a.b.", .a, ttl: 60, .address(IPAddress(192, 0, 2, 1))))
    }

    @Test func defaults() throws {
        #expect(try record("a. A 192.0.2.1").ttl == 3600)
        #expect(
            try record("a NS b", origin: "example.")
                == Record("a.example.", .ns, ttl: 3600, .name("b.example.")))
        #expect(
            try record("@ NS @", origin: "example.") == Record("example.", .ns, ttl: 3600, .name("example.")))
    }

    /// RDATA is DNSWire's to read; here, that the words reach it as they were written.
    @Test(arguments: [
        ("AAAA 2001:db8::1", "20010db8000000000000000000000001"),
        ("MX 10 m.", "000a016d00"),
        ("TXT \"a b\" c", "036120620163"),
        ("TXT \"\\065\\\"\"", "024122"),
        ("DS 12345 13 2 AB cd ; comment", "30390d02abcd"),
        ("TYPE65280 \\# 3 01 02ff", "0102ff"),
        ("A \\# 4 c0000201", "c0000201"),
        ("A \\# 3 c00002", "c00002"),
        ("A \\# 0", ""),
    ])
    func rdata(_ text: String, _ hex: String) throws {
        let bytes = try record("x. " + text).rdata.bytes
        let found = bytes.map { String($0 >> 4, radix: 16) + String($0 & 0xf, radix: 16) }.joined()
        #expect(found == hex)
    }

    @Test(arguments: [
        "a. A", "a. A 192.0.2", "a. A 192.0.2.1 x", "a. NOTYPE x", "a..b. A 192.0.2.1", "a. TYPE65280 01",
        "a. TYPE65280 \\# 2 01", "a. A \\#", "a. 60", "a.",
    ])
    func malformedRecordIsRefused(_ text: String) {
        #expect(throws: ScenarioError.self) { try record(text) }
    }

    @Test func questions() throws {
        let reader = RecordReader(origin: .root, defaultTTL: 1)
        func question(_ text: String) throws -> Question {
            try reader.question(Line(number: 1, tokens: try Tokenizer.tokens(of: text, line: 1)))
        }
        #expect(try question(". IN NS") == Question(".", .ns))
        #expect(try question("a. ANY") == Question("a.", .any))
        #expect(try question("a. CH TXT") == Question("a.", .txt, .chaos))
        #expect(try question("a. IN ANY") == Question("a.", .any))
        #expect(throws: ScenarioError.self) { try question("a. IN A 192.0.2.1") }
        #expect(throws: ScenarioError.self) { try question("a.") }
    }
}

@Suite struct ScenarioParserTests {
    private static let small = """
        ; a comment
        server:
            qname-minimisation: "no" # another
            private-address: 10.0.0.0/8
        stub-zone:
            name: "."
            stub-addr: 193.0.14.129
        forward-zone: name: example.org
            forward-addr: 192.0.2.53@5353
            forward-first: yes
        homing:
            rebinding-protection: yes
        CONFIG_END
        SCENARIO_BEGIN a small one
        RANGE_BEGIN 0 10
            ADDRESS 192.0.2.1
            ENTRY_BEGIN
                MATCH opcode qname
                MATCH TCP
                ADJUST copy_id sleep=3
                REPLY QR AA NXDOMAIN DO
                SECTION QUESTION
                    www.example. IN A
                SECTION AUTHORITY
                $ORIGIN example.
                $TTL 7
                    @ IN SOA ns host 1 2 3 4 5
            ENTRY_END
        RANGE_END
        STEP 1 QUERY ADDRESS 192.0.2.77
        ENTRY_BEGIN
            REPLY RD
            SECTION QUESTION
                www IN A
        ENTRY_END
        STEP 5 COUNT_OUT_QUERIES <= 3 SINCE 1 TO 192.0.2.1
        ENTRY_BEGIN
            MATCH qtype
            SECTION QUESTION
                . IN NS
        ENTRY_END
        STEP 6 COUNT_OUT_QUERIES = 0
        STEP 7 TIME_PASSES ELAPSE 1.5
        STEP 8 CHECK_OUT_QUERY ADDRESS 192.0.2.1
        ENTRY_BEGIN
            HEX_ANSWER_BEGIN
                0102 ; some
                ff
            HEX_ANSWER_END
        ENTRY_END
        STEP 9 TRAFFIC
        SCENARIO_END
        """

    @Test func wholeFile() throws {
        let scenario = try Scenario(parsing: Self.small, dialect: .testbound)
        #expect(scenario.title == "a small one")
        let range = try #require(scenario.ranges.first)
        #expect(range.steps == 0...10)
        #expect(range.addresses == [IPAddress(192, 0, 2, 1)])
        let entry = try #require(range.entries.first)
        #expect(entry.matches == [.opcode, .qname, .tcp])
        #expect(entry.adjustments == [.copyID, .ignored])
        #expect(entry.packet.header.flags == [.qr, .aa])
        #expect(entry.packet.responseCode == .nxDomain)
        #expect(entry.packet.edns?.dnssecOK == true)
        #expect(entry.packet.authorities.first?.ttl == 7)
        #expect(entry.packet.authorities.first?.ownerName == "example.")
        #expect(scenario.steps.map(\.id) == [1, 5, 6, 7, 8, 9])
        #expect(scenario.steps.map(\.action.name).last == "NOTHING")
        guard case .query(let query, let from) = scenario.steps[0].action else {
            throw ScenarioError(line: 0, reason: "")
        }
        #expect(from == IPAddress(192, 0, 2, 77))
        #expect(query.packet.questions == [Question("www.example.", .a)])
        guard case .countOutQueries(let count) = scenario.steps[1].action else {
            throw ScenarioError(line: 0, reason: "")
        }
        #expect(count.since == 1)
        #expect(count.holds(for: 3) && !count.holds(for: 4))
        #expect(count.entry != nil)
        guard case .checkOutQuery(let out, let to) = scenario.steps[4].action else {
            throw ScenarioError(line: 0, reason: "")
        }
        #expect(out.rawPacket == [1, 2, 255])
        #expect(to == IPAddress(192, 0, 2, 1))
    }

    @Test func settingsInHomingsWords() throws {
        let settings = try ScenarioSettings(try Scenario(parsing: Self.small, dialect: .testbound).header)
        #expect(settings.minimisation == .off)
        #expect(settings.rootHints == [SocketAddress(IPAddress(193, 0, 14, 129), port: 53)])
        #expect(settings.forwardZones.first?.servers == [SocketAddress(IPAddress(192, 0, 2, 53), port: 5353)])
        #expect(settings.forwardZones.first?.fallsBackToRecursion == true)
        #expect(settings.privateAddresses.count == 1)
        #expect(settings.rebindingProtection == true)
        #expect(settings.unknownKeys.isEmpty)
        #expect(settings.useIPv6 == nil)
    }

    @Test func deckardHeaderIsFlat() throws {
        let text = """
            do-ip6: no
            query-minimization: off
            stub-addr: 193.0.14.129 # K
            trust-anchor: ". IN DS 1 8 2 \(String(repeating: "00", count: 32))"
            features: min_ttl = 0
            CONFIG_END
            SCENARIO_BEGIN flat
            STEP 1 QUERY
            ENTRY_BEGIN
            FLAGS RD
            RAW
            00ff
            ENTRY_END
            SCENARIO_END
            """
        let scenario = try Scenario(parsing: text, dialect: .deckard)
        let settings = try ScenarioSettings(scenario.header)
        #expect(settings.useIPv6 == false)
        #expect(settings.minimisation == .off)
        #expect(settings.rootHints.count == 1)
        #expect(settings.trustAnchors.count == 1)
        #expect(settings.unknownKeys == ["min_ttl"])
    }

    @Test func filesInTheHeaderAreKept() throws {
        let text = """
            auth-zone:
                name: "example."
            TEMPFILE_CONTENTS z
            this is: not a setting
            TEMPFILE_END
            CONFIG_END
            SCENARIO_BEGIN x
            STEP 1 NOTHING
            SCENARIO_END
            """
        let header = try Scenario(parsing: text, dialect: .testbound).header
        #expect(header.files["z"] == ["this is: not a setting"])
        #expect(try ScenarioSettings(header).unknownKeys == ["auth-zone"])
    }

    /// Each is the small file with one thing wrong, and the line at which that must be noticed.
    @Test(arguments: [
        ("CONFIG_END", "CONFIG", 1),
        ("private-address: 10.0.0.0/8", "private-address: ten", 4),
        ("forward-first: yes", "forward-first: maybe", 10),
        ("forward-addr: 192.0.2.53@5353", "nonsense", 9),
        ("RANGE_BEGIN 0 10", "RANGE_BEGIN 10 0", 15),
        ("ADDRESS 192.0.2.1\n", "ADDRESS here\n", 16),
        ("MATCH opcode qname", "MATCH opcode quality", 18),
        ("ADJUST copy_id", "ADJUST copy_all", 20),
        ("REPLY QR AA", "REPLY QR XX", 21),
        ("SECTION AUTHORITY", "SECTION AUTHORITIES", 24),
        ("@ IN SOA ns", "@ IN SOA", 27),
        ("STEP 1 QUERY", "STEP one QUERY", 30),
        ("STEP 5 COUNT", "STEP 1 COUNT", 36),
        ("COUNT_OUT_QUERIES <= 3", "COUNT_OUT_QUERIES < 3", 36),
        ("ELAPSE 1.5", "ELAPSE long", 43),
        ("0102 ; some", "010 ; some", 47),
        ("STEP 9 TRAFFIC", "STEP 9 TRAFFIC jam", 51),
        ("SCENARIO_END", "", 51),
    ])
    func malformedFileIsRefused(_ part: String, _ wrong: String, _ line: Int) {
        let text = Self.small.replacing(part, with: wrong, maxReplacements: 1)
        let error = #expect(throws: ScenarioError.self) {
            _ = try ScenarioSettings(try Scenario(parsing: text, dialect: .testbound).header)
        }
        #expect(error?.line == line)
    }
}
