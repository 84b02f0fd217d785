import CNghttp2

/// What all requests of DNS over HTTPS to one server have in common, and how a query becomes a request.
@safe
final class HTTP2RequestForm {
    enum Method { case get, post }

    let method: Method
    /// The texts of all fields, one behind the other, which stay where they are.
    private let texts: UnsafeMutableBufferPointer<UInt8>
    /// Those of every request. By GET, the first one is that of the path, which is another one each time.
    private var fields: [nghttp2_nv] = unsafe []
    private let path: [UInt8]

    private static let messageType = "application/dns-message"

    init(_ method: Method, authority: String, path: String) {
        self.method = method
        self.path = Array((method == .get ? path + "?dns=" : path).utf8)
        var pairs = [
            (":path", path), (":method", method == .get ? "GET" : "POST"), (":scheme", "https"),
            (":authority", authority), ("accept", Self.messageType),
        ]
        if method == .post { pairs.append(("content-type", Self.messageType)) }
        let octets = pairs.flatMap { Array($0.0.utf8) + Array($0.1.utf8) }
        unsafe texts = .allocate(capacity: octets.count)
        _ = unsafe texts.initialize(from: octets)
        let keep = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
        var offset = 0
        for (name, value) in pairs {
            let start = unsafe texts.baseAddress.map { unsafe $0 + offset }
            unsafe fields.append(
                nghttp2_nv(
                    name: start, value: start.map { unsafe $0 + name.utf8.count }, namelen: name.utf8.count,
                    valuelen: value.utf8.count, flags: keep))
            offset += name.utf8.count + value.utf8.count
        }
    }

    deinit { unsafe texts.deallocate() }

    /// - Parameter body: libnghttp2 copies what it has to keep while this runs.
    func withFields(
        for message: UnsafeBufferPointer<UInt8>, _ body: (UnsafeMutableBufferPointer<nghttp2_nv>) -> Int32
    ) -> Int32 {
        guard method == .get else { return unsafe fields.withUnsafeMutableBufferPointer { unsafe body($0) } }
        let capacity = path.count + (message.count * 4 + 2) / 3
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { text in
            for index in 0..<path.count { unsafe text[index] = path[index] }
            let count = unsafe Base64URL.write(message, to: text, at: path.count)
            unsafe fields[0].value = text.baseAddress
            unsafe fields[0].valuelen = count
            unsafe fields[0].flags = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
            return unsafe fields.withUnsafeMutableBufferPointer { unsafe body($0) }
        }
    }
}
