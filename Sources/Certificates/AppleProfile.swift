public import DNSWire

/// A configuration profile for iOS, iPadOS and macOS: whoever opens it has the device use this resolver, encrypted
/// (Apple's Device Management, payload `com.apple.dnsSettings.managed`).
public struct AppleProfile: Sendable {
    public enum Transport: Sendable, Hashable {
        case tls
        /// The URL of DNS over HTTPS.
        case https(url: String)
    }

    public var transport: Transport
    /// The name that the server's certificate is for; it is also what the profile is called.
    public var serverName: String
    /// Where the server is; without any, the device looks the name up elsewhere.
    public var addresses: [IPAddress]
    /// An authority that the device has to trust, in DER.
    public var authority: [UInt8]?

    public init(
        _ transport: Transport, serverName: String, addresses: [IPAddress], authority: [UInt8]? = nil
    ) {
        self.transport = transport
        self.serverName = serverName
        self.addresses = addresses
        self.authority = authority
    }

    /// The file's text: a property list, not signed.
    ///
    /// Its identifiers follow from its content, so that the same profile installed again replaces itself.
    public var text: String {
        let kind = transport == .tls ? "TLS" : "HTTPS"
        let identifier = "homing.\(kind.lowercased()).\(serverName)"
        var payloads: [PropertyList] = []
        if let authority {
            payloads.append(
                Self.payload(
                    type: "com.apple.security.root", identifier: identifier + ".authority",
                    name: "Authority of \(serverName)", content: authority,
                    [
                        ("PayloadCertificateFileName", .text("homing.cer")),
                        ("PayloadContent", .data(authority)),
                    ]
                ))
        }
        let settings = settings
        payloads.append(
            Self.payload(
                type: "com.apple.dnsSettings.managed", identifier: identifier + ".dns",
                name: "Encrypted DNS by \(serverName)", content: Array(settings.document.utf8),
                [("DNSSettings", settings)]))
        let whole = Self.payload(
            type: "Configuration", identifier: identifier,
            name: "Encrypted DNS by \(serverName) (\(kind))",
            content: payloads.flatMap { Array($0.document.utf8) },
            [
                ("PayloadDescription", .text("Names are looked up by \(serverName), encrypted.")),
                ("PayloadRemovalDisallowed", .flag(false)), ("PayloadContent", .list(payloads)),
            ])
        return whole.document
    }

    private var settings: PropertyList {
        var pairs: [(key: String, value: PropertyList)]
        switch transport {
        case .tls: pairs = [("DNSProtocol", .text("TLS")), ("ServerName", .text(serverName))]
        case .https(let url): pairs = [("DNSProtocol", .text("HTTPS")), ("ServerURL", .text(url))]
        }
        if !addresses.isEmpty {
            pairs.append(("ServerAddresses", .list(addresses.map { .text("\($0)") })))
        }
        return .dictionary(pairs)
    }

    private static func payload(
        type: String, identifier: String, name: String, content: [UInt8],
        _ pairs: [(key: String, value: PropertyList)]
    ) -> PropertyList {
        let common: [(key: String, value: PropertyList)] = [
            ("PayloadType", .text(type)), ("PayloadVersion", .number(1)),
            ("PayloadIdentifier", .text(identifier)),
            ("PayloadUUID", .text(uuid(of: Array(identifier.utf8) + content))),
            ("PayloadDisplayName", .text(name)),
        ]
        return .dictionary(common + pairs)
    }

    /// A UUID made of a digest: version 8 of RFC 9562 §5.8.
    private static func uuid(of content: [UInt8]) -> String {
        var octets = Array(sha256(content).prefix(16))
        octets[6] = octets[6] & 0x0f | 0x80
        octets[8] = octets[8] & 0x3f | 0x80
        let digits = octets.map(Hexadecimal.text).joined().uppercased()
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
