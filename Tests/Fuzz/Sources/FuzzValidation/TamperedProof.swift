import DNSValidation
import DNSWire

/// Genuine denial records of known zones, and what an attacker can do to them.
enum TamperedProof {
    private static let text = """
        a A 192.0.2.1
        b.c.d TXT a
        cut NS ns.cut
        signed NS ns.signed
        signed DS 1 15 2 00
        alias CNAME a
        dname DNAME example.net.
        *.wild TXT a
        x.wild TXT a
        www.*.odd A 192.0.2.4
        """

    private static let zones: [SignedZone] = {
        let parameters = NextSecure3Parameters(iterations: 1, salt: [1])
        let chains: [SignedZone.Chain] = [
            .nsec, .nsec3(parameters, isOptOut: false), .nsec3(parameters, isOptOut: true),
        ]
        return ["example.", "."].flatMap { (apex: DomainName) in
            chains.compactMap { try? SignedZone(text, apex: apex, chain: $0) }
        }
    }()

    static func run(_ input: inout FuzzInput) {
        precondition(zones.count == 6)
        let zone = zones[input.next(below: zones.count)]
        let name = name(&input, zone)
        var records: [RRset] = []
        for _ in 0..<input.next(below: 12) { records.append(record(&input, zone)) }
        let contradictions = zone.contradictions(of: zone.denial(records), about: name, isComplete: false)
        precondition(contradictions.isEmpty, "\(name) in \(zone.apex), \(zone.chain): \(contradictions)")
    }

    private static func name(_ input: inout FuzzInput, _ zone: SignedZone) -> DomainName {
        let known = zone.names.sorted()
        var name = known[input.next(below: known.count)]
        for _ in 0..<input.next(below: 3) {
            let label = input.octets()
            name = name.prepending(label: label.isEmpty ? [42] : Array(label.prefix(63))) ?? name
        }
        return name
    }

    /// One record as it is, or changed in one thing.
    private static func record(_ input: inout FuzzInput, _ zone: SignedZone) -> RRset {
        var rrset = zone.denials[input.next(below: zone.denials.count)]
        let other = zone.denials[input.next(below: zone.denials.count)]
        switch input.next() % 10 {
        case 0: rrset.rdatas[0] = flipped(&input, rrset.rdatas[0])
        case 1: rrset.signatures[0] = flipped(&input, rrset.signatures[0])
        case 2: rrset.ownerName = name(&input, zone)
        case 3: rrset.rdatas = other.rdatas
        case 4: rrset.signatures = other.signatures
        case 5: rrset.signatures += other.signatures
        case 6: rrset.rdatas += other.rdatas
        case 7: rrset.type = rrset.type == .nsec ? .nsec3 : .nsec
        default: break
        }
        return rrset
    }

    private static func flipped(_ input: inout FuzzInput, _ rdata: RData) -> RData {
        var octets = rdata.bytes
        octets[input.next(below: octets.count)] ^= input.next()
        return RData(unchecked: octets)
    }
}
