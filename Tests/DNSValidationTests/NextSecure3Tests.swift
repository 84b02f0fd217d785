import DNSValidation
import DNSWire
import Testing

@Suite("denial by NSEC3")
struct NextSecure3Tests {
    static let parameters = NextSecure3Parameters(iterations: 5, salt: [1, 2, 3])
    static let key = DNSKey.test(1)

    let zone: SignedZone
    let optOut: SignedZone

    init() throws {
        zone = try SignedZone(NextSecureTests.text, chain: .nsec3(Self.parameters, isOptOut: false))
        optOut = try SignedZone(NextSecureTests.text, chain: .nsec3(Self.parameters, isOptOut: true))
    }

    func hash(_ name: DomainName) -> [UInt8] { TestVerifier.hash(name, Self.parameters) }

    /// The record of a name.
    func match(_ name: DomainName) throws -> RRset {
        try #require(zone.denials.first { NextSecure3.hash(of: $0.ownerName, in: zone.apex) == hash(name) })
    }

    @Test("a name that is not there, by closest encloser, next closer and wildcard")
    func noName() throws {
        for name: DomainName in [
            "aa.example.", "b.a.example.", "x.y.b.a.example.", "e.d.example.", "zz.example.",
        ] {
            let proof = zone.proof(name)
            #expect(zone.denial(proof).noName(name), "\(name)")
            // All of it is needed.
            for index in proof.indices {
                var rest = proof
                rest.remove(at: index)
                #expect(!zone.denial(rest).noName(name), "\(name) without \(proof[index].ownerName)")
            }
        }
    }

    @Test("what is there is not denied")
    func existing() {
        let all = zone.denial()
        for name: DomainName in [
            "example.", "a.example.", "b.c.d.example.", "c.d.example.", "cut.example.", "wild.example.",
            "*.wild.example.",
            "y.wild.example.", "q.odd.example.", "x.cut.example.", "x.dname.example.", "example.net.",
        ] { #expect(!all.noName(name), "\(name)") }
    }

    @Test("a type that is not there, empty non-terminals too")
    func noData() throws {
        let all = zone.denial()
        #expect(zone.denial([try match("a.example.")]).noData("A.example.", .aaaa))
        #expect(
            all.noData("a.example.", .ds) && !all.noData("a.example.", .a) && !all.noData("a.example.", .any))
        #expect(
            all.noData("d.example.", .a) && all.noData("c.d.example.", .any)
                && all.noData("c.d.example.", .ds))
        #expect(!all.noData("alias.example.", .a) && !all.noData("alias.example.", .cname))
        #expect(!all.noData("cut.example.", .a) && all.noData("cut.example.", .ds))
        #expect(!all.noData("example.", .ds) && all.noData("example.", .txt))
        #expect(!all.noData("aa.example.", .a) && !all.noData("aa.example.", .ds))
    }

    @Test("wildcard without the type")
    func wildcardNoData() {
        let proof = zone.proof("y.wild.example.")
        #expect(
            zone.denial(proof).noData("y.wild.example.", .a)
                && !zone.denial(proof).noData("y.wild.example.", .txt))
        for index in proof.indices {
            var rest = proof
            rest.remove(at: index)
            #expect(!zone.denial(rest).noData("y.wild.example.", .a))
        }
        #expect(zone.denial().noData("q.odd.example.", .a), "a wildcard that is an empty non-terminal")
    }

    @Test("expansion of a wildcard, by the next closer name alone")
    func expansion() {
        let all = zone.denial()
        let nextCloser = zone.proof("y.wild.example.")[1]
        #expect(zone.denial([nextCloser]).expansion("*.wild.example.", "y.wild.example."))
        #expect(zone.denial([nextCloser]).expansion("*.wild.example.", "a.b.y.wild.example."))
        #expect(
            !all.expansion("*.wild.example.", "x.wild.example.")
                && !all.expansion("*.wild.example.", "a.x.wild.example."))
        #expect(!all.expansion("*.example.", "y.wild.example."))
        #expect(
            !all.expansion("*.wild.example.", "wild.example.")
                && !all.expansion("*.wild.example.", "q.example."))
    }

    @Test("the closest encloser must be no cut and have no DNAME (RFC 5155 §8.3)")
    func hiddenDescendants() {
        let all = zone.denial()
        for name: DomainName in ["x.cut.example.", "x.signed.example.", "x.dname.example."] {
            #expect(!all.noName(name) && !all.noData(name, .a) && !all.noData(name, .ds))
            #expect(all.signer(name) == "unproven")
            let failure = all.failure { $0.proveNXDomain(name, $1) }
            #expect(failure?.reason.hasSuffix("is a zone cut or has a DNAME (RFC 5155 §8.3)") == true)
        }
    }

    @Test("opt-out: true, but not secure")
    func optOutSpans() {
        let all = optOut.denial()
        #expect(all.verdict { $0.proveNXDomain("aa.example.", $1) }.isOptOut == true)
        #expect(zone.denial().verdict { $0.proveNXDomain("aa.example.", $1) }.isOptOut == false)
        #expect(all.verdict { $0.proveNoData("cut.example.", .ds, $1) }.isOptOut == true)
        #expect(all.verdict { $0.proveNoData("y.wild.example.", .a, $1) }.isOptOut == true)
        #expect(
            all.verdict { $0.proveExpansion(of: "*.wild.example.", to: "y.wild.example.", $1) }.isOptOut
                == true)
        #expect(all.verdict { $0.proveNoData("a.example.", .txt, $1) }.isOptOut == false, "its own record")
        #expect(!all.noData("signed.example.", .ds) && !all.noName("a.example."))
    }

    @Test("what there is of zone cuts")
    func delegations() {
        let all = zone.denial()
        #expect(
            all.signer("cut.example.") == "unsigned delegation" && all.signer("signed.example.") == "unproven"
        )
        #expect(all.signer("a.example.") == "no delegation" && all.signer("d.example.") == "no delegation")
        #expect(all.signer("aa.example.") == "no name" && all.signer("y.wild.example.") == "no delegation")
        #expect(all.signer("example.") == "unproven" && all.signer("example.net.") == "unproven")
        let opened = optOut.denial()
        #expect(opened.signer("cut.example.") == "insecure" && opened.signer("aa.example.") == "insecure")
        #expect(opened.signer("x.cut.example.") == "insecure", "nothing shows where the cut is")
        #expect(
            opened.signer("signed.example.") == "unproven" && opened.signer("a.example.") == "no delegation")
    }

    @Test("a child's apex record does not stand for the parent's")
    func childApex() throws {
        let forged = zone.nextSecure3(
            hash("sub.example."), hash("a.example."), [.soa, .ns, .rrsig], Self.parameters, false)
        let denial = zone.denial([zone.signer.signed(forged)])
        #expect(denial.rrsets.count == 1 && denial.signer("sub.example.") == "unproven")
        #expect(!denial.noData("sub.example.", .ds) && denial.noData("sub.example.", .txt))
    }
}

