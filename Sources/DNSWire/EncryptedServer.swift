/// A resolver that is asked over TLS or HTTPS: where it is, and how it proves to be the one that is meant.
///
/// A value: what is known of a server (tickets, connections) is kept under all of it, so that nothing which was proved to
/// one configuration is believed under another.
public struct EncryptedServer: Sendable, Hashable {
    public enum Service: Sendable, Hashable {
        /// DNS over TLS (RFC 7858).
        case tls
        /// DNS over HTTPS (RFC 8484) by HTTP/2, at this path.
        case https(path: String)
    }

    /// RFC 8310 §5.
    public enum Authentication: Sendable, Hashable {
        /// Its certificate is for this host name, and from an issuer that is trusted.
        case name(String)
        /// The same for its address.
        case address
        /// It has one of the keys with these SHA-256 digests (SPKI); neither name nor issuer matters.
        case pins([[UInt8]])
        /// Anybody who is where it should be: that withstands eavesdroppers only.
        case opportunistic
    }

    public var service: Service
    public var address: SocketAddress
    /// Its name without a dot at the end, for the server to choose a certificate by; nil where it has none.
    public var name: String?
    public var authentication: Authentication

    public init(
        _ service: Service, at address: SocketAddress, name: String? = nil, authentication: Authentication
    ) {
        self.service = service
        self.address = address
        self.name = name
        self.authentication = authentication
    }
}
