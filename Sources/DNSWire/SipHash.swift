/// SipHash, a keyed hash: SipHash-2-4 makes server cookies (RFC 9018 §4.4), SipHash-1-3 spreads names over hash
/// tables so that nobody who lacks the key can make them collide.
public struct SipHash: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    public struct Key: Sendable, Hashable {
        public let low: UInt64
        public let high: UInt64

        @inlinable
        public init(low: UInt64, high: UInt64) {
            self.low = low
            self.high = high
        }

        /// Sixteen octets, little-endian as the algorithm reads them; nil for any other count.
        public init?(octets: [UInt8]) {
            guard octets.count == 16 else { return nil }
            let word = { (part: ArraySlice<UInt8>) in
                part.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            }
            self.init(low: word(octets[..<8]), high: word(octets[8...]))
        }

        public static func random(using generator: inout some RandomNumberGenerator) -> Key {
            Key(low: generator.next(), high: generator.next())
        }
    }

    private init(key: Key) {
        v0 = key.low ^ 0x736f_6d65_7073_6575
        v1 = key.high ^ 0x646f_7261_6e64_6f6d
        v2 = key.low ^ 0x6c79_6765_6e65_7261
        v3 = key.high ^ 0x7465_6462_7974_6573
    }

    /// - Parameters:
    ///   - foldingCase: ASCII letters count as lower case.
    ///   - salt: mixed in behind the octets, as one more word.
    public static func hash13(
        _ octets: Span<UInt8>, _ range: Range<Int>, salt: UInt64 = 0, foldingCase: Bool = false, key: Key
    ) -> UInt64 {
        var state = SipHash(key: key)
        var index = range.lowerBound
        let end = min(range.upperBound, octets.count)
        while end - index >= 8 {
            let word = octets.word(at: index)
            state.absorb(foldingCase ? lowercased(word) : word, rounds: 1)
            index += 8
        }
        var last = UInt64(truncatingIfNeeded: end - range.lowerBound) << 56
        if index < end, end - range.lowerBound >= 8 {
            // What is left are the last of the eight octets before the end.
            let word = octets.word(at: end - 8) >> UInt64((8 - (end - index)) * 8)
            last |= foldingCase ? lowercased(word) : word
        } else {
            var shift: UInt64 = 0
            while index < end {
                last |= UInt64(foldingCase ? lowercased(octets[index]) : octets[index]) << shift
                shift += 8
                index += 1
            }
        }
        state.absorb(last, rounds: 1)
        if salt != 0 { state.absorb(salt, rounds: 1) }
        return state.finish(rounds: 3)
    }

    /// SipHash-2-4 as published, for cookies.
    public static func hash24(_ octets: [UInt8], key: Key) -> UInt64 {
        hash24(octets.span, count: octets.count, key: key)
    }

    /// The same over the first `count` octets of a span.
    public static func hash24(_ octets: Span<UInt8>, count: Int, key: Key) -> UInt64 {
        var state = SipHash(key: key)
        let end = min(count, octets.count)
        var index = 0
        while end - index >= 8 {
            state.absorb(octets.word(at: index), rounds: 2)
            index += 8
        }
        var last = UInt64(truncatingIfNeeded: end) << 56
        for step in index..<end { last |= UInt64(octets[step]) << UInt64((step - index) * 8) }
        state.absorb(last, rounds: 2)
        return state.finish(rounds: 4)
    }

    /// The same over the octets of an address.
    public static func hash24(_ address: IPAddress, key: Key) -> UInt64 {
        var state = SipHash(key: key)
        var last = UInt64(address.octetCount) << 56
        switch address.family {
        case .ipv4:
            last |= UInt64(UInt32(truncatingIfNeeded: address.bits).byteSwapped)
        case .ipv6:
            state.absorb(UInt64(truncatingIfNeeded: address.bits >> 64).byteSwapped, rounds: 2)
            state.absorb(UInt64(truncatingIfNeeded: address.bits).byteSwapped, rounds: 2)
        }
        state.absorb(last, rounds: 2)
        return state.finish(rounds: 4)
    }

    @inline(__always)
    private mutating func absorb(_ word: UInt64, rounds: Int) {
        v3 ^= word
        for _ in 0..<rounds { round() }
        v0 ^= word
    }

    @inline(__always)
    private mutating func finish(rounds: Int) -> UInt64 {
        v2 ^= 0xff
        for _ in 0..<rounds { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = (v1 << 13 | v1 >> 51) ^ v0
        v0 = v0 << 32 | v0 >> 32
        v2 = v2 &+ v3
        v3 = (v3 << 16 | v3 >> 48) ^ v2
        v0 = v0 &+ v3
        v3 = (v3 << 21 | v3 >> 43) ^ v0
        v2 = v2 &+ v1
        v1 = (v1 << 17 | v1 >> 47) ^ v2
        v2 = v2 << 32 | v2 >> 32
    }
}
