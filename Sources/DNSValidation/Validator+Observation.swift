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
        if let anchor = point.anchor, case .secure(let keys) = trust(anchor, keys: rrset, wall: wall) {
            observation.isValidated = true
            let signature = keys.rrset.signatures.first.flatMap { Signature($0) }
            observation.originalTTL = signature?.originalTTL ?? rrset.ttl
            observation.signatureInterval = signature?.secondsLeft(at: wall) ?? 0
        }
        return observation
    }
}
