/// Where IDs, letter cases and choices come from: the system's secure generator, or a seed when a run must be repeatable.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var system = SystemRandomNumberGenerator()
    private var state: UInt64?

    /// The kernel's secure generator.
    public init() {}

    /// SplitMix64 from `seed`: for tests and replays only.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        guard let current = state else { return system.next() }
        let advanced = current &+ 0x9e37_79b9_7f4a_7c15
        state = advanced
        var word = advanced
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

extension RandomSource {
    /// A source for a part of the work: as secure, or as repeatable, as this one.
    public mutating func fork() -> RandomSource {
        state == nil ? RandomSource() : RandomSource(seed: next())
    }
}
