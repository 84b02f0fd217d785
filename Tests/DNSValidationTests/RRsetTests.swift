import DNSCrypto
import DNSValidation
import DNSWire
import Testing

@Suite("RRsets by their signatures")
struct RRsetSignatureTests {
    static let zone: DomainName = "example."
    static let key = DNSKey.test(1, flags: 256)
    static let other = DNSKey.test(2, .ecdsaP256SHA256)

    let verifier = TestVerifier()
    var settings = ValidationSettings()

    static func zoneKeys(_ keys: [DNSKey], published: [DNSKey]? = nil) -> ZoneKeys {
        let rdatas = (published ?? keys).map(\.rdata)
        return ZoneKeys(zone: zone, keys: keys, rrset: RRset(zone, .dnskey, ttl: 3_600, rdatas: rdatas))
    }

    var signer: TestSigner { TestSigner(Self.key, Self.zone) }

    func verdict(
        _ rrset: RRset, keys: ZoneKeys = Self.zoneKeys([Self.key, Self.other]), wall: Int64 = TestSigner.wall
    ) -> Validator.Verdict {
        var validator = Validator(settings: settings, verifier: verifier)
        return validator.verify(rrset, with: keys, wall: wall)
    }

    func failure(_ rrset: RRset, keys: ZoneKeys? = nil, wall: Int64 = TestSigner.wall) -> ValidationFailure? {
        guard
            case .bogus(let failure) = verdict(
                rrset, keys: keys ?? Self.zoneKeys([Self.key, Self.other]), wall: wall)
        else { return nil }
        return failure
    }

    func isSecure(_ rrset: RRset, keys: ZoneKeys? = nil, wall: Int64 = TestSigner.wall) -> Bool {
        failure(rrset, keys: keys, wall: wall) == nil
    }

    @Test("an RRset that its zone signed is secure, whatever the case and order of what came")
    func secure() throws {
        let signed = signer.signed(try RRset("www 300 A 192.0.2.1\nwww 300 A 192.0.2.2\nwww 300 A 192.0.2.9"))
        #expect(isSecure(signed))
        var shuffled = signed
        shuffled.rdatas = [signed.rdatas[2], signed.rdatas[0], signed.rdatas[1], signed.rdatas[0]]
        shuffled.ownerName = "WwW.eXample."
        #expect(isSecure(shuffled))
        let mx = signer.signed(try RRset("www MX 10 mail\nwww MX 5 mail"))
        var folded = mx
        folded.rdatas = try RRset("www MX 5 MAIL.Example.\nwww MX 10 Mail").rdatas
        #expect(isSecure(folded))
        #expect(verifier.signatureCount == 3)
    }

