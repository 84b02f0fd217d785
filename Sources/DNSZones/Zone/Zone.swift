public import DNSWire
import Synchronization

/// A zone that is held here: what it is now, and what may be done with it. All workers share it.
public final class Zone: Sendable {
    public let apex: DomainName
    /// In the state database; never given to another zone.
    public let id: Int64

    private struct State: Sendable {
        var version: ZoneVersion?
        var settings: ZoneSettings
    }

    private let state: Mutex<State>
    /// Looked at for every question, so it is kept beside the settings.
    private let served: Atomic<Bool>

    public init(apex: DomainName, id: Int64, settings: ZoneSettings, version: ZoneVersion? = nil) {
        self.apex = apex
        self.id = id
        state = Mutex(State(version: version, settings: settings))
        served = Atomic(settings.isServed)
    }

    /// Whether `ZoneTable` finds it (`ZoneSettings.isServed`).
    var isServed: Bool { served.load(ordering: .acquiring) }

    /// The version that is answered from. Nil: a secondary zone that was not transferred yet, or has expired.
    public var version: ZoneVersion? { state.withLock { $0.version } }

    /// What is published is seen by the next query on every worker.
    public func publish(_ version: ZoneVersion?) { state.withLock { $0.version = version } }

    public var settings: ZoneSettings {
        get { state.withLock { $0.settings } }
        set {
            state.withLock { state in
                state.settings = newValue
                served.store(newValue.isServed, ordering: .releasing)
            }
        }
    }
}
