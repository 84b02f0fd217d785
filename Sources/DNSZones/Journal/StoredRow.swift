public import DNSWire

/// Why octets of the state database are not what was written.
public enum StoredRowError: Error, Hashable, Sendable {
    /// Too short, without our mark, of another kind or of another zone.
    case foreign
    /// Of a layout that this program does not know.
    case version(UInt8)
    /// The check does not fit the octets.
    case altered
    /// The check fits, and yet they make no sense: written wrongly.
    case malformed(WireError)
}

extension StoredRowError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .foreign: "not a row of this kind and zone"
        case .version(let version): "a row of layout \(version), which a newer program has written"
        case .altered: "octets were altered since they were written"
        case .malformed(let error): "malformed: \(error)"
        }
    }
}

/// How rows of the state database begin, whatever they hold:
///
///     octets 0, 1    "HZ"
///     octet 2        the kind of row
///     octet 3        the version of its layout
///     octets 4-11    SipHash-1-3 of everything that follows, most significant octet first
///     octets 12...   the apex of the zone, in wire form
///
/// SQLite does not check what a disk gives back, so the row does. As in a message twelve octets stand before the first name:
/// the owner names behind it end in a compression pointer to the apex, and records are read as those of a message are, by
/// code that expects the worst.
enum StoredRow {
    enum Kind: UInt8 {
        case change = 1
        case snapshot = 2
    }

    private static let mark: [UInt8] = [UInt8(ascii: "H"), UInt8(ascii: "Z")]
    private static let version: UInt8 = 1
    private static let checkStart = 4
    private static let start = 12
    /// A pointer to `start` (RFC 1035 §4.1.4).
    private static let apexPointer: [UInt8] = [0xc0, 12]
    /// An owner name of one octet, type, class, TTL, RDLENGTH.
    static let minimumRecordLength = 11
    /// It guards against accidents, not against people: who can write the file can also compute it.
    private static let key = SipHash.Key(low: 0x686f_6d69_6e67, high: 0x7a_6f6e_6573)

    // --- Composing ---

    static func begin(_ kind: Kind, apex: DomainName, capacity: Int) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(capacity + start + apex.wire.count)
        octets += mark
        octets.append(kind.rawValue)
        octets.append(version)
        octets.append(contentsOf: repeatElement(0, count: start - checkStart))
        octets += apex.wire
        return octets
    }

    /// - Parameter rdata: at most 65,535 octets, as every RDATA has.
    static func append(
        _ ownerName: DomainName, _ type: RecordType, ttl: UInt32, _ rdata: RData, apex: DomainName,
        to octets: inout [UInt8]
    ) {
        let own = ownerName.wire.count - apex.wire.count
        // Only the very same letters: a pointer would give those of the apex.
        if own >= 0, ownerName.wire[own...].elementsEqual(apex.wire), ownerName.isSubdomain(of: apex) {
            octets += ownerName.wire[..<own]
            octets += apexPointer
        } else {
            octets += ownerName.wire
        }
        append(type.rawValue, to: &octets)
        append(RecordClass.internet.rawValue, to: &octets)
        append(ttl, to: &octets)
        append(UInt16(truncatingIfNeeded: rdata.bytes.count), to: &octets)
        octets += rdata.bytes
    }

    static func append(_ number: some FixedWidthInteger & UnsignedInteger, to octets: inout [UInt8]) {
        var shift = number.bitWidth
        while shift > 0 {
            shift -= 8
            octets.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Puts in the check.
    static func finish(_ octets: inout [UInt8]) {
        let check = check(octets.span)
        for index in 0..<8 {
            octets[checkStart + index] = UInt8(truncatingIfNeeded: check >> UInt64(56 - index * 8))
        }
    }

    // --- Parsing ---

    /// The apex; `offset` moves behind it.
    static func open(
        _ octets: Span<UInt8>, _ kind: Kind, at offset: inout Int
    ) throws(StoredRowError) -> DomainName {
        guard octets.count > start, octets[0] == mark[0], octets[1] == mark[1], octets[2] == kind.rawValue
        else { throw .foreign }
        guard octets[3] == version else { throw .version(octets[3]) }
        var stored: UInt64 = 0
        for index in checkStart..<start { stored = stored << 8 | UInt64(octets[index]) }
        guard stored == check(octets) else { throw .altered }
        offset = start
        do { return try DomainName(parsing: octets, at: &offset) } catch { throw .malformed(error) }
    }

    static func record(_ octets: Span<UInt8>, at offset: inout Int) throws(StoredRowError) -> Record {
        let start = offset
        let record: Record
        do { record = try Record(parsing: octets, at: &offset) } catch { throw .malformed(error) }
        // Zones are of no other.
        guard record.recordClass == .internet else { throw .malformed(WireError(.badRData, at: start)) }
        return record
    }

    static func number(_ octets: Span<UInt8>, at offset: inout Int) throws(StoredRowError) -> Int {
        do {
            let number = try octets.uint32(at: offset)
            offset += 4
            return Int(number)
        } catch { throw .malformed(error) }
    }

    private static func check(_ octets: Span<UInt8>) -> UInt64 {
        SipHash.hash13(octets, start..<octets.count, key: key)
    }
}
