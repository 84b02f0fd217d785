/// A ring of memory that holds variable-sized blocks in the order in which they came.
///
/// All unsafe memory access of the cache is here. Every access is checked against the ring's bounds, once per call, so
/// that a wrong offset stops the program instead of reading what is not ours.
///
///     |....free....[tail block][block]...[block]head....free....|
///
/// A block never wraps: what is left at the end of the memory is skipped when a block does not fit there. Freeing is
/// only possible at the tail, so memory does not fragment and the ceiling is exact.
@safe struct BlockRing: ~Copyable {
    /// Octets; a multiple of 8.
    let capacity: Int
    private let memory: UnsafeMutableRawPointer
    /// Where the next block goes.
    private(set) var head = 0
    /// The oldest block.
    private(set) var tail = 0
    /// Where the blocks before a wrap end; meaningful only while `head` is before `tail`.
    private var wrapEnd = 0
    private(set) var isEmpty = true

    init(capacity: Int) {
        let capacity = max(64, capacity & ~7)
        self.capacity = capacity
        // Untouched pages cost nothing, so a large ring is paid for as it fills.
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe memory.deallocate() }

    /// Room for `count` octets (a multiple of 8), or nil until the tail has been dropped.
    mutating func reserve(_ count: Int) -> Int? {
        if isEmpty {
            guard count <= capacity else { return nil }
            (head, tail) = (count, 0)
            isEmpty = false
            return 0
        }
        if head > tail {
            if capacity - head >= count {
                defer { head += count }
                return head
            }
            guard tail >= count else { return nil }
            wrapEnd = head
            head = count
            return 0
        }
        guard tail - head >= count else { return nil }
        defer { head += count }
        return head
    }

    /// Gives up the oldest block, which has `count` octets.
    mutating func dropTail(_ count: Int) {
        let wrapped = head <= tail
        tail += count
        if wrapped, tail >= wrapEnd { tail = 0 }
        if tail == head { removeAll() }
    }

    mutating func removeAll() {
        (head, tail, wrapEnd, isEmpty) = (0, 0, 0, true)
    }

    /// Calls `body` with the offset of each block, oldest first; `body` gives the block's length.
    func forEachBlock(_ body: (Int) -> Int) {
        guard !isEmpty else { return }
        var offset = tail
        if head <= tail {
            while offset < wrapEnd { offset += body(offset) }
            offset = 0
        }
        while offset < head { offset += body(offset) }
    }

    // --- Access ---

    func load<Value: BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value {
        precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= capacity)
        return unsafe memory.loadUnaligned(fromByteOffset: offset, as: type)
    }

    mutating func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= capacity)
        unsafe memory.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    /// Borrows `range` for reading.
    @inline(__always)
    func withBytes<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
        let start = unsafe memory.advanced(by: range.lowerBound).assumingMemoryBound(to: UInt8.self)
        return unsafe body(Span(_unsafeStart: start, count: range.count))
    }

    mutating func write(_ bytes: Span<UInt8>, at offset: Int) {
        precondition(offset >= 0 && offset + bytes.count <= capacity)
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe (memory + offset).copyMemory(from: start, byteCount: source.count)
        }
    }

    /// Copies `range` to the front of `target` from `position` on.
    func copy(_ range: Range<Int>, to target: inout MutableSpan<UInt8>, at position: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
        precondition(position >= 0 && position + range.count <= target.count)
        unsafe target.withUnsafeMutableBytes { destination in
            guard let start = destination.baseAddress else { return }
            unsafe (start + position).copyMemory(from: memory + range.lowerBound, byteCount: range.count)
        }
    }
}
