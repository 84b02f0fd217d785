import DNSTransport
import DNSWire
import Glibc
import Testing

@Suite("Queries over TCP (RFC 7766)")
struct StreamTests {
    /// Defers queries whose tag is 1, drops 2, closes for 3, answers 4 with 60,000 octets, and else echoes.
    private static var script: ScriptedService.Script {
        var script = ScriptedService.Script()
        script.receive = { _, query, _ in
            switch query.count > 2 ? query[2] : 3 {
            case 1: .deferred
            case 2: .dropped
            case 3: .close
            case 4: .answer(message(UInt16(query[1]), tag: 4, count: 60_000))
            default: .answer(query)
            }
        }
        return script
    }

    private func worker(_ change: (inout WorkerConfiguration) -> Void = { _ in }) throws -> TestWorker {
        var configuration = WorkerConfiguration.patient
        change(&configuration)
        return try TestWorker(configuration: configuration, Self.script)
    }

    //--- Framing ---

    @Test("a query is answered, on the address asked", arguments: ["127.0.0.1", "::1", "0.0.0.0"])
    func echo(listen: String) throws {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            service.log.append(.note("\(client.local)"))
            return .answer(query)
        }
        let worker = try TestWorker([listen], script)
        let asked =
            listen == "0.0.0.0"
            ? SocketAddress(IPAddress(127, 0, 0, 2), port: worker.address.port) : worker.address
        let client = try TestSocket(.tcp, to: asked)
        client.sendMessage(message(1, tag: 7))
        #expect(client.receiveMessage() == message(1, tag: 7))
        #expect(worker.log.all.last == .note("\(asked)"))
    }

    @Test("pipelined queries are all answered, in one write")
    func pipelined() throws {
        let worker = try worker()
        let client = try TestSocket(.tcp, to: worker.address)
        client.send((0..<100).flatMap { framed(message($0, tag: 9)) })
        for id: UInt16 in 0..<100 { #expect(client.receiveMessage() == message(id, tag: 9)) }
        let counters = worker.counters
        #expect(counters.tcp.queries == 100 && counters.tcp.responses == 100)
        #expect(counters.tcp.queryBytes == 1_200 && counters.tcp.responseBytes == 1_200)
    }

    @Test("a query in single octets is put together")
    func octetByOctet() throws {
        let worker = try worker()
        let client = try TestSocket(.tcp, to: worker.address)
        for octet in framed(message(1, tag: 9, count: 60)) { client.send([octet]) }
        #expect(client.receiveMessage() == message(1, tag: 9, count: 60))
    }

    @Test("the longest query and response")
    func longest() throws {
        let worker = try worker()
        let client = try TestSocket(.tcp, to: worker.address)
        let long = message(1, tag: 9, count: 65_535)
        client.sendMessage(long)
        client.sendMessage(message(2, tag: 9))
        #expect(client.receiveMessage() == long)
        #expect(client.receiveMessage() == message(2, tag: 9))
    }

    //--- Deferred queries ---

    @Test("answers come out of order as they are ready")
    func outOfOrder() throws {
        let worker = try worker()
        let client = try TestSocket(.tcp, to: worker.address)
        client.send([1, 1, 9, 1].enumerated().flatMap { framed(message(UInt16($0), tag: $1)) })
        #expect(client.receiveMessage() == message(2, tag: 9))
        for (index, id) in [(2, 3), (0, 0), (0, 1)] {
            worker.run { $0.replyToWaiting(index) }
            #expect(client.receiveMessage() == message(UInt16(id), tag: 1))
        }
    }

    @Test("a half-closed client gets every pending answer, and then the end of the stream (row 73)")
    func halfClosed() throws {
        let worker = try worker()
        let client = try TestSocket(.tcp, to: worker.address)
        client.send(
            [9, 1, 1, 2, 1].enumerated().flatMap { framed(message(UInt16($0), tag: $1)) } + [0, 9, 1])
        client.shutdownWriting()
        #expect(client.receiveMessage() == message(0, tag: 9))
        #expect(worker.log.wait(for: 5).count == 5)
        worker.run { $0.replyToWaiting(1) }
        #expect(client.receiveMessage() == message(2, tag: 1))
        worker.run { $0.replyToWaiting(0) }
        #expect(client.receiveMessage() == message(1, tag: 1))
        #expect(client.receive(seconds: 0.02) == nil)
        // The last one gets no answer after all.
        worker.run { $0.context.abandon($0.waiting[0].client) }
        #expect(client.isClosed())
    }

    @Test("a client that has gone is not replied to, and neither is its successor in the slot")
    func gone() throws {
        let worker = try worker()
        var client: TestSocket? = try TestSocket(.tcp, to: worker.address)
        client?.sendMessage(message(1, tag: 1))
        #expect(worker.log.wait(for: 1).count == 1)
        // Unread octets would do as well; closing with SO_LINGER 0 is a reset for certain.
        client?.resetOnClose()
        client = nil
        #expect(worker.wait { $0.tcp.connectionsClosed == 1 })
        let successor = try TestSocket(.tcp, to: worker.address)
        successor.sendMessage(message(2, tag: 1))
        #expect(worker.log.wait(for: 2).count == 2)
        worker.run { $0.replyToWaiting(0) }
        worker.run { $0.replyToWaiting(0) }
        #expect(successor.receiveMessage() == message(2, tag: 1))
    }

    @Test("a query too many waits until another was answered")
    func deferredLimit() throws {
        let worker = try worker { $0.deferredPerConnection = 2 }
        let client = try TestSocket(.tcp, to: worker.address)
        client.send((0..<5).flatMap { framed(message($0, tag: 1)) })
        #expect(worker.log.wait(for: 2).count == 2)
        worker.settle()
        #expect(worker.log.all.count == 2)
        for id: UInt16 in 0..<5 {
            worker.run { $0.replyToWaiting(0) }
            #expect(client.receiveMessage() == message(id, tag: 1))
        }
        #expect(worker.log.all.count == 5)
    }

    //--- Closing ---

    @Test("what the service calls closing closes, after what is owed (row 1)")
    func closes() throws {
        let worker = try worker()
        let client = try TestSocket(.tcp, to: worker.address)
        client.send(
            framed(message(1, tag: 9)) + framed(message(2, tag: 1)) + framed([1, 2])
                + framed(message(3, tag: 9)))
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(worker.log.wait(for: 3).count == 3)
        worker.run { $0.replyToWaiting(0) }
        #expect(client.receiveMessage() == message(2, tag: 1))
        #expect(client.isClosed())
        #expect(worker.log.all.count == 3)
    }

    @Test("an idle connection is closed", arguments: [false, true])
    func idle(sentSomething: Bool) throws {
        let worker = try worker { $0.idleTimeout = 20_000_000 }
        // The query is there when the connection is accepted, so it comes before any time-out.
        let gate = worker.hold()
        let client = try TestSocket(.tcp, to: worker.address)
        if sentSomething { client.sendMessage(message(1, tag: 9)) }
        gate.open()
        if sentSomething { #expect(client.receiveMessage() == message(1, tag: 9)) }
        #expect(client.isClosed())
        #expect(worker.counters.tcp.connectionsTimedOut == 1)
    }

    @Test("a slow sender is closed although it sends")
    func slowSender() throws {
        let worker = try worker { $0.idleTimeout = 50_000_000 }
        let client = try TestSocket(.tcp, to: worker.address)
        client.send([255, 255])
        // Sends as soon as the last poll found no end of stream, and gives up before the message is whole.
        var (octets, end) = (0, nil as [UInt8]?)
        while end == nil, octets < Int(patience / 0.005) {
            _ = client.sendSome([0])
            octets += 1
            end = client.receive(1, seconds: 0.005)
        }
        #expect(end == [])
        #expect(worker.log.all.isEmpty)
        #expect(worker.counters.tcp.connectionsTimedOut == 1)
    }

    @Test("a connection that waits for a deferred query is not idle")
    func deferredIsNotIdle() throws {
        let worker = try worker { $0.idleTimeout = 1_000_000 }
        let gate = worker.hold()
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 1))
        gate.open()
        #expect(worker.log.wait(for: 1).count == 1)
        // Whoever came later and idles is closed meanwhile.
        #expect(try TestSocket(.tcp, to: worker.address).isClosed())
        worker.run { $0.replyToWaiting(0) }
        #expect(client.receiveMessage() == message(1, tag: 1))
    }

    @Test("a connection whose deferred query is forgotten has a deadline")
    func deferredDeadline() throws {
        let worker = try worker { $0.deferredTimeout = 20_000_000 }
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 1))
        #expect(client.isClosed())
        #expect(worker.log.all == [.query(message(1, tag: 1))])
        #expect(worker.counters.tcp.connectionsTimedOut == 1)
    }

    //--- Readers that do not read ---

    @Test("who does not read is not read from, gets all of it once it reads, and others are served meanwhile")
    func slowReader() throws {
        let worker = try worker { $0.streamSendBuffer = 4_096 }
        let client = try TestSocket(.tcp, to: worker.address, receiveBuffer: 4_096)
        client.send((0..<40).flatMap { framed(message($0, tag: 4)) })
        let other = try TestSocket(.tcp, to: worker.address)
        other.sendMessage(message(1, tag: 9))
        #expect(other.receiveMessage() == message(1, tag: 9))
        #expect(worker.counters.tcp.queries < 40)
        for id: UInt16 in 0..<40 { #expect(client.receiveMessage() == message(id, tag: 4, count: 60_000)) }
    }

    @Test("who never reads is closed by a deadline")
    func neverReads() throws {
        let worker = try worker {
            $0.streamSendBuffer = 4_096
            $0.writeTimeout = 30_000_000
        }
        let client = try TestSocket(.tcp, to: worker.address, receiveBuffer: 4_096)
        client.send((0..<10).flatMap { framed(message($0, tag: 4)) })
        #expect(worker.wait { $0.tcp.connectionsClosed == 1 && $0.tcp.connectionsTimedOut == 1 })
    }

    @Test("replies that outgrow the limit close the connection", arguments: [true, false])
    func outputLimit(perConnection: Bool) throws {
        var script = ScriptedService.Script()
        script.receive = { _, _, _ in .deferred }
        var configuration = WorkerConfiguration.patient
        configuration.streamSendBuffer = 4_096
        configuration.outputPerConnection = perConnection ? 100_000 : 10_000_000
        configuration.outputTotal = perConnection ? 100_000_000 : 10_000_000
        configuration.deferredPerConnection = 1_000
        let worker = try TestWorker(configuration: configuration, script)
        let client = try TestSocket(.tcp, to: worker.address, receiveBuffer: 4_096)
        client.send((0..<400).flatMap { framed(message($0)) })
        #expect(worker.log.wait(for: 400).count == 400)
        worker.run { service in
            for _ in 0..<400 { service.replyToWaiting(0, with: message(0, count: 65_000)) }
        }
        #expect(worker.wait { $0.tcp.connectionsClosed == 1 })
        // The worker's budget is free again.
        let other = try TestSocket(.tcp, to: worker.address)
        other.sendMessage(message(9))
        #expect(worker.log.wait(for: 401).count == 401)
        worker.run { $0.replyToWaiting(0) }
        #expect(other.receiveMessage() == message(9))
    }

    //--- Limits ---

    @Test("when full, the connection that idled longest makes room")
    func full() throws {
        let worker = try worker { $0.connections = 3 }
        let clients = try (0..<3).map { _ in try TestSocket(.tcp, to: worker.address) }
        // Optimised code lets go of an array after its last use, and that would close the connections.
        defer { withExtendedLifetime(clients) {} }
        for (index, tag) in [(2, 9), (0, 9), (1, 1)] as [(Int, UInt8)] {
            clients[index].sendMessage(message(1, tag: tag))
            if tag == 9 { #expect(clients[index].receiveMessage() != nil) }
        }
        #expect(worker.log.wait(for: 3).count == 3)
        let next = try TestSocket(.tcp, to: worker.address)
        next.sendMessage(message(5, tag: 1))
        #expect(clients[2].isClosed())
        #expect(worker.log.wait(for: 4).count == 4)
        // 0 idles; 1 and the new one wait for replies.
        let last = try TestSocket(.tcp, to: worker.address)
        last.sendMessage(message(6, tag: 1))
        #expect(clients[0].isClosed())
        #expect(worker.log.wait(for: 5).count == 5)
        // Nobody may go: the newcomer is refused.
        let refused = try TestSocket(.tcp, to: worker.address)
        #expect(refused.isClosed())
        worker.run { $0.replyToWaiting(0) }
        #expect(clients[1].receiveMessage() == message(1, tag: 1))
        let counters = worker.counters
        #expect(counters.tcp.connectionsEvicted == 2 && counters.tcp.connectionsRefused == 1)
        #expect(counters.tcp.connectionsOpened == 5 && counters.tcp.connectionsClosed == 2)
    }

    @Test("one address cannot take the places of others")
    func perClient() throws {
        let worker = try worker { $0.connectionsPerClient = 2 }
        let greedy = try (0..<2).map { _ in try TestSocket(.tcp, to: worker.address) }
        defer { withExtendedLifetime(greedy) {} }
        for client in greedy { client.sendMessage(message(1, tag: 1)) }
        #expect(worker.log.wait(for: 2).count == 2)
        #expect(try TestSocket(.tcp, to: worker.address).isClosed())
        let other = try TestSocket(
            .tcp, to: worker.address, from: SocketAddress(IPAddress(127, 0, 0, 4), port: 0))
        other.sendMessage(message(1, tag: 9))
        #expect(other.receiveMessage() == message(1, tag: 9))
        // A place that is given back can be taken again.
        worker.run { service in for _ in 0..<2 { service.replyToWaiting(0) } }
        for client in greedy { #expect(client.receiveMessage() == message(1, tag: 1)) }
        let third = try TestSocket(.tcp, to: worker.address)
        third.sendMessage(message(3, tag: 9))
        #expect(third.receiveMessage() == message(3, tag: 9))
    }

    @Test("a new client is served among many who send slowly or never read")
    func crowded() throws {
        let worker = try worker {
            $0.connections = 60
            $0.connectionsPerClient = 20
            $0.streamSendBuffer = 4_096
        }
        var crowd: [TestSocket] = []
        defer { withExtendedLifetime(crowd) {} }
        for index: UInt8 in 0..<90 {
            let from = SocketAddress(IPAddress(127, 0, 1, index / 15), port: 0)
            let socket = try TestSocket(.tcp, to: worker.address, from: from, receiveBuffer: 4_096)
            _ = socket.sendSome(index % 2 == 0 ? [0] : (0..<4).flatMap { framed(message($0, tag: 4)) })
            crowd.append(socket)
        }
        // How quickly is a matter of the machine; that it is not refused is not.
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
    }
}
