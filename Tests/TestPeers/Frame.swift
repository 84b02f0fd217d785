/// HTTP/2 frames made and read by hand, so that they can be wrong.
package struct Frame: Equatable {
    package var type: UInt8
    package var flags: UInt8 = 0
    package var stream: UInt32 = 0
    package var payload: [UInt8] = []

    package init(type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8] = []) {
        self.type = type
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    package static let data: UInt8 = 0
    package static let headers: UInt8 = 1
    package static let priority: UInt8 = 2
    package static let reset: UInt8 = 3
    package static let settings: UInt8 = 4
    package static let pushPromise: UInt8 = 5
    package static let ping: UInt8 = 6
    package static let goAway: UInt8 = 7
    package static let windowUpdate: UInt8 = 8
    package static let continuation: UInt8 = 9

    package static let endStream: UInt8 = 0x1
    package static let acknowledges: UInt8 = 0x1
    package static let endHeaders: UInt8 = 0x4
    package static let padded: UInt8 = 0x8
    package static let hasPriority: UInt8 = 0x20

    package var octets: [UInt8] { octets(announcing: payload.count) }

    /// With a length that need not be that of the payload.
    package func octets(announcing length: Int) -> [UInt8] {
        [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + Self.octets(of: stream) + payload
    }

    package static func octets(of number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// HEADERS, with CONTINUATION for what does not fit into a frame.
    package var split: [UInt8] {
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
    package var number: UInt32 { payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// Whole frames in `octets`; nil when something is left over.
    package static func read(_ octets: [UInt8]) -> [Frame]? {
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

    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    package static let noSettings = Frame(type: settings)

    package static func setting(_ identifier: UInt16, _ value: UInt32) -> Frame {
        Frame(
            type: settings,
            payload: [UInt8(identifier >> 8), UInt8(identifier & 255)] + octets(of: value))
    }

    package static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> Frame {
        Frame(type: windowUpdate, stream: stream, payload: octets(of: increment))
    }

    package static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> Frame {
        Frame(type: reset, stream: stream, payload: octets(of: code))
    }

    package static func request(_ stream: UInt32, _ fields: [(String, String)], endsStream: Bool = true)
        -> Frame
    {
        Frame(
            type: headers, flags: endHeaders | (endsStream ? endStream : 0), stream: stream,
            payload: block(fields))
    }

    package static func body(_ stream: UInt32, _ octets: [UInt8], endsStream: Bool = true) -> Frame {
        Frame(type: data, flags: endsStream ? endStream : 0, stream: stream, payload: octets)
    }

    package static func get(_ stream: UInt32, _ path: String = "/dns-query?dns=" + Sample.text) -> Frame {
        request(stream, getFields(path))
    }

    package static func getFields(_ path: String = "/dns-query?dns=" + Sample.text) -> [(String, String)] {
        [(":method", "GET"), (":scheme", "https"), (":authority", "dns.example"), (":path", path)]
    }

    package static func postFields(
        _ path: String = "/dns-query", type: String = "application/dns-message"
    ) -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "https"), (":authority", "dns.example"), (":path", path),
            ("content-type", type),
        ]
    }

    /// A header block of literals that are neither indexed nor compressed (RFC 7541 §6.2.2).
    package static func block(_ fields: [(String, String)]) -> [UInt8] {
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
