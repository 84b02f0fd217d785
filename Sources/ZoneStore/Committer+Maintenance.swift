import DNSZones
import Logging

/// What is done between groups: snapshots, checkpoints, and sweeping up rows that no zone points to.
struct Maintenance {
    /// Snapshots that somebody waits for: zones that are made or replaced.
    var awaited: [SnapshotJob] = []
    var background: [SnapshotJob] = []
    var garbage: [Garbage] = []
    /// Groups since the last step.
    var groups = 0
    /// After a failure nothing is tried before this time of the monotonic clock.
    var heldOffUntil: UInt64 = 0
    /// Seconds of the next hold-off; it doubles while failures go on.
    var holdOff: Int64 = minimumHoldOff

    /// While changes wait, steps nobody waits for come after as many groups, so that they take a small part of the disk's
    /// time; the work they save later is as much.
    static let groupsPerStep = 4
    /// Snapshots do not help against a full disk; trying them all the time would only take the room that changes need.
    static let minimumHoldOff: Int64 = 10
    static let maximumHoldOff: Int64 = 640

    enum Load {
        case busy
        case idle
    }

    var isEmpty: Bool { awaited.isEmpty && background.isEmpty && garbage.isEmpty }
}

/// Rows that no zone points to.
enum Garbage {
    case snapshot(JournalRow.Generation)
    case changes(ArraySlice<Int64>)
    case leases(zone: Int64)
}

extension Committer {
    /// Does one step.
    ///
    /// - Returns: whether there is more that can be done now.
    @discardableResult
    func maintain(_ load: Maintenance.Load) -> Bool {
        checkpointIfDue()
        if !maintenance.awaited.isEmpty {
            stepAwaited()
            return true
        }
        guard !maintenance.isEmpty, clock.monotonic() >= maintenance.heldOffUntil else { return false }
        maintenance.groups += 1
        guard load == .idle || maintenance.groups >= Maintenance.groupsPerStep else { return true }
        maintenance.groups = 0
        if let job = maintenance.background.first {
            step(job)
        } else {
            sweep()
        }
        return !maintenance.isEmpty
    }

    private func checkpointIfDue() {
        guard database.isCheckpointDue else { return }
        do throws(StoreError) {
            try database.checkpoint()
            counters.update { $0.checkpoints += 1 }
        } catch {
            // Nothing is lost by it: the WAL has everything, and grows.
            log.warning("state database: no checkpoint: \(error)")
            counters.update { $0.maintenanceFailed += 1 }
        }
    }

    /// Nobody waits for what failed, and it is tried again later.
    func holdOffMaintenance(_ error: StoreError, _ what: String) {
        log.warning("state database: \(what): \(error)")
        counters.update { $0.maintenanceFailed += 1 }
        let seconds = maintenance.holdOff
        maintenance.heldOffUntil = clock.monotonic() + UInt64(seconds) * 1_000_000_000
        maintenance.holdOff = min(seconds * 2, Maintenance.maximumHoldOff)
        // An idle queue has to be woken; a task that does nothing is enough.
        clock.after(seconds) { [inbox] in inbox.put { _ in } }
    }

    func didMaintain() { maintenance.holdOff = Maintenance.minimumHoldOff }

    // --- Sweeping ---

    /// Rows that are deleted in one transaction: they take about as long as a commit.
    private static let piecesPerSweep = 8
    private static let rowsPerSweep = 500

    private func sweep() {
        guard let garbage = maintenance.garbage.first else { return }
        do throws(StoreError) {
            if let rest = try swept(garbage) {
                maintenance.garbage[0] = rest
            } else {
                maintenance.garbage.removeFirst()
            }
            didMaintain()
        } catch {
            holdOffMaintenance(error, "old rows were not removed")
        }
    }

    /// What is left of it; nil when nothing is.
    private func swept(_ garbage: Garbage) throws(StoreError) -> Garbage? {
        var isMore = false
        switch garbage {
        case .snapshot(let generation):
            try database.transact(octets: Self.piecesPerSweep * 4096) { database in
                isMore = try JournalRow.deletePieces(of: generation, limit: Self.piecesPerSweep, database)
            }
        case .leases(let zone):
            try database.transact(octets: Self.rowsPerSweep * 64) { database in
                isMore = try LeaseRow.delete(zone: zone, limit: Self.rowsPerSweep, database)
            }
        case .changes(let numbers):
            try database.transact(octets: Self.rowsPerSweep * 64) { database in
                try JournalRow.deleteChanges(numbers.prefix(Self.rowsPerSweep), database)
            }
            let rest = numbers.dropFirst(Self.rowsPerSweep)
            return rest.isEmpty ? nil : .changes(rest)
        }
        return isMore ? garbage : nil
    }
}
