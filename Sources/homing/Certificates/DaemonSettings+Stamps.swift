import Certificates
import DNSResolution
import DNSServer
import DNSWire
import HomingConfiguration

/// What clients are given to find this resolver.
extension DaemonSettings {
    /// One way to reach the resolver, as a stamp.
    struct Stamp: Hashable, Encodable {
        /// `DNS`, `DoT` or `DoH`.
        let transport: String
        let address: String
        let stamp: String
    }

    /// A stamp for every transport and address, the encrypted ones first.
    ///
    /// - Parameter authority: the one that has issued the certificate, where clients do not know it.
    func stamps(authority: Certificate?) -> [Stamp] {
        let digests = authority.map { [$0.signedPartDigest] } ?? []
        let name = encryption.identity.names.first.map(ResolverIdentity.text)
        // A resolver without a name is known by its address, which its certificate has as well.
        func authentication(_ address: IPAddress) -> DNSStamp.Authentication {
            let text = address.family == .ipv6 ? "[\(address)]" : "\(address)"
            return DNSStamp.Authentication(hostName: name ?? text, digests: digests)
        }
        let path = configuration.https.path
        return stamps("DoT", encryption.tls) { .tls(authentication($0)) }
            + stamps("DoH", encryption.https) { .https(authentication($0), path: path) }
            + stamps("DNS", configuration.listen.addresses) { _ in .plain }
    }

    private func stamps(
        _ name: String, _ listeners: [SocketAddress], _ transport: (IPAddress) -> DNSStamp.Transport
    ) -> [Stamp] {
        var stamps: [Stamp] = []
        for socket in reached(listeners) {
            let made = DNSStamp(
                transport(socket.address), properties: stampProperties, address: socket.address,
                port: socket.port)
            guard let text = made.text else { continue }
            let stamp = Stamp(transport: name, address: "\(socket)", stamp: text)
            if !stamps.contains(stamp) { stamps.append(stamp) }
        }
        return stamps
    }

    private var stampProperties: DNSStamp.Properties {
        var properties: DNSStamp.Properties = .doesNotFilter
        if server.resolver.validation != nil { properties.insert(.validates) }
        if !configuration.log.queries { properties.insert(.keepsNoLog) }
        return properties
    }

    /// By which addresses clients reach what listens there.
    private func reached(_ listeners: [SocketAddress]) -> [SocketAddress] {
        listeners.flatMap { listener -> [SocketAddress] in
            let address = listener.address.unmapped
            guard address.bits == 0 || !configuration.tls.addresses.isEmpty else { return [listener] }
            return encryption.identity.addresses.filter { $0.family == address.family }
                .map { SocketAddress($0, port: listener.port) }
        }
    }

    /// The URL of DNS over HTTPS, without the template's variable.
    var serviceURL: String? {
        guard let listener = encryption.https.first else { return nil }
        let identity = encryption.identity
        let isAddress = identity.names.isEmpty && identity.addresses.first?.family == .ipv6
        let host = isAddress ? "[\(identity.serverName)]" : identity.serverName
        let port = listener.port == 443 ? "" : ":\(listener.port)"
        return "https://\(host)\(port)\(configuration.https.path)"
    }
}
