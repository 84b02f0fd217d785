import COpenSSL

/// The HMACs of RFC 8945 §6, by the names that configurations call them.
public enum AuthenticationAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// Only for what speaks nothing better (RFC 8945 §6 keeps it for that).
    case hmacMD5 = "hmac-md5"
    case hmacSHA1 = "hmac-sha1"
    case hmacSHA224 = "hmac-sha224"
    case hmacSHA256 = "hmac-sha256"
    case hmacSHA384 = "hmac-sha384"
    case hmacSHA512 = "hmac-sha512"

    /// Octets of a whole MAC.
    public var length: Int {
        switch self {
        case .hmacMD5: Int(MD5_DIGEST_LENGTH)
        case .hmacSHA1: Int(SHA_DIGEST_LENGTH)
        case .hmacSHA224: Int(SHA224_DIGEST_LENGTH)
        case .hmacSHA256: Int(SHA256_DIGEST_LENGTH)
        case .hmacSHA384: Int(SHA384_DIGEST_LENGTH)
        case .hmacSHA512: Int(SHA512_DIGEST_LENGTH)
        }
    }

    /// Octets that the digest takes at once: a key is filled up to as many (RFC 2104 §2).
    var blockLength: Int {
        switch self {
        case .hmacMD5, .hmacSHA1, .hmacSHA224, .hmacSHA256: 64
        case .hmacSHA384, .hmacSHA512: 128
        }
    }
}

/// A secret that messages are authenticated with (HMAC, RFC 2104).
///
/// What depends on the secret alone is digested once, and each MAC starts from a copy of it. The digests need no handle,
/// so that nothing is allocated in libcrypto and threads may share a key.
public final class AuthenticationKey: Sendable {
    public let algorithm: AuthenticationAlgorithm
    private let inner: DigestState
    private let outer: DigestState

    /// - Parameter secret: of any length; more than the digest's block is digested first (RFC 2104 §3).
    public init(_ algorithm: AuthenticationAlgorithm, secret: [UInt8]) {
        self.algorithm = algorithm
        var block = secret
        if block.count > algorithm.blockLength {
            block = Self.digest(algorithm, secret)
        }
        block += repeatElement(0, count: algorithm.blockLength - block.count)
        inner = Self.state(algorithm, block, padding: 0x36)
        outer = Self.state(algorithm, block, padding: 0x5c)
    }

    private static func digest(_ algorithm: AuthenticationAlgorithm, _ octets: [UInt8]) -> [UInt8] {
        var state = DigestState(algorithm)
        state.absorb(octets.span)
        return unsafe [UInt8](unsafeUninitializedCapacity: algorithm.length) { octets, count in
            unsafe state.finish(into: octets)
            count = algorithm.length
        }
    }

    private static func state(
        _ algorithm: AuthenticationAlgorithm, _ block: [UInt8], padding: UInt8
    ) -> DigestState {
        let padded = block.map { $0 ^ padding }
        var state = DigestState(algorithm)
        state.absorb(padded.span)
        return state
    }

    /// A MAC in the making.
    public func begin() -> MessageAuthentication { MessageAuthentication(self, inner) }

    fileprivate func finish(_ inner: DigestState) -> [UInt8] {
        let length = algorithm.length
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { octets, count in
            var outer = outer
            // The inner digest stands where the MAC will.
            unsafe inner.finish(into: octets)
            unsafe outer.absorb(UnsafeBufferPointer(rebasing: octets[..<length]))
            unsafe outer.finish(into: octets)
            count = length
        }
    }
}

/// A MAC in the making, which takes its message in pieces. A copy goes on by itself.
public struct MessageAuthentication: Sendable {
    private let key: AuthenticationKey
    private var state: DigestState

    fileprivate init(_ key: AuthenticationKey, _ state: DigestState) {
        self.key = key
        self.state = state
    }

    public mutating func absorb(_ octets: Span<UInt8>) { state.absorb(octets) }
    public mutating func absorb(_ octets: [UInt8]) { state.absorb(octets.span) }

    /// The MAC of what was absorbed so far.
    public func code() -> [UInt8] { key.finish(state) }
}

/// A digest in the making. SHA-224 and SHA-384 are other beginnings and shorter ends of what their longer kin do.
private enum DigestState: Sendable {
    case md5(MD5_CTX)
    case sha1(SHA_CTX)
    case sha256(SHA256_CTX)
    case sha512(SHA512_CTX)

    init(_ algorithm: AuthenticationAlgorithm) {
        switch algorithm {
        case .hmacMD5:
            var context = MD5_CTX()
            unsafe MD5_Init(&context)
            self = .md5(context)
        case .hmacSHA1:
            var context = SHA_CTX()
            unsafe SHA1_Init(&context)
            self = .sha1(context)
        case .hmacSHA224:
            var context = SHA256_CTX()
            unsafe SHA224_Init(&context)
            self = .sha256(context)
        case .hmacSHA256:
            var context = SHA256_CTX()
            unsafe SHA256_Init(&context)
            self = .sha256(context)
        case .hmacSHA384:
            var context = SHA512_CTX()
            unsafe SHA384_Init(&context)
            self = .sha512(context)
        case .hmacSHA512:
            var context = SHA512_CTX()
            unsafe SHA512_Init(&context)
            self = .sha512(context)
        }
    }

    mutating func absorb(_ octets: Span<UInt8>) {
        unsafe octets.withUnsafeBufferPointer { unsafe absorb($0) }
    }

    mutating func absorb(_ octets: UnsafeBufferPointer<UInt8>) {
        switch self {
        case .md5(var context):
            unsafe MD5_Update(&context, octets.baseAddress, octets.count)
            self = .md5(context)
        case .sha1(var context):
            unsafe SHA1_Update(&context, octets.baseAddress, octets.count)
            self = .sha1(context)
        case .sha256(var context):
            unsafe SHA256_Update(&context, octets.baseAddress, octets.count)
            self = .sha256(context)
        case .sha512(var context):
            unsafe SHA512_Update(&context, octets.baseAddress, octets.count)
            self = .sha512(context)
        }
    }

    /// Writes the digest, as long as the algorithm's, which is what there must be room for.
    func finish(into octets: UnsafeMutableBufferPointer<UInt8>) {
        let target = octets.baseAddress
        switch self {
        case .md5(var context): unsafe MD5_Final(target, &context)
        case .sha1(var context): unsafe SHA1_Final(target, &context)
        // The context knows how much of it is wanted.
        case .sha256(var context): unsafe SHA256_Final(target, &context)
        case .sha512(var context): unsafe SHA512_Final(target, &context)
        }
    }
}

extension AuthenticationKey {
    /// Whether two MACs are the same, in a time that does not tell where they differ.
    public static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return unsafe CRYPTO_memcmp(a, b, a.count) == 0
    }
}
