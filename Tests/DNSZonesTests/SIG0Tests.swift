import DNSCrypto
import DNSWire
import SeededRandom
import Testing

@testable import DNSZones

/// Requests signed with private keys (RFC 2931).
@Suite struct SIG0Tests {
    private static let verifier = SIG0Verifier(LibcryptoVerifier())

    private static func key(_ text: String) throws -> RData {
        try Record(text: "\(SIG0Vectors.signer) 0 IN KEY \(text)").rdata
    }

    private static func judge(
        _ packet: [UInt8], wall: Int64, with verifier: SIG0Verifier = verifier, _ keys: [RData]
    ) -> PublicKeyVerdict {
        verifier.verify(packet.span, wall: wall) { $0 == "signer.example.com." ? keys : [] }
    }

    private static func judge(_ example: SIG0Vectors.Example, wall: Int64? = nil) throws -> PublicKeyVerdict {
        judge(example.packet, wall: wall ?? example.wall, [try key(example.key)])
    }

    @Test func `what nsupdate signs is believed`() throws {
        var algorithms: Set<SecurityAlgorithm> = []
        for example in SIG0Vectors.examples {
            guard case .signed(let signer) = try Self.judge(example) else {
                Issue.record("\(example.key)")
                continue
            }
            // nsupdate wrote a capital letter, and signed it so.
            #expect(
                signer.name == "signer.example.com." && !signer.name.isIdentical(to: "signer.example.com."))
            algorithms.insert(signer.algorithm)
            let update = try Message(parsing: example.packet.span)
            #expect(update.additionals.last?.type == .sig)
            let rest = Array(example.packet[..<signer.contentEnd])
            var header = try Header(parsing: rest.span)
            header.additionalCount -= 1
            var bytes: [UInt8] = []
            header.compose(to: &bytes)
            bytes += rest.dropFirst(Header.length)
            let content = try Message(parsing: bytes.span)
            #expect(content.authorities == update.authorities && content.additionals.isEmpty)
        }
        #expect(algorithms == [.rsaSHA256, .ecdsaP256SHA256, .ecdsaP384SHA384, .ed25519])
    }

    @Test func `the other verifier hands it on`() throws {
        for example in SIG0Vectors.examples {
            let verdict = TransactionVerifier.verify(example.packet.span, keys: KeyRing(), wall: example.wall)
            #expect(Outcome(verdict) == .sig0)
        }
    }

    /// nsupdate's bracket is five minutes to each side.
    @Test func `it is good from its inception to its expiration`() throws {
        let example = try #require(SIG0Vectors.examples.last)
        let place = try SignaturePlace.find(in: example.packet.span)
        let fields = try #require(place?.fields)
        let expiration = Int64(try example.packet.span.uint32(at: fields + 18))
        let inception = Int64(try example.packet.span.uint32(at: fields + 22))
        #expect(expiration - inception == 600)
        for wall in [inception, example.wall, expiration] {
            guard case .signed = try Self.judge(example, wall: wall) else {
                Issue.record("\(wall)")
                continue
            }
        }
        for wall in [inception - 1, expiration + 1, 0, .max, .min, inception + 0x8000_0000] {
            #expect(try Self.judge(example, wall: wall) == .failed(.badTime))
        }
    }

    /// The example with other octets in its RDATA, which starts with what is signed.
    private static func changed(_ example: SIG0Vectors.Example, _ octets: [Int: UInt8]) throws -> [UInt8] {
        var packet = example.packet
        let place = try SignaturePlace.find(in: packet.span)
        let start = try #require(place?.fields) + 10
        for (offset, octet) in octets { packet[start + offset] = octet }
        return packet
    }

    @Test func `a long bracket is refused`() throws {
        let example = try #require(SIG0Vectors.examples.last)
        // An inception of 0 and an expiration far ahead.
        let packet = try Self.changed(example, [8: 0xff, 12: 0, 13: 0, 14: 0, 15: 0])
        let verdict = Self.judge(packet, wall: example.wall, [try Self.key(example.key)])
        #expect(verdict == .failed(.badTime))
    }

    @Test func `no changed bit is believed`() throws {
        let example = try #require(SIG0Vectors.examples.last)
        let keys = [try Self.key(example.key)]
        let place = try SignaturePlace.find(in: example.packet.span)
        let (start, fields) = (try #require(place?.start), try #require(place?.fields))
        var failures: Set<PublicKeyFailure> = []
        for index in example.packet.indices {
            // Owner name, class and TTL mean nothing (RFC 2931 §3), and are in no signature.
            if (start..<fields).contains(index) || (fields + 2..<fields + 8).contains(index) { continue }
            for bit in 0..<8 {
                var packet = example.packet
                packet[index] ^= 1 << bit
                switch Self.judge(packet, wall: example.wall, keys) {
                case .signed: Issue.record("octet \(index), bit \(bit)")
                case .unsigned: break
                case .failed(let failure): failures.insert(failure)
                }
            }
        }
        #expect(
            failures == [.malformed, .unsupportedAlgorithm, .badTime, .unknownKey, .badSignature])
    }

    @Test func `only keys with its tag and algorithm that may sign`() throws {
        let example = try #require(SIG0Vectors.examples.last)
        let good = try Self.key(example.key)
        #expect(Self.judge(example.packet, wall: example.wall, []) == .failed(.unknownKey))
        for other in SIG0Vectors.examples.dropLast() {
            let keys = [try Self.key(other.key)]
            #expect(Self.judge(example.packet, wall: example.wall, keys) == .failed(.unknownKey))
        }
        // Of another protocol, or forbidden to authenticate: the tag would fit with another octet changed, too.
        for (index, octet) in [(2, UInt8(4)), (0, 0x82)] {
            var bytes = good.bytes
            bytes[index] = octet
            let tag = DNSKey.keyTag(of: bytes)
            let packet = try Self.changed(example, [16: UInt8(tag >> 8), 17: UInt8(tag & 0xff)])
            let keys = [RData(unchecked: bytes)]
            #expect(Self.judge(packet, wall: example.wall, keys) == .failed(.unknownKey))
        }
    }

    /// Counts the checks that it is asked for, and finds all signatures bad.
    private final class CountingVerifier: SignatureVerifier {
        nonisolated(unsafe) var count = 0

        func supports(_ algorithm: SecurityAlgorithm) -> Bool { true }
        func supports(_ digestType: DigestType) -> Bool { true }
        func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool {
            unsafe count += 1
            return false
        }
        func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? { nil }
        func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? { nil }
    }

    @Test func `few keys are tried`() throws {
        let example = try #require(SIG0Vectors.examples.last)
        let counting = CountingVerifier()
        let keys = Array(repeating: try Self.key(example.key), count: 50)
        let verdict = Self.judge(example.packet, wall: example.wall, with: SIG0Verifier(counting), keys)
        #expect(verdict == .failed(.badSignature))
        #expect(unsafe counting.count == 4)
    }

    @Test func `SHA-1 is refused though DNSSEC may have it`() throws {
        let example = try #require(SIG0Vectors.examples.first)
        for algorithm: SecurityAlgorithm in [.rsaSHA1, .rsaSHA1NSEC3SHA1, .dsa, .rsaMD5] {
            let packet = try Self.changed(example, [2: algorithm.rawValue])
            let verdict = Self.judge(packet, wall: example.wall, [try Self.key(example.key)])
            #expect(verdict == .failed(.unsupportedAlgorithm))
        }
    }

    @Test func `unsigned, or TSIG`() {
        #expect(Self.judge(Vectors.request, wall: 0, []) == .unsigned)
        #expect(Self.judge(Vectors.truncated, wall: 0, []) == .unsigned)
        #expect(Self.judge([1, 2, 3], wall: 0, []) == .failed(.malformed))
        #expect(PublicKeyFailure.malformed.responseCode == .formatError)
        #expect(PublicKeyFailure.badSignature.responseCode == .notAuth)
    }

    @Test func `damage is no trap`() throws {
        var generator = SeededGenerator(seed: 2931)
        let keys = try SIG0Vectors.examples.map { try Self.key($0.key) }
        for _ in 0..<4_000 {
            let example = SIG0Vectors.examples[Int(generator.next() % 4)]
            var packet = example.packet
            for _ in 0...Int.random(in: 0...3, using: &generator) where !packet.isEmpty {
                let index = Int.random(in: packet.indices, using: &generator)
                switch generator.next() % 3 {
                case 0: packet[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: packet.remove(at: index)
                default: packet.insert(0xc0, at: index)
                }
            }
            guard case .signed(let signer) = Self.judge(packet, wall: example.wall, keys) else { continue }
            #expect(packet[..<signer.contentEnd] == example.packet[..<signer.contentEnd])
        }
    }
}
