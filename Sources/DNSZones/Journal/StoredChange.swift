import DNSWire

/// A change as a row of the state database keeps it:
///
///     the beginning of all rows (`StoredRow`)
///     the SOA record before, the SOA record after
///     how many records are removed (32 bits), how many are added (32 bits)
///     the records removed, the records added
public enum StoredChange {
    public static func compose(_ change: ZoneChange) -> [UInt8] {
        let apex = change.newSOA.ownerName
        let count = change.removed.count + change.added.count
        var octets = StoredRow.begin(.change, apex: apex, capacity: 192 + count * 48)
        let append = { (record: Record, octets: inout [UInt8]) in
            StoredRow.append(
                record.ownerName, record.type, ttl: record.ttl, record.rdata, apex: apex, to: &octets)
        }
        append(change.oldSOA, &octets)
        append(change.newSOA, &octets)
        StoredRow.append(UInt32(truncatingIfNeeded: change.removed.count), to: &octets)
        StoredRow.append(UInt32(truncatingIfNeeded: change.added.count), to: &octets)
        for record in change.removed { append(record, &octets) }
        for record in change.added { append(record, &octets) }
        StoredRow.finish(&octets)
        return octets
    }

    public static func parse(_ octets: [UInt8]) throws(StoredRowError) -> ZoneChange {
        let span = octets.span
        var offset = 0
        _ = try StoredRow.open(span, .change, at: &offset)
        let oldSOA = try StoredRow.record(span, at: &offset)
        let newSOA = try StoredRow.record(span, at: &offset)
        let removedCount = try StoredRow.number(span, at: &offset)
        let addedCount = try StoredRow.number(span, at: &offset)
        let removed = try records(removedCount, span, at: &offset)
        let added = try records(addedCount, span, at: &offset)
        guard offset == span.count else { throw .malformed(WireError(.trailingData, at: offset)) }
        return ZoneChange(oldSOA: oldSOA, newSOA: newSOA, removed: removed, added: added)
    }

    private static func records(
        _ count: Int, _ octets: Span<UInt8>, at offset: inout Int
    ) throws(StoredRowError) -> [Record] {
        // Not more room than the octets can fill, whatever the number says.
        guard count <= (octets.count - offset) / StoredRow.minimumRecordLength else {
            throw .malformed(WireError(.truncated, at: octets.count))
        }
        var records: [Record] = []
        records.reserveCapacity(count)
        for _ in 0..<count { records.append(try StoredRow.record(octets, at: &offset)) }
        return records
    }
}
