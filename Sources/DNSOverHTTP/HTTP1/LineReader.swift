/// Octets of HTTP/1.1 that came and were not used yet, taken off as lines or as parts of a body.
struct LineReader {
    enum Line {
        /// The offsets of a whole line, without its end.
        case line(Range<Int>)
        case incomplete
        /// A CR or an LF without the other. RFC 9112 §2.2 lets a lone LF pass; who does is read differently
        /// from who does not.
        case malformed
        case tooLong
    }

    private var octets: [UInt8] = []
    private var used = 0
    /// Up to here no end of a line is to be found.
    private var searched = 0

    var isEmpty: Bool { used == octets.count }
    /// Octets that were not used yet.
    var count: Int { octets.count - used }

    mutating func append(_ more: Span<UInt8>) {
        compact()
        unsafe more.withUnsafeBufferPointer { unsafe octets.append(contentsOf: $0) }
    }

    private mutating func compact() {
        guard used > 0 else { return }
        if used == octets.count {
            if octets.capacity > OutputBuffer.keptCapacity {
                octets = []
            } else {
                octets.removeAll(keepingCapacity: true)
            }
        } else {
            octets.removeSubrange(0..<used)
        }
        used = 0
        searched = 0
    }

    mutating func discard() {
        octets = []
        used = 0
        searched = 0
    }

    /// The next line, if its end is there. A line longer than `limit` octets is too long as soon as that is
    /// known.
    mutating func next(limit: Int) -> Line {
        var index = max(used, searched)
        while index < octets.count, index - used <= limit + 1 {
            if octets[index] == 0x0a {
                guard index > used, octets[index - 1] == 0x0d else { return .malformed }
                let line = used..<index - 1
                used = index + 1
                searched = used
                return .line(line)
            }
            if index > used, octets[index - 1] == 0x0d { return .malformed }
            index += 1
        }
        searched = index
        return index - used > limit + 1 ? .tooLong : .incomplete
    }

    /// Takes up to `count` octets.
    mutating func take(_ count: Int, _ body: (Span<UInt8>) -> Void) -> Int {
        let taken = min(count, octets.count - used)
        guard taken > 0 else { return 0 }
        body(octets.span.extracting(used..<used + taken))
        used += taken
        return taken
    }

    func withOctets<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
        body(octets.span.extracting(range.clamped(to: 0..<octets.count)))
    }
}
