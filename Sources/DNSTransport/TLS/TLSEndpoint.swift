import Synchronization

/// Where listeners find the context of a new session. Shared by all workers; new certificates are put in force here
/// while they serve, and no connection notices.
public final class TLSEndpoint: Sendable {
    private let current: Mutex<TLSServerContext?>

    /// - Parameter context: nil where there is no certificate yet; who connects meanwhile is turned away.
    public init(_ context: TLSServerContext? = nil) { current = Mutex(context) }

    /// What sessions that begin now are served with. The lock is held for a copy, once a connection.
    public var context: TLSServerContext? { current.withLock { $0 } }

    /// From now on new sessions get `context`; those that there are keep theirs.
    public func use(_ context: TLSServerContext) { current.withLock { $0 = context } }
}
