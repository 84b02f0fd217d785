import COpenSSL
import DNSTransport
import DNSWire
import TestPeers
import Testing

@testable import homing

/// The rows of the behaviour table that are about encrypted transports.
@Suite struct EncryptedBehaviourTests {
    typealias Transport = BehaviourRow.Transport
    static let web = Transport.allCases.filter(\.isHTTP)

    private static let www = Packet.make(Packet.question("www.example."))

    struct Request: Sendable, CustomTestStringConvertible {
        let row: Int
        let what: String
        let status: String
        let request: @Sendable () -> HTTPRequest

        var testDescription: String { "row \(row): \(what)" }

        init(
            _ row: Int, _ what: String, _ status: String,
            _ request: @autoclosure @escaping @Sendable () -> HTTPRequest
        ) {
            (self.row, self.what, self.status, self.request) = (row, what, status, request)
        }
    }

    static let requests = [
        Request(66, "no dns", "400", HTTPRequest()),
        Request(66, "bad base64url", "400", HTTPRequest(target: "/dns-query?dns=" + Sample.text + "=")),
        Request(67, "another path", "404", HTTPRequest(target: "/?dns=" + Sample.text)),
        Request(67, "another method", "405", HTTPRequest(method: "PUT")),
        Request(68, "a body of 65,536 octets", "413", .post([UInt8](repeating: 0, count: 65_536))),
        Request(
            68, "a long target", "414",
            HTTPRequest(target: "/dns-query?dns=" + String(repeating: "A", count: 8_192))),
        Request(68, "another content type", "415", .post(www, type: "text/plain")),
        Request(
            68, "large fields", "431",
            HTTPRequest(
                target: "/dns-query?dns=" + Sample.text,
                fields: [("cookie", String(repeating: "x", count: 17_000))])),
    ]

    @Test(arguments: requests, web)
    func status(_ request: Request, _ transport: Transport) throws {
        let house = try ManyDoors.shared.get()
        let response = try #require(try house.response(to: request.request(), over: transport))
        #expect(response.status == request.status)
        if request.status == "405" { #expect(response.fields["allow"] == "GET, HEAD, POST, OPTIONS") }
    }

    @Test("row 69: whatever DNS says, HTTP says 200; row 70: not fresher than the answer", arguments: web)
    func answers(_ transport: Transport) throws {
        let house = try ManyDoors.shared.get()
        let cases: [(String, ResponseCode, Int)] = [
            ("www.example.", .noError, 300), ("none.example.", .nxDomain, 60),
            ("fail.example.", .serverFailure, 30),
        ]
        for (name, code, longest) in cases {
            let query = Packet.make(Packet.question(name))
            for request in [HTTPRequest.get(query), .post(query)] {
                let response = try #require(try house.response(to: request, over: transport))
                #expect(
                    response.status == "200" && response.fields["content-type"] == "application/dns-message")
                let message = try Message(parsing: response.body.span)
                #expect(message.responseCode == code)
                let control = try #require(response.fields["cache-control"])
                let age = try #require(Int(control.dropFirst("max-age=".count)))
                let least = (message.answers + message.authorities).map(\.ttl).min().map { Int($0) }
                #expect(age <= least ?? longest && age <= longest)
                #expect(code == .serverFailure || age > 0)
            }
        }
    }

    @Test("row 71: a client that offers other protocols is refused; one that offers none is not")
    func applicationProtocols() throws {
        let house = try ManyDoors.shared.get()
        let other = try house.tls(.tls, ["h2"])
        #expect(!other.shakeHands())
        #expect(other.reason == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL)
        let silent = try house.tls(.tls, [])
        #expect(silent.shakeHands())
        silent.sendMessage(Self.www)
        #expect(silent.receiveMessage()?.prefix(2) == Self.www.prefix(2))
        // Without ALPN a web server is asked in HTTP/1.1.
        let web = try house.tls(.https, [])
        #expect(web.shakeHands())
        web.send(HTTPRequest.get(Self.www).http1)
        var incoming = IncomingOctets(web)
        #expect(incoming.takeHTTP1Response()?.status == "200")
    }

