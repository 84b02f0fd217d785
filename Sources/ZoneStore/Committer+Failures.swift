import Logging

/// That the last transaction failed.
struct Failure {
    let error: StoreError
    /// Of the monotonic clock: before it nothing is tried.
    var until: UInt64
}

extension Committer {
    /// Seconds for which changes fail at once after a transaction has failed. A full or broken disk is not helped by trying
    /// more often, and clients that are told SERVFAIL come again.
    static let holdOff: Int64 = 1

    /// Why nothing is committed now.
    var refusal: StoreError? {
        guard let failure, clock.monotonic() < failure.until else { return nil }
        return failure.error
    }

    func noteFailure(_ error: StoreError) {
        if failure == nil {
            log.error("state database: \(error); zones cannot be changed until it can be written again")
            counters.update { $0.isFailing = true }
        }
        failure = Failure(error: error, until: clock.monotonic() + UInt64(Self.holdOff) * 1_000_000_000)
        clock.after(Self.holdOff) { [inbox] in inbox.put { $0.probe() } }
    }

    func noteSuccess() {
        guard failure != nil else { return }
        failure = nil
        counters.update { $0.isFailing = false }
        log.notice("state database: it can be written again")
    }

    /// Commits nothing of interest: to find out whether the disk is well again, and to write over what the failed
    /// transaction may have left in the WAL (see `StateDatabase`).
    private func probe() {
        // Also when it is not yet time again: a later failure has set its own timer.
        guard failure != nil, refusal == nil else { return }
        do throws(StoreError) {
            try database.transact(octets: 0) { database in
                try ZoneRow.setMeta("probe", clock.wall(), database)
            }
            noteSuccess()
        } catch {
            noteFailure(error)
        }
    }
}
