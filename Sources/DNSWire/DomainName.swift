/// A domain name in wire form without compression, its letters' case preserved (RFC 1035 §3.1, RFC 4343).
///
/// Equality and hashing ignore the case of ASCII letters; `<` is the canonical order of RFC 4034 §6.1. A value is
/// always valid: labels of 1 to 63 octets, 255 octets in all, the root label last.
public struct DomainName: Sendable {
    public static let root = DomainName(unchecked: [0])
    /// RFC 1035 §2.3.4.
    public static let maximumLength = 255
    public static let maximumLabelLength = 63

    /// Length octets and labels, ending with the root's zero.
    public let wire: [UInt8]

    /// The caller has checked what the type promises.
    init(unchecked wire: [UInt8]) {
        self.wire = wire
    }

    public var isRoot: Bool { wire.count == 1 }

    /// The number of labels without the root: 3 for `www.example.com.`, 0 for the root.
    public var labelCount: Int {
        var count = 0
        var offset = 0
        while offset < wire.count, wire[offset] != 0 {
            offset += Int(wire[offset]) + 1
            count += 1
        }
        return count
    }
}

// --- Parse and compose ---

extension DomainName {
    /// A name has at most 127 labels, so no honest name needs more pointers.
    static let maximumPointers = 127

    /// Parses the name at `offset` of a message, following compression pointers, and moves `offset` behind it.
    ///
    /// Pointers must go strictly backward (RFC 9267 §2), so that no loop is possible.
    public init(parsing message: Span<UInt8>, at offset: inout Int) throws(WireError) {
        let start = offset
        let length = try Self.checkedLength(message, at: &offset)
        var wire: [UInt8] = []
        wire.reserveCapacity(length)
        Self.copy(message, from: start, to: &wire)
        self.init(unchecked: wire)
    }

    /// The same, appended to `bytes`.
    static func parse(
        _ message: Span<UInt8>, at offset: inout Int, into bytes: inout [UInt8]
    ) throws(WireError) {
        let start = offset
        _ = try checkedLength(message, at: &offset)
        copy(message, from: start, to: &bytes)
    }

    /// Octets of the name at `offset` when written out, all of it checked; `offset` moves behind the name.
    private static func checkedLength(_ message: Span<UInt8>, at offset: inout Int) throws(WireError) -> Int {
        var total = 0
        var position = offset
        var lowest = offset
        var end: Int?
        var pointers = 0
        while true {
            let length = Int(try message.uint8(at: position))
            switch length >> 6 {
            case 0:
                total += length + 1
                guard total <= maximumLength else { throw WireError(.nameTooLong, at: position) }
                guard message.count - position > length else {
                    throw WireError(.truncated, at: message.count)
                }
                position += length + 1
                if length == 0 {
                    offset = end ?? position
                    return total
                }
            case 3:
                let target = Int(try message.uint16(at: position) & 0x3fff)
                pointers += 1
                // A pointer into the header cannot be to a name (RFC 1035 §4.1.4).
                guard target < lowest, target >= Header.length, pointers <= maximumPointers else {
                    throw WireError(.badPointer, at: position)
                }
                if end == nil { end = position + 2 }
                lowest = target
                position = target
            default:
                throw WireError(.badLabelType, at: position)
            }
        }
    }

    /// Writes out the name at `start`, which `checkedLength` has passed.
    private static func copy(_ message: Span<UInt8>, from start: Int, to bytes: inout [UInt8]) {
        var position = start
        var runStart = start
        while true {
            let length = Int(message[position])
            if length == 0 {
                message.append(runStart..<(position + 1), to: &bytes)
                return
            }
            if length > maximumLabelLength {
                if runStart < position { message.append(runStart..<position, to: &bytes) }
                position = (length & 0x3f) << 8 | Int(message[position + 1])
                runStart = position
            } else {
                position += length + 1
            }
        }
    }

    /// Moves `offset` behind the name there. A pointer ends it, and only its target's place is checked: what is
    /// passed over is not read.
    static func skip(_ message: Span<UInt8>, at offset: inout Int) throws(WireError) {
        let start = offset
        while true {
            let length = Int(try message.uint8(at: offset))
            switch length >> 6 {
            case 0:
                offset += length + 1
                guard offset - start <= DomainName.maximumLength else {
                    throw WireError(.nameTooLong, at: start)
                }
                if length == 0 { return }
            case 3:
                let target = Int(try message.uint16(at: offset) & 0x3fff)
                guard target >= Header.length, target < start else {
                    throw WireError(.badPointer, at: offset)
                }
                offset += 2
                return
            default:
                throw WireError(.badLabelType, at: offset)
            }
        }
    }

