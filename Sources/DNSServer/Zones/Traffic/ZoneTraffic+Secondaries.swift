import DNSTransport
import DNSWire
import DNSZones
import Logging
import ZoneStore

/// Secondary zones and their machines.
extension ZoneTraffic {
    func follow(_ zone: Zone, _ primaries: [PrimaryServer]) {
        let known = secondaries[zone.apex]
        if let known, known.zone === zone, known.primaries == primaries { return }
        stopFollowing(zone.apex)
        let now = context.now
        // With other primaries the zone is as old as before.
        let state = known.flatMap { $0.zone === zone ? $0.machine.state(at: now) : nil }
        let machine = SecondaryMachine(
            primaryCount: primaries.count, soa: zone.version?.soa,
            state: state ?? states.removeValue(forKey: zone.id), now: now)
        lastNumber += 1
        let secondary = SecondaryZone(zone, number: lastNumber, primaries, machine)
        secondaries[zone.apex] = secondary
        perform(secondary.machine.start(now: now, using: &random), for: secondary)
    }

    func stopFollowing(_ apex: DomainName) {
        guard let secondary = secondaries.removeValue(forKey: apex) else { return }
        abandon(secondary)
    }

    // --- Machines ---

    func wakeMachines() {
        let now = context.now.uptime
        while let (due, apex) = wakes.first, due <= now {
            wakes.removeFirst()
            guard let secondary = secondaries[apex], secondary.queuedWake == due else { continue }
            secondary.queuedWake = nil
            if secondary.wake <= now {
                events.append((secondary, .timer))
            } else {
                queueWake(secondary)
            }
        }
    }

    private func queueWake(_ secondary: SecondaryZone) {
        if let queued = secondary.queuedWake, queued <= secondary.wake { return }
        secondary.queuedWake = secondary.wake
        wakes.insert(secondary.apex, due: secondary.wake)
    }

    func tellMachines() {
        while !events.isEmpty {
            let batch = events
            events = []
            for (secondary, event) in batch where secondaries[secondary.apex] === secondary {
                let actions = secondary.machine.handle(event, now: context.now, using: &random)
                if secondary.machine.lastFailure == nil, secondary.reported != nil {
                    secondary.reported = nil
                    log.notice("zone \(secondary.apex) is current again")
                }
                perform(actions, for: secondary)
            }
        }
    }

    private func perform(_ actions: [SecondaryMachine.Action], for secondary: SecondaryZone) {
        for action in actions {
            switch action {
            case .askSOA(let primary, let step):
                secondary.pending = .check(primary: primary, step: step)
                line += 1
                checkLine.insert(secondary.apex, due: line)
            case .transfer(let primary, let transfer, let step):
                secondary.pending = .transfer(primary: primary, transfer, step: step)
                line += 1
                transferLine.insert(secondary.apex, due: line)
            case .publish(let step): publish(secondary, step)
            case .abandon: abandon(secondary)
            case .expire:
                log.warning(
                    "zone \(secondary.apex) has expired: no primary was heard for too long; it is not answered from"
                )
                services.store.expire(secondary.zone)
            case .persist(let state): services.store.noteRefresh(of: secondary.zone, state)
            case .wake(let time):
                secondary.wake = time
                queueWake(secondary)
            }
        }
    }

    /// Ends what is under way for a zone, whatever it is.
    private func abandon(_ secondary: SecondaryZone) {
        secondary.pending = nil
        secondary.arrived = nil
        guard let exchange = secondary.exchange else { return }
        secondary.exchange = nil
        context.cancel(exchange)
        checks[exchange] = nil
        incoming.removeValue(forKey: exchange)?.reception.cancel()
    }

    /// Begins what waits for its turn, as far as there is room.
    func beginWaiting() {
        while checks.count < bounds.serialChecks, let (_, apex) = checkLine.first {
            checkLine.removeFirst()
            guard let secondary = secondaries[apex], case .check(let primary, let step) = secondary.pending
            else { continue }
            secondary.pending = nil
            beginCheck(secondary, primary, step)
        }
        while incoming.count < bounds.transfers, let (_, apex) = transferLine.first {
            transferLine.removeFirst()
            guard let secondary = secondaries[apex],
                case .transfer(let primary, let transfer, let step) = secondary.pending
            else { continue }
            secondary.pending = nil
            beginTransfer(secondary, primary, transfer, step)
        }
    }

    // --- Failures ---

    /// What a step was to do was not done.
    ///
    /// - Parameter detail: what else there is to say about why.
    func fail(
        _ secondary: SecondaryZone, _ primary: Int, _ step: Int, _ failure: TransferFailure,
        _ detail: String? = nil
    ) {
        secondary.exchange = nil
        events.append((secondary, .failed(step: step, failure)))
        let now = SecondaryZone.Reported(primary: primary, failure: failure)
        guard secondary.reported != now else { return }
        secondary.reported = now
        let server = secondary.server(primary).map { "\($0.address)" } ?? "its primary"
        let words = detail.map { "\(failure): \($0)" } ?? "\(failure)"
        log.warning("zone \(secondary.apex) is not updated from \(server): \(words)")
    }

    static func failure(_ end: ExchangeEnd) -> TransferFailure {
        switch end {
        case .timedOut: .timedOut
        case .failed: .unreachable
        case .encryptionFailed: .notAuthentic
        }
    }

    static func detail(_ end: ExchangeEnd) -> String? {
        if case .encryptionFailed(let fault) = end { "\(fault)" } else { nil }
    }

    static let unknownKey = "its key is not known here"
}
