/// The memory of a shard's blocks. All unsafe memory access of the cache is in this file.
///
/// Every access is checked against the bounds, once per call, so that a wrong offset stops the program instead of reading
/// what is not ours.
@safe struct BlockMemory: ~Copyable {
    /// Octets; a multiple of 8.
    let capacity: Int
    private let start: UnsafeMutableRawPointer

    init(capacity: Int) {
        let capacity = max(64, capacity & ~7)
        self.capacity = capacity
        // Untouched pages cost nothing, so a large memory is paid for as it fills.
        unsafe start = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe start.deallocate() }

    @inline(__always)
    private func check(_ offset: Int, _ count: Int) {
        precondition(offset >= 0 && count >= 0 && count <= capacity && offset <= capacity - count)
    }

    // --- Values ---

    @inline(__always)
    func load<Value: BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value {
        check(offset, MemoryLayout<Value>.size)
        return unsafe start.loadUnaligned(fromByteOffset: offset, as: type)
    }

    @inline(__always)
    mutating func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
        check(offset, MemoryLayout<Value>.size)
        unsafe start.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    // --- Octets ---

    /// Borrows `range` for reading.
    @inline(__always)
    func withBytes<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
        check(range.lowerBound, range.count)
        let first = unsafe (start + range.lowerBound).assumingMemoryBound(to: UInt8.self)
        return unsafe body(Span(_unsafeStart: first, count: range.count))
    }

    mutating func write(_ bytes: Span<UInt8>, at offset: Int) {
        check(offset, bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            guard let first = source.baseAddress else { return }
            unsafe (start + offset).copyMemory(from: first, byteCount: source.count)
        }
    }

    /// Moves `count` octets; the two places may overlap.
    mutating func move(from source: Int, to target: Int, count: Int) {
        check(source, count)
        check(target, count)
        unsafe (start + target).copyMemory(from: start + source, byteCount: count)
    }

    /// Copies `range` into `target` at `position`.
    @inline(__always)
    func copy(_ range: Range<Int>, to target: inout MutableSpan<UInt8>, at position: Int) {
        check(range.lowerBound, range.count)
        precondition(position >= 0 && range.count <= target.count && position <= target.count - range.count)
        unsafe target.withUnsafeMutableBytes { destination in
            guard let first = destination.baseAddress else { return }
            unsafe (first + position).copyMemory(from: start + range.lowerBound, byteCount: range.count)
        }
    }

    // --- Names ---

    /// Writes octets `range` of `packet` in lower case. Length octets are below any letter, so the whole is folded, eight
    /// at a time.
    mutating func writeFolded(_ packet: Span<UInt8>, _ range: Range<Int>, at offset: Int) {
        let count = range.count
        check(offset, count)
        precondition(range.lowerBound >= 0 && range.upperBound <= packet.count)
        unsafe packet.withUnsafeBytes { bytes in
            func fold<Word: FixedWidthInteger & BitwiseCopyable>(_ step: Int, _ fold: (Word) -> Word) {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: range.lowerBound + step, as: Word.self)
                unsafe start.storeBytes(of: fold(word), toByteOffset: offset + step, as: Word.self)
            }
            var step = 0
            while step + 8 <= count {
                fold(step, foldedWord)
                step += 8
            }
            // The last word overlaps the one before, as in `matchesFolded`.
            if count >= 8 {
                fold(count - 8, foldedWord)
                return
            }
            while step < count {
                fold(step, folded)
                step += 1
            }
        }
    }

    /// Whether octets `range` of `packet` in lower case are those at `offset`. Eight at a time, as this is asked for
    /// every lookup.
    @inline(__always)
    func matchesFolded(_ packet: Span<UInt8>, _ range: Range<Int>, at offset: Int) -> Bool {
        let count = range.count
        check(offset, count)
        precondition(range.lowerBound >= 0 && range.upperBound <= packet.count)
        return unsafe packet.withUnsafeBytes { bytes in
            func differs<Word: FixedWidthInteger & BitwiseCopyable>(_ step: Int, _ fold: (Word) -> Word)
                -> Bool
            {
                unsafe fold(bytes.loadUnaligned(fromByteOffset: range.lowerBound + step, as: Word.self))
                    != start.loadUnaligned(fromByteOffset: offset + step, as: Word.self)
            }
            var step = 0
            while step + 8 <= count {
                if differs(step, foldedWord) { return false }
                step += 8
            }
            // The last word overlaps the one before, which spares a loop over what is left.
            if count >= 8 { return step == count || !differs(count - 8, foldedWord) }
            while step < count {
                if differs(step, folded) { return false }
                step += 1
            }
            return true
        }
    }
}

/// ASCII letters in lower case, everything else as it is (RFC 4343).
@inline(__always)
private func folded(_ octet: UInt8) -> UInt8 {
    octet &- 0x41 < 26 ? octet | 0x20 : octet
}

/// The same for eight octets at once.
@inline(__always)
private func foldedWord(_ word: UInt64) -> UInt64 {
    // Per octet: high bit set where 'A' <= octet <= 'Z'; octets of 0x80 and above are left alone.
    let sevenBits = word & 0x7f7f_7f7f_7f7f_7f7f
    let isAtLeastA = sevenBits &+ 0x3f3f_3f3f_3f3f_3f3f
    let isAboveZ = sevenBits &+ 0x2525_2525_2525_2525
    let isUpper = isAtLeastA & ~isAboveZ & ~word & 0x8080_8080_8080_8080
    return word | isUpper >> 2
}
