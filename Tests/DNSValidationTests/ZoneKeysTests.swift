import DNSCrypto
import DNSValidation
import DNSWire
import Testing

@Suite("zone keys by DS and by anchor")
struct ZoneKeysTests {
    static let zone: DomainName = "example."
    static let entry = DNSKey.test(1)
    static let zoneKey = DNSKey.test(2, flags: 256)

    var verifier = TestVerifier()
    var settings = ValidationSettings()

    func rrset(_ keys: [DNSKey], signedBy signers: [DNSKey]) -> RRset {
        let unsigned = RRset(Self.zone, .dnskey, ttl: 3_600, rdatas: keys.map(\.rdata))
        return signers.reduce(unsigned) { TestSigner($1, Self.zone).signed($0) }
    }

    var honest: RRset { rrset([Self.entry, Self.zoneKey], signedBy: [Self.entry]) }

    func signers(_ signers: DelegationSigner...) -> RRset {
        RRset(Self.zone, .ds, ttl: 3_600, rdatas: signers.map(\.rdata))
    }

    func trust(_ keys: RRset?, _ delegationSigners: RRset) -> ZoneTrust {
        var validator = Validator(settings: settings, verifier: verifier)
        return validator.trust(
            Self.zone, keys: keys, delegationSigners: delegationSigners, wall: TestSigner.wall)
    }

    func trust(_ keys: RRset?, anchor: TrustAnchor) -> ZoneTrust {
        var validator = Validator(settings: settings, verifier: verifier)
        return validator.trust(anchor, keys: keys, wall: TestSigner.wall)
    }

