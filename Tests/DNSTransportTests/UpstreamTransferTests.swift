import COpenSSL
import DNSTransport
import DNSWire
import Glibc
import Testing

/// Message `number` of a transfer that `id` asked for.
private func part(_ id: UInt16, _ number: Int, count: Int = 300) -> [UInt8] {
    [UInt8(id >> 8), UInt8(id & 255)] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count - 6)
}

private func number(_ message: [UInt8]) -> Int { message[2..<6].reduce(0) { $0 << 8 | Int($1) } }

extension ScriptedService.Script {
    /// Takes so many messages as one reply.
    fileprivate static func taking(_ total: Int, within timeout: Int64 = never) -> Self {
        var script = Self()
        script.upstream = { _, message, _ in
            number(message) + 1 == total ? .finished : .more(within: timeout)
        }
        return script
    }
}

extension TestWorker {
    fileprivate func sendAlone(
        _ id: ExchangeID, _ message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64 = never
    ) {
        run { $0.context.sendAlone(id, message: message, to: server, over: transport, timeout: timeout) }
    }
}

@Suite("Exchanges for zone transfers (RFC 5936, 9103)")
struct UpstreamTransferTests {
    static let total = 10_000

    private var all: [ServiceEvent] { (0..<Self.total).map { .upstream(1, part(7, $0)) } }