    @Test("a change of any part is bogus")
    func tampered() throws {
        let signed = signer.signed(try RRset("www 300 A 192.0.2.1\nwww 300 A 192.0.2.2"))
        var changed = signed
        changed.rdatas[0] = .address(try #require(IPAddress("192.0.2.3")))
        #expect(failure(changed)?.code == .bogus)
        changed = signed
        changed.rdatas.removeLast()
        #expect(failure(changed)?.reason == "signature by key \(Self.key.keyTag) (ED25519) does not verify")
        changed = signed
        changed.ownerName = "ww2.example."
        #expect(failure(changed)?.code == .bogus)
        changed = signed
        changed.type = .txt
        #expect(failure(changed)?.code == .signaturesMissing)
        changed = signed
        changed.recordClass = .chaos
        #expect(failure(changed)?.code == .bogus)
        // Every octet of the RRSIG counts but those that say which key made it.
        for index in signed.signatures[0].bytes.indices {
            var octets = signed.signatures[0].bytes
            octets[index] ^= 0x01
            changed = signed
            changed.signatures = [RData(unchecked: octets)]
            #expect(failure(changed) != nil, "octet \(index)")
        }
        for length in signed.signatures[0].bytes.indices {
            changed = signed
            changed.signatures = [RData(unchecked: Array(signed.signatures[0].bytes.prefix(length)))]
            #expect(failure(changed) != nil, "\(length) octets")
        }
    }

    @Test("no signature, or none for this type")
    func missing() throws {
        let rrset = try RRset("www A 192.0.2.1")
        let none = try #require(failure(rrset))
        #expect(none.code == .signaturesMissing && none.step == .signature && none.name == "www.example.")
        #expect(none.extendedError.text == "RRSIG of www.example.: no signature")
        var signer = signer
        signer.typeCovered = .aaaa
        #expect(failure(signer.signed(rrset))?.code == .signaturesMissing)
    }

    @Test("the signer must be the zone, and the RRset in it")
    func signerName() throws {
        let rrset = try RRset("www.sub A 192.0.2.1")
        let child = try #require(failure(TestSigner(Self.key, "sub.example.").signed(rrset)))
        #expect(child.code == .bogus)
        #expect(child.reason.hasSuffix("of sub.example., which is not the zone example."))
        #expect(failure(TestSigner(Self.key, .root).signed(rrset))?.code == .bogus)
        let outside = try RRset("www.example.net. A 192.0.2.1")
        #expect(failure(signer.signed(outside))?.code == .bogus)
        #expect(verifier.signatureCount == 0)
    }

    @Test("the DS records of a zone's own apex are not its own to sign")
    func ownDelegationSigner() throws {
        let text = "DS 12345 15 2 \(String(repeating: "00", count: 32))"
        #expect(failure(signer.signed(try RRset("@ \(text)")))?.code == .bogus)
        #expect(isSecure(signer.signed(try RRset("sub \(text)"))))
    }

    @Test("an RRset of another class than the keys is not of this zone")
    func otherClass() throws {
        var rrset = try RRset("www TXT a")
        rrset.recordClass = .chaos
        #expect(failure(signer.signed(rrset))?.code == .bogus)
    }
}

extension RRsetSignatureTests {
    @Test("fewer labels mean a wildcard, more are never right")
    func labels() throws {
        let wildcard = signer.signed(try RRset("*.w 300 TXT a"))
        guard case .secure(_, let none) = verdict(wildcard) else {
            Issue.record("the wildcard itself is not secure")
            return
        }
        #expect(none == nil)
        for name: DomainName in ["a.w.example.", "a.b.c.w.example.", "*.b.w.example."] {
            guard case .secure(let rrset, let made) = verdict(wildcard.expanded(to: name)) else {
                Issue.record("\(name) is not secure")
                continue
            }
            #expect(made == "*.w.example." && rrset.ownerName == name)
        }
        #expect(failure(wildcard.expanded(to: "w.example.")) != nil)
        #expect(failure(wildcard.expanded(to: "a.v.example.")) != nil)
        var signer = signer
        signer.labelCount = 3
        let more = try #require(failure(signer.signed(try RRset("www TXT a"))))
        #expect(more.reason.contains("3 labels, more than the name"))
        signer.labelCount = 0
        signer.signedName = "*."
        let fewer = try #require(failure(signer.signed(try RRset("www TXT a"))))
        #expect(fewer.reason.contains("0 labels, fewer than the zone"))
    }

    @Test("a signature counts from its inception to its expiration, give or take the skew")
    func dates() throws {
        var signer = signer
        (signer.inception, signer.expiration) = (1_768_000_000, 1_769_000_000)
        let rrset = signer.signed(try RRset("www 300 A 192.0.2.1"))
        #expect(isSecure(rrset, wall: 1_768_000_000) && isSecure(rrset, wall: 1_769_000_000))
        #expect(isSecure(rrset, wall: 1_768_000_000 - 300) && isSecure(rrset, wall: 1_769_000_300))
        let late = try #require(failure(rrset, wall: 1_769_000_301))
        #expect(late.code == .signatureExpired)
        #expect(late.reason == "signature by key \(Self.key.keyTag) (ED25519) expired 2026-01-21T12:53:20Z")
        let early = try #require(failure(rrset, wall: 1_768_000_000 - 301))
        #expect(early.code == .signatureNotYetValid)
        #expect(early.reason.hasSuffix("is not valid before 2026-01-09T23:06:40Z"))
    }

