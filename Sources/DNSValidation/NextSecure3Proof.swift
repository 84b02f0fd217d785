import DNSWire

/// Denial by NSEC3 (RFC 5155 §8, RFC 6840 §4): hashes of names in order, each naming the next. All with the same
/// parameters.
struct NextSecure3Proof: Sendable {
    let zone: DomainName
    let parameters: NextSecure3Parameters
    let links: [Link]

    /// One NSEC3 record.
    struct Link: Sendable {
        let owner: DomainName
        let hash: [UInt8]
        let nextHash: [UInt8]
        let types: TypeSet
        let isOptOut: Bool

        /// Octets of a SHA-1 digest.
        private static let hashLength = 20

        init(_ owner: DomainName, _ record: NextSecure3, _ zone: DomainName) throws(UnfitForDenial) {
            guard record.parameters.hashAlgorithm == NextSecure3Parameters.sha1 else {
                throw UnfitForDenial("its hash algorithm \(record.parameters.hashAlgorithm) is not known")
            }
            guard let hash = NextSecure3.hash(of: owner, in: zone), hash.count == Self.hashLength,
                record.nextHash.count == Self.hashLength
            else { throw UnfitForDenial("it has no hash of the right length") }
            self.owner = owner
            self.hash = hash
            nextHash = record.nextHash
            types = record.types
            isOptOut = record.isOptOut
        }

        /// Whether no name of the zone has `other` as its hash; unsigned delegations aside where it opts out.
        func covers(_ other: [UInt8]) -> Bool {
            let isBehind = hash.lexicographicallyPrecedes(other)
            let isBefore = other.lexicographicallyPrecedes(nextHash)
            // The last of the zone names the first, which is not behind it.
            let isLast = !hash.lexicographicallyPrecedes(nextHash)
            return isLast ? isBehind || isBefore : isBehind && isBefore
        }
    }

    func prove(
        _ claim: DenialClaim, of qname: DomainName, _ hasher: inout NameHasher
    ) throws(HashesExhausted) -> DenialFinding {
        switch claim {
        case .noName: try proveNoName(qname, &hasher)
        case .noData(let qtype): try proveNoData(qname, qtype, &hasher)
        case .expansion(let wildcard): try proveExpansion(of: wildcard, to: qname, &hasher)
        }
    }

    // --- The records ---

    private func link(
        matching name: DomainName, _ hasher: inout NameHasher
    ) throws(HashesExhausted) -> Link? {
        guard let hash = try hasher.hash(name, parameters) else { return nil }
        return links.first { $0.hash == hash }
    }

    private func link(
        covering name: DomainName, _ hasher: inout NameHasher
    ) throws(HashesExhausted) -> Link? {
        guard let hash = try hasher.hash(name, parameters) else { return nil }
        return links.first { $0.covers(hash) }
    }

    /// RFC 5155 §8.3: the longest ancestor of a name that exists, and the record which denies the name one label longer.
    private struct ClosestEncloser {
        let name: DomainName
        let match: Link
        let cover: Link

        var evidence: DenialEvidence {
            DenialEvidence(.nsec3, match.owner, for: name).adding(cover.owner)
        }
    }

    private enum Search {
        case found(ClosestEncloser)
        case failed(String)
    }

    /// The search goes up from `qname`, which has no record of its own, to the apex. Hashing is what it costs, and
    /// that is bounded for the whole query (CVE-2023-50868).
    private func closestEncloser(
        of qname: DomainName, _ hasher: inout NameHasher
    ) throws(HashesExhausted) -> Search {
        var nextCloser = qname
        while let name = nextCloser.parent, name.isSubdomain(of: zone) {
            guard let match = try link(matching: name, &hasher) else {
                nextCloser = name
                continue
            }
            guard !match.types.hidesDescendants else {
                return .failed("\(name) is a zone cut or has a DNAME (RFC 5155 §8.3)")
            }
            guard let cover = try link(covering: nextCloser, &hasher) else {
                return .failed("no NSEC3 denies \(nextCloser)")
            }
            return .found(ClosestEncloser(name: name, match: match, cover: cover))
        }
        return .failed("no NSEC3 of a name above \(qname)")
    }

