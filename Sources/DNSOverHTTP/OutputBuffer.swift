/// Octets that wait to be written to the peer.
struct OutputBuffer {
    private var octets: [UInt8] = []
    /// Octets at the front that were written already.
    private var written = 0
    /// Where responses end that wait, counted as `octets` is.
    private var ends: [Int] = []
    /// Of these, those before have been written.
    private var firstEnd = 0

    /// Storage above this many octets is given back once it is empty, so that one large answer does not cost
    /// a connection its size for life.
    static let keptCapacity = 4_096

    var count: Int { octets.count - written }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: UnsafeBufferPointer<UInt8>) { unsafe octets.append(contentsOf: more) }

    mutating func append(_ more: Span<UInt8>) {
        unsafe more.withUnsafeBufferPointer { unsafe octets.append(contentsOf: $0) }
    }

    mutating func append(_ text: StaticString) {
        unsafe octets.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ octet: UInt8) { octets.append(octet) }

    mutating func append(number: Int) {
        let digits = DecimalText(number)
        for index in 0..<digits.count { octets.append(digits[index]) }
    }

    func withUnwritten<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe octets.withUnsafeBufferPointer { all in
            unsafe body(UnsafeBufferPointer(rebasing: all[min(written, all.count)...]))
        }
    }

    /// Notes that what was appended last is the end of a response.
    mutating func endResponse() { ends.append(octets.count) }

    /// What waits, one response after the other, and last what is no whole one, until `body` says that it is enough.
    func forEachPiece(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) {
        unsafe octets.withUnsafeBufferPointer { all in
            var start = written
            for index in firstEnd...ends.count {
                let end = index < ends.count ? ends[index] : all.count
                guard end > start else { continue }
                guard unsafe body(UnsafeBufferPointer(rebasing: all[start..<end])) else { return }
                start = end
            }
        }
    }

    mutating func advance(by count: Int) {
        written += max(0, min(count, self.count))
        while firstEnd < ends.count, ends[firstEnd] <= written { firstEnd += 1 }
        if written == octets.count {
            clear()
        } else if written > Self.longestPast {
            forget()
        }
    }

    /// A peer that always leaves something to be written must not have us keep all that was.
    private static let longestPast = 65_536

    private mutating func forget() {
        octets.removeFirst(written)
        ends = ends[firstEnd...].map { $0 - written }
        firstEnd = 0
        written = 0
    }

    private mutating func clear() {
        written = 0
        firstEnd = 0
        let isSmall = octets.capacity <= Self.keptCapacity
        octets.removeAll(keepingCapacity: isSmall)
        ends.removeAll(keepingCapacity: isSmall)
    }
}

/// A number that is not negative in decimal digits, without a string.
struct DecimalText {
    private var digits = InlineArray<20, UInt8>(repeating: 0)
    private let first: Int

    init(_ number: Int) {
        var rest = UInt64(clamping: number)
        var index = 20
        repeat {
            index -= 1
            digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        first = index
    }

    var count: Int { 20 - first }

    subscript(_ index: Int) -> UInt8 { digits[first + index] }
}
