import DNSValidation
import DNSWire
import Testing

@Suite("denial by NSEC")
struct NextSecureTests {
    static let text = """
        a A 192.0.2.1
        b.c.d TXT "below empty non-terminals"
        cut NS ns.cut
        ns.cut A 192.0.2.2
        signed NS ns.signed
        signed DS 1 15 2 00
        alias CNAME a
        dname DNAME example.net.
        *.wild TXT "wildcard"
        x.wild TXT "beside it"
        *.way A 192.0.2.3
        www.*.odd A 192.0.2.4
        z TXT "last"
        """

    let zone: SignedZone

    init() throws { zone = try SignedZone(Self.text) }

    /// Only the NSEC records of these names.
    func denial(_ owners: DomainName...) -> Denial {
        zone.denial(zone.denials.filter { owners.contains($0.ownerName) })
    }

    @Test("a name that is not there, by the NSEC around it and the one around the wildcard")
    func noName() {
        let around = denial("a.example.", "example.")
        #expect(
            around.noName("aa.example.") && around.noName("AA.Example.") && around.noName("x.aa.example."))
        #expect(denial("a.example.").noName("b.a.example."), "one record may do for both")
        #expect(!denial("a.example.").noName("aa.example."), "the wildcard is not denied")
        #expect(!denial("example.").noName("aa.example."), "the name is not denied")
        #expect(denial("example.", "z.example.").noName("zz.example."), "behind the last name of the zone")
    }

    @Test("what is there is not denied")
    func existing() {
        let all = zone.denial()
        for name: DomainName in [
            "example.", "a.example.", "b.c.d.example.", "c.d.example.", "d.example.", "cut.example.",
            "z.example.",
            "*.wild.example.", "wild.example.", "*.odd.example.", "odd.example.",
        ] { #expect(!all.noName(name), "\(name)") }
        for name: DomainName in ["y.wild.example.", "a.b.wild.example.", "q.way.example."] {
            #expect(!all.noName(name), "\(name) is made from a wildcard")
        }
        // A wildcard without data still is one (RFC 4592 §2.2.2).
        #expect(!all.noName("q.odd.example.") && all.noData("q.odd.example.", .a))
        #expect(!all.noName("www.example.net.") && !all.noData("www.example.net.", .a))
    }

    @Test("a type that is not there")
    func noData() {
        let own = denial("a.example.")
        #expect(
            own.noData("a.example.", .aaaa) && own.noData("a.example.", .ds) && own.noData("A.example.", .txt)
        )
        #expect(!own.noData("a.example.", .a) && !own.noData("a.example.", .any))
        // It is there itself, and signed, whatever it lists.
        let modest = zone.denial([zone.signer.signed(forged("a.example.", next: "b.example."))])
        for denial in [own, modest] {
            #expect(!denial.noData("a.example.", .nsec) && !denial.noData("a.example.", .rrsig))
        }
        #expect(!own.noData("b.example.", .a))
        #expect(!denial("alias.example.").noData("alias.example.", .a), "an alias")
        #expect(!denial("alias.example.").noData("alias.example.", .cname))
        #expect(denial("dname.example.").noData("dname.example.", .a), "a DNAME is no alias of its owner")
    }

    @Test("empty non-terminals have no data of any type")
    func emptyNonTerminal() {
        let before = denial("cut.example.")
        for name: DomainName in ["d.example.", "c.d.example."] {
            #expect(before.noData(name, .a) && before.noData(name, .ds) && before.noData(name, .any))
        }
        #expect(!before.noData("b.c.d.example.", .a) && !before.noData("e.d.example.", .a))
    }

    @Test("wildcard without the type")
    func wildcardNoData() {
        let both = denial("*.wild.example.", "x.wild.example.")
        #expect(both.noData("y.wild.example.", .a) && !both.noData("y.wild.example.", .txt))
        #expect(denial("*.wild.example.").noData("b.wild.example.", .a), "one record may do for both")
        #expect(
            !denial("x.wild.example.").noData("y.wild.example.", .a), "the wildcard's own record is missing")
        #expect(!denial("*.wild.example.").noData("y.wild.example.", .a), "the name is not denied")
    }

    @Test("expansion of a wildcard")
    func expansion() {
        #expect(denial("x.wild.example.").expansion("*.wild.example.", "y.wild.example."))
        #expect(denial("x.wild.example.").expansion("*.wild.example.", "a.y.wild.example."))
        #expect(!denial("*.wild.example.").expansion("*.wild.example.", "y.wild.example."), "y is not denied")
        let all = zone.denial()
        #expect(!all.expansion("*.wild.example.", "x.wild.example."), "the name exists")
        #expect(!all.expansion("*.wild.example.", "a.x.wild.example."), "a closer name exists")
        #expect(!all.expansion("*.example.", "a.y.wild.example."), "a closer wildcard's parent exists")
        #expect(
            !all.expansion("*.wild.example.", "wild.example.")
                && !all.expansion("*.wild.example.", "y.way.example."))
    }

    @Test("the parent's side of a cut says nothing of the child (RFC 6840 §4.1)")
    func cut() {
        let all = zone.denial()
        for cut: DomainName in ["cut.example.", "signed.example."] {
            #expect(!all.noData(cut, .a) && !all.noData(cut, .ns) && !all.noData(cut, .soa))
            guard let below = cut.prepending(label: [120]) else { continue }
            #expect(
                !all.noName(below) && !all.noData(below, .a)
                    && !all.expansion(cut.prepending(label: [42]) ?? cut, below))
        }
        #expect(all.noData("cut.example.", .ds) && !all.noData("signed.example.", .ds))
        #expect(all.noName("cuu.example."), "of names beside it, it does")
    }

    @Test("names below a DNAME are not denied")
    func dname() {
        let all = zone.denial()
        #expect(!all.noName("a.dname.example.") && !all.noData("a.dname.example.", .a))
        #expect(all.noName("dnamf.example."))
    }

    @Test("the apex of a zone says nothing of its own DS, but the root's does")
    func apexSigner() throws {
        #expect(!zone.denial().noData("example.", .ds) && zone.denial().noData("example.", .txt))
        let root = try SignedZone("com NS ns.com.\n", apex: .root)
        #expect(root.denial().noData(.root, .ds) && root.denial().noName("example."))
    }

    @Test("what there is of zone cuts")
    func delegations() {
        let all = zone.denial()
        #expect(all.signer("cut.example.") == "unsigned delegation")
        #expect(all.signer("signed.example.") == "unproven")
        #expect(all.signer("a.example.") == "no delegation" && all.signer("d.example.") == "no delegation")
        #expect(all.signer("aa.example.") == "no name" && all.signer("b.a.example.") == "no name")
        // Made from a wildcard: data, no cut.
        #expect(
            all.signer("y.wild.example.") == "no delegation"
                && all.signer("q.odd.example.") == "no delegation")
        #expect(denial("a.example.").signer("aa.example.") == "no delegation")
        for name: DomainName in ["example.", "x.cut.example.", "x.dname.example.", "example.net.", "."] {
            #expect(all.signer(name) == "unproven", "\(name)")
        }
        #expect(zone.denial([]).signer("cut.example.") == "unproven")
    }

    @Test("a child's apex record does not stand for the parent's")
    func childApex() throws {
        let child = try SignedZone("www A 192.0.2.1", apex: "sub.example.", key: zone.key)
        // Signed by the child: another zone.
        #expect(zone.denial(child.denials).rrsets.isEmpty)
        #expect(child.denial().signer("sub.example.") == "unproven")
        // Even if the parent had signed it: the SOA shows whose it is.
        let forged = RRset(
            "sub.example.", .nsec, ttl: 300,
            rdatas: [
                RData(unchecked: ("z.example." as DomainName).wire + TypeBitmap.compose([.soa, .ns, .rrsig]))
            ])
        let denial = zone.denial([zone.signer.signed(forged)])
        #expect(denial.rrsets.count == 1 && denial.signer("sub.example.") == "unproven")
        #expect(!denial.noData("sub.example.", .ds))
    }
}

