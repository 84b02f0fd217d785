import DNSWire
import Testing

@testable import homing

/// The rows of the behaviour table that are about zones, over every transport, against real workers, sockets and a store.
@Suite struct ZoneBehaviourTests {
    typealias Transport = BehaviourRow.Transport

    @Test(arguments: BehaviourRow.held, Transport.allCases)
    func row(_ row: BehaviourRow, _ transport: Transport) throws {
        try row.check(in: ZonesHouse.shared.get().doors, over: transport)
    }

    @Test(arguments: SignatureRow.all, Transport.allCases)
    func signature(_ row: SignatureRow, _ transport: Transport) throws {
        try row.check(in: ZonesHouse.shared.get(), over: transport)
    }

    @Test(arguments: UpdateRow.all, Transport.allCases)
    func update(_ row: UpdateRow, _ transport: Transport) throws {
        try row.check(in: ZonesHouse.shared.get(), over: transport)
    }
}
