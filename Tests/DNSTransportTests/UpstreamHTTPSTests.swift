import DNSOverHTTP
import DNSWire
import TestPeers
import Testing

@testable import DNSTransport

@Suite("Exchanges with servers over HTTPS (RFC 8484)")
struct UpstreamHTTPSTests {
    private static func server(
        path: String = "/dns-query", _ script: ScriptedService.Script = ScriptedService.Script()
    ) throws -> TestWorker {
        var settings = DoHSettings()
        settings.paths = [try #require(HTTPPath(path))]
        let endpoint = try TLSEndpoint.dot([EncryptedPeers.named], protocols: ["h2", "http/1.1"])
        return try TestWorker(
            ["127.0.0.1"], .https(endpoint, DoHEndpoint(settings)), configuration: .patient, script)
    }

    private static func asked(_ address: SocketAddress, path: String = "/dns-query") -> EncryptedServer {
        EncryptedServer(
            .https(path: path), at: address, name: "resolver.test", authentication: .name("resolver.test"))
    }

    @Test("many queries share a connection; each is sent with ID 0 and has its own when it comes back")
    func manyOnOne() throws {
        let server = try Self.server()
        let client = try EncryptedPeers.client()
        let count = 40
        for number in 1...count {
            // All of the same ID, which a stream of messages could not tell apart.
            client.ask(ExchangeID(number), message(7, tag: UInt8(number)), Self.asked(server.address))
        }
        let replies = Set(client.log.wait(for: count).map { "\($0)" })
        let expected = (1...count).map {
            "\(ServiceEvent.upstream(ExchangeID($0), message(7, tag: UInt8($0))))"
        }
        #expect(replies == Set(expected))
        #expect(server.log.all.allSatisfy { $0.octets?.prefix(2) == [0, 0] })
        let counters = client.counters
        #expect(counters.upstreamConnectionsOpened == 1 && counters.upstreamHTTPSExchanges == 40)
        #expect(server.counters.requests[.requestsPOST] == 40)
        client.ask(99, message(9, tag: 9, count: 65_535), Self.asked(server.address))
        #expect(client.log.wait(for: count + 1).last == .upstream(99, message(9, tag: 9, count: 65_535)))
        #expect(client.counters.upstreamConnectionsOpened == 1)
    }

    @Test("another path, and a status that is no answer")
    func paths() throws {
        let server = try Self.server(path: "/other")
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), Self.asked(server.address, path: "/other"))
        #expect(client.log.wait(for: 1) == [.upstream(1, message(1))])
        client.ask(2, message(2), Self.asked(server.address))
        #expect(client.log.wait(for: 2).last == .ended(2, .encryptionFailed(.http(.status(404)))))
        // The connection is not to blame.
        #expect(client.counters.upstreamConnectionsClosed == 0)
    }

    @Test("a server without HTTP/2 is said so")
    func noHTTP2() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), Self.asked(server.address))
        let peer = try TLSTestServer(accepting: server)
        _ = peer.shakeHands()
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(.noHTTP2))])
    }

    @Test("a certificate for another name is refused as over TLS")
    func wrongName() throws {
        let server = try Self.server()
        let client = try EncryptedPeers.client()
        var asked = Self.asked(server.address)
        asked.authentication = .name("other.test")
        client.ask(1, message(1), asked)
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(.wrongName("resolver.test")))])
        #expect(server.counters.https.queries == 0)
    }

    //--- Frames sent by hand ---

    /// A frame (RFC 9113 §4.1).
    private static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: payload.count >> 16), UInt8(truncatingIfNeeded: payload.count >> 8),
            UInt8(truncatingIfNeeded: payload.count), type, flags,
            UInt8(truncatingIfNeeded: stream >> 24), UInt8(truncatingIfNeeded: stream >> 16),
            UInt8(truncatingIfNeeded: stream >> 8), UInt8(truncatingIfNeeded: stream),
        ] + payload
    }

    private static let settings = frame(4)

    /// HEADERS of status 200 with the type of DNS messages: `:status: 200` of the static table, and a literal field.
    private static func headers(_ stream: UInt32, type: String = "application/dns-message") -> [UInt8] {
        // Index 31 of the static table is content-type, without indexing: 0x0f 0x10.
        frame(1, flags: 4, stream: stream, [0x88, 0x0f, 0x10, UInt8(type.utf8.count)] + Array(type.utf8))
    }

    private static func response(_ stream: UInt32, _ message: [UInt8]) -> [UInt8] {
        headers(stream) + frame(0, flags: 1, stream: stream, message)
    }

    /// A peer that has the client's first queries.
    private static func peer(_ server: FakeStreamServer, queries: UInt32 = 1) throws -> TLSTestServer {
        let peer = try TLSTestServer(accepting: server, applicationProtocol: "h2")
        peer.send(settings)
        #expect(peer.awaitRequest(on: 2 * queries - 1))
        return peer
    }

    @Test("a response by hand")
    func byHand() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(7), Self.asked(server.address))
        let peer = try Self.peer(server)
        peer.send(Self.response(1, message(99, tag: 5)))
        #expect(client.log.wait(for: 1) == [.upstream(1, message(7, tag: 5))])
    }

    @Test(
        "time that a response spent in a cache is taken off its TTLs",
        arguments: [(100, 200), (300, 0), (4_000, 0)])
    func age(seconds: Int, left: UInt32) throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(7), Self.asked(server.address))
        let peer = try Self.peer(server)
        var answer = Message(header: Header(id: 7), questions: [Question("a.example.", .a)])
        answer.header.flags = .qr
        answer.answers = [Record("a.example.", .a, ttl: 300, .address(IPAddress(192, 0, 2, 1)))]
        answer.edns = EDNS(dnssecOK: true)
        let text = Array("\(seconds)".utf8)
        // Index 21 of the static table is age.
        let age = [0x0f, 0x06, UInt8(text.count)] + text
        let type = Array("application/dns-message".utf8)
        let fields = [0x88, 0x0f, 0x10, UInt8(type.count)] + type + age
        peer.send(
            Self.frame(1, flags: 4, stream: 1, fields) + Self.frame(0, flags: 1, stream: 1, answer.compose()))
        answer.answers[0].ttl = left
        #expect(client.log.wait(for: 1) == [.upstream(1, answer.compose())])
    }

    @Test("GOAWAY: what was not worked on is asked again, once, on another connection")
    func goAway() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1, tag: 1), Self.asked(server.address))
        client.ask(2, message(2, tag: 2), Self.asked(server.address))
        let first = try Self.peer(server, queries: 2)
        // Stream 1 will be answered, stream 3 will not.
        first.send(Self.frame(7, [0, 0, 0, 1, 0, 0, 0, 0]))
        let second = try Self.peer(server)
        first.send(Self.response(1, message(0, tag: 8)))
        second.send(Self.response(1, message(0, tag: 9)))
        let events = client.log.wait(for: 2)
        #expect(events.contains(.upstream(1, message(1, tag: 8))))
        #expect(events.contains(.upstream(2, message(2, tag: 9))))
        // Who says it again has said it.
        client.ask(3, message(3), Self.asked(server.address))
        #expect(second.awaitRequest(on: 3))
        second.send(Self.frame(7, [0, 0, 0, 1, 0, 0, 0, 0]))
        let third = try Self.peer(server)
        third.send(Self.frame(7, [0, 0, 0, 0, 0, 0, 0, 0]))
        #expect(
            client.log.wait(for: 3).last == .ended(3, .encryptionFailed(.http(.reset(7)))))
    }

    @Test("a stream that is reset is asked again, once")
    func reset() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), Self.asked(server.address))
        let first = try Self.peer(server)
        first.send(Self.frame(3, stream: 1, [0, 0, 0, 11]))
        let second = try Self.peer(server)
        second.send(Self.frame(3, stream: 1, [0, 0, 0, 11]))
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(.http(.reset(11))))])
    }

    static let wrongResponses: [([UInt8], DoHFault)] = [
        (headers(1, type: "text/html") + frame(0, flags: 1, stream: 1, message(0)), .contentType),
        (response(1, [1, 2, 3]), .length),
        (
            headers(1)
                + (0..<5).flatMap { _ in frame(0, stream: 1, [UInt8](repeating: 0, count: 16_000)) }, .length
        ),
        // :status 500 of the static table.
        (frame(1, flags: 5, stream: 1, [0x8e]), .status(500)),
    ]

    @Test("responses that are none", arguments: wrongResponses.indices)
    func wrong(index: Int) throws {
        let (octets, fault) = Self.wrongResponses[index]
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), Self.asked(server.address))
        let peer = try Self.peer(server)
        peer.send(octets)
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(.http(fault)))])
        client.ask(2, message(2), Self.asked(server.address))
        #expect(peer.awaitRequest(on: 3))
        peer.send(Self.response(3, message(0, tag: 4)))
        #expect(client.log.wait(for: 2).last == .upstream(2, message(2, tag: 4)))
    }

    static let floods: [[UInt8]] = [
        // PING, SETTINGS, WINDOW_UPDATE, empty DATA, interim responses (status 103 as a literal), no HTTP/2 at all.
        Array((0..<1_100).map { _ in frame(6, [UInt8](repeating: 0, count: 8)) }.joined()),
        Array((0..<1_100).map { _ in frame(4) }.joined()),
        Array((0..<1_100).map { _ in frame(8, [0, 0, 0, 1]) }.joined()),
        headers(1) + Array((0..<1_100).map { _ in frame(0, stream: 1) }.joined()),
        Array(
            (0..<1_100).map { _ in frame(1, flags: 4, stream: 1, [0x08, 3] + Array("103".utf8)) }.joined()),
        Array(repeating: 0xff, count: 100),
        // PUSH_PROMISE, which was forbidden.
        frame(5, flags: 4, stream: 1, [0, 0, 0, 2, 0x82]),
    ]

    @Test("floods and nonsense end the connection, and the query with the next", arguments: floods.indices)
    func flood(index: Int) throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), Self.asked(server.address))
        for _ in 0..<2 {
            let peer = try Self.peer(server)
            peer.send(Self.floods[index])
        }
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(.http(.broken)))])
        #expect(client.counters.upstreamConnectionsClosed == 2)
    }

    @Test("a connection that ends fails what it owes")
    func disconnected() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), Self.asked(server.address))
        let peer = try Self.peer(server)
        peer.endSession()
        #expect(client.log.wait(for: 1) == [.ended(1, .failed(SystemError.connectionReset))])
    }

    @Test("the reply to a cancelled query is nobody's")
    func cancelled() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), Self.asked(server.address))
        client.ask(2, message(2), Self.asked(server.address))
        let peer = try Self.peer(server, queries: 2)
        client.run { $0.context.cancel(1) }
        client.settle()
        peer.send(Self.response(1, message(0, tag: 1)) + Self.response(3, message(0, tag: 3)))
        #expect(client.log.wait(for: 1) == [.upstream(2, message(2, tag: 3))])
        client.settle()
        #expect(client.log.all.count == 1)
    }
}

extension ServiceEvent {
    var octets: [UInt8]? { if case .query(let octets) = self { octets } else { nil } }
}
