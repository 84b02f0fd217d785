import COpenSSL
public import DNSWire

/// The hash of names that NSEC3 records are named by (RFC 5155 §5).
public enum NextSecure3Hash {
    /// The only hash algorithm that was ever registered (RFC 5155 §11).
    static let sha1Algorithm: UInt8 = 1

    /// SHA-1 over the name in lower case and the salt, then `iterations` times over the last result and the salt.
    ///
    /// - Returns: 20 octets; nil for a hash algorithm that nobody knows.
    public static func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? {
        guard parameters.hashAlgorithm == sha1Algorithm else { return nil }
        let length = MessageDigest.sha1.length
        let name = name.lowercase.wire
        // Each result is written in front of the salt, where the next round reads both.
        var octets = [UInt8](repeating: 0, count: length) + parameters.salt
        unsafe octets.withUnsafeMutableBufferPointer { buffer in
            var context = SHA_CTX()
            let start = buffer.baseAddress
            unsafe SHA1_Init(&context)
            unsafe SHA1_Update(&context, name, name.count)
            unsafe SHA1_Update(&context, parameters.salt, parameters.salt.count)
            unsafe SHA1_Final(start, &context)
            for _ in 0..<parameters.iterations {
                unsafe SHA1_Init(&context)
                unsafe SHA1_Update(&context, start, buffer.count)
                unsafe SHA1_Final(start, &context)
            }
        }
        octets.removeLast(parameters.salt.count)
        return octets
    }
}
