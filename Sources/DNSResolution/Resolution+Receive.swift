import DNSCache
import DNSWire

/// What comes back from servers.
extension Resolution {
    // --- Time ---

    /// The reply is late: the next try is made, and this exchange goes on listening.
    func retryDue(_ number: ExchangeNumber) {
        guard let exchange = exchanges[number], !exchange.isSuperseded else { return }
        exchange.isSuperseded = true
        if exchange.isOpportunistic {
            opportunisticTLSFailed(exchange)
        } else {
            cache.health.update(exchange.server) { $0.timedOut(at: now.monotonic) }
        }
        pending.append(exchange.lookup)
    }

    func exchangeEnded(_ number: ExchangeNumber, timedOut: Bool) {
        guard let exchange = exchanges.removeValue(forKey: number) else { return }
        defer { pending.append(exchange.lookup) }
        if exchange.isOpportunistic {
            if !exchange.isSuperseded { opportunisticTLSFailed(exchange) }
            return
        }
        if !exchange.isSuperseded, timedOut {
            cache.health.update(exchange.server) { $0.timedOut(at: now.monotonic) }
        }
        if !timedOut {
            if exchange.isEncrypted { avoid(exchange.server) }
            // Of a server without TCP the right answer may still come over UDP, after the wrong ones that led to TCP.
            let error = ExtendedError(.networkError, "\(exchange.server) cannot be reached")
            fail(exchange, error, keepsDatagrams: exchange.isStream)
        }
    }

    func unreachable(_ number: ExchangeNumber) {
        guard let exchange = exchanges[number] else { return }
        if !exchange.isOpportunistic {
            cache.health.update(exchange.server) { $0.isUnreachable(at: now.monotonic) }
        }
        exchangeEnded(number, timedOut: false)
    }

    func distrusted(_ number: ExchangeNumber, _ reason: String) {
        if exchanges[number]?.isOpportunistic == true { return exchangeEnded(number, timedOut: false) }
        guard let exchange = exchanges.removeValue(forKey: number) else { return }
        avoid(exchange.server)
        fail(exchange, ExtendedError(.networkError, "\(exchange.server): \(reason)"))
        pending.append(exchange.lookup)
    }

    /// Another server is asked for a while, where there is one: what is wrong with a service that is forwarded to is
    /// seldom wrong for one query only.
    private func avoid(_ server: SocketAddress) {
        cache.health.update(server) { $0.isUnreachable(at: now.monotonic) }
    }

    // --- Is it the reply? ---

    /// Wrong replies that look like attempts to guess; after these the question goes over TCP, where nobody can guess.
    private static let maximumNearMisses = 3

    func receive(_ message: Message?, _ number: ExchangeNumber) {
        guard let exchange = exchanges[number], let lookup = lookups[exchange.lookup] else { return }
        guard let message, exchange.matches(message) else {
            nearMiss(number, exchange, message)
            return
        }
        exchanges[number] = nil
        pending.append(exchange.lookup)
        // An answer to a try for another zone or name, which the lookup has left, has nothing to say any more.
        guard let zone = lookup.zone, zone.zone == exchange.zone,
            let index = zone.servers.firstIndex(where: { $0.address == exchange.server })
        else { return }
        learn(from: message, exchange)
        guard isComplete(message, exchange, index) else { return }
        switch message.responseCode {
        case .noError, .nxDomain, .yxDomain:
            cancelExchanges(of: exchange.lookup)
            read(message, exchange, index)
        default:
            refused(message, exchange, index)
        }
    }

    private func nearMiss(_ number: ExchangeNumber, _ exchange: Exchange, _ message: Message?) {
        guard !exchange.isStream else {
            // Nobody can forge on a connection, so it is the server that is wrong.
            exchanges[number] = nil
            fail(exchange, ExtendedError(.invalidData, "\(exchange.server) sends replies to other questions"))
            pending.append(exchange.lookup)
            return
        }
        exchange.nearMisses += 1
        let isClose = message.map { $0.header.id == exchange.id && $0.header.isResponse } ?? false
        guard isClose || exchange.nearMisses == Self.maximumNearMisses, !exchange.isSuperseded else {
            return
        }
        // The UDP exchange goes on listening: the right answer wins, whichever way it comes.
        exchange.isSuperseded = true
        again(exchange) { $0.useStream = true }
    }

