import DNSValidation
import DNSWire

/// A zone of master-file text, signed for `TestVerifier`, with NSEC or NSEC3 records for all of it. It also is the
/// model that proofs are held against: it knows what is true of a name.
struct SignedZone {
    enum Chain: Hashable {
        case nsec
        case nsec3(NextSecure3Parameters, isOptOut: Bool)
    }

    let apex: DomainName
    let chain: Chain
    let key: DNSKey
    /// All data, with what is below cuts, which nobody signs.
    private(set) var data: [DomainName: [RecordType: RRset]] = [:]
    /// The NSEC or NSEC3 RRsets, in order.
    private(set) var denials: [RRset] = []
    /// The names of the zone: owners of its data, cuts, and what is between them and the apex.
    private(set) var names: Set<DomainName> = []
    /// Of those the names that only lead to unsigned delegations: opt-out leaves them out.
    private(set) var unsignedNames: Set<DomainName> = []

    init(
        _ text: String, apex: DomainName = "example.", chain: Chain = .nsec, key: DNSKey = .test(1)
    ) throws {
        self.apex = apex
        self.chain = chain
        self.key = key
        let start = "@ SOA ns host 1 2 3 4 300\n@ NS ns.\n"
        for rrset in try RRset.sets(start + text, origin: apex) {
            data[rrset.ownerName, default: [:]][rrset.type] = rrset
        }
        data[apex, default: [:]][.dnskey] = RRset(apex, .dnskey, ttl: 3_600, rdatas: [key.rdata])
        findNames()
        for (name, types) in data where names.contains(name) {
            for (type, rrset) in types where isAuthoritative(name, type) {
                let signed = signer.signed(rrset)
                data[name]?[type] = signed
            }
        }
        switch chain {
        case .nsec: makeNextSecures()
        case .nsec3(let parameters, let isOptOut): makeNextSecure3s(parameters, isOptOut)
        }
    }

    var signer: TestSigner { TestSigner(key, apex) }

    var keys: ZoneKeys {
        let empty = RRset(apex, .dnskey, ttl: 3_600, rdatas: [key.rdata])
        return ZoneKeys(zone: apex, keys: [key], rrset: data[apex]?[.dnskey] ?? empty)
    }

    var isOptOut: Bool {
        if case .nsec3(_, let isOptOut) = chain { isOptOut } else { false }
    }

    /// A validator that looks at as much as there is.
    func denial(_ rrsets: [RRset]? = nil) -> Denial {
        var settings = ValidationSettings()
        settings.limits.denialRRsets = 1_000
        settings.limits.signatureChecks = 1_000
        var validator = Validator(settings: settings, verifier: TestVerifier())
        return validator.denial(from: rrsets ?? denials, with: keys, wall: TestSigner.wall)
    }

    // --- What is there ---

    func isCut(_ name: DomainName) -> Bool { name != apex && data[name]?[.ns] != nil }

    func isUnsignedCut(_ name: DomainName) -> Bool { isCut(name) && data[name]?[.ds] == nil }

    /// The highest cut at or above a name.
    func cut(above name: DomainName) -> DomainName? { ancestors(of: name).first(where: isCut) }

    /// The highest name strictly above that has a DNAME.
    func alias(above name: DomainName) -> DomainName? {
        ancestors(of: name).first { $0 != name && data[$0]?[.dname] != nil }
    }

    /// From the apex down to the name itself.
    func ancestors(of name: DomainName) -> [DomainName] {
        guard name.isSubdomain(of: apex) else { return [] }
        return (apex.labelCount...name.labelCount).map { name.suffix($0) }
    }

    private func isAuthoritative(_ name: DomainName, _ type: RecordType) -> Bool {
        !isCut(name) || type == .ds
    }

    private mutating func findNames() {
        for owner in data.keys where cut(above: owner).map({ $0 == owner }) ?? true {
            names.formUnion(ancestors(of: owner))
        }
        let signed = names.filter { !isUnsignedCut($0) && data[$0] != nil }
        let kept = Set(signed.flatMap { ancestors(of: $0) })
        unsignedNames = names.subtracting(kept)
    }

    // --- The chains ---

    private func types(at name: DomainName) -> [RecordType] {
        Array(data[name, default: [:]].keys).filter { !isCut(name) || $0 == .ns || $0 == .ds }
    }

    private mutating func makeNextSecures() {
        let owners = names.filter { data[$0] != nil }.sorted()
        for (index, owner) in owners.enumerated() {
            let next = owners[(index + 1) % owners.count]
            let bitmap = TypeBitmap.compose(types(at: owner) + [.nsec, .rrsig])
            let rdata = RData(unchecked: next.wire + bitmap)
            denials.append(signer.signed(RRset(owner, .nsec, ttl: 300, rdatas: [rdata])))
        }
    }

