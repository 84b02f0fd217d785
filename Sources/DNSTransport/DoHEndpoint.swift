public import DNSOverHTTP
import Synchronization

/// Where listeners find what HTTP requests are judged by. Shared by all workers; a reload puts new settings here, for the
/// connections that begin from then on.
public final class DoHEndpoint: Sendable {
    private let current: Mutex<DoHSettings>

    public init(_ settings: DoHSettings) { current = Mutex(settings) }

    /// The lock is held for a copy, once a connection.
    public var settings: DoHSettings { current.withLock { $0 } }

    public func use(_ settings: DoHSettings) { current.withLock { $0 = settings } }
}