extension NextSecureTests {
    private func forged(_ owner: DomainName, next: DomainName, _ types: [RecordType] = [.a]) -> RRset {
        RRset(owner, .nsec, ttl: 300, rdatas: [RData(unchecked: next.wire + TypeBitmap.compose(types))])
    }

    @Test("owner and next name must be in the zone and in order, whoever signed")
    func forgedNames() {
        for rrset in [
            forged("a.example.", next: "example.net."), forged("a.example.", next: "."),
            forged("b.example.", next: "a.example."), forged("b.example.", next: "b.example."),
        ] {
            let denial = zone.denial([zone.signer.signed(rrset)])
            #expect(denial.rrsets.isEmpty)
            #expect(
                !denial.noName("aa.example.") && !denial.noName("c.example.")
                    && !denial.noData("a.example.", .txt))
        }
        let outside = zone.signer.signed(forged("a.net.", next: "b.net."))
        #expect(zone.denial([outside]).rrsets.isEmpty)
        #expect(Denial(zone: "example.", verified: [outside]).rrsets.isEmpty)
    }

    @Test("the record of a wildcard says nothing of the names it is expanded to")
    func expandedRecord() {
        let own = zone.denials.filter { $0.ownerName == "*.wild.example." }
        let expanded = own.map { $0.expanded(to: "q.wild.example.") }
        #expect(zone.denial(own).rrsets.count == 1 && zone.denial(expanded).rrsets.isEmpty)
        #expect(!zone.denial(expanded).noData("q.wild.example.", .a))
        #expect(Denial(zone: "example.", verified: expanded).rrsets.isEmpty)
    }

    @Test("of several signatures the one that holds counts")
    func severalSignatures() {
        let garbage = TestSigner(.test(9), "example.")
        let honest = zone.denials.filter { $0.ownerName == "a.example." }.map { garbage.signed($0) }
        let denial = zone.denial(honest)
        #expect(denial.noData("a.example.", .txt) && denial.rrsets[0].signatures.count == 2)
        #expect(Denial(zone: "example.", verified: denial.rrsets).noData("a.example.", .txt))
        // A signature that nobody could check does not make the wildcard's record one of the name.
        let wildcard = zone.denials.filter { $0.ownerName == "*.wild.example." }
        let expanded = wildcard.map { garbage.signed($0.expanded(to: "q.wild.example.")) }
        for order in [expanded, expanded.map { $0.withSignaturesReversed }] {
            #expect(zone.denial(order).rrsets.isEmpty)
        }
    }

    @Test("a denial must be signed by the zone")
    func forgedSignatures() {
        let honest = zone.denials.filter { $0.ownerName == "a.example." }
        var unsigned = honest
        unsigned[0].signatures = []
        let foreign = unsigned.map { TestSigner(.test(9), "example.").signed($0) }
        let child = unsigned.map { TestSigner(zone.key, "a.example.").signed($0) }
        for rrsets in [unsigned, foreign, child] {
            #expect(zone.denial(rrsets).rrsets.isEmpty && !zone.denial(rrsets).noData("a.example.", .txt))
        }
        #expect(Denial(zone: "example.", verified: unsigned).rrsets.isEmpty)
        #expect(Denial(zone: "example.", verified: child).rrsets.isEmpty)
        #expect(Denial(zone: "example.", verified: honest).noData("a.example.", .txt))
    }

    @Test("records of other types, unreadable ones and several at one name prove nothing")
    func unfit() {
        let a = zone.data["a.example."]?[.a]
        #expect(a.map { Denial(zone: "example.", verified: [$0]).rrsets.isEmpty } == true)
        var double = forged("a.example.", next: "b.example.")
        double.rdatas += forged("a.example.", next: "c.example.").rdatas
        #expect(zone.denial([zone.signer.signed(double)]).rrsets.isEmpty)
        let broken = RRset("a.example.", .nsec, ttl: 1, rdatas: [RData(unchecked: [63, 1])])
        #expect(zone.denial([zone.signer.signed(broken)]).rrsets.isEmpty)
        let empty = RRset("a.example.", .nsec, ttl: 1, rdatas: [])
        #expect(zone.denial([zone.signer.signed(empty)]).rrsets.isEmpty)
    }

    @Test("why a proof is missing")
    func reasons() {
        let none = zone.denial([]).failure { $0.proveNXDomain("aa.example.", $1) }
        #expect(
            none?.code == .denialMissing && none?.reason == "no NSEC or NSEC3 records"
                && none?.step == .denial)
        let half = denial("a.example.").failure { $0.proveNXDomain("aa.example.", $1) }
        #expect(half?.code == .denialMissing && half?.reason == "no NSEC denies *.example.")
        var late = zone.signer
        late.expiration = UInt32(TestSigner.wall - 1_000)
        let expired = zone.denial([late.signed(forged("a.example.", next: "b.example."))])
        #expect(expired.failure { $0.proveNXDomain("aa.example.", $1) }?.code == .signatureExpired)
        #expect(expired.failure { $0.proveNoData("a.example.", .txt, $1) }?.name == "a.example.")
        let lists = denial("a.example.").failure { $0.proveNoData("a.example.", .a, $1) }
        #expect(lists?.reason == "its denial record lists A")
    }

    @Test("so many records of a response are looked at")
    func bound() throws {
        let padding = try (0..<30).map {
            zone.signer.signed(forged(try DomainName("p\($0).example."), next: "q.example."))
        }
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        let data = try RRset("a A 192.0.2.1")
        let denial = validator.denial(from: [data] + padding, with: zone.keys, wall: TestSigner.wall)
        #expect(denial.rrsets.count == 16 && verifier.signatureCount == 16)
    }

    @Test("the largest names have no room for a wildcard")
    func longNames() throws {
        let labels = (0..<127).map { _ in [UInt8](arrayLiteral: 97) }
        let longest = try #require(DomainName(labels: labels))
        let parent = try #require(longest.parent)
        let zone = try SignedZone("\(parent) TXT a\n", apex: .root)
        #expect(longest.wire.count == 255 && zone.denial().noName(longest))
        #expect(zone.denial().noData(parent, .a) && !zone.denial().noData(longest, .a))
    }
}
