/// ECDSA with the curves P-256 and P-384 (RFC 6605).
///
/// By libcrypto's functions for points, not by its general ones for keys: those take ten times as long to make a key, and
/// add a tenth to each check.
final class ECDSAKey: PublicKey {
    private let point: CurvePoint
    private let curve: EllipticCurve
    private let known = VerifiedSignatures()

    /// Nil when the octets are not a point of the curve.
    init?(_ publicKey: ArraySlice<UInt8>, _ curve: EllipticCurve) {
        guard let point = CurvePoint(curve, coordinates: publicKey) else { return nil }
        self.point = point
        self.curve = curve
    }

    /// The signature is r and s, as long as the curve's numbers each (RFC 6605 §4).
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8]) -> Bool {
        guard signature.count == 2 * curve.numberLength else { return false }
        let digest = curve.digest.digest(of: data)
        if known.contains(signature, digest) { return true }
        guard point.verify(signature, overDigest: digest) else { return false }
        known.insert(signature, digest)
        return true
    }
}
