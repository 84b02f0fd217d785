import COpenSSL
import DNSWire
import Glibc
import TestPeers
import Testing

@testable import DNSTransport

@Suite("DNS over TLS (RFC 7858)")
struct TLSTests {
    /// Defers queries whose tag is 1, answers 4 with 60,000 octets, and else echoes.
    private static var script: ScriptedService.Script {
        var script = ScriptedService.Script()
        script.receive = { _, query, _ in
            switch query.count > 2 ? query[2] : 3 {
            case 1: .deferred
            case 3: .close
            case 4: .answer(message(UInt16(query[1]), tag: 4, count: 60_000))
            default: .answer(query)
            }
        }
        return script
    }

    private func worker(
        _ endpoint: TLSEndpoint? = nil, _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) throws -> TestWorker {
        var configuration = WorkerConfiguration.patient
        change(&configuration)
        let endpoint = if let endpoint { endpoint } else { try TLSEndpoint.dot() }
        return try TestWorker(["127.0.0.1"], .tls(endpoint), configuration: configuration, Self.script)
    }

    static let versions = [TLS1_2_VERSION...TLS1_2_VERSION, TLS1_3_VERSION...TLS1_3_VERSION]

    //--- Handshakes ---

    @Test("a query is answered, in both versions", arguments: versions)
    func echo(versions: ClosedRange<Int32>) throws {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            service.log.append(.note("\(client.transport) \(client.local)"))
            return .answer(query)
        }
        let worker = try TestWorker(
            ["127.0.0.1"], .tls(try .dot()), configuration: .patient, script)
        let client = try TLSClient.connected(to: worker, .init(versions: versions))
        #expect(client.version == versions.lowerBound)
        #expect(client.applicationProtocol == "dot")
        client.sendMessage(message(1, tag: 7))
        #expect(client.receiveMessage() == message(1, tag: 7))
        #expect(worker.log.all.last == .note("tls \(worker.address)"))
        let counters = worker.counters
        #expect(counters.sessions.begun == 1 && counters.sessions.failed == 0)
        #expect(counters.tls.queries == 1 && counters.tls.responses == 1 && counters.tcp.queries == 0)
        #expect(counters.tls.queryBytes == 12 && counters.tls.responseBytes == 12)
        #expect(counters.tls.connectionsOpened == 1 && counters.tcp.connectionsOpened == 0)
    }

    @Test("protocols offered without ours: an alert; none offered: welcome (row 71)")
    func applicationProtocols() throws {
        let worker = try worker()
        let other = try TLSClient(to: worker, .init(protocols: ["h2", "http/1.1"]))
        #expect(!other.shakeHands())
        #expect(other.reason == SSL_AD_REASON_OFFSET + TLS1_AD_NO_APPLICATION_PROTOCOL)
        #expect(worker.counters.sessions[.applicationProtocol] == 1)
        let both = try TLSClient.connected(to: worker, .init(protocols: ["h2", "dot"]))
        #expect(both.applicationProtocol == "dot")
        let none = try TLSClient.connected(to: worker, .init(protocols: []))
        #expect(none.applicationProtocol == nil)
        none.sendMessage(message(1, tag: 9))
        #expect(none.receiveMessage() == message(1, tag: 9))
    }

    @Test("the server's order of protocols decides")
    func protocolOrder() throws {
        let worker = try worker(try .dot(protocols: ["h2", "http/1.1"]))
        let client = try TLSClient.connected(to: worker, .init(protocols: ["http/1.1", "h2"]))
        #expect(client.applicationProtocol == "h2")
    }

    @Test(
        "the certificate is chosen by the name that the client gives",
        arguments: [
            ("resolver.test", "resolver.test"), ("a.resolver.test", "resolver.test"),
            ("A.Resolver.Test", "resolver.test"), ("a.b.resolver.test", "resolver.test"),
            ("other.test", "other.test"), ("a.other.test", "resolver.test"), ("third.test", "resolver.test"),
            (nil, "resolver.test"),
        ], versions)
    func serverName(names: (asked: String?, served: String), versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient.connected(
            to: worker, .init(versions: versions, serverName: names.asked))
        #expect(client.servedName == names.served)
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
    }

    @Test("the second certificate matches by wildcard, of one label")
    func wildcard() throws {
        let worker = try worker(try .dot([.other, .resolver]))
        let names = ["x.resolver.test": "resolver.test", "x.y.resolver.test": "other.test"]
        for (asked, served) in names {
            let client = try TLSClient.connected(to: worker, .init(serverName: asked))
            #expect(client.servedName == served)
        }
    }

    @Test("TLS 1.1 is refused with an alert (row 72)")
    func oldVersion() throws {
        let worker = try worker()
        let client = try TLSClient(to: worker, .init(versions: TLS1_1_VERSION...TLS1_1_VERSION))
        #expect(!client.shakeHands())
        #expect(client.reason == SSL_AD_REASON_OFFSET + SSL_AD_PROTOCOL_VERSION)
        #expect(worker.counters.sessions[.version] == 1)
    }

    @Test("ciphers without forward secrecy or authentication are refused")
    func oldCiphers() throws {
        let worker = try worker()
        for ciphers in ["AES128-GCM-SHA256:@SECLEVEL=0", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"] {
            let client = try TLSClient(
                to: worker, .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, ciphers: ciphers))
            #expect(!client.shakeHands())
            #expect(client.reason == SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE)
        }
        #expect(worker.counters.sessions[.parameters] == 2)
    }

    @Test("cleartext on the TLS port is not heard, and the connection is closed (row 72)")
    func cleartext() throws {
        let worker = try worker()
        for octets in [
            framed(message(1, tag: 9, count: 40)), Array("GET / HTTP/1.1\r\n\r\n".utf8),
            [UInt8](repeating: 0xff, count: 100),
        ] {
            let client = try TestSocket(.tcp, to: worker.address)
            client.send(octets)
            while let more = client.receive(), !more.isEmpty {}
            #expect(client.isClosed())
        }
        #expect(worker.log.all.isEmpty)
        let counters = worker.counters
        #expect(counters.sessions.failed == 3 && counters.sessions[.notTLS] >= 2)
        #expect(counters.tls.connectionsClosed == 3)
    }

    @Test("a client that goes away in its handshake, or does not like the certificate")
    func goneInHandshake() throws {
        let worker = try worker()
        var silent: TestSocket? = try TestSocket(.tcp, to: worker.address)
        #expect(worker.wait { $0.tls.connectionsOpened == 1 })
        silent?.shutdownWriting()
        #expect(worker.wait { $0.sessions[.disconnected] == 1 })
        silent = nil
        let half = try TLSClient(to: worker)
        _ = unsafe SSL_do_handshake(half.handle)
        half.flush()
        half.socket.shutdownWriting()
        #expect(worker.wait { $0.sessions[.disconnected] == 2 })
        let wary = try TLSClient(to: worker)
        unsafe SSL_set_verify(wary.handle, SSL_VERIFY_PEER, nil)
        #expect(!wary.shakeHands())
        #expect(worker.wait { $0.sessions[.alert] == 1 })
        #expect(worker.wait { $0.tls.connectionsClosed == 3 })
    }

    @Test("who says hello and resets the connection before it is looked at costs no session")
    func goneBeforeItsTurn() throws {
        // Where no session can be begun, who begins one fails for that.
        let worker = try worker(TLSEndpoint())
        let gate = worker.hold()
        var client: TLSClient? = try TLSClient(to: worker)
        if let client { _ = unsafe SSL_do_handshake(client.handle) }
        client?.flush()
        client?.socket.resetOnClose()
        client = nil
        gate.open()
        #expect(worker.wait { $0.tls.connectionsClosed == 1 })
        #expect(worker.counters.sessions[.disconnected] == 1 && worker.counters.sessions[.ours] == 0)
    }

    @Test("a handshake that stalls is ended, and no queries are needed for it", arguments: [0, 1, 2])
    func stalled(octets kind: Int) throws {
        let worker = try worker { $0.handshakeTimeout = 20_000_000 }
        let client = try TLSClient(to: worker)
        if kind > 0 {
            _ = unsafe SSL_do_handshake(client.handle)
            // Half a ClientHello, or all of it.
            let hello = client.takeOutgoing()
            client.socket.send(Array(hello.prefix(kind == 1 ? 50 : hello.count)))
        }
        while let more = client.socket.receive(), !more.isEmpty {}
        #expect(client.socket.isClosed())
        let counters = worker.counters
        #expect(counters.sessions[.timedOut] == 1 && counters.tls.connectionsTimedOut == 1)
        // Who is done with it has the time that idle connections have.
        let patientWorker = try self.worker { $0.handshakeTimeout = never }
        let late = try TLSClient.connected(to: patientWorker)
        late.sendMessage(message(1, tag: 9))
        #expect(late.receiveMessage() == message(1, tag: 9))
    }

    @Test("the time for handshakes does not end a connection that is done with its own")
    func handshakeTimeIsOver() throws {
        let worker = try worker { $0.handshakeTimeout = 300_000_000 }
        let gate = worker.hold()
        let client = try TLSClient(to: worker)
        // The hello is there when the connection is accepted.
        _ = unsafe SSL_do_handshake(client.handle)
        client.flush()
        gate.open()
        // On a machine that stands still for that long, there is nothing to see.
        guard client.shakeHands() else { return }
        let stalling = try TestSocket(.tcp, to: worker.address)
        #expect(stalling.isClosed())
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
    }

    @Test("an idle connection is told so and closed")
    func idle() throws {
        let worker = try worker { $0.idleTimeout = 20_000_000 }
        let client = try TLSClient(to: worker)
        if client.shakeHands() { #expect(client.isClosedInOrder) }
        #expect(worker.wait { $0.tls.connectionsTimedOut == 1 })
    }

    //--- Limits ---

    @Test("handshakes displace handshakes, the oldest first, and nobody else")
    func tooManyHandshakes() throws {
        let worker = try worker { $0.handshakes = 3 }
        let done = try (0..<2).map { _ in try TLSClient.connected(to: worker) }
        defer { withExtendedLifetime(done) {} }
        var halves: [TestSocket] = []
        defer { withExtendedLifetime(halves) {} }
        for count: UInt64 in 1...10 {
            halves.append(try TestSocket(.tcp, to: worker.address))
            #expect(worker.wait { $0.tls.connectionsOpened == 2 + count })
        }
        for half in halves.prefix(7) { #expect(half.isClosed()) }
        #expect(worker.counters.sessions[.displaced] == 7)
        #expect(worker.counters.tls.connectionsEvicted == 7)
        // A newcomer who goes on with it is served among them.
        let client = try TLSClient.connected(to: worker)
        for client in done + [client] {
            client.sendMessage(message(1, tag: 9))
            #expect(client.receiveMessage() == message(1, tag: 9))
        }
    }

    @Test("when the table is full, handshakes make room before idle connections")
    func full() throws {
        let worker = try worker { $0.connections = 4 }
        let done = try (0..<2).map { _ in try TLSClient.connected(to: worker) }
        let half = try TestSocket(.tcp, to: worker.address)
        #expect(worker.wait { $0.tls.connectionsOpened == 3 })
        let third = try TLSClient.connected(to: worker)
        let fourth = try TLSClient.connected(to: worker)
        #expect(half.isClosed())
        for client in done + [third, fourth] {
            client.sendMessage(message(1, tag: 9))
            #expect(client.receiveMessage() == message(1, tag: 9))
        }
        // Now the one that idled longest goes.
        let fifth = try TLSClient.connected(to: worker)
        #expect(done[0].isClosedInOrder)
        fifth.sendMessage(message(1, tag: 9))
        #expect(fifth.receiveMessage() == message(1, tag: 9))
    }

    @Test("a new client is served among many half handshakes")
    func flood() throws {
        let worker = try worker {
            $0.connections = 200
            $0.handshakes = 50
            $0.connectionsPerClient = 1_000
        }
        var crowd: [TLSClient] = []
        defer { withExtendedLifetime(crowd) {} }
        for index in 0..<400 {
            let client = try TLSClient(to: worker)
            if index % 2 == 0 {
                _ = unsafe SSL_do_handshake(client.handle)
                client.flush()
            }
            crowd.append(client)
        }
        let client = try TLSClient.connected(to: worker)
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
    }

    @Test("handshakes that must wait for another turn are not forgotten")
    func oneHandshakeATurn() throws {
        let worker = try worker { $0.handshakesPerTurn = 1 }
        let gate = worker.hold()
        let clients = try (0..<20).map { _ in try TLSClient(to: worker) }
        for client in clients {
            _ = unsafe SSL_do_handshake(client.handle)
            client.flush()
        }
        gate.open()
        for client in clients {
            #expect(client.shakeHands())
            client.sendMessage(message(1, tag: 9))
            #expect(client.receiveMessage() == message(1, tag: 9))
        }
        #expect(worker.counters.sessions.begun == 20)
    }

    @Test("a session begins with a whole ClientHello, and the kernel keeps half of one", arguments: versions)
    func firstRecord(versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient(to: worker, .init(versions: versions))
        _ = unsafe SSL_do_handshake(client.handle)
        let hello = client.takeOutgoing()
        // In the header, at its end, and before the last octet.
        var start = 0
        for end in [3, 5, hello.count - 1, hello.count] {
            client.socket.send(Array(hello[start..<end]))
            start = end
            worker.settle()
        }
        #expect(client.shakeHands())
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
        // One octet after the other is heard again.
        for octet in client.seal(framed(message(2, tag: 9))) { client.socket.send([octet]) }
        #expect(client.receiveMessage() == message(2, tag: 9))
    }

    @Test("half a ClientHello and the end", arguments: [3, 5, 60])
    func halfAHello(count: Int) throws {
        let worker = try worker()
        let client = try TLSClient(to: worker)
        _ = unsafe SSL_do_handshake(client.handle)
        client.socket.send(Array(client.takeOutgoing()[..<count]))
        worker.settle()
        client.socket.shutdownWriting()
        #expect(client.socket.isClosed())
        #expect(worker.wait { $0.sessions.failed == 1 && $0.tls.connectionsClosed == 1 })
    }

    @Test(
        "how long the first record is",
        arguments: [
            ([], 5), ([22], 5), ([22, 3, 1, 0], 5), ([22, 3, 1, 1, 2], 263), ([22, 3, 1, 0x40, 0], 16_389),
            ([22, 3, 1, 0x40, 1], nil), ([71], nil), ([21, 3, 1, 0, 2], nil),
        ] as [([UInt8], Int?)])
    func firstRecordLength(octets: [UInt8], length: Int?) {
        #expect(FirstRecord.length(octets.span) == length)
    }

    //--- Octets ---

    @Test("queries in one record are answered at once, in a record for each", arguments: versions)
    func pipelined(versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker, .init(versions: versions))
        client.send((0..<100).flatMap { framed(message($0, tag: 9)) })
        // libssl gives what is in one record: some clients ask for no more until the socket has more.
        for id: UInt16 in 0..<100 { #expect(client.receive() == framed(message(id, tag: 9))) }
        #expect(worker.counters.tls.queries == 100)
    }

    @Test("a record for each query, all of them sent at once", arguments: versions)
    func manyRecords(versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker, .init(versions: versions))
        // More than one read of the socket takes.
        client.socket.send((0..<1_000).flatMap { client.seal(framed(message($0, tag: 9, count: 50))) })
        for id: UInt16 in 0..<1_000 { #expect(client.receiveMessage() == message(id, tag: 9, count: 50)) }
    }

    @Test("queries that come with the end of the handshake are heard", arguments: versions)
    func queriesWithFinished(versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient(to: worker, .init(versions: versions))
        _ = unsafe SSL_do_handshake(client.handle)
        if versions.lowerBound == TLS1_3_VERSION {
            client.flush()
            let flight = client.socket.receive() ?? []
            unsafe BIO_write(SSL_get_rbio(client.handle), flight, Int32(flight.count))
            #expect(unsafe SSL_do_handshake(client.handle) == 1)
            let finished = client.takeOutgoing()
            let queries = client.seal(framed(message(1, tag: 9)) + framed(message(2, tag: 9)))
            client.socket.send(finished + queries)
        } else {
            #expect(client.shakeHands())
            client.send(framed(message(1, tag: 9)) + framed(message(2, tag: 9)))
        }
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(client.receiveMessage() == message(2, tag: 9))
    }

    @Test("octet by octet, from the first", arguments: versions)
    func octetByOctet(versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient(to: worker, .init(versions: versions))
        client.portion = 1
        #expect(client.shakeHands())
        for octet in framed(message(1, tag: 9, count: 60)) { client.send([octet]) }
        #expect(client.receiveMessage() == message(1, tag: 9, count: 60))
    }

    @Test("the longest query and response", arguments: versions)
    func longest(versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker, .init(versions: versions))
        let long = message(1, tag: 9, count: 65_535)
        client.sendMessage(long)
        client.sendMessage(message(2, tag: 9))
        #expect(client.receiveMessage() == long)
        #expect(client.receiveMessage() == message(2, tag: 9))
    }

    @Test("answers come out of order as they are ready (row 73)")
    func outOfOrder() throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker)
        client.send([1, 1, 9, 1].enumerated().flatMap { framed(message(UInt16($0), tag: $1)) })
        #expect(client.receiveMessage() == message(2, tag: 9))
        for (index, id) in [(2, 3), (0, 0), (0, 1)] {
            worker.run { $0.replyToWaiting(index) }
            #expect(client.receiveMessage() == message(UInt16(id), tag: 1))
        }
    }

    @Test(
        "a half-closed client gets every pending answer and a proper end (row 73)",
        arguments: versions, [true, false])
    func halfClosed(versions: ClosedRange<Int32>, endsSession: Bool) throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker, .init(versions: versions))
        client.send([9, 1, 1].enumerated().flatMap { framed(message(UInt16($0), tag: $1)) } + [0, 9, 1])
        if endsSession { client.endSession() } else { client.socket.shutdownWriting() }
        #expect(client.receiveMessage() == message(0, tag: 9))
        #expect(worker.log.wait(for: 3).count == 3)
        worker.run { $0.replyToWaiting(1) }
        #expect(client.receiveMessage() == message(2, tag: 1))
        worker.run { $0.replyToWaiting(0) }
        #expect(client.receiveMessage() == message(1, tag: 1))
        #expect(client.isClosedInOrder)
    }

    @Test("queries that were kept when the client ended the session are answered")
    func endedWhilePaused() throws {
        let worker = try worker { $0.deferredPerConnection = 1 }
        let client = try TLSClient.connected(to: worker)
        let queries = (0..<5).flatMap { client.seal(framed(message($0, tag: 1))) }
        unsafe SSL_shutdown(client.handle)
        client.socket.send(queries + client.takeOutgoing())
        for id: UInt16 in 0..<5 {
            #expect(worker.log.wait(for: Int(id) + 1).count == Int(id) + 1)
            worker.run { $0.replyToWaiting(0) }
            #expect(client.receiveMessage() == message(id, tag: 1))
        }
        #expect(client.isClosedInOrder)
    }

    @Test("what the service calls closing closes in order")
    func closes() throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker)
        client.send(framed(message(1, tag: 9)) + framed([1, 2]) + framed(message(3, tag: 9)))
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(client.isClosedInOrder)
    }

    @Test("who does not read is not read from, and gets all of it once it reads", arguments: versions)
    func slowReader(versions: ClosedRange<Int32>) throws {
        let worker = try worker { $0.streamSendBuffer = 4_096 }
        let client = try TLSClient.connected(to: worker, .init(versions: versions), receiveBuffer: 4_096)
        client.send((0..<40).flatMap { framed(message($0, tag: 4)) })
        let other = try TLSClient.connected(to: worker)
        other.sendMessage(message(1, tag: 9))
        #expect(other.receiveMessage() == message(1, tag: 9))
        #expect(worker.counters.tls.queries < 41)
        for id: UInt16 in 0..<40 { #expect(client.receiveMessage() == message(id, tag: 4, count: 60_000)) }
    }

    @Test("who never reads is closed by a deadline")
    func neverReads() throws {
        let worker = try worker {
            $0.streamSendBuffer = 4_096
            $0.writeTimeout = 30_000_000
        }
        let client = try TLSClient.connected(to: worker, receiveBuffer: 4_096)
        client.send((0..<10).flatMap { framed(message($0, tag: 4)) })
        #expect(worker.wait { $0.tls.connectionsClosed == 1 && $0.tls.connectionsTimedOut == 1 })
    }

    @Test("writing to a client that reset its connection ends that connection only")
    func reset() throws {
        let worker = try worker()
        var client: TLSClient? = try TLSClient.connected(to: worker)
        client?.send(framed(message(1, tag: 1)) + framed(message(2, tag: 1)))
        #expect(worker.log.wait(for: 2).count == 2)
        let gate = worker.hold()
        worker.run { service in for _ in 0..<2 { service.replyToWaiting(0) } }
        client?.socket.resetOnClose()
        client = nil
        gate.open()
        #expect(worker.wait { $0.tls.connectionsClosed == 1 })
        let other = try TLSClient.connected(to: worker)
        other.sendMessage(message(1, tag: 9))
        #expect(other.receiveMessage() == message(1, tag: 9))
    }

    @Test("a record that was tampered with ends the session with an alert", arguments: versions)
    func tampered(versions: ClosedRange<Int32>) throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker, .init(versions: versions))
        var record = client.seal(framed(message(1, tag: 9)))
        record[record.count - 1] ^= 1
        client.socket.send(record)
        #expect(client.receive() == nil)
        #expect(client.reason == SSL_AD_REASON_OFFSET + SSL_AD_BAD_RECORD_MAC)
        #expect(client.socket.isClosed())
        #expect(worker.log.all.isEmpty)
    }

    //--- What goes with the handshake's end ---

    /// A client whose last record of the handshake waits for what it says next.
    private func withheld(_ worker: TestWorker) throws -> TLSPeer<WithholdingSocket> {
        let socket = WithholdingSocket(try TestSocket(.tls, to: worker.address))
        let client = TLSPeer(socket, .init(versions: TLS1_3_VERSION...TLS1_3_VERSION))
        try #require(client.shakeHands())
        return client
    }

    @Test("the ticket waits for the first answer, and goes in one write with it")
    func ticketWithAnswer() throws {
        let server = try ServerOnTest(.dot())
        let client = TLSPeer(server, .init(versions: TLS1_3_VERSION...TLS1_3_VERSION))
        try #require(client.shakeHands())
        server.shakeHands()
        #expect(server.session.state == .open)
        #expect(server.receive(seconds: 0) == nil)
        server.answer(message(1, tag: 9))
        let written = try #require(server.receive(seconds: 0))
        #expect(server.receive(seconds: 0) == nil)
        server.repeated = written
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(client.ticket != nil)
    }

    @Test("a tampered record right behind the handshake ends the session with an alert")
    func tamperedAtOnce() throws {
        let worker = try worker()
        let client = try withheld(worker)
        var record = client.seal(framed(message(1, tag: 9)))
        record[record.count - 1] ^= 1
        client.socket.send(record)
        client.socket.release()
        #expect(client.receive() == nil)
        #expect(client.reason == SSL_AD_REASON_OFFSET + SSL_AD_BAD_RECORD_MAC)
    }

    //--- Abuse ---

    @Test("renegotiation is refused, and ends the connection")
    func renegotiation() throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker, .init(versions: TLS1_2_VERSION...TLS1_2_VERSION))
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(!client.renegotiate())
        #expect(worker.wait { $0.tls.connectionsClosed == 1 && $0.sessions[.abuse] == 1 })
    }

    @Test("new keys are given now and then, and not without end")
    func keyUpdates() throws {
        let worker = try worker()
        let client = try TLSClient.connected(to: worker, .init(versions: TLS1_3_VERSION...TLS1_3_VERSION))
        for id: UInt16 in 0..<10 {
            client.updateKeys()
            client.sendMessage(message(id, tag: 9))
            #expect(client.receiveMessage() == message(id, tag: 9))
        }
        for _ in 0..<200 { client.updateKeys() }
        client.flush()
        #expect(worker.wait { $0.tls.connectionsClosed == 1 && $0.sessions[.abuse] == 1 })
    }
}
