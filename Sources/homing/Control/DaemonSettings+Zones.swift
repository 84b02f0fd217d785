import DNSWire
import DNSZones
import HomingConfiguration

extension DaemonSettings {
    /// What would be held, and who may sign, in a few lines.
    var zoneSummary: [String] {
        let zones = configuration.heldZones
        var lines = keyRemarks(knowing: [])
        if !zones.isEmpty {
            let names = zones.prefix(Self.shownZones).map { "\($0.name)" }.joined(separator: ", ")
            let more = zones.count > Self.shownZones ? " and \(zones.count - Self.shownZones) more" : ""
            lines.insert("holds \(Self.count(zones.count, "zone")): \(names)\(more)", at: 0)
        }
        let secondaries = zones.filter(\.isSecondary)
        if !secondaries.isEmpty {
            lines.insert("has \(secondaries.count) of them from primaries", at: 1)
        }
        if !keys.isEmpty { lines.append("knows \(Self.count(keys.count, "key")) of the configuration") }
        return lines
    }

    private static let shownZones = 5

    /// What is wrong with the files that zones begin with. They are read for this alone: a zone that is there already goes on
    /// without its file.
    func zoneFileProblems() -> [ZoneProblem] {
        configuration.heldZones.flatMap { zone in
            zone.file.map { ZoneFile.load(path: $0, apex: zone.name).problems } ?? []
        }
    }

    /// Keys that zones name and that are not in the configuration. They may be made by command, so this is no fault of it.
    ///
    /// - Parameter others: keys that are known otherwise.
    func keyRemarks(knowing others: Set<DomainName>) -> [String] {
        var known = others.union(configuration.keys.map(\.name))
        if FirstKey.isNeeded(by: configuration) { known.insert(ConfiguredZone.firstKey) }
        let zones = configuration.heldZones.map { ("zone \($0.name)", $0.keyUses) }
        var remarks: [String] = []
        for (place, uses) in zones + [("zone-defaults", configuration.zoneDefaults.keyUses)] {
            for (key, purpose) in uses where !known.contains(key) {
                let near = Suggestion.nearest(to: "\(key)", among: known.map(\.description).sorted()).first
                let guess =
                    near.map { "; did you mean \"\($0)\"?" }
                    ?? ", and is of no use until \"homing key create\" makes it"
                let remark = "\(place): \(purpose) names the key \(key), which is not in keys\(guess)"
                if !remarks.contains(remark) { remarks.append(remark) }
            }
        }
        return remarks
    }
}
