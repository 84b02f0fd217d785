import COpenSSL
import DNSWire
import SeededRandom
import Testing

@testable import DNSCrypto

/// Whoever owns a zone chooses its keys and signatures.
@Suite struct HostileInputTests {
    /// Lengths at which something begins or ends in one of the algorithms.
    private static let lengths = [
        0, 1, 2, 3, 4, 31, 32, 33, 56, 57, 58, 63, 64, 65, 66, 95, 96, 97, 113, 114, 115, 128, 129, 130, 256,
        260, 512, 515, 516, 517, 1027, 1028,
    ]

    @Test("no octets as key, signature or data trap or verify", arguments: SecurityAlgorithm.known)
    func randomOctets(_ algorithm: SecurityAlgorithm) throws {
        let verifier = LibcryptoVerifier()
        var generator = SeededGenerator(seed: UInt64(algorithm.rawValue))
        ERR_clear_error()
        for _ in 0..<300 {
            let key = try #require(Self.lengths.randomElement(using: &generator))
            let signature = try #require(Self.lengths.randomElement(using: &generator))
            #expect(
                !verifier.verify(
                    generator.octets(signature),
                    over: generator.octets(Int.random(in: 0...99, using: &generator)),
                    algorithm, generator.octets(key)))
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test("an RDATA's full length as key or signature", arguments: SecurityAlgorithm.known)
    func longest(_ algorithm: SecurityAlgorithm) {
        let verifier = LibcryptoVerifier()
        let longest = [UInt8](repeating: 0xa5, count: 65_000)
        for key in [longest, [UInt8](repeating: 1, count: 64)] {
            #expect(!verifier.verify(longest, over: [1], algorithm, key))
        }
    }

    /// The shape of a good key, so that more of them are read.
    @Test("random moduli and exponents, and signatures as long")
    func randomRSA() {
        let verifier = LibcryptoVerifier()
        var generator = SeededGenerator(seed: 1)
        ERR_clear_error()
        for step in 0..<500 {
            let exponent = generator.octets(step % 12)
            let modulus = generator.octets(Int.random(in: 0...520, using: &generator))
            let key = [UInt8(exponent.count)] + exponent + modulus
            let signature = generator.octets(modulus.count)
            for algorithm: SecurityAlgorithm in [.rsaSHA1, .rsaSHA256, .rsaSHA512] {
                #expect(!verifier.verify(signature, over: [1, 2, 3], algorithm, key))
            }
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test("random signatures of good keys")
    func randomSignatures() throws {
        let verifier = LibcryptoVerifier()
        var generator = SeededGenerator(seed: 2)
        ERR_clear_error()
        for (masterFile, _, _) in SignatureTests.examples {
            let example = try #require(try SignedExample.all(in: masterFile).first)
            for _ in 0..<50 {
                let signature = generator.octets(example.signature.octets.count)
                #expect(!verifier.verify(signature[...], over: example.data, by: example.key))
            }
        }
        #expect(ERR_peek_error() == 0)
    }
}
