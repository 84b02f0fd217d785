import CLinux
import Synchronization

/// Where IDs, letter cases and choices come from: the system's secure generator, or a seed when a run must be repeatable.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private enum Origin: Sendable {
        case kernel(KernelRandomness)
        case seed(UInt64)
    }

    private var origin: Origin

    /// The kernel's secure generator.
    public init() { origin = .kernel(KernelRandomness()) }

    /// SplitMix64 from `seed`: for tests and replays only.
    public init(seed: UInt64) { origin = .seed(seed) }

    private init(_ origin: Origin) { self.origin = origin }

    public mutating func next() -> UInt64 {
        switch origin {
        case .kernel(let randomness): return randomness.next()
        case .seed(let current):
            let advanced = current &+ 0x9e37_79b9_7f4a_7c15
            origin = .seed(advanced)
            var word = advanced
            word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
            return word ^ word >> 31
        }
    }
}

extension RandomSource {
    /// A source for a part of the work: as secure, or as repeatable, as this one.
    public mutating func fork() -> RandomSource {
        switch origin {
        case .kernel: self
        case .seed: RandomSource(seed: next())
        }
    }
}

/// Words straight from the kernel's generator, read many at a time, so that one costs no system call. Copies of a source
/// share one of these, and each word is given once and then forgotten.
private final class KernelRandomness: Sendable {
    private struct Block {
        var words = InlineArray<64, UInt64>(repeating: 0)
        /// Those that have not been given yet, from the first.
        var left = 0

        mutating func next() -> UInt64? {
            if left == 0 {
                var words = words.mutableSpan
                let status = unsafe words.withUnsafeMutableBytes { octets -> Int32 in
                    guard let start = octets.baseAddress else { return -1 }
                    return unsafe clinux_random(start, octets.count)
                }
                guard status == 0 else { return nil }
                left = words.count
            }
            left -= 1
            defer { words[left] = 0 }
            return words[left]
        }
    }

    private let block = Mutex(Block())

    func next() -> UInt64 {
        // Without randomness there can be no queries: where the block cannot be filled, this ends the process.
        if let word = block.withLock({ $0.next() }) { return word }
        var system = SystemRandomNumberGenerator()
        return system.next()
    }
}
