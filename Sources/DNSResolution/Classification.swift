import DNSCache
import DNSWire

/// What a server's response means for the question that it was asked.
enum Classification {
    /// Data of the type asked for, at the end of an alias chain that may be empty.
    case answer(chain: [RRset], RRset)
    /// An alias chain whose target has to be asked for anew.
    case alias(chain: [RRset], target: DomainName)
    /// The name at the end of the chain exists, but not with this type.
    case noData(chain: [RRset], name: DomainName, soa: RRset?)
    /// The name at the end of the chain does not exist.
    case nxDomain(chain: [RRset], name: DomainName, soa: RRset?)
    /// A DNAME whose target would be too long (RFC 6672 §2.2).
    case nameTooLong(chain: [RRset])
    case referral(Delegation)
    /// Nothing, and not even said with authority: believed only where no server does better.
    case empty
    /// Not a server for this zone: an upward or sideways referral.
    case lame

    /// The aliases that lead to what it says.
    var chain: [RRset] {
        switch self {
        case .answer(let chain, _), .alias(let chain, _), .noData(let chain, _, _),
            .nxDomain(let chain, _, _),
            .nameTooLong(let chain):
            chain
        case .referral, .empty, .lame: []
        }
    }
}

/// Reads a response with the eyes of RFC 5452 §6 and RFC 2181: only records inside the zone that was asked are
/// believed, and of these only the ones that the question leads to.
struct ResponseReader {
    let question: Question
    /// The zone whose server answered.
    let zone: DomainName
    let limits: ResolutionLimits
    /// A forwarder answers from everywhere, seldom with AA, and never refers.
    let isForwarder: Bool
    let message: Message
    /// The RRSIG records of all sections: servers exist that put them into another one than what they cover.
    private let signatures: [Record]

    init(
        question: Question, zone: DomainName, limits: ResolutionLimits, isForwarder: Bool, message: Message
    ) {
        self.question = question
        self.zone = zone
        self.limits = limits
        self.isForwarder = isForwarder
        self.message = message
        var signatures: [Record] = []
        for record in message.answers where record.type == .rrsig { signatures.append(record) }
        for record in message.authorities where record.type == .rrsig { signatures.append(record) }
        for record in message.additionals where record.type == .rrsig { signatures.append(record) }
        self.signatures = signatures
    }

    func classify() -> Classification {
        var walk = AliasWalk(question.qname, answers: believable(message.answers))
        switch walk.follow(self) {
        case .found(let rrset):
            return .answer(chain: walk.chain, rrset)
        case .tooLong: return .nameTooLong(chain: walk.chain)
        case .ended: break
        }
        let soa = soa(for: walk.name)
        // What a target in another zone lacks is for that zone to say.
        if message.responseCode == .nxDomain, walk.name.isSubdomain(of: zone) {
            return .nxDomain(chain: walk.chain, name: walk.name, soa: soa)
        }
        if let target = walk.target {
            // The same response may deny the target's data; only a SOA of a zone that the target is in says so.
            if soa != nil { return .noData(chain: walk.chain, name: walk.name, soa: soa) }
            return .alias(chain: walk.chain, target: target)
        }
        if soa != nil { return .noData(chain: [], name: walk.name, soa: soa) }
        let isAuthoritative = message.header.flags.contains(.aa)
        if !isForwarder, let referral = referral() {
            // With authority, NS records of the zone itself are only an ornament of a denial.
            if case .lame = referral, isAuthoritative { return .noData(chain: [], name: walk.name, soa: nil) }
            return referral
        }
        // RFC 2308 §2.2: a denial without SOA is still a denial, if somebody with authority says it.
        return isAuthoritative || isForwarder ? .noData(chain: [], name: walk.name, soa: nil) : .empty
    }

    /// In the zone, and of the class of the question.
    func isBelievable(_ record: Record) -> Bool {
        record.recordClass == question.qclass && record.ownerName.isSubdomain(of: zone)
    }

