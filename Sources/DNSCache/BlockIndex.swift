/// Where a block is.
struct BlockReference: Hashable {
    var offset: Int
    var isMain: Bool
}

/// A hash table from hash to block: open addressing with linear probing, eight octets a slot.
///
/// A slot holds the low 32 bits of the hash and the block's place in units of 8 octets plus one; zero is empty. Its home
/// follows from those 32 bits, so that removal can close the gap (no tombstones) and growth needs no block read.
struct BlockIndex {
    static let slotLength = 8
    /// The most that may be in use, in eighths.
    static let maximumLoad = 7
    private static let initialSlots = 256

    private var slots: [UInt64]
    private var used = 0
    private let maximumSlots: Int

    /// The slots that belong to a shard of `bytes`: a power of two.
    static func slotCount(forBytes bytes: Int) -> Int {
        var count = initialSlots
        while count * CacheShard.octetsPerSlot < bytes { count *= 2 }
        return count
    }

    init(maximumSlots: Int) {
        self.maximumSlots = maximumSlots
        slots = Array(repeating: 0, count: min(Self.initialSlots, maximumSlots))
    }

    var isFull: Bool { used >= maximumSlots / 8 * Self.maximumLoad }

    private var mask: Int { slots.count - 1 }

    private static func fingerprint(_ hash: UInt64) -> UInt64 { hash & 0xffff_ffff }

    private static func slot(_ hash: UInt64, _ block: BlockReference) -> UInt64 {
        let place = UInt64(block.offset / 8) << 1 | (block.isMain ? 1 : 0)
        return fingerprint(hash) << 32 | (place + 1)
    }

    private static func block(_ slot: UInt64) -> BlockReference {
        let place = (slot & 0xffff_ffff) - 1
        return BlockReference(offset: Int(place >> 1) * 8, isMain: place & 1 == 1)
    }

    // --- Lookup ---

    struct Probe {
        fileprivate var position: Int
        fileprivate let fingerprint: UInt64
    }

    func probe(_ hash: UInt64) -> Probe {
        let fingerprint = Self.fingerprint(hash)
        return Probe(position: Int(fingerprint) & mask, fingerprint: fingerprint)
    }

    /// The next block whose hash agrees in the low 32 bits.
    func next(_ probe: inout Probe) -> BlockReference? {
        while true {
            let slot = slots[probe.position]
            guard slot != 0 else { return nil }
            probe.position = (probe.position + 1) & mask
            if slot >> 32 == probe.fingerprint { return Self.block(slot) }
        }
    }

    // --- Change ---

    mutating func insert(_ hash: UInt64, _ block: BlockReference) {
        if used >= slots.count / 8 * Self.maximumLoad { grow() }
        place(Self.slot(hash, block))
        used += 1
    }

    private mutating func place(_ slot: UInt64) {
        var position = Int(slot >> 32) & mask
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for slot in old where slot != 0 { place(slot) }
    }

    mutating func remove(_ hash: UInt64, _ block: BlockReference) {
        let wanted = Self.slot(hash, block)
        var gap = Int(wanted >> 32) & mask
        while slots[gap] != wanted {
            guard slots[gap] != 0 else { return }
            gap = (gap + 1) & mask
        }
        used -= 1
        // Whatever stands behind the gap and would no longer be found moves into it.
        var position = gap
        while true {
            position = (position + 1) & mask
            let slot = slots[position]
            guard slot != 0 else { break }
            let home = Int(slot >> 32) & mask
            if (position - home) & mask >= (position - gap) & mask {
                slots[gap] = slot
                gap = position
            }
        }
        slots[gap] = 0
    }

    mutating func removeAll() {
        slots = Array(repeating: 0, count: slots.count)
        used = 0
    }
}
