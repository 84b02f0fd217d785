import DNSValidation
import DNSWire
import SeededRandom
import Testing

/// Random zones, all their names and many that they lack: an honest server's proof is always accepted, and no set of
/// genuine records, whatever was left out or brought in from other zones, ever proves what is not so.
@Suite("denial against a model")
struct DenialPropertyTests {
    static let zonesPerChain = 6
    static let queriesPerZone = 30

    static let chains: [SignedZone.Chain] = [
        .nsec, .nsec3(NextSecure3Parameters(iterations: 0, salt: []), isOptOut: false),
        .nsec3(NextSecure3Parameters(iterations: 3, salt: [7]), isOptOut: true),
    ]

    @Test("honest proofs are accepted", arguments: chains)
    func honestProofs(_ chain: SignedZone.Chain) throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<Self.zonesPerChain {
            let zone = try RandomZone.make(chain, &random)
            for _ in 0..<Self.queriesPerZone {
                let name = RandomZone.name(&random, below: zone.apex)
                let proof = zone.denial(zone.proof(name))
                check(zone, name, proof, isComplete: true)
            }
        }
    }

    @Test("nothing false is ever proven", arguments: chains)
    func falseStatements(_ chain: SignedZone.Chain) throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<Self.zonesPerChain {
            let zone = try RandomZone.make(chain, &random)
            // Records of the same names in other zones, and of another kind in this one.
            let foreign = try RandomZone.strangers(of: zone, &random)
            let everything = zone.denial(zone.denials + foreign)
            for _ in 0..<Self.queriesPerZone {
                let name = RandomZone.name(&random, below: zone.apex)
                let chance = UInt8.random(in: 0...255, using: &random)
                let some = zone.denials.filter { _ in UInt8.random(in: 0...255, using: &random) > chance }
                check(zone, name, zone.denial((some + foreign).shuffled(using: &random)), isComplete: false)
                check(zone, name, everything, isComplete: false)
            }
        }
    }

    private func check(_ zone: SignedZone, _ name: DomainName, _ denial: Denial, isComplete: Bool) {
        let contradictions = zone.contradictions(of: denial, about: name, isComplete: isComplete)
        #expect(contradictions.isEmpty, "\(name)\n\(zone.text)")
    }
}

enum RandomZone {
    /// Few labels, so that names meet; some sort oddly.
    private static let labels = ["a", "b", "c", "d", "*", "\\000", "\\255", "A"]

    static func name(_ random: inout SeededGenerator, below apex: DomainName) -> DomainName {
        let depth = Int.random(in: 0...4, using: &random)
        var name = apex
        for _ in 0..<depth {
            let label = labels[Int.random(in: 0..<labels.count, using: &random)]
            name = (try? DomainName(label, relativeTo: name)) ?? name
        }
        return name
    }

    static func make(_ chain: SignedZone.Chain, _ random: inout SeededGenerator) throws -> SignedZone {
        let apex: DomainName = Bool.random(using: &random) ? "example." : .root
        var lines: [DomainName: [String]] = [:]
        for _ in 0..<Int.random(in: 0...14, using: &random) {
            let owner = name(&random, below: apex)
            guard owner != apex else { continue }
            // A wildcard that is a cut or has a DNAME is nothing that anybody defines (RFC 4592 §4).
            switch Int.random(in: 0..<10, using: &random) {
            case 0...1 where !owner.isWildcard: lines[owner] = ["NS ns."]
            case 2...3 where !owner.isWildcard: lines[owner] = ["NS ns.", "DS 1 15 2 00"]
            case 4 where !owner.isWildcard: lines[owner] = ["DNAME target."]
            case 5: lines[owner] = ["CNAME target."]
            case 6: lines[owner] = ["A 192.0.2.1", "TXT a"]
            default: lines[owner] = [Bool.random(using: &random) ? "A 192.0.2.1" : "TXT a"]
            }
        }
        // Nothing is below a DNAME (RFC 6672 §2.4), and no wildcard right below a cut.
        let aliases = lines.filter { $0.value[0].hasPrefix("DNAME") }.keys
        let text = lines.filter { line in !aliases.contains { line.key.isProperSubdomain(of: $0) } }
            .sorted { $0.key < $1.key }
            .flatMap { owner, lines in lines.map { "\(owner) \($0)" } }.joined(separator: "\n")
        return try SignedZone(text, apex: apex, chain: chain)
    }

    /// Denials of a parent, of children and of a zone of the same name with other keys, that know none of its names.
    static func strangers(of zone: SignedZone, _ random: inout SeededGenerator) throws -> [RRset] {
        var strangers = try SignedZone("", apex: zone.apex, chain: zone.chain, key: .test(99)).denials
        for name in zone.names.sorted().prefix(4) where name != zone.apex {
            strangers += try SignedZone("", apex: name, chain: zone.chain, key: zone.key).denials
        }
        if let parent = zone.apex.parent {
            strangers += try SignedZone("z TXT a", apex: parent, chain: zone.chain, key: zone.key).denials
        }
        // Records of wildcards, as if they were of the names that these expand to.
        let wildcards = zone.denials.filter { $0.ownerName.isWildcard }
        for _ in 0..<4 {
            let name = name(&random, below: zone.apex)
            strangers += wildcards.map { $0.expanded(to: name) }
        }
        return strangers
    }
}

extension SignedZone {
    /// For the message of a test that fails.
    var text: String {
        let owners = data.keys.sorted().map { owner in
            "\(owner) " + data[owner, default: [:]].keys.sorted().map(\.description).joined(separator: " ")
        }
        return (["\(chain)"] + owners).joined(separator: "\n")
    }
}