    /// A name from labels, outermost last; nil when a label or the whole is empty where it must not be, or too long.
    public init?(labels: some Sequence<[UInt8]>) {
        var wire: [UInt8] = []
        for label in labels {
            guard (1...Self.maximumLabelLength).contains(label.count) else { return nil }
            wire.append(UInt8(label.count))
            wire += label
        }
        wire.append(0)
        guard wire.count <= Self.maximumLength else { return nil }
        self.init(unchecked: wire)
    }

    /// The labels from the leftmost, without the root.
    public var labels: [[UInt8]] {
        var labels: [[UInt8]] = []
        var offset = 0
        while offset < wire.count, wire[offset] != 0 {
            let end = offset + 1 + Int(wire[offset])
            labels.append(Array(wire[(offset + 1)..<end]))
            offset = end
        }
        return labels
    }
}

// --- Kinship ---

extension DomainName {
    /// The name without its leftmost label; the root's parent is nil.
    public var parent: DomainName? {
        isRoot ? nil : DomainName(unchecked: Array(wire[(Int(wire[0]) + 1)...]))
    }

    /// Where in `wire` the name itself and each of its ancestors begin, the root last. To walk up by these, rather than by
    /// `parent`, makes no name that nobody keeps.
    public var ancestorOffsets: AncestorOffsets { AncestorOffsets(self) }

    /// The name itself or an ancestor of it, by one of `ancestorOffsets`.
    public func ancestor(at offset: Int) -> DomainName {
        offset == 0 ? self : DomainName(unchecked: Array(wire[offset...]))
    }

    public struct AncestorOffsets: Sequence, IteratorProtocol {
        private let wire: [UInt8]
        private var offset = 0

        fileprivate init(_ name: DomainName) { wire = name.wire }

        public mutating func next() -> Int? {
            guard offset < wire.count else { return nil }
            defer { offset += Int(wire[offset]) + 1 }
            return offset
        }
    }

    /// The last `count` labels: `suffix(2)` of `www.example.com.` is `example.com.`. All of it where it has no more.
    public func suffix(_ count: Int) -> DomainName {
        var drop = labelCount - max(0, count)
        guard drop > 0 else { return self }
        var offset = 0
        while drop > 0 {
            offset += Int(wire[offset]) + 1
            drop -= 1
        }
        return DomainName(unchecked: Array(wire[offset...]))
    }

    /// Whether the name is `ancestor` or below it.
    public func isSubdomain(of ancestor: DomainName) -> Bool {
        let other = ancestor.wire
        guard wire.count >= other.count else { return false }
        var offset = 0
        // Only a label boundary may start the suffix.
        while wire.count - offset > other.count { offset += Int(wire[offset]) + 1 }
        guard wire.count - offset == other.count else { return false }
        return isSame(wire.span, from: offset, other.span, count: other.count)
    }

    /// Below `ancestor` and not equal to it.
    public func isProperSubdomain(of ancestor: DomainName) -> Bool {
        wire.count > ancestor.wire.count && isSubdomain(of: ancestor)
    }

    /// The number of labels that two names share, from the root.
    public func commonLabelCount(with other: DomainName) -> Int {
        let (mine, others) = (LabelStarts(self), LabelStarts(other))
        var count = 0
        while count < min(mine.count, others.count) {
            let (a, b) = (mine.fromRoot(count), others.fromRoot(count))
            guard Self.compareLabels(wire, a, other.wire, b) == 0 else { break }
            count += 1
        }
        return count
    }

    /// `label` put before the name; nil when that is too long.
    public func prepending(label: [UInt8]) -> DomainName? {
        guard (1...Self.maximumLabelLength).contains(label.count),
            wire.count + label.count + 1 <= Self.maximumLength
        else { return nil }
        return DomainName(unchecked: [UInt8(label.count)] + label + wire)
    }

    /// The name with its suffix `old` replaced by `new`, as DNAME does (RFC 6672 §2.2).
    ///
    /// Nil when the name is not below `old`; `.tooLong` where the result would pass 255 octets.
    public func replacingSuffix(_ old: DomainName, with new: DomainName) -> SuffixReplacement? {
        guard isProperSubdomain(of: old) else { return nil }
        let wire = Array(wire.dropLast(old.wire.count)) + new.wire
        return wire.count <= Self.maximumLength ? .name(DomainName(unchecked: wire)) : .tooLong
    }

