public import DNSCrypto
public import DNSWire

/// A secret that Homing shares with somebody who signs messages with it (RFC 8945), and by which name they call it.
public struct TransactionKey: Sendable {
    /// In lower case.
    public let name: DomainName
    /// The only one that the key is good for.
    public let algorithm: AuthenticationAlgorithm
    public let secret: [UInt8]
    /// Octets of the shortest MAC that is accepted; between `algorithm.shortestLength` and the whole.
    public let minimumMACLength: Int
    /// What is made of the secret once.
    let authentication: AuthenticationKey

    /// - Parameter minimumMACLength: nil for whole MACs alone; what is out of range is brought into it.
    public init(
        _ name: DomainName, _ algorithm: AuthenticationAlgorithm, secret: [UInt8],
        minimumMACLength: Int? = nil
    ) {
        self.name = name.lowercase
        self.algorithm = algorithm
        self.secret = secret
        let least = minimumMACLength ?? algorithm.length
        self.minimumMACLength = min(max(least, algorithm.shortestLength), algorithm.length)
        authentication = AuthenticationKey(algorithm, secret: secret)
    }

    /// A key with a secret that nobody knows, as long as the algorithm's MACs (RFC 2104 §3).
    ///
    /// - Parameter generator: one that nobody can foretell, as `SystemRandomNumberGenerator` is.
    public static func generate(
        _ name: DomainName, _ algorithm: AuthenticationAlgorithm = .hmacSHA256,
        using generator: inout some RandomNumberGenerator
    ) -> TransactionKey {
        let secret = (0..<algorithm.length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return TransactionKey(name, algorithm, secret: secret)
    }

    /// The secret as other software wants to be told it.
    public var secretText: String { BinaryText.base64(secret) }
}

extension TransactionKey: Hashable {
    public static func == (a: TransactionKey, b: TransactionKey) -> Bool {
        a.name == b.name && a.algorithm == b.algorithm && a.secret == b.secret
            && a.minimumMACLength == b.minimumMACLength
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension TransactionKey: CustomStringConvertible {
    /// Without the secret, so that no log has it.
    public var description: String { "\(name) (\(algorithm.rawValue))" }
}
