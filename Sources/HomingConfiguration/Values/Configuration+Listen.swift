public import DNSWire

extension Configuration {
    /// Where clients are listened to, over UDP and TCP alike.
    public struct Listen: Sendable, Equatable {
        /// At least one; `0.0.0.0` and `::` mean every interface. Port 53 where the file gives none.
        /// Default: 127.0.0.1:5300 and [::1]:5300, for which no privilege is needed.
        public var addresses: [SocketAddress] = [
            SocketAddress(IPAddress(127, 0, 0, 1), port: 5300),
            SocketAddress(IPAddress(ipv6: 1), port: 5300),
        ]

        public init() {}
    }
}
