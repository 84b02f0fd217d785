import Dispatch
import Synchronization

/// A thread of service: one serial queue that holds one long-lived item, an event loop. It owns its listening
/// sockets, the connections that it accepted, its upstream sockets, its timers and its service. Nobody else
/// touches them.
///
/// ```
/// let sockets = try ListeningSockets.open(addresses, workers: 2, configuration: configuration)
/// let worker = try Worker(0, sockets: sockets, configuration: configuration) { context in Service(context) }
/// worker.start()
/// ...
/// worker.stop()
/// worker.wait(seconds: 5)
/// ```
///
/// A `Worker` is the handle that other threads have of all this.
public final class Worker: Sendable {
    public typealias MakeService = @Sendable (any WorkerContext) -> any WorkerService

    private let configuration: WorkerConfiguration
    private let counterSet = CounterSet()
    private let mailbox: Mailbox
    private let queue: DispatchQueue
    private let running = DispatchGroup()
    /// What the loop begins with; taken by `start`.
    private let beginning: Mutex<Beginning?>

    private struct Beginning: Sendable {
        var sockets: WorkerSockets
        var makeService: MakeService
    }

    /// A worker that does not run yet. `index` selects its share of the sockets, which can be taken once.
    public init(
        _ index: Int = 0, sockets: ListeningSockets, configuration: WorkerConfiguration,
        makeService: @escaping MakeService
    ) throws(SystemError) {
        guard let share = sockets.take(worker: index) else { throw SystemError(code: SystemError.invalid) }
        self.configuration = configuration.checked
        mailbox = try Mailbox(limit: configuration.submittedWork)
        queue = DispatchQueue(label: "homing.worker.\(index)", qos: .userInteractive)
        beginning = Mutex(Beginning(sockets: share, makeService: makeService))
    }

    /// Begins to serve. The service is made on the worker's queue, and all its life is spent there. Fails
    /// when the kernel has no descriptor for the loop; calling it again does nothing.
    public func start() throws(SystemError) {
        guard let beginning = self.beginning.withLock({ $0.take() }) else { return }
        // Made here, so that a failure is the caller's to hear of, and from then on the queue's alone.
        nonisolated(unsafe) let loop = try WorkerLoop(
            sockets: beginning.sockets, configuration: configuration, counters: counterSet, mailbox: mailbox)
        // The loop is now the sockets' only owner, so that what it closes is closed.
        let makeService = beginning.makeService
        running.enter()
        queue.async { [running] in
            unsafe loop.run(makeService)
            running.leave()
        }
    }

    /// Has `work` done on the worker's queue, between two turns of its loop. False when the worker has ended
    /// or is not keeping up.
    @discardableResult
    public func submit(_ work: @escaping @Sendable (any WorkerService) -> Void) -> Bool {
        mailbox.put(work)
    }

    /// Stops taking queries and ends when what is in flight is done, or after `drainTimeout`. Returns at
    /// once.
    public func stop() {
        mailbox.requestStop()
    }

    /// Waits until the worker has ended; false when it has not by then. Not to be called on a worker's queue.
    @discardableResult
    public func wait(seconds: Double) -> Bool {
        running.wait(timeout: .now() + seconds) == .success
    }

    public var counters: TransportCounters { counterSet.snapshot }
}
