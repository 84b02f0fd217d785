import DNSWire

/// One shard of the store: S3-FIFO over two rings of blocks, and an index from hash to block.
///
/// S3-FIFO: what is new waits in the small ring. What is asked for again while it waits there moves to the main ring; the
/// rest leaves as soon as the main ring has no free room. A flood of names that are asked once passes through the small
/// ring and pushes out nothing that people use. A hit only counts (up to 3); it moves nothing. The ghost table remembers
/// hashes of what left the small ring lately, so that it goes to the main ring when it comes back.
///
/// A block is named by its offset in the memory.
struct CacheShard: ~Copyable {
    private(set) var memory: BlockMemory
    var small: BlockRing
    var main: BlockRing
    var index: BlockIndex
    var ghosts: GhostTable
    var entryCount = 0
    var evictionCount: UInt64 = 0
    /// Milliseconds that an expired entry is kept for RFC 8767.
    let staleWindow: Int64

    /// The share of memory that new entries get (the S3-FIFO paper's tenth).
    static let smallShare = 10
    /// The index has a slot for so many octets of the ceiling or, as its size is a power of two, for down to half of them.
    /// Blocks of a common size then fill the memory before the index is full.
    static let octetsPerSlot = 96
    /// Offsets in the index have 32 bits and count 8 octets.
    static let maximumMemory = Int(UInt32.max - 1) * 8

    /// - Parameter byteCeiling: everything that this shard will ever hold, index and ghosts included.
    init(byteCeiling: Int, staleWindow: Int64) {
        let slots = BlockIndex.slotCount(forBytes: byteCeiling, octetsPerSlot: Self.octetsPerSlot)
        let ghostCount = slots / 2
        let tables = slots * BlockIndex.slotLength + ghostCount * GhostTable.octetsPerEntry
        memory = BlockMemory(capacity: min(max(4096, byteCeiling - tables), Self.maximumMemory))
        let boundary = memory.capacity / Self.smallShare & ~7
        small = BlockRing(bounds: 0..<boundary)
        main = BlockRing(bounds: boundary..<memory.capacity)
        index = BlockIndex(maximumSlots: slots)
        ghosts = GhostTable(count: ghostCount)
        self.staleWindow = staleWindow
    }

    /// The longest block that is taken; a longer one would push out too much.
    var maximumBlock: Int { main.capacity / 8 }

    // --- Lookup ---

    /// The block of a key, expired or not. The name is octets `range` of `packet` and compared without case.
    @inline(__always)
    func find(_ packet: Span<UInt8>, _ range: Range<Int>, _ tag: KeyTag, hash: UInt64) -> Int? {
        var probe = index.probe(UInt32(truncatingIfNeeded: hash))
        while let block = index.next(&probe) {
            let header = header(block)
            if header.tag == tag, header.nameLength == range.count,
                memory.matchesFolded(packet, range, at: block + BlockHeader.length)
            {
                return block
            }
        }
        return nil
    }

    @inline(__always)
    func header(_ block: Int) -> BlockHeader { memory.load(block, as: BlockHeader.self) }

    @inline(__always)
    mutating func setHeader(_ header: BlockHeader, of block: Int) { memory.store(header, at: block) }

    /// Counts a use.
    @inline(__always)
    mutating func touch(_ block: Int, _ header: inout BlockHeader) {
        guard header.frequency < BlockHeader.maximumFrequency else { return }
        header.frequency += 1
        setHeader(header, of: block)
    }

    @inline(__always)
    func withPayload<Result>(_ block: Int, _ header: BlockHeader, _ body: (Span<UInt8>) -> Result) -> Result {
        let start = block + BlockHeader.length + header.nameLength
        return memory.withBytes(start..<(start + header.payloadLength), body)
    }

    // --- Change ---

    /// Stores an entry in place of the one with its key. What is too large to be kept only takes the old one away.
    mutating func insert(
        _ name: Span<UInt8>, _ tag: KeyTag, hash: UInt64, payload: Span<UInt8>, ttl: UInt32, now: Int64
    ) {
        let old = find(name, 0..<name.count, tag, hash: hash)
        let length = BlockHeader.blockLength(nameLength: name.count, payloadLength: payload.count)
        guard length <= maximumBlock, payload.count <= BlockHeader.maximumPayload else {
            if let old { remove(old) }
            return
        }
        var header = BlockHeader(
            tag, hash: UInt32(truncatingIfNeeded: hash), nameLength: name.count, payloadLength: payload.count,
            ttl: ttl, storedAt: now)
        if let old {
            let oldHeader = self.header(old)
            // Its popularity outlives its data.
            header.frequency = oldHeader.frequency
            if oldHeader.blockLength == length {
                fill(old, header, name, payload)
                return
            }
        }
        let isReturning = ghosts.remove(header.hash)
        // Too long for the small ring even where a shorter one was: it would never find room there.
        let toMain = (old.map(main.contains) ?? isReturning) || length > small.capacity / 4
        if let old { remove(old) }
        let block = makeRoom(length, inMain: toMain, now: now)
        fill(block, header, name, payload)
        index.insert(header.hash, block)
        entryCount += 1
    }

    private mutating func fill(
        _ block: Int, _ header: BlockHeader, _ name: Span<UInt8>, _ payload: Span<UInt8>
    ) {
        setHeader(header, of: block)
        memory.writeFolded(name, 0..<name.count, at: block + BlockHeader.length)
        memory.write(payload, at: block + BlockHeader.length + name.count)
    }

    /// Takes the entry out of the index; its memory follows when the tail reaches it.
    mutating func remove(_ block: Int) {
        var header = header(block)
        index.remove(header.hash, block)
        header.kill()
        setHeader(header, of: block)
        entryCount -= 1
    }

    /// Removes every entry whose name (lower case) satisfies `condition`. Reads every block.
    mutating func removeAll(where condition: (_ name: Span<UInt8>) -> Bool) {
        var victims: [Int] = []
        for ring in [small, main] {
            ring.forEachBlock { block in
                let header = header(block)
                let name = block + BlockHeader.length
                if header.isLive, memory.withBytes(name..<(name + header.nameLength), condition) {
                    victims.append(block)
                }
                return header.blockLength
            }
        }
        for victim in victims { remove(victim) }
    }

    mutating func removeAll() {
        small.removeAll()
        main.removeAll()
        index.removeAll()
        ghosts.removeAll()
        entryCount = 0
    }

    /// Moves a whole block.
    mutating func move(_ block: Int, _ header: BlockHeader, to target: Int) {
        memory.move(from: block, to: target, count: header.blockLength)
        setHeader(header, of: target)
        index.move(header.hash, from: block, to: target)
    }
}
