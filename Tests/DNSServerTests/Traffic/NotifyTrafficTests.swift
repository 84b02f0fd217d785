import DNSCrypto
import DNSTransport
import DNSWire
import DNSZones
import Testing
import ZoneStore

@testable import DNSServer

private let apex: DomainName = "zone.example."

@Suite struct NotifyReceptionTests {
    private func house(_ text: String = "secondary") throws -> TrafficHouse {
        let house = try TrafficHouse { store in
            try TrafficHouse.make(apex, text, TrafficHouse.version(apex, serial: 1).tree, in: store)
            try TrafficHouse.make(
                "here.example.", "primary", TrafficHouse.version("here.example.", serial: 1).tree, in: store)
        }
        house.keys.ring = KeyRing([TrafficHouse.key])
        house.advance(seconds: 5)
        while !house.context.open.isEmpty { try house.answerSerial(1) }
        return house
    }

    @Test func `a primary's NOTIFY has its serial asked for`() throws {
        let house = try house()
        let count = house.context.sentCount
        #expect(try house.notify(apex, serial: 2, from: TrafficHouse.other.address) == .noError)
        house.turn()
        // Who has sent it is asked first.
        #expect(try house.sent(.soa).server == TrafficHouse.other)
        try house.answerSerial(2)
        try house.transfer(TrafficHouse.version(apex, serial: 2), nil, .ixfr)
        #expect(house.serial(apex) == 2 && house.context.sentCount == count + 2)
        // What it tells of is here already.
        house.advance(seconds: 5)
        #expect(try house.notify(apex, serial: 2) == .noError)
        house.advance(seconds: 5)
        #expect(house.context.open.isEmpty)
    }

    @Test func `of strangers nothing is heard`() throws {
        let house = try house()
        let count = house.context.sentCount
        #expect(try house.notify(apex, serial: 9, from: IPAddress(192, 0, 2, 77)) == .refused)
        #expect(try house.notify("elsewhere.example.", serial: 9) == .notAuth)
        #expect(try house.notify("below.zone.example.", serial: 9) == .notAuth)
        // What is at home here is told of by nobody.
        #expect(try house.notify("here.example.", serial: 9) == .refused)
        house.advance(seconds: 10)
        #expect(house.context.sentCount == count)
        #expect(house.service.counters[.notifiesReceived] == 4)
        #expect(house.service.counters[.notifiesRefused] == 4)
    }

    @Test func `a key proves a primary, wherever it is`() throws {
        let house = try house("signed")
        let elsewhere = IPAddress(192, 0, 2, 77)
        #expect(try house.notify(apex, serial: 2, from: elsewhere) == .refused)
        let other = TransactionKey("transfer.", .hmacSHA256, secret: [UInt8](repeating: 8, count: 32))
        #expect(try house.notify(apex, serial: 2, from: elsewhere, key: other) == .notAuth)
        #expect(house.count(.soa) == 0)
        #expect(try house.notify(apex, serial: 2, from: elsewhere, key: TrafficHouse.key) == .noError)
        house.turn()
        #expect(house.count(.soa) == 1)
    }

    @Test func `ten thousand make one check at a time`() throws {
        let house = try house()
        let count = house.context.sentCount
        for serial in 0..<10_000 {
            #expect(try house.notify(apex, serial: UInt32(2 + serial)) == .noError)
            if serial % 100 == 0 { house.turn() }
            #expect(house.context.open.count <= 1)
        }
        house.turn()
        #expect(house.context.sentCount == count + 1)
        // One more for all that came meanwhile, and not at once.
        try house.answerSerial(1)
        #expect(house.context.open.isEmpty)
        house.advance(seconds: 1)
        #expect(house.context.sentCount == count + 2)
    }

    @Test func `they are counted, and no more than that, where the answer is not waited for`() throws {
        let house = try house()
        // Malformed, of another class, for another type.
        var message = Message(header: Header(id: 1, opcode: .notify), questions: [Question(apex, .a)])
        let client = TrafficHouse.client()
        #expect(try house.receive(message.compose(), from: client)?.responseCode == .formatError)
        message.questions = [Question(apex, .soa, .chaos)]
        #expect(try house.receive(message.compose(), from: client)?.responseCode == .refused)
        message.questions = [Question(apex, .soa)]
        message.header.flags = .aa
        let reply = try house.receive(message.compose(), from: client)
        #expect(reply?.header.flags == [.qr, .aa] && reply?.header.opcode == .notify)
        #expect(reply?.questions == message.questions && reply?.answers.isEmpty == true)
    }
}

@Suite struct NotifySendingTests {
    private func house() throws -> (TrafficHouse, Zone) {
        let house = try TrafficHouse()
        house.keys.ring = KeyRing([TrafficHouse.key])
        let zone = try TrafficHouse.make(
            apex, "told", TrafficHouse.version(apex, serial: 1).tree, in: house.store)
        try house.wait { house.count(.soa, .notify) == 2 }
        return (house, zone)
    }

    private func reply(_ sent: ScriptedContext.Sent, _ code: ResponseCode = .noError) -> Message {
        var reply = Message(
            header: Header(id: sent.message.header.id, opcode: .notify), questions: sent.message.questions)
        reply.header.flags = [.qr, .aa]
        reply.responseCode = code
        return reply
    }

