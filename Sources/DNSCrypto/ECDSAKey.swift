/// ECDSA with the curves P-256 and P-384 (RFC 6605).
final class ECDSAKey: PublicKey {
    private let key: EVPKey
    private let curve: EVPKey.Curve

    /// Nil when the octets are not a point of the curve.
    init?(_ publicKey: ArraySlice<UInt8>, _ curve: EVPKey.Curve) {
        guard publicKey.count == 2 * curve.numberLength, let key = EVPKey(curve, coordinates: publicKey)
        else { return nil }
        self.key = key
        self.curve = curve
    }

    /// The signature is r and s, as long as the curve's numbers each (RFC 6605 §4).
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8]) -> Bool {
        guard signature.count == 2 * curve.numberLength else { return false }
        return key.verify(Self.encoded(signature), overDigest: curve.digest.digest(of: data))
    }

    /// The sequence of two integers in DER that libcrypto wants. No length is above 127: with P-384 it is 102.
    static func encoded(_ signature: ArraySlice<UInt8>) -> [UInt8] {
        let (integer, sequence): (UInt8, UInt8) = (0x02, 0x30)
        let half = signature.count / 2
        let content = [signature.prefix(half), signature.suffix(half)].flatMap { number in
            // As few octets as it takes, and one more where the first would be read as a sign.
            var octets = Array(number.drop { $0 == 0 })
            if octets.first.map({ $0 & 0x80 != 0 }) ?? true { octets.insert(0, at: 0) }
            return [integer, UInt8(truncatingIfNeeded: octets.count)] + octets
        }
        return [sequence, UInt8(truncatingIfNeeded: content.count)] + content
    }
}

extension EVPKey.Curve {
    /// Octets of a coordinate, and of a number modulo the curve's order.
    var numberLength: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        }
    }

    var digest: MessageDigest {
        switch self {
        case .p256: .sha256
        case .p384: .sha384
        }
    }
}
