import DNSServer
import DNSWire
import DNSZones
import HomingConfiguration
import Logging
import Synchronization
import ZoneStore

/// Has the zones and keys held that the configuration says, beside those that commands made, and hands out what the workers
/// need of them.
///
/// It is called on one thread at a time: at the start, and then on the daemon's control queue, as reloads are. Only
/// `refreshKeys` comes from elsewhere.
final class ZoneKeeper: Sendable {
    private let log: Logger
    private let clock: StoreClock
    private let state = Mutex(State())
    /// The keys that hold now: those of the configuration, that of the first start, and those in the state database.
    let keys = KeyDirectory()
    /// What the worker with the zones' traffic is told.
    private let news: ZoneNews
    /// To that worker.
    private let trafficLink = WorkerLink()
    private let catalogs: CatalogKeeper

    private struct State {
        var store: ZoneStore?
        var givenKeys: [GivenKey] = []
        /// When primaries of secondary zones were heard last before this start, by the zone's number.
        var refreshStates: [Int64: SecondaryState] = [:]
    }

    typealias GivenKey = (key: TransactionKey, origin: KeyReport.Origin)

    init(log: Logger, clock: StoreClock = .system) {
        self.log = log
        self.clock = clock
        let news = ZoneNews(trafficLink)
        self.news = news
        catalogs = CatalogKeeper(log: log, settingsChanged: { news.settingsChanged() })
    }

    /// Nil: no zones are held, as none are wanted or the state database could not be opened.
    var store: ZoneStore? { state.withLock { $0.store } }

    /// The keys that are not in the state database.
    var givenKeys: [GivenKey] { state.withLock { $0.givenKeys } }

    // --- Begin and end ---

    /// Opens the state database, by who may read and write it, and brings it in line with the configuration.
    ///
    /// Where the configuration gives no zones of its own, a database that cannot be opened is logged, and names are resolved all
    /// the same.
    ///
    /// - Throws: `StoreError`.
    func begin(_ settings: DaemonSettings) throws {
        let configuration = settings.configuration
        let directory = configuration.process.stateDirectory
        do throws(StoreError) {
            try StateDirectory.make(directory)
            let store = try ZoneStore(
                directory: directory, log: log, clock: clock, settings: StoredSettings(configuration).settings
            )
            let states = try store.zoneFigures().compactMap { figures in
                figures.refresh.map { (figures.zone.id, $0) }
            }
            store.onPublish { [news, catalogs] publication in
                news.published(publication)
                catalogs.published(publication)
            }
            state.withLock { state in
                state.store = store
                state.refreshStates = Dictionary(states) { first, _ in first }
            }
        } catch {
            guard configuration.zones.isEmpty || configuration.zones == ConfiguredZone.builtIn else {
                throw error
            }
            log.warning("no zones are held here: \(error)", metadata: ["directory": "\(directory)"])
            return
        }
        configure(settings)
    }

    /// Follows new settings.
    ///
    /// - Returns: whether other zones are answered from now, so that anything that is cached may be wrong.
    @discardableResult
    func configure(_ settings: DaemonSettings) -> Bool {
        guard let store else { return false }
        let before = served(store)
        let given = givenKeys(settings)
        state.withLock { $0.givenKeys = given }
        refreshKeys()
        do throws(StoreError) {
            try apply(settings.configuration, to: store)
        } catch {
            log.error("not all zones of the configuration could be brought into the state database: \(error)")
        }
        news.settingsChanged()
        catalogs.follow(store, settings.configuration)
        return served(store) != before
    }

    private func served(_ store: ZoneStore) -> [DomainName] {
        store.directory.table.zones.filter(\.settings.isServed).map(\.apex)
    }

    /// What a worker needs of the zones, and the first of all for their traffic. Nil: none are held.
    func services(forWorker index: Int) -> ZoneServices? {
        state.withLock { state in
            state.store.map { store in
                ZoneServices(
                    store: store, keys: keys, link: index == 0 ? trafficLink : WorkerLink(), news: news,
                    traffic: index == 0 ? TrafficBeginning(states: state.refreshStates) : nil)
            }
        }
    }

    func close() {
        catalogs.end()
        state.withLock { $0.store.take() }?.close()
    }

    // --- Keys ---

    /// To be called when keys in the state database have changed.
    func refreshKeys() {
        let (store, given) = state.withLock { ($0.store, $0.givenKeys) }
        keys.ring = KeyRing(given.map(\.key) + (store?.transactionKeys ?? []))
    }

