import DNSTransport
import DNSWire
import DNSZones
import Testing
import ZoneStore

@testable import DNSServer

private let apex: DomainName = "zone.example."

@Suite struct ForwardingTests {
    private let house: TrafficHouse
    private let client = TrafficHouse.client(IPAddress(127, 0, 0, 1))

    init() throws {
        house = try TrafficHouse { store in
            try TrafficHouse.make(apex, "forwarding", TrafficHouse.version(apex, serial: 1).tree, in: store)
            try TrafficHouse.make(
                "still.example.", "secondary", TrafficHouse.version("still.example.", serial: 1).tree,
                in: store)
        }
    }

    private func update(_ zone: DomainName = apex, id: UInt16 = 4711, key: TransactionKey? = TrafficHouse.key)
        throws -> (octets: [UInt8], client: TransactionClient?)
    {
        let name = try #require(zone.prepending(label: Array("new".utf8)))
        let record = Record(name, .a, ttl: 60, RData(unchecked: [10, 0, 0, 1]))
        var octets = try #require(UpdateMessage(zone: zone, operations: [.add(record)]).compose(id: id))
        guard let key else { return (octets, nil) }
        var client = TransactionClient(key)
        #expect(client.sign(&octets, wall: house.context.now.wall))
        return (octets, client)
    }

    private func policy(_ rules: String...) throws {
        let zone = try house.zone(apex)
        var settings = zone.settings
        settings.updatePolicy = UpdatePolicy(try rules.map { try UpdateRule($0) })
        zone.settings = settings
    }

    @Test(arguments: [false, true])
    func `a signed update goes to the primary and its answer comes back`(isKeyKnown: Bool) throws {
        if isKeyKnown { house.keys.ring = KeyRing([TrafficHouse.key]) }
        let (octets, signer) = try update()
        #expect(try house.receive(octets, from: client) == nil)
        let sent = try house.sent(.soa, .update)
        #expect(sent.server == TrafficHouse.primary && sent.transport == .tcp && sent.isAlone)
        #expect(sent.octets.dropFirst(2) == octets.dropFirst(2))
        // The primary finds the signature good, and signs its answer.
        var reply = Message(
            header: Header(id: sent.message.header.id, opcode: .update), questions: sent.message.questions)
        reply.header.flags = .qr
        reply.responseCode = .yxDomain
        let answer = house.signed(reply, to: sent)
        #expect(answer.count > reply.compose().count)
        #expect(house.answer(sent, answer) == .finished)
        let (response, receiver) = try #require(house.context.replies.first)
        #expect(receiver == client && Array(response[..<2]) == Array(octets[..<2]))
        #expect(response.dropFirst(2) == answer.dropFirst(2))
        // And so does the client.
        var verifier = signer
        guard case .signed = verifier?.verify(response.span, wall: house.context.now.wall) else {
            Issue.record("not signed as the client wants it")
            return
        }
        #expect(house.service.pendingCount == 0 && house.service.counters[.updatesForwarded] == 1)
    }

    @Test func `an unsigned one goes only where a policy here says so`() throws {
        let (octets, _) = try update(key: nil)
        #expect(try house.receive(octets, from: client)?.responseCode == .refused)
        try policy("grant @192.0.2.0/24 zonesub ANY")
        #expect(try house.receive(octets, from: client)?.responseCode == .refused)
        try policy("grant @127.0.0.0/8 zonesub ANY")
        #expect(try house.receive(octets, from: client) == nil)
        #expect(house.count(.soa, .update) == 1)
        // Nor does a signature help whom the policy leaves out.
        #expect(
            try house.receive(update().octets, from: TrafficHouse.client(IPAddress(127, 9, 9, 9)))
                == nil)
        try policy("grant other. zonesub ANY")
        #expect(try house.receive(update().octets, from: client)?.responseCode == .refused)
        try policy("grant transfer. zonesub ANY")
        #expect(try house.receive(update().octets, from: client) == nil)
    }

    @Test func `a signature that is wrong is not passed on`() throws {
        house.keys.ring = KeyRing([TrafficHouse.key])
        var (octets, _) = try update()
        octets[octets.count - 20] ^= 1
        #expect(try house.receive(octets, from: client)?.responseCode == .notAuth)
        #expect(house.count(.soa, .update) == 0)
    }

    @Test func `nor is anything of a zone that does not forward`() throws {
        #expect(try house.receive(update("still.example.").octets, from: client)?.responseCode == .notAuth)
        #expect(try house.receive(update("gone.example.").octets, from: client)?.responseCode == .notAuth)
        #expect(house.count(.soa, .update) == 0)
    }

    @Test func `the next primary has it where the first was not reached`() throws {
        _ = try house.receive(update().octets, from: client)
        house.end(try house.sent(.soa, .update), .failed(111))
        let sent = try house.sent(.soa, .update)
        #expect(sent.server == TrafficHouse.other)
        house.end(sent, .failed(111))
        let reply = try #require(house.context.takeReply())
        #expect(reply.responseCode == .serverFailure && reply.header.id == 4711)
        #expect(house.service.pendingCount == 0 && house.service.counters[.updatesFailed] == 1)
    }

    @Test(arguments: [ExchangeEnd.timedOut, .failed(104)])
    func `no other has it where the first may have done it`(end: ExchangeEnd) throws {
        _ = try house.receive(update().octets, from: client)
        house.end(try house.sent(.soa, .update), end)
        #expect(house.context.takeReply()?.responseCode == .serverFailure)
        #expect(house.count(.soa, .update) == 0)
    }

    @Test func `only so many wait for a primary`() throws {
        for id in 0..<200 {
            #expect(try house.receive(update(id: UInt16(id)).octets, from: client) == nil)
        }
        #expect(try house.receive(update().octets, from: client)?.responseCode == .serverFailure)
        #expect(house.count(.soa, .update) == 200)
        house.advance(seconds: 9)
        #expect(house.service.pendingCount == 0 && house.context.replies.count == 200)
        #expect(try house.receive(update().octets, from: client) == nil)
    }
}
