import DNSCrypto
import DNSWire
import DNSZones
import SeededRandom
import Testing

/// Zones with NSEC and NSEC3 records, made here by the definitions, and answers whose proofs are read by the definitions.
@Suite struct SignedZoneTests {
    enum Method: CaseIterable {
        case nextSecure, nextSecure3, optOut
    }

    static let parameters = NextSecure3Parameters(iterations: 3, salt: [0xab, 0xcd])

    // --- Signing ---

    /// Names that the zone speaks for, those of zone cuts among them.
    static func ownNames(_ zone: NaiveZone) -> [DomainName] {
        Set(zone.rrsets.map(\.ownerName)).filter { zone.blocker($0, .ds) == nil }.sorted()
    }

    static func types(_ zone: NaiveZone, _ name: DomainName) -> [RecordType] {
        let types = zone.rrsets.filter { $0.ownerName == name }.map(\.type)
        let isCut = name != zone.apex && types.contains(.ns)
        return isCut ? types.filter { $0 == .ns || $0 == .ds } : types
    }

    static func sign(_ zone: NaiveZone, _ method: Method) -> [RRset] {
        var rrsets = zone.rrsets
        let names = ownNames(zone)
        switch method {
        case .nextSecure:
            for (index, name) in names.enumerated() {
                let next = names[(index + 1) % names.count]
                let bitmap = TypeBitmap.compose(types(zone, name) + [.nsec, .rrsig])
                rrsets.append(RRset(name, .nsec, ttl: 300, rdatas: [RData(unchecked: next.wire + bitmap)]))
            }
        case .nextSecure3, .optOut:
            let salt = [UInt8(parameters.salt.count)] + parameters.salt
            let head: [UInt8] = [0, UInt8(parameters.iterations)] + salt
            rrsets.append(RRset(zone.apex, .nsec3param, ttl: 0, rdatas: [RData(unchecked: [1, 0] + head)]))
            let flags: UInt8 = method == .optOut ? 1 : 0
            let links = hashedNames(zone, names, method)
            for (index, link) in links.enumerated() {
                let next = links[(index + 1) % links.count].hash
                let data = [1, flags] + head + [UInt8(next.count)] + next + TypeBitmap.compose(link.types)
                guard let owner = NextSecure3.ownerName(of: link.hash, in: zone.apex) else { continue }
                rrsets.append(RRset(owner, .nsec3, ttl: 300, rdatas: [RData(unchecked: data)]))
            }
        }
        return rrsets + signatures(rrsets, zone)
    }

    static func hashedNames(
        _ zone: NaiveZone, _ names: [DomainName], _ method: Method
    ) -> [(hash: [UInt8], types: [RecordType])] {
        let isUnsigned = { (name: DomainName) in
            let types = types(zone, name)
            return name != zone.apex && types.contains(.ns) && !types.contains(.ds)
        }
        let kept = method == .optOut ? names.filter { !isUnsigned($0) } : names
        // And every name above them, up to the apex.
        var all: Set<DomainName> = [zone.apex]
        for name in kept {
            for count in zone.apex.labelCount..<(name.labelCount + 1) { all.insert(name.suffix(count)) }
        }
        return all.map { name in
            (
                NextSecure3Hash.hash(name, parameters) ?? [],
                types(zone, name) + (name == zone.apex ? [.nsec3param] : [])
            )
        }.sorted { $0.hash.lexicographicallyPrecedes($1.hash) }
    }

    /// Nobody verifies them, so they sign nothing.
    static func signatures(_ rrsets: [RRset], _ zone: NaiveZone) -> [RRset] {
        var signatures: [DomainName: RRset] = [:]
        for rrset in rrsets {
            let isCut = rrset.ownerName != zone.apex && zone.rrset(rrset.ownerName, .ns) != nil
            let isOwn = rrset.type == .nsec3 || zone.blocker(rrset.ownerName, .ds) == nil
            guard isOwn, !isCut || rrset.type == .ds || rrset.type == .nsec else { continue }
            let type = rrset.type.rawValue
            let data =
                [UInt8(type >> 8), UInt8(type & 0xff), 8, 1] + [UInt8](repeating: 0, count: 14)
                + zone.apex.wire + [1]
            let empty = RRset(rrset.ownerName, .rrsig, ttl: 60, rdatas: [])
            signatures[rrset.ownerName, default: empty].rdatas.append(RData(unchecked: data))
        }
        return Array(signatures.values)
    }

    // --- Proofs ---

    /// What the records of an answer prove.
    struct Proof {
        let zone: NaiveZone
        let authorities: [RRset]

