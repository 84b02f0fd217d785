import DNSWire
import DNSZones
import Dispatch
import Foundation
import SeededRandom
import TestPeers
import Testing
import ZoneStore

@testable import homing

/// Changes of zones that are held here, as clients make them and see them.
@Suite struct ZoneUpdateTests {
    typealias Transport = BehaviourRow.Transport

    /// Every transport by its turn.
    private func transport(_ index: Int, of all: [Transport] = Transport.allCases) -> Transport {
        all[index % all.count]
    }

    // --- Seen at once ---

    @Test func `the next question sees the change, whoever takes it`() throws {
        let house = try ZonesHouse()
        // A connection or socket for each transport, and sockets of many ports, so that both workers are asked.
        let clients = try ManyClients(house, datagramSockets: 8)
        for number in 0..<300 {
            let name = try DomainName("n\(number % 5).lab.example.")
            let response = try house.update(
                over: transport(number),
                [
                    .deleteName(name),
                    .add(
                        Record(
                            name, .a, ttl: 60,
                            .address(IPAddress(10, 0, UInt8(number / 256), UInt8(number % 256))))),
                ])
            #expect(response.responseCode == .noError)
            let expected = [RData.address(IPAddress(10, 0, UInt8(number / 256), UInt8(number % 256)))]
            for answer in try clients.askAll(name) {
                #expect(answer.answers.map(\.rdata) == expected, "update \(number)")
            }
        }
        for number in 0..<50 {
            let name = try DomainName("n\(number % 5).lab.example.")
            let isThere = number % 2 == 0
            let record = Record(name, .a, ttl: 60, .address(IPAddress(10, 1, 1, 1)))
            try house.update(over: transport(number), [.deleteName(name)] + (isThere ? [.add(record)] : []))
            for answer in try clients.askAll(name) {
                #expect(answer.responseCode == (isThere ? .noError : .nxDomain))
            }
        }
        #expect(try house.serial() == 100 + 350)
    }

    @Test func `what public names lead to changes at once, too`() throws {
        let house = try ZonesHouse()
        let clients = try ManyClients(house, datagramSockets: 4)
        for number in 0..<60 {
            let data = RData.address(IPAddress(198, 51, 100, UInt8(number)))
            try house.update(
                over: transport(number),
                [.deleteName("ghost.lab.example.")]
                    + (number % 3 == 0 ? [] : [.add(Record("ghost.lab.example.", .a, ttl: 60, data))]))
            for answer in try clients.askAll("ghost.example.") {
                #expect(answer.answers.first?.type == .cname)
                #expect(answer.answers.dropFirst().map(\.rdata) == (number % 3 == 0 ? [] : [data]))
                #expect(answer.responseCode == (number % 3 == 0 ? .nxDomain : .noError))
            }
        }
    }

    @Test func `where an alias leads changes at once`() throws {
        let house = try ZonesHouse()
        let clients = try ManyClients(house, datagramSockets: 4)
        let ends: [(DomainName, String)] = [
            ("www.example.", "192.0.2.1"), ("www.lab.example.", "192.0.2.80"),
            ("other.example.", "192.0.2.3"),
            ("host.sub.lab.example.", "192.0.2.99"),
        ]
        for round in 0..<20 {
            let (target, address) = ends[round % ends.count]
            try house.update(
                over: transport(round),
                [
                    .deleteName("via.lab.example."),
                    .add(Record("via.lab.example.", .cname, ttl: 60, .name(target))),
                ])
            for answer in try clients.askAll("via.lab.example.") {
                #expect(answer.answers.last?.rdata.text(for: .a) == address)
            }
        }
    }

    @Test func `a delegation that comes or goes counts at once`() throws {
        let house = try ZonesHouse()
        let clients = try ManyClients(house, datagramSockets: 4)
        for _ in 0..<5 {
            #expect(try house.data("host.sub.lab.example.") == ["192.0.2.99"])
            try house.update([.deleteRRset("sub.lab.example.", .ns)])
            for answer in try clients.askAll("host.sub.lab.example.") {
                #expect(answer.responseCode == .nxDomain && answer.header.flags.contains(.aa))
            }
            try house.update([.add("host.sub.lab.example. 60 IN A 192.0.2.98")])
            for answer in try clients.askAll("host.sub.lab.example.") {
                #expect(answer.answers.map { $0.rdata.text(for: .a) } == ["192.0.2.98"])
            }
            try house.update([
                .deleteName("host.sub.lab.example."), .add("sub.lab.example. 300 IN NS ns.sub.lab.example."),
            ])
            for answer in try clients.askAll("host.sub.lab.example.") {
                #expect(answer.answers.map { $0.rdata.text(for: .a) } == ["192.0.2.99"])
            }
        }
    }

