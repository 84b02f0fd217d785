import DNSCrypto
public import DNSWire

/// The keys of a zone by what its parent, or the operator, says of them (RFC 4035 §5, §5.2).
extension Validator {
    /// The keys of `zone` as its validated DS RRset promises them (RFC 4035 §5.2).
    ///
    /// - Parameters:
    ///   - keys: the DNSKEY RRset; nil when there is none.
    ///   - wall: seconds since 1970.
    public mutating func trust(
        _ zone: DomainName, keys: RRset?, delegationSigners: RRset, wall: Int64
    ) -> ZoneTrust {
        let signers = delegationSigners.rdatas.compactMap { DelegationSigner($0) }
        guard delegationSigners.ownerName == zone, delegationSigners.type == .ds, !signers.isEmpty else {
            let failure = ValidationFailure(.delegationSigner, zone, .bogus, "no DS record that can be read")
            record(.delegationSigner, zone, .ds, .bogus, failure.reason)
            return .bogus(failure)
        }
        let promise = KeyPromise(zone: zone, signers: signers, keys: [], step: .delegationSigner)
        return trust(promise, keys: keys, wall: wall)
    }

    /// The keys of a zone that has a trust anchor.
    ///
    /// One without any key is that of a zone whose keys have all been revoked: insecure (RFC 5011 §5).
    public mutating func trust(_ anchor: TrustAnchor, keys: RRset?, wall: Int64) -> ZoneTrust {
        let promise = KeyPromise(
            zone: anchor.zone, signers: anchor.signers, keys: anchor.keys, step: .trustAnchor)
        return trust(promise, keys: keys, wall: wall)
    }

    /// The keys in a DNSKEY RRset that was found to be secure before.
    public func keys(validated rrset: RRset) -> ZoneKeys {
        var keys: [DNSKey] = []
        for rdata in rrset.rdatas.prefix(settings.limits.keysPerZone) {
            guard let key = DNSKey(rdata), key.isUsable, verifier.supports(key.algorithm) else { continue }
            keys.append(key)
        }
        return ZoneKeys(zone: rrset.ownerName, keys: keys, rrset: rrset)
    }

    /// Whether `key` is one of the DNSKEY RRset and has signed it: what a key must have done to be added to the
    /// anchors, or, revoked, to be taken from them (RFC 5011 §2.1, §2.2).
    public mutating func isSelfSigned(_ keys: RRset, of zone: DomainName, by key: DNSKey, wall: Int64) -> Bool
    {
        guard keys.ownerName == zone, keys.type == .dnskey, keys.rdatas.contains(key.rdata), key.isZoneKey
        else { return false }
        let signers = Signers(zone: zone, keys: [key], published: keys.rdatas, acceptsRevoked: true)
        return (try? checkSignatures(of: keys, by: signers, step: .zoneKeys, wall: wall)) != nil
    }
}

/// What is known of a zone's keys before they are seen.
private struct KeyPromise {
    let zone: DomainName
    var signers: [DelegationSigner]
    var keys: [DNSKey]
    let step: ValidationFailure.Step

    var kind: ValidationStep.Kind { step == .trustAnchor ? .anchor : .delegationSigner }
    var type: RecordType { signers.isEmpty ? .dnskey : .ds }
    var source: String { step == .trustAnchor ? "the trust anchor" : "the DS RRset" }
}

extension Validator {
    private mutating func trust(_ promise: KeyPromise, keys: RRset?, wall: Int64) -> ZoneTrust {
        let usable = usable(promise)
        guard !usable.signers.isEmpty || !usable.keys.isEmpty else {
            let failure = unsupported(promise)
            record(promise.kind, promise.zone, promise.type, .insecure, failure.reason)
            return .insecure(failure)
        }
        let result = entryKeys(usable, keys)
        switch result {
        case .failure(let failure):
            record(promise.kind, promise.zone, promise.type, .bogus, failure.reason)
            return .bogus(failure)
        case .success(let entry):
            record(promise.kind, promise.zone, promise.type, .secure, entry.text)
            return trust(entry, in: promise.zone, wall)
        }
    }

    /// What can be checked here, within bounds. What cannot is as if it were not there (RFC 4035 §5.2,
    /// RFC 6840 §5.2).
    private func usable(_ promise: KeyPromise) -> KeyPromise {
        var usable = promise
        usable.keys = promise.keys.filter { verifier.supports($0.algorithm) }
        usable.signers = promise.signers.filter {
            verifier.supports($0.algorithm) && verifier.supports($0.digestType)
        }
        // Who can forge a SHA-1 digest must not be helped by its standing beside a better one (RFC 4509 §3).
        if usable.signers.contains(where: { $0.digestType != .sha1 }) {
            usable.signers.removeAll { $0.digestType == .sha1 }
        }
        usable.signers = Array(usable.signers.prefix(settings.limits.signersPerZone))
        return usable
    }

