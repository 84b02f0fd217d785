import DNSWire
import DNSZones
import Testing

/// RFC 2136 §2.4 and §3.2, rows 53 to 56.
@Suite struct UpdatePrerequisiteTests {
    static func answer(_ lines: String..., records: [String]) throws -> ResponseCode {
        var draft = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"] + records)
        let before = draft.text
        var script = try UpdateScript("add proof 60 TXT made")
        for line in lines {
            let single = try UpdateScript(line)
            script.message.prerequisites += single.message.prerequisites
        }
        let result = try script.apply(to: &draft)
        #expect(result.isChanged == (result.responseCode == .noError))
        #expect((draft.text == before) == (result.responseCode != .noError))
        #expect((result.error == nil) == (result.responseCode == .noError))
        return result.responseCode
    }

    static let records = [
        "www 300 A 192.0.2.1", "www 300 A 192.0.2.2", "deep.down 300 TXT x", "*.w 300 A 192.0.2.3",
        "alias 300 CNAME www", "mail 300 MX 10 Mail.Example.", "sub 300 NS ns.sub",
        "glue.sub 300 A 192.0.2.4",
    ]

    @Test(
        arguments: [
            ("yxdomain www", .noError), ("yxdomain WWW", .noError), ("yxdomain none", .nxDomain),
            // An empty non-terminal is not in use (§2.4.4).
            ("yxdomain down", .nxDomain), ("yxdomain deep.down", .noError), ("yxdomain @", .noError),
            // Wildcards match only themselves, aliases are not followed, and cuts hide nothing (§1.1.3, §1.1.4, §7.18).
            ("yxdomain a.w", .nxDomain), ("yxdomain *.w", .noError), ("yxdomain alias", .noError),
            ("yxdomain glue.sub", .noError),
        ] as [(String, ResponseCode)])
    func `name is in use`(_ line: String, _ code: ResponseCode) throws {
        #expect(try Self.answer(line, records: Self.records) == code)
    }

    @Test(
        arguments: [
            ("nxdomain none", .noError), ("nxdomain www", .yxDomain), ("nxdomain down", .noError),
            ("nxdomain deep.down", .yxDomain), ("nxdomain a.w", .noError), ("nxdomain *.w", .yxDomain),
        ] as [(String, ResponseCode)])
    func `name is not in use`(_ line: String, _ code: ResponseCode) throws {
        #expect(try Self.answer(line, records: Self.records) == code)
    }

    @Test(
        arguments: [
            ("yxrrset www A", .noError), ("yxrrset www AAAA", .nxRRset), ("yxrrset none A", .nxRRset),
            ("yxrrset alias A", .nxRRset), ("yxrrset alias CNAME", .noError), ("yxrrset a.w A", .nxRRset),
            ("yxrrset @ SOA", .noError),
        ] as [(String, ResponseCode)])
    func `RRset exists`(_ line: String, _ code: ResponseCode) throws {
        #expect(try Self.answer(line, records: Self.records) == code)
    }

    @Test(
        arguments: [
            ("nxrrset www A", .yxRRset), ("nxrrset www AAAA", .noError), ("nxrrset none A", .noError),
            ("nxrrset alias A", .noError), ("nxrrset alias CNAME", .yxRRset),
        ] as [(String, ResponseCode)])
    func `RRset does not exist`(_ line: String, _ code: ResponseCode) throws {
        #expect(try Self.answer(line, records: Self.records) == code)
    }

    @Test(
        arguments: [
            (["yxrrset www A 192.0.2.1", "yxrrset www A 192.0.2.2"], .noError),
            (["yxrrset www A 192.0.2.2", "yxrrset www A 192.0.2.1"], .noError),
            (["yxrrset www A 192.0.2.1", "yxrrset www A 192.0.2.2", "yxrrset www A 192.0.2.1"], .noError),
            (["yxrrset www A 192.0.2.1"], .nxRRset),
            (["yxrrset www A 192.0.2.1", "yxrrset www A 192.0.2.3"], .nxRRset),
            (["yxrrset www A 192.0.2.1", "yxrrset www A 192.0.2.2", "yxrrset www A 192.0.2.3"], .nxRRset),
            (["yxrrset www TXT x"], .nxRRset), (["yxrrset none A 192.0.2.1"], .nxRRset),
            // Names are compared without regard to case, text is not.
            (["yxrrset mail MX 10 mail.EXAMPLE."], .noError),
            (["yxrrset mail MX 20 mail.example."], .nxRRset),
            (["yxrrset deep.down TXT x"], .noError), (["yxrrset deep.down TXT X"], .nxRRset),
        ] as [([String], ResponseCode)])
    func `RRset exists with these values`(_ lines: [String], _ code: ResponseCode) throws {
        var draft = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"] + Self.records)
        var script = try UpdateScript()
        var rdatas: [RData] = []
        for line in lines {
            guard
                case .rrsetEquals(let name, let type, let more)? = try UpdateScript(line).message
                    .prerequisites.first
            else { continue }
            rdatas += more
            script.message.prerequisites = [.rrsetEquals(name, type, rdatas)]
        }
        #expect(try script.apply(to: &draft).responseCode == code)
    }

    @Test func `all must hold, and values are judged last`() throws {
        #expect(try Self.answer("yxdomain www", "nxrrset www AAAA", records: Self.records) == .noError)
        #expect(try Self.answer("yxdomain www", "nxrrset www A", records: Self.records) == .yxRRset)
        #expect(try Self.answer("nxdomain www", "nxrrset www A", records: Self.records) == .yxDomain)
        #expect(
            try Self.answer("yxrrset www A 192.0.2.9", "yxdomain none", records: Self.records) == .nxDomain)
    }

    @Test func `the client is told which did not hold`() throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        let result = try UpdateScript("yxdomain www", "nxrrset www A").apply(to: &draft)
        #expect(result.error == ExtendedError(.other, "required: www.example. has no A records"))
    }

    @Test func `prerequisites alone change nothing and are answered`() throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        let result = try UpdateScript("yxdomain www", "yxrrset www A").apply(to: &draft)
        #expect(result == UpdateResult(.noError))
        #expect(draft.finished(serial: .increment, wall: 0) == nil)
        #expect(try UpdateScript("nxdomain www").apply(to: &draft).responseCode == .yxDomain)
        #expect(try UpdateScript().apply(to: &draft) == UpdateResult(.noError))
    }
}
