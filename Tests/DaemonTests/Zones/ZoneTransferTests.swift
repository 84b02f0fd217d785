import DNSWire
import DNSZones
import TestPeers
import Testing

@testable import homing

/// Zones on their way to others, from a running daemon.
@Suite struct ZoneTransferTests {
    typealias Transport = BehaviourRow.Transport

    private let house: ZonesHouse

    init() throws { house = try ZonesHouse.shared.get() }

    /// A request for a zone, with the serial that the client has; nil: for all of it.
    private func request(_ zone: DomainName, since serial: UInt32? = nil, edns: EDNS? = nil) -> [UInt8] {
        var query = Message(
            header: Header(id: Packet.id), questions: [Question(zone, serial == nil ? .axfr : .ixfr)])
        if let serial {
            let soa = StartOfAuthority(
                primary: .root, mailbox: .root, serial: serial, refresh: 0, retry: 0, expire: 0, minimum: 0)
            query.authorities = [Record(zone, .soa, ttl: 0, soa.rdata)]
        }
        query.edns = edns
        return query.compose()
    }

    /// All records of a transfer, which ends with the SOA record that it began with.
    private func transfer(
        _ packet: [UInt8], over transport: Transport, by key: TransactionKey? = nil
    ) throws -> (records: [Record], messages: [Message]) {
        var client = key.map { TransactionClient($0) }
        var packet = packet
        if client != nil { #expect(client?.sign(&packet, wall: WallClock.now()) == true) }
        var (records, parsed): ([Record], [Message]) = ([], [])
        _ = try house.messages(packet, over: transport) { octets in
            // Row 48: every message is signed.
            if client != nil {
                #expect(client?.verify(octets.span, wall: WallClock.now()).isSigned == true)
            }
            guard let message = try? Message(parsing: octets.span) else { return true }
            parsed.append(message)
            records += message.answers
            return message.answers.isEmpty || records.count > 1 && records.last == records.first
        }
        for message in parsed where message.responseCode == .noError {
            #expect(message.header.id == Packet.id && message.header.flags == [.qr, .aa])
        }
        return (records, parsed)
    }

    // --- Row 48 ---

    @Test("row 48: every message of a transfer is signed", arguments: [Transport.tcp, .tls], [true, false])
    func signedTransfer(_ transport: Transport, isSigned: Bool) throws {
        let (records, messages) = try transfer(
            request("large.example.", edns: EDNS()), over: transport, by: isSigned ? ZonesHouse.mover : nil)
        #expect(records.count == LabZone.largeCount + 3 && messages.count > 3)
        #expect(Set(records.map(\.ownerName)).count == LabZone.largeCount + 1)
        #expect(records.first?.type == .soa && records.last?.type == .soa)
        #expect(messages.first?.edns != nil && messages.dropFirst().allSatisfy { $0.edns == nil })
    }

    @Test(arguments: [Transport.tcp, .tls])
    func `who has a key may have the zone`(_ transport: Transport) throws {
        for key in [ZonesHouse.mover, ZonesHouse.reader] {
            let (records, _) = try transfer(request("lab.example."), over: transport, by: key)
            #expect(records.count > 70)
            #expect(records.contains { $0.ownerName == "ns.sub.lab.example." })
        }
        // A zone that is transferred over TLS alone.
        let (records, messages) = try transfer(request("tls.example."), over: transport, by: ZonesHouse.mover)
        #expect(records.count == (transport == .tls ? 3 : 0))
        #expect(messages.map(\.responseCode) == [transport == .tls ? .noError : .refused])
    }

    @Test(arguments: [Transport.tcp, .tls])
    func `questions are answered while a transfer runs on their connection`(_ transport: Transport) throws {
        let stream = try house.doors.open(transport)
        stream.send(
            framed(request("large.example.")) + framed(Packet.probe) + framed(request("large.example.")))
        var incoming = IncomingOctets(stream)
        var (records, probes) = (0, 0)
        while records < 2 * (LabZone.largeCount + 3) || probes < 1 {
            let next = incoming.takeMessage()
            let octets = try #require(next)
            let message = try Message(parsing: octets.span)
            if message.header.id == Packet.id { records += message.answers.count } else { probes += 1 }
        }
        #expect(records == 2 * (LabZone.largeCount + 3) && probes == 1)
    }

    // --- Rows 20 to 24, signed ---

    @Test func `requests that are signed are refused with a signature`() throws {
        let cases: [([UInt8], TransactionKey, [Transport], ResponseCode)] = [
            (request("lab.example."), ZonesHouse.mover, [.udp], .formatError),
            (
                Packet.make(Packet.question("lab.example.", .ixfr)), ZonesHouse.mover, Transport.allCases,
                .formatError
            ),
            (request("other.example."), ZonesHouse.mover, Transport.allCases.filter { $0 != .udp }, .notAuth),
            (request("other.example.", since: 1), ZonesHouse.mover, [.udp], .notAuth),
            (
                request("locked.example."), ZonesHouse.mover, Transport.allCases.filter { $0 != .udp },
                .refused
            ),
            (
                request("large.example."), ZonesHouse.mover, Transport.allCases.filter(\.isHTTP),
                .notImplemented
            ),
        ]
        for (packet, key, transports, code) in cases {
            for transport in transports {
                let answer = try house.exchangeSigned(packet, by: key, over: transport)
                #expect(answer.responseCode == code && answer.answers.isEmpty)
            }
        }
    }

    // --- What has changed ---

    @Test func `changes come one by one, and all of the zone where they are not known`() throws {
        let house = try ZonesHouse()
        for number in 0..<5 {
            try house.update([.add("c\(number).lab.example. 60 IN A 192.0.2.\(number)")])
        }
        func changes(since serial: UInt32, over transport: Transport) throws -> [Record] {
            let packet = request("lab.example.", since: serial, edns: EDNS())
            guard transport == .udp else {
                var records: [Record] = []
                var client = TransactionClient(ZonesHouse.reader)
                var signed = packet
                #expect(client.sign(&signed, wall: WallClock.now()))
                _ = try house.messages(signed, over: transport) { octets in
                    #expect(client.verify(octets.span, wall: WallClock.now()).isSigned)
                    records += (try? Message(parsing: octets.span))?.answers ?? []
                    return records.count == 1 || records.last == records.first
                }
                return records
            }
            return try house.exchangeSigned(packet, by: ZonesHouse.reader, over: .udp).answers
        }
        for transport in [Transport.udp, .tcp, .tls] {
            #expect(try changes(since: 105, over: transport).map(\.type) == [.soa])
            #expect(try changes(since: 106, over: transport).map(\.type) == [.soa])
            let one = try changes(since: 104, over: transport)
            #expect(one.map(\.type) == [.soa, .soa, .soa, .a, .soa])
            let three = try changes(since: 102, over: transport)
            #expect(three.count { $0.type == .soa } == 8 && three.count { $0.type == .a } == 3)
            let all = try changes(since: 50, over: transport)
            #expect(transport == .udp ? all.count == 1 : all.count > 70)
        }
    }

    /// A client that sends cookies and knows that the server has them believes no datagram without one (RFC 7873 §5.3).
    @Test func `a datagram has the cookie that was asked for`() throws {
        let edns = EDNS(options: [.cookie(client: [1, 2, 3, 4, 5, 6, 7, 8], server: []), .nsid([])])
        let packet = request("large.example.", since: 7, edns: edns)
        let answer = try house.exchange(packet, over: .udp).message
        let codes = try #require(answer.edns?.options.map(\.code))
        #expect(answer.answers.count == 1 && codes.contains(EDNSOption.Code.cookie))
    }
}
