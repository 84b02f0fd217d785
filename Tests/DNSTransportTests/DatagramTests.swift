import DNSTransport
import DNSWire
import Glibc
import Testing

@Suite("Queries over UDP")
struct DatagramTests {
    @Test("a query is answered", arguments: ["127.0.0.1", "::1", "0.0.0.0", "::"])
    func echo(listen: String) throws {
        let worker = try TestWorker([listen])
        let loopback = worker.address.address.family == .ipv4 ? IPAddress(127, 0, 0, 1) : IPAddress(ipv6: 1)
        let client = try TestSocket(.udp, to: SocketAddress(loopback, port: worker.address.port))
        client.send(message(1, tag: 7))
        #expect(client.receive() == message(1, tag: 7))
        let counters = worker.counters  // responses are counted after they were sent
        #expect(counters.datagramQueries == 1 && counters.datagramQueryBytes == 12)
        #expect(counters.datagramResponses == 1 && counters.datagramResponseBytes == 12)
    }

    /// A connected socket takes nothing from another address, so that an answer proves where it came from.
    @Test("a wildcard socket answers from the address asked, at once or later", arguments: [false, true])
    func wildcard(isDeferred: Bool) throws {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            service.log.append(.note("\(client.local)"))
            return isDeferred ? .deferred : .answer(query)
        }
        let worker = try TestWorker(["0.0.0.0"], script)
        let asked = SocketAddress(IPAddress(127, 0, 0, 2), port: worker.address.port)
        let client = try TestSocket(.udp, to: asked)
        client.send(message(1))
        #expect(worker.log.wait(for: 2).last == .note("\(asked)"))
        if isDeferred { worker.run { $0.replyToWaiting(0) } }
        #expect(client.receive() == message(1))
    }

    @Test("one worker serves several addresses")
    func severalAddresses() throws {
        let worker = try TestWorker(["127.0.0.1", "::1", "127.0.0.3"])
        for address in worker.addresses {
            let client = try TestSocket(.udp, to: address)
            client.send(message(1))
            #expect(client.receive() == message(1))
        }
    }

    @Test("workers share a port that the kernel chose, and the sockets of one can be taken once")
    func sharedPort() throws {
        let sockets = try ListeningSockets.open(
            [SocketAddress(IPAddress(127, 0, 0, 1), port: 0), SocketAddress(IPAddress(ipv6: 1), port: 0)],
            workers: 3,
            configuration: .patient)
        #expect(sockets.addresses.count == 2)
        #expect(sockets.addresses.allSatisfy { $0.port != 0 })
        let log = EventLog()
        let workers = try (0..<3).map { index in
            try Worker(index, sockets: sockets, configuration: .patient) { context in
                ScriptedService(context, log, ScriptedService.Script())
            }
        }
        #expect(throws: SystemError(code: EINVAL)) {
            try Worker(1, sockets: sockets, configuration: .patient) { context in
                ScriptedService(context, log, ScriptedService.Script())
            }
        }
        for worker in workers { try worker.start() }
        // The kernel spreads clients by their addresses; 64 of them all on one of three is a chance of
        // 10^-30.
        for _ in 0..<64 {
            let client = try TestSocket(.udp, to: sockets.addresses[0])
            client.send(message(1))
            #expect(client.receive() == message(1))
        }
        #expect(workers.filter { $0.counters.datagramQueries > 0 }.count > 1)
        for worker in workers { worker.stop() }
        for worker in workers { #expect(worker.wait(seconds: patience)) }
    }

    @Test("an address that cannot be had is named, with port and reason")
    func unavailable() throws {
        let elsewhere = SocketAddress(IPAddress(198, 51, 100, 1), port: 5_300)
        let error = #expect(throws: ListenError.self) {
            try ListeningSockets.open([elsewhere], workers: 1, configuration: WorkerConfiguration())
        }
        #expect(
            error?.description
                == "cannot listen on 198.51.100.1 port 5300 over UDP: Cannot assign requested address (errno 99)"
        )
    }

    @Test("a port that another server has is refused, not shared, and a wildcard may stand beside an address")
    func taken() throws {
        let configuration = WorkerConfiguration()
        let loopback = SocketAddress(IPAddress(127, 0, 0, 1), port: 0)
        let first = try ListeningSockets.open([loopback], workers: 2, configuration: configuration)
        let error = #expect(throws: ListenError.self) {
            try ListeningSockets.open(first.addresses, workers: 2, configuration: configuration)
        }
        #expect(error?.error == SystemError(code: EADDRINUSE))
        let wildcard = try ListeningSockets.open(
            [SocketAddress(IPAddress(ipv4: 0), port: 0)], workers: 1, configuration: configuration
        ).addresses[0]
        let both = [wildcard, SocketAddress(loopback.address, port: wildcard.port)]
        #expect(
            try ListeningSockets.open(both, workers: 2, configuration: configuration).addresses == both)
    }

    @Test("more queries than a batch and a turn hold are all answered")
    func batches() throws {
        var configuration = WorkerConfiguration.patient
        configuration.batchSize = 4
        configuration.batchesPerTurn = 2
        var script = ScriptedService.Script()
        script.receive = { _, query, _ in query[2] == 1 ? .dropped : .answer(query) }
        let worker = try TestWorker(configuration: configuration, script)
        let client = try TestSocket(.udp, to: worker.address)
        // Sent while the worker is held, so that they wait together.
        let gate = worker.hold()
        for id: UInt16 in 0..<50 { client.send(message(id, tag: UInt8(id % 3))) }
        gate.open()
        let answers = (0..<33).compactMap { _ in client.receive() }
        #expect(answers == (0..<50).filter { $0 % 3 != 1 }.map { message($0, tag: UInt8($0 % 3)) })
        #expect(worker.counters.datagramBatches >= 13)
    }

    @Test(
        "what comes while a busy worker naps is answered, and a nap is no sleep",
        arguments: [0, 50_000, Int.max])
    func naps(nanoseconds: Int) throws {
        var configuration = WorkerConfiguration.patient
        configuration.gatheringTime = nanoseconds
        configuration.queriesOfBusyTurn = 0
        let worker = try TestWorker(configuration: configuration)
        let client = try TestSocket(.udp, to: worker.address)
        for round in 0..<5 {
            for id: UInt16 in 0..<20 { client.send(message(id, tag: UInt8(round))) }
            let answers = (0..<20).compactMap { _ in client.receive() }
            #expect(answers == (0..<20).map { message($0, tag: UInt8(round)) })
        }
    }

    @Test("replies to many deferred queries go each to its own client")
    func deferred() throws {
        var script = ScriptedService.Script()
        script.receive = { _, _, _ in .deferred }
        let worker = try TestWorker(["127.0.0.1", "::1"], script)
        let clients = try (0..<150).map { try TestSocket(.udp, to: worker.addresses[$0 % 2]) }
        for (index, client) in clients.enumerated() { client.send(message(UInt16(index))) }
        #expect(worker.log.wait(for: 150).count == 150)
        worker.run { service in
            for _ in 0..<150 { service.replyToWaiting(service.waiting.count - 1) }
        }
        for (index, client) in clients.enumerated() { #expect(client.receive() == message(UInt16(index))) }
        #expect(worker.counters.datagramResponses == 150)
    }

    @Test("too long a query is dropped, too long or empty a response is not sent, and the worker goes on")
    func lengths() throws {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            switch query[2] {
            case 1: .answer(Array(repeating: 0, count: 1_233))
            case 2: .answer([])
            case 3: .close
            case 4: .answer(message(4, tag: 4, count: 1_232))
            default: .answer(query)
            }
        }
        let worker = try TestWorker(script)
        let client = try TestSocket(.udp, to: worker.address)
        client.send(message(0, count: 5_000))
        for tag: UInt8 in 1...3 { client.send(message(1, tag: tag)) }
        client.send([])
        client.send(message(4, tag: 4))
        client.send(message(5, tag: 5))
        #expect(client.receive() == message(4, tag: 4, count: 1_232))
        #expect(client.receive() == message(5, tag: 5))
        #expect(worker.counters.datagramsRefused == 1)
    }

    @Test("a reply that names no listener of ours is ignored")
    func strangeRoute() throws {
        let worker = try TestWorker()
        worker.run { service in
            for transport in [Client.Transport.udp, .tcp] {
                let nobody = Client(
                    transport: transport, peer: SocketAddress(IPAddress(127, 0, 0, 1), port: 9),
                    local: SocketAddress(IPAddress(127, 0, 0, 1), port: 9), route: .max)
                let reply = message(1)
                service.context.reply(reply.span, to: nobody)
                service.context.abandon(nobody)
            }
        }
        worker.settle()
        let client = try TestSocket(.udp, to: worker.address)
        client.send(message(1))
        #expect(client.receive() == message(1))
    }
}

