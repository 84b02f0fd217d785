import DNSWire
import DNSZones

// --- Zones that are held here, without the disk ---

extension Workload {
    static let zones = [
        Workload("zone-lookup", count: 6_400) {
            let version = try SampleZone.version()
            let names = SampleZone.someHosts(64)
            return { number in
                let answer = version.answer(names[number % names.count], .a)
                return answer.answers.count == 1
            }
        },
        // An update as it comes: read, permitted, applied to a draft, made the zone's next version, and published.
        Workload("zone-commit", count: 640) {
            let zone = Zone(
                apex: SampleZone.apex, id: 1, settings: ZoneSettings(), version: try SampleZone.version())
            let policy = UpdatePolicy([UpdateRule(isGrant: true, .key("key."), .zonesub)])
            let requestor = Requestor(key: "key.", address: IPAddress(192, 168, 1, 7), isStream: true)
            let updates = try SampleUpdates.all()
            return { number in
                let update = updates[number % updates.count]
                guard let base = zone.version, let message = try? UpdateMessage(parsing: update.span)
                else { return false }
                var draft = ZoneDraft(base)
                let result = message.apply(
                    to: &draft, by: requestor, policy: policy, wall: Moment.sample.wall)
                guard result.isChanged,
                    let finished = draft.finished(serial: .increment, wall: Moment.sample.wall)
                else { return false }
                zone.publish(finished.version)
                return true
            }
        },
    ]
}

private enum SampleUpdates {
    /// Hosts that move to one address, then the same hosts to another, so that each update changes something.
    static func all() throws -> [[UInt8]] {
        let hosts = SampleZone.someHosts(32)
        return try [2, 3].flatMap { network in
            try hosts.indices.map { index in
                let record = Record(hosts[index], .a, ttl: 60, SampleZone.address(network << 16 | index))
                let message = UpdateMessage(
                    zone: SampleZone.apex, operations: [.deleteRRset(hosts[index], .a), .add(record)])
                guard let octets = message.compose(id: 7) else { throw InputError("an update") }
                return octets
            }
        }
    }
}
