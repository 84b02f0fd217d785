/// The parameters of SVCB and HTTPS (RFC 9460 §2.2).
///
///     SvcParamKey(16) length(16) SvcParamValue
enum ServiceParameter {
    /// Keys must rise strictly.
    static func check(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var position = range.lowerBound
        var last = -1
        while position < range.upperBound {
            guard range.upperBound - position >= 4 else { throw WireError(.badRData, at: position) }
            let key = Int(try message.uint16(at: position))
            let next = position + 4 + Int(try message.uint16(at: position + 2))
            guard key > last, next <= range.upperBound else { throw WireError(.badRData, at: position) }
            last = key
            position = next
        }
    }
}
