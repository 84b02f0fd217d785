/// Flights in the order in which their time comes. As all of them have the same time, that is the order in which they began,
/// and one timer, for the first, does for all: most flights have landed long before, and cost none of their own.
///
/// Bounded by the flights that begin within that time, two words each. After a reload
/// that makes the time shorter, those that began under the longer one hold up the others until their own time.
struct DeadlineQueue {
    private struct Entry {
        let flight: UInt64
        /// Monotonic nanoseconds.
        let due: Int64
    }

    private var entries: [Entry] = []
    private var first = 0
    private var isTimerSet = false
    /// Free places at the front before the rest moves up.
    private static let maximumGap = 4096

    private var isEmpty: Bool { first == entries.count }

    /// True when a timer has to be set for `due`, as there is none.
    mutating func append(_ flight: UInt64, due: Int64) -> Bool {
        entries.append(Entry(flight: flight, due: due))
        defer { isTimerSet = true }
        return !isTimerSet
    }

    /// The next flight whose time has come; nil when there is none. The timer has fired.
    mutating func popDue(by now: Int64) -> UInt64? {
        guard !isEmpty, entries[first].due <= now else { return nil }
        return pop()
    }

    /// For when the timer has to be set anew, after it has fired: the time of the first flight that `isUnderWay`. Those
    /// before it are forgotten.
    mutating func nextDue(_ isUnderWay: (UInt64) -> Bool) -> Int64? {
        while !isEmpty {
            if isUnderWay(entries[first].flight) { return entries[first].due }
            pop()
        }
        isTimerSet = false
        return nil
    }

    @discardableResult
    private mutating func pop() -> UInt64 {
        let flight = entries[first].flight
        first += 1
        if isEmpty || first >= Self.maximumGap {
            entries.removeSubrange(..<first)
            first = 0
        }
        return flight
    }
}