    /// Asks the same server once more, with something changed.
    private func again(_ exchange: Exchange, _ change: (inout ServerState) -> Void) {
        guard let zone = lookups[exchange.lookup]?.zone, zone.zone == exchange.zone,
            let index = zone.servers.firstIndex(where: { $0.address == exchange.server })
        else { return }
        again(exchange, index, change)
    }

    private func again(_ exchange: Exchange, _ index: Int, _ change: (inout ServerState) -> Void) {
        guard let zone = lookups[exchange.lookup]?.zone else { return }
        change(&zone.servers[index])
        // It was not the server's fault, so it does not count as a try; what can change is bounded.
        zone.servers[index].tries = max(0, zone.servers[index].tries - 1)
        send(exchange.lookup, toServer: index)
    }

    /// - Parameter keepsDatagrams: what is on its way over UDP goes on being listened for.
    private func fail(_ exchange: Exchange, _ reason: ExtendedError, keepsDatagrams: Bool = false) {
        guard let lookup = lookups[exchange.lookup], let zone = lookup.zone, zone.zone == exchange.zone,
            let index = zone.servers.firstIndex(where: { $0.address == exchange.server })
        else { return }
        zone.servers[index].isFailed = true
        lookup.failure = reason
        for (number, other) in exchanges
        where other.lookup == exchange.lookup && other.server == exchange.server {
            if other.isStream || !keepsDatagrams { cancel(number) }
        }
    }

    // --- What it tells of the server ---

    private func learn(from message: Message, _ exchange: Exchange) {
        let roundTrip = now.monotonic - exchange.sentAt
        cache.health.update(exchange.server) { health in
            // Of plain DNS the datagrams tell; all that goes encrypted goes the same way.
            if exchange.isOpportunistic {
                health.tls.answered(at: now.monotonic)
            } else if !exchange.isStream || exchange.isEncrypted {
                health.answered(after: roundTrip)
            }
            if exchange.usedEDNS, message.edns != nil { health.learned(.supported, at: now.monotonic) }
            if let cookie = message.cookie, !cookie.server.isEmpty { health.serverCookie = cookie.server }
            if exchange.isStream {
                if exchange.expectsCookie, message.cookie == nil { health.serverCookie = [] }
                if exchange.checksCase, !caseIsKept(message, exchange) { health.foldsCase = true }
            }
        }
    }

    private func caseIsKept(_ message: Message, _ exchange: Exchange) -> Bool {
        message.questions.first.map { $0.qname.isIdentical(to: exchange.asked.qname) } ?? true
    }

    /// Whether the reply can be read as it is; otherwise the same server is asked again in another way.
    private func isComplete(_ message: Message, _ exchange: Exchange, _ index: Int) -> Bool {
        let useStream: (inout ServerState) -> Void = { $0.useStream = true }
        if exchange.isStream {
            // There is no larger way to answer.
            guard !message.header.flags.contains(.tc) else {
                fail(exchange, ExtendedError(.invalidData, "\(exchange.server) truncates over TCP"))
                return false
            }
        } else {
            // 0x20: a mismatch may be a forgery or a server that folds case. TCP tells, without SERVFAIL.
            if exchange.checksCase, !caseIsKept(message, exchange) {
                again(exchange, index, useStream)
                return false
            }
            // RFC 7873 §5.3: a server that knows cookies does not leave them out.
            if exchange.expectsCookie, message.cookie == nil {
                again(exchange, index, useStream)
                return false
            }
            if message.header.flags.contains(.tc) {
                again(exchange, index, useStream)
                return false
            }
        }
        if message.responseCode == .badCookie {
            let wasRenewed = lookups[exchange.lookup]?.zone?.servers[index].cookieWasRenewed ?? true
            guard !exchange.isStream else { return true }
            again(exchange, index) { server in
                server.useStream = wasRenewed
                server.cookieWasRenewed = true
            }
            return false
        }
        return true
    }

