import CLinux
import DNSWire

/// The inside of a worker: what its queue's one item runs. It hands events to the three parts that own
/// descriptors, and is the context that the service knows.
///
/// One turn: wait; read the clocks; handle what is ready; fire what is due; report exchanges that failed;
/// take messages of sequences; settle client connections; write to servers; send deferred replies. The order lets everything that a turn
/// causes leave in that turn, as one write per connection and one call per batch.
final class WorkerLoop: WorkerContext {
    private let loop: EventLoop
    private let mailbox: Mailbox
    private let datagrams: DatagramServer
    private let streams: StreamServer
    private let upstream: UpstreamExchanges
    private var isStopping = false
    private var isDrainOver = false

    init(
        sockets: WorkerSockets, configuration: WorkerConfiguration, counters: CounterSet, mailbox: Mailbox
    ) throws(SystemError) {
        self.mailbox = mailbox
        loop = try EventLoop(configuration: configuration, counters: counters)
        try loop.watch(mailbox.signal, for: .readable, as: EventToken(.mailbox))
        datagrams = try DatagramServer(sockets: sockets.datagrams, loop: loop)
        streams = try StreamServer(listening: sockets.streams, loop: loop)
        upstream = UpstreamExchanges(loop: loop)
    }

    /// Serves until the worker is stopped and drained.
    func run(_ makeService: Worker.MakeService) {
        // The thread is this loop's alone for as long as it runs, and naps of microseconds have to be that.
        clinux_timer_slack(1_000)
        let service = makeService(self)
        while !isDone(service) {
            let count = loop.wait()
            for index in 0..<count {
                let (token, readiness) = loop.event(index)
                handle(token, readiness, service)
            }
            fireTimers(service)
            upstream.reportFailures(service: service)
            streams.settle(service: service)
            upstream.flush()
            datagrams.flush()
        }
        // Who was told that their work is taken may wait for it.
        for work in mailbox.close() { work(service) }
    }

    private func handle(_ token: EventToken, _ readiness: Interest, _ service: any WorkerService) {
        switch token.kind {
        case .datagramListener: datagrams.receive(on: token.index, service: service)
        case .streamListener: streams.accept(on: token.index)
        case .connection: streams.ready(token.key, readiness, service: service)
        case .upstreamDatagram: upstream.datagramReady(token.key, service: service)
        case .upstreamConnection: upstream.connectionReady(token.key, readiness, service: service)
        case .mailbox: openMailbox(service)
        case nil: break
        }
    }

    private func openMailbox(_ service: any WorkerService) {
        let (work, stops) = mailbox.take()
        for work in work { work(service) }
        if stops { stop() }
    }

    /// Fires what is due. Timers that are armed for the past meanwhile fire in the next turn.
    private func fireTimers(_ service: any WorkerService) {
        for _ in 0..<loop.timers.count {
            guard let purpose = loop.timers.popDue(by: loop.now.monotonic) else { return }
            switch purpose {
            case .service(let token): service.timerFired(token)
            case .connection(let key): streams.timerFired(key)
            case .listener(let index): streams.listeners.resume(index)
            case .exchange(let id): upstream.timedOut(id, service: service)
            case .upstreamConnection(let key): upstream.connectionIdled(key)
            case .drain: isDrainOver = true
            }
        }
    }

    //--- Stopping ---

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        datagrams.stopReceiving()
        streams.stop()
        loop.timers.arm(.drain, at: loop.now.after(loop.configuration.drainTimeout))
    }

    /// Whether the worker was stopped, and either owes nothing to anybody or has no time left.
    private func isDone(_ service: any WorkerService) -> Bool {
        guard isStopping else { return false }
        return isDrainOver || (service.pendingCount == 0 && streams.isQuiet && upstream.isQuiet)
    }

    //--- WorkerContext ---

    var now: Moment { loop.now }

    func send(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        upstream.send(exchange, message: message, to: server, over: transport, timeout: timeout)
    }

    func sendAlone(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        upstream.send(
            exchange, message: message, to: server, over: transport, timeout: timeout, isAlone: true)
    }

    func cancel(_ exchange: ExchangeID) {
        upstream.cancel(exchange)
    }

    func resume(_ exchange: ExchangeID, within timeout: Int64) {
        upstream.resume(exchange, within: timeout)
    }

    func schedule(_ token: UInt64, at monotonic: Int64) {
        loop.timers.arm(.service(token: token), at: monotonic)
    }

    func reply(_ message: Span<UInt8>, to client: Client) {
        switch client.transport {
        case .udp: datagrams.reply(message, to: client)
        case .tcp, .tls, .https, .http: streams.reply(message, to: client)
        }
    }

    func abandon(_ client: Client) {
        if client.transport.isStream { streams.abandon(client) }
    }

    func beginSequence(_ sequence: SequenceID, to client: Client) -> Bool {
        client.transport.isStream && streams.beginSequence(sequence, to: client)
    }

    func resumeSequence(_ sequence: SequenceID) { streams.resumeSequence(sequence) }
}
