public import DNSWire

/// A zone that lists other zones, so that secondaries know which to hold (RFC 9432, schema version 2).
///
///     version.CATALOG          TXT  "2"
///     LABEL.zones.CATALOG      PTR  a member
///     group.LABEL.zones.CATALOG TXT "how the member is to be treated"
///     coo.LABEL.zones.CATALOG  PTR  the catalog that takes the member over
public enum CatalogZone {
    /// RFC 9432 §4.2.
    static let schemaVersion = "2"
    static let versionLabel = Array("version".utf8)
    static let zonesLabel = Array("zones".utf8)
    static let groupLabel = Array("group".utf8)
    static let ownershipLabel = Array("coo".utf8)
    /// More than one server holds.
    public static let maximumMembers = 1_000_000

    /// The members of a catalog in the order of its names. A broken catalog has none, and what was taken from it before
    /// stays (RFC 9432 §5.1). Custom properties, and whatever else there is, are ignored.
    public static func members(of version: ZoneVersion) -> Result<[CatalogMember], CatalogProblem> {
        do throws(CatalogProblem) {
            return .success(try read(version))
        } catch {
            return .failure(error)
        }
    }

    private static func read(_ version: ZoneVersion) throws(CatalogProblem) -> [CatalogMember] {
        try checkVersion(of: version)
        guard let zones = version.apex.prepending(label: zonesLabel) else { throw .nameTooLong }
        var members: [CatalogMember] = []
        var cursor = version.tree.cursor
        while let rrset = cursor.next() {
            // A name comes before those below it, so that properties find their member at the end of the list.
            guard rrset.ownerName.isProperSubdomain(of: zones) else { continue }
            let labels = rrset.ownerName.labelCount - zones.labelCount
            if labels == 1, rrset.type == .ptr {
                guard members.count < maximumMembers else { throw .tooManyMembers }
                members.append(
                    CatalogMember(label: rrset.ownerName.labels[0], name: try target(of: rrset)))
            } else if labels == 2, let member = members.last,
                rrset.ownerName.labels[1].map(lowercased) == member.label
            {
                try readProperty(rrset, into: &members[members.count - 1])
            }
        }
        return members
    }

    private static func checkVersion(of version: ZoneVersion) throws(CatalogProblem) {
        guard let name = version.apex.prepending(label: versionLabel) else { throw .nameTooLong }
        guard let rrset = version.tree.rrset(name, .txt), rrset.rdatas.count == 1,
            rrset.rdatas.first?.joinedText == Array(schemaVersion.utf8)
        else { throw .unknownVersion }
    }

    private static func readProperty(_ rrset: RRset, into member: inout CatalogMember) throws(CatalogProblem)
    {
        let label = rrset.ownerName.labels[0].map(lowercased)
        switch rrset.type {
        case .ptr where label == ownershipLabel:
            member.newCatalog = try target(of: rrset)
        case .txt where label == groupLabel:
            let groups = rrset.rdatas.compactMap(\.joinedText).map { String(decoding: $0, as: UTF8.self) }
            member.groups = groups.sorted()
        default:
            break
        }
    }

    /// RFC 9432 §4.3: more than one record tells that the catalog is broken.
    private static func target(of rrset: RRset) throws(CatalogProblem) -> DomainName {
        guard rrset.rdatas.count == 1, let name = rrset.rdatas.first?.targetName else {
            throw .severalTargets(rrset.ownerName)
        }
        return name
    }
}

/// A zone that a catalog lists.
public struct CatalogMember: Sendable, Hashable {
    /// The unique label, in lower case. Another one for the same zone means that its state is to be begun anew (RFC 9432 §5.4).
    public let label: [UInt8]
    public let name: DomainName
    /// What the catalog says about how the zone is to be treated (RFC 9432 §4.3.2).
    public var groups: [String] = []
    /// The catalog that may take the zone over (RFC 9432 §4.3.1).
    public var newCatalog: DomainName?

    public init(label: [UInt8], name: DomainName, groups: [String] = [], newCatalog: DomainName? = nil) {
        self.label = label.map(lowercased)
        self.name = name
        self.groups = groups
        self.newCatalog = newCatalog
    }
}

/// Why a zone is no catalog that can be followed.
public enum CatalogProblem: Error, Sendable, Hashable {
    /// No TXT record at `version`, several, or one that is not "2".
    case unknownVersion
    /// Several PTR records at this name, or one that is none.
    case severalTargets(DomainName)
    case tooManyMembers
    /// The apex is so long that no name of a catalog fits below it.
    case nameTooLong
}

extension CatalogProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownVersion: "no schema version 2"
        case .severalTargets(let name): "not exactly one PTR record at \(name)"
        case .tooManyMembers: "more than \(CatalogZone.maximumMembers) members"
        case .nameTooLong: "the catalog's name is too long"
        }
    }
}

extension RData {
    /// The character-strings of a TXT record one behind the other; nil where they are none.
    var joinedText: [UInt8]? {
        var text: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let end = position + 1 + Int(bytes[position])
            guard end <= bytes.count else { return nil }
            text += bytes[(position + 1)..<end]
            position = end
        }
        return bytes.isEmpty ? nil : text
    }
}
