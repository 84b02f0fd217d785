import DNSWire
import DNSZones
import SeededRandom

/// A zone as a list of records, and the algorithm of RFC 1034 §4.3.2 with its amendments, every step by looking at all records:
/// what the real lookup is compared with.
struct NaiveZone {
    let apex: DomainName
    var rrsets: [RRset]

    enum End: Hashable {
        case answered
        case noData(DomainName)
        case wildcardNoData(DomainName, wildcard: DomainName)
        case noName(DomainName, encloser: DomainName)
        case delegation(DomainName)
        case alias(DomainName)
        case tooLong
        case loop
    }

    struct Answer: Hashable {
        var answers: [RRset] = []
        var end = End.answered
        /// Names that a wildcard answered for, with the wildcard's parent.
        var expansions: [DomainName: DomainName] = [:]
    }

    func exists(_ name: DomainName) -> Bool { rrsets.contains { $0.ownerName.isSubdomain(of: name) } }

    func rrset(_ name: DomainName, _ type: RecordType) -> RRset? {
        rrsets.first { $0.ownerName == name && $0.type == type }
    }

    /// The cut or DNAME that decides over the name.
    func blocker(_ name: DomainName, _ qtype: RecordType) -> RRset? {
        for count in 0...name.labelCount {
            let ancestor = name.suffix(count)
            guard ancestor.isSubdomain(of: apex) else { continue }
            let isAsked = ancestor == name
            if ancestor != apex, !(isAsked && qtype == .ds), let cut = rrset(ancestor, .ns) { return cut }
            if !isAsked, let dname = rrset(ancestor, .dname) { return dname }
        }
        return nil
    }

    func closestEncloser(_ name: DomainName) -> DomainName {
        (0...name.labelCount).map(name.suffix).last(where: exists) ?? .root
    }

    func answer(_ qname: DomainName, _ qtype: RecordType) -> Answer {
        var answer = Answer()
        var name = qname
        var seen: Set<DomainName> = []
        while seen.insert(name).inserted, seen.count <= 17 {
            guard name.isSubdomain(of: apex) else {
                answer.end = .alias(name)
                return answer
            }
            if let blocker = blocker(name, qtype) {
                guard blocker.type == .dname, let target = blocker.rdatas[0].targetName else {
                    answer.end = .delegation(blocker.ownerName)
                    return answer
                }
                if !answer.answers.contains(blocker) { answer.answers.append(blocker) }
                guard case .name(let new)? = name.replacingSuffix(blocker.ownerName, with: target) else {
                    answer.end = .tooLong
                    return answer
                }
                answer.answers.append(RRset(name, .cname, ttl: blocker.ttl, rdatas: [.name(new)]))
                if qtype == .cname { return answer }
                name = new
                continue
            }
            let encloser = closestEncloser(name)
            let wildcard = encloser.prepending(label: [0x2a]) ?? .root
            guard encloser == name || exists(wildcard) else {
                answer.end = .noName(name, encloser: encloser)
                return answer
            }
            let owner = encloser == name ? name : wildcard
            guard var found = rrset(owner, qtype) ?? rrset(owner, .cname) else {
                answer.end = owner == name ? .noData(name) : .wildcardNoData(name, wildcard: owner)
                return answer
            }
            if owner != name {
                found.ownerName = name
                answer.expansions[name] = encloser
            }
            answer.answers.append(found)
            guard found.type == .cname, qtype != .cname, let target = found.rdatas[0].targetName else {
                return answer
            }
            name = target
        }
        answer.end = .loop
        return answer
    }

    /// Addresses for a name of an NS record.
    func glue(_ target: DomainName) -> [RRset] {
        guard target.isSubdomain(of: apex) else { return [] }
        if let blocker = blocker(target, .a), blocker.type == .ns {
            return [.a, .aaaa].compactMap { rrset(target, $0) }
        }
        return [RecordType.a, .aaaa].flatMap { type in
            answer(target, type).answers.filter { $0.type == type && $0.ownerName == target }
        }
    }
}

extension NaiveZone {
    /// A small zone where everything meets everything.
    static func random(_ generator: inout SeededGenerator, apex: DomainName = "z.") -> NaiveZone {
        let labels = ["a", "b", "*", "c"].map { Array($0.utf8) }
        func name(_ generator: inout SeededGenerator) -> DomainName {
            (0..<generator.below(4)).reduce(apex) { name, _ in
                name.prepending(label: generator.pick(labels)) ?? name
            }
        }
        func target(_ generator: inout SeededGenerator) -> RData {
            .name(generator.below(8) == 0 ? "other.test." : name(&generator))
        }
        var zone = NaiveZone(apex: apex, rrsets: [])
        zone.rrsets.append(
            RRset(apex, .soa, ttl: 3_600, rdatas: [ZoneChangeTests.soa(1).rdata]))
        zone.rrsets.append(RRset(apex, .ns, ttl: 60, rdatas: [target(&generator)]))
        for _ in 0..<(1 + generator.below(9)) {
            let owner = name(&generator)
            let type = generator.pick([RecordType.a, .a, .aaaa, .txt, .cname, .cname, .dname, .ns, .ds])
            // A wildcard that delegates or redirects means nothing that is agreed upon (RFC 4592 §4.2, §4.4).
            if owner.isWildcard, type == .ns || type == .dname || type == .ds { continue }
            guard zone.rrset(owner, type) == nil, owner != apex || type == .dname || type == .a else {
                continue
            }
            if type == .ds, zone.rrset(owner, .ns) == nil { continue }
            let isAlone = type == .cname || zone.rrset(owner, .cname) != nil
            if isAlone, zone.rrsets.contains(where: { $0.ownerName == owner }) { continue }
            let rdata: RData
            switch type {
            case .a: rdata = RData(unchecked: [192, 0, 2, UInt8(generator.below(250))])
            case .aaaa: rdata = RData(unchecked: generator.octets(16))
            case .txt: rdata = .text(["x"])
            case .ds: rdata = RData(unchecked: [0, 1, 8, 2] + generator.octets(32))
            default: rdata = target(&generator)
            }
            zone.rrsets.append(RRset(owner, type, ttl: 60, rdatas: [rdata]))
        }
        return zone
    }

    /// All names that could tell something about such a zone.
    static func questions(_ apex: DomainName = "z.") -> [DomainName] {
        let labels = ["a", "b", "*", "d"].map { Array($0.utf8) }
        var names: [DomainName] = [apex]
        var last = names
        for _ in 0..<4 {
            last = last.flatMap { name in labels.compactMap { name.prepending(label: $0) } }
            names += last
        }
        return names
    }
}
