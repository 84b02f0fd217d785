import CLinux

/// Unpredictable numbers for source ports, straight from the kernel's generator. Read in blocks, so that a
/// port costs no system call. A port that can be guessed halves the work of poisoning a cache (RFC 5452
/// §9.2).
struct RandomSource {
    private var block: [UInt8]
    private var used: Int

    /// 128 ports a system call.
    static let blockSize = 256

    init() {
        block = Array(repeating: 0, count: Self.blockSize)
        used = Self.blockSize
    }

    /// A number of 16 random bits; nil when the kernel gives none.
    mutating func next() -> UInt16? {
        if used + 2 > block.count {
            let status = unsafe block.withUnsafeMutableBufferPointer { buffer -> Int32 in
                guard let start = buffer.baseAddress else { return -1 }
                return unsafe clinux_random(start, buffer.count)
            }
            guard status == 0 else { return nil }
            used = 0
        }
        // Each number is handed out once and then forgotten.
        let value = UInt16(block[used]) << 8 | UInt16(block[used + 1])
        (block[used], block[used + 1]) = (0, 0)
        used += 2
        return value
    }

    /// A source port from 1024 to 65535, each equally likely (RFC 5452 §9.2, RFC 6056 §3.2); nil without
    /// randomness.
    mutating func nextPort() -> UInt16? {
        while let value = next() {
            // 1 of 64 values is a reserved port and is drawn again; this ends with the generator if not
            // before.
            if value >= 1024 { return value }
        }
        return nil
    }
}
