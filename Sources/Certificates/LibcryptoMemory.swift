import COpenSSL

/// The octets that one of libcrypto's `i2d` functions gives; nil when it cannot.
func encoded(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8]? {
    let count = encode(nil)
    guard count > 0 else { return nil }
    var isWhole = false
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, written in
        // The function moves the pointer behind what it wrote.
        var position = buffer.baseAddress
        isWhole = unsafe encode(&position) == count
        written = isWhole ? Int(count) : 0
    }
    return isWhole ? octets : nil
}

/// What libcrypto writes into a stream of its own; nil when it cannot.
func written(_ write: (OpaquePointer) -> Bool) -> [UInt8]? {
    guard let stream = unsafe BIO_new(BIO_s_mem()) else { return nil }
    defer { unsafe BIO_free(stream) }
    guard unsafe write(stream) else { return nil }
    var octets: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = unsafe BIO_read(stream, &part, Int32(part.count))
        guard count > 0 else { return octets }
        octets += part.prefix(Int(count))
    }
}

/// Lets libcrypto read octets as a stream; nil when it cannot.
func reading<Result>(_ octets: [UInt8], _ read: (OpaquePointer) -> Result) -> Result? {
    unsafe octets.withUnsafeBytes { buffer -> Result? in
        guard let count = Int32(exactly: buffer.count),
            let stream = unsafe BIO_new_mem_buf(buffer.baseAddress, count)
        else { return nil }
        defer { unsafe BIO_free(stream) }
        return unsafe read(stream)
    }
}

/// SHA-256, which cannot fail.
public func sha256(_ octets: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
        unsafe _ = SHA256(octets, octets.count, digest.baseAddress)
        count = Int(SHA256_DIGEST_LENGTH)
    }
}