extension NextSecure3Tests {
    @Test("too many iterations are insecure and never computed (RFC 9276)")
    func iterations() throws {
        for (iterations, isComputed) in [(50, true), (51, false), (65_535, false)] {
            let parameters = NextSecure3Parameters(iterations: UInt16(iterations), salt: [])
            let zone = try SignedZone(NextSecureTests.text, chain: .nsec3(parameters, isOptOut: false))
            let verifier = TestVerifier()
            var validator = Validator(settings: ValidationSettings(), verifier: verifier)
            let denial = validator.denial(
                from: zone.proof("aa.example."), with: zone.keys, wall: TestSigner.wall)
            let verdict = validator.proveNXDomain("aa.example.", denial)
            #expect(verdict.isProven == isComputed && (verifier.hashCount > 0) == isComputed)
            guard !isComputed else { continue }
            guard case .insecure(let failure) = verdict else {
                Issue.record("not insecure")
                continue
            }
            #expect(failure.code == .unsupportedIterations)
            #expect(failure.reason == "NSEC3 with \(iterations) iterations, more than 50")
            #expect(denial.signer("cut.example.") == "insecure 27")
            guard
                case .insecure = validator.proveExpansion(
                    of: "*.wild.example.", to: "y.wild.example.", denial),
                case .insecure = validator.proveNoData("a.example.", .txt, denial)
            else {
                Issue.record("not insecure")
                continue
            }
            #expect(verifier.hashCount == 0)
            // Whoever did not sign them cannot make anything insecure.
            let forged = zone.proof("aa.example.").map { rrset in
                var rrset = rrset
                rrset.rdatas = rrset.rdatas.map { RData(unchecked: Array($0.bytes.dropLast())) }
                return rrset
            }
            #expect(zone.denial(forged).failure { $0.proveNXDomain("aa.example.", $1) }?.code == .bogus)
        }
    }

    @Test("a name is hashed once, and a query has so many hashes")
    func hashes() throws {
        let verifier = TestVerifier()
        var settings = ValidationSettings()
        settings.limits.denialRRsets = 100
        var validator = Validator(settings: settings, verifier: verifier)
        let denial = validator.denial(from: zone.denials, with: zone.keys, wall: TestSigner.wall)
        #expect(validator.proveNXDomain("aa.example.", denial).isProven)
        #expect(verifier.hashCount == 3, "aa.example., example., *.example.")
        #expect(validator.proveNXDomain("aa.example.", denial).isProven && verifier.hashCount == 3)
        #expect(!validator.proveNoData("aa.example.", .a, denial).isProven && verifier.hashCount == 3)
        for index in 0..<400 {
            _ = validator.proveNXDomain(try DomainName("n\(index).example."), denial)
        }
        #expect(verifier.hashCount == settings.limits.hashes)
        guard case .unproven(let failure) = validator.proveNXDomain("late.example.", denial) else {
            Issue.record("proven")
            return
        }
        #expect(failure.code == .bogus && failure.reason == "more than 200 NSEC3 hashes for one query")
        guard case .unproven(let second) = validator.proveNoDelegationSigner("late.example.", denial) else {
            Issue.record("proven")
            return
        }
        #expect(second.code == .bogus && verifier.hashCount == settings.limits.hashes)
    }

