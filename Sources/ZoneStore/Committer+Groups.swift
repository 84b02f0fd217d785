import DNSWire
import DNSZones

/// A zone in the making, for all changes of a group.
private final class DraftedZone {
    let stored: StoredZone
    var draft: ZoneDraft
    var outcome = Outcome.unchanged
    /// What is to be kept of what the changes do to leases.
    var leases: [LeaseChange] = []

    enum Outcome {
        case unchanged
        /// Only leases are renewed: there is something to write, but no new version.
        case renewed
        case changed(ZoneDraft.Result, octets: [UInt8])
        case failed(StoreError)
    }

    init(_ stored: StoredZone, _ version: ZoneVersion) {
        self.stored = stored
        draft = ZoneDraft(version)
    }

    func finish(wall: Int64) {
        guard draft.isTouched else { return }
        let result = draft.finished(serial: stored.zone.settings.serial, wall: wall)
        leases = stored.leases.effect(of: draft, result?.change)
        if let result {
            outcome = .changed(result, octets: StoredChange.compose(result.change))
        } else if ZoneVersion(apex: draft.apex, tree: draft.tree) == nil {
            outcome = .failed(StoreError("\(draft.apex): the zone would be left without its SOA record"))
        } else {
            outcome = leases.isEmpty ? .unchanged : .renewed
        }
    }

    var isWritten: Bool {
        switch outcome {
        case .changed, .renewed: true
        case .unchanged, .failed: false
        }
    }
}

/// A change whose result depends on the group's.
private struct Undecided {
    let change: Inbox.SubmittedChange
    let completion: PendingChange.Completion
    let isKept: Bool
    let zone: DraftedZone
}

extension Committer {
    /// Applies changes one after the other, writes what they come to in one transaction, publishes it, and tells whoever
    /// waits: durable before visible, visible before acknowledged.
    func commit(_ group: [Inbox.SubmittedChange]) {
        let wall = clock.wall()
        var drafted: [DraftedZone] = []
        let undecided = apply(group, wall: wall, to: &drafted)
        guard !undecided.isEmpty else { return }
        for zone in drafted { zone.finish(wall: wall) }
        let written = drafted.filter(\.isWritten)
        var failed: StoreError?
        if !written.isEmpty {
            do throws(StoreError) {
                try write(written, wall: wall)
            } catch {
                failed = error
                counters.update { $0.commitsFailed += 1 }
                noteFailure(error)
            }
        }
        let syncTime = clock.monotonic()
        if failed == nil {
            for zone in written { publish(zone) }
            if !written.isEmpty { noteSuccess() }
        }
        complete(undecided, failed: failed, syncTime: syncTime)
        if failed == nil {
            for zone in written { didCommit(zone.stored, leases: zone.leases, wall: wall) }
        }
    }

    /// Those that cannot be taken, and those that are undone and have seen nothing but what is on the disk already, have
    /// their result at once.
    private func apply(
        _ group: [Inbox.SubmittedChange], wall: Int64, to drafted: inout [DraftedZone]
    ) -> [Undecided] {
        var undecided: [Undecided] = []
        undecided.reserveCapacity(group.count)
        var batch = CompletionBatch()
        var (unchangedCount, failedCount) = (0, 0)
        let refusal = refusal
        for submitted in group {
            let change = submitted.change
            guard refusal == nil, let stored = zones[change.zone.id], stored.zone === change.zone,
                let version = stored.version
            else {
                batch.append(
                    change.failure, .failed(refusal ?? self.refusal(of: change.zone)), for: change.destination
                )
                failedCount += 1
                continue
            }
            let zone: DraftedZone
            if let known = drafted.first(where: { $0.stored === stored }) {
                zone = known
            } else {
                zone = DraftedZone(stored, version)
                drafted.append(zone)
            }
            let savepoint = zone.draft.savepoint
            let isClean = !zone.draft.isTouched
            let (isKept, completion) = change.apply(&zone.draft, wall)
            if !isKept { zone.draft.undo(to: savepoint) }
            if isClean, !zone.draft.isTouched {
                batch.append(completion, .unchanged, for: change.destination)
                unchangedCount += 1
            } else {
                undecided.append(
                    Undecided(change: submitted, completion: completion, isKept: isKept, zone: zone))
            }
        }
        if unchangedCount + failedCount > 0 {
            counters.update {
                $0.changesUnchanged += unchangedCount
                $0.changesFailed += failedCount
            }
            batch.deliver()
        }
        return undecided
    }

