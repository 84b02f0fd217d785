import DNSWire
import Synchronization
import TestPeers
import Testing
import ZoneStore

@testable import homing

/// Clients that stay: a connection of each kind, which are asked one after the other, and datagrams from many ports, so that
/// both workers have to answer.
final class ManyClients {
    private let house: ZonesHouse
    private var streams: [any OctetStream] = []
    private var incoming: [IncomingOctets] = []
    private let datagramSockets: [PlainDatagrams]

    init(_ house: ZonesHouse, datagramSockets count: Int) throws {
        self.house = house
        for transport in [BehaviourRow.Transport.tcp, .tcp, .tls, .tls] {
            streams.append(try house.doors.open(transport))
        }
        incoming = streams.map { IncomingOctets($0) }
        datagramSockets = try (0..<count).map { _ in try PlainDatagrams(house.doors.house) }
    }

    /// What each of them is told; all ask before the first hears anything.
    func askAll(_ qname: DomainName, _ type: RecordType = .a) throws -> [Message] {
        let packet = Packet.make(Packet.name(qname.description) + Packet.word(type.rawValue) + [0, 1])
        for stream in streams { stream.send(framed(packet)) }
        for client in datagramSockets { try client.send(packet) }
        var answers: [Message] = []
        for index in incoming.indices {
            let next = incoming[index].takeMessage()
            let octets = try #require(next)
            answers.append(try Message(parsing: octets.span))
        }
        for client in datagramSockets {
            let octets = try client.receive()
            answers.append(try Message(parsing: octets.span))
        }
        let web = try house.exchange(packet, over: .https2).message
        return answers + [web]
    }
}

/// A socket of one port.
final class PlainDatagrams {
    private let socket: QuerySocket

    init(_ house: TestDaemon) throws {
        socket = try QuerySocket.connected(
            to: house.address, isStream: false, deadline: Deadline(seconds: 10 * patience))
    }

    func send(_ packet: [UInt8]) throws { try socket.send(packet) }
    func receive() throws -> [UInt8] { try socket.receive(65_535) }
}

/// Time of a store that only moves when it is told to.
final class JumpingClock: Sendable {
    private struct State {
        var wall: Int64 = 1_800_000_000
        var monotonic: UInt64 = 1
        var timers: [(due: UInt64, work: @Sendable () -> Void)] = []
    }

    private let state = Mutex(State())

    func advance(_ seconds: Int64) {
        let due = state.withLock { state in
            state.wall += seconds
            state.monotonic += UInt64(seconds) * 1_000_000_000
            let due = state.timers.filter { $0.due <= state.monotonic }
            state.timers.removeAll { $0.due <= state.monotonic }
            return due.map(\.work)
        }
        for work in due { work() }
    }

    var clock: StoreClock {
        StoreClock(
            wall: { [self] in state.withLock { $0.wall } },
            monotonic: { [self] in state.withLock { $0.monotonic } },
            after: { [self] seconds, work in
                state.withLock { $0.timers.append(($0.monotonic + UInt64(seconds) * 1_000_000_000, work)) }
            })
    }
}
