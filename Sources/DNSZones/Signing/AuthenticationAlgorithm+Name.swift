public import DNSCrypto
public import DNSWire

/// What the algorithms are called in messages (RFC 8945 §6).
extension AuthenticationAlgorithm {
    public var domainName: DomainName {
        switch self {
        case .hmacMD5: Self.md5Name
        case .hmacSHA1: Self.sha1Name
        case .hmacSHA224: Self.sha224Name
        case .hmacSHA256: Self.sha256Name
        case .hmacSHA384: Self.sha384Name
        case .hmacSHA512: Self.sha512Name
        }
    }

    private static let md5Name: DomainName = "hmac-md5.sig-alg.reg.int."
    private static let sha1Name: DomainName = "hmac-sha1."
    private static let sha224Name: DomainName = "hmac-sha224."
    private static let sha256Name: DomainName = "hmac-sha256."
    private static let sha384Name: DomainName = "hmac-sha384."
    private static let sha512Name: DomainName = "hmac-sha512."

    /// Nil for a name that is none of these.
    public init?(domainName: DomainName) {
        guard let known = Self.allCases.first(where: { $0.domainName == domainName }) else { return nil }
        self = known
    }

    /// As in configurations, or as in messages; any case, and with or without a final dot.
    public init?(text: some StringProtocol) {
        let text = text.lowercased()
        if let known = Self(rawValue: text) {
            self = known
        } else {
            guard let name = try? DomainName(text) else { return nil }
            self.init(domainName: name)
        }
    }

    /// Octets of the shortest MAC that may be sent (RFC 8945 §5.2.2.1).
    public var shortestLength: Int { max(10, length / 2) }
}
