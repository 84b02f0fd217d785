import DNSCache
import DNSResolution
import DNSWire
import Testing

/// RFC 6761, 6303, 7686, 8375, 9476: names that never leave the house.
@Suite struct LocalNamesTests {
    private func responseCode(_ name: DomainName, _ type: RecordType = .a, _ names: LocalNames = LocalNames())
        -> String?
    {
        switch names.answer(Question(name, type)) {
        case .records(let rrsets, _):
            rrsets.flatMap(\.rdatas).map {
                "\($0.address.map(String.init(describing:)) ?? $0.targetName.map(String.init(describing:)) ?? "data")"
            }.joined(separator: " ")
        case .noData: "NODATA"
        case .nxDomain: "NXDOMAIN"
        case nil: nil
        }
    }

    @Test(
        arguments: [
            ("localhost.", RecordType.a, "127.0.0.1"), ("localhost.", .aaaa, "::1"),
            ("localhost.", .mx, "NODATA"),
            ("a.b.LocalHost.", .a, "127.0.0.1"), ("1.0.0.127.in-addr.arpa.", .ptr, "localhost."),
            ("facebook.onion.", .a, "NXDOMAIN"), ("onion.", .ns, "NXDOMAIN"), ("x.invalid.", .a, "NXDOMAIN"),
            ("x.test.", .a, "NXDOMAIN"), ("x.alt.", .a, "NXDOMAIN"), ("printer.home.arpa.", .a, "NXDOMAIN"),
            ("home.arpa.", .a, "NODATA"), ("home.arpa.", .soa, "home.arpa."),
            ("home.arpa.", .ns, "home.arpa."),
            ("resolver.arpa.", .soa, "resolver.arpa."), ("resolver.arpa.", .ns, "resolver.arpa."),
            ("resolver.arpa.", .a, "NODATA"), ("_dns.resolver.arpa.", .svcb, "NODATA"),
            ("_dns.resolver.arpa.", .ns, "NODATA"), ("a.b.resolver.arpa.", .a, "NODATA"),
            ("1.0.168.192.in-addr.arpa.", .ptr, "NXDOMAIN"), ("1.2.31.172.in-addr.arpa.", .ptr, "NXDOMAIN"),
            ("1.1.64.100.in-addr.arpa.", .ptr, "NXDOMAIN"), ("1.2.0.192.in-addr.arpa.", .ptr, "NXDOMAIN"),
            ("1.0.0.0.d.f.ip6.arpa.", .ptr, "NXDOMAIN"),
            ("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", .ptr, "localhost."),
        ] as [(DomainName, RecordType, String)])
    func reserved(_ name: DomainName, _ type: RecordType, _ expected: String) {
        #expect(responseCode(name, type) == expected)
    }

    @Test(
        arguments: [
            "example.com.", "32.172.in-addr.arpa.", "128.100.in-addr.arpa.", "localhost.example.", "arpa.",
        ] as [DomainName])
    func others(_ name: DomainName) {
        #expect(responseCode(name) == nil)
    }

    /// RFC 6303 §4 with RFC 7793, RFC 8375 and the four names that do not exist, and localhost.
    @Test func theListIsWhole() {
        #expect(LocalNames.builtInNames.count == 104)
        #expect(Set(LocalNames.builtInNames).count == LocalNames.builtInNames.count)
    }

    @Test func eachCanBeOverridden() {
        for name in LocalNames.builtInNames {
            #expect(LocalNames(excluded: [name]).answer(Question(name, .a)) == nil, "\(name)")
        }
        #expect(LocalNames(builtIn: false).answer(Question("localhost.", .a)) == nil)
    }

    @Test func theLongerNameWins() {
        let names = LocalNames(excluded: ["1.168.192.in-addr.arpa.", "127.in-addr.arpa.", "."])
        #expect(responseCode("9.1.168.192.in-addr.arpa.", .ptr, names) == nil)
        #expect(responseCode("9.2.168.192.in-addr.arpa.", .ptr, names) == "NXDOMAIN")
        #expect(responseCode("1.0.0.127.in-addr.arpa.", .ptr, names) == nil)
        #expect(responseCode("localhost.", .a, names) == "127.0.0.1")
    }

    @Test func hostsHaveAddressesAndWayBack() {
        var names = LocalNames()
        names.add(host: "nas.lan.", address: IPAddress(192, 168, 1, 9))
        names.add(host: "files.lan.", address: IPAddress(192, 168, 1, 9))
        #expect(responseCode("NAS.lan.", .a, names) == "192.168.1.9")
        #expect(responseCode("nas.lan.", .aaaa, names) == "NODATA")
        #expect(responseCode("9.1.168.192.in-addr.arpa.", .ptr, names) == "nas.lan.")
        // A name above a host exists, too.
        #expect(responseCode("1.168.192.in-addr.arpa.", .ptr, names) == "NODATA")
        #expect(responseCode("8.1.168.192.in-addr.arpa.", .ptr, names) == "NXDOMAIN")
    }

    @Test func otherClassesAreNotOurs() {
        #expect(LocalNames().answer(Question("localhost.", .a, .chaos)) == nil)
    }
}
