import DNSCache
import DNSResolution
import DNSServer
import DNSTransport
import DNSWire
import DNSZones
import Dispatch
import HomingConfiguration
import Logging
import Synchronization
import ZoneStore

/// The running resolver: sockets, workers and the cache that they share. Made from settings, started once, stopped once.
///
/// ```
/// let daemon = Daemon(settings: try DaemonSettings.load(path: path), path: path, log: destination)
/// try daemon.start()
/// ...
/// daemon.reload()
/// daemon.stop()
/// ```
///
/// Signals are not its business (`SignalSources`), so that tests run it inside their own process.
final class Daemon: Sendable {
    /// Where a reload reads from; nil: there is no file, and nothing to read.
    private let path: String?
    private let load: Load
    private let destination: LogDestination
    private let log: Logger
    private let notifier: ServiceNotifier
    private let cache: Cache
    private let secrets: ServiceSecrets
    private let patience: Patience
    /// Where settings are changed, one change after the other.
    private let control = DispatchQueue(label: "homing.control")
    private let keeper: TrustAnchorKeeper
    private let certificates: CertificateKeeper
    let zones: ZoneKeeper
    private let state: Mutex<State>

    private struct State {
        var settings: DaemonSettings
        var workers: [Worker] = []
        var addresses: [Client.Transport: [SocketAddress]] = [:]
        var endpoints: EncryptedEndpoints?
        /// As at the start: what is open does not change with a reload.
        var encryption: EncryptionSettings?
        /// Takes orders of commands; nil where no zones are held.
        var control: ControlServer?
        var isStopping = false
    }

    /// How long workers are waited for, in seconds.
    struct Patience: Sendable {
        /// Until all have ended: less than supervisors allow between SIGTERM and SIGKILL.
        var stop = 4.8
        /// Until all have done their part of a `WorkerRound`. One that has not by then is far behind, and will do it
        /// later.
        var round = 1.0
    }

    /// How the file at a path becomes settings.
    typealias Load = @Sendable (_ path: String) throws(ConfigurationFaults) -> DaemonSettings

    /// - Parameters:
    ///   - wallClock: for trust anchors and certificates.
    ///   - storeClock: for the zones that are held here, and the leases of their records.
    ///   - load: what a reload does with the file at `path`.
    init(
        settings: DaemonSettings, path: String?, log destination: LogDestination,
        notifier: ServiceNotifier = ServiceNotifier(), patience: Patience = Patience(),
        wallClock: @escaping @Sendable () -> Int64 = WallClock.now, storeClock: StoreClock = .system,
        load: @escaping Load = { path throws(ConfigurationFaults) in try DaemonSettings.load(path: path) }
    ) {
        self.path = path
        self.load = load
        self.destination = destination
        self.notifier = notifier
        self.patience = patience
        log = destination.logger
        var random = RandomSource()
        cache = Cache(limits: settings.cache, hashKey: .random(using: &random))
        secrets = ServiceSecrets(random: &random)
        state = Mutex(State(settings: settings))
        keeper = TrustAnchorKeeper(queue: control, log: log, now: wallClock)
        certificates = CertificateKeeper(queue: control, log: log, now: wallClock)
        zones = ZoneKeeper(log: log, clock: storeClock)
    }

    var settings: DaemonSettings { state.withLock { $0.settings } }

    /// The addresses that clients reach in cleartext over UDP and TCP, as bound.
    var addresses: [SocketAddress] { addresses(of: .tcp) }

    /// Those of one stream transport.
    func addresses(of transport: Client.Transport) -> [SocketAddress] {
        state.withLock { $0.addresses[transport] ?? [] }
    }

    private var workers: [Worker] { state.withLock { $0.workers } }

    //--- Start ---

