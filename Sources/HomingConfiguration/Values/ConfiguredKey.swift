public import DNSCrypto
public import DNSWire

/// A key that transactions are signed with (TSIG, RFC 8945), which others know under the same name.
public struct ConfiguredKey: Sendable, Equatable {
    public var name: DomainName
    /// Default: hmac-sha256. A key in a file of BIND's has the one that stands there.
    public var algorithm = AuthenticationAlgorithm.hmacSHA256
    /// The secret itself. Of this and the two files, exactly one is given.
    public var secret: [UInt8]?
    /// A file that holds the secret in base64 and nothing else; an absolute path.
    public var secretFile: String?
    /// A file in the form of `tsig-keygen`, with a key of this name; an absolute path.
    public var file: String?

    public init(name: DomainName) { self.name = name }
}
