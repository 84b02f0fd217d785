import DNSWire

/// The address blocks that the defaults are made of.
enum NetworkBlocks {
    static let loopback = networks("127.0.0.0/8", "::1/128")
    /// RFC 1918 and RFC 4193.
    static let privateUse = networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
    /// RFC 3927 and RFC 4291 §2.5.6.
    static let linkLocal = networks("169.254.0.0/16", "fe80::/10")
    /// "This host" (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2): many systems connect it to themselves.
    static let unspecified = networks("0.0.0.0/8", "::/128")
    /// Carrier-grade NAT (RFC 6598).
    static let sharedUse = networks("100.64.0.0/10")
    /// Multicast, the reserved class E and limited broadcast (RFC 1112, RFC 4291 §2.7): no server is there.
    static let multicastAndReserved = networks("224.0.0.0/3", "ff00::/8")

    /// A block misspelled here would be left out; `ConfigurationValueTests.defaults` counts them.
    private static func networks(_ texts: String...) -> [IPNetwork] {
        texts.compactMap { IPNetwork($0) }
    }
}