    @Test("dates are compared as serial numbers, so the year 2106 is no wall")
    func serialDates() throws {
        var signer = signer
        (signer.inception, signer.expiration) = (0xffff_ff00, 0x100)
        let rrset = signer.signed(try RRset("www 300 A 192.0.2.1"))
        #expect(isSecure(rrset, wall: 0xffff_ffff) && isSecure(rrset, wall: 0x1_0000_0080))
        #expect(failure(rrset, wall: 0x1_0000_1000)?.code == .signatureExpired)
        #expect(failure(rrset, wall: 0xffff_0000)?.code == .signatureNotYetValid)
        // Half the circle ahead can be read either way; it is not believed.
        (signer.inception, signer.expiration) = (100, 100 &+ 0x8000_0000)
        #expect(
            failure(signer.signed(try RRset("www A 192.0.2.1")), wall: 100)?.code
                == .signatureExpiredBeforeValid)
        (signer.inception, signer.expiration) = (200, 100)
        #expect(
            failure(signer.signed(try RRset("www A 192.0.2.1")), wall: 150)?.code
                == .signatureExpiredBeforeValid)
    }

    @Test("the wall clock can be left out of it")
    func ignoredDates() throws {
        var signer = signer
        (signer.inception, signer.expiration) = (1, 2)
        let rrset = signer.signed(try RRset("www 300 A 192.0.2.1"))
        #expect(failure(rrset)?.code == .signatureExpired)
        var tests = self
        tests.settings.ignoresDates = true
        guard case .secure(let secure, _) = tests.verdict(rrset) else {
            Issue.record("not secure")
            return
        }
        #expect(secure.ttl == 300)
    }

    @Test("the TTL is the least of the one received, the original one, and the time left")
    func timeToLive() throws {
        let cases: [(received: UInt32, original: UInt32, left: Int64, result: UInt32)] = [
            (300, 3_600, 10_000, 300), (7_200, 3_600, 10_000, 3_600), (7_200, 3_600, 60, 60),
            (7_200, 3_600, 0, 0), (7_200, 3_600, -100, 0), (86_400, 0xffff_ffff, 100_000, 86_400),
        ]
        for (received, original, left, result) in cases {
            var signer = signer
            signer.originalTTL = original
            signer.expiration = UInt32(TestSigner.wall + left)
            var rrset = signer.signed(try RRset("www 300 A 192.0.2.1"))
            rrset.ttl = received
            guard case .secure(let secure, _) = verdict(rrset) else {
                Issue.record("not secure: \(received) \(original) \(left)")
                continue
            }
            #expect(secure.ttl == result)
        }
    }

    @Test("all signatures are kept, for others may know other algorithms, and the one that holds is first")
    func keptSignatures() throws {
        let rrset = try RRset("www 300 A 192.0.2.1")
        var expired = signer
        expired.expiration = UInt32(TestSigner.wall - 10_000)
        let signed = signer.signed(expired.signed(rrset))
        guard case .secure(let secure, _) = verdict(signed) else {
            Issue.record("not secure")
            return
        }
        #expect(secure.signatures == signed.signatures.reversed() && secure.rdatas == rrset.rdatas)
    }

    @Test("a key must be in the DNSKEY RRset, a zone key, not revoked and of an algorithm that is known")
    func keys() throws {
        let rrset = try RRset("www A 192.0.2.1")
        let keys = Self.zoneKeys([Self.key])
        let unknown = try #require(failure(TestSigner(Self.other, Self.zone).signed(rrset), keys: keys))
        #expect(unknown.code == .keyMissing && unknown.reason.contains("not in the DNSKEY RRset"))
        let plain = DNSKey.test(3, flags: 0)
        let revoked = DNSKey.test(4, flags: 0x0181)
        let strange = DNSKey.test(5, .ed448)
        let published = [Self.key, plain, revoked, strange]
        // Handed in by mistake or not: keys that do not count never do.
        for usable in [[Self.key], published] {
            let keys = Self.zoneKeys(usable, published: published)
            #expect(failure(TestSigner(plain, Self.zone).signed(rrset), keys: keys)?.code == .noZoneKey)
            let dead = try #require(failure(TestSigner(revoked, Self.zone).signed(rrset), keys: keys))
            #expect(dead.code == .bogus && dead.reason.hasSuffix("which is revoked"))
            #expect(
                failure(TestSigner(strange, Self.zone).signed(rrset), keys: keys)?.code
                    == .unsupportedAlgorithm)
        }
        var signer = signer
        signer.algorithm = .ecdsaP256SHA256
        #expect(failure(signer.signed(rrset))?.code == .keyMissing)
        signer = self.signer
        signer.keyTag = 1
        #expect(failure(signer.signed(rrset))?.code == .keyMissing)
    }

    @Test("of several failures the one that came nearest is told")
    func bestFailure() throws {
        let rrset = try RRset("www A 192.0.2.1")
        let strange = TestSigner(DNSKey.test(5, .ed448), Self.zone)
        let foreign = TestSigner(Self.key, "net.")
        let unknown = TestSigner(DNSKey.test(9), Self.zone)
        var expired = signer
        expired.expiration = UInt32(TestSigner.wall - 10_000)
        var signed = rrset
        let steps: [(TestSigner, ExtendedError.Code)] = [
            (foreign, .bogus), (strange, .unsupportedAlgorithm), (unknown, .keyMissing),
            (expired, .signatureExpired),
        ]
        for (signer, code) in steps {
            signed = signer.signed(signed)
            #expect(failure(signed)?.code == code)
            var reversed = signed
            reversed.signatures.reverse()
            #expect(failure(reversed)?.code == code)
        }
        #expect(verifier.signatureCount == 0)
    }
}
