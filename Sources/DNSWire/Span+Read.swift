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
