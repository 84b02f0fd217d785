import DNSWire
import Testing

@testable import homing

/// The behaviour table, row by row, over every transport, against real workers and sockets.
@Suite struct BehaviourTests {
    @Test(arguments: BehaviourRow.all, BehaviourRow.Transport.allCases)
    func row(_ row: BehaviourRow, _ transport: BehaviourRow.Transport) throws {
        try row.check(in: ZonesHouse.shared.get().doors, over: transport)
    }

    /// The same octets come everywhere but for what a transport adds, and TTLs that have counted down.
    @Test(arguments: ["www.example.", "none.example.", "fail.example.", "localhost."])
    func sameEverywhere(_ name: String) throws {
        let house = try ZonesHouse.shared.get().doors
        let query = Packet.withOPT(name, Packet.opt())
        // Who is first is told why a server failed, the others that it did.
        _ = try house.outcome(of: query, over: .tcp)
        let answers = try BehaviourRow.Transport.allCases.map { transport in
            let octets = try #require(try house.outcome(of: query, over: transport).octets)
            var message = try Message(parsing: octets.span)
            for index in message.answers.indices { message.answers[index].ttl = 0 }
            for index in message.authorities.indices { message.authorities[index].ttl = 0 }
            return message.compose()
        }
        for answer in answers { #expect(answer == answers[0]) }
    }
}

extension BehaviourRow {
    /// Sends the query over a transport, and holds what comes against the row.
    func check(in house: ManyDoors, over transport: Transport) throws {
        guard transports.contains(transport) else { return }
        let isIgnored = if case .nothing = expectation { true } else { false }
        let outcome = try house.outcome(of: query, over: transport, isIgnored: isIgnored)
        switch (expectation, outcome) {
        case (.nothing, .response(let response)):
            #expect(response.status == "400", "an error of HTTP")
            #expect(response.fields["content-type"]?.contains("dns") != true)
        case (.nothing, _): #expect(outcome == (transport == .udp ? .nothing : .closed))
        case (.response(let code, let checks), _):
            let octets = try #require(outcome.octets, "\(outcome)")
            let message = try Message(parsing: octets.span)
            #expect(message.header.id == Packet.id)
            #expect(message.header.isResponse)
            #expect(message.responseCode == code)
            for check in checks { check.expect(in: message, size: octets.count) }
        }
    }
}

extension BehaviourRow.Check {
    /// Holds a response against it.
    func expect(in message: Message, size: Int) {
        switch self {
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
        case .keepalive:
            #expect(message.edns?.options.contains { $0.code == EDNSOption.Code.tcpKeepalive } == true)
        case .noKeepalive:
            #expect(message.edns?.options.contains { $0.code == EDNSOption.Code.tcpKeepalive } == false)
        case .question(let isThere): #expect(message.questions.isEmpty != isThere)
        case .sizeAtMost(let limit): #expect(size <= limit)
        case .firstAnswer(let type): #expect(message.answers.first?.type == type)
        case .authority(let type): #expect(message.authorities.first?.type == type)
        case .authorities(let count): #expect(message.authorities.count == count)
        case .extendedError(let code): #expect(message.extendedErrors == [code])
        }
    }
}
