import DNSServer
import DNSWire
import DNSZones
import ZoneStore

extension ZoneKeeper {
    /// Prometheus series of the zones that are held here.
    var figures: [String] {
        guard let zones = store?.directory.table.zones else { return [] }
        return ["homing_zones \(zones.count)"]
            + zones.compactMap { zone in
                zone.version.map {
                    "homing_zone_serial{zone=\"\(PrometheusText.label("\(zone.apex)"))\"} \($0.serial.rawValue)"
                }
            }
    }
}
