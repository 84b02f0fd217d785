import DNSWire
import DNSZones
import Testing

@Suite struct PolicyVerdictTests {
    static func requestor(_ key: DomainName?, _ address: String = "198.51.100.7", isStream: Bool = false)
        throws
        -> Requestor
    {
        Requestor(key: key, address: try #require(IPAddress(address)), isStream: isStream)
    }

    static func isGranted(
        _ rule: String, _ requestor: Requestor, _ name: DomainName = "h.dyn.example.", _ type: RecordType = .a
    ) throws -> Bool {
        try UpdatePolicy(rule).verdict(requestor, name, type).isGranted
    }

    @Test func `nobody may do anything by default`() throws {
        let verdict = UpdatePolicy().verdict(try Self.requestor("root."), "www.example.", .a)
        #expect(!verdict.isGranted && verdict.reason == .noRule)
        #expect("\(verdict)" == "no rule grants it")
        #expect(!UpdatePolicy().mayPermit(try Self.requestor("root.")))
    }

    // --- Who ---

    @Test func `keys are matched as names, wildcards strictly below`() throws {
        #expect(try Self.isGranted("grant key.home. zonesub", Self.requestor("KEY.Home.")))
        #expect(try !Self.isGranted("grant key.home. zonesub", Self.requestor("other.home.")))
        #expect(try !Self.isGranted("grant key.home. zonesub", Self.requestor("sub.key.home.")))
        #expect(try !Self.isGranted("grant key.home. zonesub", Self.requestor(nil)))
        #expect(try Self.isGranted("grant *.home. zonesub", Self.requestor("a.b.home.")))
        #expect(try !Self.isGranted("grant *.home. zonesub", Self.requestor("home.")))
        #expect(try Self.isGranted("grant * zonesub", Self.requestor("any.key.")))
    }

    @Test func `a star grants to keys, and denies to everybody`() throws {
        #expect(try !Self.isGranted("grant * zonesub", Self.requestor(nil)))
        let policy = try UpdatePolicy(
            "deny * name www.example.", "grant @0.0.0.0/0 zonesub", "grant * zonesub")
        for key in [nil, "key."] as [DomainName?] {
            #expect(!policy.verdict(try Self.requestor(key), "www.example.", .a).isGranted)
            #expect(policy.verdict(try Self.requestor(key), "w.example.", .a).isGranted)
        }
        #expect(try Self.isGranted("grant @* zonesub", Self.requestor(nil, "2001:db8::1")))
    }

    @Test func `networks count alone, or together with the key`() throws {
        #expect(try Self.isGranted("grant @198.51.100.0/24 zonesub", Self.requestor(nil)))
        #expect(
            try Self.isGranted("grant @198.51.100.0/24 zonesub", Self.requestor(nil, "::ffff:198.51.100.200"))
        )
        #expect(try !Self.isGranted("grant @198.51.100.0/24 zonesub", Self.requestor("key.", "203.0.113.1")))
        let both = "grant key.@2001:db8::/32 zonesub"
        #expect(try Self.isGranted(both, Self.requestor("key.", "2001:db8::1")))
        #expect(try !Self.isGranted(both, Self.requestor("key.", "2001:db9::1")))
        #expect(try !Self.isGranted(both, Self.requestor(nil, "2001:db8::1")))
        #expect(try !Self.isGranted("grant *@10.0.0.0/8 zonesub", Self.requestor(nil, "10.0.0.1")))
    }

    // --- Which names ---

    @Test(
        arguments: [
            ("name h.dyn.example.", "h.dyn.example.", true), ("name h.dyn.example.", "H.DYN.example.", true),
            ("name h.dyn.example.", "x.h.dyn.example.", false),
            ("subdomain dyn.example.", "dyn.example.", true),
            ("subdomain dyn.example.", "a.b.dyn.example.", true),
            ("subdomain dyn.example.", "xdyn.example.", false),
            ("wildcard *.dyn.example.", "a.b.dyn.example.", true),
            ("wildcard *.dyn.example.", "dyn.example.", false),
            ("wildcard *.dyn.example.", "*.dyn.example.", true), ("zonesub", "example.", true),
            ("self", "h.dyn.example.", true), ("self", "x.h.dyn.example.", false),
            ("self", "dyn.example.", false),
            ("selfsub", "h.dyn.example.", true), ("selfsub", "x.h.dyn.example.", true),
            ("selfsub", "dyn.example.", false),
            ("selfwild", "h.dyn.example.", false), ("selfwild", "y.x.h.dyn.example.", true),
        ] as [(String, DomainName, Bool)])
    func `names are matched`(_ names: String, _ name: DomainName, _ isGranted: Bool) throws {
        let requestor = try Self.requestor("h.dyn.example.")
        #expect(try Self.isGranted("grant * \(names)", requestor, name) == isGranted)
        #expect(try !Self.isGranted("grant @203.0.113.0/24 \(names)", requestor, name))
    }

    @Test func `self needs a key, whatever the network`() throws {
        for kind in ["self", "selfsub", "selfwild"] {
            let policy = try UpdatePolicy("grant @198.51.100.0/24 \(kind)")
            #expect(!policy.mayPermit(try Self.requestor(nil)))
            #expect(policy.mayPermit(try Self.requestor("key.")))
        }
    }