@Suite("The life of a worker")
struct WorkerTests {
    @Test("timers fire in order, and those for the past at once")
    func timers() throws {
        let worker = try TestWorker()
        worker.run { service in
            let now = service.context.now.monotonic
            for (token, delay): (UInt64, Int64) in [
                (3, 30_000_000), (1, 10_000_000), (2, 20_000_000), (0, -5),
            ] {
                service.context.schedule(token, at: now + delay)
            }
        }
        #expect(worker.log.wait(for: 4) == [.timer(0), .timer(1), .timer(2), .timer(3)])
    }

    @Test("a timer is not early, and a service that keeps arming one for now starves nobody")
    func timerMoments() throws {
        var script = ScriptedService.Script()
        script.timer = { service, token in
            if token == 1 { service.context.schedule(1, at: 0) }
            if token > 1 {
                service.log.append(.note(service.context.now.monotonic >= Int64(token) ? "late" : "early"))
            }
        }
        let worker = try TestWorker(script)
        worker.run { service in
            let due = service.context.now.monotonic + 5_000_000
            service.context.schedule(UInt64(due), at: due)
        }
        #expect(worker.log.wait(for: 1) == [.note("late")])
        worker.run { $0.context.schedule(1, at: 0) }
        let client = try TestSocket(.udp, to: worker.address)
        client.send(message(1))
        #expect(client.receive() == message(1))
    }

