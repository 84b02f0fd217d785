/// Where a socket is: address, port and, for link-local IPv6, the interface.
public struct SocketAddress: Hashable, Sendable {
    public var address: IPAddress
    public var port: UInt16
    /// Interface index of a link-local IPv6 address (RFC 4007); 0 when it does not matter.
    public var scopeID: UInt32

    public init(_ address: IPAddress, port: UInt16, scopeID: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scopeID = scopeID
    }

    /// In as few words as hold it: there are no scopes in IPv4.
    public func hash(into hasher: inout Hasher) {
        switch address.family {
        case .ipv4:
            hasher.combine(UInt64(truncatingIfNeeded: address.bits) | UInt64(port) << 32)
        case .ipv6:
            hasher.combine(address)
            hasher.combine(UInt64(port) << 32 | UInt64(scopeID))
        }
    }

    /// `192.0.2.1`, `192.0.2.1:53`, `192.0.2.1@53`, `2001:db8::1`, `[2001:db8::1]:53` or `2001:db8::1@53`.
    public init?(_ text: String, defaultPort: UInt16) {
        var host = Substring(text)
        var port = defaultPort
        func number(_ text: Substring) -> UInt16? {
            text.utf8.allSatisfy { (48...57).contains($0) } ? UInt16(text) : nil
        }
        if let at = text.lastIndex(of: "@") {
            guard let given = number(text[text.index(after: at)...]) else { return nil }
            (host, port) = (text[..<at], given)
        } else if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty {
                guard rest.first == ":", let given = number(rest.dropFirst()) else { return nil }
                port = given
            }
        } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            guard let given = number(text[text.index(after: colon)...]) else { return nil }
            (host, port) = (text[..<colon], given)
        }
        guard let address = IPAddress(host) else { return nil }
        self.init(address, port: port)
    }
}

extension SocketAddress: CustomStringConvertible {
    public var description: String {
        address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
