import DNSWire
import DNSZones
import Testing

/// Rights against whole messages (RFC 2136 §3.3), row 58.
@Suite struct PolicyUpdateTests {
    static let host = Requestor(key: "h.example.", address: IPAddress(192, 0, 2, 7), isStream: false)
    static let stranger = Requestor(key: "stranger.", address: IPAddress(192, 0, 2, 8), isStream: false)

    static func apply(
        _ lines: [String], to records: [String] = ["h 300 A 192.0.2.1", "other 300 A 192.0.2.2"],
        by requestor: Requestor = host, _ policy: UpdatePolicy
    ) throws -> (result: UpdateResult, draft: ZoneDraft) {
        var draft = try ZoneDraft(all: [ZoneDraft.soa, "@ 3600 NS ns1"] + records)
        let before = draft.text
        var script = try UpdateScript()
        for line in lines {
            let message = try UpdateScript(line).message
            script.message.prerequisites += message.prerequisites
            script.message.operations += message.operations
        }
        let result = try script.apply(to: &draft, by: requestor, policy: policy)
        if result.responseCode != .noError { #expect(draft.text == before && !result.isChanged) }
        return (result, draft)
    }

    static func policy() throws -> UpdatePolicy {
        try UpdatePolicy(
            "deny * name admin.example.", "grant h.example. selfsub A AAAA TXT", "grant admin. zonesub ANY")
    }

    @Test(arguments: [
        ("add h 60 A 192.0.2.9", true), ("add x.h 60 TXT x", true), ("delete h A", true),
        ("delete h A 192.0.2.1", true), ("delete h", true), ("delete x.h", true), ("add h 60 MX 1 mx", false),
        ("add other 60 A 192.0.2.9", false), ("delete other A", false), ("delete other A 192.0.2.2", false),
        ("delete other", false), ("delete none", false), ("delete h MX", false), ("delete @", false),
        ("add @ 60 SOA ns1 h 999 1 1 1 1", false), ("delete @ NS", false),
    ])
    func `each change must be granted`(_ line: String, _ isGranted: Bool) throws {
        let (result, _) = try Self.apply([line], Self.policy())
        #expect(result.responseCode == (isGranted ? .noError : .refused))
        #expect((result.refusal == nil) == isGranted)
        #expect((result.error?.code == .prohibited) == !isGranted)
        let (mixed, _) = try Self.apply(
            ["add h 60 A 192.0.2.9", line, "add h 60 A 192.0.2.8"], Self.policy())
        #expect(mixed.responseCode == result.responseCode)
    }

    @Test func `the log is told the rule, the client only its number`() throws {
        let denied = try Self.apply(["add admin 60 A 192.0.2.9"], Self.policy()).result
        #expect(denied.refusal == "A at admin.example.: denied by rule 1: deny * name admin.example.")
        #expect(denied.error == ExtendedError(.prohibited, "A at admin.example.: denied by rule 1"))
        let unknown = try Self.apply(["add other 60 A 192.0.2.9"], Self.policy()).result
        #expect(unknown.refusal == "A at other.example.: no rule grants it")
        #expect(unknown.error == ExtendedError(.prohibited, "A at other.example.: no rule grants it"))
        let stranger = try Self.apply(["add h 60 A 192.0.2.9"], by: Self.stranger, Self.policy()).result
        #expect(stranger.refusal == "no rule grants anything")
    }

    @Test func `a long name does not make a long response`() throws {
        let label = String(repeating: "\\001", count: 60)
        let (result, _) = try Self.apply(["add \(label).\(label) 60 A 192.0.2.9"], Self.policy())
        #expect(result.responseCode == .refused && result.error.map { $0.text.utf8.count <= 200 } == true)
    }

    /// Nobody learns from prerequisites who may change nothing, and nobody by trying what he may not.
    @Test func `rights come before prerequisites`() throws {
        for prerequisite in [
            "yxdomain secret", "nxdomain secret", "yxrrset secret A", "yxrrset h A 192.0.2.1",
        ] {
            for records in [[], ["secret 300 A 192.0.2.2"]] {
                let alone = try Self.apply([prerequisite], to: records, by: Self.stranger, Self.policy())
                    .result
                #expect(alone.responseCode == .refused)
                let (mixed, _) = try Self.apply(
                    [prerequisite, "add other 60 A 192.0.2.9"], to: records, by: Self.host, Self.policy())
                #expect(mixed.responseCode == .refused)
            }
        }
    }

    @Test func `deleting a name tells a stranger nothing`() throws {
        for name in ["other", "none"] {
            let stranger = try Self.apply(["delete \(name)"], by: Self.stranger, Self.policy()).result
            let host = try Self.apply(["delete \(name)"], Self.policy()).result
            #expect(
                stranger == UpdateResult(.refused, error: stranger.error, refusal: "no rule grants anything"))
            #expect(
                host.responseCode == .refused
                    && host.error?.text == "no rule grants anything at \(name).example.")
        }
    }

    @Test func `deleting a name that is denied is refused, whether it is there or not`() throws {
        let policy = try UpdatePolicy("deny * subdomain static.example.", "grant h.example. zonesub ANY")
        for records in [[], ["static 300 A 192.0.2.1"]] {
            let result = try Self.apply(["delete static"], to: records, policy).result
            #expect(result.responseCode == .refused && result.error?.code == .prohibited)
        }
        #expect(try Self.apply(["delete none"], policy).result.responseCode == .noError)
    }

    @Test func `prerequisites alone need somebody who could be granted something`() throws {
        #expect(try Self.apply(["yxdomain other"], Self.policy()).result == UpdateResult(.noError))
        #expect(try Self.apply(["nxdomain other"], Self.policy()).result.responseCode == .yxDomain)
        #expect(try Self.apply([], Self.policy()).result == UpdateResult(.noError))
        #expect(try Self.apply([], by: Self.stranger, Self.policy()).result.responseCode == .refused)
        #expect(try Self.apply(["yxdomain other"], UpdatePolicy()).result.responseCode == .refused)
    }

    @Test func `deleting a name needs every type that is there`() throws {
        let mixed = ["h 300 A 192.0.2.1", "h 300 MX 1 mx", "h 300 TXT x"]
        let refused = try Self.apply(["delete h"], to: mixed, Self.policy()).result
        #expect(refused.refusal == "MX at h.example.: no rule grants it")
        #expect(
            try Self.apply(["delete h"], to: Array(mixed.dropLast(2)), Self.policy()).draft.dataText == [])
        // Signatures and denials go with what they speak of.
        let signature = "A 13 2 300 20300101000000 20200101000000 1 example. AAAA"
        let signed = ["h 300 A 192.0.2.1", "h 300 RRSIG \(signature)", "h 300 NSEC i A RRSIG NSEC"]
        #expect(try Self.apply(["delete h"], to: signed, Self.policy()).draft.dataText == [])
    }

    @Test func `at the apex SOA and NS are not asked for, as they stay`() throws {
        let policy = try UpdatePolicy("grant h.example. name example. A TXT")
        let (result, draft) = try Self.apply(["delete @"], to: ["@ 60 TXT x", "@ 60 A 192.0.2.1"], policy)
        #expect(result.isChanged && draft.dataText == [])
        #expect(try Self.apply(["delete @"], to: ["@ 60 MX 1 mx"], policy).result.responseCode == .refused)
    }

    @Test func `what a signer makes cannot be changed by itself`() throws {
        let policy = UpdatePolicy.everything
        for line in [
            "add h 60 NSEC3PARAM 1 0 0 -", "delete h NSEC", "delete h RRSIG", "delete h NSEC3PARAM 1 0 0 -",
        ] {
            let (result, _) = try Self.apply([line], policy)
            #expect(result.responseCode == .refused, "\(line)")
            #expect(result.error?.text.contains("made by the signer") == true)
        }
    }

    // --- Limits of rules ---

    @Test func `a rule's limit is for what an RRset grows to`() throws {
        let policy = try UpdatePolicy("grant h.example. self A(2) TXT")
        let add2 = ["add h 60 A 192.0.2.2"]
        #expect(try Self.apply(add2, policy).result.isChanged)
        let over = try Self.apply(add2 + ["add h 60 A 192.0.2.3"], policy).result
        #expect(over.responseCode == .refused && over.refusal == "more than 2 A records at h.example.")
        #expect(over.error?.text == "more than 2 A records")
        // What comes out in the end counts, not the way there.
        #expect(
            try Self.apply(add2 + ["add h 60 A 192.0.2.3", "delete h A 192.0.2.1"], policy).result.isChanged)
        // Others may have put more there: that may be refreshed and be made less.
        let many = (1...5).map { "h 300 A 192.0.2.\($0)" }
        #expect(try Self.apply(["add h 60 A 192.0.2.1"], to: many, policy).result.isChanged)
        #expect(
            try Self.apply(["delete h A 192.0.2.1", "add h 300 A 192.0.2.9"], to: many, policy).result
                .isChanged)
        #expect(try Self.apply(["add h 300 A 192.0.2.9"], to: many, policy).result.responseCode == .refused)
    }
}
