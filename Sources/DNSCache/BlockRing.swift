/// The order of variable-sized blocks in a stretch of memory: they leave in the order in which they came.
///
///     |....free....[tail block][block]...[block]head....free....|
///
/// A block never wraps: what is left at the end of the stretch is skipped when a block does not fit there. Freeing is
/// only possible at the tail, so memory does not fragment and the ceiling is exact.
struct BlockRing {
    /// The stretch of memory. Offsets are counted from the memory's start, not from the stretch's.
    let bounds: Range<Int>
    /// Where the next block goes.
    private(set) var head: Int
    /// The oldest block.
    private(set) var tail: Int
    /// Where the blocks before a wrap end; meaningful only while `head` is not behind `tail`.
    private var wrapEnd: Int
    private(set) var isEmpty = true

    init(bounds: Range<Int>) {
        self.bounds = bounds
        (head, tail, wrapEnd) = (bounds.lowerBound, bounds.lowerBound, bounds.lowerBound)
    }

    var capacity: Int { bounds.count }

    /// Whether a block at `offset` would be this ring's.
    func contains(_ offset: Int) -> Bool { bounds.contains(offset) }

    /// Room for `count` octets, or nil until the tail has been dropped.
    mutating func reserve(_ count: Int) -> Int? {
        guard count <= capacity else { return nil }
        if isEmpty {
            removeAll()
            isEmpty = false
        } else if head > tail, bounds.upperBound - head < count {
            guard tail - bounds.lowerBound >= count else { return nil }
            wrapEnd = head
            head = bounds.lowerBound
        } else if head <= tail {
            guard tail - head >= count else { return nil }
        }
        defer { head += count }
        return head
    }

    /// Gives up the oldest block, which has `count` octets. Afterwards there is always room for a block of that size.
    mutating func dropTail(_ count: Int) {
        let isWrapped = head <= tail
        tail += count
        if isWrapped, tail >= wrapEnd { tail = bounds.lowerBound }
        if tail == head { removeAll() }
    }

    mutating func removeAll() {
        (head, tail, wrapEnd) = (bounds.lowerBound, bounds.lowerBound, bounds.lowerBound)
        isEmpty = true
    }

    /// Calls `body` with the offset of each block, oldest first; `body` gives the block's length.
    func forEachBlock(_ body: (Int) -> Int) {
        guard !isEmpty else { return }
        var offset = tail
        if head <= tail {
            while offset < wrapEnd { offset += body(offset) }
            offset = bounds.lowerBound
        }
        while offset < head { offset += body(offset) }
    }
}
