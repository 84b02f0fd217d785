import DNSCrypto
import DNSWire
import DNSZones
import HomingConfiguration

extension ConfiguredKey {
    /// A file of keys that is longer is none.
    private static let largestFile = 64 << 10

    /// The key, with its secret read from where it is.
    func key() throws -> TransactionKey {
        if let file {
            let octets = try ConfiguredFile.octets(of: file, purpose: "keys", maximumSize: Self.largestFile)
            let keys = try KeyFile.keys(octets, source: file)
            guard let key = keys.first(where: { $0.name == name }) else {
                throw KeyFault("\(file) has no key \(name)")
            }
            return key
        }
        guard let algorithm = AuthenticationAlgorithm(rawValue: algorithm.rawValue) else {
            throw KeyFault("\(algorithm.rawValue) is not known")
        }
        if let secret { return TransactionKey(name, algorithm, secret: secret) }
        guard let secretFile else { throw KeyFault("\(name) has no secret") }
        let octets = try ConfiguredFile.octets(
            of: secretFile, purpose: "secret", maximumSize: Self.largestFile)
        let text = String(decoding: octets, as: UTF8.self).filter { !$0.isWhitespace }
        guard let secret = BinaryText.octets(base64: text) else {
            throw KeyFault("\(secretFile) holds no secret in base64")
        }
        return TransactionKey(name, algorithm, secret: secret)
    }
}

/// Why a key of the configuration cannot be had, for a person.
struct KeyFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
