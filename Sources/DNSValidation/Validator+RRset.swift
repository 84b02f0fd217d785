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
            return refuse(rrset, ValidationFailure(.signature, rrset.ownerName, .bogus, reason))
        }
        let signers = Signers(zone: keys.zone, keys: keys.keys, published: keys.rrset.rdatas)
        do throws(ValidationFailure) {
            let verified = try checkSignatures(of: rrset, by: signers, step: .signature, wall: wall)
            record(.signature, rrset.ownerName, rrset.type, .secure, verified.text)
            return .secure(verified.rrset, wildcard: verified.wildcard)
        } catch {
            return refuse(rrset, error)
        }
    }

    private mutating func refuse(_ rrset: RRset, _ failure: ValidationFailure) -> Verdict {
        record(.signature, rrset.ownerName, rrset.type, .bogus, failure.reason)
        return .bogus(failure)
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

/// A signature that may hold, and the keys that may have made it.
private struct Candidate {
    let signature: Signature
    let keys: [DNSKey]
}

extension Validator {
    /// The RRset by the first signature that holds, within the bounds of KeyTrap (CVE-2023-50387).
    mutating func checkSignatures(
        of rrset: RRset, by signers: Signers, step: ValidationFailure.Step, wall: Int64
    ) throws(ValidationFailure) -> VerifiedRRset {
        var refusal: SignatureRefusal?
        let candidates = candidates(among: rrset, by: signers, wall, &refusal)
        // Nothing is composed for signatures that no key may have made.
        guard !candidates.isEmpty else { throw Self.failure(step, rrset.ownerName, refusal) }
        let data = SignedData(rrset)
        let keyCount =
            candidates.count == 1 ? candidates[0].keys.count : Set(candidates.flatMap(\.keys)).count
        var failuresLeft = keyCount + settings.limits.failuresPerRRset
        attempts: for candidate in candidates {
            let signature = candidate.signature
            guard let octets = data.octets(for: signature) else { continue }
            for key in candidate.keys {
                guard failuresLeft > 0 else { break attempts }
                guard spendSignatureCheck() else {
                    let reason = "more than \(settings.limits.signatureChecks) signature checks for one query"
                    throw ValidationFailure(step, rrset.ownerName, .bogus, reason)
                }
                if verifier.verify(signature.octets, over: octets, by: key) {
                    return verified(rrset, by: signature, wall)
                }
                failuresLeft -= 1
                Self.keep(
                    SignatureRefusal(.check, .bogus, "signature by \(signature.keyText) does not verify"),
                    in: &refusal)
            }
        }
        throw Self.failure(step, rrset.ownerName, refusal)
    }

    private static func failure(
        _ step: ValidationFailure.Step, _ ownerName: DomainName, _ refusal: SignatureRefusal?
    ) -> ValidationFailure {
        let last = refusal ?? SignatureRefusal(.form, .signaturesMissing, "no signature")
        return ValidationFailure(step, ownerName, last.code, last.reason)
    }

    /// The signatures that cover the RRset, each once, and of these the first few that some key may have made.
    private func candidates(
        among rrset: RRset, by signers: Signers, _ wall: Int64, _ refusal: inout SignatureRefusal?
    ) -> [Candidate] {
        var candidates: [Candidate] = []
        // Mostly there is one.
        let isAlone = rrset.signatures.count == 1
        var seen: Set<RData> = []
        for rdata in rrset.signatures where candidates.count < settings.limits.signaturesPerRRset {
            guard let signature = Signature(rdata), signature.typeCovered == rrset.type,
                isAlone || seen.insert(rdata).inserted
            else { continue }
            do throws(SignatureRefusal) {
                let keys = try keys(for: signature, over: rrset, by: signers, wall)
                candidates.append(Candidate(signature: signature, keys: keys))
            } catch {
                Self.keep(error, in: &refusal)
            }
        }
        return candidates
    }

    /// Of refusals the first of those that came farthest counts.
    private static func keep(_ next: SignatureRefusal, in refusal: inout SignatureRefusal?) {
        if refusal.map({ $0.obstacle < next.obstacle }) ?? true { refusal = next }
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
        var fitting = signers.keys.filter {
            $0.keyTag == signature.keyTag && $0.algorithm == signature.algorithm && $0.isZoneKey
                && (signers.acceptsRevoked || !$0.isRevoked)
        }
        guard !fitting.isEmpty else { throw absence(of: signature, signers) }
        if !settings.ignoresDates {
            try signature.requireValidity(at: wall, skew: settings.skew)
        }
        fitting.removeLast(max(0, fitting.count - settings.limits.keysPerTag))
        return fitting
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
        if rrset.signatures.count > 1 {
            rrset.signatures.removeAll { $0 == signature.rdata }
            rrset.signatures.insert(signature.rdata, at: 0)
        }
        let isExpanded = signature.labelCount < rrset.ownerName.signedLabelCount
        let wildcard = isExpanded ? rrset.ownerName.signedName(labelCount: signature.labelCount) : nil
        return VerifiedRRset(rrset: rrset, wildcard: wildcard, signature: signature)
    }
}