    // --- The proofs ---

    /// RFC 5155 §8.4.
    private func proveNoName(
        _ qname: DomainName, _ hasher: inout NameHasher
    ) throws(HashesExhausted) -> DenialFinding {
        guard try link(matching: qname, &hasher) == nil else {
            return .unproven("there is an NSEC3 of \(qname)")
        }
        switch try closestEncloser(of: qname, &hasher) {
        case .failed(let reason):
            return .unproven(reason)
        case .found(let encloser):
            var evidence = encloser.evidence
            if let wildcard = encloser.name.wildcard {
                guard let cover = try link(covering: wildcard, &hasher) else {
                    return .unproven("no NSEC3 denies \(wildcard)")
                }
                evidence = evidence.adding(cover.owner, for: wildcard)
            }
            return .proven(isOptOut: encloser.cover.isOptOut, evidence: evidence)
        }
    }

    /// RFC 5155 §8.5 to §8.7.
    private func proveNoData(
        _ qname: DomainName, _ qtype: RecordType, _ hasher: inout NameHasher
    ) throws(HashesExhausted) -> DenialFinding {
        if let match = try link(matching: qname, &hasher) {
            if let objection = match.types.objection(toNoData: qtype, at: qname) {
                return .unproven(objection)
            }
            return .proven(isOptOut: false, evidence: DenialEvidence(.nsec3, match.owner))
        }
        switch try closestEncloser(of: qname, &hasher) {
        case .failed(let reason):
            return .unproven(reason)
        case .found(let encloser):
            if let wildcard = encloser.name.wildcard, let match = try link(matching: wildcard, &hasher) {
                if let objection = match.types.objection(toNoData: qtype, at: wildcard) {
                    return .unproven(objection)
                }
                let evidence = encloser.evidence.adding(match.owner, for: wildcard)
                return .proven(isOptOut: encloser.cover.isOptOut, evidence: evidence)
            }
            // What opts out may be an unsigned delegation, or a name above one: it has no data here (§8.6). That is
            // said of DS only, but signers leave out the records of such empty non-terminals too (§7.1). A wildcard is
            // not denied by it; nothing in a span that opts out is secure, whatever a server says of it.
            guard encloser.cover.isOptOut else { return .unproven("no NSEC3 of \(qname)") }
            return .proven(isOptOut: true, evidence: encloser.evidence)
        }
    }

    /// RFC 5155 §8.8: the wildcard is there, so what it stands below is the closest encloser.
    private func proveExpansion(
        of wildcard: DomainName, to qname: DomainName, _ hasher: inout NameHasher
    ) throws(HashesExhausted) -> DenialFinding {
        guard let encloser = wildcard.parent, qname.isProperSubdomain(of: encloser) else {
            return .unproven("\(wildcard) is no wildcard for it")
        }
        let nextCloser = qname.suffix(encloser.labelCount + 1)
        guard let cover = try link(covering: nextCloser, &hasher) else {
            return .unproven("no NSEC3 denies \(nextCloser)")
        }
        return .proven(
            isOptOut: cover.isOptOut, evidence: DenialEvidence(.nsec3, cover.owner, for: nextCloser))
    }

    /// RFC 5155 §8.6, §8.9.
    func cut(at name: DomainName, _ hasher: inout NameHasher) throws(HashesExhausted) -> CutFinding {
        if let match = try link(matching: name, &hasher) {
            if let objection = match.types.objectionToNoSigner(at: name) { return .unproven(objection) }
            let evidence = DenialEvidence(.nsec3, match.owner)
            return match.types.contains(.ns) ? .unsignedDelegation(evidence) : .noDelegation(evidence)
        }
        switch try closestEncloser(of: name, &hasher) {
        case .failed(let reason): return .unproven(reason)
        case .found(let encloser):
            if encloser.cover.isOptOut { return .optOut(encloser.evidence) }
            if case .proven(_, let evidence) = try proveNoName(name, &hasher) { return .noName(evidence) }
            // There may be a wildcard: that is data, no zone cut.
            return .noDelegation(encloser.evidence)
        }
    }
}
