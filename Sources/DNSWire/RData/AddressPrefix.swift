/// The items of APL, lists of address prefixes (RFC 3123 §4).
///
///     +-----+-----+-----+-----+-----+-----+-----+-----+
///     |                 ADDRESSFAMILY (16)            |
///     +-----+-----+-----+-----+-----+-----+-----+-----+
///     |      PREFIX (8)       | N |  AFDLENGTH (7)    |
///     +-----+-----+-----+-----+-----+-----+-----+-----+
///     |                    AFDPART                    |
///     +-----+-----+-----+-----+-----+-----+-----+-----+
enum AddressPrefix {
    static func check(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var position = range.lowerBound
        while position < range.upperBound {
            guard range.upperBound - position >= 4 else { throw WireError(.badRData, at: position) }
            let next = position + 4 + Int(try message.uint8(at: position + 3) & 0x7f)
            guard next <= range.upperBound else { throw WireError(.badRData, at: position) }
            position = next
        }
    }

    /// One item of text, `[!]family:address/length` (RFC 3123 §5); nil for what is none.
    static func octets(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var text = text
        let isNegated = text.first == UInt8(ascii: "!")
        if isNegated { text = text.dropFirst() }
        let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number: UInt16 = DecimalText.number(parts[0]), let family = family(number)
        else { return nil }
        let halves = parts[1].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard halves.count == 2, let length: UInt8 = DecimalText.number(halves[1]),
            let address = IPAddress(String(decoding: halves[0], as: UTF8.self)), address.family == family,
            Int(length) <= address.bitCount
        else { return nil }
        let part = significant(address)
        return [0, UInt8(number), length, UInt8(part.count) | (isNegated ? 0x80 : 0)] + part
    }

    /// False where a family is unknown, or an item is not written as RFC 3123 §4 wants it.
    static func appendText(of octets: ArraySlice<UInt8>, to text: inout [UInt8]) -> Bool {
        var position = octets.startIndex
        while position < octets.endIndex {
            guard octets.endIndex - position >= 4 else { return false }
            let number = UInt16(octets[position]) << 8 | UInt16(octets[position + 1])
            let length = octets[position + 2]
            let end = position + 4 + Int(octets[position + 3] & 0x7f)
            guard let family = family(number), end <= octets.endIndex else { return false }
            let part = Array(octets[(position + 4)..<end])
            let missing = (family == .ipv4 ? 4 : 16) - part.count
            guard missing >= 0, let address = IPAddress(octets: part + [UInt8](repeating: 0, count: missing)),
                significant(address) == part, Int(length) <= address.bitCount
            else { return false }
            if position > octets.startIndex { text.append(UInt8(ascii: " ")) }
            if octets[position + 3] & 0x80 != 0 { text.append(UInt8(ascii: "!")) }
            text += "\(number):\(address)/\(length)".utf8
            position = end
        }
        return true
    }

    /// The address without the zero octets at its end, which are not sent (RFC 3123 §4).
    private static func significant(_ address: IPAddress) -> [UInt8] {
        var octets = address.octets
        while octets.last == 0 { octets.removeLast() }
        return octets
    }

    /// IANA "Address Family Numbers".
    private static func family(_ number: UInt16) -> IPAddress.Family? {
        number == 1 ? .ipv4 : number == 2 ? .ipv6 : nil
    }
}