    private mutating func makeNextSecure3s(_ parameters: NextSecure3Parameters, _ isOptOut: Bool) {
        let hashed = names.subtracting(isOptOut ? unsignedNames : [])
        let hashes = hashed.map { (hash: TestVerifier.hash($0, parameters), name: $0) }
            .sorted { $0.hash.lexicographicallyPrecedes($1.hash) }
        for (index, (hash, name)) in hashes.enumerated() {
            var types = types(at: name)
            if !types.isEmpty, !isUnsignedCut(name) { types.append(.rrsig) }
            let next = hashes[(index + 1) % hashes.count].hash
            denials.append(signer.signed(nextSecure3(hash, next, types, parameters, isOptOut)))
        }
    }

    /// One NSEC3 RRset, not signed.
    func nextSecure3(
        _ hash: [UInt8], _ next: [UInt8], _ types: [RecordType], _ parameters: NextSecure3Parameters,
        _ isOptOut: Bool
    ) -> RRset {
        var rdata = [parameters.hashAlgorithm, isOptOut ? 1 : 0]
        rdata += [UInt8(parameters.iterations >> 8), UInt8(parameters.iterations & 255)]
        rdata += [UInt8(parameters.salt.count)] + parameters.salt + [UInt8(next.count)] + next
        rdata += TypeBitmap.compose(types)
        let owner = NextSecure3.ownerName(of: hash, in: apex) ?? apex
        return RRset(owner, .nsec3, ttl: 300, rdatas: [RData(unchecked: rdata)])
    }
}

// --- What is true ---

extension SignedZone {
    enum Truth: Equatable {
        /// In another zone, or rewritten by a DNAME.
        case elsewhere
        case exists
        /// Made from the wildcard.
        case wildcard(DomainName)
        case absent
    }

    func closestEncloser(of name: DomainName) -> DomainName {
        ancestors(of: name).last(where: names.contains) ?? apex
    }

    /// What holds of a name for every type but DS.
    func truth(_ name: DomainName) -> Truth {
        if cut(above: name) != nil || alias(above: name) != nil { return .elsewhere }
        if names.contains(name) { return .exists }
        guard let wildcard = closestEncloser(of: name).prepending(label: [42]), names.contains(wildcard)
        else {
            return .absent
        }
        return .wildcard(wildcard)
    }

    func hasNoData(_ name: DomainName, _ type: RecordType) -> Bool {
        if isCut(name), cut(above: name) == name { return type == .ds && data[name]?[.ds] == nil }
        // A zone says nothing of the DS records of its own apex, but there is nothing above the root that could.
        if name == apex, type == .ds { return apex.isRoot }
        let owner: DomainName
        switch truth(name) {
        case .elsewhere, .absent: return false
        case .exists: owner = name
        case .wildcard(let wildcard): owner = wildcard
        }
        let types = data[owner, default: [:]]
        return types[type] == nil && types[.cname] == nil && (type != .any || types.isEmpty)
    }

    /// Whether an opt-out span may hide what is there: an unsigned delegation, the way to one, or a wildcard that is no
    /// more than that way.
    func mayBeHidden(_ name: DomainName) -> Bool {
        guard isOptOut else { return false }
        if case .wildcard(let wildcard) = truth(name), unsignedNames.contains(wildcard) { return true }
        return ancestors(of: name).contains(where: unsignedNames.contains)
    }
}

// --- What an honest server says ---

extension SignedZone {
    /// The records that show what is not at a name, or between it and a wildcard, and nothing else.
    func proof(_ name: DomainName) -> [RRset] {
        switch chain {
        case .nsec: nextSecureProof(name)
        case .nsec3(let parameters, _): nextSecure3Proof(name, parameters)
        }
    }

    private func unique(_ rrsets: [RRset?]) -> [RRset] {
        var seen: Set<RRset> = []
        return rrsets.compactMap(\.self).filter { seen.insert($0).inserted }
    }

    private func nextSecureProof(_ name: DomainName) -> [RRset] {
        let last = { (name: DomainName) in denials.last { $0.ownerName <= name } }
        if names.contains(name) { return unique([last(name)]) }
        return unique([last(name), closestEncloser(of: name).prepending(label: [42]).flatMap(last)])
    }

    private func nextSecure3Proof(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [RRset] {
        let hash = { TestVerifier.hash($0, parameters) }
        let ownerHash = { (rrset: RRset) in NextSecure3.hash(of: rrset.ownerName, in: apex) ?? [] }
        let match = { (name: DomainName) in denials.first { ownerHash($0) == hash(name) } }
        let cover = { (name: DomainName) in
            denials.last { ownerHash($0).lexicographicallyPrecedes(hash(name)) } ?? denials.last
        }
        if let match = match(name) { return [match] }
        let encloser = ancestors(of: name).last { match($0) != nil } ?? apex
        let nextCloser = name.suffix(encloser.labelCount + 1)
        let wildcard = encloser.prepending(label: [42])
        return unique([
            match(encloser), cover(nextCloser), wildcard.flatMap { match($0) ?? cover($0) },
        ])
    }
}
