import DNSWire
import Testing

/// Every record type as text: read, written back, sent and received.
@Suite struct RecordTextTests {
    /// Type and canonical presentation form: read and written unchanged.
    static let samples: [(type: String, text: String)] = [
        ("A", "192.0.2.1"),
        ("AAAA", "2001:db8::1"),
        ("NS", "ns1.example.com."),
        ("MD", "mail.example."),
        ("CNAME", "a\\.b.example.com."),
        ("SOA", "ns1.example.com. hostmaster.example.com. 2024010101 7200 3600 1209600 300"),
        ("MB", "mail.example."),
        ("PTR", "."),
        ("HINFO", "\"PDP-11/70\" \"UNIX \\\"V7\\\"\""),
        ("MINFO", "a.example. b.example."),
        ("MX", "10 mail.example.com."),
        ("MX", "0 ."),
        ("TXT", "\"v=spf1 -all\""),
        ("TXT", "\"\" \"a\\\\b;c\" \"\\000\\255\""),
        ("RP", "admin.example.com. txt.example.com."),
        ("AFSDB", "1 afs.example.com."),
        ("RT", "2 relay.example.com."),
        ("PX", "50 net2.it. prmd-net2.admd-p400.c-it."),
        ("LOC", "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m"),
        ("LOC", "0 0 0.000 N 0 0 0.000 E 0.00m 0m 0.01m 90000000m"),
        ("LOC", "90 0 0.000 S 180 0 0.000 W -100000.00m 1m 10000m 10m"),
        ("SRV", "0 5 5060 sip.example.com."),
        ("NAPTR", "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" ."),
        ("KX", "10 kx.example.com."),
        ("CERT", "PKIX 12345 8 AQIDBA=="),
        ("CERT", "65280 1 0 AQ=="),
        ("DNAME", "example.net."),
        ("APL", "1:192.168.32.0/21 !1:192.168.38.0/28"),
        ("APL", "1:224.0.0.0/4 2:ff00::/8"),
        ("APL", ""),
        ("DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
        ("CDS", "0 0 0 00"),
        ("SSHFP", "4 2 123456789ABCDEF67890123456789ABCDEF67890"),
        ("RRSIG", "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WN"),
        ("NSEC", "host.example.com. A MX RRSIG NSEC TYPE1234"),
        ("NSEC", "example."),
        ("DNSKEY", "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3"),
        ("CDNSKEY", "0 3 0 AA=="),
        ("DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA="),
        ("NSEC3", "1 1 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S A RRSIG"),
        ("NSEC3", "1 0 0 - 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S"),
        ("NSEC3PARAM", "1 0 0 -"),
        ("NSEC3PARAM", "1 0 12 AABBCCDD"),
        ("TLSA", "3 1 1 0D6FCE3320315023FF499A3F3DE1362C88F8380311AC8C036890DAB13243AB66"),
        ("SMIMEA", "3 0 0 00AB"),
        ("OPENPGPKEY", "mQCNAzIG"),
        ("CSYNC", "66 3 A NS AAAA"),
        ("ZONEMD", "2018031900 1 1 C68090D90A7AED716BC459F9340E3D7C1370D4D24B7E2FC3A1DDC0B9A87153B9"),
        ("SVCB", "0 foo.example.com."),
        ("SVCB", "1 . alpn=\"h2,h3\" port=8443 ipv4hint=192.0.2.1,192.0.2.2 ech=AQID ipv6hint=2001:db8::1"),
        ("HTTPS", "1 . mandatory=alpn,key667 alpn=\"h2\" no-default-alpn key667=\"a b\""),
        ("SVCB", "1 dns.example. alpn=\"h2\" dohpath=\"/dns-query{?dns}\" ohttp"),
        ("SPF", "\"v=spf1 -all\""),
        ("EUI48", "00-00-5e-00-53-2a"),
        ("EUI64", "00-00-5e-ef-10-00-00-2a"),
        ("URI", "10 1 \"ftp://ftp1.example.com/public\""),
        ("CAA", "0 issue \"ca1.example.net; account=230123\""),
        ("CAA", "128 iodef \"\""),
        ("KEY", "512 255 1 AQPSKmyn"),
        ("SIG", "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WN"),
        ("X25", "\"311061700956\""),
        ("TYPE65280", "\\# 4 DEADBEEF"),
        ("TYPE65280", "\\# 0"),
        ("NULL", "\\# 2 0001"),
        ("WKS", "\\# 6 C00002010610"),
    ]

    @Test(arguments: samples)
    func textToWireToText(type: String, text: String) throws {
        let line = "owner.example. 300 IN \(type) \(text)"
        let record = try Record(text: line)
        #expect(record.description == (text.isEmpty ? String(line.dropLast()) : line))
        var message = Message(questions: [Question(record.ownerName, record.type)])
        message.answers = [record, record]
        let parsed = try Message(parsing: message.compose().span)
        #expect(parsed.answers == message.answers)
        // The generic form is read to the same octets (RFC 3597 §5).
        let hex = record.rdata.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let generic = try RData(text: "\\# \(record.rdata.bytes.count) \(hex)", type: record.type)
        #expect(generic == record.rdata)
    }

    /// A message cut anywhere is an error and never a crash; so is RDATA whose length is one off.
    @Test(arguments: samples)
    func truncatedAtEveryOctet(type: String, text: String) throws {
        let record = try Record(text: "owner.example. 300 IN \(type) \(text)")
        var message = Message()
        message.answers = [record]
        let bytes = message.compose()
        for count in bytes.indices {
            #expect(throws: WireError.self) { try Message(parsing: Array(bytes[..<count]).span) }
        }
        // RDATA cut with its RDLENGTH may be valid, but then it has a text that is read back.
        let wire = record.rdata.bytes
        for count in wire.indices where count > 0 {
            let short = Array(wire[..<count])
            guard let rdata = try? RData(parsing: short.span, at: 0, length: count, type: record.type) else {
                continue
            }
            #expect(try RData(text: rdata.text(for: record.type), type: record.type) == rdata)
        }
    }

    /// Other ways of writing the same.
    @Test(arguments: [
        ("A", "\\# 4 C0000201", "192.0.2.1"),
        ("A", "\\# 4 c0 00 ( 02\n 01 )", "192.0.2.1"),
        ("SOA", "@ hostmaster 1 2h 30M 1w2d 5m", "example. hostmaster.example. 1 7200 1800 777600 300"),
        ("TXT", "one two;three", "\"one\" \"two\""),
        ("TXT", "\"a\"\"b\"", "\"a\" \"b\""),
        ("LOC", "42 21 54 N 71 06 18 W -24m 30m", "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m"),
        ("LOC", "42 N 71 6 W 5", "42 0 0.000 N 71 6 0.000 W 5.00m 1m 10000m 10m"),
        ("CERT", "pgp 0 rsasha256 AQ==", "PGP 0 8 AQ=="),
        ("DS", "1 ECDSAP256SHA256 2 AB cd", "1 13 2 ABCD"),
        ("DS", "1 ed25519 SHA-384 AB cd", "1 15 4 ABCD"),
        ("CDS", "1 8 sha256 AB cd", "1 8 2 ABCD"),
        ("DNSKEY", "257 3 ED25519 AQID BA==", "257 3 15 AQIDBA=="),
        (
            "RRSIG", "A 5 3 1d 1048354263 1045762263 2642 @ oJB1 W6WN",
            "A 5 3 86400 20030322173103 20030220173103 2642 example. oJB1W6WN"
        ),
        (
            "NSEC3", "1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s RRSIG A A",
            "1 1 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S A RRSIG"
        ),
        ("EUI48", "00-00-5E-00-53-2A", "00-00-5e-00-53-2a"),
        ("CAA", "0 issue letsencrypt.org", "0 issue \"letsencrypt.org\""),
        ("HTTPS", "1 . port=\"53\" alpn=h2", "1 . alpn=\"h2\" port=53"),
        ("TYPE1", "10.0.0.1", "10.0.0.1"),
    ])
    func otherSpellings(type: String, text: String, canonical: String) throws {
        let record = try Record(text: "a.example. 0 IN \(type) \(text)", origin: "example.")
        #expect(record.rdata.text(for: record.type) == canonical)
    }

    /// RFC 9460 appendix D.2: valid SVCB records and their wire form.
    @Test(arguments: [
        ("0 foo.example.com.", "000003666F6F076578616D706C6503636F6D00"),
        ("1 .", "000100"),
        ("16 foo.example.com. port=53", "001003666F6F076578616D706C6503636F6D00000300020035"),
        ("1 foo.example.com. key667=hello", "000103666F6F076578616D706C6503636F6D00029B000568656C6C6F"),
        (
            "1 foo.example.com. key667=\"hello\\210qoo\"",
            "000103666F6F076578616D706C6503636F6D00029B000968656C6C6FD2716F6F"
        ),
        (
            "1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\"",
            "000103666F6F076578616D706C6503636F6D0000060020"
                + "20010DB800000000000000000000000120010DB8000000000000000000530001"
        ),
        (
            "1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\"",
            "0001076578616D706C6503636F6D000006001020010DB8012203440000 0000C0000221"
        ),
        (
            "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
            "001003666F6F076578616D706C65036F72670000000004000100040001000902683205"
                + "68332D313900040004C0000201"
        ),
        (
            "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
            "001003666F6F076578616D706C65036F7267000001000C08665C6F6F2C626172026832"
        ),
        (
            "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
            "001003666F6F076578616D706C65036F7267000001000C08665C6F6F2C626172026832"
        ),
    ])
    func serviceBindingVectors(text: String, hex: String) throws {
        let digits = hex.filter { $0 != " " }
        let rdata = try RData(text: text, type: .svcb)
        #expect(rdata == (try RData(text: "\\# \(digits.count / 2) \(digits)", type: .svcb)))
        #expect(try RData(text: rdata.text(for: .svcb), type: .svcb) == rdata)
    }

    /// Text that is no record: what is wrong and where. Columns count from the start of the line.
    @Test(
        arguments: [
            ("a. 300 IN A 192.0.2.256", .malformed("an IPv4 address"), 13),
            ("a. 300 IN A 2001:db8::1", .malformed("an IPv4 address"), 13),
            ("a. 300 IN A", .missing("an IPv4 address"), 12),
            ("a. 300 IN A 192.0.2.1 x", .unexpectedWord, 23),
            ("a. IN A 192.0.2.1", .noTTL, 7),
            ("a. 2147483648 IN A 192.0.2.1", .malformed("a TTL up to 2147483647 seconds"), 4),
            ("a. 1h30 IN A 192.0.2.1", .malformed("a TTL up to 2147483647 seconds"), 4),
            ("a. 300 IN WHAT 1", .unknownType, 11),
            ("a. 300 IN TYPE65536 \\# 0", .unknownType, 11),
            ("a. 300", .missing("a record type"), 7),
            ("", .missing("an owner name"), 1),
            ("a..b. 300 IN A 192.0.2.1", .badName(.emptyLabel), 1),
            ("\\300. 300 IN A 192.0.2.1", .badName(.badEscape), 1),
            ("a. 300 IN TXT \"abc", .unterminatedString, 15),
            ("a. 300 IN TXT ab\"c\"", .strayQuote, 17),
            ("a. 300 IN TXT a\\", .badEscape, 16),
            ("a. 300 IN TXT \\99x", .badEscape, 15),
            ("a. 300 IN TXT ( a", .unbalancedParenthesis, 15),
            ("a. 300 IN TXT a )", .unbalancedParenthesis, 17),
            ("a. 300 IN TXT", .missing("a character-string"), 14),
            ("a. 300 IN MX 65536 b.", .malformed("a number up to 65535"), 14),
            ("a. 300 IN MX -1 b.", .malformed("a number up to 65535"), 14),
            ("a. 300 IN A \\# 3 C00002", .badRData(.badRData), 13),
            ("a. 300 IN A \\# 4 C00002", .lengthMismatch, 13),
            ("a. 300 IN A \\# 4 C000020", .malformed("hexadecimal digits"), 18),
            ("a. 300 IN TYPE65280 abc", .malformed("\\#"), 21),
            ("a. 300 IN DS 1 8 2 ABC", .malformed("hexadecimal digits"), 20),
            ("a. 300 IN DS 1 8 2", .missing("hexadecimal digits"), 19),
            ("a. 300 IN DS 1 NOSUCH 2 AB", .malformed("a DNSSEC algorithm"), 16),
            ("a. 300 IN DS 1 8 SHA-257 AB", .malformed("a digest type"), 18),
            ("a. 300 IN DNSKEY 257 3 8 AQI", .malformed("base64 data"), 26),
            ("a. 300 IN DNSKEY 257 3 8 AR==", .malformed("base64 data"), 26),
            ("a. 300 IN DNSKEY 257 3 8 A=BC", .malformed("base64 data"), 26),
            (
                "a. 300 IN RRSIG A 8 1 5 20230229000000 0 1 a. AQ==", .malformed("a time as YYYYMMDDHHmmSS"),
                25
            ),
            ("a. 300 IN NSEC b. A BAD", .malformed("record types"), 21),
            ("a. 300 IN NSEC3PARAM 1 0 0 ABC", .malformed("a salt in hexadecimal digits, or -"), 28),
            ("a. 300 IN NSEC3 1 0 0 - 2VPTU5W A", .malformed("a hash in base32hex"), 25),
            ("a. 300 IN LOC 91 N 0 E 0", .malformed("a latitude"), 15),
            ("a. 300 IN LOC 90 1 N 0 E 0", .malformed("a latitude"), 20),
            ("a. 300 IN LOC 1 60 N 0 E 0", .malformed("a latitude"), 17),
            ("a. 300 IN LOC 1 N 1 N 0", .malformed("a longitude"), 21),
            ("a. 300 IN LOC 1 N 1 E 0 1 2 3 4", .unexpectedWord, 31),
            ("a. 300 IN APL 1:1.2.3.4/33", .malformed("an address prefix as 1:192.0.2.0/24"), 15),
            ("a. 300 IN APL 3:1.2.3.4/3", .malformed("an address prefix as 1:192.0.2.0/24"), 15),
            ("a. 300 IN EUI48 00-00-5e-00-53", .malformed("a 48-bit address as 00-00-5e-00-53-2a"), 17),
            ("a. 300 IN CAA 0 is-sue x", .malformed("a property tag"), 17),
            // RFC 9460 appendix D.3.
            ("a. 300 IN SVCB 1 b. key123=abc key123=def", .repeated, 32),
            ("a. 300 IN SVCB 1 b. mandatory", .malformed("a value of mandatory"), 21),
            ("a. 300 IN SVCB 1 b. alpn", .malformed("a value of alpn"), 21),
            ("a. 300 IN SVCB 1 b. port", .malformed("a value of port"), 21),
            ("a. 300 IN SVCB 1 b. ipv4hint", .malformed("a value of ipv4hint"), 21),
            ("a. 300 IN SVCB 1 b. no-default-alpn=abc", .malformed("a value of no-default-alpn"), 21),
            ("a. 300 IN SVCB 1 b. mandatory=key123", .malformed("only keys that the record has"), 21),
            ("a. 300 IN SVCB 1 b. mandatory=mandatory", .malformed("a value of mandatory"), 21),
            (
                "a. 300 IN SVCB 1 b. mandatory=key123,key123 key123=abc", .malformed("a value of mandatory"),
                21
            ),
            ("a. 300 IN SVCB 1 b. no-default-alpn", .missing("alpn"), 21),
            ("a. 300 IN SVCB 1 b. key65535=a", .malformed("a service parameter"), 21),
            ("a. 300 IN SVCB 1 b. nosuch=a", .malformed("a service parameter"), 21),
        ] as [(String, TextError.Code, Int)])
    func badText(line: String, code: TextError.Code, column: Int) {
        let error = #expect(throws: TextError.self) { try Record(text: line) }
        #expect(error?.code == code)
        #expect(error?.place == TextPlace(line: 1, column: column))
        #expect(error?.description.isEmpty == false)
    }

    @Test func timeToLiveAndClassInEitherOrder() throws {
        let record = try Record(text: "a. 1h IN A 192.0.2.1")
        #expect(record == (try Record(text: "a. in 3600 a 192.0.2.1")))
        #expect(record == (try Record(text: "a A 192.0.2.1", defaultTTL: 3600)))
        #expect(try Record(text: "a. CH 0 TXT x").recordClass == .chaos)
        #expect(try Record(text: "version.bind. 0 CLASS3 TXT x").recordClass == .chaos)
    }

    @Test func dataThatHasNoOwnTextIsGeneric() throws {
        // A bitmap with a zero octet at its end, an APL of an unknown family, an SVCB with a short port.
        for (type, hex) in [
            ("NSEC", "0000024000"), ("APL", "00030801C0"), ("CAA", "00022D2D41"), ("DS", "00010802"),
            ("LOC", "01"),
            ("LOC", "00A01613800000008000000000989680"), ("LOC", "00121613FFFFFFFF8000000000989680"),
        ] {
            let text = "\\# \(hex.utf8.count / 2) \(hex)"
            let record = try Record(text: "a. 0 IN \(type) \(text)")
            #expect(record.rdata.text(for: record.type) == text)
        }
        let record = try Record(text: "a. 0 IN SVCB \\# 8 0001000003000135")
        #expect(record.rdata.text(for: .svcb) == "1 . key3=\"5\"")
    }

    @Test func timestampsRoundTrip() throws {
        for (seconds, text) in [
            (0 as UInt32, "19700101000000"), (951_782_400, "20000229000000"),
            (2_147_483_648, "20380119031408"),
            (4_294_967_295, "21060207062815"), (4_107_542_399, "21000228235959"),
            (4_107_542_400, "21000301000000"),
        ] {
            let record = try Record(text: "a. 0 IN RRSIG A 8 1 5 \(seconds) 0 1 a. AQ==")
            #expect(record.rdata.text(for: .rrsig) == "A 8 1 5 \(text) 19700101000000 1 a. AQ==")
            #expect(try Record(text: record.description) == record)
        }
    }
}
