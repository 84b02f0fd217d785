public import DNSWire
import Synchronization

/// The zones that are held here, by apex. Immutable; a zone that comes or goes makes a new one.
public final class ZoneTable: Sendable {
    private let byApex: [DomainName: Zone]

    public init(_ zones: [Zone] = []) {
        byApex = Dictionary(zones.map { ($0.apex, $0) }) { first, _ in first }
    }

    public var isEmpty: Bool { byApex.isEmpty }
    public var zones: [Zone] { byApex.values.sorted { $0.apex < $1.apex } }

    public func zone(at apex: DomainName) -> Zone? { byApex[apex] }

    public func zone(holding packet: Span<UInt8>, _ qname: Range<Int>) -> Zone? {
        guard !byApex.isEmpty else { return nil }
        var offset = qname.lowerBound
        return (try? DomainName(parsing: packet, at: &offset)).flatMap(zone(holding:))
    }

    /// The zone of the longest apex that `name` is at or below.
    public func zone(holding name: DomainName) -> Zone? {
        guard !byApex.isEmpty else { return nil }
        var candidate: DomainName? = name
        while let current = candidate {
            if let zone = byApex[current] { return zone }
            candidate = current.parent
        }
        return nil
    }
}

/// Where every worker finds the table that holds now.
public final class ZoneDirectory: Sendable {
    private let current: Mutex<ZoneTable>

    public init(_ table: ZoneTable = ZoneTable()) { current = Mutex(table) }

    public var table: ZoneTable {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
