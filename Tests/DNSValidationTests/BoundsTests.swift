import DNSCrypto
import DNSValidation
import DNSWire
import Testing

/// What an attacker can make a validator do, counted in calls of the verifier.
@Suite("bounds on what validation costs")
struct BoundsTests {
    static let zone: DomainName = "example."
    let limits = ValidationLimits()

    /// Keys that all have one tag, and signatures that all name it (KeyTrap).
    static func trap(keys: Int, signatures: Int) throws -> (ZoneKeys, RRset) {
        var all = [DNSKey.test(128, flags: 256)]
        while all.count < keys, let last = all.last { all.append(last.twin) }
        #expect(Set(all.map(\.keyTag)).count == 1 && Set(all).count == keys)
        var rrset = try RRset("www A 192.0.2.1")
        for index in 0..<signatures {
            var signer = TestSigner(all[0], zone)
            // Each is over something else, so that none fits.
            signer.signedName = try DomainName("www\(index).example.")
            signer.labelCount = 2
            rrset = signer.signed(rrset)
        }
        let published = RRset(zone, .dnskey, ttl: 3_600, rdatas: all.map(\.rdata))
        return (ZoneKeys(zone: zone, keys: all, rrset: published), rrset)
    }

    @Test("KeyTrap: fifty keys with one tag and fifty signatures")
    func keyTrap() throws {
        let (keys, rrset) = try Self.trap(keys: 50, signatures: 50)
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        guard case .bogus(let failure) = validator.verify(rrset, with: keys, wall: TestSigner.wall) else {
            Issue.record("secure")
            return
        }
        #expect(failure.code == .bogus)
        #expect(verifier.signatureCount == limits.keysPerTag + limits.failuresPerRRset)
    }

    @Test("many keys with tags of their own, and a bad signature for each")
    func manyKeys() throws {
        let keys = (1...20).map { DNSKey.test($0, flags: 256) }
        var rrset = try RRset("www A 192.0.2.1")
        for key in keys {
            var signer = TestSigner(key, Self.zone)
            signer.signedName = "other.example."
            rrset = signer.signed(rrset)
        }
        let published = RRset(Self.zone, .dnskey, ttl: 3_600, rdatas: keys.map(\.rdata))
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        let zoneKeys = ZoneKeys(zone: Self.zone, keys: keys, rrset: published)
        guard case .bogus = validator.verify(rrset, with: zoneKeys, wall: TestSigner.wall) else {
            Issue.record("secure")
            return
        }
        #expect(verifier.signatureCount == limits.signaturesPerRRset)
    }

