import DNSResolution
import DNSTransport
import DNSWire

/// Where zones that are held here come into answers. What they say is read when a response is written, and never cached.
extension ResolverService {
    /// What a client is told where public aliases have led to a name (`outcome.continuation`) for which a zone here answers.
    func completed(_ outcome: Outcome, _ question: Question, for client: Client) -> Outcome {
        .failure(
            ExtendedError(.notReady, "the zone of \(outcome.continuation ?? question.qname) cannot be read"))
    }

    /// Completes an answer, and writes it for one client.
    func respond(
        continuing outcome: Outcome, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client,
        into response: inout MutableSpan<UInt8>
    ) -> Int {
        guard let question = Self.question(packet, view) else { return 0 }
        var completed = completed(outcome, question, for: client)
        if !outcome.answers.isEmpty {
            // A public name may lead into the client's network by an alias as well as by an address.
            completed = settings.rebinding?.filter(completed, for: question.qname) ?? completed
        }
        guard completed.isUsable else {
            let disposition = reject(
                completed.responseCode, completed.error, packet, view, client, into: &response)
            return disposition.length
        }
        let answer = finishedAnswer(completed, question, variant(view))
        return compose(answer, completed.error, packet, view, client, into: &response)
    }

    /// Whether a zone here has the say on a name, or has delegated it: what is reserved yields to that.
    func isHeld(_ question: Question) -> Bool {
        guard let zones = settings.resolver.heldZones, question.qclass == .internet else { return false }
        if case .elsewhere = zones.place(of: question.qname, question.qtype) { return false }
        return true
    }
}
