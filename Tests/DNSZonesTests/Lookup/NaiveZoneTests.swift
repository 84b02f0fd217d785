import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct NaiveZoneTests {
    static let types: [RecordType] = [.a, .cname, .ds, .ns, .txt, .dname]

    @Test(arguments: 0..<24)
    func `random zones answer as the plain algorithm does`(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let zone = NaiveZone.random(&generator)
        let version = try #require(ZoneVersion(apex: zone.apex, tree: ZoneTree(zone.rrsets)))
        for qname in NaiveZone.questions() where generator.below(4) == 0 {
            let qtype = generator.pick(Self.types)
            let (answer, expected) = (version.answer(qname, qtype), zone.answer(qname, qtype))
            let description =
                "\(seed): \(qname) \(qtype): \(ZoneText.text(answer)) in \(ZoneText.lines(zone.rrsets))"
            #expect(answer.answers == expected.answers, "\(description)")
            Self.check(answer, expected.end, in: zone, description)
        }
    }

    static func check(_ answer: ZoneAnswer, _ end: NaiveZone.End, in zone: NaiveZone, _ description: String) {
        let hasSOA = answer.authorities.map(\.type) == [.soa]
        switch end {
        case .answered, .loop:
            #expect(answer.responseCode == .noError && answer.authorities.isEmpty, "\(description)")
            #expect(answer.next == nil && answer.isAuthoritative, "\(description)")
        case .noData, .wildcardNoData:
            #expect(answer.responseCode == .noError && hasSOA && answer.isAuthoritative, "\(description)")
        case .noName:
            #expect(answer.responseCode == .nxDomain && hasSOA && answer.isAuthoritative, "\(description)")
        case .alias(let name):
            #expect(answer.next == .alias(name) && answer.responseCode == .noError, "\(description)")
            #expect(answer.isAuthoritative, "\(description)")
        case .tooLong:
            #expect(answer.responseCode == .yxDomain, "\(description)")
        case .delegation(let name):
            guard case .delegation(let cut)? = answer.next, let nameServers = zone.rrset(name, .ns) else {
                Issue.record("no delegation: \(description)")
                return
            }
            #expect(cut.name == name && cut.nameServers == nameServers, "\(description)")
            #expect(cut.delegationSigners == zone.rrset(name, .ds), "\(description)")
            #expect(answer.authorities == [nameServers] && answer.responseCode == .noError, "\(description)")
            #expect(answer.isAuthoritative == !answer.answers.isEmpty, "\(description)")
            let glue = nameServers.rdatas.compactMap(\.targetName).flatMap(zone.glue)
            #expect(Set(cut.glue) == Set(glue) && answer.additionals == cut.glue, "\(description)")
        }
    }
}
