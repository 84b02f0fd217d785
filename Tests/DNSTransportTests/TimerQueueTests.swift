import SeededRandom
import Testing

@testable import DNSTransport

@Suite("Timers")
struct TimerQueueTests {
    @Test("timers fire in the order in which they are due, equals in the order of arming")
    func order() {
        var timers = TimerQueue<Int>()
        for (payload, due) in [(0, 50), (1, 10), (2, 30), (3, 10), (4, 40), (5, 10)] {
            timers.arm(payload, at: Int64(due))
        }
        #expect(timers.next == 10)
        var fired: [Int] = []
        while let payload = timers.popDue(by: 40) { fired.append(payload) }
        #expect(fired == [1, 3, 5, 2, 4])
        #expect(timers.next == 50)
        #expect(timers.popDue(by: 49) == nil)
        #expect(timers.popDue(by: 50) == 0)
        #expect(timers.next == nil)
    }

    @Test("a removed timer does not fire, and an old handle removes nobody else's")
    func removal() {
        var timers = TimerQueue<Int>()
        let first = timers.arm(1, at: 1)
        timers.remove(first)
        timers.arm(2, at: 2)  // takes the place of the first
        timers.remove(first)
        #expect(timers.count == 1)
        #expect(timers.popDue(by: 5) == 2)
    }

    @Test("any mix of arming, removing and firing keeps the order")
    func mixed() {
        var timers = TimerQueue<Int>()
        var model: [Int: (due: Int64, handle: TimerHandle)] = [:]
        var random = SeededGenerator(seed: 42)
        for payload in 0..<5_000 {
            let due = Int64(random.next() % 1_000)
            model[payload] = (due, timers.arm(payload, at: due))
            if random.next() % 3 == 0, let victim = model.keys.min() {
                if let entry = model.removeValue(forKey: victim) { timers.remove(entry.handle) }
            }
        }
        #expect(timers.count == model.count)
        var fired: [(Int64, Int)] = []
        for now in Int64(0)..<1_000 {
            while let payload = timers.popDue(by: now) {
                #expect(model[payload]?.due == now)
                fired.append((now, payload))
            }
        }
        #expect(fired.count == model.count)
        // Payloads grow in the order of arming.
        #expect(zip(fired, fired.dropFirst()).allSatisfy { $0 < $1 })
    }
}