    // --- Many at once ---

    @Test(arguments: [Transport.tcp, .tls])
    func `many updates in flight on one connection are all answered`(_ transport: Transport) throws {
        let house = try ZonesHouse()
        let stream = try house.doors.open(transport)
        let count = 500
        var clients: [UInt16: TransactionClient] = [:]
        var octets: [UInt8] = []
        for id in 1...UInt16(count) {
            let update = UpdateMessage(
                zone: LabZone.apex,
                operations: [try .add("m\(id % 50).lab.example. 60 IN A 10.9.\(id / 256).\(id % 256)")])
            var packet = try #require(update.compose(id: id))
            var client = TransactionClient(ZonesHouse.mover)
            #expect(client.sign(&packet, wall: WallClock.now()))
            clients[id] = client
            octets += framed(packet)
        }
        stream.send(octets)
        var incoming = IncomingOctets(stream)
        for _ in 0..<count {
            let next = incoming.takeMessage()
            let message = try #require(next)
            let response = try Message(parsing: message.span)
            let signer = clients.removeValue(forKey: response.header.id)
            var client = try #require(signer)
            #expect(response.responseCode == .noError)
            #expect(client.verify(message.span, wall: WallClock.now()).isSigned)
        }
        var total = 0
        for number in 0..<50 {
            total += try house.data(DomainName("m\(number).lab.example."), over: .tcp).count
        }
        #expect(total == count)
        // Updates that were committed together have one serial together.
        #expect(try (101...600).contains(house.serial()))
    }

    @Test func `an update whose client has gone is done all the same`() throws {
        let house = try ZonesHouse()
        for number in 0..<20 {
            let update = UpdateMessage(
                zone: LabZone.apex, operations: [try .add("gone\(number).lab.example. 60 IN A 192.0.2.7")])
            var packet = try #require(update.compose(id: 1))
            var client = TransactionClient(ZonesHouse.mover)
            #expect(client.sign(&packet, wall: WallClock.now()))
            let stream = try house.doors.open(number % 2 == 0 ? .tcp : .tls)
            stream.send(framed(packet))
        }
        for number in 0..<20 {
            let name = try DomainName("gone\(number).lab.example.")
            try wait { try house.data(name).count == 1 }
        }
        #expect(try house.update([.add("after.lab.example. 60 IN A 192.0.2.8")]).responseCode == .noError)
    }

    // --- Refusals ---

    @Test(arguments: Transport.allCases)
    func `a failed prerequisite says which, and nothing is changed`(_ transport: Transport) throws {
        let house = try ZonesHouse()
        let cases: [(Prerequisite, ResponseCode)] = [
            (.nameInUse("none.lab.example."), .nxDomain), (.nameNotInUse("www.lab.example."), .yxDomain),
            (.rrsetExists("www.lab.example.", .mx), .nxRRset),
            (.rrsetDoesNotExist("www.lab.example.", .a), .yxRRset),
            (.rrsetEquals("www.lab.example.", .a, [.address(IPAddress(192, 0, 2, 1))]), .nxRRset),
        ]
        for (prerequisite, code) in cases {
            let response = try house.update(
                over: transport, [.add("new.lab.example. 60 IN A 192.0.2.7")], requiring: [prerequisite],
                edns: EDNS())
            #expect(response.responseCode == code)
            #expect(response.extendedTexts.first?.contains("\(prerequisite)") == true)
        }
        #expect(try house.data("new.lab.example.").isEmpty)
        #expect(try house.serial() == 100)
    }

