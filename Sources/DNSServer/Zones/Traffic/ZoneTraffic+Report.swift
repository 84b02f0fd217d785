import DNSTransport
public import DNSWire
import DNSZones

/// How zones stand with those they come from and those that follow them: a value of one moment. Times are seconds since 1970.
public struct ZoneTrafficReport: Sendable {
    /// A secondary zone.
    public struct Incoming: Sendable, Hashable {
        public var apex: DomainName
        /// Who was asked last.
        public var primary: SocketAddress?
        /// When a primary said last that the version here is current; nil: there is none.
        public var confirmed: Int64?
        /// Why the last attempt failed; nil where it did not.
        public var failure: String?
        public var nextCheck: Int64?
        /// When it is not answered from any more, if no primary is heard before.
        public var expiry: Int64?
    }

    /// A server that follows a zone.
    public struct Follower: Sendable, Hashable {
        public var apex: DomainName
        public var address: IPAddress
        /// That it is known to have.
        public var serial: SerialNumber?
        /// When it asked last, or was first heard of.
        public var heard: Int64
        /// Seconds since the zone went ahead of it; 0: it is not behind.
        public var lag: Int64
    }

    public var incoming: [Incoming]
    public var followers: [Follower]
    /// Prometheus series.
    public var figures: [String]
}

extension ResolverService {
    /// Nil: the zones' traffic is not on this worker.
    public var trafficReport: ZoneTrafficReport? { traffic?.report }
}

extension ZoneTraffic {
    fileprivate var report: ZoneTrafficReport {
        let incoming = secondaries.values.map(report).sorted { $0.apex < $1.apex }
        let followers = lag.entries.map(report)
        return ZoneTrafficReport(
            incoming: incoming, followers: followers, figures: figures(incoming, followers))
    }

    private func report(_ secondary: SecondaryZone) -> ZoneTrafficReport.Incoming {
        let machine = secondary.machine
        let isHeld = machine.serial != nil
        return ZoneTrafficReport.Incoming(
            apex: secondary.apex, primary: secondary.primary.flatMap { secondary.server($0)?.address },
            confirmed: isHeld ? wall(uptime: machine.refreshedAt) : nil,
            failure: machine.lastFailure.map { "\($0)" },
            nextCheck: machine.isChecking ? nil : wall(uptime: machine.nextCheck),
            expiry: machine.expiry.map(wall))
    }

    private func report(_ entry: SecondaryLag.Entry) -> ZoneTrafficReport.Follower {
        let now = context.now
        let seconds = { (since: Int64) in max(0, now.monotonic - since) / 1_000_000_000 }
        return ZoneTrafficReport.Follower(
            apex: entry.apex, address: entry.client, serial: entry.serial,
            heard: now.wall - seconds(entry.lastSeen), lag: entry.behindSince.map(seconds) ?? 0)
    }

    private func wall(uptime: Int64) -> Int64 {
        context.now.wall + (uptime - context.now.uptime) / 1_000
    }

    // --- Figures ---

    private func figures(
        _ incoming: [ZoneTrafficReport.Incoming], _ followers: [ZoneTrafficReport.Follower]
    ) -> [String] {
        var lines = [
            "homing_serial_checks_total \(counters.serialChecks)",
            "homing_serial_checks_failed_total \(counters.serialChecksFailed)",
            "homing_transfers_in_total{result=\"full\"} \(counters.fullTransfers)",
            "homing_transfers_in_total{result=\"incremental\"} \(counters.incrementalTransfers)",
            "homing_transfers_in_total{result=\"up-to-date\"} \(counters.upToDateTransfers)",
            "homing_transfers_in_total{result=\"failed\"} \(counters.transfersFailed)",
            "homing_transfers_in_records_total \(counters.recordsReceived)",
            "homing_transfers_in_bytes_total \(counters.octetsReceived)",
            "homing_notifies_sent_total \(notifications.sentCount)",
            "homing_notifies_answered_total \(notifications.answeredCount)",
            "homing_notifies_failed_total \(notifications.failedCount)",
        ]
        for zone in incoming {
            guard let confirmed = zone.confirmed else { continue }
            let age = max(0, context.now.wall - confirmed)
            lines.append("homing_zone_refresh_age_seconds{zone=\"\(label(zone.apex))\"} \(age)")
        }
        for follower in followers {
            let labels = "zone=\"\(label(follower.apex))\",secondary=\"\(follower.address)\""
            lines.append("homing_secondary_lag_seconds{\(labels)} \(follower.lag)")
        }
        return lines
    }

    private func label(_ name: DomainName) -> String { PrometheusText.label("\(name)") }
}