    /// The server did not answer the question.
    private func refused(_ message: Message, _ exchange: Exchange, _ index: Int) {
        let code = message.responseCode
        if exchange.usedEDNS, [.formatError, .notImplemented, .badVersion].contains(code) {
            // RFC 6891 §6.2.2: a server that does not know EDNS may say so in these ways.
            again(exchange, index) { $0.useEDNS = false }
            return
        }
        if showAllInstead(exchange, index) { return }
        let text = "\(exchange.server) answered \(code) for \(exchange.asked)"
        if code == .refused {
            cache.health.update(exchange.server) { $0.isLame(for: exchange.zone, at: now.monotonic) }
        }
        fail(exchange, ExtendedError(.networkError, text))
    }

    /// A server that errs about a part of the name is asked for all of it (RFC 9156 §2.3, relaxed).
    private func showAllInstead(_ exchange: Exchange, _ index: Int) -> Bool {
        guard settings.minimisation == .relaxed, let zone = lookups[exchange.lookup]?.zone,
            zone.shownLabels != nil
        else { return false }
        zone.shownLabels = nil
        again(exchange, index) { _ in }
        return true
    }

    // --- What it says ---

    private func read(_ message: Message, _ exchange: Exchange, _ index: Int) {
        let id = exchange.lookup
        guard let lookup = lookups[id], let zone = lookup.zone else { return }
        if !exchange.usedEDNS, zone.servers[index].tries > 0 {
            let supported = cache.health.health(of: exchange.server).edns
            if supported == .unknown {
                cache.health.update(exchange.server) { $0.learned(.unsupported, at: now.monotonic) }
            }
        }
        let reader = ResponseReader(
            question: exchange.asked, zone: zone.zone, limits: settings.limits,
            isForwarder: zone.isForward, message: message)
        let classification = believed(reader.classify(), of: zone.zone, lookup.current)
        let flags = reader.message.header.flags
        let isPart = exchange.asked.qname != lookup.qname || exchange.asked.qtype != lookup.question.qtype
        if case .referral(let delegation) = classification {
            refer(id, delegation, exchange, reader.delegationEvidence(of: delegation))
        } else if case .lame = classification {
            lame(exchange, index)
        } else if isPart, !isEmpty(classification) {
            readPart(classification, reader, exchange, index)
        } else if isWeak(classification, flags, zone) {
            if showAllInstead(exchange, index) { return }
            zone.weakAnswer = WeakAnswer(classification, reader, exchange.server)
            fail(
                exchange,
                ExtendedError(
                    .noReachableAuthority, "\(exchange.server) is not authoritative for \(zone.zone)"))
        } else if reader.message.responseCode == .yxDomain, !isTooLong(classification) {
            fail(
                exchange, ExtendedError(.invalidData, "\(exchange.server) answered YXDOMAIN without a cause"))
        } else {
            let rank = flags.contains(.aa) ? Rank.answer : .nonAuthoritativeAnswer
            readWhole(classification, rank: rank, from: exchange.server, id, reader)
        }
    }

    private func isEmpty(_ classification: Classification) -> Bool {
        if case .empty = classification { true } else { false }
    }

    private func isTooLong(_ classification: Classification) -> Bool {
        if case .nameTooLong = classification { true } else { false }
    }

    /// A server of the zone speaks with authority; one that says nothing, or what it has from hearsay, comes last.
    private func isWeak(_ classification: Classification, _ flags: HeaderFlags, _ zone: ZoneState) -> Bool {
        guard !zone.isForward else { return false }
        return isEmpty(classification) || !flags.contains(.aa) && flags.contains(.ra)
    }