    /// Opens the sockets, gives up root if told to, and serves.
    ///
    /// - Parameter listen: in the place of what is configured; port 0 lets the kernel choose.
    func start(listeningOn listen: Configuration.Listen? = nil) throws {
        let settings = self.settings
        destination.level = settings.configuration.logLevel
        let privileges = try Self.privileges(settings.configuration.process)
        raiseDescriptorLimit(settings)
        let asked = listen ?? settings.configuration.listen
        try ListeningProbe.check(asked.addresses)
        let endpoints = try EncryptedEndpoints(settings.configuration)
        let listeners = endpoints.listeners(asked)
        let sockets = try ListeningSockets.open(
            listeners, workers: settings.workerCount, configuration: settings.worker)
        let stateDirectory = settings.keepsState ? settings.configuration.process.stateDirectory : nil
        if let privileges {
            if let stateDirectory { privileges.makeDirectory(stateDirectory) }
            try privileges.drop()
        } else if let stateDirectory {
            // Whoever cannot keep something there says what is lost by it.
            try? StateDirectory.make(stateDirectory)
        }
        state.withLock { $0.encryption = settings.encryption }
        keeper.begin(settings)
        try zones.begin(settings)
        zones.store?.onPublish { [cache] publication in cache.forget(what: publication) }
        certificates.configure(settings.encryption)
        try endpoints.use(certificates.certificates)
        let workers = try (0..<settings.workerCount).map { index in
            try makeWorker(index, sockets, settings)
        }
        for worker in workers { try worker.start() }
        state.withLock { state in
            state.workers = workers
            state.endpoints = endpoints
            for (listener, address) in zip(listeners, sockets.addresses) {
                state.addresses[listener.service.transport, default: []].append(address)
            }
        }
        startControl(settings)
        logStart(settings)
        certificates.start(publishing: { [weak self] in self?.publishCertificates($0) })
        keeper.start(
            asking: { [weak self] question, body in self?.ask(question, body) },
            publishing: { [weak self] endsBelief in self?.publishAnchors(endsBelief: endsBelief) })
        notifier.ready()
    }

    /// Listens for commands. Without it, all else goes on.
    private func startControl(_ settings: DaemonSettings) {
        guard let store = zones.store else { return }
        let administration = StoreAdministration(store, in: DaemonSurroundings(daemon: self, zones: zones))
        let path = settings.configuration.process.stateDirectory + "/" + ControlClient.socketName
        let server = ControlServer(path: path, administration: administration, log: log)
        do throws(ControlServerFault) {
            try server.start()
            state.withLock { $0.control = server }
        } catch {
            log.warning("commands for zones and keys cannot be taken: \(error)")
        }
    }

    private func logStart(_ settings: DaemonSettings) {
        let addresses = state.withLock { $0.addresses }
        var metadata: Logger.Metadata = ["workers": "\(settings.workerCount)"]
        for (transport, addresses) in addresses {
            let key = transport == .tcp ? "addresses" : transport.name.lowercased()
            metadata[key] = "\(addresses.map(\.description).joined(separator: " "))"
        }
        log.notice("homing \(Homing.version) serves", metadata: metadata)
    }

    private func makeWorker(
        _ index: Int, _ sockets: ListeningSockets, _ settings: DaemonSettings
    ) throws(SystemError) -> Worker {
        let (cache, secrets, log, server) = (cache, secrets, log, inForce(settings))
        let services = zones.services(forWorker: index)
        let worker = try Worker(index, sockets: sockets, configuration: settings.worker) { context in
            ResolverService(
                context, settings: server, cache: cache, secrets: secrets, random: RandomSource(), log: log,
                isSignaller: index == 0, zones: services)
        }
        services?.link.connect { [weak worker] work in worker?.submit(work) ?? false }
        return worker
    }

    /// Nil when there is nothing to give up, or nobody said to whom.
    private static func privileges(_ process: Configuration.Process) throws(PrivilegeError) -> Privileges? {
        guard Privileges.isRoot, let user = process.user else { return nil }
        return try Privileges(user: user, group: process.group)
    }

    /// Beside the sockets: standard streams, the loop, the mailbox, files read by a reload.
    private static let otherDescriptors = 64

    private func raiseDescriptorLimit(_ settings: DaemonSettings) {
        let perWorker =
            settings.worker.connections + settings.worker.upstreamSockets
            + settings.configuration.listen.socketCount
        let needed = settings.workerCount * perWorker + Self.otherDescriptors
        let granted = DescriptorLimit.raise(to: needed)
        guard granted < needed else { return }
        log.warning(
            "fewer descriptors than the limits of connections and resolutions need; raise RLIMIT_NOFILE",
            metadata: ["needed": "\(needed)", "granted": "\(granted)"])
    }

    //--- Stop ---

    /// Takes no more queries, answers what is in flight, and ends the workers.
    ///
    /// - Returns: false when not all had ended in time.
    @discardableResult
    func stop() -> Bool {
        let workers: [Worker] = state.withLock { state in
            guard !state.isStopping else { return [] }
            state.isStopping = true
            return state.workers
        }
        guard !workers.isEmpty else { return true }
        state.withLock { $0.control.take() }?.stop(waiting: patience.round)
        keeper.stop()
        certificates.stop()
        notifier.stopping()
        log.notice("homing stops")
        for worker in workers { worker.stop() }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(patience.stop)
        let ended = workers.map { worker in
            let left = (deadline - clock.now) / .seconds(1)
            return worker.wait(seconds: max(0, left))
        }
        zones.close()
        let isClean = ended.allSatisfy { $0 }
        if !isClean { log.warning("some queries were not answered before the stop") }
        return isClean
    }

