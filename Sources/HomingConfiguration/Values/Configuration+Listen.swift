public import DNSWire

extension Configuration {
    /// Where clients are listened to.
    public struct Listen: Sendable, Equatable {
        /// In cleartext, over UDP and TCP alike. At least one; `0.0.0.0` and `::` mean every interface. Port 53 where
        /// the file gives none.
        /// Default: 127.0.0.1:5300 and [::1]:5300, for which no privilege is needed.
        public var addresses: [SocketAddress] = [
            SocketAddress(IPAddress(127, 0, 0, 1), port: 5300),
            SocketAddress(IPAddress(ipv6: 1), port: 5300),
        ]
        /// DNS over TLS (RFC 7858). Port 853 where the file gives none. Default: none.
        public var tls: [SocketAddress] = []
        /// DNS over HTTPS (RFC 8484). Port 443 where the file gives none. Default: none.
        public var https: [SocketAddress] = []
        /// DNS over HTTP without TLS, for a proxy that has it. Port 80 where the file gives none. Default: none.
        public var http: [SocketAddress] = []
        /// Whether `http` may be other than loopback. Default: no.
        public var httpFromAnywhere = false
        /// The networks of proxies whose connections begin with who the client is (the PROXY protocol, version 2).
        /// Default: none.
        public var proxyProtocol: [IPNetwork] = []

        public init() {}
    }
}
