import DNSCrypto
public import DNSWire

/// An RRset by its signatures (RFC 4035 §5.3).
extension Validator {
    public enum Verdict: Sendable {
        /// The RRset with its TTL capped by the signature that holds (RFC 4035 §5.3.3), which is the first of its
        /// signatures. It keeps the others: a client that validates may know an algorithm that is not known here.
        /// `wildcard` is the `*` name that it was made from, where it was: then a denial of `ownerName` is due.
        case secure(RRset, wildcard: DomainName?)
        case bogus(ValidationFailure)
    }

    /// Checks an RRset against the keys of the zone that it is in (RFC 4035 §5.3).
    public mutating func verify(_ rrset: RRset, with keys: ZoneKeys, wall: Int64) -> Verdict {
        // The zone above has the DS records of an apex (RFC 4035 §2.4).
        let isParents = rrset.type == .ds && rrset.ownerName == keys.zone
        guard rrset.ownerName.isSubdomain(of: keys.zone), rrset.recordClass == keys.rrset.recordClass,
            !isParents
        else {
            let reason = "\(rrset.recordClass) \(rrset.type) here is no data of the zone \(keys.zone)"
            return conclude(rrset, .failure(ValidationFailure(.signature, rrset.ownerName, .bogus, reason)))
        }
        let signers = Signers(zone: keys.zone, keys: keys.keys, published: keys.rrset.rdatas)
        return conclude(rrset, checkSignatures(of: rrset, by: signers, step: .signature, wall: wall))
    }

    private mutating func conclude(
        _ rrset: RRset, _ result: Result<VerifiedRRset, ValidationFailure>
    ) -> Verdict {
        switch result {
        case .success(let verified):
            record(.signature, rrset.ownerName, rrset.type, .secure, verified.text)
            return .secure(verified.rrset, wildcard: verified.wildcard)
        case .failure(let failure):
            record(.signature, rrset.ownerName, rrset.type, .bogus, failure.reason)
            return .bogus(failure)
        }
    }
}

/// Whose signatures count.
struct Signers {
    let zone: DomainName
    let keys: [DNSKey]
    /// All of the DNSKEY RRset, to say why a key does not count.
    let published: [RData]
    /// A key that its owner has revoked counts too: for nothing but its own revocation (RFC 5011 §2.1).
    var acceptsRevoked = false
}

struct VerifiedRRset {
    let rrset: RRset
    let wildcard: DomainName?
    let signature: Signature

    /// For the trace.
    var text: String {
        let expansion = wildcard.map { ", expanded from \($0)" } ?? ""
        return "\(signature.keyText), \(signature.inceptionText) to \(signature.expirationText)" + expansion
    }
}

extension Validator {
    /// The first signature that holds, within the bounds of KeyTrap (CVE-2023-50387).
    mutating func checkSignatures(
        of rrset: RRset, by signers: Signers, step: ValidationFailure.Step, wall: Int64
    ) -> Result<VerifiedRRset, ValidationFailure> {
        var refusal: SignatureRefusal?
        func refuse(_ next: SignatureRefusal) {
            if refusal.map({ $0.obstacle < next.obstacle }) ?? true { refusal = next }
        }
        var candidates: [(signature: Signature, keys: [DNSKey])] = []
        for signature in readable(rrset.signatures, over: rrset.type)
        where candidates.count < settings.limits.signaturesPerRRset {
            do throws(SignatureRefusal) {
                candidates.append((signature, try keys(for: signature, over: rrset, by: signers, wall)))
            } catch {
                refuse(error)
            }
        }
        let keyCount =
            candidates.count == 1 ? candidates[0].keys.count : Set(candidates.flatMap(\.keys)).count
        var failuresLeft = keyCount + settings.limits.failuresPerRRset
        lazy var data = SignedData(rrset)
        attempts: for (signature, keys) in candidates {
            guard let octets = data.octets(for: signature) else { continue }
            for key in keys {
                guard failuresLeft > 0 else { break attempts }
                guard spendSignatureCheck() else {
                    let reason = "more than \(settings.limits.signatureChecks) signature checks for one query"
                    return .failure(ValidationFailure(step, rrset.ownerName, .bogus, reason))
                }
                if verifier.verify(signature.octets, over: octets, by: key) {
                    return .success(verified(rrset, by: signature, wall))
                }
                failuresLeft -= 1
                refuse(
                    SignatureRefusal(.check, .bogus, "signature by \(signature.keyText) does not verify"))
            }
        }
        let last = refusal ?? SignatureRefusal(.form, .signaturesMissing, "no signature")
        return .failure(ValidationFailure(step, rrset.ownerName, last.code, last.reason))
    }