    public enum SuffixReplacement: Equatable, Sendable {
        case name(DomainName)
        case tooLong
    }

    public var isWildcard: Bool { wire.count > 2 && wire[0] == 1 && wire[1] == UInt8(ascii: "*") }

    /// The same name, and the same octets where it has no other letters.
    public var lowercase: DomainName {
        guard !isLowercase else { return self }
        var wire = wire
        var octets = wire.mutableSpan
        for index in octets.indices { octets[index] = lowercased(octets[index]) }
        return DomainName(unchecked: wire)
    }

    var isLowercase: Bool {
        let octets = wire.span
        var index = 0
        while octets.count - index >= 8 {
            let word = octets.word(at: index)
            guard lowercased(word) == word else { return false }
            index += 8
        }
        while index < octets.count {
            guard lowercased(octets[index]) == octets[index] else { return false }
            index += 1
        }
        return true
    }

    /// The same name, each letter in a case chosen by chance (0x20).
    public func randomizingCase(using random: inout some RandomNumberGenerator) -> DomainName {
        var wire = wire
        var octets = wire.mutableSpan
        var bits: UInt64 = 0
        for index in octets.indices {
            // A bit for each octet.
            if index % UInt64.bitWidth == 0 { bits = random.next() }
            let octet = octets[index]
            // Length octets are at most 63, below any letter.
            if (octet | 0x20) &- UInt8(ascii: "a") < 26 {
                octets[index] = octet & ~0x20 | UInt8(truncatingIfNeeded: bits & 1) << 5
            }
            bits >>= 1
        }
        return DomainName(unchecked: wire)
    }

    /// Whether both are the same octet for octet, case included (what 0x20 compares).
    public func isIdentical(to other: DomainName) -> Bool { wire == other.wire }
}

// --- Equality and order ---

extension DomainName: Hashable {
    public static func == (a: DomainName, b: DomainName) -> Bool {
        guard a.wire.count == b.wire.count else { return false }
        // Length octets are at most 63, below any letter, so folding the whole is safe.
        return isSame(a.wire.span, from: 0, b.wire.span, count: a.wire.count)
    }

    public func hash(into hasher: inout Hasher) {
        let octets = wire.span
        var index = 0
        while octets.count - index >= 8 {
            hasher.combine(lowercased(octets.word(at: index)))
            index += 8
        }
        var last: UInt64 = 0
        while index < octets.count {
            last = last << 8 | UInt64(lowercased(octets[index]))
            index += 1
        }
        hasher.combine(last)
    }
}

extension DomainName: Comparable {
    /// RFC 4034 §6.1: by labels from the root, each as lower-case octets, a missing label first.
    public static func < (a: DomainName, b: DomainName) -> Bool {
        let (starts, otherStarts) = (LabelStarts(a), LabelStarts(b))
        for index in 0..<min(starts.count, otherStarts.count) {
            let order = compareLabels(a.wire, starts.fromRoot(index), b.wire, otherStarts.fromRoot(index))
            if order != 0 { return order < 0 }
        }
        return starts.count < otherStarts.count
    }

    /// Below, at or above zero as the label at `start` of `a` sorts before, with or behind the one of `b`.
    private static func compareLabels(_ a: [UInt8], _ start: Int, _ b: [UInt8], _ otherStart: Int) -> Int {
        let (length, otherLength) = (Int(a[start]), Int(b[otherStart]))
        var step = 1
        while step <= min(length, otherLength) {
            let (x, y) = (lowercased(a[start + step]), lowercased(b[otherStart + step]))
            if x != y { return Int(x) - Int(y) }
            step += 1
        }
        return length - otherLength
    }
}

/// Where the labels of a name start, without an allocation.
private struct LabelStarts {
    /// A name of 255 octets has at most 127 labels, which start at 254 at the latest.
    private var starts = InlineArray<127, UInt8>(repeating: 0)
    private(set) var count = 0

    init(_ name: DomainName) {
        var offset = 0
        while offset < name.wire.count, name.wire[offset] != 0, count < 127 {
            starts[count] = UInt8(truncatingIfNeeded: offset)
            count += 1
            offset += Int(name.wire[offset]) + 1
        }
    }

    /// 0 is the label next to the root.
    func fromRoot(_ index: Int) -> Int { Int(starts[count - 1 - index]) }
}
