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

    public init(store: ZoneStore, keys: KeyDirectory, link: WorkerLink) {
        self.store = store
        self.keys = keys
        self.link = link
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
    /// Queries that wait: updates for the disk, transfers for the changes that they are made of.
    private(set) var waiting: [UInt64: WaitingQuery] = [:]
    var transfers: [SequenceID: RunningTransfer] = [:]
    let returns: ReturnedUpdates
    let destination: CompletionDestination
    private var lastID: UInt64 = 0

    init(_ services: ZoneServices) {
        self.services = services
        returns = ReturnedUpdates(services.link)
        destination = returns.destination
    }

    /// The zones of this moment.
    var table: ZoneTable { services.directory.table }

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

    private let contents = Mutex<[Returned]>([])
    private let link: WorkerLink

    init(_ link: WorkerLink) { self.link = link }

    /// To where the store hands over what is done.
    var destination: CompletionDestination {
        CompletionDestination { [self] completed in
            for one in completed { one.run() }
            link.submit { ($0 as? ResolverService)?.takeReturnedUpdates() }
        }
    }

    func put(_ returned: Returned) { contents.withLock { $0.append(returned) } }

    func takeAll() -> [Returned] {
        contents.withLock { contents in
            defer { contents.removeAll(keepingCapacity: true) }
            return contents
        }
    }
}
