/// How queries come to the server.
public enum LoadTransport: String, Sendable, Hashable, CaseIterable {
    case udp, tcp
    /// DNS over TLS (RFC 7858).
    case dot
    /// DNS over HTTP/2 by GET (RFC 8484 §4.1).
    case dohGet = "doh-get"
    /// The same by POST.
    case dohPost = "doh-post"

    public var defaultPort: UInt16 {
        switch self {
        case .udp, .tcp: 53
        case .dot: 853
        case .dohGet, .dohPost: 443
        }
    }

    public var isEncrypted: Bool { self != .udp && self != .tcp }
    public var isHTTP: Bool { self == .dohGet || self == .dohPost }
}
