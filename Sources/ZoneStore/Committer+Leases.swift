import DNSWire
import DNSZones

extension Committer {
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
        let (zone, leases, counters) = (stored.zone, stored.leases, counters)
        let change = PendingChange(zone: zone) { draft, wall -> Application<Int> in
            // What a change before this one, in the same group, has renewed stays.
            let touched = Set(draft.leaseChanges.map(\.record))
            let ended = leases.expired(by: wall).filter { !touched.contains($0) }
            if !ended.isEmpty {
                LeaseTable.removal(of: ended, from: &draft, serial: zone.settings.serial, wall: wall)
            }
            return .keep(ended.count)
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
