import Testing

@testable import DNSServer

@Suite("Deadlines of flights")
struct DeadlineQueueTests {
    @Test("one timer does for all, and is set for the first that is under way")
    func oneTimer() {
        var queue = DeadlineQueue()
        let wanted = [(1, 10), (2, 20), (3, 30)].map { queue.append($0.0, due: $0.1) }
        #expect(wanted == [true, false, false])
        let popped = [queue.popDue(by: 10), queue.popDue(by: 10)]
        #expect(popped == [1, nil])
        // 2 has landed and is forgotten.
        let next = queue.nextDue { $0 == 3 }
        #expect(next == 30)
        let last = queue.popDue(by: 30)
        #expect(last == 3)
        let none = queue.nextDue { _ in true }
        #expect(none == nil)
        let isWanted = queue.append(4, due: 40)
        #expect(isWanted)
    }

    @Test("what begins while the timer fires gets no second one")
    func appendedMeanwhile() {
        var queue = DeadlineQueue()
        _ = queue.append(1, due: 10)
        let first = queue.popDue(by: 10)
        let isWanted = queue.append(2, due: 20)
        let next = queue.nextDue { _ in true }
        #expect(first == 1 && !isWanted && next == 20)
    }

    @Test("every flight comes out once and in order, however many there are")
    func order() {
        var queue = DeadlineQueue()
        var (begun, ended): (UInt64, UInt64) = (0, 0)
        for now: Int64 in 1...20_000 {
            begun += 1
            _ = queue.append(begun, due: now + 5_000)
            for _ in 0..<Int(now * 7 % 11 % 3) {
                guard let flight = queue.popDue(by: now) else { break }
                ended += 1
                #expect(flight == ended)
            }
        }
        while let flight = queue.popDue(by: .max) {
            ended += 1
            #expect(flight == ended)
        }
        #expect(ended == begun)
    }
}