    @Test("a name of 127 labels costs as many hashes, once")
    func deepName() throws {
        let deepest = try #require(
            DomainName(labels: Array(repeating: [97], count: 123) + [Array("example".utf8)]))
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        let denial = validator.denial(from: zone.proof(deepest), with: zone.keys, wall: TestSigner.wall)
        // The closest encloser is a.example., which is there.
        #expect(validator.proveNXDomain(deepest, denial).isProven)
        #expect(verifier.hashCount == deepest.labelCount)
    }

    @Test("records of an unknown hash algorithm, unknown flags or odd lengths are ignored")
    func ignored() {
        let next = hash("b.example.")
        let unknown = NextSecure3Parameters(hashAlgorithm: 2, iterations: 5, salt: [1, 2, 3])
        var flagged = zone.nextSecure3(hash("a.example."), next, [.a], Self.parameters, false)
        flagged.rdatas = flagged.rdatas.map { rdata in
            var octets = rdata.bytes
            octets[1] = 2
            return RData(unchecked: octets)
        }
        var elsewhere = zone.nextSecure3(hash("a.example."), next, [.a], Self.parameters, false)
        elsewhere.ownerName = elsewhere.ownerName.prepending(label: [97]) ?? "a.example."
        var plain = elsewhere
        plain.ownerName = "a.example."
        let unfit = [
            zone.nextSecure3(hash("a.example."), next, [.a], unknown, false), flagged, elsewhere, plain,
            zone.nextSecure3(Array(hash("a.example.").dropLast(5)), next, [.a], Self.parameters, false),
            zone.nextSecure3(hash("a.example."), Array(next.dropLast()), [.a], Self.parameters, false),
            zone.nextSecure3(hash("a.example."), [], [.a], Self.parameters, false),
        ]
        for rrset in unfit {
            let denial = zone.denial([zone.signer.signed(rrset)])
            #expect(
                denial.rrsets.isEmpty && !denial.noData("a.example.", .txt) && !denial.noName("aa.example."))
        }
    }

    @Test("two chains are each used on their own (RFC 5155 §8.2)")
    func mixedParameters() throws {
        let other = NextSecure3Parameters(iterations: 0, salt: [])
        let second = try SignedZone(NextSecureTests.text, chain: .nsec3(other, isOptOut: false))
        let name: DomainName = "aa.example."
        let (a, b) = (zone.proof(name), second.proof(name))
        #expect(zone.denial(a + b).noName(name) && zone.denial(b + a).noName(name))
        #expect(zone.denial([a[0]] + b).noName(name))
        #expect(!zone.denial([a[0]] + Array(b.dropFirst())).noName(name))
        let slow = NextSecure3Parameters(iterations: 300, salt: [])
        let third = try SignedZone(NextSecureTests.text, chain: .nsec3(slow, isOptOut: false))
        #expect(zone.denial(third.proof(name) + a).noName(name), "the chain that can be computed is used")
    }

    @Test("a zone of one name has a chain of one record")
    func oneName() throws {
        let small = try SignedZone("", chain: .nsec3(Self.parameters, isOptOut: false))
        #expect(small.denials.count == 1)
        #expect(small.denial().noName("a.example.") && small.denial().noData("example.", .a))
        #expect(!small.denial().noName("example.") && !small.denial().noData("example.", .soa))
        let plain = try SignedZone("")
        #expect(
            plain.denials.count == 1 && plain.denial().noName("a.example.")
                && !plain.denial().noName("example."))
    }

    @Test("a name that has a record exists, whatever an older chain says")
    func olderChain() throws {
        let older = try SignedZone("", chain: .nsec3(Self.parameters, isOptOut: false))
        let name: DomainName = "a.example."
        #expect(zone.denial(older.denials).noName(name))
        #expect(!zone.denial(older.denials + [try match(name)]).noName(name))
    }

    @Test("a record expanded from a wildcard is none")
    func expanded() throws {
        let wildcard = try RRset("* 300 NSEC3 1 0 5 010203 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A")
        let owner = try #require(NextSecure3.ownerName(of: hash("a.example."), in: "example."))
        let expanded = zone.signer.signed(wildcard).expanded(to: owner)
        #expect(zone.denial([expanded]).rrsets.isEmpty)
    }
}
