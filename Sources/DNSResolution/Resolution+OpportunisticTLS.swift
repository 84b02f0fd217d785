import DNSCache
import DNSWire

/// Authoritative servers are asked over TLS where they take it (RFC 9539). Nobody is told who they are: it keeps those away
/// who only listen, and where it fails there is cleartext.
extension Resolution {
    private static let plainPort: UInt16 = 53
    private static let port: UInt16 = 853

    /// How to ask a server over TLS; nil where that is not known to work. Where it is time to find out, that is begun.
    func opportunisticTLS(
        _ server: ServerState, _ zone: ZoneState, _ health: ServerHealth
    ) -> EncryptedServer? {
        guard settings.opportunisticTLS, !zone.isForward, server.encryption == nil,
            server.address.port == Self.plainPort
        else { return nil }
        let encryption = EncryptedServer(
            .tls, at: SocketAddress(server.address.address, port: Self.port), authentication: .opportunistic)
        if health.tls.isKnown(at: now.monotonic) { return encryption }
        if health.tls.isTrialDue(at: now.monotonic) {
            actions.append(
                .tryTLS(TLSTrial(server: server.address, encryption: encryption, zone: zone.zone)))
        }
        return nil
    }

    /// A server did not answer over TLS as it has before. It is asked in cleartext, and nothing else is held against it.
    func opportunisticTLSFailed(_ exchange: Exchange) {
        cache.health.update(exchange.server) { $0.tls.failed(at: now.monotonic) }
        guard let zone = lookups[exchange.lookup]?.zone,
            let index = zone.servers.firstIndex(where: { $0.address == exchange.server })
        else { return }
        zone.servers[index].tries = max(0, zone.servers[index].tries - 1)
        zone.tries = max(0, zone.tries - 1)
    }
}
