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
        /// More records than this are answered, not kept (CVE-2024-1737: huge RRsets).
        public var recordsPerRRset = 256
        /// Octets of one answer or RRset; larger ones are answered, not kept.
        public var answerSize = 16_384

        public init() {}

        public func clamp(_ ttl: UInt32) -> UInt32 { max(minimumTTL, min(ttl, maximumTTL)) }

        public func clampNegative(_ ttl: UInt32) -> UInt32 {
            max(minimumTTL, min(ttl, min(maximumTTL, maximumNegativeTTL)))
        }
    }

    public let limits: Limits
    public let health: ServerHealthTable
    /// Of bounded size, beside the ceiling.
    public let denials: DenialStore
    private let shards: ShardSet
    private let hashKey: SipHash.Key

    public init(limits: Limits, hashKey: SipHash.Key) {
        self.limits = limits
        self.hashKey = hashKey
        health = ServerHealthTable(hashKey: hashKey)
        denials = DenialStore(limits: limits, hashKey: hashKey)
        shards = ShardSet(byteCeiling: limits.byteCeiling, staleWindow: Int64(limits.staleWindow) * 1000)
    }

    func hash(_ packet: Span<UInt8>, _ name: Range<Int>, _ tag: KeyTag) -> UInt64 {
        SipHash.hash13(packet, name, salt: tag.bits, foldingCase: true, key: hashKey)
    }

    @inline(__always)
    func withShard<Result: Sendable>(_ hash: UInt64, _ body: (inout CacheShard) -> Result) -> Result {
        shards.withShard(hash, body)
    }

    // --- One entry ---

    struct Found<Value: Sendable>: Sendable {
        var value: Value
        /// Seconds left; 0 or less when expired.
        var remaining: Int64
    }

    /// Finds an entry that is still fresh and has `body` read its payload, under the lock.
    ///
    /// - Parameter start: one of the name's `ancestorOffsets`: whose entry is wanted, its own or an ancestor's.
    func read<Value: Sendable>(
        _ name: DomainName, from start: Int = 0, _ tag: KeyTag, now: Moment, _ body: (Span<UInt8>) -> Value
    ) -> Found<Value>? {
        let key = start..<name.wire.count
        let hash = hash(name.wire.span, key, tag)
        return withShard(hash) { shard in
            guard let block = shard.find(name.wire.span, key, tag, hash: hash) else { return nil }
            var header = shard.header(block)
            let left = header.expiry - now.uptime
            guard left > 0 else { return nil }
            shard.touch(block, &header)
            return Found(value: shard.withPayload(block, header, body), remaining: (left + 999) / 1000)
        }
    }

    /// Stores an entry in place of the one with its key, unless that one is fresh and `isBetter` says so of its payload.
    /// Both happen under one lock, so that no other worker's better entry is lost in between.
    func write(
        _ name: DomainName, _ tag: KeyTag, payload: [UInt8], ttl: UInt32, now: Moment,
        unless isBetter: (Span<UInt8>) -> Bool = { _ in false }
    ) {
        let hash = hash(name.wire.span, 0..<name.wire.count, tag)
        withShard(hash) { shard in
            if let block = shard.find(name.wire.span, 0..<name.wire.count, tag, hash: hash) {
                let header = shard.header(block)
                if header.expiry > now.uptime, shard.withPayload(block, header, isBetter) { return }
            }
            shard.insert(name.wire.span, tag, hash: hash, payload: payload.span, ttl: ttl, now: now.uptime)
        }
    }

    func remove(_ name: DomainName, _ tag: KeyTag) {
        let hash = hash(name.wire.span, 0..<name.wire.count, tag)
        withShard(hash) { shard in
            guard let block = shard.find(name.wire.span, 0..<name.wire.count, tag, hash: hash) else { return }
            shard.remove(block)
        }
    }

    // --- Purge ---

    /// Removes all that is known of exactly `name`. At once, for every worker.
    public func flush(name: DomainName) {
        denials.remove(enclosing: name)
        let wire = name.lowercase.wire
        flush { span in
            guard span.count == wire.count else { return false }
            for index in 0..<span.count where span[index] != wire[index] { return false }
            return true
        }
    }

    /// Removes all that is known of `name` and everything below it. At once, for every worker.
    public func flush(subtree name: DomainName) {
        denials.removeAll()
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
        shards.forEach { $0.removeAll(where: condition) }
    }

    /// Removes everything, what is known of servers included.
    public func flushAll() {
        shards.forEach { $0.removeAll() }
        health.removeAll()
        denials.removeAll()
    }

    // --- Figures ---

    public struct Statistics: Sendable {
        public var entryCount = 0
        public var evictionCount: UInt64 = 0
    }

    public var statistics: Statistics {
        var sum = Statistics()
        shards.forEach { shard in
            sum.entryCount += shard.entryCount
            sum.evictionCount &+= shard.evictionCount
        }
        return sum
    }
}
