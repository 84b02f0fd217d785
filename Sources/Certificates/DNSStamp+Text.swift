import DNSWire

//--- Composing ---

extension DNSStamp {
    private static let scheme = "sdns://"

    private enum Identifier {
        static let plain: UInt8 = 0
        static let https: UInt8 = 2
        static let tls: UInt8 = 3
    }

    /// A set's length octets have 7 bits for the length, a single field's have 8; no address, digest or name that a
    /// certificate is for needs more than this.
    private static let maximumFieldLength = 127

    /// Nil where a field is too long for a stamp.
    public var text: String? {
        var octets: [UInt8] = []
        switch transport {
        case .plain: octets.append(Identifier.plain)
        case .tls: octets.append(Identifier.tls)
        case .https: octets.append(Identifier.https)
        }
        octets += (0..<8).map { UInt8(truncatingIfNeeded: properties.rawValue >> ($0 * 8)) }
        guard Self.append(Array(addressText.utf8), to: &octets) else { return nil }
        switch transport {
        case .plain: break
        case .tls(let authentication):
            guard Self.append(set: authentication.digests, to: &octets),
                Self.append(Array(authentication.hostName.utf8), to: &octets),
                Self.append(bootstrap: authentication.bootstrap, to: &octets)
            else { return nil }
        case .https(let authentication, let path):
            guard Self.append(set: authentication.digests, to: &octets),
                Self.append(Array(authentication.hostName.utf8), to: &octets),
                Self.append(Array(path.utf8), to: &octets),
                Self.append(bootstrap: authentication.bootstrap, to: &octets)
            else { return nil }
        }
        return Self.scheme + Base64.textForURLs(octets)
    }

    private var addressText: String {
        let host = address.map { $0.family == .ipv6 ? "[\($0)]" : "\($0)" } ?? ""
        return port == transport.defaultPort ? host : "\(host):\(port)"
    }

    private static func append(_ field: [UInt8], to octets: inout [UInt8]) -> Bool {
        guard field.count <= UInt8.max else { return false }
        octets.append(UInt8(field.count))
        octets += field
        return true
    }

    /// The high bit of a length says that another one follows; an empty set is one empty field.
    private static func append(set fields: [[UInt8]], to octets: inout [UInt8]) -> Bool {
        guard fields.allSatisfy({ $0.count <= maximumFieldLength }) else { return false }
        if fields.isEmpty { octets.append(0) }
        for (index, field) in fields.enumerated() {
            octets.append(UInt8(field.count) | (index + 1 < fields.count ? 0x80 : 0))
            octets += field
        }
        return true
    }

    private static func append(bootstrap: [String], to octets: inout [UInt8]) -> Bool {
        bootstrap.isEmpty || append(set: bootstrap.map { Array($0.utf8) }, to: &octets)
    }
}

//--- Parsing ---

extension DNSStamp {
    /// Nil for what is no stamp, or one for a transport that is not known here.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.scheme),
            let octets = Base64.octetsFromURL(text.dropFirst(Self.scheme.count))
        else { return nil }
        var reader = FieldReader(octets: octets[...])
        guard let identifier = reader.octet(), let properties = reader.number(),
            let address = reader.text()
        else { return nil }
        let transport: Transport
        switch identifier {
        case Identifier.plain: transport = .plain
        case Identifier.tls:
            guard let digests = reader.set(), let name = reader.text(),
                let bootstrap = reader.optionalTexts()
            else { return nil }
            transport = .tls(Authentication(hostName: name, digests: digests, bootstrap: bootstrap))
        case Identifier.https:
            guard let digests = reader.set(), let name = reader.text(), let path = reader.text(),
                let bootstrap = reader.optionalTexts()
            else { return nil }
            transport = .https(
                Authentication(hostName: name, digests: digests, bootstrap: bootstrap), path: path)
        default: return nil
        }
        guard reader.octets.isEmpty else { return nil }
        self.init(transport, properties: Properties(rawValue: properties), address: nil)
        guard read(address: address) else { return nil }
    }

    /// An address, an address and a port, a port behind a colon, or nothing.
    private mutating func read(address text: String) -> Bool {
        if text.isEmpty {
            // A server in cleartext has nothing but its address.
            return transport != .plain
        }
        if text.hasPrefix(":") {
            guard let port = UInt16(text.dropFirst()), transport != .plain else { return false }
            self.port = port
            return true
        }
        guard let socket = SocketAddress(text, defaultPort: transport.defaultPort),
            !text.contains("@"), socket.address.family == .ipv4 || text.hasPrefix("[")
        else { return false }
        address = socket.address
        port = socket.port
        return true
    }
}

/// Takes fields with a length in front off the octets of a stamp.
private struct FieldReader {
    var octets: ArraySlice<UInt8>

    mutating func octet() -> UInt8? { octets.popFirst() }

    /// Of 64 bits, the lowest octet first.
    mutating func number() -> UInt64? {
        guard octets.count >= 8 else { return nil }
        defer { octets = octets.dropFirst(8) }
        return octets.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        guard octets.count >= count else { return nil }
        defer { octets = octets.dropFirst(count) }
        return Array(octets.prefix(count))
    }

    mutating func text() -> String? {
        guard let count = octet(), let field = take(Int(count)) else { return nil }
        return String(validating: field, as: UTF8.self)
    }

    /// Empty fields are left out: one alone is how an empty set is written.
    mutating func set() -> [[UInt8]]? {
        var fields: [[UInt8]] = []
        while let length = octet() {
            guard let field = take(Int(length & 0x7f)) else { return nil }
            if !field.isEmpty { fields.append(field) }
            if length & 0x80 == 0 { return fields }
        }
        return nil
    }

    mutating func optionalTexts() -> [String]? {
        guard !octets.isEmpty else { return [] }
        guard let fields = set() else { return nil }
        let texts = fields.compactMap { String(validating: $0, as: UTF8.self) }
        return texts.count == fields.count ? texts : nil
    }
}
