/// The items of APL (RFC 3123 §4).
///
///     ADDRESSFAMILY(16) PREFIX(8) N(1) AFDLENGTH(7) AFDPART
enum AddressPrefix {
    static func check(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var position = range.lowerBound
        while position < range.upperBound {
            guard range.upperBound - position >= 4 else { throw WireError(.badRData, at: position) }
            let next = position + 4 + Int(message[position + 3] & 0x7f)
            guard next <= range.upperBound else { throw WireError(.badRData, at: position) }
            position = next
        }
    }
}
