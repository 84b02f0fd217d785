import Synchronization

/// The shards of a cache, each behind its lock. They lie side by side in one piece, so that reaching one counts no
/// references.
struct ShardSet: ~Copyable, Sendable {
    private let shards: InlineArray<64, Mutex<CacheShard>>
    private let mask: UInt64

    /// Enough that two workers rarely meet and that a purge holds no lock for long.
    static let maximumCount = 64
    /// Fewer shards where they would be smaller than this, for one must hold many of the largest entries.
    static let smallestShard = 1 << 20

    init(byteCeiling: Int, staleWindow: Int64) {
        var count = Self.maximumCount
        while count > 1, byteCeiling / count < Self.smallestShard { count /= 2 }
        mask = UInt64(count - 1)
        shards = InlineArray { index in
            Mutex(CacheShard(byteCeiling: index < count ? byteCeiling / count : 0, staleWindow: staleWindow))
        }
    }

    /// The low half of the hash is the index's; the high half chooses the shard.
    @inline(__always)
    func withShard<Result: Sendable>(_ hash: UInt64, _ body: (inout CacheShard) -> Result) -> Result {
        shards[Int(truncatingIfNeeded: hash >> 48 & mask)].withLock { body(&$0) }
    }

    func forEach(_ body: (inout CacheShard) -> Void) {
        for index in 0...Int(mask) { shards[index].withLock { body(&$0) } }
    }
}
