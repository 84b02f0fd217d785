/// Names an entry of a `SlotTable`: its place, and which occupant of that place is meant.
///
/// The generation makes names safe to keep: a slot that was freed and filled again no longer answers to the
/// old name, so a late event or reply never reaches the wrong peer.
struct SlotKey: Hashable, Sendable {
    /// Place in the table in the low 24 bits, generation in the 32 bits above; the top 8 bits are 0.
    let bits: UInt64

    static let slotBits: UInt64 = 24

    init(bits: UInt64) { self.bits = bits }

    init(slot: Int, generation: UInt32) {
        bits =
            UInt64(generation) << Self.slotBits
            | (UInt64(truncatingIfNeeded: slot) & (1 << Self.slotBits - 1))
    }

    var slot: Int { Int(bits & (1 << Self.slotBits - 1)) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: bits >> Self.slotBits) }
}

/// Objects by slot, found in constant time by a name that stale holders cannot misuse.
struct SlotTable<Element: AnyObject> {
    private struct Slot {
        var element: Element?
        var generation: UInt32 = 0
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    /// Entries that the table takes; `insert` refuses more.
    let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = min(max(0, capacity), 1 << Int(SlotKey.slotBits))
    }

    var isFull: Bool { count >= capacity }

    /// The name that the next element will have; nil when the table is full.
    var nextKey: SlotKey? {
        guard !isFull else { return nil }
        guard let slot = free.last else { return SlotKey(slot: slots.count, generation: 0) }
        return SlotKey(slot: slot, generation: slots[slot].generation)
    }

    /// Enters an element under `nextKey`. Ignored when the table is full.
    mutating func insert(_ element: Element) {
        guard !isFull else { return }
        let slot = free.popLast() ?? slots.count
        if slot == slots.count { slots.append(Slot()) }
        slots[slot].element = element
        count += 1
    }

    subscript(key: SlotKey) -> Element? {
        guard key.slot < slots.count, slots[key.slot].generation == key.generation else { return nil }
        return slots[key.slot].element
    }

    @discardableResult
    mutating func remove(_ key: SlotKey) -> Element? {
        guard let element = self[key] else { return nil }
        slots[key.slot].element = nil
        slots[key.slot].generation &+= 1
        free.append(key.slot)
        count -= 1
        return element
    }

    /// Every entry; takes time in proportion to the most entries that there ever were at once.
    func forEach(_ body: (Element) -> Void) {
        for slot in slots {
            if let element = slot.element { body(element) }
        }
    }
}
