import DNSWire

extension Span where Element == UInt8 {
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for index in 0..<count where unsafe self[index] != other[index] { return false }
        return true
    }

    /// `text` is in lower case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for index in 0..<count where unsafe lowercased(self[index]) != other[index] { return false }
        return true
    }

    /// A number of nothing but decimal digits; `Int.max` when it is larger than any that matters; nil when it
    /// is none.
    var decimalNumber: Int? {
        guard !isEmpty else { return nil }
        // Beyond this, adding a digit changes nothing any more, and cannot overflow.
        let ceiling = 1 << 40
        var number = 0
        for index in 0..<count {
            let octet = self[index]
            guard octet >= 0x30, octet <= 0x39 else { return nil }
            number = min(ceiling, number * 10 + Int(octet - 0x30))
        }
        return number == ceiling ? .max : number
    }

    /// The octets of `range` without blanks and tabs at either end (RFC 9110 §5.6.3).
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    var text: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }
}

/// RFC 9110 §5.6.2: what tokens such as methods and names of fields are made of.
func isTokenOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e: true
    default: false
    }
}
