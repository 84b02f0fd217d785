import Synchronization

/// What the store has done since it was opened, for metrics. A value of one moment.
public struct StoreFigures: Sendable, Hashable {
    /// Changes by what became of them.
    public var changesCommitted = 0
    /// Undone, or without anything to change.
    public var changesUnchanged = 0
    public var changesFailed = 0
    /// Not taken because too many waited.
    public var changesTurnedAway = 0
    /// Transactions with changes of zones in them, each with its sync, and of those the ones that failed.
    public var commits = 0
    public var commitsFailed = 0
    /// Changes in the largest transaction.
    public var largestGroup = 0
    /// Changes that wait now.
    public var changesWaiting = 0
    /// Octets that all changes written had.
    public var octetsWritten = 0
    /// Octets of the changes that are kept now.
    public var journalOctets = 0
    public var snapshotsWritten = 0
    /// Snapshots that could not be written, sweepings and checkpoints.
    public var maintenanceFailed = 0
    public var checkpoints = 0
    public var leasesEnded = 0
    /// Whether the last transaction failed: changes are refused for a moment, and then tried again.
    public var isFailing = false
    /// From the submission of a change until it is on the disk.
    public var timeToSync = TimeBuckets()
    /// From the submission of a change until it is answered.
    public var timeToVisible = TimeBuckets()
}

/// How often something took how long.
public struct TimeBuckets: Sendable, Hashable {
    /// Upper bounds in nanoseconds, of which the last is that of everything.
    public static let bounds: [UInt64] = [
        250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 1_000_000_000, .max,
    ]
    /// Occurrences up to each of the bounds and above the one before it.
    public var counts = [Int](repeating: 0, count: bounds.count)
    /// Of all, in nanoseconds.
    public var sum: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64) {
        // Few bounds, the first of them most often right.
        var index = 0
        while index < Self.bounds.count - 1, nanoseconds > Self.bounds[index] { index += 1 }
        counts[index] += 1
        sum &+= nanoseconds
    }
}

/// The figures while they are made: by the commit queue, and by whoever is turned away.
final class StoreCounters: Sendable {
    private let figures = Mutex(StoreFigures())

    var snapshot: StoreFigures { figures.withLock { $0 } }

    func update(_ body: (inout StoreFigures) -> Void) { figures.withLock { body(&$0) } }
}
