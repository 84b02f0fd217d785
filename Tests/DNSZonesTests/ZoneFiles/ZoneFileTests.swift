import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct ZoneFileTests {
    static let head = """
        $TTL 300
        @ SOA ns hostmaster 1 7200 900 1209600 300
        @ NS ns
        ns A 192.0.2.1

        """

    static func load(_ text: String, limit: Int = ZoneFile.maximumRecords) -> (ZoneTree, [String]) {
        let (tree, problems) = ZoneFile.load(
            source: MasterFileSource(name: "zone", text: text), apex: "example.", limit: limit)
        return (tree, problems.map(\.description))
    }

    @Test func `a good zone has no problems`() {
        let (tree, problems) = Self.load(
            Self.head + """
                @       MX    10 mail
                mail    AAAA  2001:db8::1
                www     CNAME ns
                www     RRSIG CNAME 8 2 300 20300101000000 20200101000000 1 example. AAAA
                sub     NS    ns.sub
                sub     NS    ns.other.test.
                sub     DS    1 8 2 00
                ns.sub  A     192.0.2.2
                sib     NS    ns.sub
                *.wild  A     192.0.2.3
                wildmx  MX    1 a.wild
                _s._tcp SRV   0 0 1 mail
                _n._tcp SRV   0 0 0 .
                d       DNAME other.test.
                d       TXT   "x"
                """)
        #expect(problems.isEmpty, "\(problems)")
        #expect(tree.recordCount == 18 && tree.rrsetCount == 17)
        #expect(ZoneVersion(apex: "example.", tree: tree)?.soa.serial == 1)
    }

    /// What stands behind a good start, which has four lines, and what is said of it.
    @Test(arguments: [
        ("a A 192.0.2.1\na A 192.0.2.1", ["6:1: warning: the same record again: a.example. A"]),
        ("a MX 1 NS\na MX 1 ns", ["6:1: warning: the same record again: a.example. MX"]),
        (
            "a 60 A 192.0.2.1\na A 192.0.2.2\na 60 A 192.0.2.3",
            ["6:1: warning: TTL 300 in an RRset of TTL 60, the smaller counts: a.example. A"]
        ),
        ("a CNAME b\na CNAME c", ["6:1: error: a second CNAME: a.example."]),
        ("a CNAME b\nA CNAME B", ["6:1: warning: the same record again: A.example. CNAME"]),
        ("a DNAME b\na DNAME c", ["6:1: error: a second DNAME: a.example."]),
        ("a CNAME b\nb A 192.0.2.1\na A 192.0.2.1", ["7:1: error: A beside CNAME: a.example."]),
        ("a TXT x\na CNAME b", ["6:1: error: CNAME beside TXT: a.example."]),
        ("@ CNAME b", ["5:1: error: CNAME beside NS: example."]),
        ("a DNAME b\na CNAME b", ["6:1: error: CNAME beside DNAME: a.example."]),
        ("@ SOA ns x 2 7200 900 1209600 300", ["5:1: error: a second SOA: example."]),
        ("a SOA ns x 2 7200 900 1209600 300", ["5:1: error: SOA below the apex example.: a.example."]),
        ("a.test. A 192.0.2.1", ["5:1: warning: outside the zone example., left out: a.test."]),
        ("a CH TXT x", ["5:1: error: class CH in a zone of class IN: a.example."]),
        ("a TYPE252 \\# 0", ["5:1: error: there are no records of type AXFR: a.example."]),
        (
            "a BOGUS x\nb A 1\n c d e f",
            [
                "5:3: error: unknown record type: BOGUS", "6:5: error: an IPv4 address expected: 1",
                "7:2: error: unknown record type: c",
            ]
        ),
        ("$INCLUDE x\na BOGUS", ["5:10: error: cannot be read: x: nothing may be included here"]),
        // Targets.
        ("@ NS ns2", ["5:1: error: NS of example. names ns2.example., which does not exist"]),
        ("@ NS a\na CNAME ns", ["5:1: error: NS of example. names a.example., which is an alias"]),
        ("@ NS a\na TXT x", ["5:1: error: NS of example. names a.example., which has no address"]),
        ("@ MX 1 b\na.b TXT x", ["5:1: warning: MX of example. names b.example., which has no address"]),
        ("a MX 1 b\nb CNAME ns", ["5:1: warning: MX of a.example. names b.example., which is an alias"]),
        (
            "a SRV 1 1 1 b.d\nd DNAME ns",
            [
                "5:1: warning: SRV of a.example. names b.d.example., which is below a DNAME"
            ]
        ),
        (
            "a MX 1 x.w\n*.w CNAME ns",
            ["5:1: warning: MX of a.example. names x.w.example., which is an alias"]
        ),
        ("s NS ns.s", ["5:1: warning: NS of s.example. names ns.s.example., which has no glue"]),
        ("s NS x.t\nt NS ns", []),
        ("@ NS x.t\nt NS ns", ["5:1: error: NS of example. names x.t.example., which has no glue"]),
        ("a MX 1 x.t\nt NS ns", []),
        (
            "@ NS 192.0.2.1",
            ["5:1: error: NS wants a name, and this looks like an address: 192.0.2.1.example."]
        ),
        ("@ MX 1 192.0.2.1.", ["5:1: warning: MX wants a name, and this looks like an address: 192.0.2.1."]),
        (
            "@ MX 1 2001:db8::1",
            [
                "5:1: warning: MX wants a name, and this looks like an address: 2001:db8::1.example."
            ]
        ),
        // What is never answered.
        (
            "d DNAME x.test.\na.d A 192.0.2.1",
            [
                "5:1: warning: never answered, because it is below a DNAME: a.d.example."
            ]
        ),
        (
            "s NS ns\nns.s A 192.0.2.1\na.s TXT x\nb.s TXT x",
            [
                "5:1: warning: never answered, because it is below a zone cut: a.s.example."
            ]
        ),
        ("s NS ns\ns MX 1 ns", ["5:1: warning: MX at a zone cut is never answered: s.example."]),
        ("a DS 1 8 2 00", ["5:1: warning: DS without NS: a.example."]),
        ("@ DS 1 8 2 00", ["5:1: warning: DS of the zone itself belongs into the zone above: example."]),
        (
            "a.*.b A 192.0.2.1",
            [
                "5:1: warning: an asterisk in the middle is no wildcard (RFC 4592 §2.1.1): a.*.b.example."
            ]
        ),
        ("*.b NS ns", ["5:1: warning: NS of a wildcard has no agreed meaning (RFC 4592 §4): *.b.example."]),
    ])
    func `a problem is told with its place`(_ text: String, _ expected: [String]) {
        let (_, problems) = Self.load(Self.head + text)
        #expect(problems == expected.map { "zone:" + $0 })
    }

    @Test(arguments: [
        ("$TTL 1\n", ["zone: error: no SOA record at the apex example."]),
        (
            "$TTL 1\n@ SOA ns x 1 7200 900 1209600 300\n",
            ["zone: error: no NS record at the apex example."]
        ),
        (
            "$TTL 1\n@ SOA ns a\\@x 0 30 30 50 100000\n@ NS ns.test.\n",
            [
                "zone:2:1: warning: SOA: secondaries look every 30 seconds, which is often",
                "zone:2:1: warning: SOA: retry (30) is not less than refresh (30)",
                "zone:2:1: warning: SOA: expire (50) is less than refresh and retry together (60)",
                "zone:2:1: warning: SOA: negative answers live for more than a day (100000 seconds)",
                "zone:2:1: warning: SOA: serial 0, which some software takes for none",
                "zone:2:1: warning: SOA: a mailbox has a dot in the place of its @: a\\@x.example.",
            ]
        ),
    ])
    func `the apex is checked`(_ text: String, _ expected: [String]) {
        #expect(Self.load(text).1 == expected)
    }

    @Test func `what is mended is mended`() {
        let (tree, _) = Self.load(
            Self.head + "a 60 A 192.0.2.1\nb A 192.0.2.1\na A 192.0.2.2\nA A 192.0.2.1\n")
        let rrset = tree.rrset("a.example.", .a)
        #expect(rrset?.ttl == 60)
        #expect(rrset?.rdatas.map { $0.text(for: .a) } == ["192.0.2.1", "192.0.2.2"])
    }

    @Test func `problems of an included file name it`() {
        let loader: MasterFileReader.Loader = { path, _ in
            MasterFileSource(name: path, text: "a CNAME b\na CNAME c\n@ MX 1 nowhere\n")
        }
        let source = MasterFileSource(name: "zone", text: Self.head + "$INCLUDE part\nx CNAME y\nx CNAME z\n")
        let problems = ZoneFile.load(source: source, apex: "example.", loader: loader).problems
        #expect(
            problems.map(\.description) == [
                "part:2:1: error: a second CNAME: a.example.", "zone:7:1: error: a second CNAME: x.example.",
                "part:3:1: warning: MX of example. names nowhere.example., which does not exist",
            ])
    }

    // --- Limits ---

    @Test func `an RRset that fits no message is an error`() {
        let many = Self.head + "$GENERATE 1-4001 a TXT x$\n"
        let (tree, problems) = Self.load(many)
        #expect(problems.first == "zone:5:1: error: too large for any message: a.example. TXT")
        let rrset = tree.rrset("a.example.", .txt)
        let octets = (rrset?.rdatas ?? []).reduce(0) { $0 + $1.bytes.count + 12 }
        #expect(octets <= 64_000 && octets > 63_900)
        let short = (0..<4_097).map { "a TYPE65280 \\# 2 \(String(0x1000 + $0, radix: 16))\n" }.joined()
        let (other, others) = Self.load(Self.head + short)
        #expect(others == ["zone:4101:1: error: too large for any message: a.example. TYPE65280"])
        #expect(other.rrset("a.example.", RecordType(rawValue: 65_280))?.rdatas.count == 4_096)
    }

    @Test func `a file without an end is given up`() {
        var count = 0
        let source = MasterFileSource(name: "zone") {
            count += 1
            return Array("a\(count) 1 A 192.0.2.1\n".utf8)
        }
        let (tree, problems) = ZoneFile.load(source: source, apex: "example.", limit: 500)
        #expect(
            problems.map(\.description).contains("zone: error: more than 500 records, the rest was not read"))
        #expect(tree.recordCount <= 501 && count <= 502)
        let wrong = MasterFileSource(name: "zone") { Array("a 1 A x\n".utf8) }
        let wrongs = ZoneFile.load(source: wrong, apex: "example.").problems
        #expect(wrongs.count < ZoneFile.maximumProblems + 5)
        #expect(wrongs.contains { $0.message.hasSuffix("the rest was not read") })
    }

    @Test func `many warnings are counted, and hide no error`() {
        let text =
            Self.head + (0..<1_200).map { "x\($0).test. A 192.0.2.1\n" }.joined() + "a CNAME b\na CNAME c\n"
        let (_, problems) = Self.load(text)
        #expect(problems.count == ZoneFile.maximumProblems + 2)
        #expect(problems.contains { $0.hasSuffix("error: a second CNAME: a.example.") })
        #expect(problems.last == "zone: warning: 200 more warnings")
    }

    @Test(arguments: 0..<6)
    func `mangled files are read without harm`(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let text = Array((Self.head + ZoneAnswerTests.zone).utf8)
        for _ in 0..<40 {
            var mangled = text
            for _ in 0..<(1 + generator.below(6)) {
                let index = generator.below(mangled.count)
                switch generator.below(3) {
                case 0: mangled[index] = UInt8(truncatingIfNeeded: generator.next())
                case 1: mangled.remove(at: index)
                default: mangled.insert(generator.pick(Array("\n@*$()\";\\. 09".utf8)), at: index)
                }
            }
            let (tree, problems) = Self.load(String(decoding: mangled, as: UTF8.self))
            if !problems.contains(where: { $0.contains(" error: ") }) {
                #expect(ZoneVersion(apex: "example.", tree: tree) != nil)
            }
        }
    }

    // --- Writing ---

    @Test(arguments: 0..<4)
    func `what is written reads back as it was`(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var tree = ZoneTree(NaiveZone.random(&generator, apex: "Z.example.").rrsets)
        for _ in 0..<1_500 {
            var rrset = generator.rrset(at: generator.name(below: "z.EXAMPLE.", labels: 3))
            guard rrset.type == .txt || rrset.type.rawValue == 65_280 else { continue }
            if rrset.type == .txt { rrset.rdatas = [.text(["\(generator.next())"])] }
            if !tree.types(at: rrset.ownerName).contains(.cname) { tree.set(rrset) }
        }
        let version = try #require(ZoneVersion(apex: "Z.example.", tree: tree))
        var pieces = ZoneFile.pieces(of: version)
        var text = ""
        while let piece = pieces.next() {
            #expect(piece.utf8.count < 200_000)
            text += piece
        }
        #expect(text == ZoneFile.text(of: version))
        #expect(text.hasPrefix("$ORIGIN Z.example.\n$TTL 3600\n@                       SOA"))
        let (read, problems) = ZoneFile.load(
            source: MasterFileSource(name: "zone", text: text), apex: "Z.example.")
        #expect(problems.allSatisfy { $0.severity == .warning || $0.message.contains("names") })
        let diff = ZoneDiff(from: tree, to: read)
        #expect(diff.isEmpty, "\(diff.text)")
    }
}
