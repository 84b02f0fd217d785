import DNSResolution
import DNSWire
import HomingConfiguration

extension UpstreamServer {
    /// What the resolution knows of it: each of its addresses, and how that is asked.
    var routeServers: [ZoneRoute.Server] {
        addresses.map { address in
            let service: EncryptedServer.Service
            switch transport {
            case .plain: return .plain(address)
            case .tls: service = .tls
            case .https(let path): service = .https(path: path)
            }
            return .encrypted(
                EncryptedServer(service, at: address, name: hostName, authentication: proof))
        }
    }

    /// Without a dot at the end, as certificates have it; nil where it has none.
    private var hostName: String? {
        guard case .name(let name) = host else { return nil }
        return String(name.description.dropLast())
    }

    private var proof: EncryptedServer.Authentication {
        guard authentication == .strict else { return .opportunistic }
        if !pins.isEmpty { return .pins(pins) }
        return hostName.map { .name($0) } ?? .address
    }
}
