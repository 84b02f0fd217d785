import COpenSSL
import DNSWire
import Testing

@testable import DNSCrypto

@Suite struct SignatureTests {
    /// With the number of RRSIG records in each, so that none is left out unseen. RFC 8080 does not print the algorithm
    /// of its own, and signs a label too many (erratum 4935), which is the validator's to mind.
    static let examples: [(masterFile: String, algorithm: SecurityAlgorithm, signatures: Int)] = [
        (StandardVectors.rsaSHA1, .rsaSHA1, 7),
        (StandardVectors.rsaSHA1NSEC3SHA1, .rsaSHA1NSEC3SHA1, 6),
        (StandardVectors.rsaSHA256, .rsaSHA256, 1),
        (StandardVectors.rsaSHA512, .rsaSHA512, 1),
        (StandardVectors.p256, .ecdsaP256SHA256, 1),
        (StandardVectors.p384, .ecdsaP384SHA384, 1),
        (StandardVectors.ed25519First, .ed25519, 1),
        (StandardVectors.ed25519Second, .ed25519, 1),
        (StandardVectors.ed448First, .ed448, 1),
        (StandardVectors.ed448Second, .ed448, 1),
    ]

    @Test("the signatures in the RFCs are good", arguments: examples)
    func standardVectors(_ masterFile: String, _ algorithm: SecurityAlgorithm, _ count: Int) throws {
        let verifier = LibcryptoVerifier()
        let examples = try SignedExample.all(in: masterFile)
        #expect(examples.count == count)
        for example in examples {
            #expect(example.key.algorithm == algorithm)
            #expect(verifier.verify(example.signature.octets, over: example.data, by: example.key))
        }
    }

    @Test("one bit changed anywhere makes a signature bad", arguments: examples)
    func corrupted(_ masterFile: String, _ algorithm: SecurityAlgorithm, _: Int) throws {
        let verifier = LibcryptoVerifier()
        let example = try #require(try SignedExample.all(in: masterFile).first)
        let (signature, data) = (Array(example.signature.octets), example.data)
        let key = Array(example.key.publicKey)
        func isGood(_ signature: [UInt8], _ data: [UInt8], _ key: [UInt8]) -> Bool {
            verifier.verify(signature, over: data, algorithm, key)
        }
        try #require(isGood(signature, data, key))
        for (index, mask) in changes(of: signature) {
            #expect(!isGood(changed(signature, index, mask), data, key), "signature, octet \(index)")
        }
        for (index, mask) in changes(of: data) {
            #expect(!isGood(signature, changed(data, index, mask), key), "data, octet \(index)")
        }
        for (index, mask) in changes(of: key) {
            #expect(!isGood(signature, data, changed(key, index, mask)), "key, octet \(index)")
        }
        for other in lengthened(signature) {
            #expect(!isGood(other, data, key))
        }
        for other in lengthened(key) {
            #expect(!isGood(signature, data, other))
        }
        for other in SecurityAlgorithm.known where other != algorithm && !other.isRSASHA1 {
            #expect(!verifier.verify(signature, over: data, other, key), "as \(other)")
        }
    }

    /// Each octet, another bit of it each time.
    private func changes(of octets: [UInt8]) -> [(index: Int, mask: UInt8)] {
        octets.indices.map { ($0, 1 << UInt8($0 % 8)) }
    }

    /// Longer and shorter at either end, and nothing.
    private func lengthened(_ octets: [UInt8]) -> [[UInt8]] {
        [Array(octets.dropLast()), Array(octets.dropFirst()), octets + [0], [0] + octets, []]
    }

    private func changed(_ octets: [UInt8], _ index: Int, _ mask: UInt8) -> [UInt8] {
        var octets = octets
        octets[index] ^= mask
        return octets
    }

