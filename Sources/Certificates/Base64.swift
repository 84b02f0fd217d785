/// Octets in base64, and in its form for URLs (RFC 4648 §4 and §5).
public enum Base64 {
    private static let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let digits = Array((common + "+/").utf8)
    private static let digitsForURLs = Array((common + "-_").utf8)

    /// With padding.
    public static func text(_ octets: [UInt8]) -> String {
        var text = digits(of: octets, digits)
        while text.count & 3 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// In the form for URLs, without padding.
    public static func textForURLs(_ octets: [UInt8]) -> String {
        String(decoding: digits(of: octets, digitsForURLs), as: UTF8.self)
    }

    private static func digits(of octets: [UInt8], _ digits: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var count: UInt32 = 0
        for octet in octets {
            buffer = buffer << 8 | UInt32(octet)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[Int(buffer >> count & 63)])
            }
        }
        if count > 0 { text.append(digits[Int(buffer << (6 - count) & 63)]) }
        return text
    }

    /// The octets of text in the form for URLs, without padding; nil for what is none, or has bits left over that are
    /// not zero.
    public static func octetsFromURL(_ text: some StringProtocol) -> [UInt8]? {
        var octets: [UInt8] = []
        var buffer: UInt32 = 0
        var count: UInt32 = 0
        for digit in text.utf8 {
            guard let value = digitsForURLs.firstIndex(of: digit) else { return nil }
            buffer = buffer << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            octets.append(UInt8(truncatingIfNeeded: buffer >> count))
            buffer &= (1 << count) - 1
        }
        return count < 6 && buffer == 0 ? octets : nil
    }
}
