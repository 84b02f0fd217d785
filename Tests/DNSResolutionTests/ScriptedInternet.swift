import DNSCache
import DNSCrypto
import DNSResolution
import DNSWire

/// Servers by their addresses, each with one zone, whom resolutions ask without a network.
final class ScriptedInternet {
    /// Which zone answers at which address.
    var zones: [IPAddress: ScriptedZone]
    /// Every question that was sent, without what is chance.
    private(set) var asked: [Asked] = []

    struct Asked: Equatable, CustomStringConvertible {
        let server: IPAddress
        let question: Question
        let recursion: Bool

        var description: String { "\(question) at \(server)" }
    }

    init(_ zones: [IPAddress: ScriptedZone]) { self.zones = zones }

    /// Carries a resolution to its end. A server that is not there never answers.
    func resolve(_ resolution: Resolution, at start: Moment) -> Outcome? {
        var now = start
        var events: [Resolution.Event] = [.start]
        while !events.isEmpty {
            for action in resolution.handle(events.removeFirst(), now: now) {
                switch action {
                case .send(let query): events.append(answer(query))
                case .finish(let outcome): return outcome
                case .tryTLS, .cancel: break
                }
            }
            now = now.advanced(bySeconds: 0.01)
        }
        return nil
    }

    private func answer(_ query: Resolution.UpstreamQuery) -> Resolution.Event {
        guard var message = try? Message(parsing: query.message.span), let question = message.questions.first
        else { return .failed(query.exchange) }
        asked.append(
            Asked(
                server: query.server.address, question: question,
                recursion: message.header.flags.contains(.rd)))
        guard let zone = zones[query.server.address] else { return .timedOut(query.exchange) }
        zone.answer(&message, question)
        return .received(query.exchange, message)
    }

    func servers() -> [IPAddress] { asked.map(\.server) }
}

/// A zone of master-file text on a server that knows nothing else.
struct ScriptedZone {
    let apex: DomainName
    private var rrsets: [RRset] = []
    private let key: DNSKey?
    /// Answers for aliases hold what is at their targets, whether or not that is in the zone.
    var addsTargets = false

    static let wall: Int64 = 1_768_478_400

    /// - Parameter key: with which it is signed, for `TrustingVerifier`.
    init(_ apex: DomainName, _ text: String, key: DNSKey? = nil) throws {
        self.apex = apex
        self.key = key
        var reader = MasterFileReader(
            text: "@ SOA ns host 1 2 3 4 300\n" + text, origin: apex, defaultTTL: 3_600)
        while let record = try reader.next() { add(record) }
        if let key {
            rrsets.append(RRset(apex, .dnskey, ttl: 3_600, rdatas: [key.rdata]))
            for index in rrsets.indices { rrsets[index].signatures = [signature(over: rrsets[index], key)] }
        }
    }

    private mutating func add(_ record: Record) {
        if let index = rrsets.firstIndex(where: { $0.ownerName == record.ownerName && $0.type == record.type }
        ) {
            rrsets[index].rdatas.append(record.rdata)
        } else {
            rrsets.append(RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [record.rdata]))
        }
    }

    private func rrset(_ name: DomainName, _ type: RecordType) -> RRset? {
        rrsets.first { $0.ownerName == name && $0.type == type }
    }

    func answer(_ message: inout Message, _ question: Question) {
        message.header.flags = [.qr]
        let qname = question.qname
        let cut = rrsets.first { rrset in
            rrset.type == .ns && rrset.ownerName != apex && qname.isSubdomain(of: rrset.ownerName)
                && !(question.qtype == .ds && rrset.ownerName == qname)
        }
        if let cut {
            message.authorities = cut.records
            for server in cut.rdatas.compactMap(\.targetName) {
                message.additionals += rrset(server, .a)?.records ?? []
            }
            return
        }
        message.header.flags.insert(.aa)
        var name = qname
        while true {
            if let found = rrset(name, question.qtype) {
                message.answers += found.records
                return
            }
            let dname = rrsets.first { $0.type == .dname && name.isProperSubdomain(of: $0.ownerName) }
            var alias = rrset(name, .cname)
            if let dname, let target = dname.rdatas.first?.targetName,
                case .name(let made) = name.replacingSuffix(dname.ownerName, with: target)
            {
                message.answers += dname.records
                alias = RRset(name, .cname, ttl: dname.ttl, rdatas: [.name(made)])
            }
            guard let alias, let target = alias.rdatas.first?.targetName else { break }
            message.answers += alias.records
            guard addsTargets else { return }
            name = target
        }
        let exists = rrsets.contains { $0.ownerName.isSubdomain(of: name) }
        message.responseCode = exists ? .noError : .nxDomain
        message.authorities = (rrset(apex, .soa)?.records ?? [])
        for denial in rrsets where denial.type == .nsec { message.authorities += denial.records }
    }

    // --- Signatures ---

    private func signature(over rrset: RRset, _ key: DNSKey) -> RData {
        func octets(_ number: UInt32) -> [UInt8] {
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        }
        var bytes = [UInt8(rrset.type.rawValue >> 8), UInt8(rrset.type.rawValue & 255)]
        bytes += [key.algorithm.rawValue, UInt8(rrset.ownerName.labelCount)] + octets(rrset.ttl)
        bytes += octets(UInt32(Self.wall + 86_400)) + octets(UInt32(Self.wall - 86_400))
        bytes += [UInt8(key.keyTag >> 8), UInt8(key.keyTag & 255)] + apex.wire
        return RData(unchecked: bytes + [UInt8](repeating: 1, count: 16))
    }
}

extension RRset {
    fileprivate var records: [Record] {
        rdatas.map { Record(ownerName, type, ttl: ttl, $0) }
            + signatures.map { Record(ownerName, .rrsig, ttl: ttl, $0) }
    }
}

extension DNSKey {
    /// A key for `TrustingVerifier`.
    static let scripted: DNSKey = {
        let start: [UInt8] = [1, 1, 3, SecurityAlgorithm.ed25519.rawValue]
        guard let key = DNSKey(RData(unchecked: start + [UInt8](repeating: 7, count: 32))) else {
            preconditionFailure("these are octets of a DNSKEY")
        }
        return key
    }()
}

/// Takes every signature for good; what else makes a chain of trust is checked.
final class TrustingVerifier: SignatureVerifier {
    func supports(_ algorithm: SecurityAlgorithm) -> Bool { true }
    func supports(_ digestType: DigestType) -> Bool { true }
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool { true }
    func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? { nil }
    func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? { nil }
}
