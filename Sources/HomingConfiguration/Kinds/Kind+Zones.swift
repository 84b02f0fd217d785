import DNSWire
import DNSZones
import Yams

// What is said of zones and keys.

extension Kind where Value == ConfiguredPrimary {
    /// An address, a URL with tls://, or a mapping with one of these and what goes with it.
    static let primary = Kind<GivenPrimary>.abbreviable(
        Setting("address", \.server, primaryServer, required: true, "Where it is."), \.server, primaryServer,
        blank: GivenPrimary(),
        [
            Setting(
                "key", \.key, .optional(.domainName), "The name of the key that requests are signed with.")
        ] + proofSettings()
    ).converted(\.primary, back: GivenPrimary.init, check: \.server.transferContradiction)
}

/// The keys of a primary, as they are read.
struct GivenPrimary: ProvedServer {
    /// Without a meaning where the file gives none, which is reported.
    var server = UpstreamServer(SocketAddress(IPAddress(ipv6: 0), port: 0))
    var key: DomainName?
    var bootstrap: [IPAddress] = []
    var pins: [[UInt8]] = []
    var authentication = UpstreamServer.Authentication.strict

    init() {}

    init(_ primary: ConfiguredPrimary) {
        server = primary.server
        key = primary.key
        bootstrap = server.bootstrap
        pins = server.pins
        authentication = server.authentication
    }

    var primary: ConfiguredPrimary {
        var server = server
        server.bootstrap = bootstrap
        server.pins = pins
        server.authentication = authentication
        return ConfiguredPrimary(server, key: key)
    }
}

private let primaryServer = serverURL(
    "an address such as 192.0.2.1 or 192.0.2.1:5353, or tls:// and an address or a name")

extension UpstreamServer {
    /// Why no zone can be transferred from it; nil when one can.
    fileprivate var transferContradiction: String? {
        if case .https = transport {
            return "\(self) is asked over HTTPS, where no zones are transferred (RFC 9103)"
        }
        return contradiction
    }
}

extension Kind where Value == NotifyTarget {
    /// An address, or a mapping with an address and a key.
    static let notifyTarget = abbreviable(
        Setting(
            "address", \.address, .socketAddress, required: true, "Where it is; without a port, 53 is meant."),
        \.address, .socketAddress, blank: NotifyTarget(address: SocketAddress(IPAddress(ipv6: 0), port: 0)),
        [Setting("key", \.key, .optional(.domainName), "The name of the key that it is told with.")])
}

extension Kind where Value == UpdateRule {
    /// A rule of an update policy. What is wrong with one is said of the word that it is.
    static let updateRule = Kind(
        expectation: ruleExpectation,
        read: { node, path, reader in
            guard let scalar = node.scalar, !node.isNothing else {
                reader.expected(ruleExpectation, path, found: node)
                return nil
            }
            do throws(UpdateRuleError) {
                return try UpdateRule(scalar.string)
            } catch {
                let word = error.word.isEmpty ? "" : "\"\(error.word)\": "
                reader.report(path, word + error.reason, at: Place(node, column: error.column))
                return nil
            }
        },
        text: { .flow(YAMLText.scalar($0.description)) })
}

private let ruleExpectation = "a rule such as \"grant dhcp. zonesub A AAAA DHCID\""

extension Place {
    /// Within a scalar of one line.
    fileprivate init?(_ node: Node, column: Int) {
        guard let scalar = node.scalar, let mark = node.mark else { return nil }
        switch scalar.style {
        case .plain: self.init(line: mark.line, column: mark.column + column - 1)
        case .singleQuoted, .doubleQuoted: self.init(line: mark.line, column: mark.column + column)
        default: self.init(node)
        }
    }
}

extension Kind where Value == [UInt8] {
    /// What is wrong with a secret is said without showing it.
    static let secret = Kind.scalar(
        "a secret in base64",
        parse: { text throws(ScalarFault) in
            guard let octets = BinaryText.octets(base64: text), !octets.isEmpty else {
                throw .value("not a secret in base64 (which is not shown here)")
            }
            return octets
        },
        text: { BinaryText.base64($0) })
}