        func deniesName(_ name: DomainName) -> Bool {
            nextSecure.contains { Self.covers($0.owner, $0.record.nextName, name) }
                || nextSecure3.contains { Self.covers($0.hash, $0.record.nextHash, Self.hash(name)) }
        }

        func denies(_ type: RecordType, at name: DomainName) -> Bool {
            nextSecure.contains {
                $0.owner == name && !$0.record.types.contains(type) && !$0.record.types.contains(.cname)
                    || Self.covers($0.owner, $0.record.nextName, name)
                        && $0.record.nextName.isSubdomain(of: name)
            }
                || nextSecure3.contains {
                    $0.hash == Self.hash(name) && !$0.record.types.contains(type)
                        && !$0.record.types.contains(.cname)
                }
        }

        /// RFC 5155 §8.3; with NSEC a cover says it all.
        func proves(_ encloser: DomainName, of name: DomainName) -> Bool {
            guard !nextSecure3.isEmpty else { return deniesName(name) }
            return nextSecure3.contains { $0.hash == Self.hash(encloser) }
                && deniesName(name.suffix(encloser.labelCount + 1))
        }

        /// The same where unsigned delegations opted out: of any encloser, and the span opts out.
        func provesOptOut(of name: DomainName) -> Bool {
            (zone.apex.labelCount..<name.labelCount).contains { count in
                nextSecure3.contains { $0.hash == Self.hash(name.suffix(count)) }
                    && nextSecure3.contains {
                        $0.record.isOptOut
                            && Self.covers($0.hash, $0.record.nextHash, Self.hash(name.suffix(count + 1)))
                    }
            }
        }

        private var nextSecure: [(owner: DomainName, record: NextSecure)] {
            authorities.filter { $0.type == .nsec }.flatMap { rrset in
                rrset.rdatas.compactMap { NextSecure($0) }.map { (rrset.ownerName, $0) }
            }
        }

        private var nextSecure3: [(hash: [UInt8], record: NextSecure3)] {
            authorities.filter { $0.type == .nsec3 }.flatMap { rrset in
                rrset.rdatas.compactMap { NextSecure3($0) }
                    .map { (NextSecure3.hash(of: rrset.ownerName, in: zone.apex) ?? [], $0) }
            }
        }

        private static func hash(_ name: DomainName) -> [UInt8] {
            NextSecure3Hash.hash(name, parameters) ?? []
        }

        private static func covers(_ owner: DomainName, _ next: DomainName, _ name: DomainName) -> Bool {
            owner < next ? owner < name && name < next : owner < name || name < next
        }

        private static func covers(_ owner: [UInt8], _ next: [UInt8], _ hash: [UInt8]) -> Bool {
            let (isBehind, isBefore) = (
                owner.lexicographicallyPrecedes(hash), hash.lexicographicallyPrecedes(next)
            )
            return owner.lexicographicallyPrecedes(next) ? isBehind && isBefore : isBehind || isBefore
        }
    }