    @Test("bad signatures before the right one do no harm while they are few")
    func fewBadSignatures() throws {
        let cases = [(1, 1, true), (1, 2, false), (2, 1, true), (4, 1, true), (4, 2, false)]
        for (keyCount, bad, isSecure) in cases {
            let (keys, rrset) = try Self.trap(keys: keyCount, signatures: bad)
            let signed = TestSigner(keys.keys[0], Self.zone).signed(rrset)
            var validator = Validator(settings: ValidationSettings(), verifier: TestVerifier())
            let verdict = validator.verify(signed, with: keys, wall: TestSigner.wall)
            if case .secure = verdict { #expect(isSecure) } else { #expect(!isSecure) }
        }
    }

    @Test("signatures that cannot count cost nothing and hide nothing")
    func uselessSignatures() throws {
        let key = DNSKey.test(1, flags: 256)
        var rrset = try RRset("www A 192.0.2.1")
        for seed in 10..<100 { rrset = TestSigner(.test(UInt8(seed)), Self.zone).signed(rrset) }
        rrset = TestSigner(key, Self.zone).signed(rrset)
        let published = RRset(Self.zone, .dnskey, ttl: 3_600, rdatas: [key.rdata])
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        let keys = ZoneKeys(zone: Self.zone, keys: [key], rrset: published)
        guard case .secure = validator.verify(rrset, with: keys, wall: TestSigner.wall) else {
            Issue.record("not secure")
            return
        }
        #expect(verifier.signatureCount == 1)
    }

    @Test("one signature many times is one")
    func repeatedSignature() throws {
        var (keys, rrset) = try Self.trap(keys: 1, signatures: 1)
        rrset.signatures = Array(repeating: rrset.signatures[0], count: 100)
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        _ = validator.verify(rrset, with: keys, wall: TestSigner.wall)
        #expect(verifier.signatureCount == 1)
        keys = ZoneKeys(zone: Self.zone, keys: [], rrset: keys.rrset)
        _ = validator.verify(rrset, with: keys, wall: TestSigner.wall)
        #expect(verifier.signatureCount == 1)
    }

    @Test("a query has so many signature checks, and then no more of anything")
    func signatureBudget() throws {
        let key = DNSKey.test(1, flags: 256)
        let rrset = TestSigner(key, Self.zone).signed(try RRset("www A 192.0.2.1"))
        let published = TestSigner(key, Self.zone).signed(
            RRset(Self.zone, .dnskey, ttl: 60, rdatas: [key.rdata]))
        let keys = ZoneKeys(zone: Self.zone, keys: [key], rrset: published)
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        for _ in 0..<limits.signatureChecks {
            guard case .secure = validator.verify(rrset, with: keys, wall: TestSigner.wall) else {
                Issue.record("not secure")
                return
            }
        }
        guard case .bogus(let failure) = validator.verify(rrset, with: keys, wall: TestSigner.wall) else {
            Issue.record("not stopped")
            return
        }
        #expect(failure.code == .bogus && failure.reason == "more than 64 signature checks for one query")
        let anchor = TrustAnchor(zone: Self.zone, keys: [key])
        let trust = validator.trust(anchor, keys: published, wall: TestSigner.wall)
        let isSelfSigned = validator.isSelfSigned(published, of: Self.zone, by: key, wall: TestSigner.wall)
        #expect(trust.failure?.step == .zoneKeys && !isSelfSigned)
        #expect(verifier.signatureCount == limits.signatureChecks)
    }

    @Test("DS records and keys are looked at up to a number")
    func delegationSigners() {
        let key = DNSKey.test(128)
        var keys = [key]
        while keys.count < 100, let last = keys.last { keys.append(last.twin) }
        let signers = (0..<100).map { index in
            DelegationSigner(
                keyTag: key.keyTag, algorithm: key.algorithm, digestType: .sha256, digest: [UInt8(index)])
        }
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        let trust = validator.trust(
            Self.zone, keys: RRset(Self.zone, .dnskey, ttl: 60, rdatas: keys.map(\.rdata)),
            delegationSigners: RRset(Self.zone, .ds, ttl: 60, rdatas: signers.map(\.rdata)),
            wall: TestSigner.wall)
        #expect(trust.failure?.code == .keyMissing)
        #expect(verifier.digestCount == limits.signersPerZone * limits.keysPerTag)
        #expect(verifier.signatureCount == 0)
        // Keys behind the bound are not seen.
        let late = TestSigner(key, Self.zone).signed(
            RRset(Self.zone, .dnskey, ttl: 60, rdatas: (2...40).map { DNSKey.test($0).rdata } + [key.rdata]))
        let signer = RRset(Self.zone, .ds, ttl: 60, rdatas: [key.signer(of: Self.zone).rdata])
        let second = validator.trust(Self.zone, keys: late, delegationSigners: signer, wall: TestSigner.wall)
        #expect(second.failure?.code == .keyMissing)
    }

    @Test("many DNSKEY signatures of a trap zone stay within the same bounds")
    func trappedZoneKeys() throws {
        let (keys, data) = try Self.trap(keys: 30, signatures: 0)
        var rrset = keys.rrset
        for index in 0..<30 {
            var signer = TestSigner(keys.keys[0], Self.zone)
            signer.signedName = try DomainName("www\(index).example.")
            signer.labelCount = 1
            rrset = signer.signed(rrset)
        }
        let signers = keys.keys.prefix(10).map { $0.signer(of: Self.zone).rdata }
        let verifier = TestVerifier()
        var validator = Validator(settings: ValidationSettings(), verifier: verifier)
        let trust = validator.trust(
            Self.zone, keys: rrset, delegationSigners: RRset(Self.zone, .ds, ttl: 60, rdatas: signers),
            wall: TestSigner.wall)
        #expect(trust.failure?.code == .bogus && data.signatures.isEmpty)
        #expect(verifier.signatureCount <= limits.keysPerTag + limits.failuresPerRRset)
    }
}
