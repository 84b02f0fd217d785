public import DNSWire

/// What a client needs to know of one server, as a text that starts with `sdns://` (the DNSCrypt project's "DNS Stamps"
/// specification, draft-denis-dns-stamps).
public struct DNSStamp: Sendable, Hashable {
    public enum Transport: Sendable, Hashable {
        /// In cleartext.
        case plain
        case tls(Authentication)
        /// The path is absolute, such as `/dns-query`.
        case https(Authentication, path: String)

        /// The port that is meant where a stamp gives none.
        public var defaultPort: UInt16 {
            switch self {
            case .plain: 53
            case .tls: 853
            case .https: 443
            }
        }
    }

    /// How a client makes sure of the server.
    public struct Authentication: Sendable, Hashable {
        /// A host name or an address, perhaps with a port; also what the client asks for by SNI.
        public var hostName: String
        /// SHA-256 digests of the signed part of certificates in the server's chain, one of which must be there. None:
        /// the client's own authorities decide.
        public var digests: [[UInt8]]
        /// Resolvers that may be asked for the host name, by address.
        public var bootstrap: [String]

        public init(hostName: String, digests: [[UInt8]] = [], bootstrap: [String] = []) {
            self.hostName = hostName
            self.digests = digests
            self.bootstrap = bootstrap
        }
    }

    /// What the server says of itself.
    public struct Properties: OptionSet, Sendable, Hashable {
        public let rawValue: UInt64

        public init(rawValue: UInt64) { self.rawValue = rawValue }

        public static let validates = Properties(rawValue: 1)
        public static let keepsNoLog = Properties(rawValue: 2)
        public static let doesNotFilter = Properties(rawValue: 4)
    }

    public var transport: Transport
    public var properties: Properties
    /// Nil where the host name has to be resolved first.
    public var address: IPAddress?
    public var port: UInt16

    public init(
        _ transport: Transport, properties: Properties = [], address: IPAddress?, port: UInt16? = nil
    ) {
        self.transport = transport
        self.properties = properties
        self.address = address
        self.port = port ?? transport.defaultPort
    }
}
