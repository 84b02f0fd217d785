import DNSTransport
import DNSWire
import DNSZones

/// An update of a secondary zone, on its way to the zone's primary.
struct ForwardedUpdate {
    /// Of the client's query.
    let waiting: UInt64
    let primaries: [PrimaryServer]
    /// Which of them has it.
    var position = 0
    /// The client's message with an ID of ours.
    let message: [UInt8]
    let id: UInt16
}

/// Updates of secondary zones are passed on to the primary as they are, and its answers come back as they are (RFC 2136 §6).
/// Signatures survive both: a TSIG record tells the ID that was signed (RFC 8945 §4.2).
extension ResolverService {
    /// Of one worker: each takes a connection. A primary that does not answer is to hold up no more than these.
    private static let forwardedUpdatesAtOnce = 200
    /// Nanoseconds, with the connection. Clients that ask again do so after some seconds.
    private static let forwardedUpdateTimeout: Int64 = 8_000_000_000

    /// Passes an update on, where the zone's settings say so.
    ///
    /// The primary judges it. But to the primary it seems to come from here, so what is not signed is passed on only for those
    /// who are named in an update policy of our own.
    ///
    /// - Parameters:
    ///   - key: that has signed it, or is said to have.
    ///   - isSigned: in whichever way.
    func forwardUpdate(
        of zone: Zone, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, key: DomainName?,
        isSigned: Bool, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        let settings = zone.settings
        guard case .secondary(let primaries) = settings.role, zones != nil else { return .dropped }
        let requestor = Requestor(
            key: key, address: client.peer.address, isStream: client.transport.isStream)
        let policy = settings.updatePolicy
        // As for updates that are done here: over HTTP, a browser may have been told to send it.
        guard policy.rules.isEmpty ? isSigned : policy.mayPermit(requestor),
            isSigned || !client.transport.isHTTP
        else {
            let words = "updates of \(zone.apex) by \(requestor) are not passed on to its primary"
            report("update refused: \(words)")
            return refuseForwarding(.refused, .prohibited, words, packet, view, client, into: &response)
        }
        do throws(UpdateFault) {
            _ = try UpdateMessage(parsing: packet)
        } catch {
            return refuseForwarding(
                error.responseCode, .other, "\(error)", packet, view, client, into: &response)
        }
        guard zones?.forwarded.count ?? 0 < Self.forwardedUpdatesAtOnce,
            var message = try? packet.octets(0..<packet.count), message.count >= Header.length
        else {
            let words = "too many updates wait for primaries"
            return refuseForwarding(.serverFailure, .notReady, words, packet, view, client, into: &response)
        }
        let id = UInt16.random(in: 0...UInt16.max, using: &random)
        Self.setID(id, in: &message)
        let waiting = keepWaiting(packet, view, client)
        pass(ForwardedUpdate(waiting: waiting, primaries: primaries, message: message, id: id))
        return .deferred
    }

    /// A request that is signed with a key that is not known here may be meant for the primary, who knows it (RFC 8945 §5.5).
    ///
    /// - Returns: nil where it is not to be passed on.
    func forwardUnverified(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ rejection: TransactionRejection,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition? {
        guard rejection.error == .badKey, let key = rejection.keyName,
            case .update = RequestPolicy.judge(view, isStream: client.transport.isStream),
            let question = Self.question(packet, view), question.qclass == .internet,
            let zone = zones?.table.zone(at: question.qname), zone.settings.forwardsUpdates,
            zone.settings.role != .primary
        else { return nil }
        live.count(.updates)
        return forwardUpdate(of: zone, packet, view, client, key: key, isSigned: true, into: &response)
    }

    private func refuseForwarding(
        _ code: ResponseCode, _ reason: ExtendedError.Code, _ words: String, _ packet: Span<UInt8>,
        _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(updateResult: code)
        return reject(
            code, ExtendedError(reason, words), packet, view, client, recursion: false, into: &response)
    }

    private static func setID(_ id: UInt16, in message: inout [UInt8]) {
        message[0] = UInt8(truncatingIfNeeded: id >> 8)
        message[1] = UInt8(truncatingIfNeeded: id)
    }

    // --- To the primary and back ---

    private func pass(_ update: ForwardedUpdate) {
        guard update.primaries.indices.contains(update.position), let number = zones?.makeID() else {
            return giveUp(update, "no primary can be reached")
        }
        let server = update.primaries[update.position]
        zones?.forwarded[number] = update
        // Never over UDP, where it would have to be sent again when nothing comes, and be done twice.
        context.sendAlone(
            FlightToken.forwardedUpdate(number), message: update.message, to: server.address,
            over: server.transport, timeout: Self.forwardedUpdateTimeout)
    }

    func forwardedUpdateAnswered(_ message: Span<UInt8>, _ exchange: ExchangeID) -> ExchangeDisposition {
        let number = FlightToken.forwardedUpdateNumber(exchange)
        guard let update = zones?.forwarded[number] else { return .finished }
        guard let header = try? Header(parsing: message), header.id == update.id, header.isResponse,
            header.opcode == .update, var octets = try? message.octets(0..<message.count)
        else { return .keepWaiting }
        zones?.forwarded[number] = nil
        guard let query = zones?.takeWaiting(update.waiting) else { return .finished }
        live.count(.updatesForwarded)
        Self.setID(query.view.header.id, in: &octets)
        stopWaiting(query.client)
        // What the client cannot take is none: cut, it would not be what the primary has signed.
        if octets.count <= composer.sizeLimit(query.view, query.client, capacity: scratch.count) {
            context.reply(octets.span, to: query.client)
        } else {
            context.abandon(query.client)
        }
        return .finished
    }

    func forwardedUpdateEnded(_ exchange: ExchangeID, _ end: ExchangeEnd) {
        let number = FlightToken.forwardedUpdateNumber(exchange)
        guard var update = zones?.forwarded.removeValue(forKey: number) else { return }
        guard Self.nothingWasSent(end) else { return giveUp(update, "the primary did not answer") }
        update.position += 1
        pass(update)
    }

    /// Whether an update that ended so can be given to another primary and be sure to be done once.
    private static func nothingWasSent(_ end: ExchangeEnd) -> Bool {
        switch end {
        case .timedOut: false
        // There was no connection: `EADDRNOTAVAIL`, `ENETUNREACH`, `ECONNREFUSED` of Linux.
        case .failed(let code): [99, 101, 111].contains(code)
        case .encryptionFailed(.handshake), .encryptionFailed(.http): false
        // The server did not prove who it is.
        case .encryptionFailed: true
        }
    }

    private func giveUp(_ update: ForwardedUpdate, _ words: String) {
        guard let query = zones?.takeWaiting(update.waiting) else { return }
        live.count(.updatesFailed)
        report("an update from \(query.client.peer) was not passed on: \(words)")
        reply(to: query) { packet, response in
            let error = ExtendedError(.noReachableAuthority, words)
            return reject(
                .serverFailure, error, packet, query.view, query.client, recursion: false, into: &response
            ).length
        }
    }
}
