/// Reading network-order numbers, with every bound checked and no trap: all octets here may come from an attacker.
extension Span where Element == UInt8 {
    @inlinable
    public func uint8(at offset: Int) throws(WireError) -> UInt8 {
        guard offset >= 0, offset < count else { throw WireError(.truncated, at: count) }
        return self[offset]
    }

    @inlinable
    public func uint16(at offset: Int) throws(WireError) -> UInt16 {
        guard offset >= 0, offset <= count - 2 else { throw WireError(.truncated, at: count) }
        return UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    @inlinable
    public func uint32(at offset: Int) throws(WireError) -> UInt32 {
        guard offset >= 0, offset <= count - 4 else { throw WireError(.truncated, at: count) }
        return UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8
            | UInt32(self[offset + 3])
    }

    /// Eight octets from `offset`, the first of them lowest. They must lie inside: it is checked, and traps.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        // Any eight octets are a number, and the load checks its bounds.
        unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inlinable
    public func octets(_ range: Range<Int>) throws(WireError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw WireError(.truncated, at: count) }
        var result: [UInt8] = []
        append(range, to: &result)
        return result
    }

    /// Appends the octets of `range`, which must lie inside: it is checked, and traps.
    @usableFromInline
    func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
        // One copy of memory instead of an append for each octet, of which most of a message's parsing would consist.
        unsafe extracting(range).withUnsafeBufferPointer { part in unsafe bytes.append(contentsOf: part) }
    }
}

/// ASCII letters in lower case, everything else as it is (RFC 4343).
@inlinable
public func lowercased(_ octet: UInt8) -> UInt8 {
    octet &- 0x41 < 26 ? octet | 0x20 : octet
}

/// The same for eight octets at once.
@inline(__always)
func lowercased(_ word: UInt64) -> UInt64 {
    // Per octet: high bit set where 'A' <= octet <= 'Z'; octets of 0x80 and above are left alone.
    let sevenBits = word & 0x7f7f_7f7f_7f7f_7f7f
    let atLeastA = sevenBits &+ 0x3f3f_3f3f_3f3f_3f3f
    let aboveZ = sevenBits &+ 0x2525_2525_2525_2525
    let isUpper = (atLeastA & ~aboveZ) & ~word & 0x8080_8080_8080_8080
    return word | isUpper >> 2
}

/// Whether `count` octets of `a` from `start` and of `b` from `otherStart` are the same, letters' case aside. They must lie
/// inside: it is checked, and traps.
func isSame(
    _ a: Span<UInt8>, from start: Int, _ b: Span<UInt8>, from otherStart: Int = 0, count: Int
) -> Bool {
    var index = 0
    while count - index >= 8 {
        if !isSameWord(a, start + index, b, otherStart + index) { return false }
        index += 8
    }
    guard index < count else { return true }
    // What is left are the last of the eight octets before the end; some of these are compared twice.
    if count >= 8 { return isSameWord(a, start + count - 8, b, otherStart + count - 8) }
    while index < count {
        if lowercased(a[start + index]) != lowercased(b[otherStart + index]) { return false }
        index += 1
    }
    return true
}

@inline(__always)
private func isSameWord(_ a: Span<UInt8>, _ start: Int, _ b: Span<UInt8>, _ otherStart: Int) -> Bool {
    let (word, other) = (a.word(at: start), b.word(at: otherStart))
    return word == other || lowercased(word) == lowercased(other)
}
