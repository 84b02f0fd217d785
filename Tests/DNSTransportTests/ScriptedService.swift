import DNSTransport
import DNSWire
import Dispatch
import Synchronization

/// What a worker told the service, as a test looks at it.
enum ServiceEvent: Equatable {
    case query([UInt8])
    case upstream(ExchangeID, [UInt8])
    case ended(ExchangeID, ExchangeEnd)
    case timer(UInt64)
    case brokenOff(SequenceID)
    case note(String)
}

/// A list that the worker appends to and a test waits on.
final class EventLog: Sendable {
    private let events = Mutex<[ServiceEvent]>([])
    private let arrived = DispatchSemaphore(value: 0)

    var all: [ServiceEvent] { events.withLock { $0 } }

    func append(_ event: ServiceEvent) {
        events.withLock { $0.append(event) }
        arrived.signal()
    }

    /// The first `count` events, as soon as there are so many; fewer when patience ends.
    func wait(for count: Int) -> [ServiceEvent] {
        let deadline = DispatchTime.now() + patience
        // The number alone: to copy the list would have each append copy it, too.
        while events.withLock({ $0.count }) < count, arrived.wait(timeout: deadline) == .success {}
        return Array(all.prefix(count))
    }
}

/// A service whose behaviour is a closure of the test. Runs on the worker's queue only.
final class ScriptedService: WorkerService {
    enum Action {
        case answer([UInt8])
        case deferred, dropped, close
        /// A sequence was begun.
        case begun
    }

    struct Script: Sendable {
        var receive: @Sendable (ScriptedService, [UInt8], Client) -> Action = { _, query, _ in .answer(query)
        }
        var upstream: @Sendable (ScriptedService, [UInt8], ExchangeID) -> ExchangeDisposition = { _, _, _ in
            .finished
        }
        var ended: @Sendable (ScriptedService, ExchangeID) -> Void = { _, _ in }
        var timer: @Sendable (ScriptedService, UInt64) -> Void = { _, _ in }
        /// Whether the log is to have no messages of servers, since they are many.
        var isQuiet = false
        /// The next message of a sequence, and whether it is the last; or what there is instead.
        var next: @Sendable (ScriptedService, SequenceID) -> Part = { _, _ in .step(.end) }
    }

    enum Part {
        case message([UInt8])
        case last([UInt8])
        case step(SequenceStep)
    }

    let context: any WorkerContext
    let log: EventLog
    let script: Script
    /// Clients whose queries were deferred, with the query.
    var waiting: [(client: Client, query: [UInt8])] = []
    /// How many messages each sequence was asked for.
    var asked: [SequenceID: Int] = [:]
    var pendingCount: Int { waiting.count }

    init(_ context: any WorkerContext, _ log: EventLog, _ script: Script) {
        self.context = context
        self.log = log
        self.script = script
    }

    func receive(
        _ query: Span<UInt8>, from client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        let octets = array(query)
        log.append(.query(octets))
        switch script.receive(self, octets, client) {
        case .answer(let answer):
            for index in answer.indices where index < response.count { response[index] = answer[index] }
            return .answered(answer.count)
        case .deferred:
            waiting.append((client, octets))
            return .deferred
        case .begun: return .deferred
        case .dropped: return .dropped
        case .close: return .closeConnection
        }
    }

    func upstreamReceived(_ message: Span<UInt8>, for exchange: ExchangeID) -> ExchangeDisposition {
        let octets = array(message)
        let disposition = script.upstream(self, octets, exchange)
        if !script.isQuiet { log.append(.upstream(exchange, octets)) }
        return disposition
    }

    func upstreamEnded(_ exchange: ExchangeID, _ end: ExchangeEnd) {
        script.ended(self, exchange)
        log.append(.ended(exchange, end))
    }

    func timerFired(_ token: UInt64) {
        script.timer(self, token)
        log.append(.timer(token))
    }

    func nextMessage(of sequence: SequenceID, into message: inout MutableSpan<UInt8>) -> SequenceStep {
        asked[sequence, default: 0] += 1
        func write(_ octets: [UInt8]) -> Int {
            unsafe message.withUnsafeMutableBufferPointer { room in
                _ = unsafe room.update(fromContentsOf: octets)
            }
            return octets.count
        }
        switch script.next(self, sequence) {
        case .message(let octets): return .message(write(octets))
        case .last(let octets): return .last(write(octets))
        case .step(let step): return step
        }
    }

    func sequenceEnded(_ sequence: SequenceID) { log.append(.brokenOff(sequence)) }

    /// Answers the deferred query at `index` by a sequence.
    func beginSequence(_ sequence: SequenceID, for index: Int = 0) -> Bool {
        guard waiting.indices.contains(index), context.beginSequence(sequence, to: waiting[index].client)
        else { return false }
        waiting.remove(at: index)
        return true
    }

    /// Replies to the deferred query at `index` with itself.
    func replyToWaiting(_ index: Int, with message: [UInt8]? = nil) {
        guard waiting.indices.contains(index) else { return }
        let (client, query) = waiting.remove(at: index)
        let reply = message ?? query
        context.reply(reply.span, to: client)
    }
}

func array(_ span: Span<UInt8>) -> [UInt8] { unsafe span.withUnsafeBufferPointer { unsafe Array($0) } }

/// A running worker with its service and log; stopped when the test lets go of it.
final class TestWorker: Sendable {
    let worker: Worker
    let log: EventLog
    let addresses: [SocketAddress]

    init(
        _ addresses: [String] = ["127.0.0.1"], _ service: Listener.Service = .dns,
        configuration: WorkerConfiguration = .patient,
        _ script: ScriptedService.Script = ScriptedService.Script()
    ) throws {
        let log = EventLog()
        let asked = addresses.compactMap { SocketAddress($0, defaultPort: 0) }.map { Listener($0, service) }
        let sockets = try ListeningSockets.open(asked, workers: 1, configuration: configuration)
        worker = try Worker(0, sockets: sockets, configuration: configuration) { context in
            ScriptedService(context, log, script)
        }
        self.log = log
        self.addresses = sockets.addresses
        try worker.start()
    }

    deinit { worker.stop() }

    var address: SocketAddress { addresses[0] }

    /// Runs `work` on the worker with its service.
    func run(_ work: @escaping @Sendable (ScriptedService) -> Void) {
        worker.submit { service in
            if let service = service as? ScriptedService { work(service) }
        }
    }

    /// Waits until the worker has done all it was handed and all its events so far, by a round trip through
    /// its queue.
    func settle() {
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<2 {
            guard worker.submit({ _ in done.signal() }) else { return }
            _ = done.wait(timeout: .now() + patience)
        }
    }

    /// Keeps the worker from doing anything until the gate is opened. What comes meanwhile, it finds together.
    func hold() -> Gate {
        let gate = Gate()
        run { _ in gate.wait() }
        return gate
    }

    /// The counters once all is counted that the worker has done so far.
    var counters: TransportCounters {
        settle()
        return worker.counters
    }

    /// Waits until the counters are as told; false when they are not in time.
    func wait(until condition: (TransportCounters) -> Bool) -> Bool {
        let deadline = DispatchTime.now() + patience
        while !condition(worker.counters) {
            guard DispatchTime.now() < deadline else { return false }
            settle()
        }
        return true
    }
}

/// Holds a thread until another one opens it.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }
    func wait() { _ = semaphore.wait(timeout: .now() + patience) }
}
