import CNghttp2

/// Header fields of responses as libnghttp2 takes them. Names and values that never change are not copied by
/// it, and are indexed by the peer after the first response; numbers are neither.
enum HTTP2Fields {
    typealias Fields = UnsafeMutableBufferPointer<nghttp2_nv>

    /// The fields of a response with a DNS message (RFC 8484 §5.1).
    static func withMessageFields(length: Int, maxAge: UInt32, _ body: (Fields) -> Void) {
        var lengthText = InlineArray<20, UInt8>(repeating: 0)
        let lengthCount = write(DecimalText(length), into: &lengthText, after: "")
        var ageText = InlineArray<32, UInt8>(repeating: 0)
        let ageCount = write(DecimalText(Int(maxAge)), into: &ageText, after: "max-age=")
        var lengthSpan = lengthText.mutableSpan
        var ageSpan = ageText.mutableSpan
        unsafe lengthSpan.withUnsafeMutableBufferPointer { lengthDigits in
            unsafe ageSpan.withUnsafeMutableBufferPointer { age in
                unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: 4) { fields in
                    unsafe fields.initializeElement(at: 0, to: field(":status", "200"))
                    unsafe fields.initializeElement(
                        at: 1, to: field("content-type", "application/dns-message"))
                    unsafe fields.initializeElement(
                        at: 2, to: field("content-length", lengthDigits.baseAddress, lengthCount))
                    unsafe fields.initializeElement(
                        at: 3, to: field("cache-control", age.baseAddress, ageCount))
                    unsafe body(fields)
                }
            }
        }
    }

    /// The fields of a response that says something else.
    static func withReplyFields(_ reply: Reply, _ body: (Fields) -> Void) {
        var length = InlineArray<20, UInt8>(repeating: 0)
        let lengthCount = write(DecimalText(reply.text.utf8CodeUnitCount), into: &length, after: "")
        var lengthSpan = length.mutableSpan
        unsafe lengthSpan.withUnsafeMutableBufferPointer { digits in
            unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: 5) { fields in
                unsafe fields.initializeElement(at: 0, to: field(":status", reply.status.code))
                // What is wrong today is right tomorrow, perhaps.
                unsafe fields.initializeElement(at: 1, to: field("cache-control", "no-store"))
                var count = 2
                if reply.listsMethods {
                    unsafe fields.initializeElement(at: count, to: field("allow", Reply.methods))
                    count += 1
                }
                if reply.text.utf8CodeUnitCount > 0 {
                    unsafe fields.initializeElement(
                        at: count, to: field("content-type", "text/plain; charset=utf-8"))
                    unsafe fields.initializeElement(
                        at: count + 1, to: field("content-length", digits.baseAddress, lengthCount))
                    count += 2
                }
                unsafe body(Fields(rebasing: fields[..<count]))
            }
        }
    }

    /// Fields that never change.
    static func withFields(_ pairs: [(StaticString, StaticString)], _ body: (Fields) -> Void) {
        unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: pairs.count) { fields in
            for index in pairs.indices {
                unsafe fields.initializeElement(at: index, to: field(pairs[index].0, pairs[index].1))
            }
            unsafe body(fields)
        }
    }

    private static func field(_ name: StaticString, _ value: StaticString) -> nghttp2_nv {
        let flags = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue
        return unsafe nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start),
            value: UnsafeMutablePointer(mutating: value.utf8Start), namelen: name.utf8CodeUnitCount,
            valuelen: value.utf8CodeUnitCount, flags: UInt8(truncatingIfNeeded: flags))
    }

    /// A value that is another for each response: entered in the table of header fields (RFC 7541 §2.3) it
    /// would drive out what is worth being there.
    private static func field(
        _ name: StaticString, _ value: UnsafeMutablePointer<UInt8>?, _ count: Int
    ) -> nghttp2_nv {
        let flags = NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_INDEX.rawValue
        return unsafe nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start), value: value,
            namelen: name.utf8CodeUnitCount, valuelen: count, flags: UInt8(truncatingIfNeeded: flags))
    }

    /// Writes a prefix and digits; how many octets.
    private static func write<let capacity: Int>(
        _ digits: DecimalText, into text: inout InlineArray<capacity, UInt8>, after prefix: StaticString
    ) -> Int {
        let octets = unsafe UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
        var count = 0
        for index in octets.indices where count < capacity {
            text[count] = unsafe octets[index]
            count += 1
        }
        for index in 0..<digits.count where count < capacity {
            text[count] = digits[index]
            count += 1
        }
        return count
    }
}