    @Test func `tcp-self is the reverse name of the address, over streams`() throws {
        let policy = try UpdatePolicy("grant @* tcp-self PTR(1)")
        let name: DomainName = "7.100.51.198.in-addr.arpa."
        let stream = try Self.requestor(nil, isStream: true)
        #expect(policy.verdict(stream, name, .ptr).isGranted)
        #expect(policy.verdict(stream, name, .ptr).maximumRecords == 1)
        #expect(
            policy.verdict(try Self.requestor(nil, "::ffff:198.51.100.7", isStream: true), name, .ptr)
                .isGranted)
        #expect(!policy.verdict(stream, "8.100.51.198.in-addr.arpa.", .ptr).isGranted)
        #expect(!policy.verdict(stream, "x.7.100.51.198.in-addr.arpa.", .ptr).isGranted)
        #expect(!policy.verdict(stream, name, .txt).isGranted)
        #expect(!policy.verdict(try Self.requestor("key."), name, .ptr).isGranted)
        #expect(!policy.mayPermit(try Self.requestor("key.")))
        let longer = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."
        let other = try Self.requestor(nil, "2001:db8::1", isStream: true)
        #expect(policy.verdict(other, try DomainName(longer), .ptr).isGranted)
    }

    @Test func `6to4-self is the reverse name of the prefix`() throws {
        let policy = try UpdatePolicy("grant @* 6to4-self NS")
        // 198.51.100.7 is c633:6407.
        let name: DomainName = "7.0.4.6.3.3.6.c.2.0.0.2.ip6.arpa."
        #expect(policy.verdict(try Self.requestor(nil, isStream: true), name, .ns).isGranted)
        #expect(
            policy.verdict(try Self.requestor(nil, "2002:c633:6407:1::9", isStream: true), name, .ns)
                .isGranted)
        #expect(
            !policy.verdict(try Self.requestor(nil, "2002:c633:6408::1", isStream: true), name, .ns).isGranted
        )
        #expect(!policy.verdict(try Self.requestor(nil), name, .ns).isGranted)
        // No address of 6to4 has such a name.
        let native = try Self.requestor(nil, "2001:db8:1::1", isStream: true)
        #expect(!policy.verdict(native, "1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", .ns).isGranted)
    }

    // --- Which types ---

    @Test func `without types a grant is narrow and a denial wide`() throws {
        let root = try Self.requestor("root.")
        for type in [RecordType.ns, .soa] {
            #expect(try !Self.isGranted("grant root. zonesub", root, "example.", type))
            #expect(try Self.isGranted("grant root. zonesub ANY", root, "example.", type))
            let policy = try UpdatePolicy("deny * name example.", "grant root. zonesub ANY")
            #expect(!policy.verdict(root, "example.", type).isGranted)
        }
        for type in [RecordType.a, .txt, .ds, .dnskey, .cname, RecordType(rawValue: 65_280)] {
            #expect(try Self.isGranted("grant root. zonesub", root, "example.", type))
        }
    }

    @Test func `what a signer makes nobody may change`() throws {
        let root = try Self.requestor("root.")
        for type in [RecordType.rrsig, .nsec, .nsec3, .nsec3param, .sig, .nxt] {
            let verdict = try UpdatePolicy("grant root. zonesub \(type)").verdict(root, "example.", type)
            #expect(!verdict.isGranted && verdict.reason == .madeBySigner(type))
            #expect("\(verdict)" == "\(type) records are made by the signer")
            #expect(try !Self.isGranted("grant root. zonesub ANY", root, "example.", type))
        }
    }

    // --- Order ---

    @Test func `the first rule that is about it decides`() throws {
        let policy = try UpdatePolicy(
            "grant admin. zonesub ANY", "deny * subdomain static.example.",
            "grant *.dyn. subdomain example. A AAAA",
            "deny bad.dyn. zonesub", "grant *.dyn. subdomain example. TXT")
        let (admin, host, bad) = try (
            Self.requestor("admin."), Self.requestor("h.dyn."), Self.requestor("bad.dyn.")
        )
        #expect(policy.verdict(admin, "static.example.", .a).isGranted)
        let denied = policy.verdict(host, "x.static.example.", .a)
        #expect("\(denied)" == "denied by rule 2: deny * subdomain static.example.")
        let granted = policy.verdict(host, "x.example.", .a)
        #expect("\(granted)" == "granted by rule 3: grant *.dyn. subdomain example. A AAAA")
        #expect("\(policy.verdict(host, "x.example.", .txt))".hasPrefix("granted by rule 5"))
        #expect(policy.verdict(bad, "x.example.", .a).isGranted)
        #expect("\(policy.verdict(bad, "x.example.", .txt))".hasPrefix("denied by rule 4"))
        #expect(policy.verdict(host, "x.example.", .mx).reason == .noRule)
    }

    @Test func `a first look tells who could be granted anything`() throws {
        let policy = try UpdatePolicy(
            "deny lost. zonesub", "deny half. zonesub TXT", "deny some. name www.example.",
            "grant *@198.51.100.0/24 zonesub")
        #expect(policy.mayPermit(try Self.requestor("key.")))
        #expect(!policy.mayPermit(try Self.requestor(nil)))
        #expect(!policy.mayPermit(try Self.requestor("key.", "203.0.113.1")))
        #expect(!policy.mayPermit(try Self.requestor("lost.")))
        #expect(policy.mayPermit(try Self.requestor("half.")))
        #expect(policy.mayPermit(try Self.requestor("some.")))
    }
}
