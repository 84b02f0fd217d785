import DNSCrypto
import DNSWire

/// Hashes of names for NSEC3, each computed once, and no more than one client query may cost (CVE-2023-50868).
struct NameHasher: Sendable {
    private let verifier: any SignatureVerifier
    private let limit: Int
    /// As large as the limit at most.
    private var known: [HashedName: [UInt8]?] = [:]
    /// Whether a hash was wanted beyond the limit.
    private(set) var isExhausted = false

    private struct HashedName: Hashable {
        let name: DomainName
        let parameters: NextSecure3Parameters
    }

    init(verifier: any SignatureVerifier, limit: Int) {
        self.verifier = verifier
        self.limit = limit
    }

    /// Nil where the verifier knows no such hash.
    mutating func hash(
        _ name: DomainName, _ parameters: NextSecure3Parameters
    ) throws(HashesExhausted) -> [UInt8]? {
        let key = HashedName(name: name, parameters: parameters)
        if let hash = known[key] { return hash }
        guard known.count < limit else {
            isExhausted = true
            throw HashesExhausted(limit: limit)
        }
        let hash = verifier.hash(name.lowercase, parameters)
        known[key] = .some(hash)
        return hash
    }
}

struct HashesExhausted: Error {
    let limit: Int

    var reason: String { "more than \(limit) NSEC3 hashes for one query" }
}
