import DNSCrypto
import DNSWire
import Testing

@testable import DNSValidation

/// What a DNSKEY RRset with its signatures says of the zone's keys.
@Suite struct ObservationTests {
    /// A signature is good when it repeats the public key; a digest is the data's end.
    private final class PlainVerifier: SignatureVerifier {
        func supports(_ algorithm: SecurityAlgorithm) -> Bool { algorithm == .ed25519 }
        func supports(_ digestType: DigestType) -> Bool { digestType == .sha256 }
        func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool {
            signature == key.publicKey
        }
        func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? { Array(data.suffix(36)) }
        func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? { nil }
    }

    private static let now: Int64 = 1_700_000_000
    private static let day: Int64 = 86_400

    private let zone: DomainName = "example."

    private func key(_ number: UInt8, flags: UInt8 = 1, algorithm: UInt8 = 15) throws -> DNSKey {
        try #require(
            DNSKey(RData(unchecked: [1, flags, 3, algorithm] + Array(repeating: number, count: 32))))
    }

    private func signature(by key: DNSKey, isGood: Bool = true, daysLeft: Int64 = 10) throws -> RData {
        let expiration = TimestampText.text(Self.now + daysLeft * Self.day)
        let inception = TimestampText.text(Self.now - 20 * Self.day)
        let head = try RData(
            text: "DNSKEY 15 1 172800 \(expiration) \(inception) \(key.keyTag) example. AAAA", type: .rrsig)
        let octets = isGood ? Array(key.publicKey) : Array(repeating: 0, count: 32)
        return RData(unchecked: head.bytes.dropLast(3) + octets)
    }

    private func observe(
        _ keys: [DNSKey], _ signatures: [RData], of anchor: TrustAnchor, as name: DomainName = "example."
    ) -> TrustPoint.Observation {
        let rrset = RRset(name, .dnskey, ttl: 3_600, rdatas: keys.map(\.rdata), signatures: signatures)
        var validator = Validator(settings: ValidationSettings(), verifier: PlainVerifier())
        return validator.observe(rrset, of: TrustPoint(configured: anchor, at: Self.now), wall: Self.now)
    }

    @Test func rrsetThatTheAnchorVouchesFor() throws {
        let (a, b, c) = (try key(1), try key(2), try key(3, algorithm: 99))
        let spent = try signature(by: a, daysLeft: -3)
        let longer = try signature(by: a, daysLeft: 12)
        let zoneSigning = try key(4, flags: 0)
        let seen = observe(
            [a, b, c, zoneSigning], [spent, longer, try signature(by: a)],
            of: TrustAnchor(zone: zone, keys: [a]))
        #expect(seen.isValidated)
        // Of an algorithm that nobody here knows: it could never vouch for anything.
        #expect(seen.keys == [a, b, zoneSigning])
        #expect(seen.signers == [a])
        #expect(seen.originalTTL == 172_800)
        #expect(seen.signatureInterval == 10 * Self.day)
    }

    @Test func rrsetThatNobodyVouchesFor() throws {
        let (a, b) = (try key(1), try key(2))
        let anchor = TrustAnchor(zone: zone, keys: [a])
        #expect(!observe([a, b], [try signature(by: b)], of: anchor).isValidated)
        #expect(!observe([a, b], [try signature(by: a, isGood: false)], of: anchor).isValidated)
        #expect(!observe([a, b], [try signature(by: a, daysLeft: -2)], of: anchor).isValidated)
        #expect(!observe([b], [try signature(by: a)], of: anchor).isValidated)
        let other = observe([a, b], [try signature(by: a)], of: anchor, as: "other.example.")
        #expect(!other.isValidated && other.keys.isEmpty)
    }

    @Test func digestsAreMatchedWithTheKeysTheyAreOf() throws {
        let (a, b) = (try key(1), try key(2))
        let signers = [a, b].map { key in
            DelegationSigner(
                keyTag: key.keyTag, algorithm: key.algorithm, digestType: .sha256, digest: key.rdata.bytes)
        }
        let anchor = TrustAnchor(zone: zone, signers: signers)
        let seen = observe([a], [try signature(by: a)], of: anchor)
        #expect(seen.isValidated)
        #expect(seen.matches == [signers[0]: a])
        #expect(seen.signers == [a])
        // Revoked, it is another key to DNSSEC and the same to us.
        let later = observe(
            [a.revoked, b], [try signature(by: a.revoked), try signature(by: b)], of: anchor)
        #expect(later.matches == [signers[0]: a, signers[1]: b])
        #expect(later.signers == [a.revoked, b])
        #expect(later.isValidated)
    }

    @Test func revokedKeyVouchesForItsRevocationAlone() throws {
        let (a, b) = (try key(1), try key(2))
        let anchor = TrustAnchor(zone: zone, keys: [a])
        let seen = observe([a.revoked, b], [try signature(by: a.revoked)], of: anchor)
        #expect(!seen.isValidated)
        #expect(seen.signers == [a.revoked])
        var point = TrustPoint(configured: anchor, at: Self.now)
        _ = point.apply(seen, at: Self.now)
        #expect(point.anchor == nil)
        let forged = observe(
            [a.revoked, b], [try signature(by: a.revoked, isGood: false)], of: anchor)
        #expect(forged.signers.isEmpty)
    }
}