    private func givenKeys(_ settings: DaemonSettings) -> [GivenKey] {
        let configured = settings.keys.map { GivenKey($0, .configuration) }
        guard FirstKey.isNeeded(by: settings.configuration) else { return configured }
        let first = FirstKey(directory: settings.configuration.process.stateDirectory)
        do throws(FirstKeyFault) {
            let (key, isNew) = try first.make()
            if isNew {
                log.notice(
                    "a key that may change the built-in zones was made", metadata: ["file": "\(first.path)"])
            }
            return configured + [(key, .firstStart)]
        } catch {
            log.error("nobody can change the built-in zones: \(error)")
            return configured
        }
    }

    // --- The zones of the configuration ---

    private func apply(_ configuration: Configuration, to store: ZoneStore) throws(StoreError) {
        let held = try store.zoneFigures()
        let configured = configuration.heldZones
        let heldByName = Dictionary(held.map { ($0.zone.apex, $0) }) { first, _ in first }
        var new: [NewZone] = []
        for zone in configured {
            if let figures = heldByName[zone.name] {
                try apply(zone, figures, to: store)
            } else if let description = newZone(zone) {
                new.append(description)
            }
        }
        try store.createZones(new)
        let wanted = Set(configured.map(\.name))
        for figures in held where figures.origin == .configuration && !wanted.contains(figures.zone.apex) {
            try release(figures, store)
        }
        let defaults = StoredSettings(configuration)
        for figures in held where figures.origin == .command && !wanted.contains(figures.zone.apex) {
            guard let settings = defaults.settings(of: figures.zone.apex, figures.settingsText),
                settings != figures.zone.settings
            else { continue }
            try store.updateSettings(
                of: figures.zone, settings, text: figures.settingsText, origin: .command)
        }
    }

    private func apply(
        _ configured: ConfiguredZone, _ figures: ZoneFigures, to store: ZoneStore
    ) throws(StoreError) {
        let (settings, text) = (configured.settings, configured.text())
        let isSame =
            figures.settingsText == text && figures.origin == .configuration
            && figures.zone.settings == settings
        guard !isSame else { return }
        try store.updateSettings(of: figures.zone, settings, text: text, origin: .configuration)
    }

    /// Nil, and logged, where the zone's file is none.
    private func newZone(_ configured: ConfiguredZone) -> NewZone? {
        var tree: ZoneTree?
        if !configured.isSecondary {
            guard let beginning = beginning(of: configured) else { return nil }
            tree = beginning
        }
        return NewZone(
            apex: configured.name, origin: .configuration, settings: configured.settings,
            settingsText: configured.text(), tree: tree)
    }

    /// What a zone begins with: its file, or SOA and NS records. Nil, and logged, where the file is no zone.
    private func beginning(of zone: ConfiguredZone) -> ZoneTree? {
        guard let file = zone.file else {
            // Nobody is to follow the NS records of a catalog (RFC 9432 §4.1).
            let unnamed: [DomainName] = zone.catalog == nil ? [] : ["invalid."]
            return EmptyZone.tree(
                zone.name,
                nameServers: zone.options.nameServers.isEmpty ? unnamed : zone.options.nameServers,
                serial: zone.options.serial, wall: WallClock.now())
        }
        let (tree, problems) = ZoneFile.load(path: file, apex: zone.name)
        for problem in problems.prefix(Self.problemsLogged) { log.warning("\(problem)") }
        guard !problems.contains(where: { $0.severity == .error }) else {
            log.error(
                "a zone is not held, as its file is none; \"homing check\" says all that is wrong with it",
                metadata: ["zone": "\(zone.name)", "file": "\(file)"])
            return nil
        }
        return tree
    }

    /// Of one file; the log is no place for all of them.
    private static let problemsLogged = 20

    /// Records of a zone that begins without a file.
    private static let recordsOfEmptyZone = 2

    /// A zone that the configuration no longer has goes with it when there is nothing in it; otherwise its data is not for a
    /// line in a file to throw away.
    private func release(_ figures: ZoneFigures, _ store: ZoneStore) throws(StoreError) {
        guard figures.records > Self.recordsOfEmptyZone || figures.damage != nil else {
            return try store.deleteZone(figures.zone)
        }
        guard figures.zone.settings.isServed else { return }
        var settings = figures.zone.settings
        settings.isServed = false
        try store.updateSettings(
            of: figures.zone, settings, text: figures.settingsText, origin: .configuration)
        log.warning(
            "a zone that the configuration no longer has is kept, and not answered from",
            metadata: ["zone": "\(figures.zone.apex)"])
    }
}
