import DNSCrypto
import DNSWire

/// A root, registries and zones with eight hosts each, every zone on a server with an address of its own; signed or not.
///
/// The signatures are none: the verifier that goes with it believes them, so that what is counted is what Homing does for a
/// validated answer, and not what libcrypto does.
struct SampleInternet {
    static let registries = 4
    static let hostsOfZone = 8
    static let rootServer = IPAddress(20, 0, 0, 1)

    private let isSigned: Bool
    /// Every zone has this key.
    let key: DNSKey
    /// By what was asked.
    private var responses: [UInt64: [UInt8]] = [:]
    /// In the order in which they are asked for, the hosts of one zone one after the other.
    private(set) var queries: [[UInt8]] = []

    init(zones: Int, isSigned: Bool) throws {
        self.isSigned = isSigned
        let octets: [UInt8] = [1, 1, 3, SecurityAlgorithm.ecdsaP256SHA256.rawValue] + (1...64)
        guard let key = DNSKey(RData(unchecked: octets)) else { throw InputError("a key") }
        self.key = key
        addKeys(of: .root)
        for registry in 0..<Self.registries {
            let name = try DomainName("registry\(registry).")
            refer(to: name, at: IPAddress(20, 0, 1, UInt8(registry)), from: .root)
            addKeys(of: name)
        }
        for zone in 0..<zones {
            let registry = try DomainName("registry\(zone % Self.registries).")
            let name = try DomainName("zone\(zone)", relativeTo: registry)
            refer(to: name, at: IPAddress(20, 1, UInt8(zone >> 8), UInt8(zone & 255)), from: registry)
            addKeys(of: name)
            for host in 0..<Self.hostsOfZone {
                let name = (host: try DomainName("host\(host)", relativeTo: name), zone: name)
                addAddresses(of: name.host, in: name.zone)
                queries.append(SampleMessages.query(name.host, .a))
            }
        }
    }

    // --- What servers know ---

    private mutating func refer(to zone: DomainName, at address: IPAddress, from parent: DomainName) {
        guard let server = zone.prepending(label: Array("ns".utf8)) else { return }
        var authorities = [RRset(zone, .ns, ttl: 86_400, rdatas: [.name(server)])]
        if isSigned {
            let digest = LibcryptoVerifier().digest(.sha256, of: zone.wire + key.rdata.bytes)
            let signer = DelegationSigner(
                keyTag: key.keyTag, algorithm: key.algorithm, digestType: .sha256, digest: digest ?? [])
            authorities.append(signed(RRset(zone, .ds, ttl: 86_400, rdatas: [signer.rdata]), in: parent))
        }
        let glue = [RRset(server, .a, ttl: 86_400, rdatas: [.address(address)])]
        // Where no more of a name is shown than the server needs, that is asked for as an address (RFC 9156 §2.1).
        add(Question(zone, .a), isAuthoritative: false, authorities: authorities, additionals: glue)
    }

    private mutating func addKeys(of zone: DomainName) {
        let keys = RRset(zone, .dnskey, ttl: 86_400, rdatas: [key.rdata])
        add(Question(zone, .dnskey), answers: [signed(keys, in: zone)])
    }

    private mutating func addAddresses(of host: DomainName, in zone: DomainName) {
        let addresses = [1, 2].map { RData(unchecked: [192, 0, 2, $0]) }
        add(Question(host, .a), answers: [signed(RRset(host, .a, ttl: 300, rdatas: addresses), in: zone)])
    }

    /// Signed in form alone (RFC 4034 §3.1).
    private func signed(_ rrset: RRset, in zone: DomainName) -> RRset {
        guard isSigned else { return rrset }
        var rdata: [UInt8] = []
        func put(_ number: some FixedWidthInteger) {
            unsafe withUnsafeBytes(of: number.bigEndian) { unsafe rdata.append(contentsOf: $0) }
        }
        put(rrset.type.rawValue)
        put(key.algorithm.rawValue)
        put(UInt8(truncatingIfNeeded: rrset.ownerName.labelCount))
        put(rrset.ttl)
        put(UInt32(truncatingIfNeeded: Moment.sample.wall + 1_000_000))
        put(UInt32(truncatingIfNeeded: Moment.sample.wall - 1_000_000))
        put(key.keyTag)
        rdata += zone.wire + [UInt8](repeating: 7, count: 64)
        var signed = rrset
        signed.signatures = [RData(unchecked: rdata)]
        return signed
    }

    private mutating func add(
        _ question: Question, isAuthoritative: Bool = true, answers: [RRset] = [], authorities: [RRset] = [],
        additionals: [RRset] = []
    ) {
        var header = Header()
        header.flags = isAuthoritative ? [.qr, .aa] : .qr
        var message = Message(header: header, questions: [question])
        message.answers = answers.flatMap(\.allRecords)
        message.authorities = authorities.flatMap(\.allRecords)
        message.additionals = additionals.flatMap(\.allRecords)
        message.edns = EDNS(dnssecOK: isSigned)
        let octets = message.compose()
        responses[Self.key(of: octets, Header.length + question.qname.wire.count + 4)] = octets
    }

    // --- Answering ---

    /// The response to what the resolver asks, with the ID and the letters of the question as it has them.
    func response(to query: [UInt8]) -> [UInt8]? {
        let end = QueryView(query.span).questionEnd
        guard var response = responses[Self.key(of: query, end)] else { return nil }
        for index in 0..<2 { response[index] = query[index] }
        for index in Header.length..<end { response[index] = query[index] }
        return response
    }

    /// A hash of the question, in which letters differ from their other case by a bit that does not count (FNV-1a).
    private static func key(of message: [UInt8], _ end: Int) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in Header.length..<min(end, message.count) {
            hash = (hash ^ UInt64(message[index] | 0x20)) &* 0x0000_0100_0000_01b3
        }
        return hash
    }
}

extension RRset {
    /// Its signatures among them.
    fileprivate var allRecords: [Record] {
        rdatas.map { Record(ownerName, type, ttl: ttl, $0) }
            + signatures.map { Record(ownerName, .rrsig, ttl: ttl, $0) }
    }
}

/// Takes every signature for good, and does the rest as libcrypto does.
final class BelievingVerifier: SignatureVerifier {
    private let libcrypto = LibcryptoVerifier()

    func supports(_ algorithm: SecurityAlgorithm) -> Bool { libcrypto.supports(algorithm) }
    func supports(_ digestType: DigestType) -> Bool { libcrypto.supports(digestType) }
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool { !data.isEmpty }
    func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? {
        libcrypto.digest(digestType, of: data)
    }
    func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? {
        libcrypto.hash(name, parameters)
    }
}