    private func refer(
        _ id: LookupID, _ delegation: Delegation, _ exchange: Exchange, _ evidence: CachedTrust
    ) {
        guard let lookup = lookups[id] else { return }
        if lookup.question.qtype == .ds, delegation.zone == lookup.qname {
            // A parent that does not know DS refers instead of answering; there is none, then.
            let content = Finding.Content.noData(lookup.qname, .ds, soa: nil)
            end(id, lookup.outcome(.noError, finding(content, from: exchange.server, id)))
            return
        }
        // What a zone delegates ends with the zone's own delegation, or a name that was taken back would live on.
        var delegation = delegation
        let expiry = lookup.zone?.expiry ?? .max
        if expiry != .max {
            delegation.ttl = min(delegation.ttl, UInt32(clamping: (expiry - now.uptime) / 1000))
        }
        cache.admit(delegation, now: now)
        if settings.validation != nil { keep(evidence, of: delegation) }
        enter(id, delegation, isFromCache: false)
    }

    private func lame(_ exchange: Exchange, _ index: Int) {
        if showAllInstead(exchange, index) { return }
        cache.health.update(exchange.server) { $0.isLame(for: exchange.zone, at: now.monotonic) }
        fail(
            exchange, ExtendedError(.noReachableAuthority, "\(exchange.server) is lame for \(exchange.zone)"))
    }

    /// The answer to a minimised question: how to go on toward the whole name.
    private func readPart(
        _ classification: Classification, _ reader: ResponseReader, _ exchange: Exchange, _ index: Int
    ) {
        let id = exchange.lookup
        guard let lookup = lookups[id] else { return }
        switch classification {
        case .nxDomain(_, let name, _) where name == exchange.asked.qname:
            // Below a name that does not exist there is nothing (RFC 8020); but servers exist that deny names which
            // only have others below them, so all but the root are asked once more when relaxed.
            // Who can prove it is not one of those.
            if settings.minimisation == .relaxed, !exchange.zone.isRoot, reader.proofs().isEmpty {
                _ = showAllInstead(exchange, index)
            } else {
                readWhole(classification, rank: .answer, from: exchange.server, id, reader)
            }
        case .noData(let chain, let name, let soa):
            if chain.isEmpty, soa != nil {
                let content = Finding.Content.noData(name, lookup.minimisedType, soa: soa)
                var denial = finding(content, from: exchange.server, id)
                denial.proofs = reader.proofs()
                keep(denial)
            }
            showMore(id)
        case .alias(let chain, _), .answer(let chain, _), .nxDomain(let chain, _, _), .nameTooLong(let chain):
            // A DNAME holds for all below it, so the whole name will meet it too. A CNAME holds for the one name.
            if chain.contains(where: { $0.type == .dname }) {
                lookups[id]?.zone?.shownLabels = nil
            } else {
                showMore(id)
            }
        case .referral, .lame, .empty:
            break
        }
    }

    private func showMore(_ id: LookupID) {
        guard let lookup = lookups[id] else { return }
        lookup.showMore(limits: settings.limits)
        guard let zone = lookup.zone else { return }
        // Each part is a question of its own, so its tries count anew.
        for index in zone.servers.indices { zone.servers[index].tries = 0 }
        zone.tries = 0
    }

