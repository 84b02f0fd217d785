public import DNSWire
import Synchronization

/// The health of every server lately asked, shared by all workers and bounded.
///
/// Each shard keeps two generations. When the younger is full it becomes the older, and the older is forgotten: what has
/// not been updated for a while goes, at no cost for the rest, and what is in use stays.
public final class ServerHealthTable: Sendable {
    private struct Generations {
        var younger: [SocketAddress: ServerHealth] = [:]
        var older: [SocketAddress: ServerHealth] = [:]
    }

    private final class Shard: Sendable {
        let generations = Mutex(Generations())
    }

    /// 16,384 servers in all: more than a busy resolver talks to within an hour, in a few megabytes.
    static let maximumPerShard = 1024
    static let shardCount = 16
    private let shards = (0..<shardCount).map { _ in Shard() }
    private let hashKey: SipHash.Key

    init(hashKey: SipHash.Key) { self.hashKey = hashKey }

    private func shard(_ server: SocketAddress) -> Shard {
        // Mixed with a secret, so that nobody chooses addresses that crowd one shard.
        let bits = UInt64(truncatingIfNeeded: server.address.bits ^ server.address.bits >> 64) ^ hashKey.low
        return shards[Int((bits &* 0x9e37_79b9_7f4a_7c15) >> 60)]
    }

    public func health(of server: SocketAddress) -> ServerHealth {
        shard(server).generations.withLock { $0.younger[server] ?? $0.older[server] ?? ServerHealth() }
    }

    public func update(_ server: SocketAddress, _ change: (inout ServerHealth) -> Void) {
        shard(server).generations.withLock { generations in
            if let index = generations.younger.index(forKey: server) {
                return change(&generations.younger.values[index])
            }
            if generations.younger.count >= Self.maximumPerShard / 2 {
                generations.older = generations.younger
                generations.younger = [:]
            }
            var health = generations.older.removeValue(forKey: server) ?? ServerHealth()
            change(&health)
            generations.younger[server] = health
        }
    }

    public func removeAll() {
        for shard in shards { shard.generations.withLock { $0 = Generations() } }
    }

    /// Servers of which anything is known.
    var count: Int {
        shards.reduce(0) { sum, shard in
            sum + shard.generations.withLock { $0.younger.count + $0.older.count }
        }
    }
}
