import DNSValidation
import DNSWire
import Testing

@Suite struct TrustAnchorFileTests {
    private static let rootDigest = "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

    private func read(_ text: String) throws -> [TrustAnchor] {
        try TrustAnchorFile.anchors(in: MasterFileSource(name: "a.key", text: text))
    }

    private func faults(_ text: String) -> [String] {
        do {
            _ = try TrustAnchorFile.anchors(in: MasterFileSource(name: "a.key", text: text))
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    @Test func classAndTTLMayBeLeftOut() throws {
        for prefix in [". IN DS", ". DS", ". 172800 IN DS", ". IN 2d DS", ".\tCLASS1\tds"] {
            let anchors = try read("\(prefix) 20326 8 2 \(Self.rootDigest)\n")
            #expect(anchors == [TrustAnchor(zone: .root, signers: [TrustAnchor.root.signers[0]])])
        }
    }

    @Test func mnemonicsParenthesesAndComments() throws {
        let anchors = try read(
            """
            ; the root
            .  IN DS (20326 RSASHA256 ; KSK-2017
                   SHA-256
                   \(Self.rootDigest.prefix(20)) \(Self.rootDigest.dropFirst(20)) )

            $ORIGIN example.
            island 3600 IN DNSKEY 257 3 ED25519 (
                l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4= ) ; trailing
            """)
        #expect(anchors.map(\.zone) == [.root, "island.example."])
        #expect(anchors[0].signers == [TrustAnchor.root.signers[0]])
        #expect(anchors[1].keys.first?.algorithm == .ed25519)
        // RFC 8080 §6.1.
        #expect(anchors[1].keyTags == [3613])
    }

    @Test func severalOfOneZoneAreOneAnchor() throws {
        let root = TrustAnchor.root
        let lines =
            root.signers.map { ". DS \($0.rdata.text(for: .ds))\n" }
            + root.keys.map { ". DNSKEY \($0.rdata.text(for: .dnskey))\n" }
        #expect(try read(lines.joined() + lines.joined()) == [root])
    }

    @Test func keysThatCannotBeAnchorsAreFaults() {
        let key = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="
        #expect(
            faults(
                """
                a. DNSKEY 385 3 15 \(key)
                b. DNSKEY 1 3 15 \(key)
                  DNSKEY 257 2 15 \(key)
                c. DS 1 8 2 ABCD
                c. CH DS 1 8 2 \(Self.rootDigest)
                d. IN NS ns.d.
                """) == [
                    "a.key:1:1: a revoked key: its flags have 128: a. DNSKEY",
                    "a.key:2:1: not a zone key: its flags lack 256: b. DNSKEY",
                    "a.key:3:3: the key is not one for DNSSEC: its protocol is not 3, or it is empty: b. DNSKEY",
                    "a.key:4:1: a digest of type SHA-256 has 32 octets, not 2: c. DS",
                    "a.key:5:1: a trust anchor has class IN: c. DS",
                    "a.key:6:1: neither DS nor DNSKEY: d. NS",
                ])
    }

    @Test func textThatIsNoMasterFileSaysWhere() {
        #expect(faults("\n; nothing\n") == ["a.key: no DS or DNSKEY record in it"])
        #expect(
            faults(". NS a.\n. DS 20326 8 2 (\n AB") == [
                "a.key:1:1: neither DS nor DNSKEY: . NS",
                "a.key:2:16: parenthesis without its counterpart",
            ])
        #expect(faults(". DS 20326 8 2 XY\n") == ["a.key:1:16: hexadecimal digits expected: XY"])
        #expect(
            faults("trust-anchors { . initial-key 257 3 8 \"AwEAAa==\"; };\n").first?.hasPrefix("a.key:1:")
                == true)
        #expect(faults("$INCLUDE /etc/other.key\n").first?.contains("nothing may be included here") == true)
    }

    @Test func numberOfRecordsIsBounded() {
        let limit = TrustAnchorFile.maximumRecords
        #expect(faults("$GENERATE 1-\(limit) z$. DS 1 8 99 AB\n") == [])
        #expect(
            faults("$GENERATE 1-65000 z$. DS 1 8 99 AB\n") == ["a.key:1:1: more than \(limit) records"])
    }

    @Test func unknownAlgorithmsAndDigestsAreLeftToTheValidator() throws {
        let anchors = try read("x. DS 1 200 77 ABCD\n")
        #expect(anchors[0].signers[0].algorithm.rawValue == 200)
    }
}
