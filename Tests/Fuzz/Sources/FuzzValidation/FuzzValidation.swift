import CFuzzer
import DNSCrypto
import DNSValidation
import DNSWire

/// Octets as what a validator is given. The first says which of three games is played:
///
/// - any data, and a verifier that accepts no signature: nothing may come out secure, nothing may be proven;
/// - any data, and one that accepts every signature: nothing may trap, and the bounds on the cost must hold;
/// - the denial records of a zone that is known, left out, exchanged and tampered with, and an honest verifier: nothing
///   may be proven that is not so.
@main
enum FuzzValidation {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzValidation.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        switch input.next() % 3 {
        case 0: AnyData.run(&input, .nothing)
        case 1: AnyData.run(&input, .everything)
        default: TamperedProof.run(&input)
        }
    }
}

/// The octets, taken from the front; zeros behind their end.
struct FuzzInput {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    mutating func next() -> UInt8 {
        guard position < bytes.count else { return 0 }
        position += 1
        return bytes[position - 1]
    }

    mutating func next(below bound: Int) -> Int { Int(next()) % bound }

    mutating func number() -> UInt32 { (0..<4).reduce(0) { number, _ in number << 8 | UInt32(next()) } }

    /// As many as the next octet says.
    mutating func octets() -> [UInt8] {
        let count = Int(next())
        return (0..<count).prefix { _ in !isAtEnd }.map { _ in next() }
    }

    mutating func name() -> DomainName {
        let known: [DomainName] = [
            "example.", "a.example.", ".", "*.example.", "*.a.example.", "b.a.example.", "example.net.",
        ]
        let choice = next(below: known.count + 1)
        guard choice == known.count else { return known[choice] }
        let octets = octets()
        var offset = 0
        return (try? DomainName(parsing: octets.span, at: &offset)) ?? "c.a.example."
    }
}

enum AnyData {
    static func run(_ input: inout FuzzInput, _ belief: TestVerifier.Belief) {
        let verifier = TestVerifier(belief: belief)
        var settings = ValidationSettings()
        settings.ignoresDates = input.next() & 1 == 0
        var validator = Validator(settings: settings, verifier: verifier, traces: true)
        let zone = input.name()
        let wall = Int64(Int32(bitPattern: input.number())) << Int64(input.next(below: 24))
        let dnskeys = RRset(zone, .dnskey, ttl: 60, rdatas: rdatas(&input, key))
        var keys = validator.keys(validated: dnskeys)
        for trust in trusts(&input, &validator, zone, dnskeys, wall) {
            guard case .secure(let established) = trust else { continue }
            precondition(belief == .everything, "keys without a signature")
            keys = established
        }
        var rrsets: [RRset] = []
        while !input.isAtEnd, rrsets.count < 24 { rrsets.append(rrset(&input, keys)) }
        for rrset in rrsets {
            guard case .secure(let secure, let wildcard) = validator.verify(rrset, with: keys, wall: wall)
            else {
                continue
            }
            precondition(belief == .everything, "an RRset without a signature")
            precondition(secure.ttl <= rrset.ttl && secure.ownerName.isSubdomain(of: zone))
            if let wildcard {
                precondition(wildcard.isWildcard && wildcard.isSubdomain(of: zone))
                precondition(wildcard.parent.map(secure.ownerName.isProperSubdomain(of:)) == true)
            }
        }
        ask(validator.denial(from: rrsets, with: keys, wall: wall), &input, &validator, belief)
        precondition(verifier.signatureCount <= settings.limits.signatureChecks)
        precondition(verifier.hashCount <= settings.limits.hashes)
        // No caller vouches for these; they must not trap either.
        ask(Denial(zone: zone, verified: rrsets), &input, &validator, .everything)
    }

