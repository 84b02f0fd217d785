import DNSWire
import Testing

@testable import DNSValidation

/// The trust points of all zones, and what of them is written down.
@Suite struct AutomatedTrustAnchorsTests {
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_700_000_000

    private let island = TrustAnchor(zone: "island.example.", keys: [TrustAnchor.root.keys[1]])

    private func observation(_ keys: DNSKey...) -> TrustPoint.Observation {
        var observation = TrustPoint.Observation()
        observation.keys = keys
        observation.signers = Set(keys)
        observation.isValidated = true
        observation.originalTTL = 172_800
        observation.signatureInterval = 14 * Self.day
        return observation
    }

    /// With a state in every of its states.
    private func eventful() -> AutomatedTrustAnchors {
        let (first, second) = (TrustAnchor.root.keys[0], TrustAnchor.root.keys[1])
        var automated = AutomatedTrustAnchors(
            configured: TrustAnchorSet(anchors: [.root, island]), at: Self.start)
        var root = observation(first, second)
        root.matches = [TrustAnchor.root.signers[0]: first, TrustAnchor.root.signers[1]: second]
        _ = automated.apply(root, to: .root, at: Self.start)
        _ = automated.apply(observation(first.revoked, second), to: .root, at: Self.start + 1)
        _ = automated.apply(observation(second, first), to: "island.example.", at: Self.start + 2)
        return automated
    }

    @Test func withoutNewsTheAnchorsAreTheConfiguredOnes() {
        let configured = TrustAnchorSet(anchors: [.root, island], negative: ["broken.example."])
        let automated = AutomatedTrustAnchors(configured: configured, at: Self.start)
        #expect(automated.anchors == configured)
        #expect(automated.points.map(\.zone) == [.root, "island.example."])
    }

    @Test func zonesThatAreNotValidatedAreNotFollowed() {
        let automated = AutomatedTrustAnchors(
            configured: TrustAnchorSet(anchors: [.root, island], negative: ["island.example."]), at: 0)
        #expect(automated.points.map(\.zone) == [.root])
        #expect(automated.anchors.closest(to: "island.example.") == .negative("island.example."))
    }

    @Test func revokedKeyIsNoAnchorAnyMore() {
        let automated = eventful()
        guard case .anchor(let root) = automated.anchors.closest(to: "example.") else {
            Issue.record("no anchor of the root")
            return
        }
        #expect(root.keyTags == [38696])
    }

    @Test func zoneWhoseKeysAreAllRevokedIsLeftToTheOneAbove() {
        var automated = AutomatedTrustAnchors(
            configured: TrustAnchorSet(anchors: [.root, island]), at: Self.start)
        var last = observation(island.keys[0].revoked)
        last.isValidated = false
        _ = automated.apply(last, to: "island.example.", at: Self.start)
        #expect(automated.anchors.closest(to: "www.island.example.") == .anchor(.root))
        #expect(automated.next(at: Self.start)?.zone == .root)
    }

    @Test func nextZoneIsTheOneThatIsDueFirst() {
        var automated = AutomatedTrustAnchors(
            configured: TrustAnchorSet(anchors: [.root, island]), at: Self.start)
        #expect(automated.next(at: Self.start)?.wait == 0)
        _ = automated.apply(observation(TrustAnchor.root.keys[0]), to: .root, at: Self.start)
        #expect(automated.next(at: Self.start)?.zone == "island.example.")
        automated.fail("island.example.", at: Self.start)
        let next = automated.next(at: Self.start)
        #expect(next?.zone == "island.example.")
        #expect(next?.wait == 3_600)
    }

    @Test func savedStateIsTakenUp() {
        let before = eventful()
        let configured = TrustAnchorSet(anchors: [.root, island])
        let after = AutomatedTrustAnchors(
            configured: configured, saved: before.points, at: Self.start + Self.day)
        #expect(after == before)
        let alone = AutomatedTrustAnchors(configured: .builtIn, saved: before.points, at: Self.start)
        #expect(alone.points.map(\.zone) == [.root])
    }

    // --- Text ---

    @Test func textReadsBackToTheSame() throws {
        let contents = TrustPointText.Contents(points: eventful().points, saved: Self.start + 5)
        let text = TrustPointText.compose(contents)
        #expect(try TrustPointText.parse(text) == contents)
        #expect(text.contains("\nsaved 20231114221325\n"))
        #expect(
            text.contains("key revoked 20326 since=20231114221321 seen=20231114221321 configured 257 3 8 "))
        #expect(
            text.contains(
                "key pending 20326 since=20231114221322 seen=20231114221322 until=20231214221322 witnesses=38696 257"
            ))
    }

    @Test func zoneOfWhichNothingWasSeenReadsBackToo() throws {
        let points = [TrustPoint(configured: .root, at: Self.start)]
        let contents = TrustPointText.Contents(points: points, saved: Self.start)
        #expect(try TrustPointText.parse(TrustPointText.compose(contents)) == contents)
    }

    @Test(arguments: [
        ("", 1, "the file ends too early"),
        ("saved 20231114221325\n", 2, "the file ends too early"),
        ("end\n", 2, "the file ends too early"),
        ("saved yesterday\nend\n", 1, "a time as YYYYMMDDHHmmSS expected"),
        ("saved 20231314221325\nend\n", 1, "a time as YYYYMMDDHHmmSS expected"),
        ("# x\nsave\n", 2, "a zone expected before \"save\""),
        ("zone a..b\n", 1, "a domain name expected"),
        ("zone .\nzone .\n", 2, "the zone stands here twice"),
        ("zone .\ncolour blue\n", 2, "unknown word \"colour\""),
        ("zone .\nkey good\n", 2, "a state expected: pending, valid, missing, revoked or removed"),
        ("zone .\nkey valid 1 since=1\n", 2, "a time as YYYYMMDDHHmmSS expected"),
        ("zone .\nkey valid 1 sinse=20231114221325\n", 2, "unknown word \"sinse=20231114221325\""),
        ("zone .\nkey valid 1 257 3 8 A\n", 2, "the data of a DNSKEY record expected"),
        ("zone .\nkey valid 1 257 3 8 AQID\n", 2, "the key has another tag than the line says"),
        ("zone .\nkey valid 2059 257 3 8 AQID\n", 2, "a time is missing"),
        ("zone .\nawaited-ds 1 8\n", 2, "the data of a DS record expected"),
        (
            "zone .\nrefreshed never\n", 2,
            "\"refreshed TIME next TIME ttl SECONDS signature SECONDS\" expected"
        ),
        ("saved 20231114221325\nend\nzone .\n", 3, "nothing may stand behind \"end\""),
    ])
    func damagedTextSaysWhere(text: String, line: Int, reason: String) {
        let fault = #expect(throws: TrustPointText.Fault.self) { try TrustPointText.parse(text) }
        #expect(fault?.line == line)
        #expect(fault?.reason == reason)
    }

    @Test func cutTextIsNeverHalfRead() {
        let text = TrustPointText.compose(
            TrustPointText.Contents(points: eventful().points, saved: Self.start))
        for count in stride(from: 0, to: text.count - 5, by: 7) {
            #expect(throws: TrustPointText.Fault.self) {
                try TrustPointText.parse(String(text.prefix(count)))
            }
        }
    }
}
