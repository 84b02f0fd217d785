public import DNSWire

/// A resolver that questions are forwarded to.
public struct UpstreamServer: Sendable, Hashable {
    public enum Transport: Sendable, Hashable {
        /// UDP, and TCP where that is not enough.
        case plain
        /// DNS over TLS (RFC 7858).
        case tls
        /// DNS over HTTPS (RFC 8484), at an absolute path.
        case https(path: String)

        public var defaultPort: UInt16 {
            switch self {
            case .plain: 53
            case .tls: 853
            case .https: 443
            }
        }
    }

    /// What its certificate has to be for.
    public enum Host: Sendable, Hashable {
        case address(IPAddress)
        case name(DomainName)
    }

    /// RFC 8310 §5.
    public enum Authentication: String, Sendable, CaseIterable {
        /// Who cannot prove to be the server is not asked; nothing is sent in cleartext.
        case strict
        /// Anybody is asked who is where the server should be: that withstands eavesdroppers only.
        case opportunistic
    }

    public var transport: Transport
    public var host: Host
    public var port: UInt16
    /// Where a server with a name is; at least one then, and none otherwise.
    public var bootstrap: [IPAddress] = []
    /// SHA-256 digests of public keys (SPKI), one of which the server has to have; 32 octets each. Default: none, the
    /// certificate's issuer and name decide.
    public var pins: [[UInt8]] = []
    /// Default: strict.
    public var authentication = Authentication.strict

    public init(_ transport: Transport, _ host: Host, port: UInt16) {
        self.transport = transport
        self.host = host
        self.port = port
    }

    /// Over plain DNS.
    public init(_ address: SocketAddress) {
        self.init(.plain, .address(address.address), port: address.port)
    }

    /// Where it is.
    public var addresses: [SocketAddress] {
        switch host {
        case .address(let address): [SocketAddress(address, port: port)]
        case .name: bootstrap.map { SocketAddress($0, port: port) }
        }
    }
}

extension UpstreamServer: CustomStringConvertible {
    /// An address and port, or a URL.
    public var description: String {
        let name: String
        switch host {
        case .address(let address): name = address.family == .ipv6 ? "[\(address)]" : "\(address)"
        case .name(let domain): name = String(domain.description.dropLast())
        }
        let end = transport != .plain && port == transport.defaultPort ? name : "\(name):\(port)"
        return switch transport {
        case .plain: end
        case .tls: "tls://\(end)"
        case .https(let path): "https://\(end)\(path)"
        }
    }
}

/// A forward zone: a suffix, and the resolvers to ask for what is below it.
public struct ForwardZone: Sendable, Equatable {
    /// The zone's name; `.` means every name. The longest suffix that fits a name decides.
    public var suffix: DomainName
    /// At least one. A server named here may be private or loopback: `upstream.neverAsk` does not apply to it.
    public var servers: [UpstreamServer]
    /// Whether a name is resolved from the root when none of the servers answers; otherwise the client gets SERVFAIL, and
    /// nothing of the name leaves for other servers. Default: no.
    public var fallbackToRecursion: Bool

    public init(suffix: DomainName, servers: [UpstreamServer], fallbackToRecursion: Bool = false) {
        self.suffix = suffix
        self.servers = servers
        self.fallbackToRecursion = fallbackToRecursion
    }
}