    @Test(arguments: Method.allCases, 0..<12)
    func `negative answers and expansions are proved`(_ method: Method, _ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let zone = NaiveZone.random(&generator)
        let version = try #require(ZoneVersion(apex: zone.apex, tree: ZoneTree(Self.sign(zone, method))))
        for qname in NaiveZone.questions() where generator.below(6) == 0 {
            let qtype = generator.pick(NaiveZoneTests.types)
            let expected = zone.answer(qname, qtype)
            let answer = version.answer(qname, qtype, dnssecOK: true)
            let description =
                "\(seed): \(qname) \(qtype): \(ZoneText.text(answer)) in \(ZoneText.lines(zone.rrsets))"
            let proof = Proof(zone: zone, authorities: answer.authorities)
            Self.check(proof, expected, qtype, isOptOut: method == .optOut, description)
            for rrset in answer.answers + answer.authorities {
                let isSynthesized =
                    rrset.type == .cname && zone.blocker(rrset.ownerName, qtype)?.type == .dname
                let isReferral = rrset.type == .ns && rrset.ownerName != zone.apex
                #expect(rrset.signatures.isEmpty == (isSynthesized || isReferral), "\(description)")
            }
            // Who does not ask gets none of it.
            let plain = version.answer(qname, qtype)
            #expect(
                (plain.answers + plain.authorities + plain.additionals).allSatisfy { $0.signatures.isEmpty })
            #expect(!plain.authorities.contains { [.nsec, .nsec3, .ds].contains($0.type) })
        }
    }

    static func check(
        _ proof: Proof, _ expected: NaiveZone.Answer, _ qtype: RecordType, isOptOut: Bool,
        _ description: String
    ) {
        let zone = proof.zone
        for (name, encloser) in expected.expansions {
            let nextCloser = name.suffix(encloser.labelCount + 1)
            #expect(proof.deniesName(name) || proof.deniesName(nextCloser), "\(description)")
        }
        switch expected.end {
        case .noName(let name, let encloser):
            let wildcard = encloser.prepending(label: [0x2a]) ?? .root
            let isProven = proof.proves(encloser, of: name) && proof.deniesName(wildcard)
            #expect(isProven || isOptOut && proof.provesOptOut(of: name), "\(description)")
        case .noData(let name):
            #expect(
                proof.denies(qtype, at: name) || isOptOut && proof.provesOptOut(of: name), "\(description)")
        case .wildcardNoData(let name, let wildcard):
            let encloser = wildcard.parent ?? .root
            let isProven = proof.proves(encloser, of: name) && proof.denies(qtype, at: wildcard)
            #expect(isProven || isOptOut && proof.provesOptOut(of: name), "\(description)")
        case .delegation(let name) where zone.rrset(name, .ds) == nil:
            #expect(
                proof.denies(.ds, at: name) || isOptOut && proof.provesOptOut(of: name), "\(description)")
        case .delegation(let name):
            #expect(proof.authorities.contains { $0.type == .ds && $0.ownerName == name }, "\(description)")
        case .answered, .alias, .tooLong, .loop:
            break
        }
    }

    /// The last name before one that does not exist may be glue, which has no NSEC.
    @Test(arguments: Method.allCases)
    func `proofs skip what lies behind a cut or a DNAME`(_ method: Method) throws {
        let text =
            "sub NS ns.sub\nns.sub A 192.0.2.1\nz.sub NS ns.sub\nto DNAME other.test.\nx.to A 192.0.2.1\n"
        let version = try ZoneText.version("@ NS ns.sub\n" + text, apex: "z.")
        let zone = NaiveZone(apex: "z.", rrsets: ZoneTreeTests.all(version.tree))
        let signed = try #require(ZoneVersion(apex: "z.", tree: ZoneTree(Self.sign(zone, method))))
        for qname: DomainName in ["suc.z.", "x.suc.z.", "tp.z.", "zz.z.", "a.z."] {
            let answer = signed.answer(qname, .a, dnssecOK: true)
            #expect(answer.responseCode == .nxDomain)
            let expected = zone.answer(qname, .a)
            let proof = Proof(zone: zone, authorities: answer.authorities)
            Self.check(proof, expected, .a, isOptOut: method == .optOut, "\(qname)")
            #expect(!answer.authorities.contains { $0.ownerName.isProperSubdomain(of: "sub.z.") })
        }
    }

    @Test func `owner names of hashes do not exist`() throws {
        var generator = SeededGenerator(seed: 4)
        var zone = NaiveZone.random(&generator)
        zone.rrsets.removeAll { $0.ownerName == zone.apex && $0.type == .dname }
        let signed = Self.sign(zone, .nextSecure3)
        let version = try #require(ZoneVersion(apex: zone.apex, tree: ZoneTree(signed)))
        let owners = signed.filter { $0.type == .nsec3 }.map(\.ownerName)
        #expect(owners.count > 2)
        for owner in owners {
            for qtype: RecordType in [.nsec3, .a, .rrsig] {
                #expect(version.answer(owner, qtype, dnssecOK: true).responseCode == .nxDomain)
            }
            let below = try #require(owner.prepending(label: [0x78]))
            let answer = version.answer(below, .a, dnssecOK: true)
            #expect(answer.responseCode == .nxDomain)
            #expect(Proof(zone: zone, authorities: answer.authorities).proves(zone.apex, of: below))
        }
    }

    @Test func `signatures and proofs can be asked for by name`() throws {
        var generator = SeededGenerator(seed: 4)
        let zone = NaiveZone.random(&generator)
        let version = try #require(ZoneVersion(apex: zone.apex, tree: ZoneTree(Self.sign(zone, .nextSecure))))
        #expect(version.answer(zone.apex, .nsec).answers.map(\.type) == [.nsec])
        let signatures = version.answer(zone.apex, .rrsig, dnssecOK: true).answers
        #expect(signatures.map(\.type) == [.rrsig] && signatures[0].signatures.isEmpty)
        #expect(version.answer(zone.apex, .any, dnssecOK: true).answers.map(\.type) == [.ns])
    }
}
