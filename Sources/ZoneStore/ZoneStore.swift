public import DNSWire
public import DNSZones
import Dispatch
public import Logging

/// The zones of this machine and all that is to last of them, in one file of SQLite.
///
/// All changes go through one queue that commits them in groups. What it promises: a change is on the disk before any query
/// sees it, every query sees it before whoever made it is told, and what failed leaves no trace. One process at a time
/// holds the file.
///
/// ```
/// let store = try ZoneStore(directory: "/var/lib/homing", log: log) { apex, text in ... }
/// let isTaken = store.submit(PendingChange(zone: zone) { draft, wall in ... } completion: { result, outcome in ... })
/// ...
/// store.close()
/// ```
public final class ZoneStore: Sendable {
    let inbox = Inbox()
    let shared = StoreShared()
    let clock: StoreClock
    /// Where changes are parsed for who asked for them, not on the commit queue.
    let readers = DispatchQueue(label: "homing.journal", qos: .userInitiated, attributes: .concurrent)

    /// Opens the file in `directory`, which has to exist, or makes it, and reads all zones.
    ///
    /// - Parameter settings: understands a zone's settings by its apex and the text that was given with them; nil where it
    ///   does not. The zone is then served, and nobody may change or transfer it.
    /// - Throws: where the file cannot be read or written, is another process's, or was written by a newer Homing. A zone
    ///   whose rows were damaged does not keep others from being served.
    public init(
        directory: String, log: Logger, clock: StoreClock = .system,
        settings: (_ apex: DomainName, _ text: String) -> ZoneSettings?
    ) throws(StoreError) {
        self.clock = clock
        let database = try StateDatabase(directory: directory)
        if StateDatabase.isUnsafe {
            log.critical("state database: this program was built without syncs, for a test; it loses data")
        }
        // Made and filled here, so that a failure is the caller's to hear of, and from then on the queue's alone.
        nonisolated(unsafe) let committer = Committer(
            inbox: inbox, database: database, shared: shared, clock: clock, log: log)
        try unsafe committer.load(settings: settings)
        inbox.start { unsafe committer.turn() }
        // For what an earlier run has left to do.
        inbox.put { _ in }
    }

    deinit { closeLater() }

    /// The zones that are held now; what queries are answered from.
    public var directory: ZoneDirectory { shared.directory }

    public var figures: StoreFigures {
        var figures = shared.counters.snapshot
        figures.changesWaiting = inbox.changeCount
        figures.journalOctets = shared.journal.octetCount
        return figures
    }

    /// Has a change applied and committed. From any thread; returns at once.
    ///
    /// - Returns: false when too many changes wait, or the store is closed. The completion is not called then.
    public func submit(_ change: PendingChange) -> Bool {
        let isTaken = inbox.put(change, at: clock.monotonic())
        if !isTaken { shared.counters.update { $0.changesTurnedAway += 1 } }
        return isTaken
    }

    /// `hook` is called on the commit queue whenever a zone has another version, after every query is answered from that and
    /// before whoever made the change is told. It must be quick, and not wait for the store.
    public func onPublish(_ hook: @escaping @Sendable (Publication) -> Void) { shared.hooks.add(hook) }

    /// Commits what waits, takes nothing more, and lets go of the file. Not to be called on the commit queue.
    public func close() {
        let done = DispatchSemaphore(value: 0)
        if closeLater({ done.signal() }) { done.wait() }
    }

    @discardableResult
    private func closeLater(_ done: @escaping @Sendable () -> Void = {}) -> Bool {
        inbox.put(isLast: true) { committer in
            committer.close()
            done()
        }
    }
}
