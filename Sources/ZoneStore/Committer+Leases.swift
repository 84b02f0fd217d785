import DNSWire
import DNSZones

extension Committer {
    /// Records removed in one change. The rest follows in another, so that one does not hold up those of others.
    private static let endedPerChange = 500
    /// Seconds until the timer looks again, however far off the next end is: the wall clock may be set.
    private static let longestWait: Int64 = 60

    /// Arms the timer for leases that end at `expiry`, if it would go off later.
    func armLeaseTimer(_ expiry: Int64) {
        let wall = clock.wall()
        let time = max(wall, min(expiry, wall + Self.longestWait))
        if let leaseTimer, leaseTimer <= time { return }
        leaseTimer = time
        clock.after(time - wall) { [inbox] in inbox.put { $0.leaseTimerWentOff() } }
    }

    /// Submits the removal of what has ended, as a change like any other.
    private func leaseTimerWentOff() {
        leaseTimer = nil
        let wall = clock.wall()
        for stored in zones.values {
            guard let next = stored.leases.nextExpiry else { continue }
            if next <= wall {
                removeEnded(of: stored, wall: wall)
            } else {
                armLeaseTimer(next)
            }
        }
    }

    private func removeEnded(of stored: StoredZone, wall: Int64) {
        let (zone, leases) = (stored.zone, stored.leases)
        let ended = leases.ended(at: wall, limit: Self.endedPerChange)
        let counters = counters
        let change = PendingChange(zone: zone) { draft, wall -> Application<Int> in
            .keep(draft.removeEnded(ended, wall: wall) { leases.expiry(of: $0) })
        } completion: { [inbox] result, count in
            if case .committed = result { counters.update { $0.leasesEnded += count ?? 0 } }
            // Again for what is left, or could not be done.
            inbox.put { committer in
                guard let next = leases.nextExpiry else { return }
                if case .failed = result {
                    committer.armLeaseTimer(max(next, committer.clock.wall() + Self.holdOff))
                } else {
                    committer.armLeaseTimer(next)
                }
            }
        }
        if !inbox.put(change, at: clock.monotonic()) { armLeaseTimer(wall + Self.holdOff) }
    }
}

extension ZoneDraft {
    /// Removes the records of leases that have ended and were not renewed meanwhile.
    ///
    /// - Parameter expiry: when the lease of a record ends by what is on the disk.
    /// - Returns: how many leases ended.
    fileprivate mutating func removeEnded(
        _ records: [LeasedRecord], wall: Int64, expiry: (LeasedRecord) -> Int64?
    ) -> Int {
        var renewed: [LeasedRecord: Int64?] = [:]
        for change in leaseChanges {
            switch change {
            case .set(let record, let expiry): renewed[record] = .some(expiry)
            case .clear(let record): renewed[record] = .some(nil)
            }
        }
        var count = 0
        for record in records {
            let end = renewed[record] ?? expiry(record)
            guard let end, end <= wall else { continue }
            if var rrset = rrset(record.ownerName, record.type) {
                rrset.rdatas.removeAll { $0 == record.rdata }
                set(rrset)
            }
            leaseChanges.append(.clear(record))
            count += 1
        }
        return count
    }
}