    private func unsupported(_ promise: KeyPromise) -> ValidationFailure {
        guard !promise.signers.isEmpty || !promise.keys.isEmpty else {
            return ValidationFailure(promise.step, promise.zone, .indeterminate, "no key is left")
        }
        let digests = promise.signers.filter { verifier.supports($0.algorithm) }.map(\.digestType.description)
        if !digests.isEmpty {
            let reason = "only digest types that are not supported: " + Self.list(digests)
            return ValidationFailure(promise.step, promise.zone, .unsupportedDigest, reason)
        }
        let algorithms =
            promise.signers.map(\.algorithm.description) + promise.keys.map(\.algorithm.description)
        let reason = "only algorithms that are not supported: " + Self.list(algorithms)
        return ValidationFailure(promise.step, promise.zone, .unsupportedAlgorithm, reason)
    }

    private static func list(_ words: [String]) -> String { Set(words).sorted().joined(separator: ", ") }

    /// The DNSKEY RRset, and those of its keys that the promise names.
    private struct EntryKeys {
        let rrset: RRset
        let published: [DNSKey]
        /// Those that the promise names, usable or not.
        let named: [NamedKey]

        var keys: [DNSKey] { named.lazy.map(\.key).filter(\.isUsable) }

        /// For the trace.
        var text: String { named.map(\.text).joined(separator: ", ") }
    }

    private struct NamedKey {
        let key: DNSKey
        /// Of the DS record that names it; nil where the trust anchor is the key itself.
        var digestType: DigestType?

        var text: String { digestType.map { "\(key.text) by \($0)" } ?? key.text }
    }

    private func entryKeys(_ promise: KeyPromise, _ rrset: RRset?) -> Result<EntryKeys, ValidationFailure> {
        let failure = { (code: ExtendedError.Code, reason: String) in
            Result<EntryKeys, ValidationFailure>.failure(
                ValidationFailure(promise.step, promise.zone, code, reason))
        }
        guard let rrset, rrset.ownerName == promise.zone, rrset.type == .dnskey else {
            return failure(.keyMissing, "the zone has no DNSKEY RRset")
        }
        let published = rrset.rdatas.prefix(settings.limits.keysPerZone).compactMap { DNSKey($0) }
        var named: [NamedKey] = []
        func isNamed(_ key: DNSKey) -> Bool { named.contains { $0.key == key } }
        for key in promise.keys where published.contains(key) && !isNamed(key) {
            named.append(NamedKey(key: key))
        }
        for signer in promise.signers {
            let candidates = published.lazy.filter {
                $0.keyTag == signer.keyTag && $0.algorithm == signer.algorithm
            }
            for key in candidates.prefix(settings.limits.keysPerTag)
            where !isNamed(key) && isMatch(signer, key, promise.zone) {
                named.append(NamedKey(key: key, digestType: signer.digestType))
            }
        }
        guard named.contains(where: \.key.isUsable) else {
            if named.contains(where: \.key.isZoneKey) {
                return failure(.bogus, "every key that \(promise.source) names is revoked")
            } else if !named.isEmpty {
                return failure(.noZoneKey, "no key that \(promise.source) names is a zone key")
            }
            return failure(.keyMissing, "no DNSKEY fits \(promise.source) (\(Self.text(promise)))")
        }
        return .success(EntryKeys(rrset: rrset, published: published, named: named))
    }

    private static func text(_ promise: KeyPromise) -> String {
        list(
            promise.signers.map { "\($0.keyTag) \($0.algorithm)" }
                + promise.keys.map { "\($0.keyTag) \($0.algorithm)" })
    }

    /// RFC 4034 §5.1.4.
    private func isMatch(_ signer: DelegationSigner, _ key: DNSKey, _ zone: DomainName) -> Bool {
        verifier.digest(signer.digestType, of: zone.lowercase.wire + key.rdata.bytes) == signer.digest
    }

    /// One of the keys promised must have signed all of them. Any one will do, of whatever algorithm (RFC 6840 §5.11).
    private mutating func trust(_ entry: EntryKeys, in zone: DomainName, _ wall: Int64) -> ZoneTrust {
        let signers = Signers(zone: zone, keys: entry.keys, published: entry.rrset.rdatas)
        do throws(ValidationFailure) {
            let verified = try checkSignatures(of: entry.rrset, by: signers, step: .zoneKeys, wall: wall)
            record(.zoneKeys, zone, .dnskey, .secure, verified.text)
            let keys = entry.published.filter { $0.isUsable && verifier.supports($0.algorithm) }
            return .secure(ZoneKeys(zone: zone, keys: keys, rrset: verified.rrset))
        } catch {
            record(.zoneKeys, zone, .dnskey, .bogus, error.reason)
            return .bogus(error)
        }
    }
}
