import DNSWire
import DNSZones
import Testing

@Suite struct ZoneAnswerTests {
    static let zone = """
        @            NS    ns
        @            NS    ns.other.test.
        @            MX    10 mail
        @            MX    20 mail.other.test.
        ns           A     192.0.2.1
        ns           AAAA  2001:db8::1
        mail         A     192.0.2.2
        Host         A     192.0.2.3
        host         TXT   "x"
        a.b.c        A     192.0.2.4
        www          CNAME host
        chain        CNAME www
        away         CNAME www.other.test.
        gone         CNAME nowhere
        loop1        CNAME loop2
        loop2        CNAME loop1
        self         CNAME self
        *.wild       A     192.0.2.5
        *.wild       MX    10 mail
        x.y.wild     A     192.0.2.6
        *.alias      CNAME host
        *.out        CNAME other.test.
        a.*.ent      A     192.0.2.7
        *.sub.wild   TXT   "deep"
        sub          NS    ns.sub
        sub          NS    ns.sib
        sub          NS    ns
        sub          NS    ns.other.test.
        sub          DS    1 8 2 00
        ns.sub       A     192.0.2.8
        host.sub     A     192.0.2.9
        sib          NS    ns.sib
        ns.sib       AAAA  2001:db8::2
        to-sub       CNAME host.sub
        d            DNAME target
        d            A     192.0.2.10
        below.d      A     192.0.2.11
        host.target  A     192.0.2.12
        o            DNAME other.test.
        r            DNAME r.r
        _sip._tcp    SRV   1 2 5060 host
        _sip._tcp    SRV   1 2 5060 ns.other.test.
        _nosip._tcp  SRV   0 0 0 .
        svc          HTTPS 1 . alpn=h2
        svc          A     192.0.2.13
        svcalias     HTTPS 0 svc
        svcsub       SVCB  1 host.sub
        mxwild       MX    1 some.wild
        mxcname      MX    1 www
        """

    /// Referrals, which several questions get.
    static let referrals = [
        "TOSUB": """
        auth sub NS ns.sub | auth sub NS ns.sib | auth sub NS ns | auth sub NS ns.other.test. \
        | add ns.sub A 192.0.2.8 | add ns.sib AAAA 2001:db8::2 | add ns A 192.0.2.1 | add ns AAAA 2001:db8::1 \
        | cut sub
        """,
        "TOSIB": "auth sib NS ns.sib | add ns.sib AAAA 2001:db8::2 | cut sib",
    ]

