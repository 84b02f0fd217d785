import DNSWire

/// A name of a zone with its RRsets in one array of octets: what the tree holds, a million times where need be.
///
///     KEY LENGTH(16) KEY { TYPE(16) TTL(32) OWNER LENGTH(8) OWNER DATA LENGTH(32) { RDLENGTH(16) RDATA }... }...
///
/// The key is the labels from the root in lower case, each ended by `00`, so that comparing octets gives the canonical order
/// (RFC 4034 §6.1) and the key of a name starts the keys of all names below it. The RRsets stand by ascending type. The owner
/// name is there only where it is not all lower case, which the key cannot tell (RFC 4343 §4).
///
/// Nothing here comes from the network as it is: every value is written by this type.
struct PackedName: Sendable {
    private(set) var octets: [UInt8]

    private static let keyStart = 2
    /// TYPE, TTL, OWNER LENGTH and DATA LENGTH.
    private static let fixedLength = 11

    private init(octets: [UInt8]) { self.octets = octets }

    /// The name without RRsets, which is also what one searches with.
    init(_ name: DomainName) {
        var octets: [UInt8] = []
        octets.reserveCapacity(Self.keyStart + name.wire.count)
        octets.append(0)
        octets.append(0)
        Self.appendKey(of: name, to: &octets)
        let length = octets.count - Self.keyStart
        octets[0] = UInt8(truncatingIfNeeded: length >> 8)
        octets[1] = UInt8(truncatingIfNeeded: length)
        self.octets = octets
    }

    /// The name alone.
    var bare: PackedName { PackedName(octets: Array(octets[..<keyEnd])) }

    var hasRRsets: Bool { octets.count > keyEnd }

    private var keyEnd: Int { Self.keyEnd(octets.span) }

    private static func keyEnd(_ octets: borrowing Span<UInt8>) -> Int {
        keyStart + (Int(octets[0]) << 8 | Int(octets[1]))
    }
}

// --- The key ---

extension PackedName {
    /// `00` and `01` are written `01 01` and `01 02`, so that they sort behind the end of a label and before all else.
    private static let escape: UInt8 = 1

    private static func appendKey(of name: DomainName, to octets: inout [UInt8]) {
        let wire = name.wire.span
        // A name of 255 octets has at most 127 labels.
        var starts = InlineArray<128, UInt8>(repeating: 0)
        var count = 0
        var position = 0
        while wire[position] != 0 {
            starts[count] = UInt8(truncatingIfNeeded: position)
            count += 1
            position += Int(wire[position]) + 1
        }
        while count > 0 {
            count -= 1
            let start = Int(starts[count])
            for index in (start + 1)..<(start + 1 + Int(wire[start])) {
                let octet = lowercased(wire[index])
                if octet <= escape {
                    octets.append(escape)
                    octets.append(octet + 1)
                } else {
                    octets.append(octet)
                }
            }
            octets.append(0)
        }
    }

    /// The name in lower case.
    var name: DomainName {
        var wire: [UInt8] = []
        wire.reserveCapacity(keyEnd)
        var end = keyEnd
        while end > Self.keyStart {
            var start = end - 1
            while start > Self.keyStart, octets[start - 1] != 0 { start -= 1 }
            let lengthIndex = wire.count
            wire.append(0)
            var index = start
            while index < end - 1 {
                let isEscaped = octets[index] == Self.escape
                wire.append(isEscaped ? octets[index + 1] - 1 : octets[index])
                index += isEscaped ? 2 : 1
            }
            wire[lengthIndex] = UInt8(truncatingIfNeeded: wire.count - lengthIndex - 1)
            end = start
        }
        wire.append(0)
        var offset = 0
        return (try? DomainName(parsing: wire.span, at: &offset)) ?? .root
    }

    /// The name's last labels alone; the whole name where it has no more.
    func suffix(_ labelCount: Int) -> PackedName {
        var end = Self.keyStart
        var count = 0
        while count < labelCount, end < keyEnd {
            if octets[end] == 0 { count += 1 }
            end += 1
        }
        return PackedName(key: octets[Self.keyStart..<end])
    }

    /// The wildcard right below the name.
    var wildcard: PackedName { PackedName(key: octets[Self.keyStart..<keyEnd] + [UInt8(ascii: "*"), 0]) }

    private init(key: ArraySlice<UInt8>) {
        octets = [UInt8(truncatingIfNeeded: key.count >> 8), UInt8(truncatingIfNeeded: key.count)] + key
    }