    @Test("ECDSA numbers of zero, of the order and above are bad")
    func ecdsaRange() throws {
        let verifier = LibcryptoVerifier()
        let example = try #require(try SignedExample.all(in: StandardVectors.p256).first)
        let signature = Array(example.signature.octets)
        let zero = [UInt8](repeating: 0, count: 32)
        let ones = [UInt8](repeating: 0xff, count: 32)
        // FIPS 186-4 §D.1.2.3.
        let order: [UInt8] =
            [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
            + [
                0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25,
                0x51,
            ]
        for number in [zero, ones, order] {
            for octets in [number + signature[32...], signature[..<32] + number, number + number] {
                #expect(!verifier.verify(octets[...], over: example.data, by: example.key))
            }
        }
    }

    @Test("an ECDSA key must be a point of its curve")
    func curvePoints() throws {
        let example = try #require(try SignedExample.all(in: StandardVectors.p256).first)
        let point = Array(example.key.publicKey)
        #expect(zoneKey(.ecdsaP256SHA256, point)?.parsed != nil)
        var beside = point
        beside[63] ^= 1
        for bad in [beside, [UInt8](repeating: 0, count: 64), [UInt8](repeating: 0xff, count: 64)] {
            #expect(zoneKey(.ecdsaP256SHA256, bad)?.parsed == nil)
        }
    }

    /// RFC 6605 §4, and FIPS 186-5 §6.4.2: neither number may be 0 or above the order.
    @Test("numbers of an ECDSA signature that are out of range")
    func signatureRange() throws {
        for (masterFile, algorithm, length) in [
            (StandardVectors.p256, SecurityAlgorithm.ecdsaP256SHA256, 32),
            (StandardVectors.p384, SecurityAlgorithm.ecdsaP384SHA384, 48),
        ] {
            let example = try #require(try SignedExample.all(in: masterFile).first)
            let good = Array(example.signature.octets)
            let verifier = LibcryptoVerifier()
            #expect(algorithm == example.key.algorithm)
            #expect(verifier.verify(good[...], over: example.data, by: example.key))
            for filler in [0, 0xff] as [UInt8] {
                let number = [UInt8](repeating: filler, count: length)
                for bad in [number + Array(good[length...]), Array(good[..<length]) + number] {
                    #expect(!verifier.verify(bad[...], over: example.data, by: example.key))
                }
            }
            #expect(!verifier.verify(good.dropLast(), over: example.data, by: example.key))
            #expect(!verifier.verify((good + [0])[...], over: example.data, by: example.key))
        }
    }

    @Test("algorithms that are not known or switched off are not supported")
    func support() {
        let all = LibcryptoVerifier()
        #expect(SecurityAlgorithm.known.allSatisfy { all.supports($0) })
        for number: UInt8 in [0, 1, 2, 3, 4, 6, 9, 11, 12, 17, 23, 252, 253, 254, 255] {
            let algorithm = SecurityAlgorithm(rawValue: number)
            #expect(!all.supports(algorithm))
            #expect(!all.verify([1], over: [1], algorithm, [1]))
        }
        let modern = LibcryptoVerifier(supportsSHA1Signatures: false)
        #expect(SecurityAlgorithm.known.filter { !modern.supports($0) } == [.rsaSHA1, .rsaSHA1NSEC3SHA1])
    }

    @Test("what is switched off is not verified")
    func switchedOff() throws {
        let verifier = LibcryptoVerifier(supportsSHA1Signatures: false)
        let example = try #require(try SignedExample.all(in: StandardVectors.rsaSHA1).first)
        #expect(!verifier.verify(example.signature.octets, over: example.data, by: example.key))
    }

    @Test("bad keys and signatures leave the error queue as it was", arguments: [false, true])
    func errorQueue(_ hasErrorBefore: Bool) throws {
        ERR_clear_error()
        // No such digest: an error that is somebody else's.
        if hasErrorBefore { #expect(unsafe EVP_MD_fetch(nil, "none", nil) == nil) }
        let before = ERR_peek_last_error()
        #expect((before != 0) == hasErrorBefore)
        let verifier = LibcryptoVerifier()
        for (masterFile, algorithm, _) in Self.examples {
            let example = try #require(try SignedExample.all(in: masterFile).first)
            let key = Array(example.key.publicKey)
            let count = example.signature.octets.count
            for signature in [[UInt8](repeating: 0, count: count), [UInt8](repeating: 0xff, count: count)] {
                #expect(!verifier.verify(signature, over: example.data, algorithm, key))
            }
            for bad in [key.map { ~$0 }, key.map { _ in 0xff }, Array(key.dropLast())] {
                #expect(!verifier.verify(Array(example.signature.octets), over: example.data, algorithm, bad))
            }
        }
        #expect(ERR_peek_last_error() == before && (ERR_peek_error() != 0) == hasErrorBefore)
        ERR_clear_error()
    }
}

extension SecurityAlgorithm {
    static let known: [SecurityAlgorithm] = [
        .rsaSHA1, .rsaSHA1NSEC3SHA1, .rsaSHA256, .rsaSHA512, .ecdsaP256SHA256, .ecdsaP384SHA384, .ed25519,
        .ed448,
    ]

    /// Two numbers for one algorithm (RFC 5155 §2).
    var isRSASHA1: Bool { self == .rsaSHA1 || self == .rsaSHA1NSEC3SHA1 }
}