    /// Changes the zone and waits until that is visible.
    private func change(_ zone: Zone, in house: TrafficHouse, host: UInt8) throws {
        let serial = zone.version?.serial
        #expect(
            house.store.submit(
                PendingChange(zone: zone) { draft, _ -> Application<Int> in
                    draft.set(
                        RRset("new.zone.example.", .a, ttl: 60, rdatas: [RData(unchecked: [10, 9, 9, host])]))
                    return .keep(0)
                } completion: { _, _ in
                }))
        try house.wait { zone.version?.serial != serial }
    }

    @Test func `who is named is told, with the new SOA record, and signed where there is a key`() throws {
        let (house, zone) = try house()
        let sent = house.context.open.sorted { $0.server.port < $1.server.port }
        #expect(sent.map(\.server) == [TrafficHouse.primary, TrafficHouse.other])
        #expect(sent.allSatisfy { $0.transport == .udp && $0.message.header.flags == .aa })
        #expect(sent.allSatisfy { $0.message.answers == [zone.version?.soaRecord] })
        #expect(sent[0].message.additionals.isEmpty && sent[1].message.additionals.last?.type == .tsig)
        #expect(house.answer(sent[0], reply(sent[0]).compose()) == .finished)
        // What should be signed and is not is anybody's.
        #expect(house.answer(sent[1], reply(sent[1]).compose()) == .keepWaiting)
        #expect(house.answer(sent[1], house.signed(reply(sent[1]), to: sent[1])) == .finished)
        #expect(house.service.traffic?.notifications.answeredCount == 2)
        house.advance(seconds: 600)
        #expect(house.context.sentCount == 2)
    }

    @Test func `many changes are few messages, and the last one is told of`() throws {
        let (house, zone) = try house()
        for host in 0..<50 { try change(zone, in: house, host: UInt8(host)) }
        #expect(house.context.sentCount == 2)
        while let sent = house.context.open.first { house.answer(sent, house.signed(reply(sent), to: sent)) }
        house.advance(seconds: 1)
        #expect(house.context.open.count == 2 && house.context.sentCount == 4)
        let last = house.context.open.allSatisfy { $0.message.answers == [zone.version?.soaRecord] }
        #expect(last)
    }

    @Test func `it is said again to who does not answer, and then not any more`() throws {
        let (house, _) = try house()
        house.advance(seconds: 1_000)
        #expect(house.context.sentCount == 12 && house.context.open.isEmpty)
        #expect(house.service.traffic?.notifications.failedCount == 2)
    }

    @Test func `who is named from now on is told now, and at a start all are`() throws {
        let (house, zone) = try house()
        while let sent = house.context.open.first { house.answer(sent, house.signed(reply(sent), to: sent)) }
        var settings = zone.settings
        let third = SocketAddress(IPAddress(192, 0, 2, 3), port: 53)
        settings.notified.append(NotifyTarget(address: third))
        try house.store.updateSettings(of: zone, settings, text: "told", origin: .command)
        house.news.settingsChanged()
        try house.wait { !house.context.open.isEmpty }
        #expect(house.context.open.map(\.server) == [third])
        house.close()
        let next = try TrafficHouse(in: house.directory)
        // The key of the other is not known there.
        #expect(next.count(.soa, .notify) == 1)
        // Nobody is behind for that.
        #expect(next.service.trafficReport?.followers.isEmpty == true)
        next.close()
    }

    @Test func `how far those are who follow is known`() throws {
        let (house, zone) = try house()
        try change(zone, in: house, host: 1)
        house.advance(seconds: 30)
        func follower() -> ZoneTrafficReport.Follower? {
            house.service.trafficReport?.followers.first { $0.address == TrafficHouse.primary.address }
        }
        #expect(follower()?.lag == 30 && follower()?.serial == nil)
        let client = TrafficHouse.client(TrafficHouse.primary.address, .tcp)
        let question = Message(header: Header(id: 1), questions: [Question(apex, .soa)])
        #expect(try house.receive(question.compose(), from: client)?.responseCode == .noError)
        house.turn()
        #expect(follower()?.lag == 30 && follower()?.heard == house.context.now.wall)
        // It has what there is, says its question for changes.
        var request = Message(header: Header(id: 2), questions: [Question(apex, .ixfr)])
        request.authorities = [try #require(zone.version?.soaRecord)]
        let datagram = TrafficHouse.client(TrafficHouse.primary.address)
        #expect(try house.receive(request.compose(), from: datagram)?.answers.count == 1)
        house.turn()
        #expect(follower()?.lag == 0 && follower()?.serial == zone.version?.serial)
        let lines = house.service.trafficReport?.figures ?? []
        #expect(
            lines.contains("homing_secondary_lag_seconds{zone=\"zone.example.\",secondary=\"192.0.2.1\"} 0"))
    }

    @Test func `so it is of those who are not told`() throws {
        let house = try TrafficHouse()
        let zone = try TrafficHouse.make(
            apex, "primary", TrafficHouse.version(apex, serial: 1).tree, in: house.store)
        house.news.transferred(apex, to: TrafficHouse.other.address, SerialNumber(1))
        try house.wait { house.service.trafficReport?.followers.count == 1 }
        #expect(house.service.trafficReport?.followers.first?.lag == 0)
        try change(zone, in: house, host: 1)
        house.advance(seconds: 20)
        #expect(house.service.trafficReport?.followers.first?.lag == 20)
        house.news.asked(apex, by: TrafficHouse.other.address, has: SerialNumber(1))
        house.news.transferred(apex, to: TrafficHouse.other.address, SerialNumber(2))
        try house.wait { house.service.trafficReport?.followers.first?.lag == 0 }
        try house.store.deleteZone(zone)
        try house.wait { house.service.trafficReport?.followers.isEmpty == true }
    }
}
