import DNSServer
import DNSWire

// What the worker with the zones' traffic knows, as it is told.

extension ZoneTrafficReport {
    /// Nil: the zone is not a secondary zone here.
    func transfer(of apex: DomainName) -> ZoneReport.Transfer? {
        incoming.first { $0.apex == apex }.map { zone in
            ZoneReport.Transfer(
                primary: zone.primary?.description, completed: zone.confirmed, failure: zone.failure,
                nextRefresh: zone.nextCheck, expiry: zone.expiry)
        }
    }

    func secondaries(of apex: DomainName) -> [ZoneReport.Secondary] {
        followers.filter { $0.apex == apex }.map { follower in
            ZoneReport.Secondary(
                address: follower.address.description, serial: follower.serial?.rawValue,
                heard: follower.heard, lag: follower.lag)
        }
    }
}
