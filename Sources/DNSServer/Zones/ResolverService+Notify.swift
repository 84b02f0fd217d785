import DNSTransport
import DNSWire
import DNSZones

/// NOTIFY from primaries (RFC 1996).
extension ResolverService {
    func receiveNotify(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ signature: Signature,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        counters.count(.notifiesReceived)
        return reject(.notAuth, nil, packet, view, client, recursion: false, into: &response)
    }
}
