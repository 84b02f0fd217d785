import COpenSSL

/// The digests that DNSSEC uses. They need no handle, allocate nothing in libcrypto and cannot fail.
enum MessageDigest: Sendable {
    case sha1
    case sha256
    case sha384
    case sha512

    /// Octets.
    var length: Int {
        switch self {
        case .sha1: Int(SHA_DIGEST_LENGTH)
        case .sha256: Int(SHA256_DIGEST_LENGTH)
        case .sha384: Int(SHA384_DIGEST_LENGTH)
        case .sha512: Int(SHA512_DIGEST_LENGTH)
        }
    }

    func digest(of data: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: length) { octets, count in
            let target = octets.baseAddress
            switch self {
            case .sha1:
                var context = SHA_CTX()
                unsafe SHA1_Init(&context)
                unsafe SHA1_Update(&context, data, data.count)
                unsafe SHA1_Final(target, &context)
            case .sha256:
                var context = SHA256_CTX()
                unsafe SHA256_Init(&context)
                unsafe SHA256_Update(&context, data, data.count)
                unsafe SHA256_Final(target, &context)
            case .sha384:
                var context = SHA512_CTX()
                unsafe SHA384_Init(&context)
                unsafe SHA384_Update(&context, data, data.count)
                unsafe SHA384_Final(target, &context)
            case .sha512:
                var context = SHA512_CTX()
                unsafe SHA512_Init(&context)
                unsafe SHA512_Update(&context, data, data.count)
                unsafe SHA512_Final(target, &context)
            }
            count = length
        }
    }
}
