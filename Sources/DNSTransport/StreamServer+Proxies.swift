import DNSOverHTTP
import DNSWire

extension StreamServer {
    /// Reads more of what a proxy says of its client, and not an octet of what follows: that may be TLS.
    func readProxyHeader(_ connection: StreamConnection) {
        let missing = ProxyHeader.missing(from: connection.input.bytes.span)
        let room = unsafe readBuffer.slice(0..<missing)
        switch unsafe connection.descriptor.receive(into: room) {
        case .octets(let count):
            unsafe connection.input.append(UnsafeBufferPointer(readBuffer.slice(0..<count)))
        case .nothing: return
        case .end, .failed: return close(connection)
        }
        switch ProxyHeader.read(connection.input.bytes.span) {
        case .incomplete: break
        case .malformed:
            connection.counters.connectionsRefused.add()
            close(connection)
        case .header(_, let client, let local): begin(connection, for: client, local)
        }
    }

    private func begin(_ connection: StreamConnection, for peer: SocketAddress?, _ local: SocketAddress?) {
        connection.input.discard()
        connection.awaitsProxyHeader = false
        if let local { connection.client.local = local }
        guard let peer else { return }
        connection.client.peer = peer
        guard makeRoom(inQuotaOf: peer.address) else {
            connection.counters.connectionsRefused.add()
            return close(connection)
        }
        take(peer.address, for: connection)
    }
}
