import CFuzzer
import DNSCrypto
import DNSWire
import Foundation

/// Any octets as a public key and as its signature: an octet for the algorithm, two for the length of the key, the key,
/// the signature. The same octets are a name to be hashed with a salt.
@main
enum FuzzVerifier {
    static let algorithms: [SecurityAlgorithm] = [
        .rsaSHA1, .rsaSHA1NSEC3SHA1, .rsaSHA256, .rsaSHA512, .ecdsaP256SHA256, .ecdsaP384SHA384, .ed25519,
        .ed448,
    ]
    static let verifier = LibcryptoVerifier()
    static let data = Array("The quick brown fox jumps over the lazy dog.".utf8)

    /// A key with exponent 3, which forgeries like best, and the one signature of it over `data`.
    static let goodKey = key(
        .rsaSHA256,
        octets(
            """
            AQOshRYcVkT2ILXj/2T6LjdMOZ2KMZ9kmnNf2/RU4QkyzbLAsQuaMiO8bJ0lIFbdo9TdB5RU++/qDSGnki52e4z/Y8
            H3fdQ3R9kTJNyhrcDgVBTcbogqtJ+ewKX3f1r6W+K5DKctzXW+MkCMr2DCv0apdYAJt8jEm0K4jgREjFwAkQ==
            """))
    static let goodSignature = octets(
        """
        Mz592rnYhKu0zy/vmKH5ieZFN6+OMk4HQeI9e8t91mKpFQ7lbVQqfKVt2P/pSHGv1PGELZcUcgpC/XB5PNloCem3AI
        fh6LlpfXYS9ddcK2/pIo+19fABTHdt0lpbvKYSIPcf58mlmpwOL5ocHVc8XV7gWKhjFjdwmsXUlJp5UUY=
        """)

    static func main() {
        precondition(verifier.verify(goodSignature[...], over: data, by: goodKey))
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzVerifier.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        guard bytes.count > 3 else { return }
        let keyLength = min(max(1, Int(bytes[1]) << 8 | Int(bytes[2])), bytes.count - 3)
        let key = key(algorithms[Int(bytes[0]) % algorithms.count], bytes[3..<(3 + keyLength)])
        let signature = bytes[(3 + keyLength)...]
        // The second time the key is known.
        let verdict = verifier.verify(signature, over: data, by: key)
        precondition(verifier.verify(signature, over: data, by: key) == verdict)
        precondition(
            verifier.verify(signature, over: data, by: goodKey) == signature.elementsEqual(goodSignature))
        checkHash(bytes)
    }

    static func checkHash(_ bytes: [UInt8]) {
        var offset = Header.length
        let message = [UInt8](repeating: 0, count: Header.length) + bytes
        guard let name = try? DomainName(parsing: message.span, at: &offset) else { return }
        let parameters = NextSecure3Parameters(
            hashAlgorithm: 1, iterations: UInt16(bytes[0]), salt: Array(message[offset...].prefix(255)))
        var expected: [UInt8]? = name.lowercase.wire
        for _ in 0...parameters.iterations {
            expected = expected.flatMap { verifier.digest(.sha1, of: $0 + parameters.salt) }
        }
        precondition(expected != nil && verifier.hash(name, parameters) == expected)
    }

    static func key(_ algorithm: SecurityAlgorithm, _ octets: some Sequence<UInt8>) -> DNSKey {
        guard let key = DNSKey(RData(unchecked: [1, 0, 3, algorithm.rawValue] + octets)) else {
            preconditionFailure("no key")
        }
        return key
    }

    static func octets(_ base64: String) -> [UInt8] {
        Data(base64Encoded: base64, options: .ignoreUnknownCharacters).map(Array.init) ?? []
    }
}
