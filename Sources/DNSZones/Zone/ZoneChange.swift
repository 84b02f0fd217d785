public import DNSWire

/// The difference between two versions of a zone: a difference sequence of RFC 1995 §4. Also what the journal keeps.
public struct ZoneChange: Sendable, Hashable {
    /// The SOA records before and after.
    public var oldSOA: Record
    public var newSOA: Record
    /// Without SOA records. An RRset whose TTL changes is removed and added as a whole.
    public var removed: [Record]
    public var added: [Record]

    public init(oldSOA: Record, newSOA: Record, removed: [Record], added: [Record]) {
        self.oldSOA = oldSOA
        self.newSOA = newSOA
        self.removed = removed
        self.added = added
    }
}