    @Test(
        "keys that a DS names vouch for all that they signed", arguments: [DigestType.sha1, .sha256, .sha384])
    func secure(_ digestType: DigestType) throws {
        let keys = try #require(trust(honest, signers(Self.entry.signer(of: "EXAMPLE.", digestType))).keys)
        #expect(keys.zone == Self.zone && keys.keys == [Self.entry, Self.zoneKey])
        #expect(keys.rrset.signatures == honest.signatures)
        var short = TestSigner(Self.entry, Self.zone)
        short.expiration = UInt32(TestSigner.wall + 60)
        let unsigned = rrset([Self.entry, Self.zoneKey], signedBy: [])
        let capped = try #require(
            trust(short.signed(unsigned), signers(Self.entry.signer(of: Self.zone))).keys)
        #expect(capped.rrset.ttl == 60)
    }

    @Test("only zone keys in use and of known algorithms are handed on")
    func usableKeys() throws {
        let others = [
            DNSKey.test(3, flags: 0), .test(4, flags: 0x181), .test(5, .ed448, flags: 256),
            .test(6, .rsaSHA256),
        ]
        let all = rrset([Self.entry] + others, signedBy: [Self.entry])
        let keys = try #require(trust(all, signers(Self.entry.signer(of: Self.zone))).keys)
        #expect(keys.keys == [Self.entry, others[3]])
    }

    @Test("a DS that fits no key breaks the chain")
    func mismatch() {
        let right = Self.entry.signer(of: Self.zone)
        let wrong = [
            DelegationSigner(
                keyTag: right.keyTag &+ 1, algorithm: right.algorithm, digestType: right.digestType,
                digest: right.digest),
            DelegationSigner(
                keyTag: right.keyTag, algorithm: .rsaSHA256, digestType: right.digestType,
                digest: right.digest),
            DelegationSigner(
                keyTag: right.keyTag, algorithm: right.algorithm, digestType: .sha384, digest: right.digest),
            DelegationSigner(
                keyTag: right.keyTag, algorithm: right.algorithm, digestType: right.digestType,
                digest: right.digest.dropLast()),
            DelegationSigner(
                keyTag: right.keyTag, algorithm: right.algorithm, digestType: right.digestType,
                digest: right.digest.map { ~$0 }),
            Self.entry.signer(of: "example.net."),
        ]
        for signer in wrong {
            let failure = trust(honest, signers(signer)).failure
            #expect(failure?.code == .keyMissing && failure?.step == .delegationSigner)
            #expect(trust(honest, signers(signer, right)).keys != nil)
        }
        #expect(
            trust(honest, signers(wrong[0])).failure?.reason
                == "no DNSKEY fits the DS RRset (\(Self.entry.keyTag &+ 1) ED25519)")
    }

    @Test("no keys at all, or those of another name")
    func noKeys() {
        let signer = signers(Self.entry.signer(of: Self.zone))
        #expect(trust(nil, signer).failure?.code == .keyMissing)
        var other = honest
        other.ownerName = "example.net."
        #expect(trust(other, signer).failure?.code == .keyMissing)
        other = honest
        other.rdatas = []
        #expect(trust(other, signer).failure?.code == .keyMissing)
        other = honest
        other.rdatas = [RData(unchecked: [1]), RData(unchecked: [])]
        #expect(trust(other, signer).failure?.code == .keyMissing)
    }

    @Test("a DS RRset that is none of the zone breaks the chain")
    func unreadableSigners() {
        var signer = signers(Self.entry.signer(of: Self.zone))
        signer.ownerName = "www.example."
        #expect(trust(honest, signer).failure?.step == .delegationSigner)
        signer = RRset(
            Self.zone, .ds, ttl: 3_600, rdatas: [RData(unchecked: [1, 2, 3]), RData(unchecked: [])])
        #expect(trust(honest, signer).failure?.code == .bogus)
    }

    @Test("a key that a DS names must be a zone key, and not revoked")
    func unfitKeys() {
        let plain = DNSKey.test(3, flags: 1)
        let plainSet = rrset([plain], signedBy: [plain])
        let noZoneKey = trust(plainSet, signers(plain.signer(of: Self.zone))).failure
        #expect(noZoneKey?.code == .noZoneKey && noZoneKey?.step == .delegationSigner)
        let revoked = DNSKey.test(3, flags: 0x181)
        let revokedSet = rrset([revoked, Self.entry], signedBy: [revoked, Self.entry])
        let onlyRevoked = trust(revokedSet, signers(revoked.signer(of: Self.zone))).failure
        #expect(onlyRevoked?.reason == "every key that the DS RRset names is revoked")
        let both = signers(revoked.signer(of: Self.zone), Self.entry.signer(of: Self.zone))
        #expect(trust(revokedSet, both).keys?.keys == [Self.entry])
    }

    @Test("a SHA-1 digest beside a better one counts for nothing (RFC 4509)")
    func weakDigest() {
        let weak = Self.entry.signer(of: Self.zone, .sha1)
        #expect(trust(honest, signers(weak)).keys != nil)
        for digestType in [DigestType.sha256, .sha384] {
            let wrong = DNSKey.test(9).signer(of: Self.zone, digestType)
            #expect(trust(honest, signers(weak, wrong)).failure?.code == .keyMissing)
        }
        // One that nobody here can check is as if it were not there.
        var tests = self
        tests.verifier = TestVerifier(digestTypes: [.sha1])
        #expect(tests.trust(honest, signers(weak, DNSKey.test(9).signer(of: Self.zone))).keys != nil)
        let strange = DNSKey.test(9, .ed448).signer(of: Self.zone)
        #expect(trust(honest, signers(weak, strange)).keys != nil)
    }

    @Test("algorithms and digests that nobody here knows leave the zone insecure")
    func unsupported() {
        let algorithm = DNSKey.test(1, .ed448).signer(of: Self.zone)
        guard case .insecure(let failure?) = trust(honest, signers(algorithm)) else {
            Issue.record("an unknown algorithm is not insecure")
            return
        }
        #expect(failure.code == .unsupportedAlgorithm)
        #expect(failure.reason == "only algorithms that are not supported: ED448")
        let digest = DelegationSigner(
            keyTag: 1, algorithm: .ed25519, digestType: DigestType(rawValue: 3), digest: [1])
        guard case .insecure(let failure?) = trust(honest, signers(digest, algorithm)) else {
            Issue.record("an unknown digest is not insecure")
            return
        }
        #expect(failure.code == .unsupportedDigest && failure.reason.hasSuffix("not supported: 3"))
        // As soon as one is known, the zone must be right.
        #expect(trust(nil, signers(algorithm, digest, Self.entry.signer(of: Self.zone))).failure != nil)
    }

    @Test("a supported DS behind many that are not is found")
    func supportedBehindMany() {
        var many = signers(Self.entry.signer(of: Self.zone))
        let strange = (0..<40).map { DNSKey.test($0, .ed448).signer(of: Self.zone).rdata }
        many.rdatas = strange + many.rdatas
        #expect(trust(honest, many).keys != nil)
    }
}

