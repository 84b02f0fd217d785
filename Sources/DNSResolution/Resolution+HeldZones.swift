import DNSCache
import DNSValidation
import DNSWire

/// Where a resolution meets the zones that are held here. What these say is not read here, with one exception, and never
/// kept: the outcome tells at which name they have to be asked, and whoever replies to a client asks them then.
extension Resolution {
    func place(of question: Question) -> HeldPlace {
        guard holdsZones, let zones = settings.heldZones, question.qclass == .internet else {
            return .elsewhere
        }
        return zones.place(of: question.qname, question.qtype)
    }

    /// Ends a lookup of a name for which a zone here answers.
    func endInHeldZone(_ id: LookupID, _ lookup: Lookup) {
        let question = lookup.current
        switch lookup.purpose {
        case .client, .secondOpinion:
            var outcome = lookup.outcome(.noError, nil)
            outcome.continuation = question.qname
            end(id, outcome)
        case .address:
            let addresses = settings.heldZones?.addresses(of: question.qname, question.qtype) ?? []
            let rrset = RRset(
                question.qname, question.qtype, ttl: 0, rdatas: addresses.map { .address($0) })
            let content: Finding.Content =
                addresses.isEmpty ? .noData(question.qname, question.qtype, soa: nil) : .rrset(rrset)
            end(id, lookup.outcome(.noError, Finding(content, origin: .local)))
        case .trust, .priming:
            // No chain of trust leads there (`isCutOff`), unless the zone has only just come.
            end(id, .failure(ExtendedError(.other, "\(question.qname) is in a zone that is held here")))
        }
    }

    /// The addresses of a name server for which a zone here answers; nil for others.
    func heldAddresses(of nameServer: DomainName, _ types: [RecordType]) -> [IPAddress]? {
        guard case .held = place(of: Question(nameServer, .a)), let zones = settings.heldZones else {
            return nil
        }
        return types.flatMap {
            zones.addresses(of: nameServer, $0).prefix(settings.limits.addressesPerNameServer)
        }
    }

    /// A response as far as its server speaks for the names in it: the tree may say something of names at or below the
    /// zones that are held here, which counts for nothing. An alias that leads there is the last that is believed.
    func believed(_ classification: consuming Classification, of zone: DomainName, _ question: Question)
        -> Classification
    {
        guard holdsZones else { return classification }
        let chain = classification.chain
        for (index, alias) in chain.enumerated() where alias.type == .cname {
            guard let target = alias.rdatas.first?.targetName else { continue }
            switch place(of: Question(target, question.qtype, question.qclass)) {
            case .elsewhere: continue
            case .delegated(let cut) where zone.isSubdomain(of: cut.zone): continue
            case .held, .delegated: return .alias(chain: Array(chain[...index]), target: target)
            }
        }
        return classification
    }

    /// Whether a zone that is held here lies between a trust anchor and `name`: then no chain of trust leads there, and what
    /// is there is insecure.
    func isCutOff(_ name: DomainName, from anchor: TrustAnchor) -> Bool {
        switch place(of: Question(name, .soa)) {
        case .elsewhere: false
        case .held: true
        case .delegated(let cut): !anchor.zone.isSubdomain(of: cut.zone)
        }
    }
}
