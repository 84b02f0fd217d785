import DNSWire
import Testing

@testable import homing

/// The behaviour table, row by row, over UDP and TCP, against real workers and sockets.
@Suite struct BehaviourTests {
    /// One daemon for all rows: none of them may harm it.
    private static let shared = Result { try TestDaemon() }

    @Test(arguments: BehaviourRow.all, BehaviourRow.Transport.allCases)
    func row(_ row: BehaviourRow, _ transport: BehaviourRow.Transport) throws {
        guard row.transports.contains(transport) else { return }
        let house = try Self.shared.get()
        let isStream = transport == .tcp
        let socket = try house.socket(isStream: transport == .tcp)
        switch row.expectation {
        case .nothing where isStream:
            try socket.send(framed(row.query))
            #expect(try socket.receive(1).isEmpty, "the connection is closed")
        case .nothing:
            // The same socket has the same worker, which answers in order: what comes first is the good query's answer.
            try socket.send(row.query)
            try socket.send(Packet.probe)
            #expect(try socket.receive(65_535).starts(with: Packet.probe.prefix(2)))
        case .response(let code, let checks):
            try socket.send(isStream ? framed(row.query) : row.query)
            let octets = try isStream ? socket.receiveFramed() : socket.receive(65_535)
            let message = try Message(parsing: octets.span)
            #expect(message.header.id == Packet.id)
            #expect(message.header.isResponse)
            #expect(message.responseCode == code)
            for check in checks { try expect(check, message, size: octets.count) }
        }
    }

    private func expect(_ check: BehaviourRow.Check, _ message: Message, size: Int) throws {
        switch check {
        case .answers(let count): #expect(message.answers.count == count)
        case .flags(let flags, let areSet): #expect(message.header.flags.contains(flags) == areSet)
        case .opt(let isThere): #expect((message.edns != nil) == isThere)
        case .optVersion(let version): #expect(message.edns?.version == version)
        case .optFlagsClear: #expect(message.edns?.dnssecOK == false)
        case .cookie:
            let server: [UInt8]? = message.edns?.first {
                if case .cookie(_, let server) = $0 { server } else { nil }
            }
            #expect(server?.count == 16)
        case .noKeepalive:
            #expect(message.edns?.options.contains { $0.code == EDNSOption.Code.tcpKeepalive } == false)
        case .question(let isThere): #expect(message.questions.isEmpty != isThere)
        case .sizeAtMost(let limit): #expect(size <= limit)
        case .firstAnswer(let type): #expect(message.answers.first?.type == type)
        case .authority(let type): #expect(message.authorities.first?.type == type)
        }
    }
}
