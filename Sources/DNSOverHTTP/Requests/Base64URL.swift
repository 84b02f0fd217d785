/// Decodes base64url without padding (RFC 4648 §5; RFC 8484 §6) as its characters come.
struct Base64URLDecoder {
    private var bits: UInt32 = 0
    private var bitCount = 0
    private var characters = 0

    /// Takes one character. False when it is none of the alphabet; padding is not.
    @inline(__always)
    mutating func take(_ unit: UInt16, into message: inout [UInt8]) -> Bool {
        guard let value = Self.value(of: unit) else { return false }
        characters &+= 1
        bits = bits << 6 | value
        bitCount += 6
        if bitCount >= 8 {
            bitCount -= 8
            message.append(UInt8(truncatingIfNeeded: bits >> UInt32(truncatingIfNeeded: bitCount)))
        }
        return true
    }

    /// Whether the text may end here: no single character is left over, and the bits that no octet needed
    /// are zero (RFC 4648 §3.5), so that one message has one text.
    var isComplete: Bool {
        characters % 4 != 1 && bits & ((1 << UInt32(truncatingIfNeeded: bitCount)) - 1) == 0
    }

    @inline(__always)
    private static func value(of unit: UInt16) -> UInt32? {
        switch unit {
        case 0x41...0x5a: UInt32(unit) - 0x41
        case 0x61...0x7a: UInt32(unit) - 0x61 + 26
        case 0x30...0x39: UInt32(unit) - 0x30 + 52
        case 0x2d: 62
        case 0x5f: 63
        default: nil
        }
    }
}
