import DNSTransport
import DNSWire
import TestPeers
import Testing
import ZoneStore

@testable import homing

/// A daemon that listens on every transport, and clients of each.
final class ManyDoors: Sendable {
    let house: TestDaemon

    /// One that holds no zones, for many tests: none of them may harm it.
    static let shared = Result { try ManyDoors() }

    /// - Parameter yaml: what the configuration has beside what makes the doors; the rest is as for `TestDaemon`.
    init(
        _ yaml: String = "", directory: TestDirectory? = nil, storeClock: StoreClock = .system,
        holdsBuiltInZones: Bool = false,
        script: @escaping ScriptedUpstream.Script = ExampleZone.script
    ) throws {
        house = try TestDaemon(
            Self.listeners + yaml, directory: directory, storeClock: storeClock,
            holdsBuiltInZones: holdsBuiltInZones, script: script)
    }

    /// The keys of the configuration that make the doors.
    static let listeners = """
        listen: {tls: 127.0.0.1:853, https: 127.0.0.1:443, http: 127.0.0.1:80}
        tls: {names: dns.example}

        """

    //--- Connections ---

    func address(_ transport: Client.Transport) throws -> SocketAddress {
        try #require(house.daemon.addresses(of: transport).first)
    }

    func plain(_ transport: Client.Transport) throws -> PlainStream {
        try PlainStream(to: address(transport))
    }

    func tls(
        _ transport: Client.Transport, _ protocols: [String],
        _ change: (inout TLSPeer<PlainStream>.Offer) -> Void = { _ in }
    ) throws -> TLSPeer<PlainStream> {
        var offer = TLSPeer<PlainStream>.Offer(protocols: protocols)
        change(&offer)
        return TLSPeer(try plain(transport), offer)
    }

    func open(_ transport: BehaviourRow.Transport) throws -> any OctetStream {
        switch transport {
        case .udp, .tcp: try plain(.tcp)
        case .http2, .http1: try plain(.http)
        case .tls: try shaken(tls(.tls, ["dot"]))
        case .https2: try shaken(tls(.https, ["h2"]))
        case .https1: try shaken(tls(.https, ["http/1.1"]))
        }
    }

    private func shaken(_ client: TLSPeer<PlainStream>) throws -> TLSPeer<PlainStream> {
        let hasShaken = client.shakeHands()
        try #require(
            hasShaken, "error \(client.error), reason \(client.reason), ended \(client.endOfStream)")
        return client
    }

    //--- Questions ---

    /// What becomes of one query on a connection of its own. Over HTTP each version goes once by GET and once by POST.
    ///
    /// - Parameter isIgnored: whether nothing is to come over UDP.
    func outcome(
        of query: [UInt8], over transport: BehaviourRow.Transport, isIgnored: Bool = false
    ) throws -> Outcome {
        switch transport {
        case .udp: try datagram(query, isIgnored)
        case .tcp, .tls:
            try Self.message(query, over: open(transport))
        case .https2, .http1:
            try response(to: .post(query), over: transport).map(Outcome.response) ?? .nothing
        case .https1, .http2: try response(to: .get(query), over: transport).map(Outcome.response) ?? .nothing
        }
    }

    func response(to request: HTTPRequest, over transport: BehaviourRow.Transport) throws -> HTTPResponse? {
        let stream = try open(transport)
        if transport == .https2 || transport == .http2 {
            var client = HTTP2Client(stream)
            client.ask(request, on: 1)
            return client.next()?.response
        }
        stream.send(request.http1)
        var incoming = IncomingOctets(stream)
        return incoming.takeHTTP1Response()
    }

    private func datagram(_ query: [UInt8], _ isIgnored: Bool) throws -> Outcome {
        let socket = try house.socket(isStream: false)
        try socket.send(query)
        // The same socket has the same worker, which answers in order: what comes first is the good query's answer.
        if isIgnored { try socket.send(Packet.probe) }
        let octets = try socket.receive(65_535)
        return octets.starts(with: Packet.probe.prefix(2)) ? .nothing : .message(octets)
    }

    private static func message(_ query: [UInt8], over stream: any OctetStream) throws -> Outcome {
        stream.send(framed(query))
        var incoming = IncomingOctets(stream)
        return incoming.takeMessage().map(Outcome.message) ?? .closed
    }
}
