import ZoneStore

// The figures of the state database, as Prometheus series.

extension StoreFigures {
    /// One line for each series.
    var lines: [String] {
        [
            "homing_zone_changes_total{result=\"committed\"} \(changesCommitted)",
            "homing_zone_changes_total{result=\"unchanged\"} \(changesUnchanged)",
            "homing_zone_changes_total{result=\"failed\"} \(changesFailed)",
            "homing_zone_changes_total{result=\"turned-away\"} \(changesTurnedAway)",
            "homing_zone_changes_waiting \(changesWaiting)",
            "homing_zone_commits_total{result=\"done\"} \(commits - commitsFailed)",
            "homing_zone_commits_total{result=\"failed\"} \(commitsFailed)",
            "homing_zone_commit_changes_max \(largestGroup)",
            "homing_zone_commits_failing \(isFailing ? 1 : 0)",
            "homing_zone_written_bytes_total \(octetsWritten)",
            "homing_zone_journal_bytes \(journalOctets)",
            "homing_zone_snapshots_total \(snapshotsWritten)",
            "homing_zone_maintenance_failed_total \(maintenanceFailed)",
            "homing_zone_leases_ended_total \(leasesEnded)",
        ] + timeToSync.lines("homing_zone_change_synced_seconds")
            + timeToVisible.lines("homing_zone_change_visible_seconds")
    }
}

extension TimeBuckets {
    /// A histogram in seconds.
    fileprivate func lines(_ name: String) -> [String] {
        var total = 0
        var lines: [String] = []
        for (bound, count) in zip(Self.bounds, counts) {
            total += count
            let text = bound == .max ? "+Inf" : "\(Double(bound) / 1e9)"
            lines.append("\(name)_bucket{le=\"\(text)\"} \(total)")
        }
        return lines + ["\(name)_sum \(Double(sum) / 1e9)", "\(name)_count \(total)"]
    }
}
