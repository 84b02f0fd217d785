public import DNSTransport
import DNSWire
import DNSZones
import Logging
import ZoneStore

/// A zone on its way to a client.
struct RunningTransfer {
    let apex: DomainName
    let serial: SerialNumber
    let client: Client
    var transfer: OutgoingTransfer
    /// Signs each message, where the request was signed.
    var session: TransactionSession?
}

/// Transfers to others: AXFR (RFC 5936) and IXFR (RFC 1995).
extension ResolverService {
    /// Requests of one worker that wait for the changes that they are to be answered with.
    private static let transfersInPreparation = 100

    func receiveTransfer(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, _ signature: Signature,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        live.count(.transferRequests)
        do throws(TransferRefusal) {
            guard let message = try? Message(parsing: packet) else { throw TransferRefusal(.formatError) }
            let request = try TransferRequest(message, isDatagram: !client.transport.isStream)
            let requestor = TransferClient(
                address: client.peer.address, key: signature.session?.key.name,
                isEncrypted: client.hasTransferTLS)
            guard let table = zones?.table else { throw TransferRefusal(.notAuth) }
            let version = try request.version(in: table, for: requestor)
            guard !client.transport.isHTTP else {
                throw TransferRefusal(
                    .notImplemented, ExtendedError(.notSupported, "no transfers over HTTP (RFC 8484)"))
            }
            noteFollower(request, client)
            guard let since = request.changesNeeded(for: version), let zone = table.zone(at: request.apex)
            else {
                let plan = request.plan(for: version, changes: nil)
                return begin(request, plan, version, packet, view, client, into: &response)
            }
            guard let services = zones?.services, zones?.waitingCount ?? 0 < Self.transfersInPreparation
            else {
                throw TransferRefusal(.serverFailure, ExtendedError(.notReady, "too many transfers"))
            }
            let id = keepWaiting(packet, view, client)
            services.store.changes(of: zone, since: since) { [link = services.link] changes in
                link.submit { service in
                    (service as? ResolverService)?.prepared(id, request, version, changes)
                }
            }
            return .deferred
        } catch {
            if error.responseCode == .refused {
                report("transfer of \(Self.question(packet, view)?.qname ?? .root) refused to \(client.peer)")
            }
            live.count(.transfersRefused)
            return reject(
                error.responseCode, error.explanation, packet, view, client, recursion: false, into: &response
            )
        }
    }

    /// Who may have the zone may be one that follows it.
    private func noteFollower(_ request: TransferRequest, _ client: Client) {
        var held: SerialNumber?
        if case .incremental(let since) = request.kind { held = since }
        zones?.services.news.asked(request.apex, by: client.peer.address, has: held)
    }

    /// Answers at once what is one message, and begins a sequence otherwise.
    private func begin(
        _ request: TransferRequest, _ plan: TransferPlan, _ version: ZoneVersion, _ packet: Span<UInt8>,
        _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        if request.isDatagram {
            return answerOverUDP(request, plan, version, packet, view, client, into: &response)
        }
        guard beginSequence(request, plan, version, view, client, session) else { return .dropped }
        return .deferred
    }

    /// RFC 1995 §2, with the options that any answer has: a client that knows of our cookies believes no datagram without one
    /// (RFC 7873 §5.3).
    private func answerOverUDP(
        _ request: TransferRequest, _ plan: TransferPlan, _ version: ZoneVersion, _ packet: Span<UInt8>,
        _ view: QueryView, _ client: Client, into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        let octets = OutgoingTransfer.datagram(
            request, plan, of: version, edns: nil,
            limit: composer.bodyLimit(view, client, capacity: response.count), reserved: 0)
        guard let header = try? Header(parsing: octets.span), view.questionEnd <= octets.count,
            octets.count <= response.count
        else { return .dropped }
        for index in view.questionEnd..<octets.count { response[index] = octets[index] }
        live.count(header.answerCount > 1 ? plan.counter : .transfersUpToDate)
        var sections = ResponseComposer.Sections(flagBits: header.flagBits & HeaderFlags.aa.rawValue)
        sections.answerCount = header.answerCount
        sections.length = octets.count - view.questionEnd
        sections.isTruncated = header.flags.contains(.tc)
        sections.recursionAvailable = false
        return .answered(
            composer.finish(
                sections, packet, view, client, wall: context.now.wall, into: &response))
    }

    private func beginSequence(
        _ request: TransferRequest, _ plan: TransferPlan, _ version: ZoneVersion, _ view: QueryView,
        _ client: Client, _ session: TransactionSession?
    ) -> Bool {
        guard let id = zones?.makeID(), context.beginSequence(id, to: client) else { return false }
        live.count(plan.counter)
        zones?.transfers[id] = RunningTransfer(
            apex: request.apex, serial: version.serial, client: client,
            transfer: OutgoingTransfer(request, plan, of: version, edns: edns(view)), session: session)
        return true
    }

    private func edns(_ view: QueryView) -> EDNS? {
        view.edns.map { _ in EDNS(payloadSize: settings.payloadSize) }
    }

    /// The changes that an IXFR wants have been read.
    private func prepared(
        _ id: UInt64, _ request: TransferRequest, _ version: ZoneVersion, _ changes: [ZoneChange]?
    ) {
        guard let query = zones?.takeWaiting(id) else { return }
        let plan = request.plan(for: version, changes: changes)
        if !request.isDatagram {
            stopWaiting(query.client)
            if !beginSequence(request, plan, version, query.view, query.client, query.session) {
                context.abandon(query.client)
            }
            return
        }
        reply(to: query) { packet, response in
            let disposition = begin(
                request, plan, version, packet, query.view, query.client, into: &response)
            return disposition.length
        }
    }

    // --- The messages ---

    public func nextMessage(of sequence: SequenceID, into message: inout MutableSpan<UInt8>) -> SequenceStep {
        guard var running = zones?.transfers[sequence] else { return .closeConnection }
        // Out of the table while it is changed, so that nothing is copied.
        zones?.transfers[sequence] = nil
        let reserved = running.session?.recordLength ?? 0
        guard let octets = running.transfer.nextMessage(reserved: reserved), !running.transfer.hasFailed,
            octets.count + reserved <= message.count
        else {
            return running.transfer.isFinished && !running.transfer.hasFailed ? .end : .closeConnection
        }
        for index in octets.indices { message[index] = octets[index] }
        var length = octets.count
        if var session = running.session {
            let signed = session.sign(&message, length: length, limit: message.count, wall: context.now.wall)
            guard let signed else { return .closeConnection }
            length = signed
            running.session = session
        }
        if running.transfer.isFinished {
            log.debug("\(running.apex) was transferred to \(running.client.peer)")
            live.count(.transfersCompleted)
            zones?.services.news.transferred(running.apex, to: running.client.peer.address, running.serial)
            return .last(length)
        }
        zones?.transfers[sequence] = running
        return .message(length)
    }

    public func sequenceEnded(_ sequence: SequenceID) {
        guard let running = zones?.transfers.removeValue(forKey: sequence) else { return }
        report("the transfer of \(running.apex) to \(running.client.peer) was broken off")
    }
}

extension TransferPlan {
    fileprivate var counter: ServiceCounters.Counter {
        switch self {
        case .soaAlone: .transfersUpToDate
        case .full: .transfersFull
        case .incremental: .transfersIncremental
        }
    }
}
