import CLinux
import Synchronization

/// Work handed to a worker by other threads. The only part of a worker that is shared.
final class Mailbox: Sendable {
    typealias Work = @Sendable (any WorkerService) -> Void

    private struct Contents {
        var work: [Work] = []
        var isStopping = false
        /// The loop is gone; nothing that came now would be done.
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    /// Wakes the loop. Written once for as much work as there is until the loop looks.
    let signal: FileDescriptor
    private let limit: Int

    init(limit: Int) throws(SystemError) {
        signal = try FileDescriptor(adopting: clinux_eventfd())
        self.limit = limit
    }

    /// False when the mailbox is full or closed.
    func put(_ work: @escaping Work) -> Bool {
        let (taken, isFirst) = contents.withLock { contents -> (Bool, Bool) in
            guard !contents.isClosed, contents.work.count < limit else { return (false, false) }
            contents.work.append(work)
            return (true, contents.work.count == 1)
        }
        if isFirst { wake() }
        return taken
    }

    func requestStop() {
        contents.withLock { $0.isStopping = true }
        wake()
    }

    /// Everything that came since the last time, in order, and whether the worker is to stop.
    func take() -> (work: [Work], isStopping: Bool) {
        _ = clinux_eventfd_clear(signal.number)
        return contents.withLock { contents in
            let work = contents.work
            contents.work = []
            return (work, contents.isStopping)
        }
    }

    /// Takes nothing more. What was taken before and is not done yet.
    func close() -> [Work] {
        contents.withLock { contents in
            contents.isClosed = true
            defer { contents.work = [] }
            return contents.work
        }
    }

    private func wake() {
        // Fails only with a full counter, and then the loop is awake already.
        _ = clinux_eventfd_signal(signal.number)
    }
}
