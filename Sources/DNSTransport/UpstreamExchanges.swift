import DNSWire

/// Every query that this worker has sent to a server and waits for: one table for both transports.
///
/// The service is never called from within `send` or `cancel`. A query that fails at once is put in line, and
/// the loop reports it (`reportFailures`).
final class UpstreamExchanges {
    /// One exchange, from `send` until it is finished, cancelled, or its end is reported.
    struct Exchange {
        enum Route {
            case datagram(SlotKey)
            case connection(SlotKey, id: UInt16)
            /// In line to be reported with this `errno`.
            case failed(Int32)
        }

        var route: Route
        var timer: TimerHandle?
        /// Messages that were not the reply.
        var junk = 0
        /// Set while the query may be sent once more, because it went out on a kept connection: the server
        /// may have closed that at the same moment, which says nothing about the server (RFC 7766 §6.2.4).
        var retry: Query?
    }

    struct Query {
        var message: [UInt8]
        var server: SocketAddress
    }

    /// Why an exchange is over.
    enum Reason {
        case finished, cancelled, timedOut
    }

    private let loop: EventLoop
    private var exchanges: [ExchangeID: Exchange] = [:]
    /// In line to be reported as failed. Bounded by the calls of `send`, each of which enters at most one.
    private var failures: [ExchangeID] = []
    private let datagrams: UpstreamDatagrams
    private let streams: UpstreamStreams

    init(loop: EventLoop) {
        self.loop = loop
        let messages = MessageBuffer(capacity: 2 * StreamFrame.longestFrame)
        datagrams = UpstreamDatagrams(loop: loop, buffer: messages)
        streams = UpstreamStreams(loop: loop, buffer: messages)
    }

    var socketCount: Int { datagrams.count + streams.count }

    //--- What the service asks for ---

    func send(
        _ id: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        guard exchanges[id] == nil else { return assertionFailure("exchange \(id) is in use") }
        var exchange = Exchange(route: .failed(SystemError.invalid))
        let query = Query(message: message, server: server)
        switch transport {
        case .udp: openDatagram(&exchange, id, query)
        case .tcp: openStream(&exchange, id, query, isRetry: false)
        }
        if case .failed = exchange.route {
            failures.append(id)
            loop.isImpatient = true
        } else {
            exchange.timer = loop.timers.arm(.exchange(id), at: loop.now.after(timeout))
        }
        exchanges[id] = exchange
    }

    private func openDatagram(_ exchange: inout Exchange, _ id: ExchangeID, _ query: Query) {
        do throws(SystemError) {
            try check(query)
            try makeRoom()
            exchange.route = .datagram(try datagrams.open(for: id, query.message, to: query.server))
            loop.counters.upstreamDatagramExchanges.add()
        } catch {
            exchange.route = .failed(error.code)
        }
    }

    private func openStream(_ exchange: inout Exchange, _ id: ExchangeID, _ query: Query, isRetry: Bool) {
        do throws(SystemError) {
            try check(query)
            if isRetry || !streams.canReuse(for: query.message, to: query.server) { try makeRoom() }
            let sent = try streams.send(query.message, for: id, to: query.server, isRetry: isRetry)
            exchange.route = .connection(sent.key, id: sent.id)
            exchange.retry = sent.isOnKeptConnection ? query : nil
            if !isRetry { loop.counters.upstreamStreamExchanges.add() }
        } catch {
            exchange.route = .failed(error.code)
        }
    }

    private func check(_ query: Query) throws(SystemError) {
        guard query.message.count >= 12, query.message.count <= StreamFrame.longestMessage else {
            throw SystemError(code: SystemError.messageTooLong)
        }
    }

    /// Keeps the number of sockets below its limit; a connection without exchanges is closed for a query.
    private func makeRoom() throws(SystemError) {
        guard socketCount >= loop.configuration.upstreamSockets else { return }
        guard streams.closeIdle() else { throw SystemError(code: SystemError.tooManyFiles) }
    }

    func cancel(_ id: ExchangeID) {
        remove(id, .cancelled)
    }

    //--- What the loop reports ---

    func datagramReady(_ key: SlotKey, service: any WorkerService) {
        // A few at a time; a flood waits until the others had their turn.
        for _ in 0..<UpstreamDatagrams.messagesPerTurn {
            guard let (id, message) = unsafe datagrams.receive(key) else { return }
            unsafe received(message, for: id, service)
        }
    }

    func connectionReady(_ key: SlotKey, _ readiness: Interest, service: any WorkerService) {
        fail(streams.ready(key, readiness))
        while let (id, message) = unsafe streams.nextMessage(key) {
            if let id { unsafe received(message, for: id, service) } else { loop.counters.upstreamJunk.add() }
        }
        fail(streams.finishReading(key))
    }

    private func received(
        _ message: UnsafeBufferPointer<UInt8>, for id: ExchangeID, _ service: any WorkerService
    ) {
        guard exchanges[id] != nil else { return }
        let disposition = unsafe service.upstreamReceived(message.span, for: id)
        // The service may have cancelled it meanwhile.
        guard var exchange = exchanges[id] else { return }
        switch disposition {
        case .finished: remove(id, .finished)
        case .keepWaiting:
            loop.counters.upstreamJunk.add()
            exchange.junk += 1
            exchanges[id] = exchange
            if exchange.junk >= loop.configuration.junkPerExchange { end(id, service) }
        }
    }

    func timedOut(_ id: ExchangeID, service: any WorkerService) {
        guard exchanges[id] != nil else { return }
        end(id, service)
    }

    private func end(_ id: ExchangeID, _ service: any WorkerService) {
        remove(id, .timedOut)
        loop.counters.upstreamTimeouts.add()
        service.upstreamEnded(id, .timedOut)
    }

    /// Reports what failed since the last turn.
    func reportFailures(service: any WorkerService) {
        guard !failures.isEmpty else { return }
        // Queries that fail at once while these are reported are reported in the next turn.
        let ids = failures
        failures = []
        for id in ids {
            guard let exchange = exchanges[id], case .failed(let code) = exchange.route else { continue }
            exchanges[id] = nil
            loop.counters.upstreamFailures.add()
            service.upstreamEnded(id, .failed(code))
        }
    }

    /// The end of a turn: one write for each connection with queries that wait.
    func flush() {
        for death in streams.flush() { fail(death) }
    }

    func connectionIdled(_ key: SlotKey) { streams.idled(key) }

    var isQuiet: Bool { failures.isEmpty }

    //--- Ends ---

    /// Exchanges of a connection that died: sends them once more, or puts them in line to be reported.
    private func fail(_ death: UpstreamStreams.Death) {
        for id in death.exchanges {
            guard var exchange = exchanges[id] else { continue }
            if let query = exchange.retry {
                openStream(&exchange, id, query, isRetry: true)
            } else {
                exchange.route = .failed(death.code)
            }
            if case .failed = exchange.route {
                if let timer = exchange.timer { loop.timers.remove(timer) }
                exchange.timer = nil
                failures.append(id)
            }
            exchanges[id] = exchange
            loop.isImpatient = true
        }
    }

    private func remove(_ id: ExchangeID, _ reason: Reason) {
        guard let exchange = exchanges.removeValue(forKey: id) else { return }
        if let timer = exchange.timer { loop.timers.remove(timer) }
        switch exchange.route {
        case .datagram(let key): datagrams.close(key)
        case .connection(let key, let dnsID): streams.end(dnsID, on: key, reason)
        case .failed: break
        }
    }
}
