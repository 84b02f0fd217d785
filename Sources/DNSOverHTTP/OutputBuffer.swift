/// Octets that wait to be written to the peer.
struct OutputBuffer {
    private var octets: [UInt8] = []
    /// Octets at the front that were written already.
    private var written = 0

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

    mutating func advance(by count: Int) {
        written += max(0, min(count, self.count))
        guard written == octets.count else { return }
        written = 0
        if octets.capacity > Self.keptCapacity {
            octets = []
        } else {
            octets.removeAll(keepingCapacity: true)
        }
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