    @Test("a reply of 10,000 messages comes whole and in order over TCP, on a shared connection or its own")
    func tcp() throws {
        for isAlone in [true, false] {
            let server = try FakeStreamServer()
            let worker = try TestWorker(.taking(Self.total))
            if isAlone {
                worker.sendAlone(1, message(7), to: server.address, over: .tcp)
            } else {
                worker.send(1, message(7), to: server.address, over: .tcp)
            }
            let connection = try #require(server.accept())
            #expect(connection.receiveMessage() == message(7))
            connection.send((0..<Self.total).flatMap { framed(part(7, $0)) })
            #expect(worker.log.wait(for: Self.total) == all)
            #expect(worker.counters.upstreamJunk == 0)
            if isAlone { #expect(connection.isClosed()) }
        }
    }

    @Test("and over TLS")
    func tls() throws {
        let server = try FakeStreamServer()
        let worker = try EncryptedPeers.client(.taking(Self.total))
        worker.sendAlone(1, message(7), to: server.address, over: .encrypted(.tls(server.address)))
        let peer = try TLSTestServer(accepting: server, applicationProtocol: "dot")
        #expect(peer.receiveMessage() == message(7))
        let octets = (0..<Self.total).flatMap { framed(part(7, $0)) }
        for start in stride(from: 0, to: octets.count, by: 100_000) {
            peer.send(Array(octets[start..<min(start + 100_000, octets.count)]))
        }
        #expect(worker.log.wait(for: Self.total) == all)
        #expect(peer.receive() == nil && peer.error == SSL_ERROR_ZERO_RETURN)
        #expect(worker.counters.upstreamJunk == 0)
    }

    @Test("one worker gives another 64 MB, over TCP and TLS", arguments: [false, true])
    func fromWorkerToWorker(isEncrypted: Bool) throws {
        let (total, count) = (1_000, 65_535)
        var giving = ScriptedService.Script()
        giving.receive = { service, _, client in
            #expect(client.hasTransferTLS == isEncrypted)
            return service.context.beginSequence(1, to: client) ? .begun : .dropped
        }
        giving.next = { service, _ in
            let number = service.asked[1, default: 0] - 1
            let octets = part(7, number, count: count)
            return number + 1 == total ? .last(octets) : .message(octets)
        }
        var taking = ScriptedService.Script()
        taking.isQuiet = true
        taking.upstream = { service, message, _ in
            let expected = service.asked[0, default: 0]
            service.asked[0] = expected + 1
            guard message.count == count, number(message) == expected else { return .keepWaiting }
            if expected + 1 < total { return .more(within: never) }
            service.log.append(.note("all"))
            return .finished
        }
        let endpoint = try TLSEndpoint.dot([EncryptedPeers.named])
        let server = try TestWorker(
            ["127.0.0.1"], isEncrypted ? .tls(endpoint) : .dns, configuration: .patient, giving)
        let client = try EncryptedPeers.client(taking)
        client.sendAlone(
            1, message(7), to: server.address, over: isEncrypted ? .encrypted(.tls(server.address)) : .tcp)
        #expect(client.log.wait(for: 1) == [.note("all")])
        #expect(client.counters.upstreamJunk == 0)
        #expect(server.wait { ($0.tcp.connectionsClosed, $0.tls.connectionsClosed) != (0, 0) })
    }

    //--- Pauses ---

    @Test("nothing is read of a reply that pauses, until it goes on", arguments: [false, true])
    func pause(isEncrypted: Bool) throws {
        let (total, count) = (1_000, 65_535)
        var giving = ScriptedService.Script()
        giving.receive = { service, _, client in
            service.context.beginSequence(1, to: client) ? .begun : .dropped
        }
        giving.next = { service, _ in
            let number = service.asked[1, default: 0] - 1
            let octets = part(7, number, count: count)
            return number + 1 == total ? .last(octets) : .message(octets)
        }
        var taking = ScriptedService.Script()
        taking.isQuiet = true
        taking.upstream = { service, message, id in
            guard id == 1 else { return .finished }
            let expected = service.asked[1, default: 0]
            service.asked[1] = expected + 1
            guard number(message) == expected else { return .keepWaiting }
            if expected == 10 { service.log.append(.note("pause")) }
            if expected + 1 == total { service.log.append(.note("all")) }
            return expected + 1 == total
                ? .finished : expected >= 10 && expected < 20 ? .pause : .more(within: never)
        }
        let endpoint = try TLSEndpoint.dot([EncryptedPeers.named])
        let server = try TestWorker(
            ["127.0.0.1"], isEncrypted ? .tls(endpoint) : .dns, configuration: .patient, giving)
        let worker = try EncryptedPeers.client(taking)
        worker.sendAlone(
            1, message(7), to: server.address, over: isEncrypted ? .encrypted(.tls(server.address)) : .tcp)
        #expect(worker.log.wait(for: 1) == [.note("pause")])
        // Many turns, each of which would read more.
        for _ in 0..<50 { worker.settle() }
        worker.run { $0.log.append(.note("\($0.asked[1, default: 0])")) }
        // What was read with the message that paused it comes all the same.
        let seen = (11...15).map { [ServiceEvent.note("pause"), .note("\($0)")] }
        #expect(seen.contains(worker.log.wait(for: 2)))
        // As often as it pauses.
        while worker.log.all.count < 3 {
            worker.run { $0.context.resume(1, within: never) }
            worker.settle()
        }
        #expect(worker.log.all.last == .note("all"))
        #expect(worker.counters.upstreamJunk == 0)
    }

    @Test("a pause has no end, and what follows has one")
    func pauseTimes() throws {
        var script = ScriptedService.Script()
        script.upstream = { _, _, _ in .pause }
        // Longer and longer, until the first message is there in time.
        for timeout in (0..<8).map({ Int64(50_000_000) << $0 }) {
            let server = try FakeStreamServer()
            let worker = try TestWorker(script)
            worker.sendAlone(1, message(7), to: server.address, over: .tcp, timeout: timeout)
            guard let connection = server.accept() else { continue }
            _ = connection.receiveMessage()
            connection.sendMessage(part(7, 0))
            guard worker.log.wait(for: 1) == [.upstream(1, part(7, 0))] else { continue }
            // One that began later has passed.
            worker.send(2, message(8), to: try FakeDatagramServer().address, timeout: timeout)
            #expect(worker.log.wait(for: 2).last == .ended(2, .timedOut))
            worker.run { $0.context.resume(1, within: 1_000_000) }
            #expect(worker.log.wait(for: 3).last == .ended(1, .timedOut))
            #expect(connection.isClosed())
            return
        }
        Issue.record("never in time")
    }

    @Test("an exchange on a shared connection does not pause")
    func noPause() throws {
        var script = ScriptedService.Script()
        script.upstream = { _, _, _ in .pause }
        let server = try FakeStreamServer()
        let worker = try TestWorker(script)
        worker.send(1, message(7), to: server.address, over: .tcp)
        let shared = try #require(server.accept())
        _ = shared.receiveMessage()
        shared.sendMessage(part(7, 0))
        #expect(worker.log.wait(for: 1) == [.upstream(1, part(7, 0))])
        shared.sendMessage(part(7, 1))
        #expect(worker.log.wait(for: 2).last == .upstream(1, part(7, 1)))
    }

    //--- Time-outs and junk ---

    @Test("the time-out is one between messages")
    func pauseTooLong() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker(.taking(10, within: 20_000_000))
        worker.sendAlone(1, message(7), to: server.address, over: .tcp)
        let connection = try #require(server.accept())
        _ = connection.receiveMessage()
        connection.sendMessage(part(7, 0))
        #expect(worker.log.wait(for: 2) == [.upstream(1, part(7, 0)), .ended(1, .timedOut)])
        #expect(connection.isClosed())
    }

