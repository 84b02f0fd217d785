/// Numbers that a seed decides (SplitMix64): quick, evenly spread, and good for nothing that has to be secret.
struct RandomNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mix(state)
    }

    /// Between 0 and 1, without 1.
    @inline(__always)
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Gives every number another one, and no two the same.
    @inline(__always)
    static func mix(_ number: UInt64) -> UInt64 {
        var word = number
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
