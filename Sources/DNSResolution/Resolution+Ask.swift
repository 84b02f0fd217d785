import DNSCache
import DNSWire

/// The choice of a server, and the query to it.
extension Resolution {
    func ask(_ id: LookupID) {
        guard let lookup = lookups[id], let zone = lookup.zone, !hasActiveExchange(id) else { return }
        if zone.tries < settings.limits.triesPerZone, let index = chooseServer(zone) {
            let wasAsked = zone.servers[index].tries > 0
            send(id, toServer: index)
            // Who is silent may stay so: meanwhile the others' addresses are looked up.
            if wasAsked, lookup.children.isEmpty { _ = lookUpServers(id) }
        } else if !lookup.children.isEmpty || hasOpenExchange(id) {
            // Addresses or late answers may still come.
        } else if zone.tries < settings.limits.triesPerZone, lookUpServers(id) {
            // They will call back.
        } else {
            zoneFailed(id)
        }
    }

    private func hasActiveExchange(_ id: LookupID) -> Bool {
        exchanges.contains { $0.value.lookup == id && !$0.value.isSuperseded }
    }

    private func hasOpenExchange(_ id: LookupID) -> Bool {
        exchanges.contains { $0.value.lookup == id }
    }

    // --- The choice ---

    /// One query in so many goes to a server that is not the fastest, to learn whether it has become so.
    private static let explorationOdds = 20
    /// What an unknown server is taken for: better than slow ones, worse than fast ones (nanoseconds).
    private static let unknownRTT: Int64 = 150 * ServerHealth.nanosecondsPerMillisecond
    /// Where the difference does not matter and the load is better spread (nanoseconds).
    private static let rttBand: Int64 = 20 * ServerHealth.nanosecondsPerMillisecond
    private static let deadPenalty: Int64 = 60_000 * ServerHealth.nanosecondsPerMillisecond

    private func chooseServer(_ zone: ZoneState) -> Int? {
        var candidates: [(index: Int, cost: Int64)] = []
        candidates.reserveCapacity(zone.servers.count)
        for (index, server) in zone.servers.enumerated() {
            guard !server.isFailed, server.tries < settings.limits.triesPerServer else { continue }
            let health = cache.health.health(of: server.address)
            guard !health.knownLame(for: zone.zone, at: now.monotonic) else { continue }
            let isDead = health.isDead(at: now.monotonic)
            guard !isDead || server.tries < settings.limits.triesPerSilentServer else { continue }
            var cost = health.smoothedRTT == 0 ? Self.unknownRTT : health.smoothedRTT
            cost <<= Int64(min(server.tries + health.consecutiveTimeouts, 8))
            if server.tries > 0 { cost += ServerHealth.minimumTimeout << Int64(server.tries) }
            if isDead { cost += Self.deadPenalty }
            candidates.append((index, cost + Int64.random(in: 0..<Self.rttBand, using: &random)))
        }
        if candidates.count(where: { $0.cost < Self.deadPenalty }) > 1,
            Int.random(in: 0..<Self.explorationOdds, using: &random) == 0
        {
            return candidates.filter { $0.cost < Self.deadPenalty }.randomElement(using: &random)?.index
        }
        return candidates.min { $0.cost < $1.cost }?.index
    }

    // --- The query ---

    /// A late answer is still welcome so long after the next try began (nanoseconds).
    private static let lateness: Int64 = 1500 * ServerHealth.nanosecondsPerMillisecond
    /// Setting up a connection takes round trips of its own (nanoseconds).
    private static let minimumStreamTimeout: Int64 = 1500 * ServerHealth.nanosecondsPerMillisecond
    /// A handshake takes one or two more, and a signature (nanoseconds).
    private static let minimumEncryptedTimeout: Int64 = 2500 * ServerHealth.nanosecondsPerMillisecond
    /// Queries are padded to a multiple of so many octets (RFC 8467 §4.1).
    private static let paddingBlock = 128

