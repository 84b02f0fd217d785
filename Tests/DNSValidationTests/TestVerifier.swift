import DNSCrypto
import DNSWire
import Synchronization

/// A verifier without cryptography: a signature is a hash of key and data, which anybody could make. It counts.
final class TestVerifier: SignatureVerifier {
    enum Belief {
        case honest, everything, nothing
    }

    private let belief: Belief
    private let algorithms: Set<SecurityAlgorithm>
    private let digestTypes: Set<DigestType>
    private let signatures = Atomic(0)
    private let digests = Atomic(0)
    private let hashes = Atomic(0)

    init(
        belief: Belief = .honest,
        algorithms: Set<SecurityAlgorithm> = [.rsaSHA256, .ecdsaP256SHA256, .ed25519],
        digestTypes: Set<DigestType> = [.sha1, .sha256, .sha384]
    ) {
        self.belief = belief
        self.algorithms = algorithms
        self.digestTypes = digestTypes
    }

    /// How often it was asked.
    var signatureCount: Int { signatures.load(ordering: .relaxed) }
    var digestCount: Int { digests.load(ordering: .relaxed) }
    var hashCount: Int { hashes.load(ordering: .relaxed) }

    func supports(_ algorithm: SecurityAlgorithm) -> Bool { algorithms.contains(algorithm) }

    func supports(_ digestType: DigestType) -> Bool { digestTypes.contains(digestType) }

    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool {
        signatures.add(1, ordering: .relaxed)
        return switch belief {
        case .honest: Array(signature) == Self.signature(over: data, by: key)
        case .everything: true
        case .nothing: false
        }
    }

    func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? {
        digests.add(1, ordering: .relaxed)
        return supports(digestType) ? Self.digest(digestType, of: data) : nil
    }

    func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? {
        hashes.add(1, ordering: .relaxed)
        return Self.hash(name, parameters)
    }

    static func signature(over data: [UInt8], by key: DNSKey) -> [UInt8] {
        octets(key.rdata.bytes + data, count: 16)
    }

    static func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8] {
        let length = digestType == .sha1 ? 20 : digestType == .sha256 ? 32 : 48
        return octets([digestType.rawValue] + data, count: length)
    }

    static func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8] {
        octets(name.lowercase.wire + parameters.salt + [UInt8(parameters.iterations & 255)], count: 20)
    }

    /// As many octets as wanted that depend on all of `data`.
    private static func octets(_ data: [UInt8], count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            var word = SipHash.hash24(data, key: SipHash.Key(low: UInt64(result.count), high: 7))
            for _ in 0..<8 {
                result.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return Array(result.prefix(count))
    }
}

extension DNSKey {
    /// A key for the test verifier.
    static func test(
        _ seed: UInt8, _ algorithm: SecurityAlgorithm = .ed25519, flags: UInt16 = 257
    ) -> DNSKey {
        let start = [UInt8(flags >> 8), UInt8(flags & 255), 3, algorithm.rawValue]
        guard let key = DNSKey(RData(unchecked: start + [UInt8](repeating: seed, count: 8))) else {
            preconditionFailure("these are octets of a DNSKEY")
        }
        return key
    }

    /// Another key with the same tag, made by shifting weight between octets that count alike.
    var twin: DNSKey {
        var bytes = rdata.bytes
        bytes[4] += 1
        bytes[6] -= 1
        return DNSKey(RData(unchecked: bytes)) ?? self
    }

    func signer(of zone: DomainName, _ digestType: DigestType = .sha256) -> DelegationSigner {
        DelegationSigner(
            keyTag: keyTag, algorithm: algorithm, digestType: digestType,
            digest: TestVerifier.digest(digestType, of: zone.lowercase.wire + rdata.bytes))
    }
}
