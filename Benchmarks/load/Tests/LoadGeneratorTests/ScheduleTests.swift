import Testing

@testable import LoadGenerator

@Suite struct ScheduleTests {
    @Test func `query n is due n intervals after the beginning`() {
        let schedule = Schedule(start: 1_000, rate: 1_000_000)
        #expect(schedule.due(0) == 1_000)
        #expect(schedule.due(1) == 2_000)
        #expect(schedule.due(1_000_000) == 1_000_001_000)
    }

    @Test func `intervals that are no whole nanoseconds do not add up to a drift`() {
        let schedule = Schedule(start: 0, rate: 3)
        #expect(schedule.due(3) == 1_000_000_000)
        #expect(schedule.due(3 * 86_400) == 86_400_000_000_000)
    }

    @Test(arguments: [0.001, 0.7, 3, 997, 100_000, 3_333_333, 10_000_000])
    func `as many are due as the number of the first that is not`(rate: Double) {
        let schedule = Schedule(start: 12_345, rate: rate)
        var random = RandomNumbers(seed: 1)
        for _ in 0..<1_000 {
            let now = 12_345 + Int64(random.next() % 100_000_000_000)
            let count = schedule.count(at: now)
            #expect(schedule.due(count) > now)
            if count > 0 { #expect(schedule.due(count - 1) <= now) }
        }
    }

    @Test func `before the beginning nothing is due`() {
        #expect(Schedule(start: 100, rate: 1e9).count(at: 99) == 0)
        #expect(Schedule(start: 100, rate: 1e9).count(at: 100) == 1)
    }

    @Test func `what is beyond all time does not trap`() {
        let schedule = Schedule(start: .max - 10, rate: 0.001)
        #expect(schedule.due(.max) == .max)
        #expect(schedule.count(at: .max) == 1)
    }

    @Test func `a thread begins a part of an interval later`() {
        #expect(Schedule(start: 0, rate: 1_000, offset: 0.5).due(0) == 500_000)
    }
}

@Suite struct PacerTests {
    @Test func `a closed loop fills up what is under way`() {
        var pacer = Pacer(.closed(inFlight: 10))
        #expect(pacer.allowance(at: 0, inFlight: 0) == 0)
        pacer.start(at: 0, until: 100, offset: 0)
        #expect(pacer.allowance(at: 0, inFlight: 3) == 7)
        #expect(pacer.allowance(at: 0, inFlight: 11) == 0)
        #expect(pacer.take(at: 42) == 42)
        #expect(pacer.next == nil)
        #expect(!pacer.isFinished(at: 99))
        #expect(pacer.isFinished(at: 100))
        #expect(pacer.allowance(at: 100, inFlight: 0) == 0)
    }

    @Test func `an open loop gives out what is due, with the time at which it was`() {
        var pacer = Pacer(.open(rate: 1e9, inFlight: 5))
        pacer.start(at: 0, until: 100, offset: 0)
        // 0, 1 and 2.
        #expect(pacer.allowance(at: 2, inFlight: 0) == 3)
        #expect((0..<3).map { _ in pacer.take(at: 2) } == [0, 1, 2])
        #expect(pacer.allowance(at: 2, inFlight: 0) == 0)
        #expect(pacer.next == 3)
        pacer.putBack()
        #expect(pacer.next == 2)
    }

    @Test func `where nothing more may be under way, what is due waits and keeps its time`() {
        var pacer = Pacer(.open(rate: 1e9, inFlight: 5))
        pacer.start(at: 0, until: 100, offset: 0)
        #expect(pacer.allowance(at: 50, inFlight: 5) == 0)
        #expect(pacer.allowance(at: 50, inFlight: 1) == 4)
        #expect(pacer.take(at: 50) == 0)
    }

    @Test func `what waited too long is given up, and counted`() {
        var pacer = Pacer(.open(rate: 1e9, inFlight: 5))
        pacer.start(at: 0, until: 100, offset: 0)
        #expect(pacer.giveUp(until: 9) == 10)
        #expect(pacer.giveUp(until: 9) == 0)
        #expect(pacer.take(at: 50) == 10)
    }

    @Test func `all that is due before the end is sent, also when the end is noticed late`() {
        var pacer = Pacer(.open(rate: 1e9, inFlight: 1_000))
        pacer.start(at: 0, until: 100, offset: 0)
        #expect(pacer.allowance(at: 500, inFlight: 0) == 100)
        #expect(!pacer.isFinished(at: 500))
        for _ in 0..<100 { _ = pacer.take(at: 500) }
        #expect(pacer.isFinished(at: 500))
        #expect(pacer.next == nil)
        #expect(pacer.allowance(at: 900, inFlight: 0) == 0)
    }

    @Test func `threads share all there is`() {
        let shares = (0..<3).map { Pace.closed(inFlight: 200).share($0, of: 3) }
        #expect(shares == [.closed(inFlight: 67), .closed(inFlight: 67), .closed(inFlight: 66)])
        #expect(Pace.open(rate: 900, inFlight: 9).share(1, of: 3) == .open(rate: 300, inFlight: 3))
    }
}