    @Test("row 72: TLS 1.1 is refused with an alert", arguments: [false, true])
    func oldVersion(isWeb: Bool) throws {
        let house = try ManyDoors.shared.get()
        let client = try house.tls(isWeb ? .https : .tls, []) {
            $0.versions = TLS1_1_VERSION...TLS1_1_VERSION
        }
        #expect(!client.shakeHands())
        #expect(client.reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)
    }

    @Test("row 72: cleartext where TLS is spoken is not answered", arguments: [false, true])
    func cleartext(isWeb: Bool) throws {
        let house = try ManyDoors.shared.get()
        let client = try house.plain(isWeb ? .https : .tls)
        client.send(isWeb ? HTTPRequest.get(Self.www).http1 : framed(Self.www))
        var octets: [UInt8] = []
        while let more = client.receive(seconds: nil), !more.isEmpty { octets += more }
        // An alert at the most.
        #expect(octets.count <= 7 && client.receive(seconds: nil) == [])
    }

    @Test(
        "row 73: answered out of order as ready, and a half-closed client gets what it is owed",
        arguments: [
            Transport.tcp, .tls,
        ])
    func pipelined(_ transport: Transport) throws {
        let house = try ManyDoors()
        house.house.upstream.hold("slow.example.")
        let stream = try house.open(transport)
        let slow = Packet.make(Packet.question("slow.example."))
        stream.send(framed(slow) + framed(Packet.probe))
        var incoming = IncomingOctets(stream)
        #expect(incoming.takeMessage()?.prefix(2) == Packet.probe.prefix(2))
        #expect(house.house.upstream.waitForHeld())
        (stream as? PlainStream)?.closeSending()
        (stream as? TLSPeer<PlainStream>)?.endSession()
        house.house.upstream.release()
        #expect(incoming.takeMessage()?.prefix(2) == slow.prefix(2))
        #expect(incoming.take(1) == nil)
    }

    @Test("row 73, over HTTP/2", arguments: [Transport.https2, .http2])
    func multiplexed(_ transport: Transport) throws {
        let house = try ManyDoors()
        house.house.upstream.hold("slow.example.")
        let stream = try house.open(transport)
        var client = HTTP2Client(stream)
        client.ask(.get(Packet.make(Packet.question("slow.example."))), on: 1)
        client.ask(.get(Packet.probe), on: 3)
        #expect(client.next()?.stream == 3)
        #expect(house.house.upstream.waitForHeld())
        (stream as? PlainStream)?.closeSending()
        (stream as? TLSPeer<PlainStream>)?.endSession()
        house.house.upstream.release()
        #expect(client.next()?.stream == 1)
        #expect(client.next() == nil)
    }

    @Test("row 73, over HTTP/1.1: in the order of the requests", arguments: [Transport.https1, .http1])
    func inOrder(_ transport: Transport) throws {
        let house = try ManyDoors()
        house.house.upstream.hold("slow.example.")
        let stream = try house.open(transport)
        let slow = Packet.make(Packet.question("slow.example."))
        stream.send(HTTPRequest.get(slow).http1 + HTTPRequest.post(Packet.probe).http1)
        #expect(house.house.upstream.waitForHeld())
        (stream as? PlainStream)?.closeSending()
        (stream as? TLSPeer<PlainStream>)?.endSession()
        house.house.upstream.release()
        var incoming = IncomingOctets(stream)
        #expect(incoming.takeHTTP1Response()?.body.prefix(2) == slow.prefix(2))
        #expect(incoming.takeHTTP1Response()?.body.prefix(2) == Packet.probe.prefix(2))
        #expect(incoming.take(1) == nil)
    }
}
