import DNSWire
import Glibc
import TestPeers

@testable import homing

/// A connected socket of a test.
final class PlainStream: OctetStream {
    private let socket: QuerySocket

    init(to server: SocketAddress) throws {
        socket = try QuerySocket.connected(
            to: server, isStream: true, deadline: Deadline(seconds: patience))
    }

    func send(_ octets: [UInt8]) { try? socket.send(octets) }

    func receive(seconds: Double?) -> [UInt8]? {
        do throws(SystemFailure) {
            return try socket.receive(65_536, until: Deadline(seconds: seconds ?? patience))
        } catch {
            return error.code == ECONNRESET ? [] : nil
        }
    }

    func closeSending() { socket.closeSending() }
}

extension TLSPeer: OctetStream {
    package func receive(seconds: Double?) -> [UInt8]? {
        receive(65_536, seconds: seconds) ?? (hasEnded ? [] : nil)
    }
}

/// What a server makes of one thing that a client says.
enum Outcome: Equatable {
    case message([UInt8])
    /// The end of the stream, and nothing before it.
    case closed
    case response(HTTPResponse)
    /// Nothing in time, or what is none of these.
    case nothing
}

struct HTTPResponse: Equatable {
    var status: String
    /// Names in lower case.
    var fields: [String: String]
    var body: [UInt8]
}

/// Octets that come, as parts are taken off them.
struct IncomingOctets {
    private let stream: any OctetStream
    private var kept: [UInt8] = []

    init(_ stream: any OctetStream) { self.stream = stream }

    /// The next so many; nil at the end of the stream.
    mutating func take(_ count: Int) -> [UInt8]? {
        while kept.count < count {
            guard let more = stream.receive(seconds: nil), !more.isEmpty else { return nil }
            kept += more
        }
        defer { kept.removeFirst(count) }
        return Array(kept.prefix(count))
    }

    /// Up to an empty line.
    mutating func takeHead() -> String? {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard let octet = take(1) else { return nil }
            head += octet
        }
        return String(decoding: head, as: UTF8.self)
    }

    /// A message with its length in front.
    mutating func takeMessage() -> [UInt8]? {
        take(2).flatMap { take(Int($0[0]) << 8 | Int($0[1])) }
    }

    mutating func takeFrame() -> Frame? {
        guard let header = take(9) else { return nil }
        return take(Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])).flatMap {
            Frame.read(header + $0)?.first
        }
    }
}

/// A request of either version.
struct HTTPRequest {
    var method = "GET"
    var target = "/dns-query"
    var fields: [(String, String)] = []
    var body: [UInt8]?

    static func get(_ query: [UInt8]) -> HTTPRequest {
        HTTPRequest(target: "/dns-query?dns=" + Sample.encode(query))
    }

    static func post(_ body: [UInt8], type: String = "application/dns-message") -> HTTPRequest {
        HTTPRequest(
            method: "POST", fields: [("content-type", type), ("content-length", "\(body.count)")], body: body)
    }

    var http1: [UInt8] {
        let lines =
            ["\(method) \(target) HTTP/1.1", "host: dns.example"] + fields.map { "\($0.0): \($0.1)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? [])
    }

    /// Its frames on a stream; a body goes in pieces that fit.
    func http2(_ stream: UInt32) -> [UInt8] {
        let pseudo = [
            (":method", method), (":scheme", "https"), (":authority", "dns.example"), (":path", target),
        ]
        var octets = Frame.request(stream, pseudo + fields, endsStream: body == nil).split
        guard let whole = body else { return octets }
        // No more than flow control lets go before the server has said anything; it answers without the rest.
        let body = whole.prefix(65_535)
        for start in stride(from: 0, to: max(1, body.count), by: 16_384) {
            let end = min(body.count, start + 16_384)
            octets += Frame.body(stream, Array(body[start..<end]), endsStream: end == whole.count).octets
        }
        return octets
    }
}

/// HTTP/2 as far as a test needs it: responses by stream, in the order in which they end.
struct HTTP2Client {
    let stream: any OctetStream
    private var incoming: IncomingOctets
    private let decoder = HeaderDecoder()

    init(_ stream: any OctetStream) {
        self.stream = stream
        incoming = IncomingOctets(stream)
        stream.send(Frame.preface + Frame.noSettings.octets + Frame.windowUpdate(0, 1 << 20).octets)
    }

    func ask(_ request: HTTPRequest, on number: UInt32) { stream.send(request.http2(number)) }

    /// The response that ends next; nil when the connection does.
    mutating func next() -> (stream: UInt32, response: HTTPResponse)? {
        var responses: [UInt32: HTTPResponse] = [:]
        while let frame = incoming.takeFrame() {
            switch frame.type {
            case Frame.headers:
                guard let fields = decoder.decode(frame.payload) else { return nil }
                responses[frame.stream] = HTTPResponse(
                    status: fields[":status"] ?? "", fields: fields, body: [])
            case Frame.data: responses[frame.stream]?.body += frame.payload
            case Frame.goAway, Frame.reset: return nil
            default: continue
            }
            if frame.flags & Frame.endStream != 0, let response = responses[frame.stream] {
                return (frame.stream, response)
            }
        }
        return nil
    }
}

extension IncomingOctets {
    mutating func takeHTTP1Response() -> HTTPResponse? {
        guard let head = takeHead() else { return nil }
        var lines = head.split(separator: "\r\n")
        guard let first = lines.first, first.hasPrefix("HTTP/1.1 ") else { return nil }
        lines.removeFirst()
        var fields: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            fields[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].drop { $0 == " " }.description
        }
        let length = fields["content-length"].flatMap { Int($0) } ?? 0
        guard let body = length == 0 ? [] : take(length) else { return nil }
        return HTTPResponse(status: String(first.dropFirst(9).prefix(3)), fields: fields, body: body)
    }
}
