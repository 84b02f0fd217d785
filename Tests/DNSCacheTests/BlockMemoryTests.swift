import DNSWire
import SeededRandom
import Testing

@testable import DNSCache

@Suite struct BlockMemoryTests {
    /// Every length around the word's, every octet value, every place of a difference.
    @Test func comparesNamesWithoutCase() {
        var generator = SeededGenerator(seed: 1)
        var memory = BlockMemory(capacity: 1024)
        for length in 0...40 {
            for _ in 0..<50 {
                let stored = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let packet = [7, 7, 7] + stored.map { Bool.random(using: &generator) ? upper($0) : $0 } + [9]
                memory.writeFolded(stored.span, 0..<length, at: 104)
                let matches = memory.matchesFolded(packet.span, 3..<(3 + length), at: 104)
                #expect(matches)
                for place in 0..<length {
                    var other = packet
                    other[3 + place] ^= 1
                    let isSame = lowercased(other[3 + place]) == lowercased(stored[place])
                    let matches = memory.matchesFolded(other.span, 3..<(3 + length), at: 104)
                    #expect(matches == isSame)
                }
            }
        }
    }

    @Test func foldsLettersAlone() {
        var memory = BlockMemory(capacity: 1024)
        for octet in UInt8.min...UInt8.max {
            for length in [1, 8, 12] {
                let octets = [UInt8](repeating: octet, count: length)
                memory.writeFolded(octets.span, 0..<length, at: 0)
                let last = memory.load(length - 1, as: UInt8.self)
                #expect(last == lowercased(octet))
                let matches = memory.matchesFolded(octets.span, 0..<length, at: 0)
                #expect(matches)
            }
        }
    }

    @Test func movesOverItself() {
        var memory = BlockMemory(capacity: 256)
        let octets = [UInt8](0..<100)
        memory.write(octets.span, at: 0)
        memory.move(from: 0, to: 8, count: 100)
        let moved = memory.withBytes(8..<108) { bytes in (0..<bytes.count).map { bytes[$0] } }
        #expect(moved == octets)
    }

    private func upper(_ octet: UInt8) -> UInt8 { octet &- 0x61 < 26 ? octet & 0xdf : octet }
}
