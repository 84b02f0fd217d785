public import DNSWire

extension Configuration {
    /// How this resolver proves who it is, to clients that reach it encrypted.
    public struct TLS: Sendable, Equatable {
        /// Of several, the client's choice of name (SNI) decides; the first is for clients that name none.
        /// Default: none, Homing makes its own.
        public var certificates: [CertificateFiles] = []
        /// The host names of this resolver. Default: none, the name of the machine.
        public var names: [DomainName] = []
        /// The addresses by which clients reach this resolver. Default: none, those that it listens on.
        public var addresses: [IPAddress] = []

        public init() {}
    }

    /// DNS over HTTPS, with TLS and without.
    public struct HTTPS: Sendable, Equatable {
        /// The path of the URL. Default: /dns-query.
        public var path = "/dns-query"
        /// The networks of proxies that are believed when they say, with `Forwarded` or `X-Forwarded-For`, who the
        /// client is. Default: none.
        public var trustedProxies: [IPNetwork] = []

        public init() {}
    }

    /// How clients learn that they can be encrypted.
    public struct Discovery: Sendable, Equatable {
        /// Whether the encrypted transports are told of in `_dns.resolver.arpa` (RFC 9462). Default: yes.
        public var ddr = true

        public init() {}
    }
}

/// A certificate with its issuers, and its key: two files in PEM form.
public struct CertificateFiles: Sendable, Hashable {
    /// An absolute path.
    public var chain: String
    /// An absolute path; it may be the same.
    public var key: String

    public init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }
}
