import DNSCrypto
import DNSTransport
import DNSWire
import DNSZones
import Foundation
import TestPeers
import Testing
import ZoneStore

@testable import homing

/// A daemon with zones of its own and every transport, and clients that ask it, change it and transfer from it.
final class ZonesHouse: Sendable {
    typealias Transport = BehaviourRow.Transport

    let doors: ManyDoors

    /// One for all rows of the behaviour table: what a row changes has a name of its own.
    static let shared = Result { try ZonesHouse() }

    /// May change everything in `lab.example.`, and transfer it.
    static let mover = TransactionKey(
        "mover.", .hmacSHA256, secret: [UInt8]("a secret that only the tests know".utf8))
    /// May transfer and nothing else.
    static let reader = TransactionKey(
        "reader.", .hmacSHA512, secret: [UInt8]("another that is known to nobody else".utf8))

    /// - Parameters:
    ///   - yaml: what the configuration has beside doors, keys and zones.
    ///   - zones: what it says of zones, whose files are in the directory.
    init(
        _ yaml: String = "answers: {nsid: box}\n",
        zones: (TestDirectory) -> String = { LabZone.configuration($0) },
        directory: TestDirectory? = nil,
        storeClock: StoreClock = .system, script: @escaping ScriptedUpstream.Script = LabZone.script
    ) throws {
        let directory = try directory ?? TestDirectory()
        try LabZone.writeFiles(to: directory)
        doors = try ManyDoors(
            Self.keys + zones(directory) + yaml, directory: directory,
            storeClock: storeClock, script: script)
    }

    var daemon: Daemon { doors.house.daemon }
    var upstream: ScriptedUpstream { doors.house.upstream }
    var log: LogLines { doors.house.log }
    var store: ZoneStore {
        get throws { try #require(daemon.zones.store) }
    }

    static let keys =
        "keys:\n"
        + [mover, reader].map { key in
            "  - {name: \(key.name), algorithm: \(key.algorithm.rawValue), secret: \(key.secretText)}\n"
        }.joined()

    /// Reads the configuration anew with other zones.
    func reload(_ zones: String, _ yaml: String = "", keys: String = ZonesHouse.keys) throws -> Bool {
        try doors.house.reload(ManyDoors.listeners + keys + zones + yaml)
    }

    // --- Questions ---

    /// The response to octets on a connection of their own, and its octets.
    func exchange(_ packet: [UInt8], over transport: Transport) throws -> (message: Message, octets: [UInt8])
    {
        let outcome = try doors.outcome(of: packet, over: transport)
        let octets = try #require(outcome.octets, "\(outcome)")
        return (try Message(parsing: octets.span), octets)
    }

    func ask(
        _ qname: DomainName, _ type: RecordType = .a, over transport: Transport = .udp,
        _ change: (inout Message) -> Void = { _ in }
    ) throws -> Message {
        var query = Message(header: Header(id: Packet.id), questions: [Question(qname, type)])
        query.header.flags.insert(.rd)
        change(&query)
        return try exchange(query.compose(), over: transport).message
    }

    /// The data of the records that answer a question, as text.
    func data(_ qname: DomainName, _ type: RecordType = .a, over transport: Transport = .udp) throws
        -> [String]
    {
        try ask(qname, type, over: transport).answers.map { $0.rdata.text(for: $0.type) }.sorted()
    }

    func serial(_ zone: DomainName = LabZone.apex, over transport: Transport = .tcp) throws -> UInt32 {
        let soa = try ask(zone, .soa, over: transport).answers.first.flatMap { StartOfAuthority($0.rdata) }
        return try #require(soa?.serial)
    }

    // --- Changes ---

    /// Sends an update, signed, and verifies that the response is, too.
    @discardableResult
    func update(
        of zone: DomainName = LabZone.apex, over transport: Transport = .tcp,
        by key: TransactionKey? = ZonesHouse.mover, _ operations: [UpdateOperation],
        requiring prerequisites: [Prerequisite] = [], edns: EDNS? = nil
    ) throws -> Message {
        let update = UpdateMessage(
            zone: zone, prerequisites: prerequisites, operations: operations, edns: edns)
        let packet = try #require(update.compose(id: Packet.id))
        guard let key else { return try exchange(packet, over: transport).message }
        return try exchangeSigned(packet, by: key, over: transport)
    }

    /// The response to a packet that is signed before it goes; it has to be signed as well.
    func exchangeSigned(
        _ packet: [UInt8], by key: TransactionKey = ZonesHouse.mover, over transport: Transport
    ) throws -> Message {
        var client = TransactionClient(key)
        var packet = packet
        #expect(client.sign(&packet, wall: WallClock.now()))
        let (message, octets) = try exchange(packet, over: transport)
        let verdict = client.verify(octets.span, wall: WallClock.now())
        #expect(verdict.isSigned, "\(verdict)")
        return message
    }

    /// What comes for a request on a connection of its own, up to its end or `isLast`.
    func messages(
        _ packet: [UInt8], over transport: Transport, isLast: ([UInt8]) -> Bool
    ) throws -> [[UInt8]] {
        let stream = try doors.open(transport)
        stream.send(framed(packet))
        var incoming = IncomingOctets(stream)
        var messages: [[UInt8]] = []
        while let message = incoming.takeMessage() {
            messages.append(message)
            if isLast(message) { break }
        }
        return messages
    }
}

extension Outcome {
    /// Of the DNS message that it is.
    var octets: [UInt8]? {
        switch self {
        case .message(let octets): octets
        case .response(let response) where response.status == "200":
            response.fields["content-type"] == "application/dns-message" ? response.body : nil
        default: nil
        }
    }
}

extension TransactionClient.Verdict {
    var isSigned: Bool { if case .signed = self { true } else { false } }
}

extension UpdateOperation {
    /// The record of a line of a master file, its names absolute.
    static func add(_ text: String) throws -> UpdateOperation { .add(try Record(text: text)) }

    static func delete(_ text: String) throws -> UpdateOperation {
        let record = try Record(text: text)
        return .deleteRecord(record.ownerName, record.type, record.rdata)
    }
}
