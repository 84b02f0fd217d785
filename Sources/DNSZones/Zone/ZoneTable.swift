public import DNSWire

/// The zones that are held here, by apex. Immutable; a zone that comes or goes makes a new one. One that is not served is not
/// found, whatever table it is in.
public final class ZoneTable: Sendable {
    private let byApex: [DomainName: Zone]
    /// For names as they stand in packets: an open hash table of at least twice as many slots as zones, a power of two.
    private let slots: [Slot?]
    /// By the length of a name, the first letters of zones of that length, a bit each. It tells nearly all names that are no
    /// apex at a glance.
    private let firstLetters: [UInt64]

    private struct Slot: Sendable {
        let hash: UInt64
        let zone: Zone
    }

    /// Collisions could only be made by whoever makes the zones, and a name that is asked for costs what the zones' apexes make
    /// it cost: so the key need not be secret.
    private static let hashKey = SipHash.Key(low: 0, high: 0)

    public init(_ zones: [Zone] = []) {
        byApex = Dictionary(zones.map { ($0.apex, $0) }) { first, _ in first }
        var count = 4
        while count < byApex.count * 2 { count *= 2 }
        var slots = [Slot?](repeating: nil, count: count)
        var firstLetters = [UInt64](repeating: 0, count: DomainName.maximumLength + 1)
        for zone in byApex.values {
            let apex = zone.apex.wire
            let hash = SipHash.hash13(apex.span, apex.indices, foldingCase: true, key: Self.hashKey)
            var index = Int(truncatingIfNeeded: hash) & (count - 1)
            while slots[index] != nil { index = (index + 1) & (count - 1) }
            slots[index] = Slot(hash: hash, zone: zone)
            firstLetters[apex.count] |= Self.letterBit(apex.span, apex.indices)
        }
        self.slots = slots
        self.firstLetters = firstLetters
    }

    public var isEmpty: Bool { byApex.isEmpty }
    /// All of them, in canonical order.
    public var zones: [Zone] { byApex.values.sorted { $0.apex < $1.apex } }

    public func zone(at apex: DomainName) -> Zone? {
        guard let zone = byApex[apex], zone.isServed else { return nil }
        return zone
    }

    /// The zone of the longest apex that `name` is at or below.
    public func zone(holding name: DomainName) -> Zone? {
        let wire = name.wire
        return zone(holding: wire.span, wire.indices)
    }

    /// The same for a name as it stands in a packet, without compression (`QueryView.qnameRange`). Nothing is allocated.
    public func zone(holding packet: Span<UInt8>, _ qname: Range<Int>) -> Zone? {
        guard qname.lowerBound >= 0, qname.upperBound <= packet.count, qname.count <= DomainName.maximumLength
        else { return nil }
        var start = qname.lowerBound
        while start < qname.upperBound {
            let suffix = start..<qname.upperBound
            if firstLetters[suffix.count] & Self.letterBit(packet, suffix) != 0,
                let zone = zone(packet, at: suffix)
            {
                return zone
            }
            start += Int(packet[start]) + 1
        }
        return nil
    }

    /// One of 64 bits, for the first octet of the first label.
    @inline(__always)
    private static func letterBit(_ octets: Span<UInt8>, _ name: Range<Int>) -> UInt64 {
        name.count > 1 ? 1 << UInt64(lowercased(octets[name.lowerBound + 1]) & 63) : 1
    }

    private func zone(_ packet: Span<UInt8>, at name: Range<Int>) -> Zone? {
        let hash = SipHash.hash13(packet, name, foldingCase: true, key: Self.hashKey)
        var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        // At least half of the slots are empty.
        while let slot = slots[index] {
            if slot.hash == hash, Self.isSame(packet, name, slot.zone.apex.wire) {
                return slot.zone.isServed ? slot.zone : nil
            }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    private static func isSame(_ packet: Span<UInt8>, _ name: Range<Int>, _ apex: [UInt8]) -> Bool {
        guard name.count == apex.count else { return false }
        for index in 0..<apex.count
        where lowercased(packet[name.lowerBound + index]) != lowercased(apex[index]) { return false }
        return true
    }
}
