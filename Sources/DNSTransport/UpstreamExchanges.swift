import DNSWire

/// Every query that this worker has sent to a server and waits for: one table for all transports.
///
/// The service is never called from within `send` or `cancel`. A query that fails at once is put in line, and
/// the loop reports it (`reportFailures`).
final class UpstreamExchanges {
    /// One exchange, from `send` until it is finished, cancelled, or its end is reported.
    struct Exchange {
        enum Route {
            case datagram(SlotKey)
            case connection(SlotKey, UpstreamConnection.Tag)
            /// In line to be reported so.
            case failed(ExchangeEnd)
        }

        var route: Route
        var timer: TimerHandle?
        /// Messages that were not the reply.
        var junk = 0
        /// Set while a query on a stream may be sent once more.
        var retry: Query?
        /// It went out on a kept connection: the server may have closed that at the same moment, which says nothing
        /// about the server (RFC 7766 §6.2.4).
        var isOnKeptConnection = false
    }

    struct Query {
        var message: [UInt8]
        var destination: UpstreamDestination
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
        timeout: Int64, isAlone: Bool = false
    ) {
        guard exchanges[id] == nil else { return assertionFailure("exchange \(id) is in use") }
        var exchange = Exchange(route: .failed(.failed(SystemError.invalid)))
        let choice = isAlone ? UpstreamStreams.Choice.own : .shared
        switch transport {
        case .udp where isAlone: break
        case .udp: openDatagram(&exchange, id, message, to: server)
        case .tcp: openStream(&exchange, id, Query(message: message, destination: .tcp(server)), choice)
        case .encrypted(let server) where isAlone && server.service != .tls: break
        case .encrypted(let server):
            openStream(&exchange, id, Query(message: message, destination: .encrypted(server)), choice)
        }
        if case .failed = exchange.route {
            failures.append(id)
            loop.isImpatient = true
        } else {
            exchange.timer = loop.timers.arm(.exchange(id), at: loop.now.after(timeout))
        }
        exchanges[id] = exchange
    }

    private func openDatagram(
        _ exchange: inout Exchange, _ id: ExchangeID, _ message: [UInt8], to server: SocketAddress
    ) {
        do throws(SystemError) {
            try check(message)
            try makeRoom()
            exchange.route = .datagram(try datagrams.open(for: id, message, to: server))
            loop.counters.upstreamDatagramExchanges.add()
        } catch {
            exchange.route = .failed(.failed(error.code))
        }
    }

    private func openStream(
        _ exchange: inout Exchange, _ id: ExchangeID, _ query: Query, _ choice: UpstreamStreams.Choice
    ) {
        let destination = query.destination
        do throws(SystemError) {
            try check(query.message)
            if choice != .shared || !streams.canReuse(for: query.message, to: destination) { try makeRoom() }
            let sent = try streams.send(query.message, for: id, to: destination, on: choice)
            exchange.route = .connection(sent.key, sent.tag)
            exchange.retry = choice == .shared ? query : nil
            exchange.isOnKeptConnection = sent.isOnKeptConnection
            if choice != .new { count(destination) }
        } catch {
            exchange.route = .failed(.failed(error.code))
        }
    }

    private func count(_ destination: UpstreamDestination) {
        switch destination {
        case .tcp: loop.counters.upstreamStreamExchanges.add()
        case .encrypted(let server) where server.service == .tls: loop.counters.upstreamTLSExchanges.add()
        case .encrypted: loop.counters.upstreamHTTPSExchanges.add()
        }
    }

    private func check(_ message: [UInt8]) throws(SystemError) {
        guard message.count >= 12, message.count <= StreamFrame.longestMessage else {
            throw SystemError(code: SystemError.messageTooLong)
        }
    }

    /// Keeps the number of sockets below its limit; one that is kept without an exchange is closed for a query.
    private func makeRoom() throws(SystemError) {
        guard socketCount >= loop.configuration.upstreamSockets, !datagrams.closeKept() else { return }
        guard streams.closeIdle() else { throw SystemError(code: SystemError.tooManyFiles) }
    }

    func cancel(_ id: ExchangeID) {
        remove(id, .cancelled)
    }

    func resume(_ id: ExchangeID, within timeout: Int64) {
        guard let exchange = exchanges[id], case .connection(let key, _) = exchange.route,
            streams.resume(key)
        else { return }
        exchanges[id]?.timer = loop.timers.arm(.exchange(id), at: loop.now.after(timeout))
    }

    //--- What the loop reports ---

    func datagramReady(_ key: SlotKey, service: any WorkerService) {
        // A few at a time; a flood waits until the others had their turn.
        for _ in 0..<UpstreamDatagrams.messagesPerTurn {
            guard let (id, message) = unsafe datagrams.receive(key) else { return }
            unsafe received(message, for: id, service)
            // Mostly that was the reply, and what is left in a kept socket can wait.
            guard datagrams.isOpen(key) else { return }
        }
    }

    func connectionReady(_ key: SlotKey, _ readiness: Interest, service: any WorkerService) {
        fail(streams.ready(key, readiness))
        while let (id, message) = unsafe streams.nextMessage(key) {
            if let id { unsafe received(message, for: id, service) } else { loop.counters.upstreamJunk.add() }
        }
        for death in streams.finishReading(key) { fail(death) }
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
        case .more(let timeout):
            if let timer = exchange.timer { loop.timers.remove(timer) }
            exchange.timer = loop.timers.arm(.exchange(id), at: loop.now.after(timeout))
            // Asked again, it would begin anew.
            exchange.retry = nil
            exchanges[id] = exchange
        case .pause:
            guard case .connection(let key, _) = exchange.route, streams.pause(key) else { return }
            if let timer = exchange.timer { loop.timers.remove(timer) }
            exchange.timer = nil
            exchanges[id] = exchange
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
            guard let exchange = exchanges[id], case .failed(let end) = exchange.route else { continue }
            exchanges[id] = nil
            loop.counters.upstreamFailures.add()
            service.upstreamEnded(id, end)
        }
    }

    /// The end of a turn: the datagrams, and one write for each connection with queries that wait.
    func flush() {
        for (id, error) in datagrams.flush() { fail(id, error) }
        for death in streams.flush() { fail(death) }
    }

    func connectionIdled(_ key: SlotKey) { streams.idled(key) }

    var isQuiet: Bool { failures.isEmpty }

    //--- Ends ---

    /// Exchanges of a connection or stream that died: sends them once more, or puts them in line to be reported.
    private func fail(_ death: UpstreamStreams.Death) {
        for id in death.exchanges {
            guard var exchange = exchanges[id] else { continue }
            if let query = exchange.retry, exchange.isOnKeptConnection || death.mayAskAgain {
                openStream(&exchange, id, query, .new)
            } else {
                exchange.route = .failed(death.end)
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

    /// A datagram that could not be sent: its exchange is put in line to be reported.
    private func fail(_ id: ExchangeID, _ error: SystemError) {
        guard exchanges[id] != nil else { return }
        remove(id, .finished)
        exchanges[id] = Exchange(route: .failed(.failed(error.code)))
        failures.append(id)
        loop.isImpatient = true
    }

    private func remove(_ id: ExchangeID, _ reason: Reason) {
        guard let exchange = exchanges.removeValue(forKey: id) else { return }
        if let timer = exchange.timer { loop.timers.remove(timer) }
        switch exchange.route {
        case .datagram(let key): datagrams.close(key)
        case .connection(let key, let tag): streams.end(tag, on: key, reason)
        case .failed: break
        }
    }
}
