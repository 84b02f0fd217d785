import DNSWire

/// RSA with PKCS #1 v1.5 signatures (RFC 3110, RFC 5702).
///
/// The signature is raised to the public exponent here and compared as a whole with the one block that a signer can have
/// meant. So no padding is parsed, which is what forgeries with small exponents live on (CVE-2006-4339), and what a
/// distribution forbids its libcrypto, short keys or SHA-1, does not decide what is validated.
final class RSAKey: PublicKey {
    private let modulus: Modulus
    private let exponent: BigNumber
    private let hash: Hash

    /// A digest and how a signature names it.
    enum Hash: Sendable {
        case sha1
        case sha256
        case sha512

        var digest: MessageDigest {
            switch self {
            case .sha1: .sha1
            case .sha256: .sha256
            case .sha512: .sha512
            }
        }

        /// What stands before the digest: the DER of its DigestInfo (RFC 3110 §3, RFC 5702 §3.1 and §3.2).
        var prefix: [UInt8] {
            switch self {
            case .sha1:
                [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14]
            case .sha256:
                [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
                    + [0x05, 0x00, 0x04, 0x20]
            case .sha512:
                [0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03]
                    + [0x05, 0x00, 0x04, 0x40]
            }
        }

        /// Bits of a legal modulus (RFC 3110 §3, RFC 5702 §2.1 and §2.2).
        var modulusSizes: ClosedRange<Int> {
            switch self {
            case .sha1, .sha256: 512...4096
            case .sha512: 1024...4096
            }
        }
    }

    /// Octets of a public exponent. RFC 3110 §2 allows 4,096 bits, and a check with those takes as long as making a
    /// signature, which whoever publishes such a key would have others pay for. libcrypto stops at 64 bits with large
    /// moduli, BIND at 35 bits with all, so that no zone that is in use has more. With 64 bits a check takes less
    /// than one of P-384.
    static let maximumExponentLength = 8

    /// Nil for a key that is none: cut short, of an illegal size, or with a modulus or exponent that cannot be (even,
    /// or an exponent of 1, with which anybody can sign). Leading zeros are forbidden to signers (RFC 3110 §2), and
    /// mean nothing here as elsewhere.
    init?(_ publicKey: ArraySlice<UInt8>, _ hash: Hash) {
        guard let (exponent, modulus) = Self.fields(of: publicKey),
            exponent.count <= Self.maximumExponentLength, let exponent = BigNumber(exponent),
            exponent.isOdd, exponent.bitWidth > 1,
            let number = BigNumber(modulus), hash.modulusSizes.contains(number.bitWidth),
            let modulus = Modulus(number)
        else { return nil }
        self.modulus = modulus
        self.exponent = exponent
        self.hash = hash
    }

    /// The exponent's length in one octet, or in two behind a zero; the exponent; the modulus.
    private static func fields(
        of publicKey: ArraySlice<UInt8>
    ) -> (exponent: ArraySlice<UInt8>, modulus: ArraySlice<UInt8>)? {
        var rest = publicKey
        guard let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if length == 0 {
            guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            length = Int(high) << 8 | Int(low)
        }
        guard length < rest.count else { return nil }
        return (rest.prefix(length).drop { $0 == 0 }, rest.dropFirst(length).drop { $0 == 0 })
    }

    /// RFC 8017 §8.2.2. The signature has as many octets as the modulus.
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8]) -> Bool {
        let length = modulus.length
        guard signature.count == length, let number = BigNumber(signature),
            let block = modulus.power(number, exponent)
        else { return false }
        return block == expectedBlock(of: data, length: length)
    }

    /// `00 01 FF … FF 00 prefix digest` (RFC 8017 §9.2).
    private func expectedBlock(of data: [UInt8], length: Int) -> [UInt8] {
        let info = hash.prefix + hash.digest.digest(of: data)
        // The smallest legal modulus leaves room for eight octets of padding or more.
        let padding = [UInt8](repeating: 0xff, count: max(0, length - info.count - 3))
        return [0x00, 0x01] + padding + [0x00] + info
    }
}
