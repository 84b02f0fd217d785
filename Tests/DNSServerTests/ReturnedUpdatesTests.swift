import DNSWire
import DNSZones
import Testing
import ZoneStore

@testable import DNSServer

/// How a worker is woken for updates that are done.
@Suite struct ReturnedUpdatesTests {
    private let returns = ReturnedUpdates()

    private func put(_ id: UInt64) {
        returns.put(ReturnedUpdates.Returned(id: id, result: .unchanged, outcome: UpdateResult(.noError)))
    }

    @Test func `it is woken once for all that come before it looks`() {
        #expect(!returns.isWakeDue)
        put(1)
        #expect(returns.isWakeDue)
        put(2)
        #expect(!returns.isWakeDue)
        #expect(returns.takeAll().map(\.id) == [1, 2])
        #expect(returns.takeAll().isEmpty)
        put(3)
        #expect(returns.isWakeDue)
    }

    @Test func `where it could not be woken, the next try is made with what comes next`() {
        put(1)
        #expect(returns.isWakeDue)
        returns.wakeFailed()
        put(2)
        #expect(returns.isWakeDue)
        #expect(returns.takeAll().map(\.id) == [1, 2])
    }
}
