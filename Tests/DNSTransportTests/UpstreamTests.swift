import DNSTransport
import DNSWire
import Dispatch
import Glibc
import Testing

@Suite("Exchanges with servers over UDP")
struct UpstreamDatagramTests {
    @Test("a reply ends its exchange")
    func reply() throws {
        let server = try FakeDatagramServer()
        let worker = try TestWorker()
        worker.send(1, message(7), to: server.address)
        let (query, peer) = try #require(server.receive())
        #expect(query == message(7))
        server.send(message(7, tag: 1), to: peer)
        #expect(worker.log.wait(for: 1) == [.upstream(1, message(7, tag: 1))])
        // The socket is gone: a second reply finds nobody.
        worker.settle()
        server.send(message(7, tag: 2), to: peer)
        worker.settle()
        #expect(worker.log.all.count == 1)
    }

    @Test("what is not the reply is passed over, and the reply wins")
    func junkThenReply() throws {
        let server = try FakeDatagramServer()
        let worker = try TestWorker(.waitingFor(tag: 9))
        worker.send(1, message(7), to: server.address)
        let (_, peer) = try #require(server.receive())
        let junk: [[UInt8]] = [[], [1], message(8), message(7, tag: 1, count: 4_000)]
        for message in junk { server.send(message, to: peer) }
        // Another address is not heard at all: the socket is connected.
        try FakeDatagramServer().send(message(7, tag: 9), to: peer)
        server.send(message(7, tag: 9), to: peer)
        let expected = (junk + [message(7, tag: 9)]).map { ServiceEvent.upstream(1, $0) }
        #expect(worker.log.wait(for: 5) == expected)
        #expect(worker.counters.upstreamJunk == 4)
    }

    @Test("a flood of junk ends the exchange at its limit")
    func flood() throws {
        var configuration = WorkerConfiguration.patient
        configuration.junkPerExchange = 20
        let server = try FakeDatagramServer()
        let worker = try TestWorker(configuration: configuration, .waitingFor(tag: 9))
        worker.send(1, message(7), to: server.address)
        let (_, peer) = try #require(server.receive())
        for _ in 0..<30 { server.send(message(7), to: peer) }
        let events = worker.log.wait(for: 21)
        #expect(events.last == .ended(1, .timedOut))
        #expect(events.dropLast().allSatisfy { $0 == .upstream(1, message(7)) })
    }

    @Test("silence is a time-out, and an exchange that has longer waits on")
    func timeOut() throws {
        let server = try FakeDatagramServer()
        let worker = try TestWorker()
        worker.send(2, message(7), to: server.address)
        worker.send(1, message(7), to: server.address, timeout: 20_000_000)
        #expect(worker.log.wait(for: 1) == [.ended(1, .timedOut)])
        #expect(worker.counters.upstreamTimeouts == 1)
    }

    @Test("ICMP errors end nothing: the answer of a server that was away is still taken (SAD DNS)")
    func portUnreachable() throws {
        let server = try FakeDatagramServer()
        try server.hearNobody()
        let worker = try TestWorker()
        worker.send(1, message(7), to: server.address)
        // The loopback's "port unreachable" is there when `send` returns; two turns of the loop see it.
        worker.settle()
        worker.settle()
        let port = try #require(sourcePort(ofSocketConnectedTo: server.address.port))
        server.send(message(7, tag: 1), to: SocketAddress(server.address.address, port: port))
        #expect(worker.log.wait(for: 1) == [.upstream(1, message(7, tag: 1))])
    }

