import DNSWire
import DNSZones
import HomingConfiguration
import Testing
import ZoneStore

@testable import homing

/// Who may ask what, where zones are held.
@Suite struct ZoneAccessTests {
    private static let names: [(DomainName, RecordType)] = [
        ("www.lab.example.", .a), ("none.lab.example.", .a), ("lab.example.", .any), ("far.lab.example.", .a),
        ("host.sub.lab.example.", .a), ("www.example.", .a), ("in.example.", .a),
    ]

    @Test(arguments: BehaviourRow.Transport.allCases)
    func `who may not ask gets nothing of a zone`(_ transport: BehaviourRow.Transport) throws {
        let house = try ZonesHouse("access: {allow: 10.0.0.0/8}\n")
        for (name, type) in Self.names {
            for flags: HeaderFlags in [.rd, []] {
                let answer = try house.ask(name, type, over: transport) { $0.header.flags = flags }
                #expect(answer.responseCode == .refused && !answer.header.flags.contains(.ra))
                #expect(answer.answers.isEmpty && answer.authorities.isEmpty && answer.additionals.isEmpty)
                #expect(!answer.header.flags.contains(.aa))
            }
        }
        #expect(house.upstream.questions.isEmpty)
        let malformed = try house.exchange(
            Packet.make(flags: 0x0300, Packet.question("www.lab.example.")), over: transport
        ).message
        #expect(malformed.responseCode == .formatError && !malformed.header.flags.contains(.ra))
        // A key is stronger than an address.
        #expect(
            try house.update(over: transport, [.add("new.lab.example. 60 IN A 192.0.2.7")]).responseCode
                == .noError)
    }

    @Test(arguments: BehaviourRow.Transport.allCases)
    func `who may ask for a zone and not recurse`(_ transport: BehaviourRow.Transport) throws {
        let house = try ZonesHouse("access: {allow: 10.0.0.0/8}\n")
        try house.openLabZone(to: #require(IPNetwork("127.0.0.0/8")))
        let www = try house.ask("www.lab.example.", over: transport)
        #expect(www.answers.count == 1 && www.header.flags == [.qr, .aa, .rd])
        let none = try house.ask("none.lab.example.", over: transport)
        #expect(none.responseCode == .nxDomain && none.header.flags == [.qr, .aa, .rd])
        // Whether or not recursion is wanted, nobody else is asked.
        let far = try house.ask("far.lab.example.", over: transport)
        #expect(far.answers.map(\.type) == [.cname] && !far.header.flags.contains(.ra))
        let sub = try house.ask("host.sub.lab.example.", over: transport)
        #expect(sub.authorities.map(\.type) == [.ns] && !sub.header.flags.contains(.ra))
        let any = try house.ask("mail.lab.example.", .any, over: transport)
        #expect(any.answers.count == 1 && !any.header.flags.contains(.ra))
        for name: DomainName in ["www.example.", "in.example.", "www.locked.example.", "localhost."] {
            let answer = try house.ask(name, over: transport)
            #expect(answer.responseCode == .refused && !answer.header.flags.contains(.ra))
        }
        #expect(house.upstream.questions.isEmpty)
    }

    // --- Row 40: cookies ---

    @Test func `who may have forged his address is asked for a cookie`() throws {
        let house = try ZonesHouse("answers: {cookies: required}\n")
        let update = try UpdateMessage(
            zone: LabZone.apex, operations: [.add("open.lab.example. 60 IN A 192.0.2.7")])
        var ixfr = Message(header: Header(id: Packet.id), questions: [Question("large.example.", .ixfr)])
        let soa = StartOfAuthority(
            primary: .root, mailbox: .root, serial: 7, refresh: 0, retry: 0, expire: 0, minimum: 0)
        ixfr.authorities = [Record("large.example.", .soa, ttl: 0, soa.rdata)]
        var any = Message(header: Header(id: Packet.id), questions: [Question("mail.lab.example.", .any)])
        func packets(_ edns: EDNS?) throws -> [[UInt8]] {
            var update = update
            (update.edns, ixfr.edns, any.edns) = (edns, edns, edns)
            return [try #require(update.compose(id: Packet.id)), ixfr.compose(), any.compose()]
        }
        let client: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        var server: [UInt8] = []
        for packet in try packets(EDNS(options: [.cookie(client: client, server: [])])) {
            let answer = try house.exchange(packet, over: .udp).message
            #expect(answer.responseCode == .badCookie && answer.answers.isEmpty)
            server = answer.edns?.first { if case .cookie(_, let server) = $0 { server } else { nil } } ?? []
            #expect(server.count == 16)
        }
        for packet in try packets(nil) {
            let answer = try house.exchange(packet, over: .udp).message
            #expect(answer.header.flags.contains(.tc) && answer.answers.isEmpty)
        }
        #expect(try house.data("open.lab.example.", over: .tcp).isEmpty)
        for packet in try packets(EDNS(options: [.cookie(client: client, server: server)])) {
            #expect(try house.exchange(packet, over: .udp).message.responseCode == .noError)
        }
        #expect(try house.data("open.lab.example.", over: .tcp).count == 1)
        // A signature says more than a cookie.
        #expect(try house.update(over: .udp, [.deleteName("open.lab.example.")]).responseCode == .noError)
        #expect(try house.data("open.lab.example.", over: .tcp).isEmpty)
    }

    @Test func `dropped clients hear nothing of zones, and may change nothing`() throws {
        let house = try ZonesHouse("access: {allow: 10.0.0.0/8, drop: 127.0.0.1/32}\n")
        let socket = try house.doors.house.socket(isStream: false)
        let question = Packet.make(Packet.question("www.lab.example."))
        let update = try UpdateMessage(
            zone: LabZone.apex, operations: [.add("new.lab.example. 60 IN A 192.0.2.7")])
        for packet in [question, try #require(update.compose(id: 1))] {
            var client = TransactionClient(ZonesHouse.mover)
            var signed = packet
            #expect(client.sign(&signed, wall: WallClock.now()))
            try socket.send(packet)
            try socket.send(signed)
        }
        try wait { house.doors.house.figure("homing_queries_dropped_total") == 4 }
        #expect(throws: SystemFailure.self) { try socket.receive(512, until: Deadline(seconds: 0)) }
        #expect(house.doors.house.figure("homing_queries_dropped_total") == 4)
    }
}

extension ZonesHouse {
    /// Lets a network ask for the names of `lab.example.` that may not use recursion.
    func openLabZone(to network: IPNetwork) throws {
        let store = try store
        let figures = try #require(store.zoneFigures().first { $0.zone.apex == LabZone.apex })
        var configured = ConfiguredZone(name: LabZone.apex)
        configured.options.queryNetworks = [network]
        var settings = figures.zone.settings
        settings.queryNetworks = configured.settings.queryNetworks
        try store.updateSettings(of: figures.zone, settings, text: figures.settingsText, origin: .command)
    }
}