    func send(_ id: LookupID, toServer index: Int) {
        guard let lookup = lookups[id], let zone = lookup.zone else { return }
        var server = zone.servers[index]
        let health = cache.health.health(of: server.address)
        if !health.shouldUseEDNS(at: now.monotonic) { server.useEDNS = false }
        // A server that was silent twice and never showed that it knows EDNS may be one that drops what it does not know.
        let triesWithout = !server.useStream && server.tries == 2 && health.edns == .unknown
        let usesEDNS = server.useEDNS && !triesWithout
        // What is forged on the way is noticed there; neither letters nor cookies are needed for that.
        let opportunistic = opportunisticTLS(server, zone, health)
        let encryption = server.encryption ?? opportunistic
        let isEncrypted = encryption != nil
        let variesCase = settings.caseRandomisation && !health.foldsCase && !isEncrypted
        let asked = askedQuestion(lookup, zone, variesCase: variesCase)
        let cookie = settings.cookies && usesEDNS && !isEncrypted ? clientCookie(for: server.address) : []
        let exchange = Exchange(
            id, zone.zone, server, asked: asked, id: UInt16.random(in: 0...UInt16.max, using: &random),
            isOpportunistic: opportunistic != nil, usedEDNS: usesEDNS, clientCookie: cookie,
            expectsCookie: !cookie.isEmpty && !health.serverCookie.isEmpty, checksCase: variesCase,
            sentAt: now.monotonic)
        guard let number = addExchange(exchange) else {
            // The budget is the whole resolution's, so nothing else could be asked either.
            end(Self.mainLookup, .failure(ExtendedError(.other, "query needs too many upstream queries")))
            return
        }
        let wait = min(health.retransmissionTimeout << Int64(server.tries), ServerHealth.maximumTimeout)
        server.tries += 1
        zone.servers[index] = server
        zone.tries += 1
        let retryAfter =
            isEncrypted
            ? max(wait * 3, Self.minimumEncryptedTimeout)
            : server.useStream ? max(wait * 3, Self.minimumStreamTimeout) : wait
        actions.append(
            .send(
                UpstreamQuery(
                    exchange: number, server: encryption?.address ?? server.address,
                    isStream: exchange.isStream, encryption: encryption,
                    message: compose(exchange, zone, serverCookie: health.serverCookie),
                    retryAfter: retryAfter,
                    timeout: retryAfter + Self.lateness)))
    }

    private func askedQuestion(_ lookup: Lookup, _ zone: ZoneState, variesCase: Bool) -> Question {
        var question = lookup.current
        if let shown = zone.shownLabels {
            question = Question(lookup.qname.suffix(shown), lookup.minimisedType, question.qclass)
        }
        if variesCase {
            question.qname = question.qname.randomizingCase(using: &random)
        }
        return question
    }

    private func compose(_ exchange: Exchange, _ zone: ZoneState, serverCookie: [UInt8]) -> [UInt8] {
        // RFC 6840 §5.9: who validates wants to see what a validating forwarder would hide.
        let flags: HeaderFlags = zone.isForward ? settings.validation == nil ? .rd : [.rd, .cd] : []
        guard exchange.usedEDNS else {
            return exchange.asked.composeQuery(id: exchange.id, flags: flags)
        }
        var edns = EDNS(payloadSize: settings.payloadSize, dnssecOK: true)
        if !exchange.clientCookie.isEmpty {
            edns.options = [.cookie(client: exchange.clientCookie, server: serverCookie)]
        }
        if exchange.isEncrypted {
            // A PADDING option (RFC 7830), which is the last, so that lengths tell little of the question.
            edns.options.append(.padding(0))
            let excess = exchange.asked.composeQuery(id: 0, edns: edns).count % Self.paddingBlock
            edns.options.removeLast()
            edns.options.append(.padding(excess > 0 ? Self.paddingBlock - excess : 0))
        }
        return exchange.asked.composeQuery(id: exchange.id, flags: flags, edns: edns)
    }

    /// RFC 7873 §4.1: the same for one server as long as the secret lives, different for each server.
    private func clientCookie(for server: SocketAddress) -> [UInt8] {
        let hash = SipHash.hash24(server.address, key: cookieKey)
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64($0 * 8)) }
    }

    // --- No server is left ---

    private func zoneFailed(_ id: LookupID) {
        guard let lookup = lookups[id], let zone = lookup.zone else { return }
        if let weak = zone.weakAnswer {
            zone.weakAnswer = nil
            readWhole(
                weak.classification, rank: .nonAuthoritativeAnswer, from: weak.server, id, weak.reader)
            return
        }
        if zone.tries < settings.limits.triesPerZone, useSpareNames(id) || addParentSideAddresses(id) {
            pending.append(id)
            return
        }
        if zone.shownLabels != nil, settings.minimisation == .relaxed, zone.tries > 0,
            zone.tries < settings.limits.triesPerZone
        {
            // Servers exist that are silent about a part of a name (RFC 9156 §5); once more with all of it.
            zone.shownLabels = nil
            for index in zone.servers.indices {
                zone.servers[index] = zone.servers[index].anew
                zone.servers[index].tries =
                    settings.limits.triesPerServer - settings.limits.triesPerSilentServer
            }
            pending.append(id)
            return
        }
        if case .forward(let fallsBack) = zone.kind, fallsBack {
            lookup.ignoresForwarders = true
            lookup.zone = nil
            pending.append(id)
            return
        }
        if zone.isFromCache, !zone.zone.isRoot, lookup.distrusted == nil,
            lookup.refetched.insert(zone.zone).inserted
        {
            // The zone may have moved to other servers since its parent was last asked.
            cache.removeDelegation(of: zone.zone)
            lookup.exhausted.formUnion(zone.servers.map(\.address))
            lookup.zone = nil
            pending.append(id)
            return
        }
        let reason = ExtendedError(.noReachableAuthority, "no server of \(zone.zone) gave a usable answer")
        end(id, .failure(lookup.failure ?? reason))
    }
}