    @Test("ports come from the whole range, whether a socket is kept or not, and none is kept with it")
    func ports() throws {
        let server = try FakeDatagramServer()
        let worker = try TestWorker()
        var ports: [UInt16] = []
        for id: ExchangeID in 1...200 {
            worker.send(id, message(7), to: server.address)
            let (_, peer) = try #require(server.receive())
            server.send(message(7), to: peer)
            #expect(worker.log.wait(for: Int(id)).last == .upstream(id, message(7)))
            ports.append(peer.port)
        }
        #expect(ports.allSatisfy { $0 >= 1024 })
        // Of 200 draws, one pair in three runs is the same.
        #expect(Set(ports).count > 190)
        // Each quarter has 50 of them; 20 is five deviations away.
        for quarter in 0..<4 {
            let first = 1024 + quarter * 16_128
            #expect(ports.count { (first..<(first + 16_128)).contains(Int($0)) } > 20)
        }
    }

    @Test("what is left from one server is not taken for the next one's reply")
    func leftovers() throws {
        let servers = [try FakeDatagramServer(), try FakeDatagramServer()]
        let worker = try TestWorker()
        var expected: [ServiceEvent] = []
        for id: ExchangeID in 1...60 {
            let server = servers[Int(id % 2)]
            worker.send(id, message(7), to: server.address)
            let (_, peer) = try #require(server.receive())
            // They are there before the worker reads: one ends the exchange, and the others stay in the socket.
            let gate = DispatchSemaphore(value: 0)
            worker.run { _ in gate.wait() }
            for _ in 0..<3 { server.send(message(7, tag: UInt8(id)), to: peer) }
            gate.signal()
            expected.append(.upstream(id, message(7, tag: UInt8(id))))
            #expect(worker.log.wait(for: expected.count) == expected)
        }
        worker.settle()
        #expect(worker.log.all == expected)
    }

    /// From the kernel's table: `sl local_address rem_address ...`, addresses as hexadecimal `ADDRESS:PORT`.
    /// Read anew until it is found: the table leaves lines out when sockets come and go meanwhile.
    private func sourcePort(ofSocketConnectedTo port: UInt16) -> UInt16? {
        let deadline = ContinuousClock.now + .seconds(patience)
        while ContinuousClock.now < deadline {
            guard let file = unsafe fopen("/proc/net/udp", "r") else { return nil }
            defer { unsafe fclose(file) }
            var line = [CChar](repeating: 0, count: 512)
            while unsafe fgets(&line, Int32(line.count), file) != nil {
                let octets = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                let ports = String(decoding: octets, as: UTF8.self).split(separator: " ").dropFirst()
                    .prefix(2).compactMap { $0.split(separator: ":").last.flatMap { UInt16($0, radix: 16) } }
                if ports.count == 2, ports[1] == port { return ports[0] }
            }
        }
        return nil
    }

    @Test("nothing is reported for a cancelled exchange")
    func cancelled() throws {
        let server = try FakeDatagramServer()
        let worker = try TestWorker()
        worker.send(1, message(7), to: server.address)
        let (_, peer) = try #require(server.receive())
        worker.run { $0.context.cancel(1) }
        worker.run { $0.context.cancel(99) }
        worker.settle()
        server.send(message(7), to: peer)
        worker.settle()
        #expect(worker.log.all.isEmpty)
    }

