import DNSWire
import DNSZones
import Testing

/// RFC 2136 §2.5 and §3.4.2, row 59.
@Suite struct UpdateOperationTests {
    /// What a zone holds besides its SOA and NS after an update.
    static func outcome(_ records: [String], _ script: UpdateScript) throws -> [String] {
        var draft = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"] + records)
        let before = draft.text
        let result = try script.apply(to: &draft)
        #expect(result.responseCode == .noError)
        #expect(result.isChanged == (draft.text != before))
        // The serial moves on exactly where something has changed.
        #expect(draft.serial == (result.isChanged ? 101 : 100))
        return draft.dataText
    }

    // --- Add ---

    @Test func `records are added to RRsets, new and old`() throws {
        #expect(
            try Self.outcome(
                ["www 300 A 192.0.2.1"],
                UpdateScript("add www 300 A 192.0.2.2", "add www 60 AAAA 2001:db8::1", "add new 5 TXT hello"))
                == [
                    "new.example. 5 IN TXT \"hello\"", "www.example. 300 IN A 192.0.2.1",
                    "www.example. 300 IN A 192.0.2.2", "www.example. 60 IN AAAA 2001:db8::1",
                ])
    }

    @Test func `the TTL of all is that of the last added`() throws {
        #expect(
            try Self.outcome(
                ["www 300 A 192.0.2.1"], UpdateScript("add www 10 A 192.0.2.2", "add www 60 A 192.0.2.3"))
                == [
                    "www.example. 60 IN A 192.0.2.1", "www.example. 60 IN A 192.0.2.2",
                    "www.example. 60 IN A 192.0.2.3",
                ])
    }

    @Test func `a record that is there changes the TTL, and nothing without another one`() throws {
        let records = ["www 300 A 192.0.2.1", "mail 300 MX 5 mx"]
        #expect(
            try Self.outcome(
                records, UpdateScript("add www 300 A 192.0.2.1", "add MAIL 300 MX 5 MX.example."))
                == ["mail.example. 300 IN MX 5 mx.example.", "www.example. 300 IN A 192.0.2.1"])
        #expect(
            try Self.outcome(records, UpdateScript("add www 60 A 192.0.2.1"))
                == ["mail.example. 300 IN MX 5 mx.example.", "www.example. 60 IN A 192.0.2.1"])
    }

    @Test func `owner names keep the letters that the zone has for them`() throws {
        #expect(
            try Self.outcome(
                ["Www 300 A 192.0.2.1"], UpdateScript("add wWW 300 A 192.0.2.2", "add WWW 300 TXT x"))
                == [
                    "Www.example. 300 IN A 192.0.2.1", "Www.example. 300 IN A 192.0.2.2",
                    "Www.example. 300 IN TXT \"x\"",
                ])
        // Also where all records went in between: the difference to the published version must hold all that is new.
        var draft = try ZoneDraft(records: "Www 300 A 192.0.2.1")
        try UpdateScript("delete www").apply(to: &draft)
        try UpdateScript("add WWW 300 A 192.0.2.1").apply(to: &draft)
        #expect(draft.dataText == ["Www.example. 300 IN A 192.0.2.1"])
    }

    @Test func `wildcards, names below cuts and unknown types are ordinary here`() throws {
        #expect(
            try Self.outcome(
                ["sub 300 NS ns.sub"],
                UpdateScript(
                    "add * 300 A 192.0.2.1", "add ns.sub 300 A 192.0.2.2", "add x 300 TYPE65280 \\# 2 abcd"))
                == [
                    "*.example. 300 IN A 192.0.2.1", "ns.sub.example. 300 IN A 192.0.2.2",
                    "sub.example. 300 IN NS ns.sub.example.", "x.example. 300 IN TYPE65280 \\# 2 ABCD",
                ])
    }

    // --- CNAME and DNAME ---

    @Test func `a CNAME beside data is ignored, and data beside a CNAME`() throws {
        let records = ["www 300 A 192.0.2.1", "alias 300 CNAME www"]
        let same = ["alias.example. 300 IN CNAME www.example.", "www.example. 300 IN A 192.0.2.1"]
        #expect(
            try Self.outcome(records, UpdateScript("add www 300 CNAME other", "add @ 300 CNAME other"))
                == same)
        #expect(
            try Self.outcome(
                records,
                UpdateScript("add alias 300 A 192.0.2.2", "add alias 300 NS x", "add alias 300 DNAME x"))
                == same)
        // What the same message has removed before is no hindrance.
        #expect(
            try Self.outcome(
                records,
                UpdateScript("delete www A", "add www 9 CNAME x", "delete alias CNAME", "add alias 9 TXT x"))
                == ["alias.example. 9 IN TXT \"x\"", "www.example. 9 IN CNAME x.example."])
        #expect(
            try Self.outcome([], UpdateScript("add new 5 TXT x", "add new 5 CNAME y"))
                == ["new.example. 5 IN TXT \"x\""])
    }

    @Test func `a CNAME replaces a CNAME`() throws {
        #expect(
            try Self.outcome(["alias 300 CNAME www"], UpdateScript("add alias 60 CNAME other"))
                == ["alias.example. 60 IN CNAME other.example."])
        #expect(
            try Self.outcome(["alias 300 CNAME www"], UpdateScript("add alias 300 CNAME WWW.example."))
                == ["alias.example. 300 IN CNAME www.example."])
    }

    @Test func `what is signed may have a CNAME with its RRSIG and NSEC`() throws {
        let signature = "CNAME 13 2 300 20300101000000 20200101000000 1 example. AAAA"
        let records = [
            "alias 300 CNAME www", "alias 300 NSEC www CNAME RRSIG NSEC", "alias 300 RRSIG \(signature)",
        ]
        let outcome = try Self.outcome(records, UpdateScript("add alias 300 CNAME other"))
        #expect(outcome.contains("alias.example. 300 IN CNAME other.example.") && outcome.count == 3)
    }

    /// RFC 6672 §2.3, §5.2.
    @Test func `a DNAME is one, beside no CNAME and no delegation`() throws {
        #expect(
            try Self.outcome(["d 300 DNAME old"], UpdateScript("add d 60 DNAME new", "add d 60 TXT x"))
                == ["d.example. 60 IN DNAME new.example.", "d.example. 60 IN TXT \"x\""])
        #expect(
            try Self.outcome(
                ["d 300 DNAME old", "sub 300 NS ns"],
                UpdateScript("add d 300 CNAME x", "add d 300 NS x", "add sub 300 DNAME x"))
                == ["d.example. 300 IN DNAME old.example.", "sub.example. 300 IN NS ns.example."])
        // At the apex it is beside the NS records.
        #expect(
            try Self.outcome([], UpdateScript("add @ 300 DNAME elsewhere.")) == [
                "example. 300 IN DNAME elsewhere."
            ])
    }

    /// RFC 2136 §1.1.5: address and protocol tell WKS records apart.
    @Test func `WKS records are replaced by address and protocol`() throws {
        #expect(
            try Self.outcome(
                ["h 300 WKS \\# 6 c000020106ff", "h 300 WKS \\# 6 c000020111ff"],
                UpdateScript("add h 300 WKS \\# 7 c00002010600ff", "add h 300 WKS \\# 6 c000020206ff"))
                == [
                    "h.example. 300 IN WKS \\# 6 C000020111FF", "h.example. 300 IN WKS \\# 6 C000020206FF",
                    "h.example. 300 IN WKS \\# 7 C00002010600FF",
                ])
    }

    // --- Delete ---

    static let host = ["h 300 A 192.0.2.1", "h 300 A 192.0.2.2", "h 300 TXT x", "i 300 A 192.0.2.1"]

    @Test func `an RRset, a name and a record are deleted`() throws {
        #expect(
            try Self.outcome(Self.host, UpdateScript("delete h A"))
                == ["h.example. 300 IN TXT \"x\"", "i.example. 300 IN A 192.0.2.1"])
        #expect(try Self.outcome(Self.host, UpdateScript("delete H")) == ["i.example. 300 IN A 192.0.2.1"])
        #expect(
            try Self.outcome(Self.host, UpdateScript("delete h A 192.0.2.1", "delete i A 192.0.2.1"))
                == ["h.example. 300 IN A 192.0.2.2", "h.example. 300 IN TXT \"x\""])
        // Names in RDATA are equal whatever the case of their letters (§1.1.2).
        #expect(try Self.outcome(["m 300 MX 1 mx"], UpdateScript("delete m MX 1 MX.EXAMPLE.")) == [])
    }

    @Test func `what is not there is silently not deleted`() throws {
        let same = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"] + Self.host).dataText
        #expect(
            try Self.outcome(
                Self.host,
                UpdateScript(
                    "delete none", "delete none A", "delete h AAAA", "delete h A 192.0.2.9", "delete h TXT X",
                    "delete none A 192.0.2.1", "delete @ MX")) == same)
    }

    @Test func `order counts within a message`() throws {
        #expect(
            try Self.outcome(
                Self.host, UpdateScript("delete h A", "add h 60 A 192.0.2.7", "delete i", "add i 1 TXT y"))
                == [
                    "h.example. 300 IN TXT \"x\"", "h.example. 60 IN A 192.0.2.7",
                    "i.example. 1 IN TXT \"y\"",
                ])
        #expect(
            try Self.outcome(Self.host, UpdateScript("add h 60 A 192.0.2.7", "delete h"))
                == ["i.example. 300 IN A 192.0.2.1"])
        // Gone and come again in the same form is no change.
        #expect(
            try Self.outcome(["i 300 A 192.0.2.1"], UpdateScript("delete i", "add i 300 A 192.0.2.1"))
                == ["i.example. 300 IN A 192.0.2.1"])
    }

    // --- The apex ---

    static func apex(_ records: [String] = [], _ lines: String...) throws -> [String] {
        var draft = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"] + records)
        for line in lines { #expect(try UpdateScript(line).apply(to: &draft).responseCode == .noError) }
        return draft.text
    }

    static let soa = "example. 3600 IN SOA ns1.example. hostmaster.example. 100 7200 900 1209600 300"
    static let ns = "example. 3600 IN NS ns1.example."

    @Test(arguments: [
        "delete @ SOA", "delete @ NS", "delete @ NS ns1", "delete @",
        "delete @ SOA ns1 hostmaster 100 7200 900 1209600 300", "add www 300 SOA ns1 hostmaster 200 1 1 1 1",
        // Older, the same, half a circle away, and zero, which is never set.
        "add @ 300 SOA ns1 hostmaster 99 1 1 1 1", "add @ 300 SOA ns1 hostmaster 100 1 1 1 1",
        "add @ 300 SOA ns1 hostmaster 2147483748 1 1 1 1", "add @ 300 SOA ns1 hostmaster 0 1 1 1 1",
    ])
    func `the SOA and the last NS stay as they are`(_ line: String) throws {
        #expect(try Self.apex([], line) == [Self.ns, Self.soa])
    }

    @Test func `one NS of several may go, and other data at the apex`() throws {
        #expect(
            try Self.apex(["@ 3600 NS ns2", "@ 300 MX 1 mx"], "delete @ NS ns1").contains(Self.ns) == false)
        let cleared = try Self.apex(["@ 3600 NS ns2", "@ 300 MX 1 mx", "@ 300 TXT x"], "delete @")
        #expect(cleared.count == 3 && cleared.filter { $0.contains(" NS ") }.count == 2)
        let one = try Self.apex(["@ 3600 NS ns2"], "delete @ NS ns1", "delete @ NS ns2")
        #expect(one.filter { $0.contains(" NS ") } == ["example. 3600 IN NS ns2.example."])
        // Elsewhere NS records are like others.
        #expect(
            try Self.apex(["sub 3600 NS ns.sub"], "delete sub NS ns.sub").filter { $0.contains("sub") } == [])
    }

    @Test func `a newer SOA takes the place of the old one`() throws {
        let newer = "add @ 60 SOA ns2 admin 4294967295 1 2 3 4"
        var draft = try ZoneDraft(all: [
            "@ 3600 SOA ns1 hostmaster 4294967290 7200 900 1209600 300", "@ 3600 NS ns1",
        ])
        try UpdateScript(newer, "add www 5 A 192.0.2.1").apply(to: &draft)
        #expect(draft.text.contains("example. 60 IN SOA ns2.example. admin.example. 4294967295 1 2 3 4"))
        let result = try #require(draft.finished(serial: .increment, wall: 0))
        #expect(result.version.serial == SerialNumber(.max) && result.change.added.count == 1)
        // Over the end of the numbers.
        draft = ZoneDraft(result.version)
        try UpdateScript("add @ 60 SOA ns2 admin 5 1 2 3 4").apply(to: &draft)
        #expect(draft.serial == 5)
    }

    // --- Limits ---

    @Test func `an RRset is bounded in records and in octets`() throws {
        var draft = try ZoneDraft(records: "full 300 A 192.0.2.1")
        var script = try UpdateScript()
        script.message.operations = (0..<UpdateLimits.recordsOfRRset).map {
            .add(Record("full.example.", .a, ttl: 60, .address(IPAddress(ipv4: UInt32($0)))))
        }
        let before = draft.text
        let refused = try script.apply(to: &draft)
        #expect(refused.responseCode == .refused && refused.error?.code == .prohibited)
        #expect(refused.refusal?.contains("more than 1000 A records") == true)
        #expect(draft.text == before)
        script.message.operations.removeLast()
        #expect(try script.apply(to: &draft).responseCode == .noError)
        #expect(draft.rrset("full.example.", .a)?.rdatas.count == UpdateLimits.recordsOfRRset)

        var large = try UpdateScript()
        large.message.operations = (0..<80).map {
            .add(
                Record("large.example.", .txt, ttl: 60, .text([String(repeating: "x", count: 700), "\($0)"])))
        }
        #expect(try large.apply(to: &draft).responseCode == .noError)
        let more = (80..<100).map { "\($0)" }
        large.message.operations = more.map {
            .add(Record("large.example.", .txt, ttl: 60, .text([String(repeating: "x", count: 700), $0])))
        }
        #expect(try large.apply(to: &draft).refusal?.contains("octets of TXT") == true)
        #expect(draft.rrset("large.example.", .txt)?.rdatas.count == 80)
    }

    @Test func `a name is bounded in types`() throws {
        var draft = try ZoneDraft(records: "w 300 A 192.0.2.1")
        var script = try UpdateScript()
        script.message.operations = (0..<UpdateLimits.typesOfName).map {
            let type = RecordType(rawValue: 40_000 + UInt16($0))
            return .add(Record("w.example.", type, ttl: 60, RData(unchecked: [1])))
        }
        #expect(try script.apply(to: &draft).responseCode == .refused)
        script.message.operations.removeLast()
        #expect(try script.apply(to: &draft).responseCode == .noError)
    }

    @Test func `the limits that were exceeded before do not forbid to go back`() throws {
        let many = (0..<1_010).map { "h 300 A 10.0.\($0 / 256).\($0 % 256)" }
        var draft = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"] + many)
        #expect(try UpdateScript("delete h A 10.0.0.0").apply(to: &draft).responseCode == .noError)
        #expect(
            try UpdateScript("delete h A 10.0.0.1", "add h 300 A 10.9.9.9").apply(to: &draft).responseCode
                == .noError)
        #expect(try UpdateScript("add h 300 A 10.9.9.8").apply(to: &draft).responseCode == .refused)
    }

    // --- Atomicity ---

    /// 999 good records and one bad: nothing changes (ATTACKS: half-applied UPDATE).
    @Test func `one record that is refused undoes all`() throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        let before = draft.text
        var script = try UpdateScript()
        script.message.operations = try (0..<999).map {
            .add(Record(try DomainName("h\($0).example."), .a, ttl: 60, .address(IPAddress(192, 0, 2, 1))))
        }
        script.message.operations.append(
            .add(Record("h.example.", .nsec3param, ttl: 0, RData(unchecked: [1, 0, 0, 0, 0]))))
        let result = try script.apply(to: &draft)
        #expect(result.responseCode == .refused && !result.isChanged && result.lease == nil)
        #expect(draft.text == before && draft.leaseChanges.isEmpty)
        #expect(draft.finished(serial: .increment, wall: 0) == nil)
        script.message.operations.removeLast()
        #expect(try script.apply(to: &draft).isChanged && draft.dataText.count == 1_000)
    }
}
