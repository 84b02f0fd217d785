import DNSWire
import DNSZones
import HomingConfiguration
import Logging
import ZoneStore

/// Catalogs that come from elsewhere: the zones that they list are held here as secondary zones (RFC 9432 §5).
extension CatalogKeeper {
    /// A catalog that is followed.
    private struct Followed {
        let configured: ConfiguredZone
        /// As its present version lists them; nil: there is none, or it is broken, and what was taken from it stays.
        let members: [CatalogMember]?
    }

    func consume(_ store: ZoneStore, _ configuration: Configuration) throws(StoreError) {
        let held = try store.zoneFigures()
        var followed: [DomainName: Followed?] = [:]
        for figures in held where figures.zone.settings.catalog == .consumer && figures.zone.settings.isServed
        {
            followed[figures.zone.apex] = .some(follow(figures, configuration))
        }
        var marks: [DomainName: CatalogMark] = [:]
        for figures in held {
            marks[figures.zone.apex] = CatalogMark(settingsText: figures.settingsText)
        }
        let zones = Dictionary(held.map { ($0.zone.apex, $0) }) { first, _ in first }
        var consumer = Self.consumer(marks, followed)
        for catalog in Set(marks.values.map(\.catalog)) where followed[catalog] == nil {
            log.notice("catalog \(catalog) is not followed any more, and its zones are not held")
            for name in consumer.remove(catalog) { try drop(name, zones, store) }
        }
        let routed = Set(configuration.forwardZones.map(\.suffix) + configuration.stubZones.map(\.suffix))
        for (catalog, followed) in followed.sorted(by: { $0.key < $1.key }) {
            guard let followed, let members = followed.members else { continue }
            let difference = consumer.update(catalog, members) { name in
                zones[name] != nil && marks[name] == nil || routed.contains(name)
            }
            report(difference.clashes, of: catalog)
            for name in difference.removed { try drop(name, zones, store) }
            for member in difference.recreated { try drop(member.name, zones, store) }
            for member in difference.recreated + difference.added {
                try hold(member, of: catalog, followed.configured, store, configuration)
            }
            let settled = members.filter { marks[$0.name] == CatalogMark($0, of: catalog) }
            for member in settled {
                guard let figures = zones[member.name] else { continue }
                try configure(figures, member, of: catalog, followed.configured, store, configuration)
            }
        }
    }

    private func follow(_ figures: ZoneFigures, _ configuration: Configuration) -> Followed? {
        let apex = figures.zone.apex
        guard let configured = try? ConfiguredZone.parse(figures.settingsText, in: configuration) else {
            report(apex, "its settings are not understood")
            return nil
        }
        guard let version = figures.zone.version else {
            return Followed(configured: configured, members: nil)
        }
        switch CatalogZone.members(of: version) {
        case .success(let members): return Followed(configured: configured, members: members)
        case .failure(let problem):
            report(apex, "version \(version.serial) is broken, and the one before stays in force: \(problem)")
            return Followed(configured: configured, members: nil)
        }
    }

    /// What catalogs have brought already, with what they say of it now.
    private static func consumer(
        _ marks: [DomainName: CatalogMark], _ followed: [DomainName: Followed?]
    ) -> CatalogConsumer {
        var present: [CatalogMark: CatalogMember] = [:]
        for (catalog, followed) in followed {
            for member in followed?.members ?? [] { present[CatalogMark(member, of: catalog)] = member }
        }
        return CatalogConsumer(
            marks.map { name, mark in
                (mark.catalog, present[mark] ?? CatalogMember(label: mark.label, name: name))
            })
    }

    private func report(_ clashes: [DomainName], of catalog: DomainName) {
        let names = clashes.map(\.description).joined(separator: ", ")
        report(catalog, clashes.isEmpty ? nil : "zones that are held for another reason stay so: \(names)")
    }

    // --- Zones come and go ---

    private func hold(
        _ member: CatalogMember, of catalog: DomainName, _ configured: ConfiguredZone, _ store: ZoneStore,
        _ configuration: Configuration
    ) throws(StoreError) {
        let (text, settings) = Self.settings(member, of: catalog, configured, configuration)
        do throws(StoreError) {
            _ = try store.createZone(
                NewZone(
                    apex: member.name, origin: .command, settings: settings, settingsText: text, tree: nil))
            log.notice("zone \(member.name) is held, as the catalog \(catalog) lists it")
        } catch {
            // Somebody else may have been faster: then the next look sees a clash.
            guard store.directory.table.zone(at: member.name) != nil else { throw error }
            look(at: .consumption)
        }
    }

    private func drop(
        _ name: DomainName, _ zones: [DomainName: ZoneFigures], _ store: ZoneStore
    ) throws(StoreError) {
        guard let zone = zones[name]?.zone else { return }
        try store.deleteZone(zone)
        log.notice("zone \(name) is not held any more, as its catalog does not list it so")
    }

    /// Settings may be others than when the zone came.
    private func configure(
        _ figures: ZoneFigures, _ member: CatalogMember, of catalog: DomainName, _ configured: ConfiguredZone,
        _ store: ZoneStore, _ configuration: Configuration
    ) throws(StoreError) {
        let (text, settings) = Self.settings(member, of: catalog, configured, configuration)
        guard figures.settingsText != text || figures.zone.settings != settings else { return }
        try store.updateSettings(of: figures.zone, settings, text: text, origin: .command)
        settingsChanged()
    }

    /// How a zone is held that a catalog lists.
    private static func settings(
        _ member: CatalogMember, of catalog: DomainName, _ configured: ConfiguredZone,
        _ configuration: Configuration
    ) -> (text: String, settings: ZoneSettings) {
        let defaults = configuration.zoneDefaults
        let chosen = configured.catalog?.primaries ?? []
        var zone = ConfiguredZone(name: member.name.lowercase)
        zone.primaries = chosen.isEmpty ? configured.primaries : chosen
        zone.options = configured.catalog?.members ?? defaults
        // What its primaries decide.
        zone.options.serial = defaults.serial
        zone.options.nameServers = defaults.nameServers
        zone.options.lease = defaults.lease
        if !zone.options.forwardUpdates { zone.options.updatePolicy = defaults.updatePolicy }
        let mark = CatalogMark(member, of: catalog)
        return (mark.text(marking: zone.text(without: defaults)), zone.settings)
    }
}