    @Test(arguments: [
        // What is there.
        ("host", RecordType.a, "NOERROR aa | Host A 192.0.2.3"),
        ("HOST", .txt, "NOERROR aa | host TXT \"x\""),
        (
            "@", .ns,
            "NOERROR aa | @ NS ns | @ NS ns.other.test. | add ns A 192.0.2.1 | add ns AAAA 2001:db8::1"
        ),
        ("@", .mx, "NOERROR aa | @ MX 10 mail | @ MX 20 mail.other.test. | add mail A 192.0.2.2"),
        // What is not.
        ("host", .aaaa, "NOERROR aa | SOA"),
        ("@", .ds, "NOERROR aa | SOA"),
        ("nowhere", .a, "NXDOMAIN aa | SOA"),
        ("x.host", .a, "NXDOMAIN aa | SOA"),
        ("c", .a, "NOERROR aa | SOA"),
        ("b.c", .a, "NOERROR aa | SOA"),
        ("x.b.c", .a, "NXDOMAIN aa | SOA"),
        // Aliases.
        ("www", .a, "NOERROR aa | www CNAME host | Host A 192.0.2.3"),
        ("www", .cname, "NOERROR aa | www CNAME host"),
        ("www", .any, "NOERROR aa | www CNAME host"),
        ("chain", .txt, "NOERROR aa | chain CNAME www | www CNAME host | host TXT \"x\""),
        (
            "www", .aaaa, "NOERROR aa | www CNAME host | SOA"
        ),
        ("gone", .a, "NXDOMAIN aa | gone CNAME nowhere | SOA"),
        ("away", .a, "NOERROR aa | away CNAME www.other.test. | alias www.other.test."),
        ("loop1", .a, "NOERROR aa | loop1 CNAME loop2 | loop2 CNAME loop1"),
        ("self", .a, "NOERROR aa | self CNAME self"),
        // Wildcards (RFC 4592).
        ("q.wild", .a, "NOERROR aa | q.wild A 192.0.2.5"),
        ("p.q.wild", .a, "NOERROR aa | p.q.wild A 192.0.2.5"),
        ("q.wild", .mx, "NOERROR aa | q.wild MX 10 mail | add mail A 192.0.2.2"),
        ("q.wild", .txt, "NOERROR aa | SOA"),
        ("wild", .a, "NOERROR aa | SOA"),
        ("*.wild", .a, "NOERROR aa | *.wild A 192.0.2.5"),
        ("q.*.wild", .a, "NXDOMAIN aa | SOA"),
        ("y.wild", .a, "NOERROR aa | SOA"),
        ("q.y.wild", .a, "NXDOMAIN aa | SOA"),
        ("q.x.y.wild", .a, "NXDOMAIN aa | SOA"),
        ("sub.wild", .a, "NOERROR aa | SOA"),
        ("q.sub.wild", .txt, "NOERROR aa | q.sub.wild TXT \"deep\""),
        ("q.alias", .a, "NOERROR aa | q.alias CNAME host | Host A 192.0.2.3"),
        ("q.alias", .cname, "NOERROR aa | q.alias CNAME host"),
        ("q.out", .a, "NOERROR aa | q.out CNAME other.test. | alias other.test."),
        ("q.ent", .a, "NOERROR aa | SOA"),
        // Delegations.
        ("host.sub", .a, "NOERROR | TOSUB"),
        ("sib", .ns, "NOERROR | TOSIB"),
        ("q.sib", .ds, "NOERROR | TOSIB"),
        ("ns.sib", .aaaa, "NOERROR | TOSIB"),
        ("sub", .ds, "NOERROR aa | sub DS 1 8 2 00"),
        ("sib", .ds, "NOERROR aa | SOA"),
        ("to-sub", .a, "NOERROR aa | to-sub CNAME host.sub | TOSUB"),
        // DNAME (RFC 6672).
        ("d", .a, "NOERROR aa | d A 192.0.2.10"),
        ("d", .dname, "NOERROR aa | d DNAME target"),
        ("d", .txt, "NOERROR aa | SOA"),
        ("host.d", .a, "NOERROR aa | d DNAME target | host.d CNAME host.target | host.target A 192.0.2.12"),
        ("below.d", .a, "NXDOMAIN aa | d DNAME target | below.d CNAME below.target | SOA"),
        ("host.d", .cname, "NOERROR aa | d DNAME target | host.d CNAME host.target"),
        ("x.o", .a, "NOERROR aa | o DNAME other.test. | x.o CNAME x.other.test. | alias x.other.test."),
        // Additional data.
        (
            "_sip._tcp", .srv,
            "NOERROR aa | _sip._tcp SRV 1 2 5060 host | _sip._tcp SRV 1 2 5060 ns.other.test. | add Host A 192.0.2.3"
        ),
        ("_nosip._tcp", .srv, "NOERROR aa | _nosip._tcp SRV 0 0 0 ."),
        ("svc", .https, "NOERROR aa | svc HTTPS 1 . alpn=\"h2\" | add svc A 192.0.2.13"),
        (
            "svcalias", .https,
            "NOERROR aa | svcalias HTTPS 0 svc | add svc A 192.0.2.13 | add svc HTTPS 1 . alpn=\"h2\""
        ),
        ("svcsub", .svcb, "NOERROR aa | svcsub SVCB 1 host.sub"),
        ("mxwild", .mx, "NOERROR aa | mxwild MX 1 some.wild | add some.wild A 192.0.2.5"),
        ("mxcname", .mx, "NOERROR aa | mxcname MX 1 www"),
        // ANY is one RRset (RFC 8482).
        ("host", .any, "NOERROR aa | Host A 192.0.2.3"),
        ("nowhere", .any, "NXDOMAIN aa | SOA"),
        ("b.c", .any, "NOERROR aa | SOA"),
    ])
    func `a question is answered`(_ qname: String, _ qtype: RecordType, _ expected: String) throws {
        let version = try ZoneText.version(Self.zone)
        let name = qname == "@" ? version.apex : try DomainName(qname, relativeTo: version.apex)
        let text = ZoneText.text(version.answer(name, qtype))
            .replacing("auth example. SOA \(version.soa.rdata.text(for: .soa))", with: "SOA")
            .replacing(".example.", with: "").replacing(" example. ", with: " @ ")
        let expected = Self.referrals.reduce(expected) { $0.replacing($1.key, with: $1.value) }
        #expect(text == expected)
    }