    private static func trusts(
        _ input: inout FuzzInput, _ validator: inout Validator, _ zone: DomainName, _ keys: RRset,
        _ wall: Int64
    ) -> [ZoneTrust] {
        var signed = keys
        signed.signatures = rdatas(&input) { signature(&$0, .dnskey, keys) }
        let signers = RRset(zone, .ds, ttl: 60, rdatas: rdatas(&input) { signer(&$0, keys) })
        let anchor = TrustAnchor(
            zone: zone, signers: signers.rdatas.compactMap { DelegationSigner($0) },
            keys: input.next() & 1 == 0 ? [] : keys.rdatas.prefix(1).compactMap { DNSKey($0) })
        if let key = keys.rdatas.first.flatMap({ DNSKey($0) }) {
            _ = validator.isSelfSigned(signed, of: zone, by: key, wall: wall)
        }
        return [
            validator.trust(zone, keys: signed, delegationSigners: signers, wall: wall),
            validator.trust(anchor, keys: signed, wall: wall),
        ]
    }

    private static func ask(
        _ denial: Denial, _ input: inout FuzzInput, _ validator: inout Validator,
        _ belief: TestVerifier.Belief
    ) {
        let qname = input.name()
        let wildcard = qname.parent?.prepending(label: [42]) ?? "*."
        let type = RecordType(rawValue: UInt16(input.next()))
        let verdicts = [
            validator.proveNXDomain(qname, denial), validator.proveNoData(qname, type, denial),
            validator.proveExpansion(of: wildcard, to: qname, denial),
        ]
        let signer = validator.proveNoDelegationSigner(qname, denial)
        guard belief == .nothing || denial.rrsets.isEmpty else { return }
        precondition(denial.rrsets.isEmpty, "a denial without a signature")
        for verdict in verdicts {
            guard case .unproven = verdict else { preconditionFailure("proven by nothing") }
        }
        guard case .unproven = signer else { preconditionFailure("no DS proven by nothing") }
    }

    // --- Data, some of it in shape, so that what is behind the first checks is reached ---

    private static func rdatas(_ input: inout FuzzInput, _ make: (inout FuzzInput) -> RData) -> [RData] {
        (0..<input.next(below: 6)).map { _ in make(&input) }
    }

    private static func key(_ input: inout FuzzInput) -> RData {
        let isFree = input.next() & 1 == 0
        return RData(unchecked: (isFree ? [] : [1, input.next() & 0x81, 3, 15]) + input.octets())
    }

    private static func signer(_ input: inout FuzzInput, _ keys: RRset) -> RData {
        guard input.next() & 1 == 1, let key = keys.rdatas.first.flatMap({ DNSKey($0) }) else {
            return RData(unchecked: input.octets())
        }
        return key.signer(of: keys.ownerName, DigestType(rawValue: 1 + input.next() % 2)).rdata
    }

    private static func signature(_ input: inout FuzzInput, _ type: RecordType, _ keys: RRset) -> RData {
        guard input.next() & 1 == 1, let key = keys.rdatas.last.flatMap({ DNSKey($0) }) else {
            return RData(unchecked: input.octets())
        }
        var octets = [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255), key.algorithm.rawValue]
        octets += [input.next() % 8]
        for _ in 0..<12 { octets.append(input.next()) }
        octets += [UInt8(key.keyTag >> 8), UInt8(key.keyTag & 255)]
        return RData(unchecked: octets + keys.ownerName.wire + input.octets())
    }

    private static func rrset(_ input: inout FuzzInput, _ keys: ZoneKeys) -> RRset {
        let types: [RecordType] = [.nsec, .nsec3, .nsec, .nsec3, .a, .ns, .soa, .rrsig, .ds, .dnskey]
        let type = types[input.next(below: types.count)]
        var owner = input.name()
        if type == .nsec3, input.next() & 1 == 0 {
            let hash = (0..<20).map { _ in input.next() }
            owner = NextSecure3.ownerName(of: hash, in: keys.zone) ?? owner
        }
        return RRset(
            owner, type, ttl: input.number(), rdatas: rdatas(&input) { RData(unchecked: $0.octets()) },
            signatures: rdatas(&input) { signature(&$0, type, keys.rrset) })
    }
}
