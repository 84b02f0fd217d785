import DNSWire
import Testing

@testable import DNSValidation

/// The state table of RFC 5011 §4, row by row, and its times.
@Suite struct TrustPointTests {
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_700_000_000

    /// A key of its own for each number.
    private static func key(_ number: UInt8, flags: UInt8 = 1) -> DNSKey {
        let rdata = RData(unchecked: [1, flags, 3, 15] + Array(repeating: number, count: 32))
        // The octets are those of a DNSKEY.
        return DNSKey(rdata) ?? TrustAnchor.root.keys[0]
    }

    private let a = key(1)
    private let b = key(2)
    private let c = key(3)

    /// A zone `example.` with `a` as its anchor.
    private func point(_ configured: DNSKey...) -> TrustPoint {
        TrustPoint(configured: TrustAnchor(zone: "example.", keys: configured), at: Self.start)
    }

    /// A validated RRset of `keys`, signed by all of them unless told otherwise.
    private func seen(_ keys: DNSKey..., by signers: [DNSKey]? = nil, ttl: UInt32 = 172_800)
        -> TrustPoint.Observation
    {
        var observation = TrustPoint.Observation()
        observation.keys = keys
        observation.signers = Set(signers ?? keys)
        observation.isValidated = true
        observation.originalTTL = ttl
        observation.signatureInterval = 14 * Self.day
        return observation
    }

    private func state(_ point: TrustPoint, _ key: DNSKey) -> TrustPoint.State? {
        point.keys.first { $0.key == key.unrevoked }?.state
    }

    private func change(
        _ key: DNSKey, _ from: TrustPoint.State?, _ to: TrustPoint.State?
    ) -> TrustPoint.Change {
        TrustPoint.Change(zone: "example.", keyTag: key.keyTag, from: from, to: to)
    }

    // --- The table ---

    @Test func newKeyIsPending() {
        var point = point(a)
        #expect(point.apply(seen(a, b), at: Self.start) == [change(b, nil, .pending)])
        #expect(state(point, a) == .valid)
        #expect(point.anchor?.keys == [a])
    }