    @Test("work of other threads is done in order")
    func submit() throws {
        let worker = try TestWorker()
        for number in 0..<1_000 { worker.run { $0.log.append(.note("\(number)")) } }
        #expect(worker.log.wait(for: 1_000) == (0..<1_000).map { .note("\($0)") })
    }

    @Test("work that a worker does not keep up with is refused")
    func submitLimit() throws {
        var configuration = WorkerConfiguration.patient
        configuration.submittedWork = 3
        let worker = try TestWorker(configuration: configuration)
        let gate = Gate()
        let entered = Gate()
        worker.run { _ in
            entered.open()
            gate.wait()
        }
        entered.wait()
        let taken = (0..<5).map { _ in worker.worker.submit { _ in } }
        gate.open()
        #expect(taken == [true, true, true, false, false])
    }

    @Test("stop lets an exchange and its clients finish, and takes nothing new")
    func drain() throws {
        let server = try FakeDatagramServer()
        let address = server.address
        var script = ScriptedService.Script()
        script.receive = { service, query, _ in
            service.context.send(
                ExchangeID(query[1]), message: query, to: address, over: .udp, timeout: never)
            return .deferred
        }
        script.upstream = { service, answer, id in
            service.replyToWaiting(0, with: answer)
            return .finished
        }
        var configuration = WorkerConfiguration.patient
        configuration.drainTimeout = never
        // No other test listens on this address, so a port of it stays free once it is.
        let worker = try TestWorker(["127.0.5.1"], configuration: configuration, script)
        let datagrams = try TestSocket(.udp, to: worker.address)
        let stream = try TestSocket(.tcp, to: worker.address)
        let idle = try TestSocket(.tcp, to: worker.address)
        datagrams.send(message(1))
        #expect(worker.log.wait(for: 1).count == 1)
        stream.sendMessage(message(2))
        #expect(worker.log.wait(for: 2).count == 2)
        worker.worker.stop()
        worker.settle()
        #expect(idle.isClosed())
        #expect(throws: (any Error).self) { try TestSocket(.tcp, to: worker.address) }
        datagrams.send(message(3))
        stream.sendMessage(message(4))
        #expect(!worker.worker.wait(seconds: 0))
        for id: UInt16 in 1...2 {
            let (query, peer) = try #require(server.receive())
            #expect(query == message(id))
            server.send(message(id, tag: 9), to: peer)
        }
        #expect(datagrams.receive() == message(1, tag: 9))
        #expect(stream.receiveMessage() == message(2, tag: 9))
        #expect(worker.worker.wait(seconds: patience))
        #expect(!worker.worker.submit { _ in })
        #expect(worker.log.all.filter { if case .query = $0 { true } else { false } }.count == 2)
    }

    @Test("draining has a deadline")
    func drainDeadline() throws {
        var configuration = WorkerConfiguration.patient
        configuration.drainTimeout = 20_000_000
        var script = ScriptedService.Script()
        script.receive = { _, _, _ in .deferred }
        let worker = try TestWorker(configuration: configuration, script)
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1))
        #expect(worker.log.wait(for: 1).count == 1)
        worker.worker.stop()
        #expect(worker.worker.wait(seconds: patience))
        #expect(client.isClosed())
    }

    @Test("a worker that never started gives back its sockets")
    func neverStarted() throws {
        let address: SocketAddress
        do {
            let sockets = try ListeningSockets.open(
                [SocketAddress(IPAddress(127, 0, 5, 2), port: 0)], workers: 1, configuration: .patient)
            address = sockets.addresses[0]
            let log = EventLog()
            let worker = try Worker(sockets: sockets, configuration: .patient) { context in
                ScriptedService(context, log, ScriptedService.Script())
            }
            worker.stop()
            #expect(worker.wait(seconds: 0))
        }
        #expect(throws: (any Error).self) { try TestSocket(.tcp, to: address) }
    }
}
