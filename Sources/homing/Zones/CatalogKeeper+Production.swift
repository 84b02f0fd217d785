import DNSWire
import DNSZones
import Logging
import ZoneStore

/// Catalogs that are made here: ordinary primary zones, whose records follow from which zones are held.
extension CatalogKeeper {
    func produce(_ store: ZoneStore) {
        let zones = store.directory.table.zones
        for zone in zones {
            let settings = zone.settings
            guard case .producer(let listed) = settings.catalog, settings.isServed, settings.role == .primary,
                zone.version != nil
            else { continue }
            let members = Self.members(listed, of: zones)
            // A change like any other, which is none where the catalog is right already.
            let change = PendingChange(zone: zone) { draft, _ -> Application<Int> in
                CatalogProducer.update(&draft, members: members)
                return .keep(members.count)
            } completion: { [weak self] result, count in
                switch result {
                case .committed: self?.log.notice("catalog \(zone.apex) lists \(count ?? 0) zones")
                case .unchanged: break
                case .failed(let error):
                    self?.log.error("catalog \(zone.apex) could not be brought up to date: \(error)")
                    self?.lookLater()
                }
            }
            if !store.submit(change) { lookLater() }
        }
    }

    /// - Parameter listed: names to list; empty: all primary zones, but not the catalogs themselves.
    private static func members(_ listed: [DomainName], of zones: [Zone]) -> [CatalogProducer.Member] {
        let wanted = Set(listed)
        return zones.filter { zone in
            let settings = zone.settings
            guard settings.isServed else { return false }
            return wanted.isEmpty
                ? settings.role == .primary && settings.catalog == nil : wanted.contains(zone.apex)
        }.map { CatalogProducer.Member($0.apex, incarnation: $0.id) }
    }
}
