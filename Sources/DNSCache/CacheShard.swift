import DNSWire

/// One shard of the store: S3-FIFO over two rings of memory, and an index from hash to block.
///
/// S3-FIFO: what is new waits in the small ring; what is asked for again while it waits there moves to the main ring,
/// the rest leaves at once. A flood of names that are asked once passes through the small ring and never touches what
/// people use. A hit only counts (up to 3); it moves nothing. The ghost table remembers hashes of what left the small
/// ring lately, so that it goes to the main ring when it comes back.
///
///     block: | length 32 | payload length 32 | hash 64 | key tag 64 | stored at 64 (ms) | TTL 32 (s) |
///            | frequency 8 | flags 8 | name length 8 | 0 | name, lower case | payload | padding to 8 |
struct CacheShard: ~Copyable {
    private var small: BlockRing
    private var main: BlockRing
    private var index: BlockIndex
    /// The low 32 bits of hashes that left the small ring.
    private var ghosts: [UInt32]
    private var scratch: [UInt8] = []
    private(set) var entryCount = 0
    private(set) var evictionCount: UInt64 = 0
    /// Milliseconds that an expired entry is kept for RFC 8767.
    private let staleWindow: Int64

    static let headerLength = 48
    static let maximumFrequency: UInt8 = 3
    /// A bound on the work that one insertion may cause under the lock; past it, even a used block is given up.
    static let maximumReinsertions = 64
    /// The share of memory that new entries get (the S3-FIFO paper's tenth).
    static let smallShare = 10
    /// The index has one slot for so many octets of rings; a smaller mean block size evicts early.
    static let octetsPerSlot = 128

    /// - Parameter byteCeiling: everything that this shard will ever hold, index and ghosts included.
    init(byteCeiling: Int, staleWindow: Int64) {
        let slots = BlockIndex.slotCount(forBytes: byteCeiling)
        let ghostCount = max(64, slots / 2)
        let rings = max(4096, byteCeiling - slots * BlockIndex.slotLength - ghostCount * 4)
        let smallCapacity = rings / Self.smallShare
        small = BlockRing(capacity: smallCapacity)
        main = BlockRing(capacity: rings - smallCapacity)
        index = BlockIndex(maximumSlots: slots)
        ghosts = Array(repeating: 0, count: ghostCount)
        self.staleWindow = staleWindow
    }

    /// The longest payload that is taken; longer ones would push out too much.
    var maximumBlock: Int { main.capacity / 8 }

    // --- Lookup ---

    /// The block of a key, expired or not. `name` is compared without case.
    func find(_ packet: Span<UInt8>, _ name: Range<Int>, _ tag: KeyTag, hash: UInt64) -> BlockReference? {
        var probe = index.probe(hash)
        while let candidate = index.next(&probe) {
            if matches(candidate, packet, name, tag) { return candidate }
        }
        return nil
    }

    private func matches(
        _ block: BlockReference, _ packet: Span<UInt8>, _ name: Range<Int>, _ tag: KeyTag
    ) -> Bool {
        guard load(block, 16, as: UInt64.self) == tag.bits, Int(load(block, 38, as: UInt8.self)) == name.count else {
            return false
        }
        let start = block.offset + Self.headerLength
        return withRing(block) { ring in
            ring.withBytes(start..<(start + name.count)) { stored in
                for step in 0..<name.count where stored[step] != lowercased(packet[name.lowerBound + step]) {
                    return false
                }
                return true
            }
        }
    }

    /// Counts a use.
    mutating func touch(_ block: BlockReference) {
        let frequency = load(block, 36, as: UInt8.self)
        if frequency < Self.maximumFrequency { store(block, frequency + 1, 36) }
    }

    func storedAt(_ block: BlockReference) -> Int64 { load(block, 24, as: Int64.self) }
    func ttl(_ block: BlockReference) -> UInt32 { load(block, 32, as: UInt32.self) }
    func tag(_ block: BlockReference) -> KeyTag { KeyTag(bits: load(block, 16, as: UInt64.self)) }
    func expiry(_ block: BlockReference) -> Int64 { storedAt(block) + Int64(ttl(block)) * 1000 }

    /// A bit of the block that belongs to the entry's kind; found unset and set in one step.
    mutating func setFlag(_ block: BlockReference) -> Bool {
        guard load(block, 37, as: UInt8.self) == 0 else { return false }
        store(block, 1 as UInt8, 37)
        return true
    }

