public import DNSWire
public import DNSZones

public final class ZoneStore: Sendable {
    public let directory = ZoneDirectory()
    public init() {}
    public func submit(_ change: PendingChange) -> Bool { false }
    public func changes(of zone: Zone, since: SerialNumber, _ then: @escaping @Sendable ([ZoneChange]?) -> Void) {}
}
