public import DNSTransport
public import DNSZones
import Synchronization
public import ZoneStore

/// What the workers share of the zones that are held here.
public struct ZoneServices: Sendable {
    public var store: ZoneStore
    public var keys: KeyDirectory
    /// How others reach the worker that has this.
    public var link: WorkerLink
    /// What the worker that has the zones' traffic is told by all others.
    public var news: ZoneNews
    /// What that worker begins with; nil on the others.
    public var traffic: TrafficBeginning?

    public init(
        store: ZoneStore, keys: KeyDirectory, link: WorkerLink, news: ZoneNews,
        traffic: TrafficBeginning? = nil
    ) {
        self.store = store
        self.keys = keys
        self.link = link
        self.news = news
        self.traffic = traffic
    }

    var directory: ZoneDirectory { store.directory }
}

/// How other threads hand work to a worker that is made later than they are told of it.
public final class WorkerLink: Sendable {
    public typealias Work = @Sendable (any WorkerService) -> Void

    private let submission = Mutex<(@Sendable (@escaping Work) -> Bool)?>(nil)

    public init() {}

    public func connect(_ submit: @escaping @Sendable (@escaping Work) -> Bool) {
        submission.withLock { $0 = submit }
    }

    /// False when there is no worker yet, or it has ended or is not keeping up.
    @discardableResult
    func submit(_ work: @escaping Work) -> Bool {
        guard let submit = submission.withLock({ $0 }) else { return false }
        return submit(work)
    }
}

/// What one worker has of the zones.
struct ZoneWork {
    let services: ZoneServices
    private var tables: ZoneTableView
    /// Queries that wait: updates for the disk, transfers for the changes that they are made of.
    private var waiting: [UInt64: WaitingQuery] = [:]
    var transfers: [SequenceID: RunningTransfer] = [:]
    /// Updates that were passed on, by the number of their waiting query.
    var forwarded: [UInt64: ForwardedUpdate] = [:]
    let updateReturns: ReturnedUpdates
    /// Where the store puts what comes back.
    let destination: CompletionDestination
    private var lastID: UInt64 = 0

    init(_ services: ZoneServices) {
        self.services = services
        tables = ZoneTableView(services.directory)
        updateReturns = ReturnedUpdates()
        destination = CompletionDestination { [updateReturns, link = services.link] completed in
            for one in completed { one.run() }
            guard updateReturns.isWakeDue else { return }
            if !link.submit({ ($0 as? ResolverService)?.takeReturnedUpdates() }) {
                updateReturns.wakeFailed()
            }
        }
    }

    /// The zones of this moment.
    var table: ZoneTable {
        mutating get { tables.table(of: services.directory) }
    }

    /// The zone that holds a name of a packet. Every query asks this.
    @inline(__always)
    mutating func zone(holding packet: Span<UInt8>, _ qname: Range<Int>) -> Zone? {
        tables.zone(of: services.directory, holding: packet, qname)
    }

    var waitingCount: Int { waiting.count }

    mutating func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    mutating func keep(_ query: WaitingQuery) -> UInt64 {
        let id = makeID()
        waiting[id] = query
        return id
    }

    mutating func takeWaiting(_ id: UInt64) -> WaitingQuery? { waiting.removeValue(forKey: id) }
}

/// Updates whose results have come back from the commit queue, until their worker takes them: woken once for all that were
/// committed together.
final class ReturnedUpdates: Sendable {
    struct Returned: Sendable {
        let id: UInt64
        let result: CommitResult
        /// What the update was judged to be; nil where it was not even looked at.
        let outcome: UpdateResult?
    }

    private struct Contents {
        var returned: [Returned] = []
        var isAwaited = false
    }

    private let contents = Mutex(Contents())

    func put(_ returned: Returned) { contents.withLock { $0.returned.append(returned) } }

    /// Whether there is something that nobody has been woken for; true once.
    var isWakeDue: Bool {
        contents.withLock { contents in
            guard !contents.isAwaited, !contents.returned.isEmpty else { return false }
            contents.isAwaited = true
            return true
        }
    }

    /// Nobody could be woken: whoever comes next with more tries again.
    func wakeFailed() { contents.withLock { $0.isAwaited = false } }

    func takeAll() -> [Returned] {
        contents.withLock { contents in
            contents.isAwaited = false
            defer { contents.returned = [] }
            return contents.returned
        }
    }
}
