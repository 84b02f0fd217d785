import DNSWire

/// What the signatures of one RRset were made over (RFC 4034 §3.1.8.1): its records in canonical form, put behind each
/// signature's own fields.
struct SignedData {
    private let ownerName: DomainName
    private let type: RecordType
    private let recordClass: RecordClass
    /// Canonical (RFC 4034 §6.2) and in order (§6.3); of the same ones only the first counts.
    private let rdatas: [[UInt8]]

    init(_ rrset: RRset) {
        ownerName = rrset.ownerName
        type = rrset.type
        recordClass = rrset.recordClass
        var rdatas = rrset.rdatas.map { $0.canonical(for: rrset.type) }
        if rdatas.count > 1 { rdatas.sort { $0.lexicographicallyPrecedes($1) } }
        self.rdatas = rdatas
    }

    /// Nil when the signature has more labels than the owner name.
    func octets(for signature: Signature) -> [UInt8]? {
        guard let name = ownerName.signedName(labelCount: signature.labelCount) else { return nil }
        let start = recordStart(name, signature.originalTTL)
        var octets: [UInt8] = []
        // The signature's RDATA is longer than the fields that are taken from it.
        octets.reserveCapacity(
            rdatas.reduce(signature.rdata.bytes.count) { $0 + start.count + 2 + $1.count })
        signature.appendSignedPrefix(to: &octets)
        for (index, rdata) in rdatas.enumerated() where index == 0 || rdata != rdatas[index - 1] {
            octets += start
            octets.append(UInt8(truncatingIfNeeded: rdata.count >> 8))
            octets.append(UInt8(truncatingIfNeeded: rdata.count))
            octets += rdata
        }
        return octets
    }

    /// Owner name, type, class and TTL, which each record begins with.
    private func recordStart(_ name: DomainName, _ ttl: UInt32) -> [UInt8] {
        let (type, recordClass) = (type.rawValue, recordClass.rawValue)
        var start: [UInt8] = []
        start.reserveCapacity(name.wire.count + 8)
        name.appendCanonical(to: &start)
        start += [
            UInt8(type >> 8), UInt8(type & 0xff), UInt8(recordClass >> 8), UInt8(recordClass & 0xff),
            UInt8(truncatingIfNeeded: ttl >> 24), UInt8(truncatingIfNeeded: ttl >> 16),
            UInt8(truncatingIfNeeded: ttl >> 8), UInt8(truncatingIfNeeded: ttl),
        ]
        return start
    }
}

extension DomainName {
    /// The labels as RRSIG counts them: neither the root nor a leading `*` (RFC 4034 §3.1.3).
    var signedLabelCount: Int { isWildcard ? labelCount - 1 : labelCount }

    /// The name that a signature with `labelCount` labels was made for: this one, or the wildcard that it was made
    /// from (RFC 4035 §5.3.2). Nil when the name has fewer labels.
    func signedName(labelCount: Int) -> DomainName? {
        if labelCount == signedLabelCount { return self }
        guard labelCount < signedLabelCount else { return nil }
        return suffix(labelCount).prepending(label: Self.wildcardLabel)
    }

    static let wildcardLabel = [UInt8(ascii: "*")]

    /// The wildcard right below this name; nil where the name leaves no room for one.
    var wildcard: DomainName? { prepending(label: Self.wildcardLabel) }
}
