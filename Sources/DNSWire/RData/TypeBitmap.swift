/// The list of types in NSEC, NSEC3 and CSYNC (RFC 4034 §4.1.2).
public enum TypeBitmap {
    /// Windows must rise and hold 1 to 32 octets.
    static func check(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var position = range.lowerBound
        var last = -1
        while position < range.upperBound {
            guard range.upperBound - position >= 3 else { throw WireError(.badRData, at: position) }
            let window = Int(message[position])
            let length = Int(message[position + 1])
            guard window > last, (1...32).contains(length), position + 2 + length <= range.upperBound else {
                throw WireError(.badRData, at: position)
            }
            last = window
            position += 2 + length
        }
    }

    /// The types of a bitmap, ascending; what does not fit is left out.
    public static func types(in bytes: ArraySlice<UInt8>) -> [RecordType] {
        var types: [RecordType] = []
        // The bits of a window's number and length are counted too, which is a little too much room.
        types.reserveCapacity(bytes.reduce(0) { $0 + $1.nonzeroBitCount })
        var position = bytes.startIndex
        while position + 2 < bytes.endIndex {
            let window = UInt16(bytes[position]) << 8
            let length = Int(bytes[position + 1])
            guard position + 2 + length <= bytes.endIndex else { break }
            for index in 0..<length where bytes[position + 2 + index] != 0 {
                let octet = bytes[position + 2 + index]
                for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 {
                    types.append(RecordType(rawValue: window | UInt16(index * 8 + bit)))
                }
            }
            position += 2 + length
        }
        return types
    }

    public static func contains(_ type: RecordType, in bytes: ArraySlice<UInt8>) -> Bool {
        types(in: bytes).contains(type)
    }

    public static func compose(_ types: some Sequence<RecordType>) -> [UInt8] {
        var result: [UInt8] = []
        let windows = Dictionary(grouping: Set(types).map(\.rawValue)) { $0 >> 8 }
        for (window, members) in windows.sorted(by: { $0.key < $1.key }) {
            var octets = [UInt8](repeating: 0, count: Int((members.max() ?? 0) & 0xff) / 8 + 1)
            for member in members { octets[Int(member & 0xff) / 8] |= 0x80 >> UInt8(member & 7) }
            result += [UInt8(window), UInt8(octets.count)] + octets
        }
        return result
    }
}
