import DNSTransport
import DNSWire
import DNSZones
import Logging
import ZoneStore

/// Zones that come in: AXFR (RFC 5936) and IXFR (RFC 1995), over TCP or TLS (RFC 9103), and their way into the store.
extension ZoneTraffic {
    func beginTransfer(
        _ secondary: SecondaryZone, _ primary: Int, _ transfer: SecondaryMachine.Transfer, _ step: Int
    ) {
        guard let server = secondary.server(primary) else { return }
        secondary.primary = primary
        var kind = IncomingTransfer.Kind.full
        if case .incremental(let serial) = transfer, let held = secondary.zone.version, held.serial == serial
        {
            kind = .incremental(since: held)
        }
        let arriving = IncomingTransfer(of: secondary.apex, kind, id: makeID(), limits: bounds.transfer)
        guard let (octets, client) = request(arriving.request, server.key) else {
            counters.transfersFailed += 1
            return fail(secondary, primary, step, .notAuthentic, Self.unknownKey)
        }
        let exchange = makeExchange()
        let reception = TransferReception(arriving, client, highWater: bounds.unreadOctets) {
            [news = services.news] report in news.reported(report, of: exchange)
        }
        secondary.exchange = exchange
        incoming[exchange] = IncomingZone(
            secondary: secondary, primary: primary, step: step, reception: reception)
        context.sendAlone(
            exchange, message: octets, to: server.address, over: server.transport,
            timeout: bounds.firstMessageTimeout)
    }

    func received(_ message: Span<UInt8>, of zone: IncomingZone) -> ExchangeDisposition {
        zone.reception.put(message, wall: context.now.wall)
            ? .more(within: bounds.nextMessageTimeout) : .pause
    }

    /// The connection has ended. What came before is read first.
    func ended(_ zone: IncomingZone, _ end: ExchangeEnd) {
        zone.reception.end(Self.failure(end), Self.detail(end))
    }

    func reported(_ report: TransferReception.Report, of exchange: ExchangeID) {
        guard let zone = incoming[exchange] else { return }
        let secondary = zone.secondary
        switch report {
        case .readOn: return context.resume(exchange, within: bounds.nextMessageTimeout)
        case .complete(let outcome, let extent):
            counters.octetsReceived += extent.octets
            counters.recordsReceived += extent.records
            secondary.exchange = nil
            let server = secondary.server(zone.primary).map { "\($0.address)" } ?? ""
            log.log(
                level: outcome.isWhole ? .info : .debug,
                "zone \(secondary.apex): \(outcome.words) from \(server)",
                metadata: ["messages": "\(extent.messages)", "records": "\(extent.records)"])
            arrived(outcome, for: secondary, zone.step)
        case .failed(let failure, let detail):
            counters.transfersFailed += 1
            fail(secondary, zone.primary, zone.step, failure, detail)
        }
        incoming[exchange] = nil
        context.cancel(exchange)
    }

    private func arrived(
        _ outcome: IncomingTransfer.Outcome, for secondary: SecondaryZone, _ step: Int
    ) {
        let arrival: SecondaryMachine.Arrival
        switch outcome {
        case .upToDate(let serial):
            counters.upToDateTransfers += 1
            arrival = .upToDate(serial)
        case .full(let version):
            counters.fullTransfers += 1
            secondary.arrived = outcome
            arrival = .version(version.soa)
        case .changes(let version, _):
            counters.incrementalTransfers += 1
            secondary.arrived = outcome
            arrival = .version(version.soa)
        case .askOverStream:
            // Only a message over UDP says that.
            return
        }
        events.append((secondary, .transferred(step: step, arrival)))
    }

    // --- Into the store ---

    func publish(_ secondary: SecondaryZone, _ step: Int) {
        let outcome = secondary.arrived
        secondary.arrived = nil
        let refresh = SecondaryState(refreshedAt: context.now.wall)
        let completion: @Sendable (CommitResult) -> Void = {
            [news = services.news, number = secondary.number, apex = secondary.apex] result in
            news.committed(ZoneNews.Commit(secondary: number, apex: apex, step: step, result: result))
        }
        let isTaken: Bool
        switch outcome {
        case .full(let version):
            isTaken = services.store.replace(
                secondary.zone, with: version, refresh: refresh, completion)
        case .changes(_, let changes):
            isTaken = services.store.append(
                changes, to: secondary.zone, refresh: refresh, completion)
        case .upToDate, .askOverStream, nil: isTaken = false
        }
        if !isTaken { events.append((secondary, .failed(step: step, .notStored))) }
    }

    func committed(_ commit: ZoneNews.Commit) {
        guard let secondary = secondaries[commit.apex], secondary.number == commit.secondary else { return }
        switch commit.result {
        case .committed, .unchanged: events.append((secondary, .published(step: commit.step)))
        case .failed(let error):
            log.error("zone \(secondary.apex): what was transferred could not be stored: \(error)")
            events.append((secondary, .failed(step: commit.step, .notStored)))
        }
    }
}

extension IncomingTransfer.Outcome {
    /// All of a zone, which is seldom.
    fileprivate var isWhole: Bool {
        if case .full = self { true } else { false }
    }

    /// For people.
    fileprivate var words: String {
        switch self {
        case .upToDate(let serial): "nothing newer than \(serial)"
        case .full(let version): "version \(version.serial)"
        case .changes(let version, let changes): "\(changes.count) changes up to version \(version.serial)"
        case .askOverStream: "nothing"
        }
    }
}
