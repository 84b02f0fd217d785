public import DNSWire

/// All of a zone in rows of some 256 KiB each: the beginning of all rows (`StoredRow`), then records in the order of the tree's
/// cursor. Records of one owner name and type that follow each other are an RRset, which is never cut in two.
public struct StoredSnapshot: Sendable {
    /// Enough that a row's own cost does not count, little enough that writing one holds nobody up.
    public static let pieceSize = 256 << 10

    private let apex: DomainName
    private var cursor: ZoneTree.Cursor
    private var next: RRset?

    /// Of this version, which is kept as long as it takes.
    public init(_ version: ZoneVersion) {
        apex = version.apex
        cursor = version.tree.cursor
        next = cursor.next()
    }

    /// Whether all pieces were composed.
    public var isAtEnd: Bool { next == nil }

    /// The next row; nil at the end.
    public mutating func nextPiece() -> [UInt8]? {
        guard next != nil else { return nil }
        var octets = StoredRow.begin(.snapshot, apex: apex, capacity: Self.pieceSize + 4096)
        while let rrset = next, octets.count < Self.pieceSize {
            for rdata in rrset.rdatas {
                StoredRow.append(
                    rrset.ownerName, rrset.type, ttl: rrset.ttl, rdata, apex: apex, to: &octets)
            }
            next = cursor.next()
        }
        StoredRow.finish(&octets)
        return octets
    }

    /// Calls `body` with every RRset of a piece, in their order.
    ///
    /// - Throws: before the first of them where the octets were altered, or are of another zone.
    public static func parse(
        _ octets: [UInt8], apex: DomainName, _ body: (RRset) -> Void
    ) throws(StoredRowError) {
        let span = octets.span
        var offset = 0
        guard try StoredRow.open(span, .snapshot, at: &offset) == apex else { throw .foreign }
        guard offset < span.count else { return }
        var rrset = RRset(try StoredRow.record(span, at: &offset))
        while offset < span.count {
            let record = try StoredRow.record(span, at: &offset)
            if record.type == rrset.type, record.ownerName == rrset.ownerName {
                rrset.rdatas.append(record.rdata)
            } else {
                body(rrset)
                rrset = RRset(record)
            }
        }
        body(rrset)
    }
}

extension RRset {
    fileprivate init(_ record: Record) {
        self.init(record.ownerName, record.type, ttl: record.ttl, rdatas: [record.rdata])
    }
}
