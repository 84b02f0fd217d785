/// Octets as text: base16, base32hex and base64 (RFC 4648).
public enum BinaryText {
    /// How many bits a digit holds, and which digits there are.
    struct Alphabet {
        let bits: Int
        let digits: [UInt8]
        /// Digit values by octet; 255 for what is no digit.
        let values: [UInt8]

        init(bits: Int, _ digits: String, foldsCase: Bool) {
            self.bits = bits
            self.digits = Array(digits.utf8)
            var values = [UInt8](repeating: 255, count: 256)
            for (value, digit) in self.digits.enumerated() {
                values[Int(digit)] = UInt8(value)
                if foldsCase { values[Int(lowercased(digit))] = UInt8(value) }
            }
            self.values = values
        }
    }

    static let base16 = Alphabet(bits: 4, "0123456789ABCDEF", foldsCase: true)
    /// RFC 4648 §7, without padding: the hashed owner names of NSEC3 (RFC 5155 §3.3).
    static let base32hex = Alphabet(bits: 5, "0123456789ABCDEFGHIJKLMNOPQRSTUV", foldsCase: true)
    static let base64 = Alphabet(
        bits: 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", foldsCase: false)

    static func append(_ octets: some Sequence<UInt8>, in alphabet: Alphabet, to text: inout [UInt8]) {
        var buffer: UInt32 = 0
        var count = 0
        let mask = UInt32(1) << UInt32(alphabet.bits) - 1
        for octet in octets {
            buffer = buffer << 8 | UInt32(octet)
            count += 8
            while count >= alphabet.bits {
                count -= alphabet.bits
                text.append(alphabet.digits[Int(buffer >> UInt32(count) & mask)])
            }
        }
        if count > 0 {
            text.append(alphabet.digits[Int(buffer << UInt32(alphabet.bits - count) & mask)])
        }
    }

    static func appendBase64(_ octets: some Sequence<UInt8>, to text: inout [UInt8]) {
        let start = text.count
        append(octets, in: base64, to: &text)
        while (text.count - start) & 3 != 0 { text.append(UInt8(ascii: "=")) }
    }

    /// The octets of unpadded text; nil where a digit is none, one is left over, or the bits behind the end are not zero.
    static func octets(_ text: some Collection<UInt8>, in alphabet: Alphabet) -> [UInt8]? {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count * alphabet.bits / 8)
        var buffer: UInt32 = 0
        var count = 0
        for digit in text {
            let value = alphabet.values[Int(digit)]
            guard value != 255 else { return nil }
            buffer = buffer << UInt32(alphabet.bits) | UInt32(value)
            count += alphabet.bits
            if count >= 8 {
                count -= 8
                octets.append(UInt8(truncatingIfNeeded: buffer >> UInt32(count)))
            }
        }
        guard count < alphabet.bits, buffer & (UInt32(1) << UInt32(count) - 1) == 0 else { return nil }
        return octets
    }

    /// Base64 with its padding, which must be there (RFC 4648 §3.2).
    static func octetsOfBase64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count & 3 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return octets(text.dropLast(padding), in: base64)
    }

    /// Base64 with padding.
    public static func base64(_ octets: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        appendBase64(octets, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The octets of base64 with its padding; nil for what is none.
    public static func octets(base64 text: some StringProtocol) -> [UInt8]? {
        octetsOfBase64(Array(text.utf8)[...])
    }
}
