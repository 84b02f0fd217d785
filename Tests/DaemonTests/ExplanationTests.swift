import DNSCache
import DNSCrypto
import DNSResolution
import DNSTransport
import DNSWire
import Foundation
import Testing

@testable import DNSValidation
@testable import homing

/// `homing query --explain`: the tree, the verdict and the JSON of given steps, and the conversation with a server.
@Suite struct ExplanationTests {
    //--- Steps ---

    private static let server = SocketAddress(IPAddress(192, 0, 2, 1), port: 53)

    private func step(
        _ kind: ValidationStep.Kind, _ name: DomainName, _ type: RecordType?,
        _ outcome: ValidationStep.Outcome = .secure, _ detail: String = "key 1 (ED25519)"
    ) -> ValidationStep {
        ValidationStep(kind: kind, name: name, type: type, outcome: outcome, detail: detail)
    }

    private var anchored: [ValidationStep] {
        [step(.anchor, ".", .ds), step(.zoneKeys, ".", .dnskey), step(.signature, "example.", .ds)]
    }

    private func explanation(
        _ steps: [ValidationStep], change: (inout Explanation) -> Void
    ) -> Explanation {
        var explanation = Explanation(
            question: Question("www.example.", .a), server: Self.server, anchors: .builtIn, status: .secure)
        explanation.steps = steps
        change(&explanation)
        return explanation
    }

    private var broken: Explanation {
        let reason = "no DNSKEY fits the DS RRset (12345 ED25519)"
        return explanation(anchored + [step(.delegationSigner, "example.", .ds, .bogus, reason)]) {
            $0.status = .bogus
            $0.responseCode = .serverFailure
            $0.error = ExtendedError(.keyMissing, "DS of example.: \(reason)")
        }
    }

    //--- The tree ---

    @Test func treeOfABrokenChain() {
        let expected = """
            . (trust anchor: keys 20326, 38696)
            ├─ anchor  secure: key 1 (ED25519)
            ├─ DNSKEY  secure: key 1 (ED25519)
            └─ example.
               ├─ RRSIG   DS  secure: key 1 (ED25519)
               └─ DS      bogus: no DNSKEY fits the DS RRset (12345 ED25519)  <- the chain breaks here

            www.example. A: bogus (EDE 9, DNSKEY Missing): DS of example.: no DNSKEY fits the DS RRset \
            (12345 ED25519). The zone's DNSKEY records and the DS records at its parent do not fit: \
            the zone's owner has to change one of them.
            """
        #expect(broken.lines.joined(separator: "\n") == expected)
        #expect(broken.exitStatus == 1)
    }

    @Test func treeOfAnAliasAcrossZones() {
        let zone = { (name: DomainName) in
            [self.step(.delegationSigner, name, .ds), self.step(.zoneKeys, name, .dnskey)]
        }
        let steps =
            anchored + zone("example.") + [step(.signature, "www.example.", .cname)]
            + [step(.signature, "test.", .ds)] + zone("test.")
            + [
                step(.denial, "a.test.", .ds, .secure, "no zone cut by NSEC a.test."),
                step(.signature, "w.a.test.", .a),
            ]
        let text = explanation(steps) { explanation in
            explanation.answers = [
                RRset("www.example.", .cname, ttl: 1, rdatas: [.name("w.a.test.")]),
                RRset("w.a.test.", .a, ttl: 1, rdatas: [.address(IPAddress(192, 0, 2, 1))]),
            ]
        }.lines.joined(separator: "\n")
        let expected = """
            . (trust anchor: keys 20326, 38696)
            ├─ anchor  secure: key 1 (ED25519)
            ├─ DNSKEY  secure: key 1 (ED25519)
            ├─ example.
            │  ├─ RRSIG   DS  secure: key 1 (ED25519)
            │  ├─ DS      secure: key 1 (ED25519)
            │  ├─ DNSKEY  secure: key 1 (ED25519)
            │  └─ RRSIG   www.example. CNAME  secure: key 1 (ED25519)
            └─ test.
               ├─ RRSIG   DS  secure: key 1 (ED25519)
               ├─ DS      secure: key 1 (ED25519)
               ├─ DNSKEY  secure: key 1 (ED25519)
               ├─ denial  a.test. DS  secure: no zone cut by NSEC a.test.
               └─ RRSIG   w.a.test. A  secure: key 1 (ED25519)

            www.example. A: secure: the answer follows from the trust anchor of .
            """
        #expect(text == expected)
    }

