public import DNSWire

/// The names of a zone with their RRsets, in canonical order (RFC 4034 §6.1): a value of which copies are cheap, so that a
/// version of the zone is a copy that nobody changes.
///
/// Deliberately simple for now: a persistent tree takes this one's place behind the same calls.
public struct ZoneTree: Sendable {
    private var names: [DomainName: [RRset]] = [:]

    public init() {}

    public private(set) var rrsetCount = 0
    public private(set) var recordCount = 0

    // --- Reading ---

    public func rrset(_ name: DomainName, _ type: RecordType) -> RRset? {
        names[name]?.first { $0.type == type }
    }

    /// All RRsets of exactly this name, by ascending type; none for a name that does not exist or is an empty non-terminal.
    public func rrsets(at name: DomainName) -> [RRset] { names[name] ?? [] }

    /// Whether the name owns records, or a name below it does (an empty non-terminal, RFC 8499).
    public func exists(_ name: DomainName) -> Bool {
        names[name] != nil || names.keys.contains { $0.isProperSubdomain(of: name) }
    }

    /// A walk over all RRsets: names in canonical order, types ascending. It goes on where it stopped, and is not disturbed by
    /// changes of the tree that it was made from.
    public struct Cursor: Sendable {
        fileprivate var rest: ArraySlice<RRset>

        public mutating func next() -> RRset? { rest.popFirst() }
    }

    public var cursor: Cursor {
        Cursor(rest: names.sorted { $0.key < $1.key }.flatMap(\.value)[...])
    }

    // --- Changing ---

    /// Puts an RRset in the place of the one of its name and type. Signatures (`RRset.signatures`) are no part of it: RRSIG
    /// records are RRsets of type RRSIG here. An RRset without records is removed.
    public mutating func set(_ rrset: RRset) {
        guard !rrset.rdatas.isEmpty else { return remove(rrset.ownerName, rrset.type) }
        remove(rrset.ownerName, rrset.type)
        names[rrset.ownerName, default: []].append(rrset)
        names[rrset.ownerName]?.sort { $0.type < $1.type }
        rrsetCount += 1
        recordCount += rrset.rdatas.count
    }

    public mutating func remove(_ name: DomainName, _ type: RecordType) {
        guard let old = rrset(name, type) else { return }
        names[name]?.removeAll { $0.type == type }
        if names[name]?.isEmpty == true { names[name] = nil }
        rrsetCount -= 1
        recordCount -= old.rdatas.count
    }

    /// Removes every RRset of exactly this name.
    public mutating func remove(_ name: DomainName) {
        for rrset in rrsets(at: name) { remove(name, rrset.type) }
    }
}