    @Test("a reply that goes on outlives the time-out that it began with")
    func outlivesTimeout() throws {
        // Longer and longer, until the first message is there in time.
        for timeout in (0..<8).map({ Int64(50_000_000) << $0 }) {
            let server = try FakeStreamServer()
            let worker = try TestWorker(.taking(3))
            let address = server.address
            worker.run {
                $0.context.sendAlone(1, message: message(7), to: address, over: .tcp, timeout: timeout)
            }
            guard let connection = server.accept() else { continue }
            connection.sendMessage(part(7, 0))
            guard worker.log.wait(for: 1) == [.upstream(1, part(7, 0))] else { continue }
            // One that began later has passed.
            worker.send(2, message(8), to: try FakeDatagramServer().address, timeout: timeout)
            #expect(worker.log.wait(for: 2).last == .ended(2, .timedOut))
            connection.send(framed(part(7, 1)) + framed(part(7, 2)))
            let rest = [ServiceEvent.upstream(1, part(7, 1)), .upstream(1, part(7, 2))]
            #expect(worker.log.wait(for: 4).suffix(2) == rest)
            return
        }
        Issue.record("never in time")
    }

    @Test("messages that the service refuses or nobody waits for count, those of the reply do not")
    func junk() throws {
        var configuration = WorkerConfiguration.patient
        configuration.junkPerExchange = 5
        var script = ScriptedService.Script()
        script.upstream = { _, message, _ in number(message) < 100 ? .more(within: never) : .keepWaiting }
        for isRefused in [true, false] {
            let server = try FakeStreamServer()
            let worker = try TestWorker(configuration: configuration, script)
            worker.sendAlone(1, message(7), to: server.address, over: .tcp)
            let connection = try #require(server.accept())
            for number in 0..<100 { connection.sendMessage(part(7, number)) }
            #expect(worker.log.wait(for: 100).count == 100)
            for number in 0..<5 { connection.sendMessage(part(isRefused ? 7 : 8, 100 + number)) }
            let count = isRefused ? 106 : 101
            let end: ExchangeEnd = isRefused ? .timedOut : .failed(EBADMSG)
            #expect(worker.log.wait(for: count).last == .ended(1, end))
        }
    }

    //--- Connections ---

    @Test("a transfer and queries do not share a connection")
    func ownConnection() throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker(.taking(3))
        // A kept one.
        worker.send(1, message(1), to: server.address, over: .tcp)
        let kept = try #require(server.accept())
        #expect(kept.receiveMessage() == message(1))
        kept.sendMessage(part(1, 2))
        #expect(worker.log.wait(for: 1).count == 1)

