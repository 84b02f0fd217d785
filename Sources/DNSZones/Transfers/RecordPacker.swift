import DNSWire

/// Packs the records of a transfer into a message, in the answer section.
///
/// Names are compressed against the one before only: a zone is sent in canonical order, where the name before shares the
/// most labels, so that there is no table to search. Only octets that are the same count as the same, because a secondary
/// has to serve the zone in the letters of its primary (RFC 5936 §3.4).
struct RecordPacker {
    private(set) var bytes: [UInt8] = []
    private(set) var recordCount = 0
    /// The owner of the record before, or the qname.
    private var ownerName = PlacedName()
    /// The last name inside RDATA.
    private var targetName = PlacedName()

    /// - Parameter capacity: octets that the message will hardly pass.
    init(_ header: Header, question: Question?, capacity: Int) {
        bytes.reserveCapacity(capacity)
        var header = header
        header.questionCount = question == nil ? 0 : 1
        header.compose(to: &bytes)
        guard let question else { return }
        ownerName = PlacedName(question.qname.wire, at: 0)
        ownerName.append(to: &bytes, sharing: 0, with: PlacedName())
        append(question.qtype.rawValue)
        append(question.qclass.rawValue)
    }

    var isEmpty: Bool { recordCount == 0 }

    /// Appends a record where the message stays within `limit`. Where it does not, nothing more can be appended.
    mutating func append(_ record: Record, limit: Int) -> Bool {
        let start = bytes.count
        appendOwner(record.ownerName.wire)
        append(record.type.rawValue)
        append(record.recordClass.rawValue)
        append(UInt16(truncatingIfNeeded: record.ttl >> 16))
        append(UInt16(truncatingIfNeeded: record.ttl))
        let lengthOffset = bytes.count
        append(0 as UInt16)
        append(record.rdata.bytes, of: record.type)
        let length = bytes.count - lengthOffset - 2
        guard bytes.count <= limit, recordCount < 65_535, let length = UInt16(exactly: length) else {
            bytes.removeSubrange(start...)
            return false
        }
        bytes[lengthOffset] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[lengthOffset + 1] = UInt8(truncatingIfNeeded: length)
        recordCount += 1
        return true
    }

    /// The message, with the counts in its header.
    ///
    /// - Parameter opt: an OPT record as it stands, or nothing.
    mutating func finish(opt: [UInt8]) -> [UInt8] {
        bytes += opt
        set(UInt16(truncatingIfNeeded: recordCount), at: 6)
        set(opt.isEmpty ? 0 : 1, at: 10)
        return bytes
    }

    // --- Parts ---

    private mutating func append(_ word: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        bytes.append(UInt8(truncatingIfNeeded: word))
    }

    private mutating func set(_ word: UInt16, at offset: Int) {
        bytes[offset] = UInt8(truncatingIfNeeded: word >> 8)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: word)
    }

    private mutating func appendOwner(_ wire: [UInt8]) {
        var name = PlacedName(wire, at: 0)
        name.append(to: &bytes, sharing: name.sharedLabels(with: ownerName), with: ownerName)
        ownerName = name
    }

    private mutating func append(_ rdata: [UInt8], of type: RecordType) {
        var position = 0
        if let names = type.compressibleNames, names.offset <= rdata.count {
            bytes += rdata[..<names.offset]
            position = names.offset
            for _ in 0..<names.count {
                guard let end = PlacedName.end(rdata, position) else { break }
                appendTarget(rdata, position)
                position = end
            }
        }
        if position == 0 {
            bytes += rdata
        } else if position < rdata.count {
            bytes += rdata[position...]
        }
    }

    private mutating func appendTarget(_ octets: [UInt8], _ start: Int) {
        var name = PlacedName(octets, at: start)
        let shared = name.sharedLabels(with: targetName)
        let sharedWithOwner = name.sharedLabels(with: ownerName)
        if sharedWithOwner > shared {
            name.append(to: &bytes, sharing: sharedWithOwner, with: ownerName)
        } else {
            name.append(to: &bytes, sharing: shared, with: targetName)
        }
        targetName = name
    }
}

