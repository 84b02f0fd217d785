import COpenSSL
import DNSOverHTTP
import DNSWire
import Glibc
import TestPeers
import Testing

@testable import DNSTransport

/// What HTTP itself means is tested with DNSOverHTTP; here is what a worker makes of it.
@Suite("DNS over HTTP (RFC 8484)")
struct HTTPTests {
    /// Defers queries whose tag is 1, drops 2, closes for 3; else it tells who asked, and echoes as a response.
    private static var script: ScriptedService.Script {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            service.log.append(.note("\(client.transport) \(client.peer.address) \(client.local.port)"))
            return switch query.count > 2 ? query[2] : 3 {
            case 1: .deferred
            case 2: .dropped
            case 3: .close
            default: .answer(query)
            }
        }
        return script
    }

    private func worker(_ settings: DoHSettings = DoHSettings()) throws -> TestWorker {
        try TestWorker(["127.0.0.1"], .http(DoHEndpoint(settings)), configuration: .patient, Self.script)
    }

    private func post(_ message: [UInt8], _ fields: String = "") -> [UInt8] {
        Array(
            """
            POST /dns-query HTTP/1.1\r
            Host: resolver.example\r
            Content-Type: application/dns-message\r
            Content-Length: \(message.count)\r
            \(fields)\r

            """.utf8) + message
    }

    /// The status line, the header fields and the body of the next response.
    private func response(_ receive: (Int) -> [UInt8]?) throws -> (head: String, body: [UInt8]) {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let octet = try #require(receive(1))
            try #require(!octet.isEmpty, "closed after \(String(decoding: head, as: UTF8.self))")
            head += octet
        }
        let text = String(decoding: head, as: UTF8.self)
        let length =
            text.split(separator: "\r\n").lazy
            .filter { $0.lowercased().hasPrefix("content-length:") }
            .compactMap { Int($0.split(separator: " ").last ?? "") }.first ?? 0
        var body: [UInt8] = []
        while body.count < length {
            let more = try #require(receive(length - body.count))
            try #require(!more.isEmpty)
            body += more
        }
        return (text, body)
    }

    private func response(_ client: TestSocket) throws -> (head: String, body: [UInt8]) {
        try response { client.receive($0) }
    }

    //--- Requests ---

    @Test("queries are answered, one after the other")
    func requests() throws {
        let worker = try worker()
        let client = try TestSocket(.http, to: worker.address)
        client.send((0..<20).flatMap { post(message($0, tag: 9)) })
        for id: UInt16 in 0..<20 {
            let (head, body) = try response(client)
            #expect(head.hasPrefix("HTTP/1.1 200 ") && body == message(id, tag: 9))
        }
        let counters = worker.counters
        #expect(counters.http.queries == 20 && counters.http.responses == 20)
        #expect(counters.requests[.requestsPOST] == 20 && counters.requests[.status200] == 20)
        #expect(counters.http.connectionsOpened == 1 && counters.tcp.connectionsOpened == 0)
    }

    @Test("what ALPN agreed on is spoken", arguments: ["h2", "http/1.1"])
    func applicationProtocols(name: String) throws {
        let endpoint = try TLSEndpoint.dot(protocols: ["h2", "http/1.1"])
        let worker = try TestWorker(
            ["127.0.0.1"], .https(endpoint, DoHEndpoint(DoHSettings())), configuration: .patient, Self.script)
        let client = try TLSClient.connected(to: worker, .init(protocols: [name]))
        #expect(client.applicationProtocol == name)
        if name == "h2" {
            // The preface, and empty SETTINGS; what comes is SETTINGS, too.
            client.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
            #expect(client.receive(9)?.dropFirst(3).first == 4)
        } else {
            client.send(post(message(7, tag: 9)))
            #expect(try response { client.receive($0) }.body == message(7, tag: 9))
            #expect(worker.log.all.last == .note("https 127.0.0.1 \(worker.address.port)"))
        }
    }

    @Test("an answer that comes later, and one that never comes")
    func deferred() throws {
        let worker = try worker()
        let client = try TestSocket(.http, to: worker.address)
        client.send(post(message(1, tag: 1)))
        _ = worker.log.wait(for: 2)
        worker.run { $0.replyToWaiting(0) }
        #expect(try response(client).body == message(1, tag: 1))
        client.send(post(message(2, tag: 1)))
        _ = worker.log.wait(for: 4)
        worker.run { service in
            guard let (client, _) = service.waiting.popLast() else { return }
            service.context.abandon(client)
        }
        #expect(try response(client).head.hasPrefix("HTTP/1.1 503 "))
        client.send(post(message(3, tag: 9)))
        #expect(try response(client).body == message(3, tag: 9))
    }

    @Test("a query that is dropped is told so, and one that is none")
    func refused() throws {
        let worker = try worker()
        let client = try TestSocket(.http, to: worker.address)
        client.send(post(message(1, tag: 2)))
        #expect(try response(client).head.hasPrefix("HTTP/1.1 503 "))
        client.send(post(message(1, tag: 3)))
        #expect(try response(client).head.hasPrefix("HTTP/1.1 400 "))
    }

    @Test("who half-closes gets what is owed")
    func halfClosed() throws {
        let worker = try worker()
        let client = try TestSocket(.http, to: worker.address)
        client.send(post(message(1, tag: 1)))
        client.shutdownWriting()
        _ = worker.log.wait(for: 2)
        worker.run { $0.replyToWaiting(0) }
        #expect(try response(client).body == message(1, tag: 1))
        #expect(client.isClosed())
    }

    @Test("a stop answers what was asked, and closes")
    func stop() throws {
        let worker = try worker()
        let idle = try TestSocket(.http, to: worker.address)
        let client = try TestSocket(.http, to: worker.address)
        client.send(post(message(1, tag: 1)))
        _ = worker.log.wait(for: 2)
        worker.worker.stop()
        #expect(idle.isClosed())
        worker.run { $0.replyToWaiting(0) }
        let (head, body) = try response(client)
        #expect(body == message(1, tag: 1) && head.lowercased().contains("connection: close"))
        #expect(client.isClosed())
        #expect(worker.worker.wait(seconds: patience))
    }

    @Test("who does not read is not listened to either, and others are")
    func neverReads() throws {
        var script = Self.script
        script.receive = { _, query, _ in .answer(message(1, tag: 9, count: 60_000)) }
        let busy = try TestWorker(
            ["127.0.0.1"], .http(DoHEndpoint(DoHSettings())), configuration: .patient, script)
        let client = try TestSocket(.http, to: busy.address, receiveBuffer: 4_096)
        _ = client.sendSome((0..<200).flatMap { post(message($0, tag: 9)) })
        #expect(busy.wait { $0.http.queries > 0 })
        let asked = busy.counters.http.queries
        #expect(asked < 200)
        // Another client is served meanwhile.
        let other = try TestSocket(.http, to: busy.address)
        other.send(post(message(1, tag: 9)))
        #expect(try response(other).body.count == 60_000)
    }

    //--- Proxies ---

    private let signature: [UInt8] = [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]

    /// For a client at 203.0.113.9 port 4000, that asked 198.51.100.1 port 853.
    private var header: [UInt8] {
        signature + [0x21, 0x11, 0, 12, 203, 0, 113, 9, 198, 51, 100, 1, 0x0f, 0xa0, 0x03, 0x55]
    }

    private func proxied(_ service: Listener.Service) throws -> TestWorker {
        var configuration = WorkerConfiguration.patient
        configuration.proxies = [try #require(IPNetwork("127.0.0.0/8"))]
        return try TestWorker(["127.0.0.1"], service, configuration: configuration, Self.script)
    }

    @Test("a proxy says for whom it is, over TCP, in one piece and in single octets", arguments: [1, 1_000])
    func proxyHeader(portion: Int) throws {
        let worker = try proxied(.dns)
        let client = try TestSocket(.tcp, to: worker.address)
        let octets = header + framed(message(1, tag: 9))
        for start in stride(from: 0, to: octets.count, by: portion) {
            client.send(Array(octets[start..<min(start + portion, octets.count)]))
        }
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(worker.log.all.contains(.note("tcp 203.0.113.9 853")))
    }

    @Test("over TLS, the handshake comes after it")
    func proxyHeaderBeforeTLS() throws {
        let worker = try proxied(.tls(try .dot()))
        let socket = try TestSocket(.tls, to: worker.address)
        socket.send(header)
        let client = TLSClient(socket)
        #expect(client.shakeHands())
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(worker.log.all.contains(.note("tls 203.0.113.9 853")))
    }

    @Test("a connection on the proxy's own behalf keeps its address")
    func localHeader() throws {
        let worker = try proxied(.dns)
        let client = try TestSocket(.tcp, to: worker.address)
        client.send(signature + [0x20, 0, 0, 0] + framed(message(1, tag: 9)))
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(worker.log.all.contains(.note("tcp 127.0.0.1 \(worker.address.port)")))
    }

    @Test("who must say so and does not is closed")
    func withoutHeader() throws {
        let worker = try proxied(.dns)
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 9))
        #expect(client.isClosed())
        #expect(worker.counters.tcp.queries == 0 && worker.counters.tcp.connectionsRefused == 1)
    }

    @Test("from others the header is no header")
    func headerOfAStranger() throws {
        var configuration = WorkerConfiguration.patient
        configuration.proxies = [try #require(IPNetwork("192.0.2.0/24"))]
        let worker = try TestWorker(
            ["127.0.0.1"], .http(DoHEndpoint(DoHSettings())), configuration: configuration, Self.script)
        let client = try TestSocket(.http, to: worker.address)
        client.send(header + post(message(1, tag: 9)))
        #expect(try response(client).head.hasPrefix("HTTP/1.1 400 "))
    }

    @Test("the client that a proxy names has a quota, the proxy has none")
    func quota() throws {
        var configuration = WorkerConfiguration.patient
        configuration.proxies = [try #require(IPNetwork("127.0.0.0/8"))]
        configuration.connectionsPerClient = 2
        let worker = try TestWorker(["127.0.0.1"], .dns, configuration: configuration, Self.script)
        let unnamed = try (0..<4).map { _ in
            let client = try TestSocket(.tcp, to: worker.address)
            client.send(signature + [0x20, 0, 0, 0] + framed(message(1, tag: 9)))
            #expect(client.receiveMessage() != nil)
            return client
        }
        let named = try (0..<3).map { _ in
            let client = try TestSocket(.tcp, to: worker.address)
            client.send(header + framed(message(2, tag: 9)))
            #expect(client.receiveMessage() != nil)
            return client
        }
        // The one that idled longest has made room for the third.
        #expect(named[0].isClosed())
        #expect(worker.counters.tcp.connectionsEvicted == 1)
        for client in unnamed + named[1...] {
            client.sendMessage(message(3, tag: 9))
            #expect(client.receiveMessage() == message(3, tag: 9))
        }
    }

    @Test("a trusted proxy's word about the client", arguments: [true, false])
    func forwarded(isTrusted: Bool) throws {
        var settings = DoHSettings()
        if isTrusted { settings.trustedProxies = [try #require(IPNetwork("127.0.0.1/32"))] }
        let worker = try worker(settings)
        let client = try TestSocket(.http, to: worker.address)
        client.send(post(message(1, tag: 9), "X-Forwarded-For: 203.0.113.7\r\n"))
        #expect(try response(client).body == message(1, tag: 9))
        let address = isTrusted ? "203.0.113.7" : "127.0.0.1"
        #expect(worker.log.all.contains(.note("http \(address) \(worker.address.port)")))
    }
}
