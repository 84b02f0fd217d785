/// LOC, a place on Earth (RFC 1876).
///
///     VERSION(8) SIZE(8) HORIZ PRE(8) VERT PRE(8) LATITUDE(32) LONGITUDE(32) ALTITUDE(32)
enum Location {
    static let length = 16

    /// Version 0 has 16 octets; other versions are carried as they are (RFC 1876 §2).
    static func check(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        guard range.lowerBound < range.upperBound else { throw WireError(.badRData, at: range.lowerBound) }
        guard message[range.lowerBound] != 0 || range.count == length else {
            throw WireError(.badRData, at: range.lowerBound)
        }
    }
}
