import DNSWire

/// Thirty-two bits made of a question as it stands in a message, by which an answer shows that it is one to this question.
///
/// They need not withstand anybody: the ID and the connection say whose answer it is, and this only finds the answers that
/// come after their ID was given to another query.
enum QuestionMark {
    /// - Parameter length: octets of the name, the type and the class together.
    /// - Returns: nil for a message that is too short to hold as many.
    @inline(__always)
    static func of(_ message: UnsafeBufferPointer<UInt8>, _ length: Int) -> UInt32? {
        guard length >= 0, message.count >= Header.length + length else { return nil }
        let octets = UnsafeRawBufferPointer(message)
        let end = Header.length + length
        var hash = UInt64(truncatingIfNeeded: length) &* 0x9e37_79b9_7f4a_7c15
        var offset = Header.length
        while offset &+ 8 <= end {
            let word = unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = mix(hash ^ word)
            offset &+= 8
        }
        while offset < end {
            hash = mix(hash ^ UInt64(unsafe octets[offset]))
            offset &+= 1
        }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 29)
    }

    @inline(__always)
    private static func mix(_ word: UInt64) -> UInt64 {
        let product = word &* 0xff51_afd7_ed55_8ccd
        return product ^ product >> 32
    }
}
