import SeededRandom
import Testing

@testable import DNSCache

@Suite struct BlockRingTests {
    @Test func fillsExactly() {
        var ring = BlockRing(bounds: 64..<128)
        #expect(ring.reserve(40) == 64)
        #expect(ring.reserve(24) == 104)
        #expect(ring.reserve(8) == nil)
        ring.dropTail(40)
        #expect(ring.reserve(40) == 64)
        #expect(ring.reserve(8) == nil, "full again, with the tail in the middle")
        #expect(ring.tail == 104)
    }

    @Test func takesABlockOfItsOwnSizeAndNoLarger() {
        var ring = BlockRing(bounds: 0..<64)
        #expect(ring.reserve(72) == nil)
        #expect(ring.reserve(64) == 0)
        #expect(ring.reserve(8) == nil)
        ring.dropTail(64)
        #expect(ring.isEmpty)
    }

    @Test func skipsTheEndWhereABlockDoesNotFit() {
        var ring = BlockRing(bounds: 0..<64)
        #expect(ring.reserve(24) == 0)
        #expect(ring.reserve(24) == 24)
        #expect(ring.reserve(24) == nil, "16 octets at the end are not enough, and the tail is at the start")
        ring.dropTail(24)
        #expect(ring.reserve(24) == 0)
        #expect(ring.tail == 24)
        ring.dropTail(24)
        #expect(ring.tail == 0, "the skipped end is not a block")
        ring.dropTail(24)
        #expect(ring.isEmpty)
        #expect(ring.reserve(64) == 0)
    }

    @Test func startsAfreshWhenEmpty() {
        var ring = BlockRing(bounds: 8..<72)
        #expect(ring.reserve(40) == 8)
        ring.dropTail(40)
        #expect(ring.isEmpty)
        #expect(ring.reserve(64) == 8, "an empty ring has room for its whole capacity, wherever its head was")
    }

    @Test func hasRoomForWhatItJustDropped() {
        var generator = SeededGenerator(seed: 5)
        var ring = BlockRing(bounds: 0..<4096)
        var lengths: [Int] = []
        for _ in 0..<20_000 {
            let length = Int.random(in: 3...40, using: &generator) * 8
            if ring.reserve(length) != nil {
                lengths.append(length)
            } else {
                let oldest = lengths.removeFirst()
                ring.dropTail(oldest)
                #expect(ring.reserve(oldest) != nil)
                lengths.append(oldest)
                ring.dropTail(lengths.removeFirst())
            }
        }
    }

    /// Against a queue of (offset, length): the same order, no overlap, nothing outside.
    @Test(arguments: 1...8) func agreesWithAQueue(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let bounds = 128..<(128 + [64, 256, 1000 & ~7, 4096][seed % 4])
        var ring = BlockRing(bounds: bounds)
        var queue: [Range<Int>] = []
        for _ in 0..<(200_000 / slowdown) {
            if Int.random(in: 0..<5, using: &generator) < 3 {
                let length = Int.random(in: 1...12, using: &generator) * 8
                if let offset = ring.reserve(length) {
                    let block = offset..<(offset + length)
                    if block.lowerBound < bounds.lowerBound || block.upperBound > bounds.upperBound
                        || queue.contains(where: { $0.overlaps(block) })
                    {
                        Issue.record("\(block) is not free")
                        return
                    }
                    queue.append(block)
                } else if queue.isEmpty {
                    #expect(length > bounds.count)
                }
            } else if let oldest = queue.first {
                if ring.tail != oldest.lowerBound {
                    Issue.record("tail \(ring.tail), oldest \(oldest)")
                    return
                }
                ring.dropTail(oldest.count)
                queue.removeFirst()
            }
            if ring.isEmpty != queue.isEmpty {
                Issue.record("empty or not")
                return
            }
        }
        var rest = queue
        ring.forEachBlock { offset in
            #expect(rest.first?.lowerBound == offset)
            return rest.removeFirst().count
        }
        #expect(rest.isEmpty)
    }
}