extension ZoneKeysTests {
    @Test("the keys must be signed by one that the DS names")
    func signedByEntry() {
        let signer = signers(Self.entry.signer(of: Self.zone))
        let keys = [Self.entry, Self.zoneKey]
        let unsigned = trust(rrset(keys, signedBy: []), signer).failure
        #expect(unsigned?.code == .signaturesMissing && unsigned?.step == .zoneKeys)
        let other = trust(rrset(keys, signedBy: [Self.zoneKey]), signer).failure
        #expect(other?.code == .signaturesMissing && other?.reason.contains("not vouched for") == true)
        var late = TestSigner(Self.entry, Self.zone)
        late.expiration = UInt32(TestSigner.wall - 1_000)
        #expect(
            trust(late.signed(rrset(keys, signedBy: [Self.zoneKey])), signer).failure?.code
                == .signatureExpired)
        var added = honest
        added.rdatas.append(DNSKey.test(9).rdata)
        #expect(trust(added, signer).failure?.code == .bogus)
    }

    @Test("one algorithm's path is enough (RFC 6840 §5.11)")
    func oneAlgorithm() {
        let second = DNSKey.test(3, .ecdsaP256SHA256)
        let signer = signers(Self.entry.signer(of: Self.zone), second.signer(of: Self.zone))
        #expect(trust(rrset([Self.entry, second], signedBy: [second]), signer).keys != nil)
        #expect(trust(rrset([second], signedBy: [second]), signer).keys != nil)
        #expect(trust(rrset([Self.entry, second], signedBy: [Self.entry]), signer).keys != nil)
    }

    @Test("anchors of DS and DNSKEY records")
    func anchors() {
        let bySigner = TrustAnchor(zone: Self.zone, signers: [Self.entry.signer(of: Self.zone)])
        let byKey = TrustAnchor(zone: Self.zone, keys: [DNSKey.test(7), Self.entry])
        for anchor in [bySigner, byKey] {
            #expect(trust(honest, anchor: anchor).keys?.keys == [Self.entry, Self.zoneKey])
            let missing = trust(nil, anchor: anchor).failure
            #expect(missing?.code == .keyMissing && missing?.step == .trustAnchor)
        }
        let wrong = TrustAnchor(zone: Self.zone, keys: [DNSKey.test(7)])
        #expect(trust(honest, anchor: wrong).failure?.code == .keyMissing)
        let unsigned = TrustAnchor(zone: Self.zone, keys: [Self.zoneKey])
        #expect(trust(honest, anchor: unsigned).failure?.code == .signaturesMissing)
    }

    @Test("a key that is now revoked is no anchor any more")
    func revokedAnchor() {
        let revoked = DNSKey.test(1, flags: 0x181)
        let anchor = TrustAnchor(zone: Self.zone, keys: [Self.entry])
        #expect(
            trust(rrset([revoked, Self.zoneKey], signedBy: [revoked]), anchor: anchor).failure?.code
                == .keyMissing)
        let asRevoked = TrustAnchor(zone: Self.zone, keys: [revoked])
        #expect(trust(rrset([revoked], signedBy: [revoked]), anchor: asRevoked).failure?.code == .bogus)
    }

    @Test("anchors that nobody here can use leave the zone insecure")
    func unsupportedAnchor() {
        let strange = DNSKey.test(1, .ed448)
        let anchor = TrustAnchor(zone: Self.zone, signers: [strange.signer(of: Self.zone)], keys: [strange])
        guard case .insecure(let failure?) = trust(honest, anchor: anchor) else {
            Issue.record("not insecure")
            return
        }
        #expect(failure.code == .unsupportedAlgorithm && failure.step == .trustAnchor)
        guard case .insecure = trust(honest, anchor: TrustAnchor(zone: Self.zone)) else {
            Issue.record("an anchor without keys is not insecure")
            return
        }
        #expect(trust(honest, anchor: TrustAnchor(zone: Self.zone, keys: [strange, Self.entry])).keys != nil)
    }

    @Test("a key vouches for itself by signing its RRset, revoked or not (RFC 5011)")
    func selfSigned() {
        let revoked = DNSKey.test(3, flags: 0x181)
        let plain = DNSKey.test(4, flags: 0)
        let keys = rrset([Self.entry, Self.zoneKey, revoked, plain], signedBy: [Self.entry, revoked, plain])
        func isSelfSigned(_ key: DNSKey, _ keys: RRset, wall: Int64 = TestSigner.wall) -> Bool {
            var validator = Validator(settings: settings, verifier: verifier)
            return validator.isSelfSigned(keys, of: Self.zone, by: key, wall: wall)
        }
        #expect(isSelfSigned(Self.entry, keys) && isSelfSigned(revoked, keys))
        #expect(!isSelfSigned(Self.zoneKey, keys) && !isSelfSigned(plain, keys))
        #expect(!isSelfSigned(DNSKey.test(1, flags: 256), keys))
        #expect(!isSelfSigned(Self.entry, keys, wall: TestSigner.wall + 10_000_000))
        var changed = keys
        changed.rdatas.removeLast()
        #expect(!isSelfSigned(Self.entry, changed))
    }
}

extension ZoneTrust {
    var keys: ZoneKeys? {
        if case .secure(let keys) = self { keys } else { nil }
    }

    var failure: ValidationFailure? {
        if case .bogus(let failure) = self { failure } else { nil }
    }
}