    @Test(
        "failure to send is reported by the loop, not from within send; cancelled failures are not reported")
    func failure() throws {
        var configuration = WorkerConfiguration.patient
        configuration.upstreamSockets = 1
        let server = try FakeDatagramServer()
        let address = server.address
        let worker = try TestWorker(configuration: configuration)
        worker.run { service in
            for id: ExchangeID in 1...3 {
                service.context.send(
                    id, message: message(1), to: address, over: .udp, timeout: never)
            }
            service.context.send(4, message: [1, 2], to: address, over: .tcp, timeout: never)
            service.log.append(.note("sent"))
            service.context.cancel(3)
        }
        #expect(
            worker.log.wait(for: 3) == [
                .note("sent"), .ended(2, .failed(EMFILE)), .ended(4, .failed(EMSGSIZE)),
            ])
        worker.settle()
        #expect(worker.log.all.count == 3)
        #expect(worker.counters.upstreamFailures == 2)
    }

    @Test("the service may send, cancel and reply from within every callback")
    func reentrant() throws {
        let server = try FakeDatagramServer()
        let address = server.address
        var script = ScriptedService.Script()
        script.upstream = { service, _, id in
            // Ends itself, and begins the next. The fifth gets no reply.
            service.context.cancel(id)
            service.context.send(
                id + 1, message: message(UInt16(id + 1)), to: address, over: .udp,
                timeout: id == 4 ? 20_000_000 : never)
            return id % 2 == 0 ? .finished : .keepWaiting
        }
        script.ended = { service, id in
            service.context.cancel(id)
            service.context.schedule(id, at: 0)
        }
        let worker = try TestWorker(script)
        worker.send(1, message(1), to: server.address)
        for id: UInt16 in 1...4 {
            let (query, peer) = try #require(server.receive())
            #expect(query == message(id))
            server.send(query, to: peer)
        }
        #expect(worker.log.wait(for: 6).suffix(2) == [.ended(5, .timedOut), .timer(5)])
    }

    @Test("source ports differ, and never come from the low ones")
    func randomPorts() throws {
        let server = try FakeDatagramServer()
        let worker = try TestWorker()
        var ports: Set<UInt16> = []
        for id: ExchangeID in 1...200 {
            worker.send(id, message(1), to: server.address)
            let (query, peer) = try #require(server.receive())
            ports.insert(peer.port)
            server.send(query, to: peer)
        }
        // 200 draws of 64,512: more than 8 pairs alike are a chance below one in a billion.
        #expect(ports.count >= 192)
        #expect(ports.allSatisfy { $0 >= 1_024 })
        #expect(Set(ports.map { $0 >> 12 }).count > 8)
    }

    @Test("queries leave from the outgoing addresses in turn, by chance")
    func outgoingAddress() throws {
        var configuration = WorkerConfiguration.patient
        configuration.outgoingAddresses = [
            IPAddress(127, 0, 0, 9), IPAddress(127, 0, 0, 10), IPAddress(ipv6: 1),
        ]
        let server = try FakeDatagramServer()
        let worker = try TestWorker(configuration: configuration)
        var seen: Set<IPAddress> = []
        // 40 draws of two: to miss one of them is a chance below one in 10^11.
        for id in 1...40 {
            worker.send(UInt64(id), message(UInt16(id)), to: server.address)
            seen.insert(try #require(server.receive()).peer.address)
        }
        #expect(seen == [IPAddress(127, 0, 0, 9), IPAddress(127, 0, 0, 10)])
    }
}

