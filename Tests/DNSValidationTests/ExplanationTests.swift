import DNSValidation
import DNSWire
import Testing

@Suite("the steps of a validation")
struct ExplanationTests {
    let parent: SignedZone
    let child: SignedZone

    init() throws {
        child = try SignedZone("www A 192.0.2.1\n*.w TXT a", apex: "sub.example.", key: .test(2))
        let signer = child.key.signer(of: child.apex)
        let digest = signer.digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let text = "sub NS ns\nsub DS \(signer.keyTag) 15 2 \(digest)\ncut NS ns\n"
        parent = try SignedZone(
            text, chain: .nsec3(NextSecure3Parameters(iterations: 0, salt: []), isOptOut: true))
    }

    private func validator(traces: Bool = true) -> Validator {
        Validator(settings: ValidationSettings(), verifier: TestVerifier(), traces: traces)
    }

    private func lines(_ validator: Validator) -> [String] {
        validator.steps.map { step in
            "\(step.kind.rawValue) \(step.name) \(step.type?.description ?? "-") \(step.outcome.rawValue): \(step.detail)"
        }
    }

    /// From the anchor to the answer.
    private func chain(_ validator: inout Validator) throws -> ZoneKeys {
        let anchor = TrustAnchor(zone: "example.", keys: [parent.key])
        let wall = TestSigner.wall
        let top = try #require(validator.trust(anchor, keys: parent.keys.rrset, wall: wall).keys)
        let signers = try #require(parent.data["sub.example."]?[.ds])
        _ = validator.verify(signers, with: top, wall: wall)
        let trust = validator.trust(
            child.apex, keys: child.keys.rrset, delegationSigners: signers, wall: wall)
        return try #require(trust.keys)
    }

    @Test("a chain of trust, step by step")
    func chain() throws {
        var validator = validator()
        let keys = try chain(&validator)
        let answer = try #require(child.data["www.sub.example."]?[.a])
        _ = validator.verify(answer, with: keys, wall: TestSigner.wall)
        let dates = "2026-01-14T12:00:00Z to 2026-01-25T12:00:00Z"
        let (top, low) = ("key \(parent.key.keyTag) (ED25519)", "key \(child.key.keyTag) (ED25519)")
        #expect(
            lines(validator) == [
                "anchor example. DNSKEY secure: \(top)",
                "DNSKEY example. DNSKEY secure: \(top), \(dates)",
                "RRSIG sub.example. DS secure: \(top), \(dates)",
                "DS sub.example. DS secure: \(low) by SHA-256",
                "DNSKEY sub.example. DNSKEY secure: \(low), \(dates)",
                "RRSIG www.sub.example. A secure: \(low), \(dates)",
            ])
    }

    @Test("denials name their records")
    func denials() throws {
        var validator = validator()
        let wall = TestSigner.wall
        let keys = try chain(&validator)
        let start = validator.steps.count
        let wildcard = try #require(child.data["*.w.sub.example."]?[.txt]).expanded(to: "q.w.sub.example.")
        _ = validator.verify(wildcard, with: keys, wall: wall)
        let denial = validator.denial(from: child.proof("q.w.sub.example."), with: keys, wall: wall)
        _ = validator.proveExpansion(of: "*.w.sub.example.", to: "q.w.sub.example.", denial)
        _ = validator.proveNoData("q.w.sub.example.", .a, denial)
        _ = validator.proveNXDomain("wa.sub.example.", denial)
        let steps = lines(validator)[start...]
        #expect(steps.first?.hasSuffix("expanded from *.w.sub.example.") == true)
        #expect(
            steps.suffix(3) == [
                "denial q.w.sub.example. - secure: nothing closer than *.w.sub.example. by NSEC *.w.sub.example.",
                "denial q.w.sub.example. A secure: no A by NSEC *.w.sub.example.",
                "denial wa.sub.example. - bogus: no NSEC denies *.sub.example.",
            ])
    }

    @Test("cuts and opt-out")
    func cuts() throws {
        var validator = validator()
        let denial = validator.denial(
            from: parent.proof("cut.example."), with: parent.keys, wall: TestSigner.wall)
        _ = validator.proveNoDelegationSigner("cut.example.", denial)
        _ = validator.proveNoDelegationSigner("sub.example.", denial)
        _ = validator.proveNoData("cut.example.", .ds, denial)
        let steps = lines(validator).suffix(3)
        #expect(steps.first?.hasPrefix("denial cut.example. DS insecure: opt-out by NSEC3 ") == true)
        #expect(steps.first?.contains(".example. for example.") == true)
        #expect(steps.dropFirst().first?.hasPrefix("denial sub.example. DS bogus: ") == true)
        #expect(steps.last?.hasPrefix("denial cut.example. DS insecure: no DS by NSEC3 ") == true)
    }

    @Test("what breaks says why")
    func failures() throws {
        var validator = validator()
        var answer = try #require(child.data["www.sub.example."]?[.a])
        answer.signatures = []
        _ = validator.verify(answer, with: child.keys, wall: TestSigner.wall)
        let strange = TrustAnchor(zone: "example.", keys: [.test(1, .ed448)])
        _ = validator.trust(strange, keys: parent.keys.rrset, wall: TestSigner.wall)
        let signer = RRset(
            "sub.example.", .ds, ttl: 1, rdatas: [DNSKey.test(9).signer(of: "sub.example.").rdata])
        _ = validator.trust(
            "sub.example.", keys: child.keys.rrset, delegationSigners: signer, wall: TestSigner.wall)
        let late = TestSigner.wall + 10_000_000
        _ = validator.trust(
            TrustAnchor(zone: "example.", keys: [parent.key]), keys: parent.keys.rrset, wall: late)
        #expect(
            lines(validator) == [
                "RRSIG www.sub.example. A bogus: no signature",
                "anchor example. DNSKEY insecure: only algorithms that are not supported: ED448",
                "DS sub.example. DS bogus: no DNSKEY fits the DS RRset (\(DNSKey.test(9).keyTag) ED25519)",
                "anchor example. DNSKEY secure: key \(parent.key.keyTag) (ED25519)",
                "DNSKEY example. DNSKEY bogus: signature by key \(parent.key.keyTag) (ED25519) expired 2026-01-25T12:00:00Z",
            ])
    }

    @Test("nothing is kept unless asked for, and never without end")
    func bounds() throws {
        var silent = validator(traces: false)
        _ = try chain(&silent)
        #expect(silent.steps.isEmpty)
        var validator = validator()
        let denial = parent.denial()
        for _ in 0..<1_200 { _ = validator.proveNXDomain("x.example.", denial) }
        #expect(validator.steps.count == 1_000)
    }
}
