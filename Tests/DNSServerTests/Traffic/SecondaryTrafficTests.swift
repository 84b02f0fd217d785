import DNSTransport
import DNSWire
import DNSZones
import Testing
import ZoneStore

@testable import DNSServer

private let apex: DomainName = "zone.example."

@Suite struct SecondaryTrafficTests {
    private func house(
        _ text: String = "secondary", held version: ZoneVersion? = nil,
        bounds: TrafficBounds = TrafficBounds()
    ) throws -> TrafficHouse {
        try TrafficHouse(bounds: bounds) { store in
            try TrafficHouse.make(apex, text, version?.tree, in: store)
        }
    }

    // --- Following ---

    @Test func `a zone that is not there is transferred at once`() throws {
        let house = try house()
        let request = try house.sent(.axfr)
        #expect(request.server == TrafficHouse.primary && request.transport == .tcp && request.isAlone)
        #expect(house.context.open.count == 1)
        let version = TrafficHouse.version(apex, serial: 5, hosts: 2_000)
        try house.transfer(version)
        #expect(house.serial(apex) == 5)
        #expect(try house.zone(apex).version?.tree.recordCount == version.tree.recordCount)
        // The connection is let go of.
        #expect(house.context.open.isEmpty && house.context.cancelled == [request.exchange])
        let report = try #require(house.service.trafficReport?.incoming.first)
        #expect(report.primary == TrafficHouse.primary && report.failure == nil)
        #expect(report.confirmed == house.context.now.wall)
        #expect(house.service.traffic?.counters.fullTransfers == 1)
    }

    @Test func `after the refresh interval the serial is asked for, and changes are transferred`() throws {
        let old = TrafficHouse.version(apex, serial: 5, hosts: 50)
        let house = try house(held: old)
        house.advance(untilSent: .soa)
        try house.answerSerial(5)
        // The other primary may be ahead of this one.
        try house.answerSerial(5)
        #expect(house.context.open.isEmpty)
        house.advance(seconds: 3_600, untilSent: .soa)
        let question = try house.sent(.soa)
        #expect(question.transport == .udp && !question.isAlone)
        try house.answerSerial(7)
        let request = try house.sent(.ixfr)
        #expect(request.message.authorities == [old.soaRecord])
        var draft = ZoneDraft(old)
        draft.set(RRset("new.zone.example.", .a, ttl: 60, rdatas: [RData(unchecked: [10, 0, 0, 9])]))
        draft.remove("host0.zone.example.", .a)
        let first = try #require(draft.finished(serial: .increment, wall: 0))
        draft = ZoneDraft(first.version)
        draft.remove("host1.zone.example.", .a)
        let second = try #require(draft.finished(serial: .increment, wall: 0))
        try house.transfer(second.version, [first.change, second.change], .ixfr)
        #expect(house.serial(apex) == 7)
        let tree = try #require(house.zone(apex).version?.tree)
        #expect(tree.rrset("new.zone.example.", .a) != nil && tree.rrset("host1.zone.example.", .a) == nil)
        #expect(house.service.traffic?.counters.incrementalTransfers == 1)
    }

    @Test func `the next primary is asked when one does not answer`() throws {
        let house = try house()
        house.end(try house.sent(.axfr), .failed(111))
        try house.wait { house.count(.axfr) == 1 }
        let request = try house.sent(.axfr)
        #expect(request.server == TrafficHouse.other)
        try house.transfer(TrafficHouse.version(apex, serial: 1))
        #expect(house.serial(apex) == 1)
        #expect(house.log.count(of: "not updated from 192.0.2.1:53: unreachable") == 1)
    }

    @Test func `a serial is asked for twice over UDP, then over TCP`() throws {
        let house = try house(held: TrafficHouse.version(apex, serial: 1))
        house.advance(untilSent: .soa)
        var ids: Set<UInt16> = []
        for (transport, seconds) in [(UpstreamTransport.udp, 2.0), (.udp, 4), (.tcp, 10)] {
            let sent = try house.sent(.soa)
            #expect(sent.transport == transport && sent.server == TrafficHouse.primary)
            ids.insert(sent.message.header.id)
            house.advance(seconds: seconds)
        }
        #expect(ids.count == 3)
        let sent = try house.sent(.soa)
        #expect(sent.transport == .udp && sent.server == TrafficHouse.other)
        try house.answerSerial(1)
        // It has confirmed the version: the zone is fresh.
        #expect(house.context.open.isEmpty && !house.isWorking(apex))
    }

