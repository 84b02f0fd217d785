import COpenSSL
import DNSOverHTTP
import DNSTransport
import DNSWire
import Glibc
import TestPeers
import Testing

/// The message with this number of a sequence, which is called by the ID of its query.
private func part(_ sequence: UInt64, _ number: Int, count: Int = 1_000) -> [UInt8] {
    [UInt8(truncatingIfNeeded: sequence >> 8), UInt8(truncatingIfNeeded: sequence)]
        + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count - 6)
}

/// The number in it, or nil when it is no part of the sequence.
private func number(_ message: [UInt8]?, of sequence: UInt64 = 1) -> Int? {
    guard let message, message.count >= 6, message[2] != 9 else { return nil }
    guard message[0] == UInt8(sequence >> 8), message[1] == UInt8(sequence & 255) else { return nil }
    return message[2..<6].reduce(0) { $0 << 8 | Int($1) }
}

@Suite("Sequences of responses (RFC 5936)")
struct SequenceTests {
    /// Defers queries whose tag is 1, begins a sequence at once for 5, and echoes 9. A sequence has the name that its query
    /// has as its ID.
    ///
    /// - Parameters:
    ///   - total: messages of a sequence; nil: it never ends.
    ///   - count: octets of a message.
    private static func script(
        _ total: Int? = nil, count: Int = 1_000,
        next: (@Sendable (ScriptedService, SequenceID, Int) -> ScriptedService.Part?)? = nil
    ) -> ScriptedService.Script {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            guard query[2] == 1 || query[2] == 5 else { return .answer(query) }
            if query[2] == 5 {
                let id = SequenceID(query[0]) << 8 | SequenceID(query[1])
                let began = service.context.beginSequence(id, to: client)
                service.log.append(.note("\(began)"))
                return began ? .begun : .answer(message(UInt16(id), tag: 0xFF))
            }
            return .deferred
        }
        script.next = { service, id in
            let number = service.asked[id, default: 0] - 1
            if let part = next?(service, id, number) { return part }
            let octets = part(id, number, count: count)
            return number + 1 == total ? .last(octets) : .message(octets)
        }
        return script
    }

    private func worker(
        _ script: ScriptedService.Script, _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) throws -> TestWorker {
        var configuration = WorkerConfiguration.patient
        change(&configuration)
        return try TestWorker(configuration: configuration, script)
    }

    //--- Messages ---

    @Test("all messages come in order, and the connection serves on", arguments: [true, false])
    func inOrder(atOnce: Bool) throws {
        let worker = try worker(Self.script(1_000))
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: atOnce ? 5 : 1))
        if !atOnce {
            #expect(worker.log.wait(for: 1).count == 1)
            worker.run { service in service.log.append(.note("\(service.beginSequence(1))")) }
        }
        for number in 0..<1_000 { #expect(client.receiveMessage() == part(1, number)) }
        client.sendMessage(message(2, tag: 9))
        #expect(client.receiveMessage() == message(2, tag: 9))
        #expect(
            worker.log.all == [
                .query(message(1, tag: atOnce ? 5 : 1)), .note("true"), .query(message(2, tag: 9)),
            ])
        let counters = worker.counters
        #expect(counters.tcp.queries == 2 && counters.tcp.responses == 1_001)
    }

    @Test("the longest messages, and the shortest")
    func lengths() throws {
        let script = Self.script { _, _, number in
            [.message(part(1, 0, count: 65_535)), .message([7]), .last(part(1, 2, count: 65_535))][number]
        }
        let worker = try worker(script)
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 5))
        #expect(client.receiveMessage() == part(1, 0, count: 65_535))
        #expect(client.receiveMessage() == [7])
        #expect(client.receiveMessage() == part(1, 2, count: 65_535))
    }

    @Test("a sequence may end without another message, or with none at all", arguments: [0, 3])
    func endsSilently(after count: Int) throws {
        let worker = try worker(Self.script { $2 == count ? .step(.end) : nil })
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 5))
        for number in 0..<count { #expect(client.receiveMessage() == part(1, number)) }
        worker.settle()
        client.sendMessage(message(2, tag: 9))
        #expect(client.receiveMessage() == message(2, tag: 9))
        worker.run { $0.log.append(.note("asked \($0.asked)")) }
        #expect(worker.log.wait(for: 4).last == .note("asked [1: \(count + 1)]"))
    }

    @Test(
        "one that breaks off, or has a length that cannot be, closes its connection after what is owed",
        arguments: [SequenceStep.closeConnection, .message(0), .message(65_536), .last(-1)])
    func breaksOff(step: SequenceStep) throws {
        let worker = try worker(Self.script { $2 == 2 ? .step(step) : nil })
        let client = try TestSocket(.tcp, to: worker.address)
        client.send(framed(message(2, tag: 1)) + framed(message(1, tag: 5)))
        #expect(client.receiveMessage() == part(1, 0))
        #expect(client.receiveMessage() == part(1, 1))
        worker.settle()
        worker.run { $0.replyToWaiting(0) }
        #expect(client.receiveMessage() == message(2, tag: 1))
        #expect(client.isClosed())
        // The service has ended it, so it is not told.
        #expect(worker.log.all.count == 3)
    }

    //--- Pace ---

    @Test("100 MB go to a slow reader at its pace")
    func slowReader() throws {
        let (total, length) = (1_600, 65_535)
        let worker = try worker(Self.script(total, count: length)) { $0.streamSendBuffer = 65_536 }
        let client = try TestSocket(.tcp, to: worker.address, receiveBuffer: 65_536)
        client.sendMessage(message(1, tag: 5))
        // What the high-water mark, one message and the buffers of the kernel hold, which doubles what it is told.
        let mostUnread = 1_000_000
        var unread = 0
        for number in 0..<total {
            if number % 100 == 0 {
                worker.settle()
                worker.run { $0.log.append(.note("\($0.asked[1] ?? 0)")) }
                guard case .note(let asked)? = worker.log.wait(for: 3 + number / 100).last else {
                    Issue.record("no answer")
                    return
                }
                unread = max(unread, ((Int(asked) ?? 0) - number) * length)
            }
            let message = try #require(client.receiveMessage())
            #expect(message.count == length && DNSTransportTests.number(message) == number)
        }
        #expect(unread > 0 && unread < mostUnread)
    }

    @Test("who never reads is closed by the write time-out, and the service is told")
    func neverReads() throws {
        let worker = try worker(Self.script(count: 60_000)) {
            $0.streamSendBuffer = 4_096
            $0.writeTimeout = 30_000_000
        }
        let client = try TestSocket(.tcp, to: worker.address, receiveBuffer: 4_096)
        client.sendMessage(message(1, tag: 5))
        #expect(worker.log.wait(for: 3).last == .brokenOff(1))
        #expect(worker.counters.tcp.connectionsTimedOut == 1)
        withExtendedLifetime(client) {}
    }

    @Test("queries of the same connection and of others are answered meanwhile")
    func interleaved() throws {
        let worker = try worker(Self.script(count: 16_000))
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 5))
        for number in 0..<100 { #expect(DNSTransportTests.number(client.receiveMessage()) == number) }
        let other = try TestSocket(.tcp, to: worker.address)
        other.sendMessage(message(2, tag: 9))
        #expect(other.receiveMessage() == message(2, tag: 9))
        var expected = 100
        func nextOther() -> [UInt8]? {
            // A limit, for the sequence has no end.
            while expected < 100_000, let next = client.receiveMessage() {
                guard number(next) == expected else { return next }
                expected += 1
            }
            return nil
        }
        client.sendMessage(message(3, tag: 9))
        #expect(nextOther() == message(3, tag: 9))
        client.sendMessage(message(4, tag: 1))
        #expect(DNSTransportTests.number(client.receiveMessage()) == expected)
        #expect(expected > 100)
        expected += 1
        // It has to be heard although the sequence fills what room there is.
        let reading = { (count: Int) in
            for _ in 0..<count where number(client.receiveMessage()) == expected { expected += 1 }
        }
        while worker.log.all.count < 5, expected < 100_000 { reading(1) }
        worker.run { $0.replyToWaiting(0) }
        #expect(nextOther() == message(4, tag: 1))
    }

    @Test("sequences of one connection take turns, however little room there is", arguments: [100, 60_000])
    func turns(count: Int) throws {
        let worker = try worker(Self.script(20, count: count)) { $0.outputHighWater = 50_000 }
        let client = try TestSocket(.tcp, to: worker.address)
        client.send((1...3).flatMap { framed(message($0, tag: 5)) })
        for number in 0..<20 {
            for sequence: UInt64 in 1...3 {
                #expect(DNSTransportTests.number(client.receiveMessage(), of: sequence) == number)
            }
        }
    }

    @Test("those of many connections take turns, too, and a turn of the loop takes a few messages")
    func turnsOfConnections() throws {
        let script = Self.script { service, id, number in
            service.log.append(.note("\(id)"))
            return number == 49 ? .last(part(id, number)) : nil
        }
        let worker = try worker(script) { $0.sequenceMessagesPerTurn = 3 }
        let clients = try (0..<5).map { _ in try TestSocket(.tcp, to: worker.address) }
        // All begin in one turn.
        let gate = worker.hold()
        for (index, client) in clients.enumerated() { client.sendMessage(message(UInt16(index), tag: 5)) }
        gate.open()
        for (index, client) in clients.enumerated() {
            for number in 0..<50 {
                #expect(DNSTransportTests.number(client.receiveMessage(), of: UInt64(index)) == number)
            }
        }
        // Others say that a sequence has begun.
        let order: [UInt64] = worker.log.all.compactMap {
            if case .note(let id) = $0 { UInt64(id) } else { nil }
        }
        #expect(order.count == 250)
        // The kernel may bring some of the queries a turn later; from the last of them on, all take turns.
        let begun = try #require(order.indices.first { Set(order[...$0]).count == 5 })
        let ended = try #require(
            order.indices.first { index in order[...index].count { $0 == order[index] } == 50 })
        for index in begun..<max(begun, ended - 5) { #expect(order[index] == order[index + 5]) }
    }

    @Test("one that pauses goes on when it is told to, and is not idle meanwhile")
    func pause() throws {
        let worker = try worker(Self.script(6) { $2 == 3 && $0.asked[99] == nil ? .step(.pause) : nil }) {
            $0.idleTimeout = 1_000_000
        }
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 5))
        for number in 0..<3 { #expect(client.receiveMessage() == part(1, number)) }
        // Whoever came later and idles is closed meanwhile.
        #expect(try TestSocket(.tcp, to: worker.address).isClosed())
        worker.run { service in
            service.asked[1] = 3
            service.asked[99] = 0
            // The second finds it in line, and the third is of nobody.
            service.context.resumeSequence(1)
            service.context.resumeSequence(1)
            service.context.resumeSequence(2)
        }
        for number in 3..<6 { #expect(client.receiveMessage() == part(1, number)) }
        #expect(client.isClosed())
        #expect(worker.log.all.count == 2)
    }

    @Test("a pause that is forgotten has a deadline")
    func forgotten() throws {
        let worker = try worker(Self.script { _, _, _ in .step(.pause) }) { $0.deferredTimeout = 20_000_000 }
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 5))
        #expect(client.isClosed())
        #expect(worker.log.wait(for: 3).last == .brokenOff(1))
    }

    //--- Clients ---

    @Test("a client that is gone is not asked for any more, and the service is told once")
    func gone() throws {
        let worker = try worker(Self.script())
        var client: TestSocket? = try TestSocket(.tcp, to: worker.address)
        client?.send(framed(message(1, tag: 5)) + framed(message(2, tag: 5)))
        for _ in 0..<100 { #expect(client?.receiveMessage() != nil) }
        client?.resetOnClose()
        client = nil
        let events = worker.log.wait(for: 6)
        #expect(events.contains(.brokenOff(1)) && events.contains(.brokenOff(2)))
        worker.settle()
        worker.run { $0.log.append(.note("\($0.asked[1] ?? 0)")) }
        worker.run { $0.context.resumeSequence(1) }
        worker.settle()
        worker.run { $0.log.append(.note("\($0.asked[1] ?? 0)")) }
        let notes = worker.log.wait(for: 8).suffix(2)
        #expect(notes.first == notes.last)
    }

    @Test("a half-closed client gets all of it, and then the end of the stream")
    func halfClosed() throws {
        let worker = try worker(Self.script(200, count: 16_000))
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 5))
        client.shutdownWriting()
        for number in 0..<200 { #expect(DNSTransportTests.number(client.receiveMessage()) == number) }
        #expect(client.isClosed())
        #expect(worker.log.all.count == 2)
    }

    @Test("over TLS as over TCP", arguments: TLSTests.versions)
    func overTLS(versions: ClosedRange<Int32>) throws {
        let worker = try TestWorker(
            ["127.0.0.1"], .tls(try .dot()), configuration: .patient, Self.script(300, count: 40_000))
        let client = try TLSClient.connected(to: worker, .init(versions: versions))
        client.sendMessage(message(1, tag: 5))
        client.sendMessage(message(2, tag: 9))
        var (expected, others) = (0, 0)
        while expected < 300, let next = client.receiveMessage() {
            if number(next) == expected { expected += 1 } else { others += 1 }
        }
        #expect(expected == 300 && others <= 1)
        #expect(worker.counters.tls.responses == 301)
    }

    @Test("a half-closed TLS client gets all of it")
    func halfClosedTLS() throws {
        let worker = try TestWorker(
            ["127.0.0.1"], .tls(try .dot()), configuration: .patient, Self.script(100, count: 16_000))
        let client = try TLSClient.connected(to: worker)
        client.sendMessage(message(1, tag: 5))
        client.endSession()
        for number in 0..<100 { #expect(DNSTransportTests.number(client.receiveMessage()) == number) }
        #expect(client.receiveMessage() == nil && client.hasEnded)
    }

    @Test(
        "the service learns whether a session is fit for transfers",
        arguments: [
            (TLS1_3_VERSION, ["dot"], true), (TLS1_2_VERSION, ["dot"], false), (TLS1_3_VERSION, [], false),
        ])
    func transferTLS(version: Int32, protocols: [String], isFit: Bool) throws {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            service.log.append(.note("\(client.hasTransferTLS)"))
            return .answer(query)
        }
        let worker = try TestWorker(["127.0.0.1"], .tls(try .dot()), configuration: .patient, script)
        let client = try TLSClient.connected(
            to: worker, .init(versions: version...version, protocols: protocols))
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(worker.log.all.last == .note("\(isFit)"))
    }

    //--- Limits ---

    @Test("more than a connection or a worker may have are refused, and the query can still be answered")
    func limits() throws {
        let worker = try worker(Self.script(3) { $2 == 2 && $0.asked[99] == nil ? .step(.pause) : nil }) {
            $0.sequences = 3
            $0.sequencesPerConnection = 2
        }
        let refused = { (id: UInt16) in message(id, tag: 0xFF) }
        let (first, second) = (
            try TestSocket(.tcp, to: worker.address), try TestSocket(.tcp, to: worker.address)
        )
        first.send((1...3).flatMap { framed(message($0, tag: 5)) })
        #expect(first.receiveMessage() == refused(3))
        for _ in 0..<4 { #expect(first.receiveMessage() != nil) }
        second.send((4...5).flatMap { framed(message($0, tag: 5)) })
        #expect(second.receiveMessage() == refused(5))
        for _ in 0..<2 { #expect(second.receiveMessage() != nil) }
        // A name in use is none for another.
        second.sendMessage(message(1, tag: 5))
        #expect(second.receiveMessage() == refused(1))
        // A place that is given back can be taken again.
        worker.run { service in
            service.asked = [1: 2, 99: 0]
            service.context.resumeSequence(1)
        }
        #expect(first.receiveMessage() == part(1, 2))
        second.sendMessage(message(6, tag: 5))
        #expect(second.receiveMessage() == part(6, 0))
    }

    @Test("there are none over UDP and HTTP, and none for who has gone")
    func elsewhere() throws {
        let worker = try worker(Self.script())
        let datagrams = try TestSocket(.udp, to: worker.address)
        datagrams.send(message(1, tag: 5))
        #expect(datagrams.receive() == message(1, tag: 0xFF))

        let web = try TestWorker(
            ["127.0.0.1"], .http(DoHEndpoint(DoHSettings())), configuration: .patient, Self.script())
        let browser = try TestSocket(.http, to: web.address)
        browser.send(Array("GET /dns-query?dns=\(Sample.text) HTTP/1.1\r\nHost: dns.example\r\n\r\n".utf8))
        #expect(web.log.wait(for: 1).count == 1)
        web.run { service in
            service.log.append(.note("\(service.beginSequence(1))"))
            service.replyToWaiting(0)
        }
        #expect(web.log.wait(for: 2).last == .note("false"))
        #expect(browser.receive()?.starts(with: Array("HTTP/1.1 200".utf8)) == true)

        var client: TestSocket? = try TestSocket(.tcp, to: worker.address)
        client?.sendMessage(message(1, tag: 1))
        #expect(worker.log.wait(for: 3).count == 3)
        client?.resetOnClose()
        client = nil
        #expect(worker.wait { $0.tcp.connectionsClosed == 1 })
        worker.run { service in service.log.append(.note("\(service.beginSequence(1))")) }
        #expect(worker.log.wait(for: 4).last == .note("false"))
    }

    @Test("a connection with a sequence makes no room for others")
    func notEvicted() throws {
        let worker = try worker(Self.script { $2 == 1 && $0.asked[99] == nil ? .step(.pause) : nil }) {
            $0.connections = 1
        }
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 5))
        #expect(client.receiveMessage() == part(1, 0))
        #expect(try TestSocket(.tcp, to: worker.address).isClosed())
        #expect(worker.counters.tcp.connectionsRefused == 1)
        worker.run { service in
            service.asked = [1: 1, 99: 0]
            service.context.resumeSequence(1)
        }
        #expect(client.receiveMessage() == part(1, 1))
    }

    @Test("a worker that stops gives them up, and begins no other")
    func stop() throws {
        let worker = try worker(Self.script())
        let client = try TestSocket(.tcp, to: worker.address)
        client.send(framed(message(2, tag: 1)) + framed(message(1, tag: 5)))
        for _ in 0..<10 { #expect(client.receiveMessage() != nil) }
        worker.worker.stop()
        #expect(worker.log.wait(for: 4).last == .brokenOff(1))
        worker.run { service in
            service.log.append(.note("\(service.beginSequence(3))"))
            service.replyToWaiting(0)
        }
        var last: [UInt8]?
        while let next = client.receiveMessage() { last = next }
        #expect(last == message(2, tag: 1))
        #expect(worker.log.wait(for: 5).last == .note("false"))
        #expect(worker.worker.wait(seconds: patience))
    }
}