    /// Most responses hold nothing else, and are read as they are.
    private func believable(_ records: [Record]) -> [Record] {
        for record in records where !isBelievable(record) { return records.filter { isBelievable($0) } }
        return records
    }

    /// The SOA that stands for a denial of `name` (RFC 2308 §2).
    private func soa(for name: DomainName) -> RRset? {
        let record = message.authorities.first {
            $0.type == .soa && isBelievable($0) && name.isSubdomain(of: $0.ownerName)
        }
        guard let record, let data = StartOfAuthority(record.rdata) else { return nil }
        // RFC 2308 §5: the lesser of the SOA's own TTL and its MINIMUM.
        var rrset = RRset(
            record.ownerName, .soa, record.recordClass, ttl: min(record.ttl, data.minimum),
            rdatas: [record.rdata])
        addSignatures(to: &rrset)
        return rrset
    }

    private func referral() -> Classification? {
        let records = message.authorities.filter { $0.type == .ns && $0.recordClass == question.qclass }
        guard let cut = records.first?.ownerName else { return nil }
        // Downward, and toward the name: anything else is a loop or a lie (RFC 1034 §5.3.3).
        guard cut.isProperSubdomain(of: zone), question.qname.isSubdomain(of: cut) else { return .lame }
        let matching = records.filter { $0.ownerName == cut }
        var servers: [Delegation.NameServer] = []
        for record in matching {
            guard let name = record.rdata.targetName, !servers.contains(where: { $0.name == name }) else {
                continue
            }
            servers.append(Delegation.NameServer(name, addresses: glue(for: name)))
        }
        guard !servers.isEmpty else { return .lame }
        // Names with addresses first, so that a limit on their number keeps what can be used.
        servers.sort { !$0.addresses.isEmpty && $1.addresses.isEmpty }
        return .referral(
            Delegation(
                zone: cut, nameServers: servers, ttl: matching.map(\.ttl).min() ?? 0,
                keeping: limits.nameServersPerDelegation, addresses: limits.addressesPerNameServer))
    }

    /// Glue is believed for names in the zone that was asked: in-domain and sibling glue (RFC 9471 §2).
    private func glue(for name: DomainName) -> [IPAddress] {
        guard name.isSubdomain(of: zone) else { return [] }
        var addresses: [IPAddress] = []
        for record in message.additionals where record.type == .a || record.type == .aaaa {
            guard record.ownerName == name, let address = record.rdata.address, !addresses.contains(address)
            else {
                continue
            }
            addresses.append(address)
        }
        return addresses
    }

    /// The NSEC and NSEC3 RRsets that a response denies something with, up to a bound.
    func proofs() -> [RRset] {
        var proofs: [RRset] = []
        for record in message.authorities where record.type == .nsec || record.type == .nsec3 {
            guard isBelievable(record), proofs.count < limits.proofsPerResponse,
                !proofs.contains(where: { $0.type == record.type && $0.ownerName == record.ownerName }),
                let rrset = rrset(record.ownerName, record.type, in: message.authorities)
            else { continue }
            proofs.append(rrset)
        }
        return proofs
    }

    /// What a referral says of the child's keys: its DS records, or what denies them (RFC 4035 §3.1.4).
    func delegationEvidence(of delegation: Delegation) -> CachedTrust {
        if let signers = rrset(delegation.zone, .ds, in: believable(message.authorities)) {
            return .delegationSigners(signers, isValidated: false)
        }
        return .denial(proofs())
    }

    /// Adds the signatures that cover `rrset`; the lower TTL counts for both (RFC 4035 §5.3.3).
    private func addSignatures(to rrset: inout RRset) {
        for record in signatures where record.ownerName == rrset.ownerName && isBelievable(record) {
            let bytes = record.rdata.bytes
            guard bytes.count >= 2, UInt16(bytes[0]) << 8 | UInt16(bytes[1]) == rrset.type.rawValue else {
                continue
            }
            rrset.signatures.append(record.rdata)
            rrset.ttl = min(rrset.ttl, record.ttl)
        }
    }