    @Test func `a truncated answer leads to TCP`() throws {
        let house = try house(held: TrafficHouse.version(apex, serial: 1))
        house.advance(untilSent: .soa)
        let sent = try house.sent(.soa)
        var reply = Message(header: Header(id: sent.message.header.id), questions: sent.message.questions)
        reply.header.flags = [.qr, .aa, .tc]
        #expect(house.answer(sent, reply.compose()) == .finished)
        #expect(try house.sent(.soa).transport == .tcp)
    }

    @Test func `what is no answer is passed over, and what is none of the zone fails`() throws {
        let house = try house(held: TrafficHouse.version(apex, serial: 1))
        house.advance(untilSent: .soa)
        let sent = try house.sent(.soa)
        var other = try house.serialAnswer(9, to: sent)
        other.header.id &+= 1
        #expect(house.answer(sent, other.compose()) == .keepWaiting)
        #expect(house.answer(sent, [1, 2, 3]) == .keepWaiting)
        var stale = try house.serialAnswer(9, to: sent)
        stale.header.flags = .qr
        #expect(house.answer(sent, stale.compose()) == .finished)
        #expect(try house.sent(.soa).server == TrafficHouse.other)
    }

    @Test func `a transfer that breaks off leaves the zone as it was`() throws {
        let house = try house(held: TrafficHouse.version(apex, serial: 1))
        house.advance(untilSent: .soa)
        try house.answerSerial(2)
        let request = try house.sent(.ixfr)
        let messages = try house.messages(
            TrafficHouse.version(apex, serial: 2, hosts: 3_000), to: request)
        #expect(messages.count > 2)
        for message in messages.dropLast() {
            #expect(house.answer(request, message) == .more(within: 30_000_000_000))
        }
        house.end(request, .failed(104))
        // The other primary is asked.
        try house.wait { house.count(.soa) == 1 }
        #expect(house.serial(apex) == 1)
        #expect(house.service.traffic?.counters.transfersFailed == 1)
    }

    @Test func `IXFR that is not understood is followed by AXFR`() throws {
        let house = try house(held: TrafficHouse.version(apex, serial: 1))
        house.advance(untilSent: .soa)
        try house.answerSerial(2)
        let request = try house.sent(.ixfr)
        var refusal = Message(
            header: Header(id: request.message.header.id), questions: request.message.questions)
        refusal.header.flags = .qr
        refusal.responseCode = .notImplemented
        house.answer(request, refusal.compose())
        try house.wait { house.count(.axfr) == 1 }
        #expect(try house.sent(.axfr).server == TrafficHouse.primary)
        try house.transfer(TrafficHouse.version(apex, serial: 2))
        #expect(house.serial(apex) == 2)
    }

    // --- Bounds ---

    @Test func `only so many zones come in at once, and each in its turn`() throws {
        var bounds = TrafficBounds()
        bounds.transfers = 3
        let house = try TrafficHouse(bounds: bounds) { store in
            for number in 0..<10 {
                try TrafficHouse.make(
                    DomainName(stringLiteral: "z\(number).example."), "secondary", in: store)
            }
        }
        for done in 0..<10 {
            #expect(house.count(.axfr) == min(3, 10 - done))
            let name = try #require(house.sent(.axfr).question?.qname)
            try house.transfer(TrafficHouse.version(name, serial: 1))
        }
        #expect(house.store.directory.table.zones.allSatisfy { $0.version != nil })
    }

    @Test func `only so many primaries are asked at once`() throws {
        var bounds = TrafficBounds()
        bounds.serialChecks = 5
        let house = try TrafficHouse(bounds: bounds) { store in
            for number in 0..<20 {
                let name = DomainName(stringLiteral: "z\(number).example.")
                try TrafficHouse.make(
                    name, "secondary", TrafficHouse.version(name, serial: 1).tree, in: store)
            }
        }
        house.advance(seconds: 5)
        #expect(house.count(.soa) == 5)
        for _ in 0..<40 { try house.answerSerial(1) }
        #expect(house.context.open.isEmpty)
    }

