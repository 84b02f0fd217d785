public import DNSWire
import Synchronization

/// Validated NSEC and NSEC3 records in the order of their zones, from which denials are made without asking anybody
/// (RFC 8198).
///
/// Shared by all workers, a lock for each of its shards. The cache proper finds things by name; here the question is
/// which record stands before a name. A full shard is emptied: what it held only saved queries.
public final class DenialStore: Sendable {
    /// What is known of one zone's order.
    private struct Zone {
        let name: DomainName
        var soa: RRset?
        var soaExpiry: Int64 = 0
        /// NSEC by owner name.
        var names = OrderedRecords<DomainName>()
        /// NSEC3 by hash; all with `parameters`.
        var hashes = OrderedRecords<HashedOwner>()
        var parameters: NextSecure3Parameters?

        var count: Int { names.count + hashes.count }

        init(_ name: DomainName) { self.name = name }
    }

    private struct State {
        /// By the hash of their names. Of two names with one hash, which nobody can bring about, the later is kept.
        var zones: [UInt64: Zone] = [:]
        var recordCount = 0
    }

    private final class Shard: Sendable {
        let state = Mutex(State())
    }

    private static let shardCount = 16
    /// Octets of the cache's ceiling for each record here; a record takes half a kilobyte or so, which makes this store
    /// some hundredths of the cache.
    private static let ceilingPerRecord = 16_384
    private let shards = (0..<shardCount).map { _ in Shard() }
    private let recordsPerShard: Int
    private let maximumTTL: UInt32
    private let hashKey: SipHash.Key

    init(limits: Cache.Limits, hashKey: SipHash.Key) {
        recordsPerShard = max(64, limits.byteCeiling / Self.ceilingPerRecord / Self.shardCount)
        maximumTTL = limits.maximumNegativeTTL
        self.hashKey = hashKey
    }

    private func hash(_ octets: Span<UInt8>, from start: Int = 0) -> UInt64 {
        SipHash.hash13(octets, start..<octets.count, foldingCase: true, key: hashKey)
    }

    private func withState<Value: Sendable>(_ hash: UInt64, _ body: (inout State) -> Value) -> Value {
        shards[Int(hash % UInt64(Self.shardCount))].state.withLock { body(&$0) }
    }

    /// What `body` reads of a zone; nil where nothing is known of it.
    private func read<Value: Sendable>(_ zone: DomainName, _ body: (Zone) -> Value?) -> Value? {
        let hash = hash(zone.wire.span)
        return withState(hash) { state in
            guard let known = state.zones[hash], known.name == zone else { return nil }
            return body(known)
        }
    }

    /// Calls `body` for each zone that is known and that `name` is in, the deepest first, until it gives something.
    private func first<Value: Sendable>(
        enclosing name: DomainName, _ body: (inout State, UInt64, Zone) -> Value?
    ) -> Value? {
        for start in name.ancestorOffsets {
            let hash = hash(name.wire.span, from: start)
            let length = name.wire.count - start
            let found: Value? = withState(hash) { state in
                guard let known = state.zones[hash], known.name.wire.count == length,
                    name.isSubdomain(of: known.name)
                else { return nil }
                return body(&state, hash, known)
            }
            if let found { return found }
        }
        return nil
    }

    // --- Admit ---

    /// Keeps validated NSEC and NSEC3 RRsets of `zone`, and its SOA for the negative answers made from them.
    ///
    /// NSEC3 records that opt out are left alone: a name in their span may be an unsigned delegation (RFC 8198 §5.2).
    public func admit(_ rrsets: [RRset], soa: RRset?, of zone: DomainName, now: Moment) {
        let hash = hash(zone.wire.span)
        withState(hash) { state in
            if state.recordCount >= recordsPerShard { state = State() }
            // Taken out meanwhile, so that its records are added to in place.
            var known = state.zones.removeValue(forKey: hash) ?? Zone(zone)
            state.recordCount -= known.count
            if known.name != zone { known = Zone(zone) }
            if let soa {
                known.soa = soa
                known.soaExpiry = expiry(soa.ttl, now)
            }
            for rrset in rrsets { add(rrset, to: &known, zone, now) }
            // A zone without records would not be counted, and zones are as many as their owners like.
            guard known.count > 0 else { return }
            state.recordCount += known.count
            state.zones[hash] = known
        }
    }