    /// Below, at or above zero as the name sorts before, with or behind the other.
    func order(against other: borrowing PackedName) -> Int {
        let (mine, others) = (octets.span, other.octets.span)
        let (end, otherEnd) = (Self.keyEnd(mine), Self.keyEnd(others))
        let shorter = min(end, otherEnd)
        var index = Self.keyStart
        while index + 8 <= shorter {
            // Eight octets at once, inside the span as the condition says; most keys of a zone begin alike.
            let a = unsafe UInt64(
                bigEndian: mine.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let b = unsafe UInt64(
                bigEndian: others.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            if a != b { return a < b ? -1 : 1 }
            index += 8
        }
        while index < shorter {
            if mine[index] != others[index] { return Int(mine[index]) - Int(others[index]) }
            index += 1
        }
        return end - otherEnd
    }

    /// Whether the name is the other, or below it.
    func isSubdomain(of other: borrowing PackedName) -> Bool {
        let otherEnd = other.keyEnd
        return keyEnd >= otherEnd && commonKeyEnd(with: other) >= otherEnd
    }

    /// The number of labels that two names share, from the root.
    func commonLabelCount(with other: borrowing PackedName) -> Int {
        let end = commonKeyEnd(with: other)
        return octets[Self.keyStart..<end].count { $0 == 0 }
    }

    /// Where the labels end that two names share.
    private func commonKeyEnd(with other: borrowing PackedName) -> Int {
        let (mine, others) = (octets.span, other.octets.span)
        let shorter = min(Self.keyEnd(mine), Self.keyEnd(others))
        var end = Self.keyStart
        var index = Self.keyStart
        while index < shorter, mine[index] == others[index] {
            index += 1
            if mine[index - 1] == 0 { end = index }
        }
        return end
    }
}

// --- RRsets ---

/// Where an RRset stands in a packed name.
struct PackedRRset {
    let type: RecordType
    /// Seconds.
    let ttl: UInt32
    /// Empty where the owner name is the key's.
    fileprivate let owner: Range<Int>
    fileprivate let data: Range<Int>
    fileprivate let start: Int
    fileprivate var end: Int { data.upperBound }
}

extension PackedName {
    /// A walk over the RRsets by ascending type.
    struct RRsets: Sequence, IteratorProtocol {
        private let name: PackedName
        private var position: Int

        fileprivate init(_ name: PackedName) {
            self.name = name
            position = name.keyEnd
        }

        mutating func next() -> PackedRRset? {
            guard let rrset = name.packedRRset(at: position) else { return nil }
            position = rrset.end
            return rrset
        }
    }

    var rrsets: RRsets { RRsets(self) }

    func first(_ type: RecordType) -> PackedRRset? {
        var position = keyEnd
        while let rrset = packedRRset(at: position), rrset.type <= type {
            if rrset.type == type { return rrset }
            position = rrset.end
        }
        return nil
    }

    func contains(_ type: RecordType) -> Bool { first(type) != nil }

    /// Nil behind the last.
    private func packedRRset(at position: Int) -> PackedRRset? {
        let span = octets.span
        guard position < span.count else { return nil }
        let type = UInt16(span[position]) << 8 | UInt16(span[position + 1])
        let owner = (position + 7)..<(position + 7 + Int(span[position + 6]))
        let length = Self.uint32(span, owner.upperBound)
        let dataStart = owner.upperBound + 4
        return PackedRRset(
            type: RecordType(rawValue: type), ttl: Self.uint32(span, position + 2), owner: owner,
            data: dataStart..<(dataStart + Int(length)), start: position)
    }

    private static func uint32(_ octets: borrowing Span<UInt8>, _ offset: Int) -> UInt32 {
        UInt32(octets[offset]) << 24 | UInt32(octets[offset + 1]) << 16 | UInt32(octets[offset + 2]) << 8
            | UInt32(octets[offset + 3])
    }

    func recordCount(_ rrset: PackedRRset) -> Int {
        var count = 0
        forEachRData(of: rrset) { _ in count += 1 }
        return count
    }

    private func forEachRData(of rrset: PackedRRset, _ body: (Range<Int>) -> Void) {
        var position = rrset.data.lowerBound
        while position < rrset.data.upperBound {
            let end = position + 2 + (Int(octets[position]) << 8 | Int(octets[position + 1]))
            body((position + 2)..<end)
            position = end
        }
    }

    func rdatas(_ rrset: PackedRRset) -> [RData] {
        var rdatas: [RData] = []
        forEachRData(of: rrset) { rdatas.append(RData(unchecked: Array(octets[$0]))) }
        return rdatas
    }

    /// The owner name as it was written.
    func ownerName(of rrset: PackedRRset) -> DomainName {
        guard !rrset.owner.isEmpty else { return name }
        var offset = rrset.owner.lowerBound
        return (try? DomainName(parsing: octets.span, at: &offset)) ?? name
    }

    func unpacked(_ rrset: PackedRRset) -> RRset {
        RRset(ownerName(of: rrset), rrset.type, ttl: rrset.ttl, rdatas: rdatas(rrset))
    }
}

// --- Changing ---

extension PackedName {
    /// Puts the RRset, whose data is short enough for records, in the place of the one of its type.
    mutating func set(_ rrset: RRset) {
        let isOwnerWritten = rrset.ownerName.wire.contains { lowercased($0) != $0 }
        let owner = isOwnerWritten ? rrset.ownerName.wire : []
        let dataLength = rrset.rdatas.reduce(0) { $0 + 2 + $1.bytes.count }
        let old = place(of: rrset.type)
        var result: [UInt8] = []
        // Just as much as is needed: the arrays stay for as long as the zone does.
        result.reserveCapacity(octets.count - old.count + Self.fixedLength + owner.count + dataLength)
        result += octets[..<old.lowerBound]
        Self.append(UInt32(rrset.type.rawValue), octets: 2, to: &result)
        Self.append(rrset.ttl, octets: 4, to: &result)
        result.append(UInt8(truncatingIfNeeded: owner.count))
        result += owner
        Self.append(UInt32(truncatingIfNeeded: dataLength), octets: 4, to: &result)
        for rdata in rrset.rdatas {
            Self.append(UInt32(truncatingIfNeeded: rdata.bytes.count), octets: 2, to: &result)
            result += rdata.bytes
        }
        result += octets[old.upperBound...]
        octets = result
    }

    mutating func remove(_ type: RecordType) {
        let old = place(of: type)
        octets = Array(octets[..<old.lowerBound]) + octets[old.upperBound...]
    }

    /// Where the RRset of a type stands; an empty range where it should.
    private func place(of type: RecordType) -> Range<Int> {
        var position = keyEnd
        while let rrset = packedRRset(at: position), rrset.type <= type {
            if rrset.type == type { return rrset.start..<rrset.end }
            position = rrset.end
        }
        return position..<position
    }

    private static func append(_ value: UInt32, octets count: Int, to octets: inout [UInt8]) {
        for shift in stride(from: (count - 1) * 8, through: 0, by: -8) {
            octets.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
        }
    }
}
