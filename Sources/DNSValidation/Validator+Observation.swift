import DNSCrypto
public import DNSWire

/// What a DNSKEY RRset says to those who follow a zone's keys.
extension Validator {
    /// Looks at the DNSKEY RRset that was received of a zone with a trust anchor, its signatures included.
    public mutating func observe(
        _ rrset: RRset, of point: TrustPoint, wall: Int64
    ) -> TrustPoint.Observation {
        var observation = TrustPoint.Observation()
        guard rrset.ownerName == point.zone, rrset.type == .dnskey else { return observation }
        observation.keys = rrset.rdatas.prefix(settings.limits.keysPerZone).compactMap { DNSKey($0) }
            .filter { $0.isZoneKey && verifier.supports($0.algorithm) }
        for signer in point.signers {
            let key = observation.keys.lazy.map(\.unrevoked).first { key in
                signer.keyTag == key.keyTag && signer.algorithm == key.algorithm
                    && verifier.digest(signer.digestType, of: point.zone.lowercase.wire + key.rdata.bytes)
                        == signer.digest
            }
            if let key { observation.matches[signer] = key }
        }
        // Only those whose word counts are worth a signature check.
        let believed =
            point.keys.filter(\.state.isBelieved).map(\.key) + observation.matches.values
        for key in observation.keys
        where believed.contains(key.unrevoked) && !observation.signers.contains(key) {
            if isSelfSigned(rrset, of: point.zone, by: key, wall: wall) { observation.signers.insert(key) }
        }
        if let anchor = point.anchor, case .secure = trust(anchor, keys: rrset, wall: wall) {
            observation.isValidated = true
            readTimes(rrset, &observation, wall)
        }
        return observation
    }

    /// Of the signatures that hold, the one that expires first tells how long there is.
    private func readTimes(_ rrset: RRset, _ observation: inout TrustPoint.Observation, _ wall: Int64) {
        let tags = Set(observation.signers.map(\.keyTag))
        let signatures = rrset.signatures.compactMap { Signature($0) }
            .filter { tags.contains($0.keyTag) && $0.secondsLeft(at: wall) > 0 }
        let first = signatures.min { $0.secondsLeft(at: wall) < $1.secondsLeft(at: wall) }
        observation.originalTTL = first?.originalTTL ?? rrset.ttl
        observation.signatureInterval = first?.secondsLeft(at: wall) ?? 0
    }
}