    /// More records of an RRset than this are told apart by their hashes, as somebody may send thousands.
    private static let comparedOneByOne = 16

    /// All records of a name and type as one RRset, duplicates dropped (RFC 2181 §5).
    func rrset(_ name: DomainName, _ type: RecordType, in records: [Record]) -> RRset? {
        guard let first = records.firstIndex(where: { $0.type == type && $0.ownerName == name }) else {
            return nil
        }
        let record = records[first]
        var rrset = RRset(record.ownerName, type, record.recordClass, ttl: record.ttl, rdatas: [record.rdata])
        var seen: Set<RData> = []
        for record in records[(first + 1)...] where record.type == type && record.ownerName == name {
            // A few are compared one by one, which costs less than to hash them.
            if rrset.rdatas.count < Self.comparedOneByOne {
                guard !rrset.rdatas.contains(record.rdata) else { continue }
            } else {
                if seen.isEmpty { seen = Set(rrset.rdatas) }
                guard seen.insert(record.rdata).inserted else { continue }
            }
            rrset.rdatas.append(record.rdata)
            rrset.ttl = min(rrset.ttl, record.ttl)
        }
        addSignatures(to: &rrset)
        return rrset
    }
}

/// Follows CNAME and DNAME records through the answer section of one response.
private struct AliasWalk {
    enum End {
        case found(RRset)
        case tooLong
        case ended
    }

    let answers: [Record]
    private(set) var chain: [RRset] = []
    private(set) var name: DomainName
    private var steps = 0

    /// One response need not be followed further than a chain may be long in all.
    private static let maximumSteps = 16

    init(_ qname: DomainName, answers: [Record]) {
        self.answers = answers
        name = qname
    }

    /// Where the chain leads; nil while there is none.
    var target: DomainName? { chain.isEmpty ? nil : name }

    mutating func follow(_ reader: ResponseReader) -> End {
        let qtype = reader.question.qtype
        while steps < Self.maximumSteps {
            steps += 1
            // A CNAME stands alone (RFC 2181 §10.1); where other data stands beside it, it is the other that is wrong.
            let hasAlias = qtype != .cname && answers.contains { $0.type == .cname && $0.ownerName == name }
            if !hasAlias, let rrset = reader.rrset(name, qtype, in: answers) {
                // A CNAME that is asked for may itself be made from a DNAME, which then belongs to the answer.
                if qtype == .cname, let dname = dname(reader) { chain.append(dname.rrset) }
                return .found(rrset)
            }
            if qtype == .any, chain.isEmpty, let record = answers.first(where: { $0.ownerName == name }),
                let rrset = reader.rrset(name, record.type, in: answers)
            {
                return .found(rrset)
            }
            guard qtype != .cname else { return .ended }
            if let dname = dname(reader) {
                switch name.replacingSuffix(dname.ownerName, with: dname.target) {
                case .name(let target):
                    chain.append(dname.rrset)
                    chain.append(RRset(name, .cname, ttl: dname.rrset.ttl, rdatas: [.name(target)]))
                    name = target
                case .tooLong:
                    chain.append(dname.rrset)
                    return .tooLong
                case nil:
                    return .ended
                }
            } else if let alias = reader.rrset(name, .cname, in: answers),
                let target = alias.rdatas.first?.targetName
            {
                // More than one CNAME at a name is an error of the zone (RFC 2181 §10.1); the first one counts.
                var single = alias
                single.rdatas = [alias.rdatas[0]]
                chain.append(single)
                name = target
            } else {
                return .ended
            }
        }
        return .ended
    }

    private func dname(_ reader: ResponseReader) -> (ownerName: DomainName, target: DomainName, rrset: RRset)?
    {
        for record in answers where record.type == .dname && name.isProperSubdomain(of: record.ownerName) {
            if let target = record.rdata.targetName,
                let rrset = reader.rrset(record.ownerName, .dname, in: answers)
            {
                return (record.ownerName, target, rrset)
            }
        }
        return nil
    }
}
