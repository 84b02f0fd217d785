import Synchronization

/// Where every worker finds the table that holds now.
public final class ZoneDirectory: Sendable {
    private let current: Mutex<ZoneTable>
    private let count = Atomic<UInt64>(0)

    public init(_ table: ZoneTable = ZoneTable()) { current = Mutex(table) }

    /// When the setter returns, every reader that begins afterwards finds the new table, on any worker.
    public var table: ZoneTable {
        get { current.withLock { $0 } }
        set {
            current.withLock { table in
                table = newValue
                // Behind the table, so that who sees the number move finds what it moved for.
                count.add(1, ordering: .sequentiallyConsistent)
            }
        }
    }

    /// Moves on with each new table.
    public var generation: UInt64 { count.load(ordering: .sequentiallyConsistent) }

    fileprivate var currentTable: (ZoneTable, UInt64) { current.withLock { ($0, generation) } }
}

/// The table as one worker knows it. Looking whether it still holds is one read of memory that is written to only when it does
/// not, so workers do not wait for each other.
public struct ZoneTableView: Sendable {
    private var table: ZoneTable
    private var generation: UInt64

    public init(_ directory: ZoneDirectory) { (table, generation) = directory.currentTable }

    /// The table that holds now; `directory` is always the same.
    public mutating func table(of directory: ZoneDirectory) -> ZoneTable {
        refresh(directory)
        return table
    }

    /// The zone that holds a name, by the table that holds now (`ZoneTable.zone(holding:_:)`). For every packet: it does not
    /// even count a reference to the table, which all workers would write to.
    public mutating func zone(
        of directory: ZoneDirectory, holding packet: Span<UInt8>, _ qname: Range<Int>
    ) -> Zone? {
        refresh(directory)
        return table.zone(holding: packet, qname)
    }

    private mutating func refresh(_ directory: ZoneDirectory) {
        if generation != directory.generation { (table, generation) = directory.currentTable }
    }
}
