import DNSValidation
import DNSWire
import Testing

@Suite struct TrustAnchorSetTests {
    private func anchor(_ zone: DomainName, tag: UInt16 = 1) -> TrustAnchor {
        TrustAnchor(
            zone: zone,
            signers: [
                DelegationSigner(
                    keyTag: tag, algorithm: .ed25519, digestType: .sha256,
                    digest: Array(repeating: 7, count: 32))
            ])
    }

    @Test func rootAloneHoldsForEveryName() {
        let set = TrustAnchorSet.builtIn
        for name: DomainName in [".", "org.", "a.b.c.example."] {
            #expect(set.closest(to: name) == .anchor(.root))
        }
    }

    @Test func nothingHoldsWithoutAnchors() {
        #expect(TrustAnchorSet(anchors: []).closest(to: "a.example.") == .none)
        let island = TrustAnchorSet(anchors: [anchor("island.example.")])
        #expect(island.closest(to: ".") == .none)
        #expect(island.closest(to: "example.") == .none)
        #expect(island.closest(to: "other.example.") == .none)
        #expect(island.closest(to: "xisland.example.") == .none)
    }

    @Test func closestEnclosingAnchorCounts() {
        let (island, inner) = (anchor("island.example."), anchor("inner.island.example."))
        let set = TrustAnchorSet(anchors: [.root, inner, island])
        #expect(set.closest(to: "example.") == .anchor(.root))
        #expect(set.closest(to: "ISLAND.example.") == .anchor(island))
        #expect(set.closest(to: "a.b.island.example.") == .anchor(island))
        #expect(set.closest(to: "a.inner.Island.example.") == .anchor(inner))
    }

    @Test func negativeAnchorCutsUntilAPositiveOneBelow() {
        let inner = anchor("good.broken.example.")
        let set = TrustAnchorSet(anchors: [.root, inner], negative: ["broken.example."])
        #expect(set.closest(to: "example.") == .anchor(.root))
        #expect(set.closest(to: "broken.example.") == .negative("broken.example."))
        #expect(set.closest(to: "www.broken.example.") == .negative("broken.example."))
        #expect(set.closest(to: "www.good.broken.example.") == .anchor(inner))
    }

    @Test func negativeAnchorWinsAtTheSameName() {
        let set = TrustAnchorSet(
            anchors: [.root, anchor("a.example.")], negative: ["A.example.", "."])
        #expect(set.closest(to: "www.a.example.") == .negative("a.example."))
        #expect(set.closest(to: "org.") == .negative("."))
        #expect(set.negativeAnchors == [".", "a.example."])
    }

    @Test func anchorsOfOneZoneAreTakenTogether() {
        let set = TrustAnchorSet(
            anchors: [
                anchor("a.example.", tag: 9), anchor("A.example.", tag: 4), anchor("a.example.", tag: 9),
            ])
        #expect(set.anchors.count == 1)
        #expect(set.anchor(of: "a.example.")?.signers.map(\.keyTag) == [9, 4])
        #expect(set.anchor(of: "a.example.")?.keyTags == [4, 9])
    }

    @Test func builtInAnchorIsTheOneThatIANAPublishes() {
        // https://data.iana.org/root-anchors/root-anchors.xml
        let digests = [
            "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
            "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
        ]
        let root = TrustAnchor.root
        #expect(root.zone.isRoot)
        #expect(root.signers.map { $0.rdata.text(for: .ds).uppercased() } == digests)
        #expect(root.keys.map(\.keyTag) == [20326, 38696])
        #expect(root.keyTags == [20326, 38696])
        for key in root.keys {
            #expect(key.isZoneKey && key.isSecureEntryPoint && !key.isRevoked)
            #expect(key.algorithm == .rsaSHA256)
            // 2048 bits: exponent 65537 and the modulus.
            #expect(key.publicKey.count == 1 + 3 + 256)
        }
    }
}