    @Test func `a name outside the zone is refused`() throws {
        let version = try ZoneText.version(Self.zone)
        for name: DomainName in ["other.test.", ".", "xexample."] {
            #expect(ZoneText.text(version.answer(name, .a)) == "REFUSED")
        }
    }

    @Test func `negative answers live as long as the SOA says`() throws {
        for (ttl, expected): (UInt32, UInt32) in [(3_600, 300), (60, 60)] {
            let version = try ZoneText.version(Self.zone, soaTTL: ttl)
            #expect(version.answer("nowhere.example.", .a).authorities.map(\.ttl) == [expected])
            #expect(version.answer("example.", .soa).answers.map(\.ttl) == [ttl])
        }
    }

    @Test func `a DNAME makes names too long, and a loop of it ends`() throws {
        let version = try ZoneText.version(Self.zone)
        // 255 octets in all; below the longer target they would be more.
        let name = try #require(
            DomainName(
                labels: [63, 63, 63, 51].map { [UInt8](repeating: 0x61, count: $0) }
                    + ["d", "example"].map { Array($0.utf8) }))
        #expect(name.wire.count == 255)
        let answer = version.answer(name, .a)
        #expect(answer.responseCode == .yxDomain && answer.isAuthoritative)
        #expect(ZoneText.lines(answer.answers) == ["d.example. DNAME target.example."])
        #expect(answer.authorities.isEmpty && answer.next == nil)
        let loop = version.answer("x.r.example.", .a)
        #expect(loop.responseCode == .noError && loop.next == nil)
        #expect(loop.answers.count { $0.type == .dname } == 1)
        #expect((2...20).contains(loop.answers.count))
    }

    @Test func `long chains end, and the client may go on`() throws {
        let text = (0..<40).map { "c\($0) CNAME c\($0 + 1)\n" }.joined() + "c40 A 192.0.2.1\n"
        let answer = try ZoneText.version(text).answer("c0.example.", .a)
        #expect(answer.responseCode == .noError && answer.next == nil && answer.authorities.isEmpty)
        #expect(answer.answers.count == 17)
        let short = try ZoneText.version(text).answer("c30.example.", .a)
        #expect(short.answers.last?.type == .a)
    }

    @Test func `additional data is bounded`() throws {
        let text = (0..<500).map { "many MX \($0) m\($0)\nm\($0) A 192.0.2.1\n" }.joined()
        #expect(try ZoneText.version(text).answer("many.example.", .mx).additionals.count == 64)
    }

    @Test func `a delegation says all that the resolver needs`() throws {
        let version = try ZoneText.version(Self.zone)
        guard case .delegation(let cut)? = version.answer("host.sub.example.", .a).next else {
            Issue.record("no delegation")
            return
        }
        #expect(cut.nameServers.rdatas.count == 4)
        #expect(cut.delegationSigners?.rdatas.count == 1)
        #expect(cut.glue.count == 4)
    }

    @Test func `an apex with a DNAME leads away, and answers for itself`() throws {
        let version = try ZoneText.version(
            "@ NS ns.other.test.\n@ DNAME other.test.\n@ A 192.0.2.1\nx A 192.0.2.2\n")
        #expect(
            ZoneText.text(version.answer("x.example.", .a))
                == "NOERROR aa | example. DNAME other.test. | x.example. CNAME x.other.test. | alias x.other.test."
        )
        #expect(ZoneText.text(version.answer("example.", .a)) == "NOERROR aa | example. A 192.0.2.1")
    }
}
