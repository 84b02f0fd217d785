// Octets as text (RFC 4648 §4, with padding).

private let base64Digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

func base64(_ octets: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: octets.count, by: 3) {
        let part = octets[start..<min(start + 3, octets.count)]
        let word = (0..<3).reduce(UInt32(0)) { word, index in
            word << 8 | (index < part.count ? UInt32(part[part.startIndex + index]) : 0)
        }
        for index in 0..<4 {
            let digit = base64Digits[Int(word >> UInt32(18 - 6 * index) & 63)]
            text.append(index <= part.count ? digit : UInt8(ascii: "="))
        }
    }
    return String(decoding: text, as: UTF8.self)
}

/// Nil for what is not written as `base64` writes it.
func octets(ofBase64 text: String) -> [UInt8]? {
    var octets: [UInt8] = []
    var buffer: UInt32 = 0
    var count: UInt32 = 0
    for digit in text.utf8.prefix(while: { $0 != UInt8(ascii: "=") }) {
        guard let value = base64Digits.firstIndex(of: digit) else { return nil }
        buffer = buffer << 6 | UInt32(value)
        count += 6
        guard count >= 8 else { continue }
        count -= 8
        octets.append(UInt8(truncatingIfNeeded: buffer >> count))
        buffer &= 1 << count - 1
    }
    return base64(octets) == text ? octets : nil
}