    private func expiry(_ ttl: UInt32, _ now: Moment) -> Int64 {
        now.uptime + Int64(min(ttl, maximumTTL)) * 1000
    }

    private func add(_ rrset: RRset, to known: inout Zone, _ zone: DomainName, _ now: Moment) {
        let expiry = expiry(rrset.ttl, now)
        if rrset.type == .nsec {
            known.names.insert(rrset, at: rrset.ownerName, expiry: expiry)
        } else if rrset.type == .nsec3, let record = rrset.rdatas.first.flatMap({ NextSecure3($0) }),
            !record.isOptOut, let hash = NextSecure3.hash(of: rrset.ownerName, in: zone)
        {
            if known.parameters != record.parameters {
                known.hashes = OrderedRecords()
                known.parameters = record.parameters
            }
            known.hashes.insert(rrset, at: HashedOwner(hash: hash), expiry: expiry)
        }
    }

    // --- Lookup ---

    /// What a zone denies with: its SOA, where one has been seen, and the parameters where it hashes its names.
    public struct Apex: Sendable {
        public let zone: DomainName
        public let soa: RRset?
        public let parameters: NextSecure3Parameters?
    }

    /// The deepest zone enclosing `name` of which there are records; nil when there is none.
    public func apex(enclosing name: DomainName, now: Moment) -> Apex? {
        first(enclosing: name) { _, _, known in
            let left = (known.soaExpiry - now.uptime) / 1000
            var soa = left > 0 ? known.soa : nil
            soa?.ttl = UInt32(clamping: left)
            return Apex(zone: known.name, soa: soa, parameters: known.parameters)
        }
    }

    /// The NSEC RRset at `name`, or the last before it.
    public func record(at name: DomainName, in zone: DomainName, now: Moment) -> RRset? {
        read(zone) { $0.names.last(notBehind: name, now: now, wraps: false) }
    }

    /// The NSEC3 RRset of `hash`, or the last before it, around the end of the zone.
    public func record(of hash: [UInt8], in zone: DomainName, now: Moment) -> RRset? {
        read(zone) { $0.hashes.last(notBehind: HashedOwner(hash: hash), now: now, wraps: true) }
    }

    // --- Purge ---

    /// Forgets the zones that `name` is in.
    func remove(enclosing name: DomainName) {
        let _: Never? = first(enclosing: name) { state, hash, known in
            state.zones[hash] = nil
            state.recordCount -= known.count
            return nil
        }
    }

    func removeAll() {
        for shard in shards { shard.state.withLock { $0 = State() } }
    }
}

/// A hash of RFC 5155 §5, in the order of its octets.
private struct HashedOwner: Comparable, Sendable {
    let hash: [UInt8]

    static func < (a: HashedOwner, b: HashedOwner) -> Bool { a.hash.lexicographicallyPrecedes(b.hash) }
}

/// RRsets in the order of a key.
private struct OrderedRecords<Key: Comparable & Sendable>: Sendable {
    private struct Item: Sendable {
        let key: Key
        let rrset: RRset
        let expiry: Int64
    }

    private var items: [Item] = []

    var count: Int { items.count }

    /// The index of the first item whose key is behind `key`.
    private func upperBound(_ key: Key) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if key < items[middle].key { high = middle } else { low = middle + 1 }
        }
        return low
    }

    mutating func insert(_ rrset: RRset, at key: Key, expiry: Int64) {
        let item = Item(key: key, rrset: rrset, expiry: expiry)
        let index = upperBound(key)
        if index > 0, items[index - 1].key == key {
            items[index - 1] = item
        } else {
            items.insert(item, at: index)
        }
    }

    /// - Parameter wraps: before the first item stands the last one.
    func last(notBehind key: Key, now: Moment, wraps: Bool) -> RRset? {
        let index = upperBound(key)
        guard index > 0 || wraps, let item = index > 0 ? items[index - 1] : items.last else { return nil }
        let left = (item.expiry - now.uptime) / 1000
        guard left > 0 else { return nil }
        var rrset = item.rrset
        rrset.ttl = UInt32(clamping: left)
        return rrset
    }
}