        worker.sendAlone(2, message(2), to: server.address, over: .tcp)
        let own = try #require(server.accept())
        #expect(own.receiveMessage() == message(2))
        worker.send(3, message(3), to: server.address, over: .tcp)
        #expect(kept.receiveMessage() == message(3))
        worker.sendAlone(4, message(4), to: server.address, over: .tcp)
        let other = try #require(server.accept())
        #expect(other.receiveMessage() == message(4))
        own.send((0..<3).flatMap { framed(part(2, $0)) })
        #expect(worker.log.wait(for: 4).last == .upstream(2, part(2, 2)))
        #expect(own.isClosed())
        kept.sendMessage(part(3, 2))
        #expect(worker.log.wait(for: 5).last == .upstream(3, part(3, 2)))
        worker.run { $0.context.cancel(4) }
        #expect(other.isClosed())
        // It is not a place for later queries either.
        worker.send(5, message(5), to: server.address, over: .tcp)
        #expect(kept.receiveMessage() == message(5))
        #expect(worker.counters.upstreamConnectionsOpened == 3)
    }

    @Test("a reply that broke off is reported, and not asked for again", arguments: [true, false])
    func death(isAlone: Bool) throws {
        let server = try FakeStreamServer()
        let worker = try TestWorker(.taking(3))
        if !isAlone {
            // A query on a kept connection might be.
            worker.send(9, message(9), to: server.address, over: .tcp)
        }
        var connection = isAlone ? nil : server.accept()
        if !isAlone {
            _ = connection?.receiveMessage()
            connection?.sendMessage(part(9, 2))
            #expect(worker.log.wait(for: 1).count == 1)
            worker.send(1, message(7), to: server.address, over: .tcp)
        } else {
            worker.sendAlone(1, message(7), to: server.address, over: .tcp)
            connection = server.accept()
        }
        #expect(connection?.receiveMessage() == message(7))
        connection?.send(framed(part(7, 0)) + framed(part(7, 1)))
        connection = nil
        let events = worker.log.wait(for: isAlone ? 3 : 4)
        #expect(events.suffix(2) == [.upstream(1, part(7, 1)), .ended(1, .failed(ECONNRESET))])
        #expect(worker.counters.upstreamConnectionsOpened == 1)
    }

    @Test("it leaves from an outgoing address, as queries do")
    func outgoingAddress() throws {
        var script = ScriptedService.Script()
        script.receive = { service, query, client in
            service.log.append(.note("\(client.peer.address)"))
            return .answer(query)
        }
        let server = try TestWorker(script)
        var configuration = WorkerConfiguration.patient
        configuration.outgoingAddresses = [IPAddress(127, 0, 0, 9)]
        let worker = try TestWorker(configuration: configuration)
        worker.send(1, message(1), to: server.address, over: .tcp)
        #expect(worker.log.wait(for: 1).count == 1)
        worker.sendAlone(2, message(2), to: server.address, over: .tcp)
        #expect(worker.log.wait(for: 2).count == 2)
        #expect(server.log.all.count { $0 == .note("127.0.0.9") } == 2)
    }

    @Test("clients and other exchanges are served while one without end runs")
    func fairness() throws {
        var giving = ScriptedService.Script()
        giving.receive = { service, _, client in
            service.context.beginSequence(1, to: client) ? .begun : .dropped
        }
        giving.next = { _, _ in .message(part(7, 0, count: 65_535)) }
        let server = try TestWorker(giving)
        var taking = ScriptedService.Script()
        taking.isQuiet = true
        taking.upstream = { service, _, id in
            service.asked[id, default: 0] += 1
            return id == 1 ? .more(within: never) : .finished
        }
        let worker = try TestWorker(taking)
        worker.sendAlone(1, message(7), to: server.address, over: .tcp)
        let datagrams = try FakeDatagramServer()
        let client = try TestSocket(.tcp, to: worker.address)
        for id: UInt16 in 1...20 {
            client.sendMessage(message(id))
            #expect(client.receiveMessage() == message(id))
            worker.send(ExchangeID(id) + 1, message(id), to: datagrams.address)
            let (query, peer) = try #require(datagrams.receive())
            datagrams.send(query, to: peer)
        }
        worker.settle()
        worker.run { service in
            service.context.cancel(1)
            service.log.append(.note("\(service.asked.count) \(service.asked[1] ?? 0 > 0)"))
        }
        #expect(worker.log.wait(for: 21).last == .note("21 true"))
        #expect(server.log.wait(for: 2).last == .brokenOff(1))
    }

    //--- What transfers demand of TLS ---

    @Test("a server without TLS 1.3 or \"dot\" is asked for queries, and for no transfer")
    func demands() throws {
        for (newest, name) in [(TLS1_2_VERSION, "dot"), (TLS1_3_VERSION, nil)] as [(Int32, String?)] {
            let server = try FakeStreamServer()
            let worker = try EncryptedPeers.client()
            worker.sendAlone(1, message(1), to: server.address, over: .encrypted(.tls(server.address)))
            let refused = try TLSTestServer(
                accepting: server, applicationProtocol: name, newest: newest)
            #expect(refused.receive() == nil)
            let fault: EncryptionFault = name == nil ? .noTransfers : .handshake(.alert)
            #expect(worker.log.wait(for: 1) == [.ended(1, .encryptionFailed(fault))])

            worker.ask(2, message(2), .tls(server.address))
            let asked = try TLSTestServer(accepting: server, applicationProtocol: name, newest: newest)
            asked.sendMessage(try #require(asked.receiveMessage()))
            #expect(worker.log.wait(for: 2).last == .upstream(2, message(2)))
        }
    }

    @Test("a ticket of an older session is of no harm")
    func oldTicket() throws {
        let server = try FakeStreamServer()
        let worker = try EncryptedPeers.client()
        worker.ask(1, message(1), .tls(server.address))
        let old = try TLSTestServer(
            accepting: server, applicationProtocol: "dot", newest: TLS1_2_VERSION)
        old.sendMessage(try #require(old.receiveMessage()))
        #expect(worker.log.wait(for: 1).count == 1)
        worker.sendAlone(2, message(2), to: server.address, over: .encrypted(.tls(server.address)))
        let new = try TLSTestServer(accepting: server, applicationProtocol: "dot")
        new.sendMessage(try #require(new.receiveMessage()))
        #expect(worker.log.wait(for: 2).last == .upstream(2, message(2)))
    }

    @Test("there is none over UDP and HTTPS")
    func elsewhere() throws {
        let worker = try TestWorker()
        let address = worker.address
        worker.sendAlone(1, message(1), to: address, over: .udp)
        let web = EncryptedServer(.https(path: "/dns-query"), at: address, authentication: .opportunistic)
        worker.sendAlone(2, message(2), to: address, over: .encrypted(web))
        #expect(worker.log.wait(for: 2) == [.ended(1, .failed(EINVAL)), .ended(2, .failed(EINVAL))])
    }

    //--- Other opcodes ---

    @Test("NOTIFY and UPDATE are exchanges like others", arguments: [UInt8(0x24), 0x28])
    func opcodes(flags: UInt8) throws {
        var request = message(7, count: 40)
        request[2] = flags
        var response = request
        response[2] |= 0x80
        let (datagrams, streams) = (try FakeDatagramServer(), try FakeStreamServer())
        let worker = try TestWorker()
        worker.send(1, request, to: datagrams.address)
        let (query, peer) = try #require(datagrams.receive())
        #expect(query == request)
        datagrams.send(response, to: peer)
        #expect(worker.log.wait(for: 1) == [.upstream(1, response)])
        worker.send(2, request, to: streams.address, over: .tcp)
        let connection = try #require(streams.accept())
        #expect(connection.receiveMessage() == request)
        connection.sendMessage(response)
        #expect(worker.log.wait(for: 2).last == .upstream(2, response))
    }

    @Test("an update of 4,096 octets is read from a datagram, and forwarded in one")
    func longDatagrams() throws {
        let server = try FakeDatagramServer()
        let worker = try TestWorker()
        let client = try TestSocket(.udp, to: worker.address)
        client.send(message(1, tag: 0x28, count: 4_097))
        client.send(message(2, tag: 0x28, count: 4_096))
        #expect(worker.log.wait(for: 1) == [.query(message(2, tag: 0x28, count: 4_096))])
        #expect(worker.counters.datagramsRefused == 1)
        worker.send(1, message(2, tag: 0x28, count: 4_096), to: server.address)
        let (query, peer) = try #require(server.receive())
        #expect(query == message(2, tag: 0x28, count: 4_096))
        server.send(message(2, tag: 0xA8), to: peer)
        #expect(worker.log.wait(for: 2).last == .upstream(1, message(2, tag: 0xA8)))
    }
}
