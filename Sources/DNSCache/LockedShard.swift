import Synchronization

/// A shard behind its lock.
///
/// `Mutex<CacheShard>` would say the same, but its closure may not write to a span of the caller's, and that is how a hit
/// copies an answer without an allocation. So the lock stands beside what it guards; nothing else can reach the shard.
final class LockedShard: @unchecked Sendable {
    private let lock = Mutex(())
    private var shard: CacheShard

    init(_ shard: consuming CacheShard) { self.shard = shard }

    @inline(__always)
    func withLock<Result: Sendable>(_ body: (inout CacheShard) -> Result) -> Result {
        lock.withLock { _ in body(&shard) }
    }
}
