import DNSWire
import Yams

extension Kind where Value == UpstreamServer {
    /// An address, a URL, or a mapping with a URL and what goes with it.
    static let upstreamServer = Kind(
        expectation: serverExpectation, brief: serverBrief,
        read: { node, path, reader in
            guard node.mapping != nil else { return readAlone(node, path, &reader) }
            let problems = reader.problems.count
            var given = GivenServer()
            reader.readMapping(node, at: path, GivenServer.settings, into: &given)
            guard reader.problems.count == problems else { return nil }
            var server = given.server
            server.bootstrap = given.bootstrap
            server.pins = given.pins
            server.authentication = given.authentication
            guard let fault = server.contradiction else { return server }
            reader.report(path, fault, at: node)
            return nil
        },
        text: { server in
            guard !server.isPlainText else { return .flow(YAMLText.scalar(server.description)) }
            let given = GivenServer(server)
            let pairs = GivenServer.settings.map { "\($0.name): \($0.text(given).inOneLine)" }
            return .flow("{" + pairs.joined(separator: ", ") + "}")
        },
        innerKeys: GivenServer.settings.map { "\($0.name): \($0.description)" })
}

private let serverExpectation =
    "an address such as 192.0.2.1 or 192.0.2.1:5353, a URL such as tls://dns.example or "
    + "https://dns.example/dns-query, or keys with url"
private let serverBrief = "an address with or without a port, a URL, or keys with url"

/// A server that is written as one scalar; what it lacks is then said of that.
private func readAlone(
    _ node: Node, _ path: String, _ reader: inout ConfigurationReader
) -> UpstreamServer? {
    guard let server = serverURL(serverExpectation).read(node, path, &reader) else { return nil }
    guard let fault = server.contradiction else { return server }
    reader.report(path, fault, at: node)
    return nil
}

/// The keys of a server, as they are read.
private struct GivenServer: ProvedServer {
    /// Without a meaning where the file gives none, which is reported.
    var server = UpstreamServer(SocketAddress(IPAddress(ipv6: 0), port: 0))
    var bootstrap: [IPAddress] = []
    var pins: [[UInt8]] = []
    var authentication = UpstreamServer.Authentication.strict

    init() {}

    init(_ server: UpstreamServer) {
        self.server = server
        bootstrap = server.bootstrap
        pins = server.pins
        authentication = server.authentication
    }

    static let settings: [Setting<GivenServer>] =
        [
            Setting(
                "url", \.server,
                serverURL("a URL such as tls://dns.example or https://dns.example/dns-query"),
                required: true,
                "Where it is: tls:// or https:// and its name or address, a port where it is not 853 or 443, a path."
            )
        ] + proofSettings()
}

/// What there is to say of a server that is asked encrypted.
protocol ProvedServer: Sendable {
    var bootstrap: [IPAddress] { get set }
    var pins: [[UInt8]] { get set }
    var authentication: UpstreamServer.Authentication { get set }
}

func proofSettings<Server: ProvedServer>() -> [Setting<Server>] {
    [
        Setting(
            "bootstrap", \.bootstrap, .list("addresses", of: .address),
            "The addresses of a server with a name, so that no resolver is needed to find it."),
        Setting(
            "pins", \.pins, .list("pins", of: .pin),
            """
            The public keys of which it must have one: SHA-256 digests (SPKI) in base64. With pins, neither name nor \
            issuer of its certificate matters.
            """),
        Setting(
            "authentication", \.authentication, .choice,
            """
            "strict" asks nobody who cannot prove to be the server; "opportunistic" asks whoever is there, which \
            withstands eavesdroppers only (RFC 8310).
            """),
    ]
}

extension Kind where Value == [UInt8] {
    /// The digest of a public key.
    static let pin = Kind.scalar(
        "a SHA-256 digest in base64, 44 characters",
        parse: { text throws(ScalarFault) in
            guard let octets = BinaryText.octets(base64: text), octets.count == 32 else { throw .form }
            return octets
        },
        text: { BinaryText.base64($0) })
}

extension UpstreamServer {
    /// Whether its text says all of it.
    fileprivate var isPlainText: Bool {
        bootstrap.isEmpty && pins.isEmpty && authentication == .strict
    }

    /// What about its parts does not go together; nil when they do.
    var contradiction: String? {
        switch (host, transport) {
        case (_, .plain) where !isPlainText:
            return "\(self) is asked in cleartext, where nothing is proved: it takes an address alone"
        case (.name(let name), _) where bootstrap.isEmpty:
            return "\(name) is a name, and nobody is asked where that is: bootstrap takes its addresses"
        case (.address(let address), _) where !bootstrap.isEmpty:
            return "\(address) is an address already: bootstrap is for servers with a name"
        default: break
        }
        if authentication == .opportunistic, !pins.isEmpty {
            return "pins are for strict authentication: nobody looks at them otherwise"
        }
        return nil
    }
}

// --- URLs ---

func serverURL(_ expectation: String) -> Kind<UpstreamServer> {
    Kind.scalar(expectation, parse: parseServer, text: { $0.description })
}

@Sendable private func parseServer(_ text: String) throws(ScalarFault) -> UpstreamServer {
    guard let end = text.firstRange(of: "://") else {
        guard let address = SocketAddress(text, defaultPort: 53) else { throw .form }
        try checkPort(address.port)
        return UpstreamServer(address)
    }
    let rest = text[end.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    let path = String(rest.dropFirst(authority.count))
    switch text[..<end.lowerBound].lowercased() {
    case "tls":
        guard path.isEmpty || path == "/" else {
            throw .value("\"\(text)\" has a path, which DNS over TLS has no use for")
        }
        return try server(.tls, authority, text)
    case "https":
        let isPath = path.consists(ofAlphanumericsAnd: "/-._~!$&'()*+,;=:@")
        guard isPath, path.utf8.count <= 200 else {
            throw .value("\"\(text)\" has no plain path of at most 200 octets")
        }
        return try server(.https(path: path.isEmpty ? "/dns-query" : path), authority, text)
    case let scheme:
        throw .value("\"\(scheme)\" is no way to ask a server; tls and https are")
    }
}

private func server(
    _ transport: UpstreamServer.Transport, _ authority: Substring, _ text: String
) throws(ScalarFault) -> UpstreamServer {
    // "@" means a port to us and a user to others.
    guard !authority.contains("@"), !authority.isEmpty else {
        throw .value("\"\(text)\" has no name or address of a server")
    }
    // A bare IPv6 address cannot be told from a name with a port.
    if authority.hasPrefix("[") || IPAddress(authority.prefix { $0 != ":" }) != nil {
        guard let address = SocketAddress(String(authority), defaultPort: transport.defaultPort) else {
            throw .value("\"\(authority)\" is no address with or without a port")
        }
        try checkPort(address.port)
        return UpstreamServer(transport, .address(address.address), port: address.port)
    }
    let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var port = transport.defaultPort
    if parts.count == 2 {
        guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let given = UInt16(parts[1]) else {
            throw .value("\"\(parts[1])\" is no port; an IPv6 address needs brackets")
        }
        try checkPort(given)
        port = given
    }
    let name = try parseHostName(String(parts[0]))
    return UpstreamServer(transport, .name(name), port: port)
}

private func checkPort(_ port: UInt16) throws(ScalarFault) {
    guard port != 0 else { throw .value("port 0 is outside the allowed range, 1 to 65535") }
}