    @Test func pendingKeyThatGoesIsForgotten() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        #expect(point.apply(seen(a), at: Self.start + 29 * Self.day) == [change(b, .pending, nil)])
        // And the waiting begins anew when it is back.
        _ = point.apply(seen(a, b), at: Self.start + 30 * Self.day)
        _ = point.apply(seen(a, b), at: Self.start + 59 * Self.day)
        #expect(state(point, b) == .pending)
        _ = point.apply(seen(a, b), at: Self.start + 60 * Self.day)
        #expect(state(point, b) == .valid)
    }

    @Test func pendingKeyIsValidAfterTheHoldDown() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        #expect(point.apply(seen(a, b), at: Self.start + 30 * Self.day - 1) == [])
        #expect(
            point.apply(seen(a, b), at: Self.start + 30 * Self.day) == [change(b, .pending, .valid)])
        #expect(point.anchor?.keys == [a, b])
    }

    @Test func timeAloneMakesNoKeyValid() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        var unvalidated = seen(a, b)
        unvalidated.isValidated = false
        #expect(point.apply(unvalidated, at: Self.start + 40 * Self.day) == [])
        point.fail(at: Self.start + 41 * Self.day)
        #expect(point.anchor?.keys == [a])
    }

    @Test func validKeyThatGoesIsMissingAndBelieved() {
        var point = point(a, b)
        #expect(point.apply(seen(a), at: Self.start) == [change(b, .valid, .missing)])
        #expect(point.anchor?.keys == [a, b])
        // However long.
        #expect(point.apply(seen(a), at: Self.start + 400 * Self.day) == [])
        #expect(point.apply(seen(a, b), at: Self.start + 401 * Self.day) == [change(b, .missing, .valid)])
    }

    @Test func validKeyIsRevokedByItself() {
        var point = point(a, b)
        let changes = point.apply(seen(a, b.revoked), at: Self.start)
        #expect(changes == [change(b, .valid, .revoked)])
        #expect(changes[0].endsBelief)
        #expect(point.anchor?.keys == [a])
    }

    @Test func missingKeyIsRevokedByItself() {
        var point = point(a, b)
        _ = point.apply(seen(a), at: Self.start)
        #expect(
            point.apply(seen(a, b.revoked), at: Self.start + Self.day) == [change(b, .missing, .revoked)])
    }

    @Test func revokedKeyIsRemovedThirtyDaysAfterItWasSeenLast() {
        var point = point(a, b)
        _ = point.apply(seen(a, b.revoked), at: Self.start)
        _ = point.apply(seen(a, b.revoked), at: Self.start + 40 * Self.day)
        #expect(point.apply(seen(a), at: Self.start + 70 * Self.day - 1) == [])
        #expect(
            point.apply(seen(a), at: Self.start + 70 * Self.day) == [change(b, .revoked, .removed)])
    }

    @Test func revokedAndRemovedKeysNeverComeBack() {
        var point = point(a, b)
        _ = point.apply(seen(a, b.revoked), at: Self.start)
        #expect(point.apply(seen(a, b), at: Self.start + 100 * Self.day) == [])
        #expect(state(point, b) == .revoked)
        _ = point.apply(seen(a), at: Self.start + 140 * Self.day)
        #expect(state(point, b) == .removed)
        #expect(point.apply(seen(a, b), at: Self.start + 300 * Self.day) == [])
        #expect(point.anchor?.keys == [a])
    }

    // --- Who may do what ---

    @Test func revocationNeedsTheKeysOwnSignature() {
        var point = point(a, b)
        // As if gone: only its owner may revoke it, and anyone who signs may leave it out.
        #expect(
            point.apply(seen(a, b.revoked, by: [a]), at: Self.start) == [change(b, .valid, .missing)])
        #expect(point.anchor?.keys == [a, b])
    }

    @Test func revocationNeedsNoOtherSignature() {
        var point = point(a, b)
        var observation = seen(b.revoked)
        observation.isValidated = false
        #expect(point.apply(observation, at: Self.start) == [change(b, .valid, .revoked)])
        #expect(state(point, a) == .valid)
    }

    @Test func unvalidatedRRsetTeachesNothing() {
        var point = point(a)
        var observation = seen(b, c)
        observation.isValidated = false
        #expect(point.apply(observation, at: Self.start) == [])
        #expect(point.keys.map(\.key) == [a])
        #expect(point.lastRefresh == nil)
    }

    @Test func keysThatAreNoEntryPointsOrRevokedAreNoNews() {
        var point = point(a)
        #expect(point.apply(seen(a, Self.key(9, flags: 0), c.revoked), at: Self.start) == [])
    }

    @Test func pendingKeyThatIsRevokedIsForgotten() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        #expect(
            point.apply(seen(a, b.revoked), at: Self.start + Self.day) == [change(b, .pending, nil)])
    }

    @Test func pendingKeyWaitsAnewWhenAllItsWitnessesAreRevoked() {
        var point = point(a, c)
        // Only `a`, which is stolen, vouches for `b`.
        _ = point.apply(seen(a, b, c, by: [a]), at: Self.start)
        let changes = point.apply(seen(a.revoked, b, c, by: [a.revoked, c]), at: Self.start + 20 * Self.day)
        #expect(changes.contains(change(a, .valid, .revoked)))
        #expect(changes.contains(change(b, .pending, .pending)))
        _ = point.apply(seen(b, c, by: [c]), at: Self.start + 31 * Self.day)
        #expect(state(point, b) == .pending)
        _ = point.apply(seen(b, c, by: [c]), at: Self.start + 50 * Self.day)
        #expect(state(point, b) == .valid)
    }

    @Test func pendingKeyStaysWhenOneOfItsWitnessesDoes() {
        var point = point(a, c)
        _ = point.apply(seen(a, b, c, by: [a, c]), at: Self.start)
        _ = point.apply(seen(a.revoked, b, c, by: [a.revoked, c]), at: Self.start + 20 * Self.day)
        _ = point.apply(seen(b, c, by: [c]), at: Self.start + 30 * Self.day)
        #expect(state(point, b) == .valid)
    }

    @Test func zoneWithoutAnyKeyLeftHasNoAnchor() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        var last = seen(a.revoked, b)
        last.isValidated = false
        _ = point.apply(last, at: Self.start + Self.day)
        #expect(point.anchor == nil)
        #expect(point.wait(at: Self.start + 100 * Self.day) == nil)
    }

    @Test func numberOfKeysIsBounded() {
        var point = point(a)
        var observation = seen(a)
        observation.keys += (100...199).map { Self.key($0) }
        _ = point.apply(observation, at: Self.start)
        #expect(point.keys.count == TrustPoint.maximumKeys)
        #expect(state(point, a) == .valid)
    }

    @Test func removedKeysMakeRoom() {
        var point = point(a, b)
        _ = point.apply(seen(a, b.revoked), at: Self.start)
        _ = point.apply(seen(a), at: Self.start + 30 * Self.day)
        var observation = seen(a)
        observation.keys += (100...199).map { Self.key($0) }
        _ = point.apply(observation, at: Self.start + 31 * Self.day)
        #expect(point.keys.count == TrustPoint.maximumKeys)
        #expect(state(point, b) == nil)
    }

    // --- Times ---

    @Test func holdDownIsTheTTLWhereThatIsLonger() {
        var point = point(a)
        _ = point.apply(seen(a, b, ttl: UInt32(40 * Self.day)), at: Self.start)
        _ = point.apply(seen(a, b), at: Self.start + 39 * Self.day)
        #expect(state(point, b) == .pending)
        _ = point.apply(seen(a, b), at: Self.start + 40 * Self.day)
        #expect(state(point, b) == .valid)
    }

    @Test(
        arguments: [
            // Original TTL, rest of the signature: refresh, retry. In seconds.
            (172_800, 14 * day, 86_400, 17_280),
            (60 * 86_400, 60 * day, 15 * day, day),
            (3_600, 14 * day, 3_600, 3_600),
            (60 * 86_400, 7_000, 3_600, 3_600),
            (60 * 86_400, 4 * day, 2 * day, 34_560),
        ] as [(UInt32, Int64, Int64, Int64)])
    func refreshAndRetry(ttl: UInt32, rest: Int64, refresh: Int64, retry: Int64) {
        var point = point(a)
        var observation = seen(a, ttl: ttl)
        observation.signatureInterval = rest
        _ = point.apply(observation, at: Self.start)
        #expect(point.wait(at: Self.start) == refresh)
        #expect(point.wait(at: Self.start + refresh + 5) == 0)
        point.fail(at: Self.start + refresh)
        #expect(point.wait(at: Self.start + refresh) == retry)
    }

    @Test func firstRefreshIsDueAtOnceAndRepeatedHourly() {
        var point = point(a)
        #expect(point.wait(at: Self.start) == 0)
        point.fail(at: Self.start)
        #expect(point.wait(at: Self.start) == 3_600)
    }

    @Test func clockThatWasAheadDelaysNothingForYears() {
        var point = point(a)
        let ahead = Self.start + 4_000 * Self.day
        _ = point.apply(seen(a, b), at: ahead)
        #expect(point.wait(at: Self.start) == 0)
        _ = point.apply(seen(a, b), at: Self.start)
        _ = point.apply(seen(a, b), at: Self.start + 29 * Self.day)
        #expect(state(point, b) == .pending)
        _ = point.apply(seen(a, b), at: Self.start + 30 * Self.day)
        #expect(state(point, b) == .valid)
    }

    // --- Configured digests ---

    private func signer(of key: DNSKey) -> DelegationSigner {
        DelegationSigner(
            keyTag: key.keyTag, algorithm: key.algorithm, digestType: .sha256,
            digest: Array(key.publicKey))
    }

    @Test func digestIsReplacedByItsKey() {
        var point = TrustPoint(
            configured: TrustAnchor(zone: "example.", signers: [signer(of: a), signer(of: b)]), at: Self.start
        )
        #expect(point.anchor?.signers.count == 2)
        var observation = seen(a, c)
        observation.matches = [signer(of: a): a]
        #expect(
            Set(point.apply(observation, at: Self.start).map(\.keyTag)) == [a.keyTag, c.keyTag])
        #expect(point.anchor == TrustAnchor(zone: "example.", signers: [signer(of: b)], keys: [a]))
        #expect(state(point, c) == .pending)
        // The standby key appears: the operator has vouched for it, so it need not wait.
        var later = seen(a, b, c)
        later.matches = [signer(of: b): b]
        _ = point.apply(later, at: Self.start + Self.day)
        #expect(point.anchor == TrustAnchor(zone: "example.", keys: [a, b]))
    }

    @Test func keyFirstSeenRevokedIsRevokedForItsDigestToo() {
        var point = TrustPoint(
            configured: TrustAnchor(zone: "example.", signers: [signer(of: a), signer(of: b)]), at: Self.start
        )
        var observation = seen(a.revoked, b)
        observation.matches = [signer(of: a): a, signer(of: b): b]
        _ = point.apply(observation, at: Self.start)
        #expect(point.anchor == TrustAnchor(zone: "example.", keys: [b]))
        #expect(state(point, a) == .revoked)
    }

    // --- Another configuration ---

    @Test func configurationThatGrowsKeepsWhatWasLearned() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        _ = point.apply(seen(a, b), at: Self.start + 30 * Self.day)
        point.configure(TrustAnchor(zone: "example.", keys: [a, c]), at: Self.start + 31 * Self.day)
        #expect(Set(point.anchor?.keys ?? []) == [a, b, c])
        #expect(point.wait(at: Self.start + 31 * Self.day) == 0)
    }

    @Test func configuredKeyThatIsWithdrawnIsBelievedNoMore() {
        var point = point(a, c)
        _ = point.apply(seen(a, b, c), at: Self.start)
        point.configure(TrustAnchor(zone: "example.", keys: [c]), at: Self.start + Self.day)
        #expect(point.anchor?.keys == [c])
        #expect(state(point, b) == .pending)
    }

    @Test func anotherAnchorForgetsWhatTheOldOneVouchedFor() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        _ = point.apply(seen(a, b), at: Self.start + 30 * Self.day)
        point.configure(TrustAnchor(zone: "example.", keys: [c]), at: Self.start + 31 * Self.day)
        #expect(point.anchor?.keys == [c])
        #expect(point.keys.map(\.key) == [c])
    }

    @Test func configurationCannotBringARevokedKeyBack() {
        var point = point(a, b)
        _ = point.apply(seen(a, b.revoked), at: Self.start)
        point.configure(
            TrustAnchor(zone: "example.", signers: [signer(of: b)], keys: [a, b]), at: Self.start + Self.day)
        #expect(point.anchor == TrustAnchor(zone: "example.", keys: [a]))
    }

    @Test func sameConfigurationChangesNothing() {
        var point = point(a)
        _ = point.apply(seen(a, b), at: Self.start)
        let before = point
        point.configure(TrustAnchor(zone: "example.", keys: [a]), at: Self.start + Self.day)
        #expect(point == before)
    }
}
