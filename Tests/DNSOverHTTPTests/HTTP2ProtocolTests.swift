import DNSOverHTTP
import TestPeers
import Testing

/// What RFC 9113 says must be an error, each sent by hand: the cases that the tool h2spec knows.
@Suite struct HTTP2ProtocolTests {
    enum Outcome: Sendable {
        /// An error of the connection with one of these codes.
        case goAway(Set<UInt32>)
        /// An error of the stream with one of these codes, or of the connection, which is allowed instead
        /// (RFC 9113 §5.4.1).
        case reset(UInt32, Set<UInt32>)
        /// No error: the next request is answered.
        case fine
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let octets: [UInt8]
        let outcome: Outcome
        var opens = true
        var testDescription: String { what }

        init(_ what: String, _ outcome: Outcome, _ frames: Frame...) {
            self.what = what
            self.outcome = outcome
            octets = frames.flatMap(\.octets)
        }

        init(_ what: String, _ outcome: Outcome, octets: [UInt8], opens: Bool = true) {
            self.what = what
            self.outcome = outcome
            self.octets = octets
            self.opens = opens
        }
    }

    private static let broken = Outcome.goAway([ErrorCode.protocolError])
    private static let wrongSize = Outcome.goAway([ErrorCode.frameSize])
    private static let closed = Outcome.goAway([ErrorCode.streamClosed, ErrorCode.protocolError])
    private static func malformed(_ stream: UInt32 = 1) -> Outcome {
        .reset(stream, [ErrorCode.protocolError])
    }
    private static let open = Frame.request(1, Frame.postFields(), endsStream: false)
    private static func fields(_ change: (inout [(String, String)]) -> Void) -> Frame {
        var fields = Frame.getFields()
        change(&fields)
        return .request(1, fields)
    }
    private static func part(_ type: UInt8, _ flags: UInt8, _ stream: UInt32 = 1) -> Frame {
        Frame(type: type, flags: flags, stream: stream, payload: Frame.block(Frame.getFields()))
    }

