import DNSWire
import Testing

@testable import DNSValidation

/// Telling zones, and clients, which keys are trusted here.
@Suite struct KeySignalTests {
    private func anchor(_ zone: DomainName, _ tags: some Sequence<UInt16>) -> TrustAnchor {
        TrustAnchor(
            zone: zone,
            signers: tags.map {
                DelegationSigner(keyTag: $0, algorithm: .ed25519, digestType: .sha256, digest: [1])
            })
    }

    // --- RFC 8145 ---

    @Test func tagsAreSortedHexadecimal() {
        #expect(KeyTagSignal.questions(for: .root) == [Question("_ta-4f66-9728.", .null)])
        #expect(
            KeyTagSignal.questions(for: anchor("island.example.", [0xabcd, 0x1]))
                == [Question("_ta-0001-abcd.island.example.", .null)])
        #expect(KeyTagSignal.questions(for: anchor("island.example.", [])) == [])
    }

    @Test func tagsThatDoNotFitIntoOneLabelTakeAnother() {
        let questions = KeyTagSignal.questions(for: anchor(".", 1...13))
        #expect(questions.count == 2)
        #expect(questions.first?.qname.labels.first?.count == 63)
        #expect(questions.last?.qname == "_ta-000d.")
    }

    @Test func nameWithoutRoomForTheLabelIsNotAsked() throws {
        let label = Array(repeating: UInt8(ascii: "a"), count: 62)
        let zone = try #require(DomainName(labels: [label, label, label, label]))
        #expect(KeyTagSignal.questions(for: anchor(zone, [1])) == [])
    }

    // --- RFC 8509 ---

    private func isAnswered(_ question: Question, _ anchors: TrustAnchorSet = .builtIn) -> Bool? {
        RootKeySentinel(question)?.isAnswered(by: anchors)
    }

    @Test func sentinelTellsTrustedKeysFromOthers() {
        #expect(isAnswered(Question("root-key-sentinel-is-ta-20326.example.", .a)) == true)
        #expect(isAnswered(Question("root-key-sentinel-is-ta-19036.example.", .a)) == false)
        #expect(isAnswered(Question("root-key-sentinel-not-ta-20326.example.", .aaaa)) == false)
        #expect(isAnswered(Question("root-key-sentinel-not-ta-19036.example.", .aaaa)) == true)
        #expect(isAnswered(Question("ROOT-Key-Sentinel-Is-TA-38696.", .a)) == true)
    }

    @Test func sentinelIsAboutTheRootAlone() {
        let island = TrustAnchorSet(anchors: [anchor("island.example.", [20326])])
        #expect(isAnswered(Question("root-key-sentinel-is-ta-20326.island.example.", .a), island) == false)
        let padded = TrustAnchorSet(anchors: [anchor(".", [7])])
        #expect(isAnswered(Question("root-key-sentinel-is-ta-00007.example.", .a), padded) == true)
    }

    @Test(
        arguments: [
            "www.example.", ".", "root-key-sentinel-is-ta-2032.example.",
            "root-key-sentinel-is-ta-203260.example.",
            "root-key-sentinel-is-ta-2032x.example.", "root-key-sentinel-is-ta-65536.example.",
            "root-key-sentinel-is-ta-99999.", "www.root-key-sentinel-is-ta-20326.example.",
            "root-key-sentinel-no-ta-20326.example.", "root-key-sentinel-not-ta-+2032.example.",
            "root\\013key-sentinel-is-ta-20326.example.",
        ] as [DomainName])
    func otherNamesAreNoSentinel(_ name: DomainName) {
        #expect(RootKeySentinel(Question(name, .a)) == nil)
    }

    @Test func otherTypesAndClassesAreNoSentinel() {
        let name: DomainName = "root-key-sentinel-is-ta-20326.example."
        #expect(RootKeySentinel(Question(name, .txt)) == nil)
        #expect(RootKeySentinel(Question(name, .a, .chaos)) == nil)
    }
}