    @Test(arguments: Transport.allCases)
    func `who is not granted is told why`(_ transport: Transport) throws {
        let house = try ZonesHouse(
            zones: {
                LabZone.configuration(
                    $0,
                    policy: [
                        "deny mover. name www.lab.example.", "grant mover. subdomain lab.example. A",
                        "grant @10.0.0.0/8 zonesub ANY",
                    ])
            })
        func refuse(_ operation: UpdateOperation, by key: TransactionKey?, _ words: String) throws {
            let response = try house.update(over: transport, by: key, [operation], edns: EDNS())
            #expect(response.responseCode == .refused && response.extendedErrors == [.prohibited])
            let text = response.extendedTexts.first ?? ""
            #expect(text.contains(words), "\(text)")
        }
        let address = try UpdateOperation.add("new.lab.example. 60 IN A 192.0.2.7")
        try refuse(.deleteRRset("www.lab.example.", .a), by: ZonesHouse.mover, "denied by rule 1")
        try refuse(.add("new.lab.example. 60 IN TXT x"), by: ZonesHouse.mover, "no rule grants it")
        try refuse(address, by: ZonesHouse.reader, "to reader. at 127.0.0.1")
        try refuse(address, by: nil, "to 127.0.0.1, without a key")
        #expect(try house.data("new.lab.example.").isEmpty && house.serial() == 100)
        #expect(house.log.contains("deny mover. name www.lab.example."))
        #expect(house.log.contains("refused"))
    }

    @Test(arguments: Transport.allCases)
    func `an address alone is no proof over HTTP`(_ transport: Transport) throws {
        let house = try ZonesHouse()
        let response = try house.update(
            over: transport, by: nil, [.add("open.lab.example. 60 IN A 192.0.2.7")], edns: EDNS())
        #expect(response.responseCode == (transport.isHTTP ? .refused : .noError))
        #expect(try house.data("open.lab.example.").count == (transport.isHTTP ? 0 : 1))
    }

    // --- Row 60: the disk ---

    @Test(arguments: Transport.allCases)
    func `row 60: what cannot be written fails, and is as it was`(_ transport: Transport) throws {
        let house = try ZonesHouse()
        let operations = [try UpdateOperation.add("new.lab.example. 60 IN A 192.0.2.7")]
        try house.failCommits(true)
        let response = try house.update(over: transport, operations, edns: EDNS())
        #expect(response.responseCode == .serverFailure)
        #expect(response.extendedTexts == ["the change could not be written to the disk"])
        #expect(try house.data("new.lab.example.").isEmpty && house.serial() == 100)
        #expect(try house.data("www.lab.example.", over: transport) == ["192.0.2.80"])
        #expect(house.log.contains("no room"))
        try house.failCommits(false)
        try wait { try house.update(over: transport, operations).responseCode == .noError }
        #expect(try house.data("new.lab.example.") == ["192.0.2.7"])
        #expect(try house.serial() == 101)
    }

    // --- Leases ---

    @Test func `what is leased goes when the lease ends`() throws {
        let clock = JumpingClock()
        let house = try ZonesHouse(storeClock: clock.clock)
        func lease(_ name: String, _ seconds: UInt32, over transport: Transport) throws -> UpdateLease? {
            let response = try house.update(
                over: transport, [.add("\(name).lab.example. 60 IN A 192.0.2.7")],
                edns: EDNS(options: [.updateLease(UpdateLease(lease: seconds))]))
            return response.edns?.first { if case .updateLease(let lease) = $0 { lease } else { nil } }
        }
        for (index, transport) in Transport.allCases.enumerated() {
            #expect(try lease("short\(index)", 60, over: transport) == UpdateLease(lease: 60))
        }
        // Shorter than what may be.
        #expect(try lease("least", 1, over: .udp) == UpdateLease(lease: 30))
        #expect(try lease("long", 600, over: .udp) == UpdateLease(lease: 600))
        try house.update([.add("lasting.lab.example. 60 IN A 192.0.2.7")])
        clock.advance(30)
        try wait { try house.data("least.lab.example.").isEmpty }
        #expect(try house.data("short0.lab.example.").count == 1)
        // Renewed.
        #expect(try lease("short0", 60, over: .tcp) == UpdateLease(lease: 60))
        clock.advance(30)
        for index in 1..<Transport.allCases.count {
            try wait { try house.data(DomainName("short\(index).lab.example.")).isEmpty }
        }
        #expect(try house.data("short0.lab.example.").count == 1)
        clock.advance(30)
        try wait { try house.data("short0.lab.example.").isEmpty }
        for name: DomainName in ["long.lab.example.", "lasting.lab.example."] {
            #expect(try house.data(name).count == 1)
        }
        for _ in 0..<10 { clock.advance(60) }
        try wait { try house.data("long.lab.example.").isEmpty }
        #expect(try house.data("lasting.lab.example.").count == 1)
    }
}

extension Message {
    /// The words of its extended errors.
    var extendedTexts: [String] {
        edns?.options.compactMap { if case .extendedError(let error) = $0 { error.text } else { nil } } ?? []
    }
}
