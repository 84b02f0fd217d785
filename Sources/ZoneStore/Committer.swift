import DNSWire
import DNSZones
import Dispatch
import Logging

/// The commit queue's own: the database, what is known of each zone, and the work that is left. Nothing of it is touched
/// from elsewhere.
///
/// It takes what waits, and commits it in groups (`+Groups`): changes that come while one group is being synced are the next,
/// so that a sync is shared by as many as there are, and by one alone without waiting for others. Between groups it does
/// what nobody waits for (`+Maintenance`).
final class Committer {
    let inbox: Inbox
    let database: StateDatabase
    let directory: ZoneDirectory
    let journal: Journal
    let counters: StoreCounters
    let hooks: PublicationHooks
    let keys: StoredKeys
    let clock: StoreClock
    let log: Logger

    var zones: [Int64: StoredZone] = [:]
    var nextZone: Int64 = 1
    var nextChange: Int64 = 1
    /// Zones that are being made, so that none is made twice.
    var apexesTaken: Set<DomainName> = []
    /// Zones whose row in the database is behind: written with the next transaction, or by `flush`.
    var unwritten: Set<Int64> = []
    var isFlushArmed = false
    /// When the timer of leases goes off, in seconds since 1970; nil: it is not armed.
    var leaseTimer: Int64?
    /// The last transaction failed.
    var failure: Failure?
    var maintenance = Maintenance()
    /// Reads of older changes that are under way.
    var readCount = 0

    private var work: [Inbox.Work] = []
    private var position = 0
    private var hasEnded = false

    init(
        inbox: Inbox, database: StateDatabase, shared: StoreShared, clock: StoreClock, log: Logger
    ) {
        self.inbox = inbox
        self.database = database
        directory = shared.directory
        journal = shared.journal
        counters = shared.counters
        hooks = shared.hooks
        keys = shared.keys
        self.clock = clock
        self.log = log
    }

    /// Works until nothing is left to do.
    func turn() {
        while !hasEnded {
            if position < work.count {
                doNext()
                if !hasEnded { maintain(.busy) }
                continue
            }
            work.removeAll(keepingCapacity: true)
            position = 0
            inbox.takeAll(into: &work)
            if work.isEmpty, !maintain(.idle), inbox.rest() { return }
        }
    }

    /// A task, or all changes up to the next one: their order is kept.
    private func doNext() {
        if case .task(let task) = work[position] {
            position += 1
            return task(self)
        }
        var group: [Inbox.SubmittedChange] = []
        while position < work.count, group.count < Self.maximumGroup,
            case .change(let change) = work[position]
        {
            group.append(change)
            position += 1
        }
        commit(group)
    }

    /// Changes in one transaction. As many wait when a slow disk syncs a hundred times a second and ten thousand come; more
    /// would make the first of them wait for the last.
    static let maximumGroup = 1024

    /// Finishes what somebody waits for, and lets go of the file.
    func close() {
        while !maintenance.awaited.isEmpty { stepAwaited() }
        flush()
        do throws(StoreError) { try database.close() } catch { log.error("state database: \(error)") }
        hasEnded = true
        inbox.end()
    }
}

/// What the store shows to all threads.
struct StoreShared: Sendable {
    let directory = ZoneDirectory()
    let journal = Journal()
    let counters = StoreCounters()
    let hooks = PublicationHooks()
    let keys = StoredKeys()
}
