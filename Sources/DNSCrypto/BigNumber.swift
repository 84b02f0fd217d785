import COpenSSL

/// The one owner of a `BIGNUM`, which frees it. Nobody changes it once it is made, so that threads may share it.
@safe struct BigNumber: ~Copyable, Sendable {
    nonisolated(unsafe) fileprivate let handle: OpaquePointer

    /// An unsigned number, its most significant octet first; nil when memory is short.
    init?(_ octets: ArraySlice<UInt8>) {
        guard let count = Int32(exactly: octets.count) else { return nil }
        let handle = unsafe octets.withUnsafeBufferPointer { unsafe BN_bin2bn($0.baseAddress, count, nil) }
        guard let handle = unsafe handle else { return nil }
        unsafe self.handle = handle
    }

    deinit { unsafe BN_free(handle) }

    var bitWidth: Int { unsafe Int(BN_num_bits(handle)) }
    var isOdd: Bool { unsafe BN_is_odd(handle) == 1 }

    static func < (a: borrowing BigNumber, b: borrowing BigNumber) -> Bool {
        unsafe BN_cmp(a.handle, b.handle) < 0
    }
}

/// An odd modulus with what Montgomery multiplication needs to know of it, worked out once. Threads may share it, as
/// raising to a power only reads it.
@safe struct Modulus: ~Copyable, Sendable {
    let number: BigNumber
    nonisolated(unsafe) private let montgomery: OpaquePointer

    /// Nil for an even modulus, or when memory is short.
    init?(_ number: consuming BigNumber) {
        guard number.isOdd, let montgomery = unsafe BN_MONT_CTX_new() else { return nil }
        let context = unsafe BN_CTX_new()
        defer { unsafe BN_CTX_free(context) }
        guard unsafe BN_MONT_CTX_set(montgomery, number.handle, context) == 1 else {
            unsafe BN_MONT_CTX_free(montgomery)
            return nil
        }
        self.number = number
        unsafe self.montgomery = montgomery
    }

    deinit { unsafe BN_MONT_CTX_free(montgomery) }

    /// Octets of the modulus without leading zeros.
    var length: Int { (number.bitWidth + 7) / 8 }

    /// `base` to the power of `exponent`, modulo this, in `length` octets. Nil when `base` is not below the modulus, or
    /// memory is short.
    func power(_ base: borrowing BigNumber, _ exponent: borrowing BigNumber) -> [UInt8]? {
        guard base < number, let context = unsafe BN_CTX_new() else { return nil }
        defer { unsafe BN_CTX_free(context) }
        guard let result = unsafe BN_new() else { return nil }
        defer { unsafe BN_free(result) }
        guard
            unsafe BN_mod_exp_mont(
                result, base.handle, exponent.handle, number.handle, context, montgomery) == 1
        else { return nil }
        let length = length
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { octets, count in
            // It fits, being less than the modulus.
            count = unsafe Int(max(0, BN_bn2binpad(result, octets.baseAddress, Int32(length))))
        }
    }
}