    static let framing: [Case] = [
        Case("a wrong preface", broken, octets: Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8), opens: false),
        Case(
            "no SETTINGS first", broken,
            octets: Frame.preface + Frame(type: Frame.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0]).octets,
            opens: false),
        Case("unknown types are ignored", .fine, Frame(type: 0x42, stream: 1, payload: [1, 2, 3])),
        Case(
            "unknown flags are ignored", .fine,
            Frame(type: Frame.ping, flags: 0x16, payload: [0, 0, 0, 0, 0, 0, 0, 0])),
        Case(
            "the reserved bit is ignored", .fine,
            Frame(type: Frame.windowUpdate, stream: 1 << 31, payload: [0, 0, 0, 1])),
        Case(
            "DATA above the frame size", wrongSize,
            octets: open.octets + Frame.body(1, [UInt8](repeating: 0, count: 16_385)).octets),
        Case(
            "HEADERS above the frame size", wrongSize,
            octets: Frame(
                type: Frame.headers, flags: 5, stream: 1, payload: [UInt8](repeating: 0, count: 16_385)
            ).octets),
        Case("an unknown frame inside a header block", broken, part(Frame.headers, 0), Frame(type: 0x42)),
        Case(
            "PRIORITY inside a header block", broken, part(Frame.headers, 0),
            Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 0, 1])),
        Case("HEADERS inside a header block", broken, part(Frame.headers, 0), part(Frame.headers, 5, 3)),
        Case(
            "CONTINUATION of another stream", broken, part(Frame.headers, 0), part(Frame.continuation, 4, 3)),
        Case("CONTINUATION without HEADERS", broken, part(Frame.continuation, 4)),
        Case("CONTINUATION after its end", broken, part(Frame.headers, 5), part(Frame.continuation, 4)),
        Case(
            "CONTINUATION after DATA", broken, open, Frame.body(1, [1], endsStream: false),
            part(Frame.continuation, 4)),
        Case("HEADERS on stream 0", broken, part(Frame.headers, 5, 0)),
        Case("DATA on stream 0", broken, Frame.body(0, [1])),
        Case("RST_STREAM on stream 0", broken, Frame.reset(0)),
        Case("RST_STREAM of an idle stream", broken, Frame.reset(1)),
        Case(
            "RST_STREAM of a wrong length", wrongSize, open,
            Frame(type: Frame.reset, stream: 1, payload: [0, 0, 0])),
        Case("SETTINGS on a stream", broken, Frame(type: Frame.settings, stream: 1)),
        Case("SETTINGS of a wrong length", wrongSize, Frame(type: Frame.settings, payload: [0, 3, 0])),
        Case(
            "an acknowledgement with a payload", wrongSize,
            Frame(type: Frame.settings, flags: 1, payload: [0, 3, 0, 0, 0, 1])),
        Case("ENABLE_PUSH other than 0 and 1", broken, Frame.setting(2, 2)),
        Case("INITIAL_WINDOW_SIZE above 2^31-1", .goAway([ErrorCode.flowControl]), Frame.setting(4, 1 << 31)),
        Case("MAX_FRAME_SIZE below 2^14", broken, Frame.setting(5, 16_383)),
        Case("MAX_FRAME_SIZE above 2^24-1", broken, Frame.setting(5, 1 << 24)),
        Case("an unknown setting is ignored", .fine, Frame.setting(0x99, 1)),
        Case(
            "PING on a stream", broken, Frame(type: Frame.ping, stream: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0])),
        Case("PING of a wrong length", wrongSize, Frame(type: Frame.ping, payload: [0, 0, 0, 0, 0, 0])),
        Case(
            "an acknowledgement of no PING is ignored", .fine,
            Frame(type: Frame.ping, flags: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0])),
        Case(
            "GOAWAY on a stream", broken,
            Frame(type: Frame.goAway, stream: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0])),
        Case(
            "PUSH_PROMISE from a client", broken, open,
            Frame(type: Frame.pushPromise, flags: 4, stream: 1, payload: [0, 0, 0, 2])),
        Case("PRIORITY on stream 0", broken, Frame(type: Frame.priority, payload: [0, 0, 0, 0, 1])),
        Case(
            "PRIORITY of a wrong length", .reset(1, [ErrorCode.frameSize]), open,
            Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 1])),
        Case(
            "PRIORITY of an idle stream", .fine,
            Frame(type: Frame.priority, stream: 9, payload: [0, 0, 0, 0, 1])),
        Case(
            "padding longer than DATA", broken, open,
            Frame(type: Frame.data, flags: 9, stream: 1, payload: [5, 0, 0])),
        Case(
            "padding longer than HEADERS", broken,
            Frame(type: Frame.headers, flags: 13, stream: 1, payload: [99, 0x82])),
        Case(
            "padded DATA without its length", .goAway([ErrorCode.frameSize, ErrorCode.protocolError]), open,
            Frame(type: Frame.data, flags: 9, stream: 1)),
        Case("WINDOW_UPDATE of 0", broken, Frame.windowUpdate(0, 0)),
        Case("WINDOW_UPDATE of 0 on a stream", malformed(), open, Frame.windowUpdate(1, 0)),
        Case(
            "WINDOW_UPDATE of a wrong length", wrongSize, Frame(type: Frame.windowUpdate, payload: [0, 0, 1])),
        Case("WINDOW_UPDATE of an idle stream", broken, Frame.windowUpdate(1, 1)),
        Case(
            "a window above 2^31-1", .goAway([ErrorCode.flowControl]), Frame.windowUpdate(0, 0x7fff_ffff),
            Frame.windowUpdate(0, 0x7fff_ffff)),
        Case(
            "a stream's window above 2^31-1", .reset(1, [ErrorCode.flowControl]), open,
            Frame.windowUpdate(1, 0x7fff_ffff)),
        // RFC 9113 §6.9.2 makes it an error of the connection; libnghttp2 resets the streams.
        Case(
            "a window above 2^31-1 by SETTINGS", .reset(1, [ErrorCode.flowControl]), open,
            Frame.windowUpdate(1, 0x7fff_0000), Frame.setting(4, 0x7fff_ffff)),
        Case(
            "DATA beyond the window", .reset(1, [ErrorCode.flowControl]),
            octets: open.octets
                + (0..<20).flatMap { _ in
                    Frame.body(1, [UInt8](repeating: 0, count: 16_384), endsStream: false).octets
                }),
    ]

    static let streams: [Case] = [
        Case("a stream with an even number", broken, Frame.get(2)),
        // RFC 9113 §5.1.1 makes it an error of the connection. libnghttp2 takes it for a stream that was closed
        // and ignores the header block.
        Case("a stream with a lower number", .fine, Frame.get(5), Frame.get(3)),
        Case("DATA on an idle stream", broken, Frame.body(1, [1])),
        Case("CONTINUATION on an idle stream", broken, part(Frame.continuation, 4)),
        Case(
            "DATA on a stream that the client ended", .reset(1, [ErrorCode.streamClosed]),
            octets: Frame.setting(4, 0).octets + Frame.get(1).octets + Frame.body(1, [1]).octets),
        Case(
            "HEADERS on a stream that the client ended", .reset(1, [ErrorCode.streamClosed]),
            octets: Frame.setting(4, 0).octets + Frame.get(1).octets + Frame.get(1).octets),
        Case("HEADERS after a response", closed, Frame.get(1), Frame.get(1)),
        Case(
            "trailers that do not end the stream", malformed(), open,
            Frame.request(1, [("a", "b")], endsStream: false)),
        Case("trailers with a pseudo-header", malformed(), open, Frame.request(1, [(":method", "GET")])),
        Case(
            "a stream that depends on itself", .fine, open,
            Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 1, 1]), Frame.reset(1)),
    ]

    static let fields: [Case] = [
        Case("a name in upper case", malformed(), fields { $0.append(("Accept", "x")) }),
        Case("an unknown pseudo-header", malformed(), fields { $0.append((":x", "y")) }),
        Case("a pseudo-header of responses", malformed(), fields { $0.append((":status", "200")) }),
        Case("a pseudo-header behind a field", malformed(), fields { $0.insert(("accept", "x"), at: 1) }),
        Case("a connection-specific field", malformed(), fields { $0.append(("connection", "keep-alive")) }),
        Case("Transfer-Encoding", malformed(), fields { $0.append(("transfer-encoding", "chunked")) }),
        Case("TE other than trailers", malformed(), fields { $0.append(("te", "gzip")) }),
        Case("TE trailers", .fine, fields { $0.append(("te", "trailers")) }),
        Case("no method", malformed(), fields { $0.remove(at: 0) }),
        Case("no scheme", malformed(), fields { $0.remove(at: 1) }),
        Case("no path", malformed(), fields { $0.remove(at: 3) }),
        Case("an empty path", malformed(), fields { $0[3].1 = "" }),
        Case("two methods", malformed(), fields { $0.insert((":method", "GET"), at: 0) }),
        Case("two schemes", malformed(), fields { $0.insert((":scheme", "https"), at: 0) }),
        Case("two paths", malformed(), fields { $0.insert((":path", "/"), at: 0) }),
        Case("a value with CR and LF", malformed(), fields { $0.append(("a", "b\r\nc: d")) }),
        Case("a value with NUL", malformed(), fields { $0.append(("a", "b\0")) }),
        Case("a name with a blank", malformed(), fields { $0.append(("a b", "c")) }),
        Case("a name that is empty", malformed(), fields { $0.append(("", "c")) }),
        Case(
            "a Content-Length that DATA exceeds", malformed(),
            .request(1, Frame.postFields() + [("content-length", "5")], endsStream: false),
            Frame.body(1, Sample.message)),
        Case(
            "a Content-Length that DATA does not reach", malformed(),
            .request(1, Frame.postFields() + [("content-length", "99")], endsStream: false),
            Frame.body(1, Sample.message)),
        Case(
            "a Content-Length without a body", malformed(),
            .request(1, Frame.postFields() + [("content-length", "5")])),
        Case(
            "a Content-Length that is no number", malformed(),
            .request(1, Frame.postFields() + [("content-length", "+5")], endsStream: false)),
    ]

    /// RFC 7541: errors of compression are errors of the connection.
    static let compression: [Case] = [
        ("an index of 0", [0x80]), ("an index beyond the tables", [0xff, 0x80, 0x01]),
        ("an index without end", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        ("a literal cut off", [0x00, 0x05, 0x61]), ("a table above its limit", [0x3f, 0xe2, 0x1f]),
        ("a table size behind a field", [0x82, 0x20]),
        ("EOS in Huffman text", [0x00, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00]),
        ("padding of more than 7 bits", [0x00, 0x82, 0x1f, 0xff, 0x00]),
        ("padding with zeros", [0x00, 0x81, 0x18, 0x00]),
    ].map {
        Case(
            $0.0, .goAway([ErrorCode.compression]),
            Frame(type: Frame.headers, flags: 5, stream: 1, payload: $0.1))
    }

    @Test(arguments: framing + streams + fields + compression)
    func errors(wrong: Case) {
        let client = RawClient(opens: wrong.opens)
        client.send(wrong.octets)
        switch wrong.outcome {
        case .goAway(let codes):
            #expect(client.goAway.map(codes.contains) == true, "\(client.goAway as Any)")
            #expect(client.service.connection.isFinished)
        case .reset(let stream, let codes):
            let code = client.resets[stream] ?? client.goAway
            #expect(code.map(codes.contains) == true, "\(code as Any)")
            #expect(client.service.connection.isFinished == (client.goAway != nil))
            if client.goAway == nil {
                client.send(.get(101))
                #expect(client.status(101) == "200")
            }
        case .fine:
            client.send(.get(101))
            #expect(client.status(101) == "200" && client.goAway == nil)
        }
        #expect(client.frames.first?.type == Frame.settings)
    }

    @Test func paddedRequestsPass() {
        let client = RawClient()
        let block = Frame.block(Frame.postFields())
        client.send(
            Frame(type: Frame.headers, flags: 0xc, stream: 1, payload: [3] + block + [0, 0, 0]),
            Frame(type: Frame.data, flags: 9, stream: 1, payload: [2] + Sample.message + [0, 0]),
            Frame(
                type: Frame.headers, flags: 0x25, stream: 3,
                payload: [0, 0, 0, 0, 9] + Frame.block(Frame.getFields())))
        #expect(client.status(1) == "200" && client.status(3) == "200")
    }

    @Test func headersInPartsPass() {
        let client = RawClient()
        let block = Frame.block(Frame.getFields())
        var frames = [Frame(type: Frame.headers, flags: 1, stream: 1, payload: Array(block[..<10]))]
        frames.append(Frame(type: Frame.continuation, stream: 1, payload: Array(block[10..<20])))
        frames.append(Frame(type: Frame.continuation, flags: 4, stream: 1, payload: Array(block[20...])))
        client.send(frames.flatMap(\.octets))
        #expect(client.status(1) == "200")
    }

    @Test func pingIsAcknowledged() {
        let client = RawClient()
        client.send(Frame(type: Frame.ping, payload: [1, 2, 3, 4, 5, 6, 7, 8]))
        #expect(client.frames.last == Frame(type: Frame.ping, flags: 1, payload: [1, 2, 3, 4, 5, 6, 7, 8]))
    }
}
