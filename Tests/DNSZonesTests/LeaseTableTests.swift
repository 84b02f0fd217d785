import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct LeaseTableTests {
    static func record(_ number: Int) -> LeasedRecord {
        LeasedRecord("h.example.", .a, .address(IPAddress(ipv4: UInt32(number))))
    }

    @Test func `leases end in their order`() {
        var table = LeaseTable()
        #expect(table.nextExpiry == nil && table.expired(by: .max).isEmpty && table.isEmpty)
        for (number, expiry) in [(1, 50), (2, 20), (3, 40), (4, 20)] as [(Int, Int64)] {
            table.apply([.set(Self.record(number), expiry: expiry)])
        }
        #expect(table.nextExpiry == 20 && table.count == 4)
        #expect(table.expired(by: 19).isEmpty)
        #expect(Set(table.expired(by: 20)) == [Self.record(2), Self.record(4)])
        // Until their end has been kept they are still there: a commit may fail.
        #expect(table.expired(by: 45).count == 3 && table.count == 4)
        table.apply([.clear(Self.record(2)), .clear(Self.record(4))])
        #expect(table.nextExpiry == 40 && table.expired(by: 45) == [Self.record(3)])
    }

    @Test func `a renewed lease is overtaken by nothing`() {
        var table = LeaseTable()
        table.apply([.set(Self.record(1), expiry: 10), .set(Self.record(2), expiry: 30)])
        table.apply([.set(Self.record(1), expiry: 40)])
        #expect(
            table.nextExpiry == 30 && table.expired(by: 20).isEmpty && table.expiry(of: Self.record(1)) == 40)
        // Back to the time that it had, it counts once.
        table.apply([.set(Self.record(1), expiry: 10)])
        #expect(table.expired(by: 50).count == 2 && table.nextExpiry == 10)
    }

    @Test func `only changes with an effect are kept`() {
        var table = LeaseTable()
        table.apply([.set(Self.record(1), expiry: 10), .set(Self.record(2), expiry: 10)])
        let changes: [LeaseChange] = [
            .clear(Self.record(9)), .set(Self.record(1), expiry: 10), .clear(Self.record(2)),
            .set(Self.record(2), expiry: 20), .set(Self.record(3), expiry: 30), .clear(Self.record(3)),
            .set(Self.record(4), expiry: 40),
        ]
        #expect(
            table.effect(of: changes) == [.set(Self.record(2), expiry: 20), .set(Self.record(4), expiry: 40)])
        let removed = [1, 7].map { Record("H.EXAMPLE.", .a, ttl: 60, Self.record($0).rdata) }
        #expect(table.changes(forRemoved: removed) == [.clear(Self.record(1))])
        #expect(LeaseTable().changes(forRemoved: removed).isEmpty)
    }

    @Test func `one turn takes a bounded number`() {
        var table = LeaseTable()
        table.apply((0..<2_500).map { .set(Self.record($0), expiry: Int64($0 % 7)) })
        var turns = 0
        while !table.isEmpty {
            let expired = table.expired(by: 7)
            #expect(expired.count <= LeaseTable.maximumExpired && !expired.isEmpty)
            table.apply(expired.map { .clear($0) })
            turns += 1
        }
        #expect(turns == 3 && table.nextExpiry == nil)
    }

    @Test func `random changes give what a plain dictionary gives`() {
        var generator = SeededGenerator(seed: 9_664)
        var table = LeaseTable()
        var model: [LeasedRecord: Int64] = [:]
        for step in 0..<20_000 {
            let record = Self.record(Int(generator.next() % 60))
            let expiry = Int64(step) + Int64(generator.next() % 50)
            if generator.next() & 3 == 0 {
                table.apply([.clear(record)])
                model[record] = nil
            } else {
                table.apply([.set(record, expiry: expiry)])
                model[record] = expiry
            }
            guard step % 20 == 0 else { continue }
            let due = table.expired(by: Int64(step))
            #expect(due.count == Set(due).count)
            #expect(Set(due) == Set(model.filter { $0.value <= step }.keys))
            #expect(table.nextExpiry == model.values.min() && table.count == model.count)
            if generator.next() & 1 == 0 {
                table.apply(due.map { .clear($0) })
                for record in due { model[record] = nil }
            }
        }
    }
}