    func payloadRange(_ block: BlockReference) -> Range<Int> {
        let start = block.offset + Self.headerLength + Int(load(block, 38, as: UInt8.self))
        return start..<(start + Int(load(block, 4, as: UInt32.self)))
    }

    @inline(__always)
    func withPayload<Result>(_ block: BlockReference, _ body: (Span<UInt8>) -> Result) -> Result {
        let range = payloadRange(block)
        return withRing(block) { $0.withBytes(range, body) }
    }

    /// Copies octets `range` of the payload into `target` at `position`.
    func copyPayload(
        _ block: BlockReference, _ range: Range<Int>, to target: inout MutableSpan<UInt8>, at position: Int
    ) {
        let start = payloadRange(block).lowerBound
        let absolute = (start + range.lowerBound)..<(start + range.upperBound)
        if block.isMain {
            main.copy(absolute, to: &target, at: position)
        } else {
            small.copy(absolute, to: &target, at: position)
        }
    }

    // --- Change ---

    /// Stores an entry in place of the one with its key. False when it is too large to be kept.
    @discardableResult
    mutating func insert(
        _ name: Span<UInt8>, _ tag: KeyTag, hash: UInt64, payload: Span<UInt8>, ttl: UInt32, now: Int64
    ) -> Bool {
        let length = (Self.headerLength + name.count + payload.count + 7) & ~7
        guard length <= maximumBlock, name.count <= DomainName.maximumLength else { return false }
        var toMain = length > small.capacity / 4
        if let old = find(name, 0..<name.count, tag, hash: hash) {
            toMain = toMain || old.isMain
            remove(old)
        } else if takeGhost(hash) {
            toMain = true
        }
        while index.isFull { evictOne(now: now) }
        let offset = toMain ? reserveInMain(length, now: now) : reserveInSmall(length, now: now)
        let block = BlockReference(offset: offset, isMain: toMain)
        store(block, UInt32(length), 0)
        store(block, UInt32(payload.count), 4)
        store(block, hash, 8)
        store(block, tag.bits, 16)
        store(block, now, 24)
        store(block, ttl, 32)
        store(block, UInt32(name.count) << 16, 36)
        writeName(name, block)
        write(payload, block, Self.headerLength + name.count)
        index.insert(hash, block)
        entryCount += 1
        return true
    }

    /// Takes the entry out of the index; its memory follows when the tail reaches it.
    mutating func remove(_ block: BlockReference) {
        index.remove(load(block, 8, as: UInt64.self), block)
        store(block, 0 as UInt64, 16)
        entryCount -= 1
    }

    /// Removes every entry whose name (lower case) satisfies `condition`.
    mutating func removeAll(where condition: (_ name: Span<UInt8>) -> Bool) {
        var victims = Self.offsets(in: small, where: condition).map { BlockReference(offset: $0, isMain: false) }
        victims += Self.offsets(in: main, where: condition).map { BlockReference(offset: $0, isMain: true) }
        for victim in victims { remove(victim) }
    }

    private static func offsets(in ring: borrowing BlockRing, where condition: (Span<UInt8>) -> Bool) -> [Int] {
        var offsets: [Int] = []
        ring.forEachBlock { offset in
            let name = offset + headerLength
            let nameLength = Int(ring.load(offset + 38, as: UInt8.self))
            let isLive = ring.load(offset + 16, as: UInt64.self) != 0
            if isLive, ring.withBytes(name..<(name + nameLength), condition) { offsets.append(offset) }
            return Int(ring.load(offset, as: UInt32.self))
        }
        return offsets
    }

    mutating func removeAll() {
        small.removeAll()
        main.removeAll()
        index.removeAll()
        entryCount = 0
    }

    // --- Eviction ---

    private mutating func reserveInSmall(_ length: Int, now: Int64) -> Int {
        while true {
            if let offset = small.reserve(length) { return offset }
            evictFromSmall(now: now)
        }
    }

    private mutating func reserveInMain(_ length: Int, now: Int64) -> Int {
        var reinsertions = 0
        while true {
            if let offset = main.reserve(length) { return offset }
            evictFromMain(now: now, reinsertions: &reinsertions)
        }
    }

    private mutating func evictOne(now: Int64) {
        if !small.isEmpty {
            evictFromSmall(now: now)
        } else {
            var reinsertions = Self.maximumReinsertions
            evictFromMain(now: now, reinsertions: &reinsertions)
        }
    }

