import CNghttp2

/// Decompresses header blocks of one connection.
@safe
package final class HeaderDecoder {
    private var inflater: OpaquePointer?

    package init() { _ = unsafe nghttp2_hd_inflate_new(&inflater) }
    deinit { unsafe nghttp2_hd_inflate_del(inflater) }

    package func decode(_ block: [UInt8]) -> [String: String]? {
        var fields: [String: String] = [:]
        var rest = block[...]
        while true {
            var field = unsafe nghttp2_nv()
            var flags: Int32 = 0
            let used = unsafe Array(rest).withUnsafeBufferPointer {
                unsafe nghttp2_hd_inflate_hd2(inflater, &field, &flags, $0.baseAddress, $0.count, 1)
            }
            guard used >= 0 else { return nil }
            rest = rest.dropFirst(used)
            if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                let name = unsafe String(
                    decoding: UnsafeBufferPointer(start: field.name, count: field.namelen), as: UTF8.self)
                fields[name] = unsafe String(
                    decoding: UnsafeBufferPointer(start: field.value, count: field.valuelen), as: UTF8.self)
            }
            if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 {
                unsafe nghttp2_hd_inflate_end_headers(inflater)
                return fields
            }
        }
    }
}
