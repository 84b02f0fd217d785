import DNSCrypto
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
/// It is called on one thread at a time: at the start, and then on the daemon's control queue, as reloads are.
final class ZoneKeeper: Sendable {
    private let log: Logger
    private let clock: StoreClock
    private let state = Mutex(State())
    /// The keys that hold now: those of the configuration and those in the state database.
    let keys = KeyDirectory()

    private struct State {
        var store: ZoneStore?
        var configuredKeys: [TransactionKey] = []
    }

    init(log: Logger, clock: StoreClock = .system) {
        self.log = log
        self.clock = clock
    }

    /// Nil: no zones are held, as none are wanted or the state database could not be opened.
    var store: ZoneStore? { state.withLock { $0.store } }

    // --- Begin and end ---

    /// Opens the state database, by who may read and write it, and brings it in line with the configuration.
    ///
    /// Where only the built-in zones are at stake, a database that cannot be opened is logged, and names are resolved all the
    /// same.
    ///
    /// - Throws: `StoreError`.
    func begin(_ settings: DaemonSettings) throws {
        let configuration = settings.configuration
        guard !configuration.heldZones.isEmpty || StateDirectory.hasZones(configuration.process) else {
            return
        }
        let store: ZoneStore
        do throws(StoreError) {
            try StateDirectory.make(configuration.process)
            store = try ZoneStore(
                directory: configuration.process.stateDirectory, log: log, clock: clock,
                settings: { _, text in (try? ConfiguredZone.parse(text, in: configuration))?.settings })
        } catch {
            guard configuration.zones == ConfiguredZone.builtIn else { throw error }
            log.warning(
                "no zones are held here: \(error)",
                metadata: ["directory": "\(configuration.process.stateDirectory)"])
            return
        }
        state.withLock { $0.store = store }
        makeFirstKey(store, configuration)
        apply(settings, to: store)
    }

    /// Follows new settings.
    ///
    /// - Returns: whether other zones are answered from now, so that anything that is cached may be wrong.
    func configure(_ settings: DaemonSettings) -> Bool {
        guard let store else {
            if settings.configuration.zones != ConfiguredZone.builtIn, !settings.configuration.zones.isEmpty {
                log.warning("zones take effect at the next start, as none were held at this one")
            }
            return false
        }
        let before = served(store)
        apply(settings, to: store)
        return served(store) != before
    }

    private func served(_ store: ZoneStore) -> [DomainName] {
        store.directory.table.zones.filter(\.settings.isServed).map(\.apex)
    }

    func close() { state.withLock { $0.store.take() }?.close() }

    // --- Keys ---

    /// To be called when keys in the state database have changed.
    func refreshKeys() {
        let (stored, configured) = state.withLock { ($0.store?.keys ?? [], $0.configuredKeys) }
        keys.ring = KeyRing(configured + stored.compactMap(\.key))
    }

    /// The key that may change the built-in zones, so that a first try needs no preparation.
    private func makeFirstKey(_ store: ZoneStore, _ configuration: Configuration) {
        let name = ConfiguredZone.firstKey
        let policies = configuration.heldZones.flatMap(\.options.updatePolicy)
        guard policies.contains(where: { $0.signer == .key(name) }),
            !configuration.keys.contains(where: { $0.name == name })
        else { return }
        var random = SystemRandomNumberGenerator()
        let known = store.keys.first { $0.name == name }?.key
        let key = known ?? TransactionKey.generate(name, using: &random)
        let path = configuration.process.stateDirectory + "/update.key"
        do {
            if known == nil {
                try store.addKey(
                    StoredKey(
                        name: name, algorithm: key.algorithm.rawValue, secret: key.secret,
                        created: WallClock.now(), origin: .command))
            }
            guard known == nil || !StateFile.exists(path) else { return }
            try StateFile.write(Array(KeyFile.text(key).utf8), to: path)
            log.notice("the key \(name) may change the built-in zones", metadata: ["file": "\(path)"])
        } catch {
            log.error("the key \(name) could not be kept: \(error)")
        }
    }

    // --- The configuration ---

    private func apply(_ settings: DaemonSettings, to store: ZoneStore) {
        state.withLock { $0.configuredKeys = settings.keys }
        refreshKeys()
        do throws(StoreError) {
            let held = try store.zoneFigures()
            for zone in settings.configuration.heldZones { try apply(zone, held, to: store) }
            let wanted = Set(settings.configuration.heldZones.map(\.name))
            for figures in held where figures.origin == .configuration && !wanted.contains(figures.zone.apex)
            {
                try release(figures, store)
            }
        } catch {
            log.error(
                "the zones of the configuration could not all be brought into the state database: \(error)")
        }
    }

    private func apply(
        _ configured: ConfiguredZone, _ held: [ZoneFigures], to store: ZoneStore
    ) throws(StoreError) {
        guard let settings = configured.settings else { return }
        let text = configured.text()
        if let figures = held.first(where: { $0.zone.apex == configured.name }) {
            let isSame =
                figures.settingsText == text && figures.origin == .configuration
                && figures.zone.settings == settings
            guard !isSame else { return }
            return try store.updateSettings(
                of: figures.zone, settings, text: text, origin: .configuration)
        }
        var tree: ZoneTree?
        if !configured.isSecondary {
            do {
                tree =
                    try configured.file.map { try ZoneFileLoader.load($0, zone: configured.name) }
                    ?? configured.beginning
            } catch {
                log.error("the zone \(configured.name) is not held: \(error)")
                return
            }
        }
        _ = try store.createZone(
            NewZone(
                apex: configured.name, origin: .configuration, settings: settings, settingsText: text,
                tree: tree))
        if configured.file != nil || configured.isSecondary {
            log.notice("a zone is held from now on", metadata: ["zone": "\(configured.name)"])
        }
    }

    /// A zone that the configuration no longer has goes with it when there is nothing in it; otherwise its data is not for a
    /// line in a file to throw away.
    private func release(_ figures: ZoneFigures, _ store: ZoneStore) throws(StoreError) {
        let apex = figures.zone.apex
        guard figures.rrsets > 2 || figures.damage != nil else { return try store.deleteZone(figures.zone) }
        guard figures.zone.settings.isServed else { return }
        var settings = figures.zone.settings
        settings.isServed = false
        try store.updateSettings(
            of: figures.zone, settings, text: figures.settingsText, origin: .configuration)
        log.warning(
            "a zone that the configuration no longer has is kept, and not answered from; \"homing zone delete\" ends it",
            metadata: ["zone": "\(apex)"])
    }
}

extension StoredKey {
    /// Nil where the algorithm is not known.
    var key: TransactionKey? {
        AuthenticationAlgorithm(rawValue: algorithm).map { TransactionKey(name, $0, secret: secret) }
    }
}