    /// Why nothing can be done with a zone.
    func refusal(of zone: Zone) -> StoreError {
        guard let stored = zones[zone.id], stored.zone === zone else {
            return StoreError("\(zone.apex): the zone is not held any more")
        }
        return stored.refusal
    }

    private func write(_ written: [DraftedZone], wall: Int64) throws(StoreError) {
        var octetCount = 0
        var number = nextChange
        var heads: [(JournalRow.Head, [UInt8])] = []
        for zone in written {
            octetCount += zone.leases.count * Self.leaseOctets
            guard case .changed(let result, let octets) = zone.outcome else { continue }
            heads.append((head(of: result.change, octets, number: number, zone.stored, wall: wall), octets))
            octetCount += octets.count
            number += 1
        }
        let rows = unwrittenRows()
        try database.transact(octets: octetCount + rows.count * Self.rowOctets) { database in
            for (head, octets) in heads { try JournalRow.insertChange(head, octets, database) }
            for zone in written {
                for change in zone.leases {
                    try LeaseRow.apply(change, zone: zone.stored.row.id, database)
                }
            }
            for row in rows { try row.update(database) }
        }
        nextChange = number
        unwritten.subtract(rows.map(\.id))
        for (head, octets) in heads { journal.append(head, octets) }
        counters.update {
            $0.commits += 1
            $0.octetsWritten += octetCount
        }
    }

    func head(
        of change: ZoneChange, _ octets: [UInt8], number: Int64, _ stored: StoredZone, wall: Int64
    ) -> JournalRow.Head {
        JournalRow.Head(
            number: number, zone: stored.row.id,
            oldSerial: StartOfAuthority(change.oldSOA.rdata)?.serial ?? 0,
            newSerial: StartOfAuthority(change.newSOA.rdata)?.serial ?? 0, wall: wall,
            octetCount: octets.count)
    }

    /// Estimates for checkpoints: a page, since leases and zones are spread over their tables.
    static let leaseOctets = 4096
    static let rowOctets = 1024

    private func publish(_ zone: DraftedZone) {
        guard case .changed(let result, let octets) = zone.outcome else { return }
        zone.stored.octetsSinceSnapshot += octets.count
        publish(result.version, of: zone.stored, changes: [result.change])
    }

    /// From here on every query is answered from this version.
    func publish(_ version: ZoneVersion?, of stored: StoredZone, changes: [ZoneChange]?) {
        let old = stored.zone.version
        if let version { stored.version = version }
        stored.zone.publish(version)
        hooks.call(Publication(zone: stored.zone, old: old, new: version, changes: changes))
    }

    private func complete(_ undecided: [Undecided], failed: StoreError?, syncTime: UInt64) {
        var batch = CompletionBatch()
        let now = clock.monotonic()
        counters.update { figures in
            figures.largestGroup = max(figures.largestGroup, undecided.count)
            for item in undecided {
                let result = item.result(failed: failed)
                switch result {
                case .committed:
                    figures.changesCommitted += 1
                    figures.timeToSync.add(syncTime &- item.change.time)
                    figures.timeToVisible.add(now &- item.change.time)
                case .unchanged: figures.changesUnchanged += 1
                case .failed: figures.changesFailed += 1
                }
                batch.append(item.completion, result, for: item.change.change.destination)
            }
        }
        batch.deliver()
    }
}

extension Undecided {
    /// One that was undone was judged by changes before it, and so shares their fate.
    func result(failed: StoreError?) -> CommitResult {
        switch zone.outcome {
        case .failed(let error): return .failed(error)
        case .unchanged: return .unchanged
        case .renewed, .changed:
            if let failed { return .failed(failed) }
            guard isKept, let version = zone.stored.version else { return .unchanged }
            return .committed(version)
        }
    }
}
