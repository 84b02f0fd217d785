public import DNSWire

/// The store that all workers share: answers, RRsets, denials, delegations and failures, under one ceiling in bytes.
///
/// Many shards, each behind a lock of its own that is held for one lookup or one insertion and never across a call out.
/// A purge takes the same locks, so when it returns no worker can find what it removed. Time is an argument everywhere.
public final class Cache: Sendable {
    public struct Limits: Sendable, Equatable {
        /// Octets, everything included. Default 256 MiB.
        public var byteCeiling = 256 << 20
        /// Seconds. RFC 8767 §4 suggests an upper limit of a week or less; a day is ours.
        public var maximumTTL: UInt32 = 86_400
        /// Seconds.
        public var minimumTTL: UInt32 = 0
        /// Seconds that a denial is believed (RFC 2308 §5 suggests one to three hours).
        public var maximumNegativeTTL: UInt32 = 3_600
        /// Seconds that an expired answer is kept for when nothing better is there (RFC 8767). 0: not kept.
        public var staleWindow: UInt32 = 86_400

        public init() {}

        public func clamp(_ ttl: UInt32) -> UInt32 { max(minimumTTL, min(ttl, maximumTTL)) }

        public func clampNegative(_ ttl: UInt32) -> UInt32 {
            max(minimumTTL, min(ttl, min(maximumTTL, maximumNegativeTTL)))
        }
    }

    public let limits: Limits
    public let health: ServerHealthTable
    private let shards: [LockedShard]
    private let hashKey: SipHash.Key

    /// Enough that two workers rarely meet; fewer where a shard would be too small for its largest entry.
    static let maximumShards = 16
    static let smallestShard = 2 << 20

    public init(limits: Limits, hashKey: SipHash.Key) {
        self.limits = limits
        self.hashKey = hashKey
        health = ServerHealthTable(hashKey: hashKey)
        var count = Self.maximumShards
        while count > 1, limits.byteCeiling / count < Self.smallestShard { count /= 2 }
        shards = (0..<count).map { _ in
            LockedShard(
                CacheShard(
                    byteCeiling: limits.byteCeiling / count, staleWindow: Int64(limits.staleWindow) * 1000))
        }
    }

    func hash(_ packet: Span<UInt8>, _ name: Range<Int>, _ tag: KeyTag) -> UInt64 {
        SipHash.hash13(packet, name, salt: tag.bits, foldingCase: true, key: hashKey)
    }

    func shard(for hash: UInt64) -> LockedShard {
        // The low half of the hash is the index's; the high half chooses the shard.
        shards[Int(truncatingIfNeeded: (hash >> 48) % UInt64(shards.count))]
    }

    // --- One entry ---

    struct Found<Value: Sendable>: Sendable {
        var value: Value
        /// Seconds left; 0 or less when expired.
        var remaining: Int64
    }

    /// Finds an entry that is still fresh and has `body` read its payload, under the lock.
    func read<Value: Sendable>(
        _ name: DomainName, _ tag: KeyTag, now: Moment, _ body: (Span<UInt8>) -> Value
    ) -> Found<Value>? {
        let bytes = name.wire.span
        let hash = hash(bytes, 0..<bytes.count, tag)
        return shard(for: hash).withLock { shard in
            guard let block = shard.find(name.wire.span, 0..<name.wire.count, tag, hash: hash) else { return nil }
            let left = shard.expiry(block) - now.uptime
            guard left > 0 else { return nil }
            shard.touch(block)
            return Found(value: shard.withPayload(block, body), remaining: (left + 999) / 1000)
        }
    }

    func write(_ name: DomainName, _ tag: KeyTag, payload: [UInt8], ttl: UInt32, now: Moment) {
        let hash = hash(name.wire.span, 0..<name.wire.count, tag)
        shard(for: hash).withLock { shard in
            _ = shard.insert(name.wire.span, tag, hash: hash, payload: payload.span, ttl: ttl, now: now.uptime)
        }
    }

    func remove(_ name: DomainName, _ tag: KeyTag) {
        let hash = hash(name.wire.span, 0..<name.wire.count, tag)
        shard(for: hash).withLock { shard in
            guard let block = shard.find(name.wire.span, 0..<name.wire.count, tag, hash: hash) else { return }
            shard.remove(block)
        }
    }

    // --- Purge ---

    /// Removes all that is known of exactly `name`. At once, for every worker.
    public func flush(name: DomainName) {
        let wire = name.lowercase.wire
        flush { span in
            guard span.count == wire.count else { return false }
            for index in 0..<span.count where span[index] != wire[index] { return false }
            return true
        }
    }

    /// Removes all that is known of `name` and everything below it. At once, for every worker.
    public func flush(subtree name: DomainName) {
        let wire = name.lowercase.wire
        flush { span in
            var offset = 0
            while span.count - offset > wire.count {
                offset += Int(span[offset]) + 1
            }
            guard span.count - offset == wire.count else { return false }
            for index in 0..<wire.count where span[offset + index] != wire[index] { return false }
            return true
        }
    }

    private func flush(where condition: (Span<UInt8>) -> Bool) {
        for locked in shards { locked.withLock { $0.removeAll(where: condition) } }
    }

    /// Removes everything, what is known of servers included.
    public func flushAll() {
        for locked in shards { locked.withLock { $0.removeAll() } }
        health.removeAll()
    }

    // --- Figures ---

    public struct Statistics: Sendable {
        public var entryCount = 0
        public var evictionCount: UInt64 = 0
    }

    public var statistics: Statistics {
        var sum = Statistics()
        for locked in shards {
            let (entries, evictions) = locked.withLock { ($0.entryCount, $0.evictionCount) }
            sum.entryCount += entries
            sum.evictionCount &+= evictions
        }
        return sum
    }
}
