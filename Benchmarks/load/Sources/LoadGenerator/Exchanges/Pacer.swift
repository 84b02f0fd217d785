/// Says how many queries may be sent now, and when the next is due.
struct Pacer {
    private let pace: Pace
    private var schedule: Schedule?
    /// Queries of the schedule that were sent or given up.
    private var begun: UInt64 = 0
    /// Nothing that is due at this moment or later is sent.
    private var end: Int64 = .max
    private(set) var isRunning = false

    init(_ pace: Pace) { self.pace = pace }

    /// - Parameter offset: as `Schedule` has it.
    mutating func start(at now: Int64, until end: Int64, offset: Double) {
        schedule = pace.rate.map { Schedule(start: now, rate: $0, offset: offset) }
        self.end = end
        isRunning = true
    }

    /// Whether all is sent that was to be sent before the end, which is later than when the end came if that was late.
    func isFinished(at now: Int64) -> Bool {
        guard now >= end else { return false }
        return schedule.map { begun >= $0.count(at: end - 1) } ?? true
    }

    /// What is due at this moment or later is not sent any more; what was due before still is.
    mutating func end(at moment: Int64) { end = min(end, moment) }

    mutating func stop() { isRunning = false }

    /// How many may be sent while so many are under way.
    func allowance(at now: Int64, inFlight: Int) -> Int {
        guard isRunning else { return 0 }
        let room = max(0, pace.inFlight - inFlight)
        guard let schedule else { return now < end ? room : 0 }
        let due = schedule.count(at: min(now, end - 1))
        return Int(min(UInt64(room), due > begun ? due - begun : 0))
    }

    /// Takes the next query: when it is due.
    mutating func take(at now: Int64) -> Int64 {
        guard let schedule else { return now }
        defer { begun += 1 }
        return schedule.due(begun)
    }

    /// Puts back the query that was taken last: it could not be sent.
    mutating func putBack() { if schedule != nil { begun -= 1 } }

    /// Gives up all that was due at `moment` or before: how many.
    mutating func giveUp(until moment: Int64) -> UInt64 {
        guard let schedule else { return 0 }
        let late = schedule.count(at: min(moment, end - 1))
        guard late > begun else { return 0 }
        defer { begun = late }
        return late - begun
    }

    /// The moment at which another query is due; nil: when an answer comes.
    var next: Int64? {
        guard isRunning, let due = schedule?.due(begun), due < end else { return nil }
        return due
    }
}
