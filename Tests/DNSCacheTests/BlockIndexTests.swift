import SeededRandom
import Testing

@testable import DNSCache

@Suite struct BlockIndexTests {
    private static func blocks(_ index: borrowing BlockIndex, _ hash: UInt32) -> Set<Int> {
        var found: Set<Int> = []
        var probe = index.probe(hash)
        while let block = index.next(&probe) { found.insert(block) }
        return found
    }

    @Test func findsAllBlocksOfAHash() {
        var index = BlockIndex(maximumSlots: 1024)
        for block in 0..<50 { index.insert(77, block * 8) }
        #expect(Self.blocks(index, 77) == Set((0..<50).map { $0 * 8 }))
        #expect(Self.blocks(index, 78).isEmpty)
        for block in stride(from: 0, to: 50, by: 2) { index.remove(77, block * 8) }
        #expect(Self.blocks(index, 77) == Set((0..<50).filter { $0 % 2 == 1 }.map { $0 * 8 }))
        #expect(index.used == 25)
    }

    @Test func grownTableHoldsWhatItHeld() {
        var index = BlockIndex(maximumSlots: 1 << 14)
        var count = 0
        while !index.isFull {
            index.insert(UInt32(truncatingIfNeeded: count &* 0x9e37_79b1), count * 8)
            count += 1
        }
        #expect(count == (1 << 14) / 8 * 7)
        for number in 0..<count {
            #expect(
                Self.blocks(index, UInt32(truncatingIfNeeded: number &* 0x9e37_79b1)).contains(number * 8))
        }
    }

    @Test func removingWhatIsNotThereChangesNothing() {
        var index = BlockIndex(maximumSlots: 64)
        index.insert(1, 8)
        index.remove(1, 16)
        index.remove(2, 8)
        index.move(2, from: 8, to: 32)
        #expect(Self.blocks(index, 1) == [8])
        #expect(index.used == 1)
    }

    @Test func keepsTheLargestOffset() {
        var index = BlockIndex(maximumSlots: 64)
        let last = CacheShard.maximumMemory - 8
        index.insert(.max, last)
        #expect(Self.blocks(index, .max) == [last])
    }

    /// Few different hashes at the table's end: long probe runs that wrap, and gaps closed across the end.
    @Test(arguments: 1...6) func agreesWithADictionary(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var index = BlockIndex(maximumSlots: 256)
        var model: [UInt32: Set<Int>] = [:]
        var entries: [(hash: UInt32, block: Int)] = []
        for step in 0..<(300_000 / slowdown) {
            let isNarrow = seed % 2 == 0
            switch Int.random(in: 0..<9, using: &generator) {
            case 0..<4 where !index.isFull:
                let hash = isNarrow ? UInt32.random(in: 240...270, using: &generator) : generator.next()
                let block = step * 8
                index.insert(hash, block)
                model[hash, default: []].insert(block)
                entries.append((hash, block))
            case 0..<7 where !entries.isEmpty:
                let victim = entries.remove(at: Int.random(in: 0..<entries.count, using: &generator))
                index.remove(victim.hash, victim.block)
                model[victim.hash]?.remove(victim.block)
            case 7 where !entries.isEmpty:
                let place = Int.random(in: 0..<entries.count, using: &generator)
                let entry = entries[place]
                index.move(entry.hash, from: entry.block, to: step * 8)
                model[entry.hash]?.remove(entry.block)
                model[entry.hash]?.insert(step * 8)
                entries[place].block = step * 8
            default:
                let hash = entries.randomElement(using: &generator)?.hash ?? 250
                if Self.blocks(index, hash) != model[hash] ?? [] {
                    Issue.record("hash \(hash) after \(step) steps")
                    return
                }
            }
            if index.used != entries.count {
                Issue.record("\(index.used) in use, \(entries.count) inserted")
                return
            }
        }
    }
}