    @Test func `a primary that sends faster than can be read has to wait`() throws {
        var bounds = TrafficBounds()
        bounds.unreadOctets = 20_000
        let house = try house(bounds: bounds)
        let request = try house.sent(.axfr)
        let version = TrafficHouse.version(apex, serial: 1, hosts: 20_000)
        var isPaused = false
        for message in try house.messages(version, to: request, messageSize: 15_000) {
            if house.answer(request, message) == .pause {
                isPaused = true
                // Nothing more comes then.
                let count = house.context.resumed.count
                try house.wait { house.context.resumed.count > count || !house.isWorking(apex) }
            }
        }
        #expect(isPaused)
        try house.wait { !house.isWorking(apex) }
        #expect(try house.zone(apex).version?.tree.recordCount == version.tree.recordCount)
    }

    @Test func `a zone that is larger than may be is not taken`() throws {
        var bounds = TrafficBounds()
        bounds.transfer.records = 1_000
        let house = try house(bounds: bounds)
        let request = try house.sent(.axfr)
        for message in try house.messages(TrafficHouse.version(apex, serial: 1, hosts: 1_000), to: request) {
            house.answer(request, message)
        }
        try house.wait { house.log.count(of: "too many records") == 1 }
        #expect(house.serial(apex) == nil)
    }

    // --- Time ---

    @Test func `a zone expires, is not answered from, and comes back`() throws {
        let old = TrafficHouse.version(apex, serial: 1, refresh: 300, expire: 7_200)
        let house = try house(held: old)
        house.advance(seconds: 7_300)
        try house.wait { house.serial(apex) == nil }
        var query = Message(header: Header(id: 1), questions: [Question("host0.zone.example.", .a)])
        query.header.flags = .rd
        let client = TrafficHouse.client(IPAddress(127, 0, 0, 1))
        #expect(try house.receive(query.compose(), from: client)?.responseCode == .serverFailure)
        #expect(house.log.count(of: "has expired") == 1)
        // It is tried all the time.
        house.advance(seconds: 1_800, untilSent: .axfr)
        try house.transfer(TrafficHouse.version(apex, serial: 1))
        #expect(house.serial(apex) == 1)
        #expect(try house.receive(query.compose(), from: client)?.responseCode == .noError)
    }

    @Test func `how old a zone is outlasts a restart`() throws {
        var house: TrafficHouse? = try house()
        let directory = try #require(house?.directory)
        try house?.transfer(TrafficHouse.version(apex, serial: 1, refresh: 300, expire: 7_200))
        house?.close()
        // Not yet expired.
        let young = try TrafficHouse(in: directory, after: 7_000)
        #expect(young.serial(apex) == 1)
        young.advance(seconds: 190)
        #expect(young.serial(apex) == 1)
        young.advance(seconds: 20)
        try young.wait { young.serial(apex) == nil }
        young.close()
        let old = try TrafficHouse(in: directory, after: 7_300)
        #expect(old.serial(apex) == nil)
        try old.transfer(TrafficHouse.version(apex, serial: 1))
        #expect(old.serial(apex) == 1)
        old.close()
        house = nil
    }

    // --- Zones that come and go ---

    @Test func `a zone that is deleted is not asked for any more`() throws {
        let house = try house()
        let request = try house.sent(.axfr)
        try house.store.deleteZone(house.zone(apex))
        try house.wait { house.context.open.isEmpty }
        #expect(house.context.cancelled == [request.exchange])
        house.advance(seconds: 100_000)
        #expect(house.context.sentCount == 1)
        #expect(house.service.trafficReport?.incoming.isEmpty == true)
    }

    @Test func `a zone made meanwhile is transferred, and other primaries count at once`() throws {
        let house = try TrafficHouse()
        #expect(house.context.open.isEmpty)
        let zone = try TrafficHouse.make(apex, "secondary", in: house.store)
        try house.wait { house.count(.axfr) == 1 }
        let first = try house.sent(.axfr)
        var settings = zone.settings
        settings.role = .secondary([PrimaryServer(address: TrafficHouse.other)])
        try house.store.updateSettings(of: zone, settings, text: "other", origin: .command)
        house.news.settingsChanged()
        try house.wait { (try? house.sent(.axfr).server) == TrafficHouse.other }
        #expect(house.context.cancelled == [first.exchange] && house.context.open.count == 1)
        // What the first primary sends now is nobody's.
        for message in try house.messages(TrafficHouse.version(apex, serial: 1), to: first) {
            #expect(house.answer(first, message) == .finished)
        }
        try house.transfer(TrafficHouse.version(apex, serial: 2))
        #expect(house.serial(apex) == 2)
    }
}

