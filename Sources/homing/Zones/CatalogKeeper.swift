import DNSWire
import DNSZones
import Dispatch
import HomingConfiguration
import Logging
import Synchronization
import ZoneStore

/// Follows catalogs of zones (RFC 9432) in both directions: what is made here lists the zones that are held here
/// (`+Production`), and what comes from elsewhere says which zones to hold (`+Consumption`).
///
/// It remembers nothing: each look compares the catalogs with what the store holds, and mends that. Looks are on a queue of its
/// own, since each zone that comes or goes waits for the disk.
final class CatalogKeeper: Sendable {
    /// What has to be looked at.
    struct Work: OptionSet, Sendable {
        let rawValue: UInt8

        static let production = Work(rawValue: 1)
        static let consumption = Work(rawValue: 2)
        static let all: Work = [.production, .consumption]
    }

    let log: Logger
    private let queue = DispatchQueue(label: "homing.catalogs", qos: .utility)
    private let state = Mutex(State())
    /// What was logged of a catalog, so that it is said once; by its name.
    let reports = Mutex<[DomainName: String]>([:])

    private struct State: Sendable {
        var store: ZoneStore?
        var configuration = Configuration()
        var due: Work = []
        var isAwake = false
    }

    /// Between two looks, in milliseconds: zones that come by hundreds are looked at together.
    private static let spacing = 200
    /// After a look at which something could not be done, in seconds.
    private static let retry = 10

    /// To be called when zones have other settings.
    let settingsChanged: @Sendable () -> Void

    init(log: Logger, settingsChanged: @escaping @Sendable () -> Void) {
        self.log = log
        self.settingsChanged = settingsChanged
    }

    /// From now on, or anew as anything may be different.
    func follow(_ store: ZoneStore, _ configuration: Configuration) {
        state.withLock { state in
            state.store = store
            state.configuration = configuration
        }
        look(at: .all)
    }

    func end() { state.withLock { $0.store = nil } }

    /// To be called for every publication of the store, on any queue.
    func published(_ publication: Publication) {
        var work: Work = []
        if publication.old == nil || publication.new == nil { work.insert(.production) }
        if publication.zone.settings.catalog == .consumer { work.insert(.consumption) }
        if !work.isEmpty { look(at: work) }
    }

    func look(at work: Work) {
        let isFirst = state.withLock { state in
            guard state.store != nil else { return false }
            state.due.formUnion(work)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if isFirst { queue.async { self.look() } }
    }

    private func look() {
        let (store, configuration, work) = state.withLock { state in
            defer { state.due = [] }
            return (state.store, state.configuration, state.due)
        }
        guard let store else { return }
        if work.contains(.production) { produce(store) }
        if work.contains(.consumption) {
            do throws(StoreError) {
                try consume(store, configuration)
            } catch {
                log.error("catalogs of zones cannot be followed now: \(error)")
                lookLater()
            }
        }
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.spacing)) {
            let isDue = self.state.withLock { state in
                state.isAwake = !state.due.isEmpty
                return state.isAwake
            }
            if isDue { self.look() }
        }
    }

    /// Something could not be done, and may be later.
    func lookLater() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.retry)) { self.look(at: .all) }
    }

    /// Says something of a catalog, unless it was the last that was said of it. Nil: there is nothing to say any more.
    func report(_ catalog: DomainName, _ text: String?) {
        let isNew = reports.withLock { reports in
            defer { reports[catalog] = text }
            return reports[catalog] != text
        }
        if isNew, let text { log.error("catalog \(catalog): \(text)") }
    }
}
