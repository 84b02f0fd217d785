import DNSCrypto
import DNSValidation
import DNSWire
import Testing

/// The examples of the RFCs, checked with real cryptography.
@Suite("example zones of the RFCs")
struct ExampleZoneTests {
    struct Zone {
        let rrsets: [RRset]
        let wall: Int64
        let entryTag: UInt16

        func rrset(_ name: DomainName, _ type: RecordType) throws -> RRset {
            try #require(rrsets.first { $0.ownerName == name && $0.type == type })
        }

        func denials(_ names: DomainName...) throws -> [RRset] {
            try names.map { name in
                try #require(rrsets.first { $0.ownerName == name && ($0.type == .nsec || $0.type == .nsec3) })
            }
        }

        func keys(_ validator: inout Validator) throws -> ZoneKeys {
            let rrset = try rrset("example.", .dnskey)
            let entry = rrset.rdatas.compactMap { DNSKey($0) }.filter { $0.keyTag == entryTag }
            let trust = validator.trust(TrustAnchor(zone: "example.", keys: entry), keys: rrset, wall: wall)
            return try #require(trust.keys)
        }
    }

    /// 2004-04-20.
    static func nextSecure() throws -> Zone {
        Zone(rrsets: try RRset.sets(ExampleZones.nextSecure), wall: 1_082_419_200, entryTag: 9_465)
    }

    /// 2010-01-01.
    static func nextSecure3() throws -> Zone {
        Zone(rrsets: try RRset.sets(ExampleZones.nextSecure3), wall: 1_262_304_000, entryTag: 12_708)
    }

    var validator = Validator(settings: ValidationSettings(), verifier: LibcryptoVerifier())

    @Test("every RRset that is signed verifies, and no other", arguments: [true, false])
    func allSignatures(_ isFirst: Bool) throws {
        let zone = isFirst ? try Self.nextSecure() : try Self.nextSecure3()
        var first = validator
        let keys = try zone.keys(&first)
        var secure = 0
        for rrset in zone.rrsets {
            var validator = self.validator
            switch validator.verify(rrset, with: keys, wall: zone.wall) {
            case .secure(_, let wildcard):
                secure += 1
                #expect(wildcard == nil && !rrset.signatures.isEmpty)
            case .bogus(let failure):
                #expect(rrset.signatures.isEmpty && failure.code == .signaturesMissing, "\(failure)")
            }
            guard case .bogus = validator.verify(rrset, with: keys, wall: zone.wall + 1_000_000_000) else {
                Issue.record("\(rrset.ownerName) never expires")
                continue
            }
        }
        #expect(secure == zone.rrsets.filter { !$0.signatures.isEmpty }.count && secure > 25)
    }

    @Test("RFC 4035 §B: answers without what was asked")
    func nextSecureResponses() throws {
        let zone = try Self.nextSecure()
        var validator = validator
        let keys = try zone.keys(&validator)
        func denial(_ names: DomainName...) throws -> Denial {
            let rrsets = try names.flatMap { try zone.denials($0) }
            return validator.denial(from: rrsets, with: keys, wall: zone.wall)
        }
        let nameError = try denial("b.example.", "example.")
        #expect(nameError.noName("ml.example."))
        #expect(try denial("ns1.example.").noData("ns1.example.", .mx))
        #expect(try denial("b.example.").signer("b.example.") == "unsigned delegation")
        let expanded = try zone.rrset("*.w.example.", .mx).expanded(to: "a.z.w.example.")
        guard case .secure(_, let wildcard?) = validator.verify(expanded, with: keys, wall: zone.wall) else {
            Issue.record("no wildcard")
            return
        }
        #expect(try denial("x.y.w.example.").expansion(wildcard, "a.z.w.example."))
        #expect(try denial("x.y.w.example.", "*.w.example.").noData("a.z.w.example.", .aaaa))
        #expect(try !denial("example.").noData("example.", .ds))
        #expect(try denial("ns2.example.").noData("w.example.", .a), "an empty non-terminal")
    }