    private mutating func evictFromSmall(now: Int64) {
        let block = BlockReference(offset: small.tail, isMain: false)
        let length = Int(load(block, 0, as: UInt32.self))
        guard isLive(block) else {
            small.dropTail(length)
            return
        }
        let hash = load(block, 8, as: UInt64.self)
        if load(block, 36, as: UInt8.self) > 0, !isPastStale(block, now) {
            var reinsertions = 0
            lift(block, length, hash)
            while true {
                if let offset = main.reserve(length) {
                    settle(hash, offset)
                    break
                }
                evictFromMain(now: now, reinsertions: &reinsertions)
            }
        } else {
            index.remove(hash, block)
            small.dropTail(length)
            ghosts[ghostSlot(hash)] = UInt32(truncatingIfNeeded: hash)
            entryCount -= 1
            evictionCount += 1
        }
    }

    private mutating func evictFromMain(now: Int64, reinsertions: inout Int) {
        let block = BlockReference(offset: main.tail, isMain: true)
        let length = Int(load(block, 0, as: UInt32.self))
        guard isLive(block) else {
            main.dropTail(length)
            return
        }
        let hash = load(block, 8, as: UInt64.self)
        let frequency = load(block, 36, as: UInt8.self)
        // Another block of the main ring may be under way (in scratch) while this runs; then none is put back.
        if frequency > 0, reinsertions < Self.maximumReinsertions, !isPastStale(block, now), scratch.isEmpty {
            reinsertions += 1
            store(block, frequency - 1, 36)
            lift(block, length, hash)
            if let offset = main.reserve(length) {
                settle(hash, offset)
            } else {
                scratch.removeAll(keepingCapacity: true)
                entryCount -= 1
                evictionCount += 1
            }
        } else {
            index.remove(hash, block)
            main.dropTail(length)
            entryCount -= 1
            evictionCount += 1
        }
    }

    /// Takes a tail block out of its ring into `scratch`.
    private mutating func lift(_ block: BlockReference, _ length: Int, _ hash: UInt64) {
        index.remove(hash, block)
        let range = block.offset..<(block.offset + length)
        scratch.removeAll(keepingCapacity: true)
        var copy = scratch
        scratch = []
        withRing(block) { ring in
            ring.withBytes(range) { bytes in
                for step in 0..<bytes.count { copy.append(bytes[step]) }
            }
        }
        scratch = copy
        if block.isMain { main.dropTail(length) } else { small.dropTail(length) }
    }

    /// Puts the block in `scratch` into the main ring.
    private mutating func settle(_ hash: UInt64, _ offset: Int) {
        let block = scratch
        main.write(block.span, at: offset)
        index.insert(hash, BlockReference(offset: offset, isMain: true))
        scratch = []
    }

    private func isLive(_ block: BlockReference) -> Bool { load(block, 16, as: UInt64.self) != 0 }

    private func isPastStale(_ block: BlockReference, _ now: Int64) -> Bool {
        now - expiry(block) > staleWindow
    }

    private func ghostSlot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: (hash >> 20) % UInt64(ghosts.count)) }

    private mutating func takeGhost(_ hash: UInt64) -> Bool {
        let slot = ghostSlot(hash)
        guard ghosts[slot] == UInt32(truncatingIfNeeded: hash), ghosts[slot] != 0 else { return false }
        ghosts[slot] = 0
        return true
    }

    // --- Memory ---

    @inline(__always)
    private func withRing<Result>(_ block: BlockReference, _ body: (borrowing BlockRing) -> Result) -> Result {
        block.isMain ? body(main) : body(small)
    }

    @inline(__always)
    private func load<Value: BitwiseCopyable>(_ block: BlockReference, _ field: Int, as type: Value.Type) -> Value {
        block.isMain ? main.load(block.offset + field, as: type) : small.load(block.offset + field, as: type)
    }

    @inline(__always)
    private mutating func store<Value: BitwiseCopyable>(_ block: BlockReference, _ value: Value, _ field: Int) {
        if block.isMain {
            main.store(value, at: block.offset + field)
        } else {
            small.store(value, at: block.offset + field)
        }
    }

    private mutating func write(_ bytes: Span<UInt8>, _ block: BlockReference, _ field: Int) {
        if block.isMain {
            main.write(bytes, at: block.offset + field)
        } else {
            small.write(bytes, at: block.offset + field)
        }
    }

    private mutating func writeName(_ name: Span<UInt8>, _ block: BlockReference) {
        for step in 0..<name.count { store(block, lowercased(name[step]), Self.headerLength + step) }
    }
}
