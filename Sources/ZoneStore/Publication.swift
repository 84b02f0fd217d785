public import DNSZones
import Synchronization

/// A zone has another version: it is answered from already, and whoever made the change has not been told yet.
public struct Publication: Sendable {
    public let zone: Zone
    /// Nil: it was not answered from before.
    public let old: ZoneVersion?
    /// Nil: it is not answered from any more.
    public let new: ZoneVersion?
    /// What leads from one to the other; nil where that is not known, and anything may be different.
    public let changes: [ZoneChange]?
}

/// Who is told of publications.
final class PublicationHooks: Sendable {
    typealias Hook = @Sendable (Publication) -> Void
    private let hooks = Mutex<[Hook]>([])

    func add(_ hook: @escaping Hook) { hooks.withLock { $0.append(hook) } }

    func call(_ publication: Publication) {
        for hook in hooks.withLock({ $0 }) { hook(publication) }
    }
}
