import DNSWire

/// Addresses, networks and names.
extension Kind where Value == IPAddress {
    static let address = Kind.scalar(
        "an IPv4 or IPv6 address",
        parse: { text throws(ScalarFault) in
            guard let address = IPAddress(text) else { throw .form }
            return address
        },
        text: { $0.description })
}

extension Kind where Value == SocketAddress {
    /// An address with a port; without one, port 53.
    static let socketAddress = socketAddress(defaultPort: 53)

    /// An address with a port, or without one where it is the default.
    static func socketAddress(defaultPort: UInt16) -> Kind {
        Kind.scalar(
            "an address with or without a port such as 127.0.0.1:5353, ::1 or \"[::1]:\(defaultPort)\"",
            parse: { text throws(ScalarFault) in
                guard let address = SocketAddress(text, defaultPort: defaultPort) else { throw .form }
                guard address.port != 0 else {
                    throw .value("port 0 is outside the allowed range, 1 to 65535")
                }
                return address
            },
            text: { $0.description })
    }
}

extension Kind where Value == IPNetwork {
    static let network = Kind.scalar(
        "a network such as 192.168.0.0/16 or fd00::/8",
        parse: { text throws(ScalarFault) in
            guard let network = IPNetwork(text) else { throw .form }
            let given = text.split(separator: "/").first.flatMap { IPAddress($0) }
            guard given == network.address else {
                throw .value("\(text) has bits beyond its prefix; the network is \(network)")
            }
            return network
        },
        text: { $0.description })
}

extension Kind where Value == DomainName {
    static let domainName = Kind.scalar(
        "a domain name",
        parse: { text throws(ScalarFault) in try parseName(text) },
        text: { $0.description })

    /// A domain name that can be a host's (RFC 1123 §2.1), underscores allowed.
    static let hostName = Kind.scalar(
        "a host name",
        parse: { text throws(ScalarFault) in try parseHostName(text) },
        text: { $0.description })

    /// A host name of this resolver, whose addresses are given elsewhere.
    static let ownName = Kind.scalar(
        "a host name",
        parse: { text throws(ScalarFault) in
            guard IPAddress(text) == nil else {
                throw .value("\"\(text)\" is an address; tls.addresses is for those")
            }
            return try parseHostName(text)
        },
        text: { $0.description })
}

func parseHostName(_ text: String) throws(ScalarFault) -> DomainName {
    let name = try parseName(text)
    guard text.consists(ofAlphanumericsAnd: "-_."), text != "." else {
        throw .value("\"\(text)\" is no host name: letters, digits, hyphens and dots make one")
    }
    return name
}

private func parseName(_ text: String) throws(ScalarFault) -> DomainName {
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
        throw .value("\"\(text)\" has letters beyond ASCII; write its xn-- form")
    }
    do {
        return try DomainName(text)
    } catch {
        let reason =
            switch error {
            case .empty: "it is empty"
            case .emptyLabel: "a label is empty"
            case .labelTooLong: "a label has more than 63 octets"
            case .nameTooLong: "it has more than 255 octets"
            case .badEscape: "a backslash is followed by neither a character nor three digits up to 255"
            }
        throw .value("\"\(text)\" is no domain name: \(reason)")
    }
}
