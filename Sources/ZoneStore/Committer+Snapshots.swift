import DNSZones
import GRDB
import Logging

extension Committer {
    /// Octets of changes behind a snapshot up to which it never pays to write another.
    static let minimumOctetsForSnapshot = 1 << 20
    /// A snapshot is due when changes behind it are a half of it: a start then reads at most half as much again, and all
    /// changes together cost at most three times their octets.
    static let snapshotShare = 2
    /// Of the pieces in one transaction, which a disk syncs in some milliseconds; the last of them may go beyond it.
    static let octetsPerStep = 1 << 20
    /// Zones that are made at once share a transaction as long as they are small: a first start makes a score of them.
    private static let creationsPerStep = 64

    func copyIfDue(_ stored: StoredZone) {
        let limit = max(
            Self.minimumOctetsForSnapshot, Int(clamping: stored.row.snapshot.octets) / Self.snapshotShare)
        guard stored.octetsSinceSnapshot >= limit, !stored.isBeingCopied, let version = stored.version else {
            return
        }
        stored.isBeingCopied = true
        maintenance.background.append(
            SnapshotJob(
                stored, version,
                .background(covered: nextChange - 1, octetsSinceSnapshot: stored.octetsSinceSnapshot)))
    }

    /// Goes on with what somebody waits for.
    func stepAwaited() {
        guard let first = maintenance.awaited.first else { return }
        guard first.isCreation else { return step(first) }
        step(maintenance.awaited.prefix(Self.creationsPerStep).prefix { $0.isCreation })
    }

    func step(_ job: SnapshotJob) {
        guard isWanted(job) else { return abandon(job, refusal(of: job.stored.zone)) }
        step([job])
    }

    /// Writes the next pieces of each, as long as they are not too much for one transaction; with its last, a snapshot counts.
    private func step(_ jobs: ArraySlice<SnapshotJob>) {
        var octets = 0
        var steps: [SnapshotJob.Step] = []
        for job in jobs where octets < Self.octetsPerStep {
            let step = job.nextStep(octets: Self.octetsPerStep - octets)
            octets += step.octets + Self.rowOctets
            steps.append(step)
        }
        let concluded = steps.map { $0.isLast ? concludingRow($0.job) : nil }
        do throws(StoreError) {
            try database.transact(octets: octets) { database in
                for (step, row) in zip(steps, concluded) { try write(step, row, database) }
            }
        } catch {
            for step in steps { abandon(step.job, error) }
            return
        }
        for (step, row) in zip(steps, concluded) { row.map { didConclude(step.job, $0) } }
    }

    private func write(_ step: SnapshotJob.Step, _ row: ZoneRow?, _ database: Database) throws {
        let job = step.job
        for (index, octets) in step.pieces.enumerated() {
            try JournalRow.insertPiece(
                octets, of: job.generation, number: step.firstNumber + Int64(index), database)
        }
        if job.isCreation { try ZoneRow.setNextID(nextZone, database) }
        if let row { try conclude(job, row, database) }
    }

    /// Whether the zone is still what the job was begun for.
    private func isWanted(_ job: SnapshotJob) -> Bool {
        if job.isCreation { return true }
        guard zones[job.stored.row.id] === job.stored else { return false }
        if case .replacement = job.purpose { return true }
        return job.stored.row.snapshot.generation == job.generationBefore
    }

    /// The zone's row as it is when the job is done.
    private func concludingRow(_ job: SnapshotJob) -> ZoneRow {
        var row = job.stored.row
        switch job.purpose {
        case .background(let covered, _):
            row.snapshot = job.row(covered: covered)
        case .creation:
            row.snapshot = job.row(covered: nextChange - 1)
            row.firstChange = nextChange
        case .replacement(_, let refresh, _, _):
            row.snapshot = job.row(covered: nextChange - 1)
            row.firstChange = nextChange
            row.refresh = refresh ?? row.refresh
        }
        return row
    }

    private func conclude(_ job: SnapshotJob, _ row: ZoneRow, _ database: Database) throws {
        switch job.purpose {
        case .background: try row.update(database)
        case .creation: try row.insert(database)
        case .replacement:
            try row.update(database)
            try LeaseRow.deleteAll(zone: row.id, database)
        }
    }

    private func didConclude(_ job: SnapshotJob, _ row: ZoneRow) {
        remove(job)
        let stored = job.stored
        let before = stored.generation
        stored.row = row
        if before.generation > 0 { maintenance.garbage.append(.snapshot(before)) }
        counters.update { $0.snapshotsWritten += 1 }
        let octets = Int(clamping: row.snapshot.octets)
        switch job.purpose {
        case .background(_, let octetsCovered):
            stored.octetsSinceSnapshot -= octetsCovered
            stored.isBeingCopied = false
            journal.setOctets(of: row.id, octets)
            didMaintain()
            trim(stored, wall: clock.wall())
        case .creation(let version, let completion):
            noteSuccess()
            journal.setOctets(of: row.id, octets)
            zones[row.id] = stored
            stored.version = version
            stored.zone.publish(version)
            updateTable()
            hooks.call(Publication(zone: stored.zone, old: nil, new: version, changes: nil))
            log.notice("zone \(stored.zone.apex) was made")
            completion(.success(stored.zone))
        case .replacement(let version, _, let destination, let completion):
            noteSuccess()
            forgetChanges(of: stored)
            journal.setOctets(of: row.id, octets)
            stored.damage = nil
            publish(version, of: stored, changes: nil)
            complete(completion, .committed(version), for: destination)
        }
    }

    private func forgetChanges(of stored: StoredZone) {
        let numbers = journal.removeAll(zone: stored.row.id)
        if !numbers.isEmpty { maintenance.garbage.append(.changes(numbers[...])) }
        stored.octetsSinceSnapshot = 0
        stored.leases.removeAll()
    }

    /// Lets go of changes that are too many or too old, and that a start does not need.
    func trim(_ stored: StoredZone, wall: Int64) {
        let retention = stored.zone.settings.journal
        let numbers = journal.trim(
            zone: stored.row.id, covered: stored.row.snapshot.covered, octets: retention.octets,
            oldest: wall - retention.age)
        if !numbers.isEmpty { maintenance.garbage.append(.changes(numbers[...])) }
    }

    private func remove(_ job: SnapshotJob) {
        maintenance.awaited.removeAll { $0 === job }
        maintenance.background.removeAll { $0 === job }
    }

    /// What was written of it is swept up. One that nobody waits for is begun again when it is due again.
    private func abandon(_ job: SnapshotJob, _ error: StoreError) {
        remove(job)
        if job.number > 0 { maintenance.garbage.append(.snapshot(job.generation)) }
        switch job.purpose {
        case .background:
            job.stored.isBeingCopied = false
            if isWanted(job) { holdOffMaintenance(error, "no snapshot of \(job.stored.zone.apex)") }
        case .creation(_, let completion):
            apexesTaken.remove(job.stored.zone.apex)
            noteFailure(error)
            completion(.failure(error))
        case .replacement(_, _, let destination, let completion):
            if isWanted(job) { noteFailure(error) }
            complete(completion, .failed(error), for: destination)
        }
    }

    func complete(
        _ completion: @escaping PendingChange.Completion, _ result: CommitResult,
        for destination: CompletionDestination?
    ) {
        var batch = CompletionBatch()
        batch.append(completion, result, for: destination)
        batch.deliver()
    }
}
