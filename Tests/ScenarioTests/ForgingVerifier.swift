import DNSCrypto
import DNSWire

/// The daemon's verifier, but every signature of some algorithms is good: scenario files hold made-up ones.
///
/// All else about such signatures is checked: labels, signer, key tag and dates.
final class ForgingVerifier: SignatureVerifier {
    let forged: Set<SecurityAlgorithm>
    private let real = LibcryptoVerifier()

    init(forged: Set<SecurityAlgorithm>) { self.forged = forged }

    func supports(_ algorithm: SecurityAlgorithm) -> Bool {
        forged.contains(algorithm) || real.supports(algorithm)
    }

    func supports(_ digestType: DigestType) -> Bool { real.supports(digestType) }

    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool {
        forged.contains(key.algorithm) || real.verify(signature, over: data, by: key)
    }

    func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? {
        real.digest(digestType, of: data)
    }

    func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? {
        real.hash(name, parameters)
    }
}
