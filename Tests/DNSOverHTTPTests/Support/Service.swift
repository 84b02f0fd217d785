import DNSOverHTTP
import DNSWire
import TestPeers

/// The owner of a connection in tests: takes queries and answers them, at once or later.
final class Service {
    let connection: DoHConnection
    let counters: DoHCounterSet
    var queries: [(query: DoHQuery, message: [UInt8])] = []
    /// What each query is answered with; nil leaves it pending.
    var answer: (([UInt8]) -> [UInt8]?) = { query in response(to: query) }
    var written: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 65_535)

    init(
        _ version: DoHConnection.Version = .detected, _ settings: DoHSettings = DoHSettings(),
        peer: IPAddress = IPAddress(192, 0, 2, 1)
    ) {
        counters = DoHCounterSet()
        connection = DoHConnection(version: version, peer: peer, settings: settings, counters: counters)
    }

    static func response(to query: [UInt8]) -> [UInt8] {
        var response = query
        response[2] |= 0x80
        return response
    }

    /// Feeds octets, has every query answered, and takes what is to be written.
    @discardableResult
    func exchange(_ octets: [UInt8]) -> [UInt8] {
        receive(octets)
        return serve()
    }

    func receive(_ octets: [UInt8]) { connection.receive(octets.span) }

    func respond(_ message: [UInt8], to stream: UInt32, maxAge: UInt32 = 300) {
        connection.respond(message.span, to: stream, maxAge: maxAge)
    }

    /// Answers what is ready and takes what is to be written, until there is no more of either.
    @discardableResult
    func serve() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            fetch()
            let chunk = take()
            all += chunk
            if chunk.isEmpty { break }
        }
        written += all
        return all
    }

    func fetch() {
        while let (query, message) = next() {
            queries.append((query, message))
            if let response = answer(message) {
                connection.respond(response.span, to: query.stream, maxAge: 300)
            }
        }
    }

    func next() -> (DoHQuery, [UInt8])? {
        var room = buffer.mutableSpan
        guard let query = connection.nextQuery(into: &room) else { return nil }
        return (query, Array(buffer[..<query.count]))
    }

    func take() -> [UInt8] {
        let octets = unsafe connection.withUnsent { unsafe Array($0) }
        connection.sent(octets.count)
        return octets
    }

    func count(_ event: DoHEvent) -> UInt64 { counters.now[event] }
}

/// HTTP/2 by hand, over a service.
final class RawClient {
    let service: Service
    private let decoder = HeaderDecoder()
    var frames: [Frame] = []
    var responses: [UInt32: [String: String]] = [:]
    var bodies: [UInt32: [UInt8]] = [:]
    var ended: Set<UInt32> = []
    var resets: [UInt32: UInt32] = [:]
    var goAway: UInt32?

    /// With the preface and empty SETTINGS sent, unless told otherwise.
    init(_ settings: DoHSettings = DoHSettings(), opens: Bool = true) {
        service = Service(.http2, settings)
        if opens { send(Frame.preface + Frame.noSettings.octets) }
    }

    func send(_ frames: Frame...) { send(frames.flatMap(\.octets)) }

    func send(_ octets: [UInt8]) {
        take(service.exchange(octets))
    }

    func take(_ octets: [UInt8]) {
        let new = Frame.read(octets) ?? []
        frames += new
        for frame in new {
            switch frame.type {
            case Frame.headers:
                responses[frame.stream] = decoder.decode(frame.payload)
            case Frame.data: bodies[frame.stream, default: []] += frame.payload
            case Frame.reset: resets[frame.stream] = frame.number
            case Frame.goAway:
                goAway = frame.payload.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            default: continue
            }
            let endsStream = frame.flags & Frame.endStream != 0
            if endsStream, frame.type == Frame.headers || frame.type == Frame.data {
                ended.insert(frame.stream)
            }
        }
    }

    func status(_ stream: UInt32) -> String? { responses[stream]?[":status"] }
}
