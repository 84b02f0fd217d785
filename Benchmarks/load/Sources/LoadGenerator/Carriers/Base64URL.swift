/// Base64 with the alphabet for URLs, without padding (RFC 4648 §5), as RFC 8484 §6 wants it.
enum Base64URL {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Writes octets to `text` from `start` on, which must have room for four characters for every three octets: where
    /// the text ends.
    static func write(
        _ octets: UnsafeBufferPointer<UInt8>, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) -> Int {
        var position = start
        var bits: UInt32 = 0
        var bitCount = 0
        func put(_ value: UInt32) {
            unsafe text[position] = alphabet[Int(value & 63)]
            position += 1
        }
        for index in 0..<octets.count {
            bits = unsafe bits << 8 | UInt32(octets[index])
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                put(bits >> UInt32(bitCount))
            }
        }
        if bitCount > 0 { put(bits << UInt32(6 - bitCount)) }
        return position
    }
}
