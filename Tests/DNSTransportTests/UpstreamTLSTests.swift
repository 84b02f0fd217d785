import COpenSSL
import DNSWire
import TestPeers
import Testing

@testable import DNSTransport

/// A worker that asks, and what the servers in the tests prove themselves with.
enum EncryptedPeers {
    static let named = TestCertificate("resolver.test", addresses: ["127.0.0.1"])
    // Other subjects, as libssl looks for issuers by these.
    static let expired = TestCertificate("expired.test", "resolver.test", validity: -86_400 ... -3600)
    static let future = TestCertificate("future.test", "resolver.test", validity: 3600...86_400)
    /// Of nobody who is trusted.
    static let unknown = TestCertificate("resolver.test")

    /// - Parameter change: of the configuration.
    static func client(
        _ script: ScriptedService.Script = ScriptedService.Script(),
        _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) throws -> TestWorker {
        var configuration = WorkerConfiguration.patient
        configuration.upstreamAuthorities =
            named.certificate.chain + expired.certificate.chain + future.certificate.chain
        change(&configuration)
        return try TestWorker(configuration: configuration, script)
    }

    static func server(
        _ certificate: TestCertificate = named, tickets: TLSTicketKeys? = nil,
        _ script: ScriptedService.Script = ScriptedService.Script(),
        _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) throws -> TestWorker {
        var configuration = WorkerConfiguration.patient
        change(&configuration)
        let endpoint = try TLSEndpoint.dot([certificate], tickets: tickets)
        return try TestWorker(["127.0.0.1"], .tls(endpoint), configuration: configuration, script)
    }
}

extension TestWorker {
    func ask(_ id: ExchangeID, _ message: [UInt8], _ server: EncryptedServer, timeout: Int64 = never) {
        send(id, message, to: server.address, over: .encrypted(server), timeout: timeout)
    }
}

extension EncryptedServer {
    static func tls(
        _ address: SocketAddress, _ authentication: Authentication = .name("resolver.test")
    ) -> EncryptedServer {
        EncryptedServer(.tls, at: address, name: "resolver.test", authentication: authentication)
    }
}

@Suite("Exchanges with servers over TLS (RFC 7858, 8310)")
struct UpstreamTLSTests {
    @Test("a query is answered, and many share a connection")
    func manyOnOne() throws {
        let server = try EncryptedPeers.server()
        let client = try EncryptedPeers.client()
        let count = 40
        for number in 1...count {
            client.ask(ExchangeID(number), message(UInt16(number), tag: 9), .tls(server.address))
        }
        let expected = (1...count).map {
            ServiceEvent.upstream(ExchangeID($0), message(UInt16($0), tag: 9))
        }
        #expect(client.log.wait(for: count) == expected)
        let counters = client.counters
        #expect(counters.upstreamConnectionsOpened == 1 && counters.upstreamHandshakes == 1)
        #expect(counters.upstreamTLSExchanges == 40 && counters.upstreamStreamExchanges == 0)
        #expect(server.counters.tls.connectionsOpened == 1 && server.counters.tcp.connectionsOpened == 0)
        // Long after the first.
        client.ask(99, message(99, tag: 9, count: 20_000), .tls(server.address))
        #expect(client.log.wait(for: count + 1).last == .upstream(99, message(99, tag: 9, count: 20_000)))
        #expect(client.counters.upstreamConnectionsOpened == 1)
    }

    @Test("long messages both ways, many records each")
    func longMessages() throws {
        let server = try EncryptedPeers.server()
        let client = try EncryptedPeers.client()
        let long = (1...3).map { message(UInt16($0), tag: UInt8($0), count: 65_535) }
        for (index, message) in long.enumerated() {
            client.ask(ExchangeID(index), message, .tls(server.address))
        }
        #expect(client.log.wait(for: 3) == long.enumerated().map { .upstream(ExchangeID($0), $1) })
    }

    static let provers: [(TestCertificate, EncryptedServer.Authentication)] = [
        (EncryptedPeers.named, .name("resolver.test")), (EncryptedPeers.named, .name("Resolver.TEST")),
        (EncryptedPeers.named, .address),
        (EncryptedPeers.unknown, .pins([[UInt8](repeating: 1, count: 32), EncryptedPeers.unknown.pin])),
        (EncryptedPeers.expired, .pins([EncryptedPeers.expired.pin])),
        (EncryptedPeers.unknown, .opportunistic), (EncryptedPeers.expired, .opportunistic),
    ]

