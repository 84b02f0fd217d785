import DNSWire

/// One check: from the first primary that is asked to the version that is published, or to the next attempt.
extension SecondaryMachine {
    mutating func beginDueCheck(_ now: Moment) {
        let wanted = wanted
        self.wanted = nil
        lastStart = now.uptime
        var primaries = Array(0..<primaryCount)
        if let first = wanted?.primary, primaries.indices.contains(first) {
            primaries.remove(at: first)
            primaries.insert(first, at: 0)
        }
        let check = Check(
            primaries: primaries, endsWithSame: wanted?.endsWithSame ?? false, isFull: wanted?.isFull ?? false
        )
        guard let primary = check.primary else {
            // No primary at all: nothing to do, and not over and over.
            nextCheck = now.uptime + SecondaryTimers.maximumRefresh
            return
        }
        ask(primary, check, now)
    }

    /// Asks a primary for its serial, or for the zone where there is nothing to compare it with.
    private mutating func ask(_ primary: Int, _ check: Check, _ now: Moment) {
        guard soa != nil, !check.isFull else { return transfer(.full, primary, check, now) }
        beginStep(Self.maximumAsking, now)
        phase = .asking(check)
        actions.append(.askSOA(primary: primary, step: step))
    }

    private mutating func transfer(_ transfer: Transfer, _ primary: Int, _ check: Check, _ now: Moment) {
        beginStep(Self.maximumTransfer, now)
        phase = .transferring(check, transfer)
        actions.append(.transfer(primary: primary, transfer, step: step))
    }

    private mutating func beginStep(_ time: Int64, _ now: Moment) {
        step += 1
        deadline = now.uptime + time
    }

    /// The primary's serial is known.
    mutating func answered(
        _ serial: SerialNumber, _ now: Moment, _ generator: inout some RandomNumberGenerator
    ) {
        guard case .asking(let check) = phase, let primary = check.primary else { return }
        guard let held = self.serial else { return transfer(.full, primary, check, now) }
        guard serial.isNewer(than: held) else { return same(serial, check, now, &generator) }
        transfer(.incremental(since: held), primary, check, now)
    }

    mutating func arrived(
        _ arrival: Arrival, _ now: Moment, _ generator: inout some RandomNumberGenerator
    ) {
        guard case .transferring(let check, _) = phase else { return }
        switch arrival {
        case .upToDate(let serial):
            same(serial, check, now, &generator)
        case .version(let new):
            let serial = SerialNumber(new.serial)
            if let held = self.serial, !check.isFull, !serial.isNewer(than: held) {
                return same(serial, check, now, &generator)
            }
            beginStep(Self.maximumPublishing, now)
            phase = .publishing(new)
            actions.append(.publish(step: step))
        }
    }

    /// The primary has nothing newer. One that is behind does not confirm what is held.
    private mutating func same(
        _ serial: SerialNumber, _ check: Check, _ now: Moment, _ generator: inout some RandomNumberGenerator
    ) {
        var check = check
        if serial == self.serial { check.isConfirmed = true }
        if check.isConfirmed, check.endsWithSame {
            succeed(now, &generator)
        } else {
            askNext(check, now, &generator)
        }
    }

    private mutating func askNext(
        _ check: Check, _ now: Moment, _ generator: inout some RandomNumberGenerator
    ) {
        var check = check
        check.position += 1
        if let primary = check.primary {
            ask(primary, check, now)
        } else if check.isConfirmed {
            succeed(now, &generator)
        } else {
            retryLater(now, &generator)
        }
    }

    mutating func published(_ now: Moment, _ generator: inout some RandomNumberGenerator) {
        guard case .publishing(let new) = phase else { return }
        soa = new
        persistedAt = nil
        succeed(now, &generator)
    }

    mutating func fail(
        _ failure: TransferFailure, _ now: Moment, _ generator: inout some RandomNumberGenerator
    ) {
        lastFailure = failure
        switch phase {
        case .waiting: break
        case .asking(let check): askNext(check, now, &generator)
        case .transferring(let check, .incremental) where failure.suggestsFullTransfer:
            if let primary = check.primary { transfer(.full, primary, check, now) }
        case .transferring(let check, _): askNext(check, now, &generator)
        // Another primary does not mend the disk here.
        case .publishing: retryLater(now, &generator)
        }
    }

    // --- Ends ---

    /// The version held is what a primary has.
    private mutating func succeed(_ now: Moment, _ generator: inout some RandomNumberGenerator) {
        failureCount = 0
        lastFailure = nil
        refreshedAt = now.uptime
        if persistedAt.map({ abs(now.wall - $0) >= Self.persistSpacing }) != false {
            persistedAt = now.wall
            actions.append(.persist(SecondaryState(refreshedAt: now.wall)))
        }
        let interval = soa.map { SecondaryTimers($0).refresh } ?? SecondaryTimers.minimumInterval
        wait(SecondaryTimers.jittered(interval, using: &generator), Self.notifySpacing, now)
    }

    private mutating func retryLater(_ now: Moment, _ generator: inout some RandomNumberGenerator) {
        failureCount = min(failureCount, Int.max - 1) + 1
        let interval =
            soa.map { SecondaryTimers($0).retry } ?? SecondaryTimers.firstRetry(after: failureCount)
        wait(SecondaryTimers.jittered(interval, using: &generator), Self.notifySpacingAfterFailure, now)
    }

    /// - Parameter spacing: how soon a check may begin that was asked for meanwhile.
    private mutating func wait(_ interval: Int64, _ spacing: Int64, _ now: Moment) {
        phase = .waiting
        deadline = .max
        nextCheck = now.uptime + interval
        if let serial = wanted?.serial, let held = self.serial, !serial.isNewer(than: held),
            wanted?.isFull == false
        {
            wanted = nil
        }
        if wanted != nil { nextCheck = min(nextCheck, max(now.uptime, lastStart + spacing)) }
    }
}