    //--- Reload ---

    /// Reads the configuration again. What is wrong with it is logged, and then the old settings stay in force.
    ///
    /// - Returns: whether new settings are in force.
    @discardableResult
    func reload() -> Bool { control.sync { reloadNow() } }

    private func reloadNow() -> Bool {
        notifier.reloading()
        defer { notifier.ready() }
        guard let path else {
            log.notice("nothing to reload: homing was started without a file")
            return false
        }
        let new: DaemonSettings
        do throws(ConfigurationFaults) {
            new = try load(path)
        } catch {
            for line in error.lines { log.error("\(line)") }
            log.error("the configuration was not reloaded; the old one stays in force")
            return false
        }
        let old = settings
        for key in new.keysNeedingRestart(since: old) {
            log.warning("\(key) takes effect at the next start")
        }
        destination.level = new.configuration.logLevel
        keeper.configure(new)
        state.withLock { $0.endpoints }?.use(new.configuration)
        certificates.configure(new.encryption)
        let holdsOthers = zones.configure(new)
        let server = inForce(new)
        WorkerRound(workers, seconds: patience.round).run { ($0 as? ResolverService)?.apply(server) }
        // After the workers know better, so that none of them brings the old answers back.
        if holdsOthers || new.judgesDifferently(from: old) {
            cache.flushAll()
        } else {
            for name in new.namesAffected(since: old) { cache.flush(subtree: name) }
        }
        state.withLock { $0.settings = new }
        keeper.tick()
        log.notice("configuration reloaded", metadata: ["file": "\(path)"])
        return true
    }

    //--- Trust anchors ---

    /// What the workers get: the settings with the anchors that hold now, and with the transports that are open.
    private func inForce(_ settings: DaemonSettings) -> ServerSettings {
        var server = settings.server
        if let encryption = state.withLock({ $0.encryption }) {
            server.designation?.endpoints = encryption.endpoints(path: settings.configuration.https.path)
        }
        server.resolver.heldZones = zones.store.map { HeldZonesHere(directory: $0.directory) }
        if let anchors = keeper.anchors { server.resolver.validation?.anchors = anchors }
        return server
    }

    private func publishAnchors(endsBelief: Bool) {
        let server = inForce(settings)
        WorkerRound(workers, seconds: patience.round).run { ($0 as? ResolverService)?.apply(server) }
        // What a revoked key vouched for is not believed any more either.
        if endsBelief { cache.flushAll() }
    }

    private func ask(_ question: Question, _ body: @escaping @Sendable (Outcome) -> Void) {
        let control = control
        workers.first?.submit { service in
            (service as? ResolverService)?.resolve(question) { outcome in control.async { body(outcome) } }
        }
    }

    //--- Certificates ---

    private func publishCertificates(_ certificates: [ServedCertificate]) {
        do throws(TLSSetupError) {
            try state.withLock { $0.endpoints }?.use(certificates)
        } catch {
            log.error("the new certificates cannot be used, the old ones stay in force: \(error)")
        }
    }

    //--- Figures ---

    /// All counters, a Prometheus series in each line.
    func figures() -> [String] {
        let workers = self.workers
        let sum = Mutex(ServiceCounters())
        WorkerRound(workers, seconds: patience.round).run { service in
            guard let counters = (service as? ResolverService)?.counters else { return }
            sum.withLock { $0 = $0 + counters }
        }
        let service = sum.withLock { $0 }
        return service.lines + workers.map(\.counters).figures
            + cache.statistics.figures(limits: cache.limits) + (zones.store?.figures.lines ?? [])
            + zones.figures + (trafficReport?.figures ?? [])
    }

    /// How zones stand with those they come from and those that follow them. Nil: none are held, or the worker did not tell in
    /// time.
    var trafficReport: ZoneTrafficReport? {
        let report = Mutex<ZoneTrafficReport?>(nil)
        WorkerRound(Array(workers.prefix(1)), seconds: patience.round).run { service in
            let told = (service as? ResolverService)?.trafficReport
            report.withLock { $0 = told }
        }
        return report.withLock { $0 }
    }

    func logFigures() {
        for line in figures() { log.notice("\(line)") }
    }
}

extension Configuration.Listen {
    /// Of each worker.
    fileprivate var socketCount: Int { 2 * addresses.count + tls.count + https.count + http.count }
}

extension Configuration {
    var logLevel: Logger.Level { Logger.Level(rawValue: log.level.rawValue) ?? .info }
}