    @Test("who proves to be the server is asked", arguments: provers.indices)
    func accepted(index: Int) throws {
        let (certificate, authentication) = Self.provers[index]
        let server = try EncryptedPeers.server(certificate)
        let client = try EncryptedPeers.client()
        client.ask(1, message(7, tag: 9), .tls(server.address, authentication))
        #expect(client.log.wait(for: 1) == [.upstream(1, message(7, tag: 9))])
    }

    static let pretenders: [(TestCertificate, EncryptedServer.Authentication, EncryptionFault)] = [
        (EncryptedPeers.named, .name("other.test"), .wrongName("resolver.test")),
        (EncryptedPeers.expired, .name("resolver.test"), .expired),
        (EncryptedPeers.future, .name("resolver.test"), .notYetValid),
        (EncryptedPeers.unknown, .name("resolver.test"), .unknownIssuer),
        (EncryptedPeers.unknown, .address, .unknownIssuer),
        (EncryptedPeers.named, .pins([EncryptedPeers.unknown.pin]), .wrongPin),
    ]

    @Test("who does not is sent nothing", arguments: pretenders.indices)
    func refused(index: Int) throws {
        let (certificate, authentication, fault) = Self.pretenders[index]
        let server = try EncryptedPeers.server(certificate)
        let client = try EncryptedPeers.client()
        client.ask(1, message(7, tag: 9), .tls(server.address, authentication))
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(fault))])
        #expect(client.counters.upstreamEncryptionFaults == 1)
        #expect(server.counters.tls.queries == 0)
    }

    @Test(
        "no name and no pins would be proof of nothing",
        arguments: [EncryptedServer.Authentication.name(""), .pins([])])
    func nothingToProve(authentication: EncryptedServer.Authentication) throws {
        let server = try EncryptedPeers.server()
        let client = try EncryptedPeers.client()
        client.ask(1, message(7), .tls(server.address, authentication))
        #expect(client.log.wait(for: 1) == [.ended(1, .failed(SystemError.noMemory))])
    }

    @Test("the address has to be in the certificate")
    func wrongAddress() throws {
        let certificate = TestCertificate("resolver.test", addresses: ["192.0.2.1"])
        let server = try EncryptedPeers.server(certificate)
        let client = try EncryptedPeers.client { $0.upstreamAuthorities = certificate.certificate.chain }
        var asked = EncryptedServer.tls(server.address, .address)
        asked.name = nil
        client.ask(1, message(7), asked)
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(.wrongName("127.0.0.1")))])
    }

    @Test("a session is resumed, and only with the server that gave the ticket")
    func resumption() throws {
        let server = try EncryptedPeers.server { $0.idleTimeout = 1_000_000 }
        let client = try EncryptedPeers.client()
        for number in 1...3 {
            client.ask(ExchangeID(number), message(UInt16(number)), .tls(server.address))
            #expect(client.log.wait(for: number).count == number)
            // The server closes what idles.
            #expect(server.wait { $0.tls.connectionsClosed == UInt64(number) })
            #expect(client.wait { $0.upstreamConnectionsClosed == UInt64(number) })
        }
        #expect(client.counters.upstreamHandshakes == 3 && client.counters.upstreamResumptions == 2)
        #expect(server.counters.sessions.resumed == 2)
        // Another way to prove who it is is another server.
        client.ask(4, message(4), .tls(server.address, .pins([EncryptedPeers.named.pin])))
        #expect(client.log.wait(for: 4).count == 4)
        #expect(client.counters.upstreamResumptions == 2)
    }

    @Test("a server that gives one ticket for all is resumed with that")
    func onlyTicket() throws {
        let server = try FakeStreamServer()
        let keys = [UInt8](repeating: 7, count: 80)
        let client = try EncryptedPeers.client()
        for number in 1...3 {
            client.ask(ExchangeID(number), message(UInt16(number)), .tls(server.address))
            let peer = try TLSTestServer(accepting: server, ticketKeys: keys, tickets: number == 1 ? 1 : 0)
            #expect(peer.shakeHands())
            #expect(peer.isResumed == (number > 1))
            peer.sendMessage(try #require(peer.receiveMessage()))
            #expect(client.log.wait(for: number).count == number)
            peer.socket.shutdownWriting()
            #expect(client.wait { $0.upstreamConnectionsClosed == UInt64(number) })
        }
    }

    @Test("a ticket that means nothing to the server any more costs a handshake, no query")
    func forgottenTickets() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        for number in 1...2 {
            client.ask(ExchangeID(number), message(UInt16(number)), .tls(server.address))
            let peer = try TLSTestServer(accepting: server)
            #expect(peer.shakeHands())
            #expect(!peer.isResumed)
            peer.sendMessage(try #require(peer.receiveMessage()))
            let reply = ServiceEvent.upstream(ExchangeID(number), message(UInt16(number)))
            #expect(client.log.wait(for: number).last == reply)
            peer.socket.shutdownWriting()
            #expect(client.wait { $0.upstreamConnectionsClosed == UInt64(number) })
        }
        #expect(client.counters.upstreamResumptions == 0)
    }

    //--- Ends ---

    @Test("a query that met a kept connection's end is asked once more, and fails with the second connection")
    func askedAgain() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), .tls(server.address))
        let first = try TLSTestServer(accepting: server)
        first.sendMessage(try #require(first.receiveMessage()))
        #expect(client.log.wait(for: 1).count == 1)
        client.ask(2, message(2), .tls(server.address))
        #expect(first.receiveMessage() == message(2))
        // It has understood, and closes all the same.
        first.endSession()
        first.socket.shutdownWriting()
        let second = try TLSTestServer(accepting: server)
        #expect(second.receiveMessage() == message(2))
        second.socket.shutdownWriting()
        #expect(client.log.wait(for: 2).last == .ended(2, .failed(SystemError.connectionReset)))
    }

    @Test("a reply counts although the session ends right behind it")
    func replyAndEnd() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), .tls(server.address))
        client.ask(2, message(2), .tls(server.address))
        let peer = try TLSTestServer(accepting: server)
        #expect(peer.receiveMessage() == message(1))
        #expect(peer.receiveMessage() == message(2))
        peer.socket.send(peer.seal(framed(message(1, tag: 3))) + peer.sealEnd())
        let end = ServiceEvent.ended(2, .failed(SystemError.connectionReset))
        #expect(client.log.wait(for: 2) == [.upstream(1, message(1, tag: 3)), end])
    }

    @Test("what idles is closed, with a farewell")
    func idles() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client { $0.encryptedIdleTimeout = 1_000_000 }
        client.ask(1, message(1), .tls(server.address))
        let peer = try TLSTestServer(accepting: server)
        peer.sendMessage(try #require(peer.receiveMessage()))
        #expect(peer.receive() == nil && peer.error == SSL_ERROR_ZERO_RETURN)
        #expect(client.counters.upstreamEncryptionFaults == 0)
    }

    @Test("a handshake that does not come is a time-out, and closes the connection")
    func silentServer() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), .tls(server.address), timeout: 20_000_000)
        let peer = try #require(server.accept())
        #expect(client.log.wait(for: 1) == [.ended(1, .timedOut)])
        // The ClientHello, and the end.
        while let octets = peer.receive(), !octets.isEmpty {}
        #expect(client.counters.upstreamConnectionsClosed == 1)
    }

    @Test(
        "whoever speaks no TLS is said so",
        arguments: [
            (framed(message(1, count: 40)), EncryptionFault.handshake(.notTLS)),
            (Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), .handshake(.notTLS)),
            ([], .handshake(.disconnected)),
            // An alert: handshake_failure.
            ([21, 3, 3, 0, 2, 2, 40], .handshake(.alert)),
            // A ServerHello of nothing.
            ([22, 3, 3, 0, 4, 2, 0, 0, 0], .handshake(.malformed)),
        ])
    func garbage(octets: [UInt8], fault: EncryptionFault) throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), .tls(server.address))
        let peer = try #require(server.accept())
        _ = peer.receive()
        peer.send(octets)
        peer.shutdownWriting()
        #expect(client.log.wait(for: 1) == [.ended(1, .encryptionFailed(fault))])
    }

    @Test("octets that come one by one make a session and replies, too")
    func oneByOne() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client()
        client.ask(1, message(1), .tls(server.address))
        let peer = try TLSTestServer(accepting: server)
        peer.portion = 1
        peer.sendMessage(try #require(peer.receiveMessage()))
        #expect(client.log.wait(for: 1) == [.upstream(1, message(1))])
    }

    @Test("messages that nobody waits for end a connection at their limit")
    func junk() throws {
        let server = try FakeStreamServer()
        let client = try EncryptedPeers.client { $0.junkPerExchange = 5 }
        client.ask(1, message(1), .tls(server.address))
        let peer = try TLSTestServer(accepting: server)
        _ = peer.receiveMessage()
        for _ in 0..<5 { peer.sendMessage(message(9)) }
        #expect(client.log.wait(for: 1) == [.ended(1, .failed(SystemError.badMessage))])
    }
}
