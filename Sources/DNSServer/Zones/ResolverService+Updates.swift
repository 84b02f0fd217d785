import DNSCrypto
import DNSTransport
import DNSWire
import DNSZones
import ZoneStore

/// Changes of zones that clients ask for (RFC 2136). They are judged and applied on the store's queue, many at a time; the
/// client is answered when its change is on disk and seen by every worker.
extension ResolverService {
    /// Updates of one worker that wait for the disk: more than a group of commits takes at once, and each may hold 64 KiB.
    private static let updatesInFlight = 4_096

    func receiveUpdate(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ signature: Signature,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(.updates)
        func refuse(
            _ code: ResponseCode, _ error: ExtendedError? = nil, into response: inout MutableSpan<UInt8>
        ) -> QueryDisposition {
            live.count(updateResult: code)
            return reject(code, error, packet, view, client, recursion: false, into: &response)
        }
        // RFC 2136 §3.1: the zone comes before all else that may be wrong.
        guard let question = Self.question(packet, view), question.qtype == .soa else {
            return refuse(.formatError, ExtendedError(.other, "the zone is not of type SOA"), into: &response)
        }
        guard let services = zones?.services, question.qclass == .internet,
            let zone = zones?.table.zone(at: question.qname)
        else {
            return refuse(.notAuth, ExtendedError(.notAuthoritative), into: &response)
        }
        let settings = zone.settings
        if settings.forwardsUpdates, settings.role != .primary {
            let isPublicKey = if case .publicKey = signature { true } else { false }
            let key = signature.session?.key.name
            return forwardUpdate(
                of: zone, packet, view, client, key: key, isSigned: isPublicKey || key != nil,
                into: &response)
        }
        let requestor: Requestor
        switch identify(packet, client, signature, zone) {
        case .success(let identified): requestor = identified
        case .failure(let failure):
            report("an update of \(zone.apex) from \(client.peer) was rejected: \(failure)")
            return refuse(failure.responseCode, nil, into: &response)
        }
        guard settings.updatePolicy.mayPermit(requestor) else {
            let words = "no rule of \(zone.apex) grants anything to \(requestor)"
            report("update refused: \(words)")
            return refuse(.refused, ExtendedError(.prohibited, words), into: &response)
        }
        // Any web page can have a browser send a request to us, from within a network that may change the zone.
        guard requestor.key != nil || !client.transport.isHTTP else {
            let words = "an update over HTTP has to be signed"
            report("update of \(zone.apex) from \(client.peer) refused: \(words)")
            return refuse(.refused, ExtendedError(.prohibited, words), into: &response)
        }
        // Read for those alone who may change something.
        let message: UpdateMessage
        do throws(UpdateFault) {
            message = try UpdateMessage(parsing: packet)
        } catch {
            return refuse(error.responseCode, ExtendedError(.other, "\(error)"), into: &response)
        }
        guard settings.role == .primary else {
            let words = "\(zone.apex) is a secondary zone; its primary takes updates"
            return refuse(.notAuth, ExtendedError(.notAuthoritative, words), into: &response)
        }
        guard let returns = zones?.updateReturns, let destination = zones?.destination,
            zones?.waitingCount ?? 0 < Self.updatesInFlight
        else {
            return refuse(.serverFailure, Self.tooMany, into: &response)
        }
        let id = keepWaiting(packet, view, client)
        let policy = settings.updatePolicy
        let serial = settings.serial
        let change = PendingChange(
            zone: zone, destination: destination,
            apply: { draft, wall in
                let result = message.apply(
                    to: &draft, by: requestor, policy: policy, serial: serial, wall: wall)
                return result.responseCode == .noError ? .keep(result) : .undo(result)
            },
            completion: { result, outcome in
                returns.put(ReturnedUpdates.Returned(id: id, result: result, outcome: outcome))
            })
        guard services.store.submit(change) else {
            if let query = zones?.takeWaiting(id) { stopWaiting(query.client) }
            return refuse(.serverFailure, Self.tooMany, into: &response)
        }
        return .deferred
    }

    private static let tooMany = ExtendedError(.notReady, "too many updates wait for the disk")

    private func identify(
        _ packet: Span<UInt8>, _ client: Client, _ signature: Signature, _ zone: Zone
    ) -> Result<Requestor, PublicKeyFailure> {
        var requestor = Requestor(
            key: signature.session?.key.name, address: client.peer.address,
            isStream: client.transport.isStream)
        guard case .publicKey = signature else { return .success(requestor) }
        let verdict = SIG0Verifier(LibcryptoVerifier()).verify(packet, wall: context.now.wall) { name in
            zone.version?.tree.rrset(name, .key)?.rdatas ?? []
        }
        switch verdict {
        case .unsigned: break
        case .signed(let signer): requestor.key = signer.name
        case .failed(let failure): return .failure(failure)
        }
        return .success(requestor)
    }

    /// Keeps a query until its answer comes from elsewhere.
    func keepWaiting(_ packet: Span<UInt8>, _ view: QueryView, _ client: Client) -> UInt64 {
        let query = WaitingQuery(
            client: client, packet: (try? packet.octets(0..<packet.count)) ?? [], view: view, session: session
        )
        waitingByClient[client.peer.address, default: 0] += 1
        return zones?.keep(query) ?? 0
    }

    // --- What came of them ---

    /// Answers the updates that the commit queue is done with.
    func takeReturnedUpdates() {
        guard let returned = zones?.updateReturns.takeAll() else { return }
        for returned in returned {
            guard let query = zones?.takeWaiting(returned.id) else { continue }
            let result = result(of: returned)
            live.count(updateResult: result.responseCode)
            if let refusal = result.refusal { report("update from \(query.client.peer) refused: \(refusal)") }
            reply(to: query) { packet, response in
                var sections = ResponseComposer.Sections()
                sections.flagBits = result.responseCode.rawValue & 0xf
                sections.recursionAvailable = false
                sections.lease = result.lease
                return composer.finish(
                    sections, packet, query.view, query.client, wall: context.now.wall, result.error,
                    into: &response)
            }
        }
    }

    private func result(of returned: ReturnedUpdates.Returned) -> UpdateResult {
        if case .failed(let error) = returned.result {
            report("an update was not written: \(error)")
            return UpdateResult(
                .serverFailure, error: ExtendedError(.other, "the change could not be written to the disk"))
        }
        return returned.outcome ?? UpdateResult(.serverFailure)
    }
}
