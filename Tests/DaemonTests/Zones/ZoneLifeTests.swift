import DNSCrypto
import DNSWire
import DNSZones
import Foundation
import TestPeers
import Testing
import ZoneStore

@testable import homing

/// Zones over the life of daemons: reloads, and starts in a directory where others have been.
@Suite struct ZoneLifeTests {
    typealias Transport = BehaviourRow.Transport

    // --- Reload ---

    @Test func `a changed policy counts for the next update`() throws {
        let house = try ZonesHouse()
        let operations = [try UpdateOperation.add("new.lab.example. 60 IN A 192.0.2.7")]
        #expect(try house.update(operations).responseCode == .noError)
        let directory = house.doors.house.directory
        #expect(try house.reload(LabZone.configuration(directory, policy: ["grant reader. zonesub A"])))
        for transport in Transport.allCases {
            #expect(try house.update(over: transport, operations).responseCode == .refused)
            #expect(
                try house.update(over: transport, by: ZonesHouse.reader, operations).responseCode == .noError)
        }
        #expect(try house.serial() == 101)
    }

    @Test func `keys come and go`() throws {
        let house = try ZonesHouse()
        let directory = house.doors.house.directory
        let zones = LabZone.configuration(directory, policy: ["grant * zonesub ANY"])
        let fresh = TransactionKey("fresh.", .hmacSHA384, secret: [UInt8](repeating: 9, count: 48))
        let operations = [try UpdateOperation.add("new.lab.example. 60 IN A 192.0.2.7")]
        let line = "  - {name: fresh, algorithm: hmac-sha384, secret: \(fresh.secretText)}\n"
        #expect(try house.reload(zones, keys: ZonesHouse.keys + line))
        #expect(try house.update(by: fresh, operations).responseCode == .noError)
        #expect(try house.update(operations).responseCode == .noError)
        #expect(try house.reload(zones))
        for transport in Transport.allCases {
            var client = TransactionClient(fresh)
            var packet = try #require(
                UpdateMessage(zone: LabZone.apex, operations: operations).compose(id: Packet.id))
            #expect(client.sign(&packet, wall: WallClock.now()))
            let (answer, octets) = try house.exchange(packet, over: transport)
            #expect(answer.responseCode == .notAuth)
            #expect(
                client.verify(octets.span, wall: WallClock.now())
                    == .failed(.refused(.badKey, isProved: false, serverTime: nil)))
        }
    }

    @Test func `a daemon without zones gets its first`() throws {
        let house = try ZonesHouse(zones: { _ in "zones: []\n" })
        // Before it is held others are asked, and what they say is cached.
        #expect(try house.data("www.lab.example.") == ["203.0.113.66"])
        #expect(try house.update([.deleteName("www.lab.example.")]).responseCode == .notAuth)
        // A daemon that was started without zones can have them all the same.
        #expect(try house.reload(LabZone.configuration(house.doors.house.directory)))
        #expect(try house.data("www.lab.example.") == ["192.0.2.80"])
        #expect(try house.reload("zones: []\n"))
        #expect(try house.data("www.lab.example.") == ["203.0.113.66"])
    }

    @Test func `a zone that comes is answered from, and one that goes is not`() throws {
        let first = "zones:\n  - name: first.example\n"
        let house = try ZonesHouse(zones: { _ in first })
        #expect(try house.data("www.lab.example.") == ["203.0.113.66"])
        #expect(try house.data("in.example.") == ["203.0.113.66", "www.lab.example."])
        let both = LabZone.configuration(house.doors.house.directory)
        #expect(try house.reload(both))
        for transport in Transport.allCases {
            #expect(try house.data("www.lab.example.", over: transport) == ["192.0.2.80"])
            #expect(try house.data("in.example.", over: transport) == ["192.0.2.80", "www.lab.example."])
        }
        // It was empty, so it went.
        #expect(try house.ask("first.example.", .soa).responseCode == .nxDomain)
        try house.update([.add("new.lab.example. 60 IN A 192.0.2.7")])
        #expect(try house.reload(first))
        #expect(house.log.contains("a zone that the configuration no longer has is kept"))
        for transport in Transport.allCases {
            #expect(try house.data("www.lab.example.", over: transport) == ["203.0.113.66"])
            #expect(try house.data("in.example.", over: transport) == ["203.0.113.66", "www.lab.example."])
            #expect(
                try house.update(over: transport, [.deleteName("new.lab.example.")]).responseCode == .notAuth)
        }
        // It has not forgotten.
        #expect(try house.reload(both))
        #expect(try house.data("new.lab.example.") == ["192.0.2.7"])
        #expect(try house.serial() == 101)
    }

    @Test func `a reload that fails leaves zones as they are`() throws {
        let house = try ZonesHouse()
        #expect(try !house.reload("zones: [{name: lab.example, update-policy: nonsense}]\n"))
        #expect(try house.data("www.lab.example.") == ["192.0.2.80"])
        #expect(
            try house.update([.add("new.lab.example. 60 IN A 192.0.2.7")]).responseCode == .noError)
    }

    // --- Stop and start ---

    @Test func `what was acknowledged is there after a start`() throws {
        let directory = try TestDirectory()
        var serial: UInt32 = 100
        for round in 0..<3 {
            let house = try ZonesHouse(directory: directory)
            #expect(try house.serial() == serial)
            for earlier in 0..<round {
                #expect(try house.data(DomainName("r\(earlier).lab.example.")) == ["192.0.2.\(earlier)"])
            }
            try house.update([.add("r\(round).lab.example. 60 IN A 192.0.2.\(round)")])
            serial += 1
            #expect(try house.serial() == serial)
            #expect(house.daemon.stop())
        }
        let house = try ZonesHouse(directory: directory)
        // The journal is there as well.
        var client = TransactionClient(ZonesHouse.mover)
        var query = Message(header: Header(id: Packet.id), questions: [Question(LabZone.apex, .ixfr)])
        let soa = StartOfAuthority(
            primary: .root, mailbox: .root, serial: 100, refresh: 0, retry: 0, expire: 0, minimum: 0)
        query.authorities = [Record(LabZone.apex, .soa, ttl: 0, soa.rdata)]
        query.edns = EDNS()
        var packet = query.compose()
        #expect(client.sign(&packet, wall: WallClock.now()))
        let answer = try house.exchange(packet, over: .udp).message
        #expect(answer.answers.count { $0.type == .soa } == 8 && answer.answers.count { $0.type == .a } == 3)
    }

    @Test func `updates that are under way when it stops are answered or not done`() throws {
        let directory = try TestDirectory()
        var acknowledged: Set<UInt16> = []
        do {
            let house = try ZonesHouse(directory: directory)
            let stream = try house.doors.open(.tcp)
            for id in 1...UInt16(200) {
                let update = UpdateMessage(
                    zone: LabZone.apex, operations: [try .add("s\(id).lab.example. 60 IN A 192.0.2.1")])
                var packet = try #require(update.compose(id: id))
                var client = TransactionClient(ZonesHouse.mover)
                #expect(client.sign(&packet, wall: WallClock.now()))
                stream.send(framed(packet))
            }
            var incoming = IncomingOctets(stream)
            // So that it is at it.
            let next = incoming.takeMessage()
            let first = try #require(next)
            acknowledged.insert(try Header(parsing: first.span).id)
            house.daemon.stop()
            while let message = incoming.takeMessage() {
                let response = try Message(parsing: message.span)
                if response.responseCode == .noError { acknowledged.insert(response.header.id) }
            }
        }
        let house = try ZonesHouse(directory: directory)
        for id in acknowledged { #expect(try house.data(DomainName("s\(id).lab.example.")).count == 1) }
    }

    // --- The first start ---

    @Test func `the first start makes a key that moves hosts at home`() throws {
        let directory = try TestDirectory()
        var secret: [UInt8] = []
        for round in 0..<2 {
            let doors = try ManyDoors(directory: directory, holdsBuiltInZones: true)
            let path = directory.path + "/update.key"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let octets = try Array(Data(contentsOf: URL(filePath: path)))
            let key = try #require(KeyFile.keys(octets, source: path).first)
            if round == 0 { secret = key.secret } else { #expect(key.secret == secret) }
            for (zone, name, type, data) in [
                ("home.arpa.", "nas\(round).home.arpa.", RecordType.a, "192.168.1.\(round + 10)"),
                (
                    "168.192.in-addr.arpa.", "\(round + 10).1.168.192.in-addr.arpa.", .ptr,
                    "nas\(round).home.arpa."
                ),
            ] {
                let update = UpdateMessage(
                    zone: try DomainName(zone), operations: [try .add("\(name) 60 IN \(type) \(data)")])
                var packet = try #require(update.compose(id: Packet.id))
                var client = TransactionClient(key)
                #expect(client.sign(&packet, wall: WallClock.now()))
                let outcome = try doors.outcome(of: packet, over: .udp)
                let response = try #require(outcome.octets)
                #expect(try Message(parsing: response.span).responseCode == .noError)
                #expect(client.verify(response.span, wall: WallClock.now()).isSigned)
                let answer = try doors.house.ask(DomainName(name), type)
                #expect(answer.answers.map { $0.rdata.text(for: type) } == [data])
                #expect(answer.header.flags.contains(.aa))
            }
            if round == 1 { #expect(try doors.house.ask("nas0.home.arpa.").answers.count == 1) }
            #expect(doors.house.daemon.stop())
        }
    }

    @Test func `two daemons do not share a directory`() throws {
        let house = try ZonesHouse()
        #expect(throws: StoreError.self) { try ZonesHouse(directory: house.doors.house.directory) }
        #expect(try house.data("www.lab.example.") == ["192.0.2.80"])
    }
}
