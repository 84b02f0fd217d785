import DNSWire
import Testing

@testable import DNSCrypto

@Suite struct RSATests {
    private let verifier = LibcryptoVerifier()

    @Test("RSA keys of every legal size and exponent are taken", arguments: RSAVectors.accepted)
    func accepted(_ vector: RSAVector) {
        #expect(verifier.verify(vector.signature, over: RSAVectors.data, vector.algorithm, vector.key))
        #expect(!verifier.verify(vector.signature, over: [], vector.algorithm, vector.key))
    }

    @Test("RSA keys that are too short, too long or too dear are refused", arguments: RSAVectors.refused)
    func refused(_ vector: RSAVector) {
        #expect(zoneKey(vector.algorithm, vector.key)?.parsed == nil)
        #expect(!verifier.verify(vector.signature, over: RSAVectors.data, vector.algorithm, vector.key))
    }

    @Test("exponents that cannot be are refused")
    func exponents() {
        let modulus = RSAVectors.cubed.key[2...]
        let refused: [[UInt8]] = [
            [1, 0], [1, 1], [1, 2], [1, 4], [3, 1, 0, 0], [0], [0, 0, 0], [0, 0, 1, 0],
            [9, 1, 0, 0, 0, 0, 0, 0, 0, 1], [0, 1, 0] + [UInt8](repeating: 0xff, count: 256),
        ]
        for field in refused { #expect(zoneKey(.rsaSHA256, field + modulus)?.parsed == nil, "\(field)") }
        for field: [UInt8] in [[1, 3], [0, 0, 1, 3], [8, 1, 0, 0, 0, 0, 0, 0, 1]] {
            #expect(zoneKey(.rsaSHA256, field + modulus)?.parsed != nil, "\(field)")
        }
    }

    @Test("the length of an exponent may have one or three octets, and zeros may lead")
    func exponentLength() {
        let vector = RSAVectors.cubed
        let modulus = vector.key[2...]
        for field: [UInt8] in [[1, 3], [0, 0, 1, 3], [3, 0, 0, 3], [0, 0, 2, 0, 3]] {
            for zeros in [[], [0], [0, 0]] as [[UInt8]] {
                let key = field + zeros + modulus
                #expect(verifier.verify(vector.signature, over: RSAVectors.data, .rsaSHA256, key))
            }
        }
    }

    @Test("an even modulus is refused")
    func evenModulus() {
        var key = RSAVectors.cubed.key
        key[key.count - 1] ^= 1
        #expect(zoneKey(.rsaSHA256, key)?.parsed == nil)
    }

    @Test("a key that ends early is refused")
    func truncated() {
        for count in 0..<(2 + 63) {
            #expect(zoneKey(.rsaSHA256, Array(RSAVectors.cubed.key.prefix(count)))?.parsed == nil)
        }
        #expect(zoneKey(.rsaSHA256, [255, 1, 1])?.parsed == nil)
        #expect(zoneKey(.rsaSHA256, [0, 255, 255, 1])?.parsed == nil)
    }

    @Test("a key that is longer than any can be is not looked at")
    func tooLong() {
        let vector = RSAVectors.cubed
        let zeros = [UInt8](repeating: 0, count: DNSKey.maximumLength)
        let key = vector.key[..<2] + zeros + vector.key[2...]
        #expect(!verifier.verify(vector.signature, over: RSAVectors.data, .rsaSHA256, Array(key)))
    }

    /// Whoever reads the padding and takes the digest behind it believes this one.
    @Test("a forged cube root is no signature")
    func forgedCubeRoot() {
        let vector = RSAVectors.cubed
        #expect(verifier.verify(vector.signature, over: RSAVectors.data, .rsaSHA256, vector.key))
        #expect(!verifier.verify(RSAVectors.forgedSignature, over: RSAVectors.data, .rsaSHA256, vector.key))
    }

    @Test("a signature not below the modulus is bad, though it be congruent to a good one")
    func signatureAboveModulus() throws {
        // This one's signature and modulus add up to no more octets than it has.
        let vector = try #require(RSAVectors.accepted.first { $0.bits == 1024 && $0.exponent == "3" })
        var sum = vector.signature
        var carry = 0
        for (index, octet) in zip(sum.indices, vector.key[2...]).reversed() {
            carry += Int(sum[index]) + Int(octet)
            sum[index] = UInt8(carry & 0xff)
            carry >>= 8
        }
        try #require(carry == 0)
        #expect(verifier.verify(vector.signature, over: RSAVectors.data, vector.algorithm, vector.key))
        #expect(!verifier.verify(sum, over: RSAVectors.data, vector.algorithm, vector.key))
    }
}