extension RecordType {
    /// Where names begin that may be compressed, and how many follow each other: those of RFC 1035 only (RFC 3597 §4).
    fileprivate var compressibleNames: (offset: Int, count: Int)? {
        switch self {
        case .ns, .cname, .ptr, .md, .mf, .mb, .mg, .mr: (0, 1)
        case .mx: (2, 1)
        case .soa, .minfo: (0, 2)
        default: nil
        }
    }
}

/// A name, where its labels start, and where in the message each of them is found.
private struct PlacedName {
    /// The name stands here without compression, from `base`.
    private let octets: [UInt8]
    private let base: Int
    /// Where each label starts behind `base`, from the leftmost; a name of 255 octets has at most 127.
    private var starts = InlineArray<128, UInt8>(repeating: 0)
    /// For a pointer; 0 where none reaches.
    private var places = InlineArray<128, UInt16>(repeating: 0)
    private var count = 0
    /// Pointers have 14 bits (RFC 1035 §4.1.4).
    private static let maximumPlace = 0x3fff

    /// The root, of which nothing is to be shared.
    init() {
        octets = [0]
        base = 0
    }

    /// - Parameter base: where a name starts, of which `end` has told that it is one.
    init(_ octets: [UInt8], at base: Int) {
        self.octets = octets
        self.base = base
        var offset = 0
        while octets[base + offset] != 0, count < 127 {
            starts[count] = UInt8(truncatingIfNeeded: offset)
            count += 1
            offset += Int(octets[base + offset]) + 1
        }
    }

    /// Where the uncompressed name at `start` ends; nil where there is none.
    static func end(_ octets: [UInt8], _ start: Int) -> Int? {
        var position = start
        while position < octets.count, octets[position] <= DomainName.maximumLabelLength {
            let length = Int(octets[position])
            position += length + 1
            guard position <= octets.count, position - start <= DomainName.maximumLength else { return nil }
            if length == 0 { return position }
        }
        return nil
    }

    /// How many labels, from the root, both have in common octet for octet, of those that a pointer into `other` reaches.
    func sharedLabels(with other: borrowing PlacedName) -> Int {
        var shared = 0
        while shared < min(count, other.count) {
            let mine = base + Int(starts[count - 1 - shared])
            let others = other.base + Int(other.starts[other.count - 1 - shared])
            var step = 0
            while step <= Int(octets[mine]), octets[mine + step] == other.octets[others + step] { step += 1 }
            guard step > Int(octets[mine]) else { break }
            shared += 1
        }
        while shared > 0, other.places[other.count - shared] == 0 { shared -= 1 }
        return shared
    }

    /// Appends the labels that are not shared and a pointer to the others, and remembers where all of them are.
    mutating func append(to bytes: inout [UInt8], sharing shared: Int, with other: borrowing PlacedName) {
        let own = count - shared
        for index in 0..<own {
            let place = bytes.count + Int(starts[index])
            places[index] = place <= Self.maximumPlace ? UInt16(truncatingIfNeeded: place) : 0
        }
        guard shared > 0 else {
            // The root's octet ends every name, and follows the labels.
            let length =
                count == 0 ? 0 : Int(starts[count - 1]) + Int(octets[base + Int(starts[count - 1])]) + 1
            bytes += octets[base...(base + length)]
            return
        }
        if own > 0 { bytes += octets[base..<(base + Int(starts[own]))] }
        for step in 1...shared { places[count - step] = other.places[other.count - step] }
        let target = other.places[other.count - shared]
        bytes.append(UInt8(truncatingIfNeeded: target >> 8) | 0xc0)
        bytes.append(UInt8(truncatingIfNeeded: target))
    }
}
