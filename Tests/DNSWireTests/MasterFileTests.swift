import DNSWire
import Testing

@Suite struct MasterFileTests {
    static func records(
        _ text: String, origin: DomainName = "example.", defaultTTL: UInt32? = nil,
        loader: MasterFileReader.Loader? = nil
    ) throws -> [String] {
        let source = MasterFileSource(name: "zone", text: text)
        var reader = MasterFileReader(source, origin: origin, defaultTTL: defaultTTL, loader: loader)
        var lines: [String] = []
        while let record = try reader.next() { lines.append(record.description) }
        return lines
    }

    /// The example of RFC 1035 §5.3, and the file that it includes.
    @Test func exampleOfTheRFC() throws {
        let main = """
            @   IN  SOA     VENERA      Action\\.domains (
                                             20     ; SERIAL
                                             7200   ; REFRESH
                                             600    ; RETRY
                                             3600000; EXPIRE
                                             60)    ; MINIMUM

                    NS      A.ISI.EDU.
                    NS      VENERA
                    MX      10      VENERA
                    MX      20      VAXA
            A       A       26.3.0.103
            VENERA  A       10.1.0.52
                    A       128.9.0.32
            $INCLUDE <SUBSYS>ISI-MAILBOXES.TXT
                    TXT     behind
            """
        let mailboxes = """
            MOE     MB      A.ISI.EDU.
            STOOGES MG      MOE.ISI.EDU.
            """
        let lines = try Self.records(main, origin: "ISI.EDU.") { path, includer in
            #expect(path == "<SUBSYS>ISI-MAILBOXES.TXT" && includer == "zone")
            return MasterFileSource(name: path, text: mailboxes)
        }
        #expect(
            lines == [
                "ISI.EDU. 60 IN SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60",
                "ISI.EDU. 60 IN NS A.ISI.EDU.", "ISI.EDU. 60 IN NS VENERA.ISI.EDU.",
                "ISI.EDU. 60 IN MX 10 VENERA.ISI.EDU.", "ISI.EDU. 60 IN MX 20 VAXA.ISI.EDU.",
                "A.ISI.EDU. 60 IN A 26.3.0.103", "VENERA.ISI.EDU. 60 IN A 10.1.0.52",
                "VENERA.ISI.EDU. 60 IN A 128.9.0.32", "MOE.ISI.EDU. 60 IN MB A.ISI.EDU.",
                "STOOGES.ISI.EDU. 60 IN MG MOE.ISI.EDU.", "VENERA.ISI.EDU. 60 IN TXT \"behind\"",
            ])
    }

    @Test func directives() throws {
        let lines = try Self.records(
            """
            $TTL 1h ; a comment ( with a parenthesis
            a A 192.0.2.1\r
            $ORIGIN sub
            a 60 A 192.0.2.2
              IN 30 TXT "; no comment" (
              two
              )
            @ A 192.0.2.3
            $ORIGIN .
            $ttl 5
            b.test CNAME @
            """)
        #expect(
            lines == [
                "a.example. 3600 IN A 192.0.2.1", "a.sub.example. 60 IN A 192.0.2.2",
                "a.sub.example. 30 IN TXT \"; no comment\" \"two\"", "sub.example. 3600 IN A 192.0.2.3",
                "b.test. 5 IN CNAME .",
            ])
    }

    @Test func generate() throws {
        let lines = try Self.records(
            """
            $TTL 60
            $GENERATE 1-3 host-$ A 192.0.2.$
            $GENERATE 8-10/2 h${0,3,d}-${-8,2,x} IN 30 MX "$ mail$$.${1}.\\$"
            $GENERATE 26-26 ${0,4,X}.${1,3,o} TXT "a $" "b c"
            $GENERATE 299-299 ${0,7,n}.x.${0,0,N} PTR p$
            z TXT last
            """)
        #expect(
            lines == [
                "host-1.example. 60 IN A 192.0.2.1", "host-2.example. 60 IN A 192.0.2.2",
                "host-3.example. 60 IN A 192.0.2.3", "h008-00.example. 30 IN MX 8 mail\\$.9.\\$.example.",
                "h010-02.example. 30 IN MX 10 mail\\$.11.\\$.example.",
                "001A.033.example. 60 IN TXT \"a 26\" \"b c\"",
                "b.2.1.0.x.B.2.1.example. 60 IN PTR p299.example.", "z.example. 60 IN TXT \"last\"",
            ])
        #expect(try Self.records("$TTL 1\n$GENERATE 0-65535 $ A 192.0.2.1").count == 65_536)
    }

    @Test(
        arguments: [
            ("a A 192.0.2.1", .noTTL, 1, 3), (" A 192.0.2.1", .noOwner, 1, 2),
            ("$TTL 1\na A 192.0.2.1\nb A 192.0.2.999", .malformed("an IPv4 address"), 3, 5),
            ("$TTL 1\na TXT (\n\"x\"\n", .unbalancedParenthesis, 2, 7),
            ("$TTL 1\na TXT \"x\ny\"", .unterminatedString, 2, 7),
            ("$ORIGIN", .missing("a domain name"), 1, 8),
            ("$ORIGIN a b", .unexpectedWord, 1, 11),
            ("$TTL x", .malformed("a TTL up to 2147483647 seconds"), 1, 6),
            ("$TTL 1\n\n$NOSUCH", .unknownDirective, 3, 1), ("$INCLUDE other", .unreadable, 1, 10),
            ("$TTL 1\n$GENERATE 0-65536 $ A 192.0.2.1", .tooManyGenerated, 2, 11),
            ("$TTL 1\n$GENERATE 5-4 $ A 192.0.2.1", .malformed("a range as 1-10 or 1-10/2"), 2, 11),
            ("$TTL 1\n$GENERATE 1-4/0 $ A 192.0.2.1", .malformed("a range as 1-10 or 1-10/2"), 2, 11),
            ("$TTL 1\n$GENERATE 254-257 a$ A 192.0.2.$", .malformed("an IPv4 address"), 2, 1),
            ("$TTL 1\n$GENERATE 1-4 ${-2} A 192.0.2.1", .malformed("${offset,width,base}"), 2, 1),
            ("$TTL 1\n$GENERATE 1-4 ${0,256,d} A 192.0.2.1", .malformed("${offset,width,base}"), 2, 1),
            ("$TTL 1\n$GENERATE 1-4 ${0 A 192.0.2.1", .malformed("${offset,width,base}"), 2, 1),
        ] as [(String, TextError.Code, Int, Int)])
    func errors(text: String, code: TextError.Code, line: Int, column: Int) {
        let error = #expect(throws: TextError.self) { try Self.records(text) }
        #expect(error?.code == code)
        #expect(error?.place == TextPlace(line: line, column: column))
        #expect(error?.source == "zone")
    }

    @Test func includesAreBounded() {
        let cycle = #expect(throws: TextError.self) {
            try Self.records("$INCLUDE a") { path, _ in
                MasterFileSource(name: path, text: "\n$INCLUDE \(path == "a" ? "b" : "a")")
            }
        }
        #expect(cycle?.code == .includeCycle)
        #expect(cycle?.description == "b:2:10: a file that includes itself: a")
        let depth = #expect(throws: TextError.self) {
            try Self.records("$INCLUDE x") { path, _ in
                MasterFileSource(name: path, text: "$INCLUDE \(path)x")
            }
        }
        #expect(depth?.code == .includeTooDeep)
        struct NoFile: Error {}
        let missing = #expect(throws: TextError.self) {
            try Self.records("$INCLUDE x") { _, _ in throw NoFile() }
        }
        #expect(missing?.description == "zone:1:10: cannot be read: x: NoFile()")
    }

    @Test func originOfAnIncludeEndsWithIt() throws {
        let lines = try Self.records("$TTL 1\n$INCLUDE sub sub\nb A 192.0.2.2\n") { path, _ in
            MasterFileSource(name: path, text: "a A 192.0.2.1\n$ORIGIN deep\nc A 192.0.2.3")
        }
        #expect(
            lines == [
                "a.sub.example. 1 IN A 192.0.2.1", "c.deep.sub.example. 1 IN A 192.0.2.3",
                "b.example. 1 IN A 192.0.2.2",
            ])
    }

    @Test func goesOnAfterErrorsOfRecords() {
        let text = """
            $TTL 60
            a       A     192.0.2.300
                    A     192.0.2.1
            b       BOGUS x
            $GENERATE 1-9 c$ A 192.0.2.${300}
            b..     A     192.0.2.2
                    A     192.0.2.3
            d       A     192.0.2.4
            e       TXT   "open
            f       A     192.0.2.5
            """
        for goesOn in [true, false] {
            var reader = MasterFileReader(text: text, origin: "example.")
            reader.goesOnAfterErrors = goesOn
            var lines: [String] = []
            while true {
                do throws(TextError) {
                    guard let record = try reader.next() else { break }
                    lines.append(record.description)
                } catch {
                    lines.append("\(error.place.line) \(error.message)")
                }
            }
            let expected = [
                "2 an IPv4 address expected: 192.0.2.300", "a.example. 60 IN A 192.0.2.1",
                "4 unknown record type: BOGUS", "5 an IPv4 address expected: c1 A 192.0.2.301",
                "6 not a domain name (empty label): b..", "7 no owner name, and none before",
                "d.example. 60 IN A 192.0.2.4", "9 quoted string without an end",
            ]
            #expect(lines == (goesOn ? expected : [expected[0]]))
        }
    }

    /// The text may be cut anywhere between two pieces.
    @Test func readsPieceByPiece() throws {
        let text = "$TTL 1\na TXT \"x \\\" y\" ( ; c\n z\\050 )\nb A 192.0.2.1"
        for size in 1...7 {
            var rest = Array(text.utf8)[...]
            let source = MasterFileSource(name: "zone") {
                defer { rest = rest.dropFirst(size) }
                return rest.isEmpty ? nil : Array(rest.prefix(size))
            }
            var reader = MasterFileReader(source, origin: "example.")
            var count = 0
            while try reader.next() != nil { count += 1 }
            #expect(count == 2)
        }
    }

    @Test func entriesAreBounded() {
        let long = "$TTL 1\na TXT (" + String(repeating: " \"\"", count: 600_000) + ")"
        #expect(#expect(throws: TextError.self) { try Self.records(long) }?.code == .entryTooLong)
        let deep = String(repeating: "(", count: 600_000)
        #expect(#expect(throws: TextError.self) { try Self.records(deep) }?.code == .entryTooLong)
        let strings = "$TTL 1\na TXT (" + String(repeating: " \"\"", count: 65_536) + ")"
        #expect(#expect(throws: TextError.self) { try Self.records(strings) }?.code == .dataTooLong)
    }

    @Test func writesWhatItReads() throws {
        var records: [Record] = [
            try Record(text: "Example. 300 IN SOA ns1.example. Host\\.master.example. 1 2 3 4 5"),
            try Record(text: "example. 3600 IN NS ns1.Example."),
            try Record(text: "example. 3600 IN NS ns2.example."),
            try Record(text: "xexample. 3600 IN NS ."), try Record(text: "\\@.example. 3600 IN NS @.test."),
            try Record(text: "$x.example. 0 CH TXT \"a;b\""),
            try Record(text: "x.example. 3600 IN A 192.0.2.1"),
        ]
        for (type, text) in RecordTextTests.samples {
            records.append(try Record(text: "a.example. 3600 IN \(type) \(text)"))
        }
        let text = MasterFileWriter.text(of: records, origin: "example.", defaultTTL: 3600)
        #expect(text.hasPrefix("$ORIGIN example.\n$TTL 3600\nExample."))
        var reader = MasterFileReader(text: text, origin: .root)
        for record in records {
            let read = try reader.next()
            #expect(read == record)
            #expect(read?.ownerName.isIdentical(to: record.ownerName) == true)
        }
        #expect(try reader.next() == nil)
    }
}