    @Test("RFC 5155 §A: the hashes of the owner names")
    func hashes() throws {
        let parameters = NextSecure3Parameters(iterations: 12, salt: [0xaa, 0xbb, 0xcc, 0xdd])
        let hashes: [(DomainName, DomainName)] = [
            ("example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example."),
            ("a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl.example."),
            ("x.w.example.", "b4um86eghhds6nea196smvmlo4ors995.example."),
            ("*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example."),
            ("x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s.example."),
        ]
        for (name, owner) in hashes {
            let hash = try #require(LibcryptoVerifier().hash(name, parameters))
            #expect(NextSecure3.ownerName(of: hash, in: "example.") == owner)
        }
    }

    @Test("RFC 5155 §B: answers without what was asked")
    func nextSecure3Responses() throws {
        let zone = try Self.nextSecure3()
        var validator = validator
        let keys = try zone.keys(&validator)
        func denial(_ names: DomainName...) throws -> Denial {
            let rrsets = try names.flatMap { try zone.denials($0) }
            return validator.denial(from: rrsets, with: keys, wall: zone.wall)
        }
        let apex: DomainName = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example."
        let a: DomainName = "35mthgpgcu1qg68fab165klnsnk3dpvl.example."
        let x: DomainName = "b4um86eghhds6nea196smvmlo4ors995.example."
        let ns2: DomainName = "q04jkcevqvmu85r014c7dkba38o0ji5r.example."
        let ns1: DomainName = "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example."
        let y: DomainName = "ji6neoaepv8b5o6k4ev33abha8ht9fgc.example."
        let w: DomainName = "k8udemvp1j2f7eg6jebps17vp3n8i58h.example."
        let wildcard: DomainName = "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example."

        let nameError = try denial(apex, x, a)
        #expect(validator.proveNXDomain("a.c.x.w.example.", nameError).isOptOut == true)
        for missing in [try denial(apex, x), try denial(apex, a), try denial(x, a)] {
            #expect(!validator.proveNXDomain("a.c.x.w.example.", missing).isProven)
        }
        let noData = try denial(ns1)
        #expect(validator.proveNoData("ns1.example.", .mx, noData).isOptOut == false)
        #expect(!validator.proveNoData("ns1.example.", .a, noData).isProven)
        #expect(validator.proveNoData("y.w.example.", .a, try denial(y)).isOptOut == false)
        guard case .insecure(nil) = validator.proveNoDelegationSigner("c.example.", try denial(a, apex))
        else {
            Issue.record("no opt-out")
            return
        }
        let nextCloser = try denial(ns2)
        #expect(validator.proveExpansion(of: "*.w.example.", to: "a.z.w.example.", nextCloser).isProven)
        let wildcardNoData = try denial(w, ns2, wildcard)
        #expect(validator.proveNoData("a.z.w.example.", .aaaa, wildcardNoData).isProven)
        #expect(!validator.proveNoData("a.z.w.example.", .mx, wildcardNoData).isProven)
        #expect(!validator.proveNoData("example.", .ds, try denial(apex)).isProven)
    }

    /// RFC 4034 §5.4 and RFC 4509 §2.3. The keys are not signed there, so the chain breaks at the next step.
    @Test("a DS of either digest type fits the key that it was made from")
    func delegationSigners() throws {
        let key = try RRset(
            """
            dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/
            2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9Xzc
            nOf+EPbtG9DMBmADjFDc2w/rljwvFw== )
            """)
        for signer in [
            "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
            "60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A",
        ] {
            var validator = validator
            let signers = try RRset("dskey.example.com. DS \(signer)")
            let trust = validator.trust("dskey.example.com.", keys: key, delegationSigners: signers, wall: 0)
            #expect(trust.failure?.step == .zoneKeys && trust.failure?.code == .signaturesMissing)
        }
    }
}
