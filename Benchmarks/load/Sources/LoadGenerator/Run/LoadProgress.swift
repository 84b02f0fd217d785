import Synchronization

/// What one thread has done so far, for others to read.
final class ThreadProgress: Sendable {
    private let sent = Atomic<UInt64>(0)
    private let answered = Atomic<UInt64>(0)
    private let lost = Atomic<UInt64>(0)
    private let inFlight = Atomic<Int>(0)

    /// Nanoseconds that a thread waits at most before it looks up.
    static let longestWait: Int64 = 100_000_000

    func publish(_ exchanges: Exchanges) {
        sent.store(exchanges.tally.sent, ordering: .relaxed)
        answered.store(exchanges.tally.answered, ordering: .relaxed)
        lost.store(
            exchanges.tally.lost + exchanges.tally.cutOff + exchanges.tally.unsent, ordering: .relaxed)
        inFlight.store(exchanges.inFlight, ordering: .relaxed)
    }

    func add(to sum: inout LoadProgress) {
        sum.sent += sent.load(ordering: .relaxed)
        sum.answered += answered.load(ordering: .relaxed)
        sum.lost += lost.load(ordering: .relaxed)
        sum.inFlight += inFlight.load(ordering: .relaxed)
    }
}

/// How far a run has come.
public struct LoadProgress: Sendable, Hashable {
    public var sent: UInt64 = 0
    public var answered: UInt64 = 0
    /// With those that were cut off or never sent.
    public var lost: UInt64 = 0
    public var inFlight = 0

    public init() {}

    /// One line for people.
    ///
    /// - Parameters:
    ///   - before: as it was `interval` seconds ago.
    ///   - elapsed: seconds since the beginning.
    public func line(since before: LoadProgress, interval: Double, elapsed: Double) -> String {
        let rate = interval > 0 ? Double(answered &- before.answered) / interval : 0
        return "\(Int(elapsed.rounded())) s: \(Int(rate.rounded())) answers/s, \(inFlight) under way, "
            + "\(answered) answered, \(lost) lost"
    }
}
