import COpenSSL

/// A curve, with what libcrypto works out about it once. Nobody changes it afterwards, so that threads may share it.
@safe final class EllipticCurve: Sendable {
    nonisolated(unsafe) fileprivate let group: OpaquePointer?
    /// Octets of a coordinate, and of a number modulo the curve's order.
    let numberLength: Int
    let digest: MessageDigest

    static let p256 = EllipticCurve(NID_X9_62_prime256v1, numberLength: 32, .sha256)
    static let p384 = EllipticCurve(NID_secp384r1, numberLength: 48, .sha384)

    private init(_ identifier: Int32, numberLength: Int, _ digest: MessageDigest) {
        unsafe group = EC_GROUP_new_by_curve_name(identifier)
        self.numberLength = numberLength
        self.digest = digest
    }

    deinit { unsafe EC_GROUP_free(group) }
}

/// The one owner of an `EC_KEY`, a point of a curve. Threads may verify with one at the same time, as that only reads it.
@safe struct CurvePoint: ~Copyable, Sendable {
    nonisolated(unsafe) private let handle: OpaquePointer

    /// The point with these coordinates, x before y; nil when it is not on the curve.
    init?(_ curve: EllipticCurve, coordinates: ArraySlice<UInt8>) {
        guard let group = unsafe curve.group, coordinates.count == 2 * curve.numberLength,
            let handle = unsafe EC_KEY_new()
        else { return nil }
        let uncompressed: UInt8 = 4
        let octets = [uncompressed] + coordinates
        guard unsafe EC_KEY_set_group(handle, group) == 1,
            unsafe EC_KEY_oct2key(handle, octets, octets.count, nil) == 1
        else {
            unsafe EC_KEY_free(handle)
            return nil
        }
        unsafe self.handle = handle
    }

    deinit { unsafe EC_KEY_free(handle) }

    /// Whether the numbers r and s, as long as the curve's each (RFC 6605 §4), sign a digest.
    func verify(_ signature: ArraySlice<UInt8>, overDigest digest: [UInt8]) -> Bool {
        let half = signature.count / 2
        guard let parts = unsafe ECDSA_SIG_new() else { return false }
        defer { unsafe ECDSA_SIG_free(parts) }
        let (r, s) = unsafe (Self.number(signature.prefix(half)), Self.number(signature.dropFirst(half)))
        // From here on the signature owns them; it takes no other than two.
        guard unsafe ECDSA_SIG_set0(parts, r, s) == 1 else {
            unsafe BN_free(r)
            unsafe BN_free(s)
            return false
        }
        return unsafe ECDSA_do_verify(digest, Int32(truncatingIfNeeded: digest.count), parts, handle) == 1
    }

    private static func number(_ octets: ArraySlice<UInt8>) -> OpaquePointer? {
        unsafe octets.withUnsafeBufferPointer {
            unsafe BN_bin2bn($0.baseAddress, Int32(truncatingIfNeeded: $0.count), nil)
        }
    }
}
