import CNghttp2

/// HTTP/2 frames made and read by hand, so that they can be wrong.
struct Frame: Equatable {
    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let pushPromise: UInt8 = 5
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9

    static let endStream: UInt8 = 0x1
    static let acknowledges: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4
    static let padded: UInt8 = 0x8
    static let hasPriority: UInt8 = 0x20

    var octets: [UInt8] { octets(announcing: payload.count) }

    /// With a length that need not be that of the payload.
    func octets(announcing length: Int) -> [UInt8] {
        [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + Self.octets(of: stream) + payload
    }

    static func octets(of number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// HEADERS, with CONTINUATION for what does not fit into a frame.
    var split: [UInt8] {
        guard payload.count > 16_384 else { return octets }
        var first = self
        first.flags &= ~Self.endHeaders
        first.payload = Array(payload[..<16_384])
        let rest = Frame(
            type: Self.continuation, flags: Self.endHeaders, stream: stream,
            payload: Array(payload[16_384...]))
        return first.octets + rest.octets
    }

    /// The first number in the payload.
    var number: UInt32 { payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// Whole frames in `octets`; nil when something is left over.
    static func read(_ octets: [UInt8]) -> [Frame]? {
        var frames: [Frame] = []
        var rest = octets[...]
        while !rest.isEmpty {
            guard rest.count >= 9 else { return nil }
            let header = Array(rest.prefix(9))
            let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            guard rest.count >= 9 + length else { return nil }
            let stream = header[5...8].reduce(0) { $0 << 8 | UInt32($1) }
            let payload = Array(rest.dropFirst(9).prefix(length))
            frames.append(Frame(type: header[3], flags: header[4], stream: stream, payload: payload))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    //--- The frames of requests ---

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let noSettings = Frame(type: settings)

    static func setting(_ identifier: UInt16, _ value: UInt32) -> Frame {
        Frame(
            type: settings,
            payload: [UInt8(identifier >> 8), UInt8(identifier & 255)] + octets(of: value))
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> Frame {
        Frame(type: windowUpdate, stream: stream, payload: octets(of: increment))
    }

    static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> Frame {
        Frame(type: reset, stream: stream, payload: octets(of: code))
    }

    static func request(_ stream: UInt32, _ fields: [(String, String)], endsStream: Bool = true) -> Frame {
        Frame(
            type: headers, flags: endHeaders | (endsStream ? endStream : 0), stream: stream,
            payload: block(fields))
    }

    static func body(_ stream: UInt32, _ octets: [UInt8], endsStream: Bool = true) -> Frame {
        Frame(type: data, flags: endsStream ? endStream : 0, stream: stream, payload: octets)
    }

    static func get(_ stream: UInt32, _ path: String = "/dns-query?dns=" + Sample.text) -> Frame {
        request(stream, getFields(path))
    }

    static func getFields(_ path: String = "/dns-query?dns=" + Sample.text) -> [(String, String)] {
        [(":method", "GET"), (":scheme", "https"), (":authority", "dns.example"), (":path", path)]
    }

    static func postFields(
        _ path: String = "/dns-query", type: String = "application/dns-message"
    ) -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "https"), (":authority", "dns.example"), (":path", path),
            ("content-type", type),
        ]
    }

    /// A header block of literals that are neither indexed nor compressed (RFC 7541 §6.2.2).
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + string($0.0) + string($0.1) }
    }

    private static func string(_ text: String) -> [UInt8] {
        let octets = Array(text.utf8)
        guard octets.count >= 127 else { return [UInt8(octets.count)] + octets }
        var length: [UInt8] = [127]
        var rest = octets.count - 127
        while rest >= 128 {
            length.append(UInt8(rest % 128 + 128))
            rest /= 128
        }
        return length + [UInt8(rest)] + octets
    }
}

/// A DNS query for www.example.com, AAAA, and its base64url text (RFC 8484 §4.1.1 has one for type A).
enum Sample {
    static let message: [UInt8] =
        [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + Array("www".utf8) + [7] + Array("example".utf8) + [3]
        + Array("com".utf8) + [0, 0, 28, 0, 1]
    static let text = "AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAHAAB"

    static func message(of count: Int) -> [UInt8] {
        Array((message + (0..<max(0, count)).map { UInt8(truncatingIfNeeded: $0 &* 7) }).prefix(count))
    }

    /// Base64url without padding.
    static func encode(_ octets: [UInt8]) -> String {
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

/// Decompresses header blocks of one connection.
@safe
final class HeaderDecoder {
    private var inflater: OpaquePointer?

    init() { _ = unsafe nghttp2_hd_inflate_new(&inflater) }
    deinit { unsafe nghttp2_hd_inflate_del(inflater) }

    func decode(_ block: [UInt8]) -> [String: String]? {
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
