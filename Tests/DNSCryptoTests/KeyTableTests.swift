import DNSWire
import Dispatch
import SeededRandom
import Synchronization
import Testing

@testable import DNSCrypto

@Suite struct KeyTableTests {
    /// Keys of 32 octets, each another.
    private func keys(_ numbers: Range<Int>) -> [DNSKey] {
        numbers.compactMap { number in
            let octets = (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
            return zoneKey(.ed25519, octets + [UInt8](repeating: 1, count: 28))
        }
    }

    @Test("a key is parsed once")
    func parsedOnce() throws {
        let table = KeyTable()
        let key = try #require(keys(0..<1).first)
        let first = try #require(table.publicKey(of: key))
        #expect(table.publicKey(of: key) === first && table.count == 1)
    }

    @Test("a key that cannot be read is remembered too")
    func unreadable() throws {
        let table = KeyTable()
        let key = try #require(zoneKey(.ed25519, [1, 2, 3]))
        #expect(table.publicKey(of: key) == nil && table.count == 1)
        #expect(table.publicKey(of: key) == nil && table.count == 1)
    }

    @Test("the same octets are another key for another algorithm")
    func algorithms() throws {
        let table = KeyTable()
        let point = [UInt8](repeating: 1, count: 32)
        let edwards = try #require(zoneKey(.ed25519, point))
        let rsa = try #require(zoneKey(.rsaSHA256, point))
        #expect(table.publicKey(of: edwards) != nil && table.publicKey(of: rsa) == nil)
    }

    @Test("the table is bounded, and keeps what is used")
    func bounded() throws {
        let table = KeyTable()
        let used = try #require(keys(0..<1).first)
        let first = try #require(table.publicKey(of: used))
        var faults = 0
        for key in keys(1..<10_000) {
            _ = table.publicKey(of: key)
            if table.publicKey(of: used) !== first || table.count > KeyTable.maximumCount { faults += 1 }
        }
        #expect(faults == 0)
        #expect(table.count > KeyTable.maximumCount / 2)
    }

    @Test("what is not used is forgotten")
    func forgotten() throws {
        let table = KeyTable()
        let unused = try #require(keys(0..<1).first)
        let first = try #require(table.publicKey(of: unused))
        for key in keys(1..<(KeyTable.maximumCount + 1)) { _ = table.publicKey(of: key) }
        #expect(table.publicKey(of: unused) !== first)
    }
}

/// To be run under the thread sanitizer too.
@Suite struct KeyTableConcurrencyTests {
    @Test("threads share keys, and each gets the right answer")
    func sharedKeys() throws {
        let verifier = LibcryptoVerifier()
        let examples = try SignatureTests.examples.flatMap { try SignedExample.all(in: $0.masterFile) }
        let wrong = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            var generator = SeededGenerator(seed: UInt64(thread))
            for _ in 0..<20 {
                // Unreadable keys come and go meanwhile, enough of them to turn the generations over.
                for _ in 0..<60 { _ = verifier.verify([1], over: [], .ecdsaP256SHA256, generator.octets(8)) }
                for example in examples.shuffled(using: &generator) {
                    let isGood = verifier.verify(
                        example.signature.octets, over: example.data, by: example.key)
                    let isBad = verifier.verify(
                        example.signature.octets, over: example.data + [0], by: example.key)
                    if !isGood || isBad { wrong.add(1, ordering: .relaxed) }
                }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }
}
