import DNSCrypto
import DNSWire
import DNSZones
import Dispatch
import HomingConfiguration
import Synchronization
import ZoneStore

/// What an operator can do with zones and keys, on a store: that of the running daemon, or one that a command has opened because
/// no daemon runs.
final class StoreAdministration: ZoneAdministration {
    let store: ZoneStore
    let surroundings: any ZoneSurroundings
    let wall: @Sendable () -> Int64

    init(
        _ store: ZoneStore, in surroundings: any ZoneSurroundings,
        wall: @escaping @Sendable () -> Int64 = WallClock.now
    ) {
        self.store = store
        self.surroundings = surroundings
        self.wall = wall
    }

    // --- Looking ---

    func service() -> ServiceReport {
        let configuration = surroundings.configuration
        let key = FirstKey(directory: configuration.process.stateDirectory)
        return ServiceReport(
            version: Homing.version, addresses: surroundings.addresses.map(\.description),
            firstKeyPath: StateFile.exists(key.path) ? key.path : nil)
    }

    func zones() throws(AdministrationFault) -> [ZoneSummary] {
        try figures().map(ZoneSummary.init)
    }

    func zone(_ name: DomainName) throws(AdministrationFault) -> ZoneReport {
        let figures = try figures(of: name)
        let (zone, settings) = (figures.zone, figures.zone.settings)
        return ZoneReport(
            summary: ZoneSummary(figures), settings: figures.settingsText,
            updatePolicy: settings.updatePolicy.rules.map(\.description),
            soa: zone.version.map { $0.soa.rdata.text(for: .soa) },
            journal: ZoneReport.Journal(
                oldestSerial: figures.oldestSerial?.rawValue, changeCount: figures.changes,
                size: figures.journalOctets),
            leaseCount: figures.leases, damage: figures.damage,
            transfer: surroundings.transfer(of: zone) ?? ZoneReport.Transfer(figures),
            secondaries: surroundings.secondaries(of: zone))
    }

    // --- Zones that come and go ---

    func createZone(_ creation: ZoneCreation, _ text: [UInt8]) throws(AdministrationFault) {
        let configuration = surroundings.configuration
        let given: ConfiguredZone
        do throws(ConfigurationProblems) {
            given = try ConfiguredZone.parse(creation.settings, in: configuration)
        } catch {
            throw AdministrationFault(
                kind: .mistake, lines: error.problems.map { "\($0.key ?? "zone"): \($0.message)" })
        }
        try checkName(given.name, configuration)
        guard text.isEmpty || !given.isSecondary else {
            throw .mistake("a zone with primaries is as they have it: it begins without a file")
        }
        var tree: ZoneTree?
        if !text.isEmpty {
            tree = try Self.tree(given.name, text)
        } else if !given.isSecondary {
            tree = EmptyZone.tree(
                given.name, nameServers: given.options.nameServers, serial: given.options.serial, wall: wall()
            )
        }
        try stored { () throws(StoreError) in
            _ = try store.createZone(
                NewZone(
                    apex: given.name, origin: .command, settings: given.settings,
                    settingsText: creation.settings,
                    tree: tree))
        }
        surroundings.zonesChanged()
    }

    private func checkName(_ name: DomainName, _ configuration: Configuration) throws(AdministrationFault) {
        if let held = try figures().first(where: { $0.zone.apex == name }) {
            let state = held.zone.settings.isServed ? "" : ", from when the configuration had it"
            throw .mistake("\(name) is held here already\(state)")
        }
        let routes = configuration.forwardZones.map(\.suffix) + configuration.stubZones.map(\.suffix)
        guard !routes.contains(name) else {
            throw .mistake(
                "others are asked for \(name), by forward-zones or stub-zones of the configuration")
        }
        let hosts = configuration.hosts.map(\.name).filter { $0.isSubdomain(of: name) }
        guard hosts.isEmpty else {
            throw .mistake(
                "\(hosts[0]) is inside that zone, by hosts of the configuration: its records belong into the zone"
            )
        }
    }

    func deleteZone(_ name: DomainName) throws(AdministrationFault) {
        let figures = try figures(of: name)
        guard figures.origin != .configuration || !figures.zone.settings.isServed else {
            throw .mistake("\(name) stands in the configuration: it goes when it is taken out there")
        }
        try stored { () throws(StoreError) in try store.deleteZone(figures.zone) }
        surroundings.zonesChanged()
    }

    // --- Finding ---

    private func figures() throws(AdministrationFault) -> [ZoneFigures] {
        try stored { () throws(StoreError) in try store.zoneFigures() }
    }

    func figures(of name: DomainName) throws(AdministrationFault) -> ZoneFigures {
        let all = try figures()
        if let found = all.first(where: { $0.zone.apex == name }) { return found }
        var above = name.parent
        while let candidate = above {
            if all.contains(where: { $0.zone.apex == candidate }) {
                throw .mistake("there is no zone \(name) here; it is inside the zone \(candidate)")
            }
            above = candidate.parent
        }
        throw .mistake("there is no zone \(name) here")
    }

    func version(of name: DomainName) throws(AdministrationFault) -> ZoneVersion {
        let figures = try figures(of: name)
        if let version = figures.zone.version { return version }
        throw .failure(
            "\(name) has no data: \(figures.damage ?? "it was not transferred yet, or has expired")")
    }

    /// What the store cannot do.
    func stored<Value>(_ body: () throws(StoreError) -> Value) throws(AdministrationFault) -> Value {
        do throws(StoreError) {
            return try body()
        } catch {
            throw .failure("\(error)")
        }
    }
}

/// The house around a store.
protocol ZoneSurroundings: Sendable {
    /// As it holds now.
    var configuration: Configuration { get }
    /// Where clients are listened to, over UDP and TCP.
    var addresses: [SocketAddress] { get }
    /// Keys that are not in the store, and where they are from.
    var givenKeys: [(key: TransactionKey, origin: KeyReport.Origin)] { get }
    /// How a secondary zone stands with its primary; nil where nobody asks it.
    func transfer(of zone: Zone) -> ZoneReport.Transfer?
    func secondaries(of zone: Zone) -> [ZoneReport.Secondary]
    /// A zone was made or deleted by command. Comes when it is so.
    func zonesChanged()
    /// A key was made or removed by command. Comes when it is so.
    func keysChanged()
}

// --- Reports ---

extension ZoneSummary {
    init(_ figures: ZoneFigures) {
        let role: Role =
            switch figures.zone.settings.role {
            case .primary: .primary
            case .secondary: .secondary
            }
        let isListed = CatalogMark(settingsText: figures.settingsText) != nil
        self.init(
            name: figures.zone.apex, role: role,
            origin: isListed ? .catalog : Origin(rawValue: figures.origin.rawValue) ?? .command,
            isServed: figures.zone.settings.isServed,
            serial: figures.zone.version?.serial.rawValue, rrsetCount: figures.rrsets,
            recordCount: figures.records)
    }
}

extension ZoneReport.Transfer {
    /// What the database alone tells.
    fileprivate init?(_ figures: ZoneFigures) {
        guard case .secondary = figures.zone.settings.role else { return nil }
        let refreshed = figures.refresh?.refreshedAt
        let expire = figures.zone.version.map { Int64($0.soa.expire) }
        self.init(
            completed: refreshed,
            expiry: refreshed.flatMap { refreshed in expire.map { refreshed + min($0, Int64(Int32.max)) } })
    }
}
