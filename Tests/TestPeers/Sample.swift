/// A DNS query for www.example.com, AAAA, and its base64url text (RFC 8484 §4.1.1 has one for type A).
package enum Sample {
    package static let message: [UInt8] =
        [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + Array("www".utf8) + [7] + Array("example".utf8) + [3]
        + Array("com".utf8) + [0, 0, 28, 0, 1]
    package static let text = "AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAHAAB"

    package static func message(of count: Int) -> [UInt8] {
        Array((message + (0..<max(0, count)).map { UInt8(truncatingIfNeeded: $0 &* 7) }).prefix(count))
    }

    /// Base64url without padding.
    package static func encode(_ octets: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        var bits = 0
        var count = 0
        for octet in octets {
            bits = (bits << 8 | Int(octet)) & 0xffff
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[bits >> count & 63])
            }
        }
        if count > 0 { text.append(alphabet[bits << (6 - count) & 63]) }
        return text
    }
}