// --- Signatures ---

@Suite struct SignedTrafficTests {
    private func house(held version: ZoneVersion? = nil, knowsKey: Bool = true) throws -> TrafficHouse {
        let house = try TrafficHouse()
        if knowsKey { house.keys.ring = KeyRing([TrafficHouse.key]) }
        try TrafficHouse.make(apex, "signed", version?.tree, in: house.store)
        try house.wait { house.isWorking(apex) || version != nil || !knowsKey }
        return house
    }

    @Test func `a transfer is signed, and its messages are verified`() throws {
        let house = try house()
        let request = try house.sent(.axfr)
        #expect(request.message.additionals.last?.type == .tsig)
        let version = TrafficHouse.version(apex, serial: 1, hosts: 4_000)
        let messages = try house.messages(version, to: request)
        #expect(messages.count > 4)
        for message in messages { house.answer(request, message) }
        try house.wait { !house.isWorking(apex) }
        #expect(house.serial(apex) == 1)
    }

    @Test func `its last message has to be signed`() throws {
        let house = try house()
        let request = try house.sent(.axfr)
        let version = TrafficHouse.version(apex, serial: 1, hosts: 4_000)
        let count = try house.messages(version, to: request).count
        for message in try house.messages(version, to: request, signing: { $0 != count - 1 }) {
            house.answer(request, message)
        }
        try house.wait { house.log.count(of: "the last message is not signed") == 1 }
        #expect(house.serial(apex) == nil)
    }

    @Test(arguments: [0, 1, 2]) func `a message that was changed ends it`(number: Int) throws {
        let house = try house()
        let request = try house.sent(.axfr)
        var messages = try house.messages(TrafficHouse.version(apex, serial: 1, hosts: 2_500), to: request)
        try #require(messages.count > 2)
        messages[number][200] ^= 1
        for message in messages { house.answer(request, message) }
        try house.wait { house.log.count(of: "not proved to be from the primary") == 1 }
        #expect(house.serial(apex) == nil && house.log.count(of: "the signature is wrong") == 1)
    }

    @Test func `an answer over UDP that is not signed is anybody's`() throws {
        let house = try house(held: TrafficHouse.version(apex, serial: 1))
        house.advance(untilSent: .soa)
        let sent = try house.sent(.soa)
        let forged = try house.serialAnswer(9, to: sent)
        #expect(house.answer(sent, forged.compose()) == .keepWaiting)
        #expect(house.answer(sent, house.signed(try house.serialAnswer(2, to: sent), to: sent)) == .finished)
        #expect(try house.sent(.ixfr).message.additionals.last?.type == .tsig)
    }

    @Test func `over TCP it is the primary's fault`() throws {
        let house = try house(held: TrafficHouse.version(apex, serial: 1))
        house.advance(untilSent: .soa)
        house.advance(seconds: 6)
        let sent = try house.sent(.soa)
        #expect(sent.transport == .tcp)
        #expect(house.answer(sent, try house.serialAnswer(9, to: sent).compose()) == .finished)
        #expect(!house.isWorking(apex))
        let failure = house.service.trafficReport?.incoming.first?.failure
        #expect(failure == "not proved to be from the primary")
    }

    @Test func `without the key nothing is sent, and with it at the next attempt`() throws {
        let house = try house(knowsKey: false)
        #expect(house.context.sentCount == 0)
        #expect(house.log.count(of: "its key is not known here") == 1)
        house.advance(seconds: 60)
        #expect(house.context.sentCount == 0)
        #expect(house.log.count(of: "its key is not known here") == 1)
        house.keys.ring = KeyRing([TrafficHouse.key])
        house.advance(seconds: 1_800, untilSent: .axfr)
        try house.transfer(TrafficHouse.version(apex, serial: 1))
        #expect(house.serial(apex) == 1)
    }
}
