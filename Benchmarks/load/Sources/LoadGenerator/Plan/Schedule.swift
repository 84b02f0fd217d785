/// When each query of an open loop is due: query `n` at `n / rate` seconds from the beginning, computed for each anew, so
/// that nothing adds up.
struct Schedule: Sendable, Hashable {
    /// Monotonic nanoseconds.
    let start: Int64
    /// Queries a second, more than 0.
    let rate: Double

    /// - Parameter offset: which part of an interval is let pass before the first, 0 to 1, so that threads do not send at
    ///   the same moments.
    init(start: Int64, rate: Double, offset: Double = 0) {
        self.rate = max(rate, .leastNormalMagnitude)
        let delay = min(offset * 1e9 / self.rate, 1e18)
        self.start = start.addingReportingOverflow(Int64(delay)).partialValue
    }

    /// The moment at which query `number` (from 0) is to be sent, in monotonic nanoseconds.
    func due(_ number: UInt64) -> Int64 {
        let passed = (Double(number) * 1e9 / rate).rounded(.up)
        // What is beyond centuries never comes.
        guard passed < 9e18 else { return .max }
        let sum = start.addingReportingOverflow(Int64(passed))
        return sum.overflow ? .max : sum.partialValue
    }

    /// How many queries are due at `now` or before: the number of the first that is not.
    func count(at now: Int64) -> UInt64 {
        guard now >= start else { return 0 }
        // The last moment is that of what never comes.
        let now = min(now, .max - 1)
        let passed = Double(now.subtractingReportingOverflow(start).partialValue)
        var count = UInt64(min(passed * rate / 1e9, 9e18))
        // Rounding may have it one off on either side.
        while due(count) <= now { count += 1 }
        while count > 0, due(count - 1) > now { count -= 1 }
        return count
    }
}