    @Test func insecurityHasAPlaceAndAReason() {
        let unsigned = step(.denial, "example.", .ds, .insecure, "unsigned delegation by NSEC example.")
        let insecure = explanation(anchored.dropLast() + [unsigned]) { $0.status = .insecure }
        #expect(insecure.exitStatus == 0)
        #expect(insecure.lines.contains("└─ example."))
        #expect(
            insecure.verdict
                == "www.example. A: insecure: security ends at example. (unsigned delegation by NSEC example.); "
                + "no signature vouches for the answer")
    }

    @Test(arguments: [
        (TrustAnchorSet(anchors: [.root], negative: ["example."]), "the negative trust anchor example."),
        (TrustAnchorSet(anchors: []), "there is no trust anchor above www.example."),
    ])
    func insecurityWithoutSteps(anchors: TrustAnchorSet, reason: String) {
        let insecure = explanation([]) {
            $0.status = .insecure
            $0.anchors = anchors
        }
        #expect(insecure.lines.count == 1)
        #expect(insecure.verdict.contains(reason))
    }

    @Test func denialsAreSecureToo() {
        let denied = explanation(anchored) { $0.responseCode = .nxDomain }
        #expect(denied.verdict.contains("that there is no such name follows from"))
        #expect(explanation(anchored) { _ in }.verdict.contains("that there is no such record follows from"))
    }

    /// A failure on the way that did no harm is not what broke the chain.
    @Test func onlyTheStepThatCountsIsMarked() {
        let harmless = step(.denial, "example.", .ds, .bogus, "no NSEC or NSEC3 records")
        let late = step(.signature, "www.example.", .a, .bogus, "signature by key 1 (ED25519) expired")
        let bogus = explanation(anchored + [harmless, late]) {
            $0.status = .bogus
            $0.error = ExtendedError(.signatureExpired, "RRSIG of www.example.: \(late.detail)")
        }
        #expect(bogus.lines.filter { $0.hasSuffix("<- the chain breaks here") }.count == 1)
        #expect(bogus.brokenStep == bogus.steps.count - 1)
        #expect(bogus.verdict.contains("has to renew its signatures"))
    }

    //--- JSON ---

    @Test func explanationAsJSON() throws {
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(broken.json.utf8)) as? [String: Any])
        #expect(
            Set(document.keys) == [
                "question", "server", "status", "responseCode", "error", "steps", "answers", "verdict",
            ])
        #expect(document["status"] as? String == "bogus")
        let error = try #require(document["error"] as? [String: Any])
        #expect(error["code"] as? Int == 9 && error["name"] as? String == "DNSKEY Missing")
        let steps = try #require(document["steps"] as? [[String: String]])
        #expect(steps.count == 4)
        #expect(
            steps.last == [
                "kind": "DS", "name": "example.", "type": "DS", "status": "bogus",
                "detail": "no DNSKEY fits the DS RRset (12345 ED25519)",
            ])
    }

    //--- A conversation ---

    /// The zone of the scenario `dnssec-algorithm-ed25519`.
    private static let signed: [DomainName: [String]] = [
        "example.com.": [
            "example.com. 3600 IN DNSKEY 257 3 15 BUMCPrW2QeOHUDsdxEysaWIPqxBQt022AM/ADIUqLlc=",
            "example.com. 3600 IN RRSIG DNSKEY 15 2 3600 20250801000000 20250601000000 22074 example.com. "
                + "/bYMPNJGkvydZw1BzL9gMVhssffLu1P6cxSsbhThjD/8N5MSixpxj0CB9/ggHyU3PkB5bAoSVnIGM8CJzpRKCQ==",
        ],
        "www.example.com.": [
            "www.example.com. 3600 IN A 203.0.113.1",
            "www.example.com. 3600 IN RRSIG A 15 3 3600 20250801000000 20250601000000 22074 example.com. "
                + "T5zVZ4qVZnXQUCc9lVQONlmLRMe7i65d/Nk4ppz8tUABn9VW1bymoAxAxbyNhCEYd58g4GfNsywCa9aGrVL+Bw==",
        ],
    ]

    private static let anchor =
        "example.com. IN DS 22074 15 2 6e00dae3253aa46c54c52050e454c1959576debd804983fe09e19aff87301f9e"

    private func explained(
        ignoringDates: Bool = true, overStream: Bool = false, timeout: Double = QueryRequest.patient,
        _ script: @escaping ScriptedUpstream.Script
    ) throws -> Explanation {
        let upstream = try ScriptedUpstream(script)
        defer { upstream.stop() }
        return try explained(by: upstream, ignoringDates: ignoringDates, overStream, timeout)
    }

    private func explained(
        by upstream: ScriptedUpstream, ignoringDates: Bool = true, _ overStream: Bool = false,
        _ timeout: Double = QueryRequest.patient
    ) throws -> Explanation {
        let file = try TestFile(Self.anchor)
        var validation = try ResolverValidation(explainingWith: nil, anchorFiles: [file.path])
        validation.settings.ignoresDates = ignoringDates
        var request = QueryRequest(question: Question("www.example.com.", .a), server: upstream.address)
        request.timeout = timeout
        request.usesTCP = overStream
        return try Explainer(request: request, validation: validation).explain()
    }

    private static func answer(_ question: Question) -> Message {
        var response = Message()
        let records = (signed[question.qname] ?? []).compactMap { try? Record(text: $0) }
        let isFound = records.first?.type == question.qtype
        response.answers = isFound ? records : []
        return response
    }

    @Test(arguments: [false, true])
    func aSignedAnswerIsSecure(overStream: Bool) throws {
        let explanation = try explained(overStream: overStream) { Self.answer($0) }
        #expect(explanation.status == .secure && explanation.exitStatus == 0)
        #expect(explanation.steps.map(\.kind) == [.anchor, .zoneKeys, .signature])
        #expect(explanation.answers.first?.rdatas == [.address(IPAddress(203, 0, 113, 1))])
        #expect(explanation.lines.first == "example.com. (trust anchor: key 22074)")
    }

    @Test func truncatedAnswersAreFetchedOverTCP() throws {
        let filler = try (0..<8).map { index in
            let text = "\"\(index)" + String(repeating: "x", count: 250) + "\""
            return Record("filler.example.com.", .txt, ttl: 1, try RData(text: text, type: .txt))
        }
        let upstream = try ScriptedUpstream { question in
            var response = Self.answer(question)
            if question.qtype == .dnskey { response.answers += filler }
            return response
        }
        defer { upstream.stop() }
        #expect(try explained(by: upstream).status == .secure)
        #expect(upstream.count(of: "example.com.") >= 2)
    }

    @Test func expiredSignaturesAreBogus() throws {
        let explanation = try explained(ignoringDates: false) { Self.answer($0) }
        #expect(explanation.status == .bogus && explanation.exitStatus == 1)
        #expect(explanation.error?.code == .signatureExpired)
        #expect(explanation.brokenStep == explanation.steps.count - 1)
    }

    @Test func anotherAnswerIsBogus() throws {
        let explanation = try explained { question in
            var response = Self.answer(question)
            if question.qtype == .a { response.answers[0].rdata = .address(IPAddress(203, 0, 113, 2)) }
            return response
        }
        #expect(explanation.status == .bogus)
        #expect(explanation.steps.last?.kind == .signature && explanation.answers.isEmpty)
    }

    @Test func silenceIsNoVerdict() throws {
        let explanation = try explained(timeout: 0.03) { _ in nil }
        #expect(explanation.status == .indeterminate && explanation.exitStatus == 2)
        #expect(explanation.verdict.hasPrefix("www.example.com. A: not known"))
    }

    @Test func silenceAboutKeysIsNoVerdict() throws {
        let explanation = try explained { question in
            var response = Self.answer(question)
            if question.qtype == .dnskey { response.responseCode = .serverFailure }
            return response
        }
        #expect(explanation.status == .indeterminate && explanation.exitStatus == 2)
    }

    @Test func closedPortIsNoVerdict() throws {
        let port = try ClosedPort()
        let request = QueryRequest(patiently: Question("www.example.com.", .a), of: port.address)
        let validation = try ResolverValidation(explainingWith: nil, anchorFiles: [])
        let explanation = try Explainer(request: request, validation: validation).explain()
        withExtendedLifetime(port) {}
        #expect(explanation.exitStatus == 2)
    }

    //--- Anchors ---

    @Test func anchorsOfAConfiguration() throws {
        let file = try TestFile(
            "dnssec: {mode: off, negative-trust-anchors: [corp.example], signature-skew: 1m}")
        let extra = try TestFile(Self.anchor)
        let validation = try ResolverValidation(explainingWith: file.path, anchorFiles: [extra.path])
        #expect(validation.anchors.anchors.map(\.zone) == [".", "example.com."])
        #expect(validation.anchors.negativeAnchors == ["corp.example."])
        #expect(validation.settings.skew == 60)
    }

    /// What the daemon has learned (RFC 5011) counts here too.
    @Test func learnedAnchors() throws {
        let now = Moment.reading().wall
        let keys = try (1...2).map { number in
            try #require(DNSKey(RData(unchecked: [1, 1, 3, 15] + [UInt8](repeating: number, count: 32))))
        }
        var seen = TrustPoint.Observation()
        seen.keys = keys
        seen.signers = Set(keys)
        seen.isValidated = true
        seen.originalTTL = 3_600
        seen.signatureInterval = 1_000_000
        var point = TrustPoint(configured: TrustAnchor(zone: "island.example.", keys: [keys[0]]), at: now)
        for daysAgo in [40, 20, 5] as [Int64] { _ = point.apply(seen, at: now - daysAgo * 86_400) }
        let directory = try TestDirectory()
        try TrustAnchorStore(directory: directory.path).save(
            TrustPointText.Contents(points: [point], saved: now))
        let anchor = try TestFile(
            "island.example. DNSKEY 257 3 15 " + Data(repeating: 1, count: 32).base64EncodedString())

        for (follows, believed) in [("yes", 2), ("no", 1)] {
            let file = try TestFile(
                """
                process: {state-directory: \(directory.path)}
                dnssec: {trust-anchors: [\(anchor.path)], follow-rollovers: \(follows)}
                """)
            let validation = try ResolverValidation(explainingWith: file.path, anchorFiles: [])
            let island = validation.anchors.anchors.first { $0.zone == "island.example." }
            #expect(island?.keyTags.count == believed)
        }
    }

    @Test func missingAnchorFile() {
        #expect(throws: ConfigurationFaults.self) {
            try ResolverValidation(explainingWith: nil, anchorFiles: ["/nonexistent/root.key"])
        }
    }
}
