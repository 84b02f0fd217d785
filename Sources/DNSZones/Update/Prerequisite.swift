public import DNSWire

/// What a zone must hold, or must not, for an update to be made (RFC 2136 §2.4). Empty non-terminals are not in use.
public enum Prerequisite: Hashable, Sendable {
    /// At least one record has this name.
    case nameInUse(DomainName)
    case nameNotInUse(DomainName)
    /// An RRset of this name and type exists, whatever it holds.
    case rrsetExists(DomainName, RecordType)
    case rrsetDoesNotExist(DomainName, RecordType)
    /// The RRset holds these records, no more and no less; their order, and the case of letters in names, do not matter.
    case rrsetEquals(DomainName, RecordType, [RData])

    public var ownerName: DomainName {
        switch self {
        case .nameInUse(let name), .nameNotInUse(let name), .rrsetExists(let name, _),
            .rrsetDoesNotExist(let name, _), .rrsetEquals(let name, _, _):
            name
        }
    }

    /// What to answer when it does not hold (§3.2.5); nil when it does.
    func failure(in tree: ZoneTree) -> ResponseCode? {
        switch self {
        case .nameInUse(let name): tree.rrsets(at: name).isEmpty ? .nxDomain : nil
        case .nameNotInUse(let name): tree.rrsets(at: name).isEmpty ? nil : .yxDomain
        case .rrsetExists(let name, let type): tree.rrset(name, type) == nil ? .nxRRset : nil
        case .rrsetDoesNotExist(let name, let type): tree.rrset(name, type) == nil ? nil : .yxRRset
        case .rrsetEquals(let name, let type, let rdatas):
            Self.isEqual(tree.rrset(name, type), rdatas, type) ? nil : .nxRRset
        }
    }

    private static func isEqual(_ rrset: RRset?, _ rdatas: [RData], _ type: RecordType) -> Bool {
        guard let rrset else { return false }
        return Set(rdatas.map { $0.canonical(for: type) })
            == Set(rrset.rdatas.map { $0.canonical(for: type) })
    }

    var isAboutValues: Bool {
        if case .rrsetEquals = self { true } else { false }
    }
}

extension Sequence<Prerequisite> {
    /// The first that does not hold, with what to answer. Those about values come last (RFC 2136 §3.2.5).
    func firstFailure(in tree: ZoneTree) -> (prerequisite: Prerequisite, responseCode: ResponseCode)? {
        for isAboutValues in [false, true] {
            for prerequisite in self where prerequisite.isAboutValues == isAboutValues {
                if let code = prerequisite.failure(in: tree) { return (prerequisite, code) }
            }
        }
        return nil
    }
}

extension Prerequisite: CustomStringConvertible {
    public var description: String {
        switch self {
        case .nameInUse(let name): "\(name) is in use"
        case .nameNotInUse(let name): "\(name) is not in use"
        case .rrsetExists(let name, let type): "\(name) has \(type) records"
        case .rrsetDoesNotExist(let name, let type): "\(name) has no \(type) records"
        case .rrsetEquals(let name, let type, _): "\(name) has just these \(type) records"
        }
    }
}
