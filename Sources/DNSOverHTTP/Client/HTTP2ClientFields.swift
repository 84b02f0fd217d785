import CNghttp2

/// The header fields of a query by POST (RFC 8484 §4.1) as libnghttp2 takes them.
enum HTTP2ClientFields {
    /// - Parameter body: may use the fields while it runs; libnghttp2 copies what it has to keep.
    static func withFields(
        authority: [UInt8], path: [UInt8], length: Int,
        _ body: (UnsafeMutableBufferPointer<nghttp2_nv>) -> Int32
    ) -> Int32 {
        let digits = DecimalText(length)
        let pairs: [(StaticString, [UInt8])] = [
            (":method", Array("POST".utf8)), (":scheme", Array("https".utf8)), (":authority", authority),
            (":path", path), ("accept", Array("application/dns-message".utf8)),
            ("content-type", Array("application/dns-message".utf8)),
            ("content-length", (0..<digits.count).map { digits[$0] }),
        ]
        let values = pairs.flatMap(\.1)
        return unsafe values.withUnsafeBufferPointer { values in
            unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: pairs.count) { fields in
                var offset = 0
                for (index, (name, value)) in pairs.enumerated() {
                    let field = unsafe nghttp2_nv(
                        name: UnsafeMutablePointer(mutating: name.utf8Start),
                        value: UnsafeMutablePointer(mutating: values.baseAddress.map { unsafe $0 + offset }),
                        namelen: name.utf8CodeUnitCount, valuelen: value.count,
                        flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
                    unsafe fields.initializeElement(at: index, to: field)
                    offset += value.count
                }
                return unsafe body(fields)
            }
        }
    }
}
