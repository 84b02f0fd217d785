/// A hash table from hash to block: open addressing with linear probing, eight octets a slot.
///
/// A slot holds 32 bits of hash and the block's place in units of 8 octets plus one; zero is empty. Its home follows from
/// those 32 bits, so that removal can close the gap (no tombstones) and growth needs no block read.
struct BlockIndex {
    static let slotLength = 8
    /// The most that may be in use, in eighths.
    static let maximumLoad = 7
    private static let initialSlots = 16

    private var slots: [UInt64]
    private(set) var used = 0
    private let maximumSlots: Int

    /// The slots that a memory of `bytes` needs: a power of two.
    static func slotCount(forBytes bytes: Int, octetsPerSlot: Int) -> Int {
        var count = initialSlots
        while count * octetsPerSlot < bytes { count *= 2 }
        return count
    }

    /// - Parameter maximumSlots: a power of two.
    init(maximumSlots: Int) {
        self.maximumSlots = maximumSlots
        slots = Array(repeating: 0, count: min(Self.initialSlots, maximumSlots))
    }

    /// One more entry needs one to be removed first.
    var isFull: Bool { used >= maximumSlots / 8 * Self.maximumLoad }

    private var mask: Int { slots.count - 1 }

    private static func slot(_ hash: UInt32, _ block: Int) -> UInt64 {
        UInt64(hash) << 32 | UInt64(UInt32(block / 8 + 1))
    }

    private static func hash(_ slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot >> 32) }

    private func home(_ hash: UInt32) -> Int { Int(hash) & mask }

    // --- Lookup ---

    struct Probe {
        fileprivate var position: Int
        fileprivate let hash: UInt32
    }

    func probe(_ hash: UInt32) -> Probe { Probe(position: home(hash), hash: hash) }

    /// The next block with the probe's hash.
    @inline(__always)
    func next(_ probe: inout Probe) -> Int? {
        while true {
            let slot = slots[probe.position]
            guard slot != 0 else { return nil }
            probe.position = (probe.position + 1) & mask
            if Self.hash(slot) == probe.hash { return (Int(truncatingIfNeeded: slot & 0xffff_ffff) - 1) * 8 }
        }
    }

    private func position(of slot: UInt64) -> Int? {
        var position = home(Self.hash(slot))
        while slots[position] != slot {
            guard slots[position] != 0 else { return nil }
            position = (position + 1) & mask
        }
        return position
    }

    // --- Change ---

    mutating func insert(_ hash: UInt32, _ block: Int) {
        if used >= slots.count / 8 * Self.maximumLoad { grow() }
        place(Self.slot(hash, block))
        used += 1
    }

    private mutating func place(_ slot: UInt64) {
        var position = home(Self.hash(slot))
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for slot in old where slot != 0 { place(slot) }
    }

    /// The block has moved.
    mutating func move(_ hash: UInt32, from block: Int, to target: Int) {
        guard let position = position(of: Self.slot(hash, block)) else { return }
        slots[position] = Self.slot(hash, target)
    }

    mutating func remove(_ hash: UInt32, _ block: Int) {
        guard var gap = position(of: Self.slot(hash, block)) else { return }
        used -= 1
        // Whatever stands behind the gap and would no longer be found moves into it.
        var position = gap
        while true {
            position = (position + 1) & mask
            let slot = slots[position]
            guard slot != 0 else { break }
            if (position - home(Self.hash(slot))) & mask >= (position - gap) & mask {
                slots[gap] = slot
                gap = position
            }
        }
        slots[gap] = 0
    }

    mutating func removeAll() {
        slots = Array(repeating: 0, count: min(Self.initialSlots, maximumSlots))
        used = 0
    }
}
