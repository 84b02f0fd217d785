import DNSTransport
import DNSWire
import DNSZones

/// NOTIFY from primaries (RFC 1996).
extension ResolverService {
    func receiveNotify(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ signature: Signature,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(.notifiesReceived)
        do throws(TransferRefusal) {
            try note(packet, view, client, signature)
        } catch {
            live.count(.notifiesRefused)
            if error.responseCode == .refused {
                report("NOTIFY of \(Self.question(packet, view)?.qname ?? .root) from \(client.peer) refused")
            }
            return reject(
                error.responseCode, error.explanation, packet, view, client, recursion: false, into: &response
            )
        }
        var sections = ResponseComposer.Sections(flagBits: HeaderFlags.aa.rawValue)
        sections.recursionAvailable = false
        countResponse(ResponseCode.noError.rawValue)
        let length = composer.finish(
            sections, packet, view, client, wall: context.now.wall, into: &response)
        return .answered(length)
    }

    /// Tells the zone's machine, which makes one check of however many messages come.
    private func note(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ signature: Signature
    ) throws(TransferRefusal) {
        // The records are not read before it is clear that whoever sent them is a primary.
        guard let table = zones?.table, let question = Self.question(packet, view) else {
            throw TransferRefusal(.notAuth, ExtendedError(.notAuthoritative))
        }
        let head = try NotifyRequest(Message(header: view.header, questions: [question]))
        let verdict = head.verdict(in: table, from: client.peer.address, key: signature.session?.key.name)
        switch verdict {
        case .refused(let code):
            let error: ExtendedError.Code = code == .notAuth ? .notAuthoritative : .prohibited
            throw TransferRefusal(code, ExtendedError(error))
        case .accepted(let zone, let primary):
            guard let message = try? Message(parsing: packet) else { throw TransferRefusal(.formatError) }
            let request = try NotifyRequest(message)
            zones?.services.news.notified(
                zone.apex, ZoneNews.AcceptedNotify(primary: primary, serial: request.serial))
        }
    }
}