    func readWhole(
        _ classification: Classification, rank: Rank, from server: SocketAddress, _ id: LookupID,
        _ reader: ResponseReader
    ) {
        guard let lookup = lookups[id] else { return }
        let proofs = reader.proofs()
        let origin = Finding.Origin.server(server, zone: lookup.zone?.zone ?? .root)
        func add(_ rrset: RRset, to links: inout [Finding]) {
            var link = Finding(.rrset(rrset), origin: origin)
            link.rank = rank
            link.isSynthesized = links.last?.rrset.map { rrset.isMade(from: $0) } ?? false
            if link.isExpansion { link.proofs = proofs }
            links.append(link)
        }
        func denial(_ content: Finding.Content) -> Finding {
            var denial = Finding(content, origin: origin)
            denial.proofs = proofs
            return denial
        }
        var findings: [Finding] = []
        findings.reserveCapacity(classification.chain.count + 1)
        for rrset in classification.chain { add(rrset, to: &findings) }
        switch classification {
        case .answer(_, let rrset):
            if lookup.purpose == .priming { primed(rrset, reader.message) }
            add(rrset, to: &findings)
            finish(id, .noError, findings)
        case .alias(_, let target):
            note(proofs, about: target)
            if !isToBeValidated(lookup) { for finding in findings { keep(finding) } }
            follow(id, findings)
        case .noData(_, let name, let soa):
            findings.append(denial(.noData(name, lookup.question.qtype, soa: soa)))
            finish(id, .noError, findings)
        case .nxDomain(_, let name, let soa):
            findings.append(denial(.nxDomain(name, soa: soa)))
            finish(id, .nxDomain, findings)
        case .nameTooLong:
            finish(id, .yxDomain, findings)
        case .empty:
            findings.append(denial(.noData(lookup.qname, lookup.question.qtype, soa: nil)))
            finish(id, .noError, findings)
        case .referral, .lame:
            break
        }
    }

    func finding(_ content: Finding.Content, from server: SocketAddress, _ id: LookupID) -> Finding {
        Finding(content, origin: .server(server, zone: lookups[id]?.zone?.zone ?? .root))
    }

    /// Ends a lookup whose last response brought `findings`, unless that makes the alias chain too long.
    private func finish(_ id: LookupID, _ responseCode: ResponseCode, _ findings: [Finding]) {
        guard let lookup = lookups[id] else { return }
        if !isToBeValidated(lookup) { for finding in findings { keep(finding) } }
        lookup.add(findings)
        if findings.count > 1 {
            lookup.aliasCount += findings.dropLast().count { $0.aliasTarget != nil }
        }
        guard lookup.aliasCount <= settings.limits.aliasChain else {
            end(id, .failure(ExtendedError(.other, "CNAME chain too long at \(lookup.qname)")))
            return
        }
        end(id, lookup.outcome(responseCode, nil))
    }

    /// Puts a finding into the cache, as what it is known to be.
    func keep(_ finding: Finding) {
        // A CNAME made from a DNAME is made anew each time; the DNAME is what is kept.
        if finding.isSynthesized { return }
        if case .local = finding.origin { return }
        let (proofs, security) = (finding.proofs, finding.security)
        switch finding.content {
        case .rrset(let rrset):
            cache.admit(rrset, rank: finding.rank, security: security, proofs: proofs, now: now)
            if let wildcard = finding.wildcard, security == .secure {
                // Where other names of the wildcard will look for it (RFC 8198 §5.3).
                var source = rrset
                source.ownerName = wildcard
                cache.admit(source, rank: finding.rank, security: security, now: now)
            }
        case .noData(let name, let type, let soa):
            cache.admitNoData(
                name, type, question.qclass, soa: soa, ttl: soa?.ttl ?? settings.limits.failureTTL,
                security: security, proofs: proofs, now: now)
        case .nxDomain(let name, let soa):
            guard let soa else { return }
            cache.admitNXDomain(
                name, question.qclass, soa: soa, ttl: soa.ttl, security: security, proofs: proofs, now: now)
        }
    }

    /// The root's own list of its servers (RFC 8109 §4), with the hints' addresses where it gave none.
    private func primed(_ rrset: RRset, _ message: Message) {
        let servers = rrset.rdatas.compactMap(\.targetName).map { name in
            let given = message.additionals.filter {
                $0.ownerName == name && ($0.type == .a || $0.type == .aaaa)
            }
            let known = settings.rootHints.first { $0.name == name }?.addresses ?? []
            let addresses = given.compactMap(\.rdata.address)
            return Delegation.NameServer(name, addresses: addresses.isEmpty ? known : addresses)
        }
        guard servers.contains(where: { !$0.addresses.isEmpty }) else { return }
        cache.admit(Delegation(zone: .root, nameServers: servers, ttl: rrset.ttl), now: now)
    }
}
