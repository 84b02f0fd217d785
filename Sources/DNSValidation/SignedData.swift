import DNSWire

/// What the signatures of one RRset were made over (RFC 4034 §3.1.8.1): the RRset in canonical form, composed once
/// and again only for a signature with other labels or another original TTL.
struct SignedData {
    private let rrset: RRset
    /// Canonical (RFC 4034 §6.2), in order and each once (§6.3).
    private let rdatas: [[UInt8]]
    private var records: [UInt8] = []
    private var composedFor: Shape?

    private struct Shape: Equatable {
        let labelCount: Int
        let originalTTL: UInt32
    }

    init(_ rrset: RRset) {
        self.rrset = rrset
        var rdatas = rrset.rdatas.map { $0.canonical(for: rrset.type) }
        rdatas.sort { $0.lexicographicallyPrecedes($1) }
        self.rdatas = rdatas.enumerated().filter { $0.offset == 0 || rdatas[$0.offset - 1] != $0.element }
            .map(\.element)
    }

    /// Nil when the signature has more labels than the owner name.
    mutating func octets(for signature: Signature) -> [UInt8]? {
        let shape = Shape(labelCount: signature.labelCount, originalTTL: signature.originalTTL)
        if shape != composedFor {
            guard let name = rrset.ownerName.signedName(labelCount: shape.labelCount) else { return nil }
            compose(under: name, shape.originalTTL)
            composedFor = shape
        }
        return signature.signedPrefix + records
    }

    private mutating func compose(under name: DomainName, _ ttl: UInt32) {
        var start = name.lowercase.wire
        for number in [rrset.type.rawValue, rrset.recordClass.rawValue] {
            start.append(UInt8(number >> 8))
            start.append(UInt8(number & 0xff))
        }
        for shift: UInt32 in [24, 16, 8, 0] { start.append(UInt8(truncatingIfNeeded: ttl >> shift)) }
        records = []
        records.reserveCapacity(rdatas.reduce(0) { $0 + start.count + 2 + $1.count })
        for rdata in rdatas {
            records += start
            records.append(UInt8(truncatingIfNeeded: rdata.count >> 8))
            records.append(UInt8(truncatingIfNeeded: rdata.count))
            records += rdata
        }
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