@Suite("Exchanges with servers over TCP")
struct UpstreamStreamTests {
    @Test("queries share a kept connection, and replies come in any order")
    func reuse() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker()
        worker.send(1, message(1), to: server.address, over: .tcp)
        worker.send(2, message(2), to: server.address, over: .tcp)
        let connection = try #require(server.accept())
        #expect(connection.receiveMessage() == message(1))
        #expect(connection.receiveMessage() == message(2))
        connection.sendMessage(message(2, tag: 2))
        connection.sendMessage(message(1, tag: 1))
        #expect(
            worker.log.wait(for: 2) == [.upstream(2, message(2, tag: 2)), .upstream(1, message(1, tag: 1))])
        // The same connection, and the same ID again, now that it is free.
        worker.send(3, message(1), to: server.address, over: .tcp)
        #expect(connection.receiveMessage() == message(1))
        connection.sendMessage(message(1, tag: 3))
        #expect(worker.log.wait(for: 3).last == .upstream(3, message(1, tag: 3)))
        #expect(worker.counters.upstreamConnectionsOpened == 1)
    }

    @Test("a reply in single octets is put together")
    func octetByOctet() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker()
        worker.send(1, message(1), to: server.address, over: .tcp)
        let connection = try #require(server.accept())
        _ = connection.receiveMessage()
        for octet in framed(message(1, tag: 4, count: 40)) { connection.send([octet]) }
        #expect(worker.log.wait(for: 1) == [.upstream(1, message(1, tag: 4, count: 40))])
    }

    @Test("the longest message passes in both directions")
    func longest() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker()
        let long = message(1, tag: 5, count: 65_535)
        worker.send(1, long, to: server.address, over: .tcp)
        let connection = try #require(server.accept())
        #expect(connection.receiveMessage() == long)
        connection.sendMessage(long)
        #expect(worker.log.wait(for: 1) == [.upstream(1, long)])
    }

    @Test("an ID in use takes another connection")
    func clash() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker()
        worker.send(1, message(7, tag: 1), to: server.address, over: .tcp)
        worker.send(2, message(7, tag: 2), to: server.address, over: .tcp)
        let first = try #require(server.accept())
        let second = try #require(server.accept())
        for connection in [first, second] {
            connection.sendMessage(try #require(connection.receiveMessage()))
        }
        let events = worker.log.wait(for: 2)
        #expect(events.contains(.upstream(1, message(7, tag: 1))))
        #expect(events.contains(.upstream(2, message(7, tag: 2))))
    }

    @Test("the late reply to a cancelled query is not taken for another's")
    func cancelledID() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker()
        worker.send(1, message(7), to: server.address, over: .tcp)
        worker.send(2, message(8), to: server.address, over: .tcp)
        let first = try #require(server.accept())
        _ = first.receiveMessage()
        worker.run { $0.context.cancel(1) }
        worker.send(3, message(7), to: server.address, over: .tcp)
        let second = try #require(server.accept())
        first.sendMessage(message(7, tag: 1))
        first.sendMessage(message(8, tag: 2))
        #expect(worker.log.wait(for: 1) == [.upstream(2, message(8, tag: 2))])
        second.sendMessage(try #require(second.receiveMessage()))
        #expect(worker.log.wait(for: 2).last == .upstream(3, message(7)))
    }

    @Test("a connection that dies fails all its exchanges", arguments: [true, false])
    func death(isOrderly: Bool) throws {
        let server = try FakeStreamServer()
        let address = server.address
        let worker = try TestWorker()
        // In one turn, so that both are on the connection before it can die.
        worker.run { service in
            for id: ExchangeID in 1...2 {
                let query = message(UInt16(id))
                service.context.send(id, message: query, to: address, over: .tcp, timeout: never)
            }
        }
        var connection = server.accept()
        if isOrderly {
            _ = connection?.receiveMessage()
            _ = connection?.receiveMessage()
        } else {
            #expect(connection?.wait(for: POLLIN) == true)
        }
        connection = nil  // with unread data this is a reset
        let events = worker.log.wait(for: 2)
        #expect(events.contains(.ended(1, .failed(ECONNRESET))))
        #expect(events.contains(.ended(2, .failed(ECONNRESET))))
        // The next query has a connection of its own.
        worker.send(3, message(3), to: server.address, over: .tcp)
        let next = try #require(server.accept())
        #expect(next.receiveMessage() == message(3))
    }

    @Test("a query that met a kept connection's end is sent once more, and fails with the second connection")
    func staleConnection() throws {
        let server = try FakeStreamServer()
        let address = server.address
        let worker = try TestWorker()
        worker.send(1, message(1), to: address, over: .tcp)
        var connection = server.accept()
        connection?.sendMessage(try #require(connection?.receiveMessage()))
        #expect(worker.log.wait(for: 1).count == 1)
        // The server closes while the worker is held, so that the query is sent before the end is seen.
        let gate = worker.hold()
        worker.run { service in
            service.context.send(2, message: message(2), to: address, over: .tcp, timeout: never)
        }
        connection = nil
        gate.open()
        var second = server.accept()
        #expect(second?.receiveMessage() == message(2))
        #expect(worker.log.all.count == 1)
        second = nil
        #expect(worker.log.wait(for: 2).last == .ended(2, .failed(ECONNRESET)))
        let counters = worker.counters
        #expect(counters.upstreamConnectionsOpened == 2 && counters.upstreamStreamExchanges == 2)
    }

    @Test("nobody listens")
    func refused() throws {
        let server = try FakeStreamServer(isListening: false)
        let worker = try TestWorker()
        worker.send(1, message(1), to: server.address, over: .tcp)
        #expect(worker.log.wait(for: 1) == [.ended(1, .failed(ECONNREFUSED))])
    }

    @Test("silence is a time-out, and the connection is not used again")
    func timeOut() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker()
        // Once the connection stands, a query is written before its time-out can come.
        worker.send(1, message(1), to: server.address, over: .tcp)
        let silent = try #require(server.accept())
        silent.sendMessage(try #require(silent.receiveMessage()))
        #expect(worker.log.wait(for: 1) == [.upstream(1, message(1))])
        worker.send(2, message(2), to: server.address, over: .tcp, timeout: 20_000_000)
        #expect(worker.log.wait(for: 2).last == .ended(2, .timedOut))
        #expect(silent.receiveMessage() == message(2))
        #expect(silent.isClosed())
        worker.send(3, message(3), to: server.address, over: .tcp)
        #expect(try #require(server.accept()).receiveMessage() == message(3))
    }

    @Test("a connection without exchanges is closed after its idle time-out")
    func idle() throws {
        var configuration = WorkerConfiguration.patient
        configuration.upstreamIdleTimeout = 10_000_000
        let server = try FakeStreamServer()
        let worker = try TestWorker(configuration: configuration)
        worker.send(1, message(1), to: server.address, over: .tcp)
        let connection = try #require(server.accept())
        connection.sendMessage(try #require(connection.receiveMessage()))
        #expect(connection.isClosed())
    }

    @Test("messages that nobody asked for end the connection at their limit")
    func junk() throws {
        var configuration = WorkerConfiguration.patient
        configuration.junkPerExchange = 5
        let server = try FakeStreamServer()
        let worker = try TestWorker(configuration: configuration)
        worker.send(1, message(1), to: server.address, over: .tcp)
        let connection = try #require(server.accept())
        for _ in 0..<5 { connection.sendMessage(message(9)) }
        #expect(worker.log.wait(for: 1) == [.ended(1, .failed(EBADMSG))])
    }

    @Test("a full table closes an idle connection for a query")
    func evictsIdle() throws {
        var configuration = WorkerConfiguration.patient
        configuration.upstreamSockets = 1
        let server = try FakeStreamServer()
        let other = try FakeDatagramServer()
        let worker = try TestWorker(configuration: configuration)
        worker.send(1, message(1), to: server.address, over: .tcp)
        let connection = try #require(server.accept())
        connection.sendMessage(try #require(connection.receiveMessage()))
        #expect(worker.log.wait(for: 1).count == 1)
        worker.send(2, message(2), to: other.address)
        #expect(other.receive()?.query == message(2))
        #expect(connection.isClosed())
    }
}

extension TestWorker {
    convenience init(_ script: ScriptedService.Script) throws {
        try self.init(["127.0.0.1"], script)
    }

    convenience init(_ addresses: [String], _ script: ScriptedService.Script) throws {
        try self.init(addresses, configuration: .patient, script)
    }

    func send(
        _ id: ExchangeID, _ message: [UInt8], to server: SocketAddress,
        over transport: UpstreamTransport = .udp, timeout: Int64 = never
    ) {
        run { $0.context.send(id, message: message, to: server, over: transport, timeout: timeout) }
    }
}

extension ScriptedService.Script {
    /// Goes on listening until a message comes whose third octet is `tag`.
    static func waitingFor(tag: UInt8) -> Self {
        var script = Self()
        script.upstream = { _, message, _ in message.count > 2 && message[2] == tag ? .finished : .keepWaiting
        }
        return script
    }
}
