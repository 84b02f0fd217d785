import DNSTransport
import DNSWire
import DNSZones

/// Requests that prove who they are from, and the responses to them (RFC 8945).
extension ResolverService {
    /// What is known of who sent a request, beside its address.
    enum Signature {
        case none
        case transaction(TransactionSession)
        /// To be judged when the zone that holds the key is known (RFC 2931).
        case publicKey
        case rejected(TransactionRejection)

        var session: TransactionSession? {
            if case .transaction(let session) = self { session } else { nil }
        }
    }

    /// Finds out about the signature of a request. A query without one costs nothing.
    @inline(__always)
    func signature(_ packet: Span<UInt8>, _ view: QueryView) -> Signature {
        guard zones != nil, view.header.opcode != .query || view.signature != nil else { return .none }
        return judgeSignature(packet, view)
    }

    private func judgeSignature(_ packet: Span<UInt8>, _ view: QueryView) -> Signature {
        guard let keys = zones?.services.keys, view.fault == nil else { return .none }
        switch TransactionVerifier.verify(
            packet, view, keys: keys.ring, wall: context.now.wall)
        {
        case .unsigned: return .none
        case .sig0: return .publicKey
        case .signed(let session): return .transaction(session)
        case .rejected(let rejection):
            live.count(.signaturesRejected)
            return .rejected(rejection)
        }
    }

    func answer(
        _ rejection: TransactionRejection, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client,
        mayRecurse: Bool, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        report("a request from \(client.peer) was rejected: \(rejection.reason)")
        let limit = composer.sizeLimit(view, client, capacity: response.count)
        composer.reserved = rejection.recordLength
        defer { composer.reserved = 0 }
        let disposition = reject(
            rejection.responseCode, nil, packet, view, client, recursion: mayRecurse, into: &response)
        var rejection = rejection
        let signed = rejection.sign(
            &response, length: disposition.length, limit: limit, wall: context.now.wall)
        return signed.map { .answered($0) } ?? .dropped
    }

    /// Signs the response that `write` makes, where the request was signed.
    func signed(
        by session: TransactionSession?, _ view: QueryView, _ client: Client,
        into response: inout MutableSpan<UInt8>,
        _ write: (inout MutableSpan<UInt8>) -> QueryDisposition
    ) -> QueryDisposition {
        guard var session else { return write(&response) }
        let limit = composer.sizeLimit(view, client, capacity: response.count)
        (composer.reserved, self.session) = (session.recordLength, session)
        defer { (composer.reserved, self.session) = (0, nil) }
        let disposition = write(&response)
        guard case .answered(let length) = disposition else { return disposition }
        let signed = session.sign(&response, length: length, limit: limit, wall: context.now.wall)
        return signed.map { .answered($0) } ?? .dropped
    }
}

extension TransactionRejection {
    fileprivate var reason: String {
        let key = keyName.map { ", key \($0)" } ?? ""
        return (error.map { "\($0)" } ?? "malformed signature") + key
    }
}
