import Dispatch
import Synchronization

/// What waits for the commit queue, from all threads and in the order it came. The only part of the queue that is shared.
final class Inbox: Sendable {
    /// Something to be done on the commit queue.
    typealias Task = @Sendable (Committer) -> Void

    enum Work: Sendable {
        case change(SubmittedChange)
        case task(Task)
    }

    struct SubmittedChange: Sendable {
        let change: PendingChange
        /// Nanoseconds of the monotonic clock.
        let time: UInt64
    }

    /// Changes that wait at once. With a disk that syncs a hundred times a second they are committed within a second, and
    /// whoever waited longer would have asked again. It is also a bound on memory.
    static let maximumChanges = 8192

    /// Tasks of others that wait at once, such as transfers of so many secondary zones.
    static let maximumTasks = 8192

    private struct Contents {
        var work: [Work] = []
        var changeCount = 0
        var taskCount = 0
        /// Whether the commit queue has been told, or is at it.
        var isAwake = false
        var isClosed = false
        /// One turn of the commit queue; nil before it starts and when it has ended.
        var turn: (@Sendable () -> Void)?

        /// Whether the commit queue has to be woken for what has just come.
        mutating func isFirst() -> Bool {
            guard !isAwake, turn != nil else { return false }
            isAwake = true
            return true
        }
    }

    private let contents = Mutex(Contents())
    private let queue = DispatchQueue(label: "homing.commits", qos: .userInteractive)

    /// From now on `turn` is called on the commit queue whenever something waits. It has to take until `rest` lets it go.
    func start(_ turn: @escaping @Sendable () -> Void) {
        let isWanted = contents.withLock { contents in
            contents.turn = turn
            contents.isAwake = !contents.work.isEmpty
            return contents.isAwake
        }
        if isWanted { wake() }
    }

    /// False when too many wait, or the store is closed.
    func put(_ change: PendingChange, at time: UInt64) -> Bool {
        let (isTaken, isFirst) = contents.withLock { contents -> (Bool, Bool) in
            guard !contents.isClosed, contents.changeCount < Self.maximumChanges else {
                return (false, false)
            }
            contents.changeCount += 1
            contents.work.append(.change(SubmittedChange(change: change, time: time)))
            return (true, contents.isFirst())
        }
        if isFirst { wake() }
        return isTaken
    }

    /// False when too many wait, or the store is closed.
    func offer(_ task: @escaping Task) -> Bool {
        put(limit: Self.maximumTasks, isLast: false, task)
    }

    /// The store's own tasks, of which there are few: a timer's, and the rest of one that was begun.
    ///
    /// - Parameter isLast: nothing is taken after it.
    @discardableResult
    func put(isLast: Bool = false, _ task: @escaping Task) -> Bool {
        put(limit: .max, isLast: isLast, task)
    }

    private func put(limit: Int, isLast: Bool, _ task: @escaping Task) -> Bool {
        let (isTaken, isFirst) = contents.withLock { contents -> (Bool, Bool) in
            guard !contents.isClosed, contents.taskCount < limit else { return (false, false) }
            contents.isClosed = isLast
            contents.taskCount += 1
            contents.work.append(.task(task))
            return (true, contents.isFirst())
        }
        if isFirst { wake() }
        return isTaken
    }

    /// Everything that waits, into an array that is empty and lends its memory.
    func takeAll(into work: inout [Work]) {
        contents.withLock { contents in
            swap(&contents.work, &work)
            contents.changeCount = 0
            contents.taskCount = 0
        }
    }

    /// False when something has come. Otherwise the turn is over, and whatever comes next begins another.
    func rest() -> Bool {
        contents.withLock { contents in
            contents.isAwake = !contents.work.isEmpty
            return !contents.isAwake
        }
    }

    /// How many changes wait.
    var changeCount: Int { contents.withLock { $0.changeCount } }

    /// The commit queue has ended; what came after the last task is let go of.
    func end() {
        // What it returns holds the last of what it worked on, which does not have to end under the lock.
        _ = contents.withLock { contents in
            contents.isClosed = true
            contents.work = []
            return contents.turn.take()
        }
    }

    private func wake() {
        guard let turn = contents.withLock({ $0.turn }) else { return }
        queue.async(execute: turn)
    }
}
