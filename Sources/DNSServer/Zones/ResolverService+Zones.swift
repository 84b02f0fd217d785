import DNSCache
import DNSResolution
import DNSTransport
import DNSWire
import DNSZones

/// Questions for names in zones that are held here. They are answered from the zones' versions of this moment, past the cache.
extension ResolverService {
    /// The zone that holds the name of a query; nil where none does, which costs next to nothing to find out.
    @inline(__always)
    func heldZone(_ packet: Span<UInt8>, _ view: QueryView) -> Zone? {
        guard zones != nil else { return nil }
        return zones?.zone(holding: packet, view.qnameRange)
    }

    /// - Parameter mayRecurse: whether the client may have others asked, too, where an alias or a delegation leads to them.
    func answerHeld(
        _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, mayRecurse: Bool,
        into response: inout MutableSpan<UInt8>
    ) -> QueryDisposition {
        guard let question = Self.question(packet, view) else {
            return reject(.formatError, nil, packet, view, client, into: &response)
        }
        live.count(.zoneAnswers)
        if question.qtype == .soa { noteSerialQuery(question.qname, client) }
        var chain = AliasChain(question)
        switch follow(&chain, view) {
        case .outcome(let outcome):
            return .answered(
                compose(outcome, packet, view, client, recursion: mayRecurse, into: &response))
        case .elsewhere(let outcome):
            guard mayRecurse, view.header.flags.contains(.rd), question.qtype != .any else {
                return .answered(
                    compose(outcome, packet, view, client, recursion: mayRecurse, into: &response))
            }
            return wait(packet, view, client, for: chain.current, chain: chain, into: &response)
        }
    }

    /// A secondary that was told of a change asks for the serial first (RFC 1996 §3.11).
    private func noteSerialQuery(_ apex: DomainName, _ client: Client) {
        guard let zone = zones?.table.zone(at: apex) else { return }
        let address = client.peer.address.unmapped
        guard zone.settings.notified.contains(where: { $0.address.address.unmapped == address }) else {
            return
        }
        zones?.services.news.asked(apex, by: address)
    }

    func follow(_ chain: inout AliasChain, _ view: QueryView) -> AliasChain.End {
        guard let table = zones?.table else {
            return .outcome(.failure(ExtendedError(.notReady, "no zones are held here")))
        }
        return chain.follow(
            in: table, dnssecOK: view.edns?.dnssecOK == true, limit: settings.resolver.limits.aliasChain)
    }

    /// What the client of a chain is told when the part of it that others answer for has come to `outcome`.
    ///
    /// - Returns: nil where the chain goes on elsewhere once more, at its new `name`.
    func completed(_ chain: inout AliasChain, by outcome: Outcome, _ view: QueryView) -> Outcome? {
        guard outcome.isUsable else { return outcome }
        guard let next = outcome.continuation else {
            return chain.completed(by: settings.rebinding?.filter(outcome, for: chain.name) ?? outcome)
        }
        let isPublicName = chain.isAtStart
        chain.append(outcome, continuingAt: next)
        guard case .outcome(let end) = follow(&chain, view) else { return nil }
        // A public name that leads into a zone of ours could be meant to reach into the network of who asks.
        return isPublicName ? settings.rebinding?.filter(end, for: chain.question.qname) ?? end : end
    }

    /// Writes a response from an outcome as it is: whole RRsets as far as there is room (RFC 2181 §9), TTLs untouched.
    func compose(
        _ outcome: Outcome, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client,
        recursion: Bool = true,
        into response: inout MutableSpan<UInt8>
    ) -> Int {
        guard outcome.isUsable, let question = Self.question(packet, view) else {
            return reject(
                outcome.responseCode, outcome.error, packet, view, client, recursion: recursion,
                into: &response
            ).length
        }
        let isProofWanted = view.edns?.dnssecOK == true
        var writer = MessageWriter(limit: composer.bodyLimit(view, client, capacity: response.count))
        writer.begin(Header())
        writer.append(question)
        var sections = ResponseComposer.Sections(flagBits: outcome.responseCode.rawValue & 0xf)
        func append(_ rrsets: [RRset], to section: Section, counting count: inout UInt16) {
            for rrset in rrsets where !writer.isTruncated || section == .additional {
                guard writer.append(rrset, ttl: rrset.ttl, signatures: isProofWanted, to: section) else {
                    continue
                }
                let signatures = isProofWanted ? rrset.signatures.count : 0
                count &+= UInt16(truncatingIfNeeded: rrset.rdatas.count + signatures)
            }
        }
        append(outcome.answers, to: .answer, counting: &sections.answerCount)
        append(outcome.authorities, to: .authority, counting: &sections.authorityCount)
        if isProofWanted { append(outcome.proofs, to: .authority, counting: &sections.authorityCount) }
        append(outcome.additionals, to: .additional, counting: &sections.additionalCount)
        let body = writer.bytes
        for index in min(view.questionEnd, body.count)..<body.count { response[index] = body[index] }
        sections.length = body.count - view.questionEnd
        sections.isTruncated = writer.isTruncated
        if writer.isTruncated { live.count(.truncated) }
        if outcome.isAuthoritative { sections.flagBits |= HeaderFlags.aa.rawValue }
        sections.recursionAvailable = recursion
        countResponse(sections.flagBits)
        return composer.finish(
            sections, packet, view, client, wall: context.now.wall, outcome.error, into: &response)
    }
}

extension Zone {
    /// Whether a client that may not recurse may ask for its names. Who may have all of it may: a secondary asks for the serial.
    ///
    /// - Parameter key: that has signed the query.
    func mayBeAsked(by client: Client, key: DomainName?) -> Bool {
        let settings = settings
        let address = client.peer.address.unmapped
        return settings.queryNetworks.contains(address)
            || settings.transferAccess.permits(address, key: key, isEncrypted: true)
    }
}