    /// Those that cover `type`, each once.
    private func readable(_ rdatas: [RData], over type: RecordType) -> [Signature] {
        func signature(_ rdata: RData) -> Signature? {
            guard let signature = Signature(rdata), signature.typeCovered == type else { return nil }
            return signature
        }
        // Mostly there is one.
        if rdatas.count == 1 { return signature(rdatas[0]).map { [$0] } ?? [] }
        var seen: Set<RData> = []
        return rdatas.compactMap { rdata in
            signature(rdata).flatMap { seen.insert(rdata).inserted ? $0 : nil }
        }
    }

    /// The keys that may have made a signature, without looking at the signature itself.
    private func keys(
        for signature: Signature, over rrset: RRset, by signers: Signers, _ wall: Int64
    ) throws(SignatureRefusal) -> [DNSKey] {
        try signature.requireForm(of: rrset.ownerName, in: signers.zone)
        guard verifier.supports(signature.algorithm) else {
            throw SignatureRefusal(
                .algorithm, .unsupportedAlgorithm,
                "signature by \(signature.keyText), an algorithm that is not supported")
        }
        let fitting = signers.keys.filter {
            $0.keyTag == signature.keyTag && $0.algorithm == signature.algorithm && $0.isZoneKey
                && (signers.acceptsRevoked || !$0.isRevoked)
        }
        guard !fitting.isEmpty else { throw absence(of: signature, signers) }
        if !settings.ignoresDates {
            try signature.requireValidity(at: wall, skew: settings.skew)
        }
        return Array(fitting.prefix(settings.limits.keysPerTag))
    }

    private func absence(of signature: Signature, _ signers: Signers) -> SignatureRefusal {
        let published = signers.published.prefix(settings.limits.keysPerZone).compactMap { DNSKey($0) }
            .filter { $0.keyTag == signature.keyTag && $0.algorithm == signature.algorithm }
        if published.contains(where: \.isUsable) {
            return SignatureRefusal(
                .key, .signaturesMissing, "signature by \(signature.keyText) only, which is not vouched for")
        } else if published.contains(where: \.isZoneKey) {
            return SignatureRefusal(.key, .bogus, "signature by \(signature.keyText), which is revoked")
        } else if !published.isEmpty {
            return SignatureRefusal(
                .key, .noZoneKey, "signature by \(signature.keyText), which is no zone key")
        }
        return SignatureRefusal(
            .key, .keyMissing, "signature by \(signature.keyText), which is not in the DNSKEY RRset")
    }

    private func verified(_ rrset: RRset, by signature: Signature, _ wall: Int64) -> VerifiedRRset {
        var rrset = rrset
        rrset.ttl = min(rrset.ttl, signature.originalTTL)
        if !settings.ignoresDates {
            // RFC 4035 §5.3.3; within the skew it may have expired.
            rrset.ttl = UInt32(clamping: min(Int64(rrset.ttl), signature.secondsLeft(at: wall)))
        }
        rrset.signatures.removeAll { $0 == signature.rdata }
        rrset.signatures.insert(signature.rdata, at: 0)
        let signedName = rrset.ownerName.signedName(labelCount: signature.labelCount)
        let isExpanded = signature.labelCount < rrset.ownerName.signedLabelCount
        return VerifiedRRset(rrset: rrset, wildcard: isExpanded ? signedName : nil, signature: signature)
    }
}
