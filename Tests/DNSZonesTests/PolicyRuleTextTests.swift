import DNSWire
import DNSZones
import Testing

@Suite struct PolicyRuleTextTests {
    @Test(arguments: [
        "grant dhcp-key. subdomain dyn.example. A AAAA DHCID", "deny * name www.example.",
        "grant dhcp-key.@192.0.2.0/24 zonesub", "grant @192.0.2.0/24 self A AAAA", "grant @* tcp-self PTR(1)",
        "grant *.hosts.example. self ANY", "deny *.hosts.example.@2001:db8::/32 selfsub TXT",
        "grant * selfwild",
        "grant *@10.0.0.0/8 6to4-self NS DS(4)", "grant . zonesub ANY", "deny @* zonesub",
        "grant k\\@home.@192.0.2.1/32 wildcard *.example. TYPE65280", "deny admin. zonesub ANY",
        "grant *. zonesub",
        "grant a. wildcard *.",
    ])
    func `rules are written as they are read`(_ text: String) throws {
        let rule = try UpdateRule(text)
        #expect(rule.description == text)
        #expect(try UpdateRule(rule.description) == rule)
    }

    @Test(arguments: [
        ("  grant\tkey   zonesub  any ", "grant key. zonesub ANY"),
        ("grant KEY name Www.Example a txt", "grant KEY. name Www.Example. A TXT"),
        ("grant key.@192.0.2.77/24 zonesub", "grant key.@192.0.2.0/24 zonesub"),
        ("grant key.@192.0.2.7 zonesub", "grant key.@192.0.2.7/32 zonesub"),
        ("grant key.@* zonesub", "grant key. zonesub"), ("grant *@* zonesub", "grant * zonesub"),
        ("grant @2001:DB8::/32 zonesub TYPE1", "grant @2001:db8::/32 zonesub A"),
    ])
    func `other ways to write them`(_ text: String, _ canonical: String) throws {
        #expect(try UpdateRule(text).description == canonical)
    }

    @Test(arguments: [
        ("", 1, "", "grant or deny expected, the rule ends"),
        ("allow key. zonesub", 1, "allow", "grant or deny expected"),
        ("grant", 6, "", "a key or @network expected, the rule ends"),
        ("grant key.", 11, "", "what names it is about expected, the rule ends"),
        ("grant 192.0.2.0/24 zonesub", 7, "192.0.2.0/24", "a network is written @192.0.2.0/24"),
        (
            "grant key.@192.0.2.0/33 zonesub", 7, "key.@192.0.2.0/33",
            "a network such as 192.0.2.0/24 expected"
        ),
        ("grant @ zonesub", 7, "@", "a network such as"),
        ("grant a..b zonesub", 7, "a..b", "the name of a key expected"),
        ("grant key. subdomian x.", 12, "subdomian", "name, subdomain, wildcard"),
        ("grant key. krb5-self . A", 12, "krb5-self", "needs Kerberos"),
        ("grant key. ms-subdomain x. A", 12, "ms-subdomain", "needs Kerberos"),
        ("grant key. external x. A", 12, "external", "no other program"),
        ("grant key. name", 16, "", "a name expected, the rule ends"),
        ("grant key. name a..b", 17, "a..b", "a name expected"),
        ("grant key. wildcard www.example.", 21, "www.example.", "a wildcard such as"),
        ("grant * self host A", 14, "host", "a record type expected; this kind of rule takes no name"),
        ("grant * name x. AAAAA", 17, "AAAAA", "a record type expected"),
        ("grant * zonesub AXFR", 17, "AXFR", "a record type expected"),
        ("grant * zonesub TYPE0", 17, "TYPE0", "a record type expected"),
        ("grant * zonesub A TXT A", 23, "A", "given twice"),
        ("grant * zonesub A ANY", 19, "ANY", "ANY stands alone"),
        ("grant * zonesub ANY A", 17, "ANY", "ANY stands alone"),
        ("grant * zonesub A(0)", 17, "A(0)", "a number from 1 to 1000"),
        ("grant * zonesub A(1001)", 17, "A(1001)", "a number from 1 to 1000"),
        ("grant * zonesub A(3", 17, "A(3", "a number from 1 to 1000"),
        ("grant * zonesub A(+3)", 17, "A(+3)", "a number from 1 to 1000"),
        ("grant * zonesub A(99999999999999999999)", 17, "A(99999999999999999999)", "a number from 1"),
        ("gr\u{7}nt", 1, "gr?nt", "grant or deny expected"),
    ])
    func `errors name the word and the column`(
        _ text: String, _ column: Int, _ word: String, _ reason: String
    ) throws {
        let error = try #require(throws: UpdateRuleError.self) { try UpdateRule(text) }
        #expect(error.column == column && error.word == word)
        #expect(error.reason.hasPrefix(reason), "\(error)")
    }

    @Test func `an error is one readable line`() throws {
        let error = try #require(throws: UpdateRuleError.self) { try UpdateRule("grant * selfs") }
        #expect("\(error)".hasPrefix("column 9: selfs: name, subdomain, wildcard, zonesub, self, "))
        let long = String(repeating: "x", count: 1_000)
        #expect(throws: UpdateRuleError.self) { try UpdateRule(long) }
        #expect((try #require(throws: UpdateRuleError.self) { try UpdateRule(long) }).word.count == 80)
    }

    @Test func `a policy is a list of lines, and an error says which`() throws {
        let lines = ["deny * name www.example.", "grant key. zonesub ANY"]
        let policy = try UpdatePolicy(lines: lines)
        #expect(policy.lines == lines && policy.rules.count == 2)
        let error = try #require(throws: UpdatePolicyError.self) {
            try UpdatePolicy(lines: lines + ["grant key."])
        }
        #expect("\(error)" == "rule 3, column 11: what names it is about expected, the rule ends")
        let many = Array(repeating: "grant * zonesub", count: UpdatePolicy.maximumRules)
        #expect(try UpdatePolicy(lines: many).rules.count == many.count)
        let more = try #require(throws: UpdatePolicyError.self) { try UpdatePolicy(lines: many + ["grant"]) }
        #expect(more.error.reason == "more than 1000 rules")
    }

    @Test func `types are bounded`() {
        let types = (1...101).map { "TYPE\(1_000 + $0)" }
        #expect(throws: Never.self) {
            try UpdateRule("grant * zonesub \(types.dropLast().joined(separator: " "))")
        }
        #expect(throws: UpdateRuleError.self) {
            try UpdateRule("grant * zonesub \(types.joined(separator: " "))")
        }
    }

    @Test(arguments: ["*", ".", "host.example.", "host.example"])
    func `a name that BIND has and does not use is read over`(_ name: String) throws {
        let rule = try UpdateRule("grant * selfsub \(name) A")
        #expect(rule.description == "grant * selfsub A")
    }
}
