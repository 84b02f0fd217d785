import DNSWire

/// Makes the signatures that `TestVerifier` believes; every field can be made wrong.
struct TestSigner {
    /// The wall clock of these tests: 2026-01-15T12:00:00Z.
    static let wall: Int64 = 1_768_478_400

    var key: DNSKey
    var zone: DomainName
    var inception = UInt32(TestSigner.wall - 86_400)
    var expiration = UInt32(TestSigner.wall + 864_000)
    /// Those of the owner name unless given.
    var labelCount: Int?
    /// Those of the RRset unless given.
    var typeCovered: RecordType?
    var originalTTL: UInt32?
    var keyTag: UInt16?
    var algorithm: SecurityAlgorithm?
    /// The name that is signed, where it is not the owner: the wildcard of an expanded RRset.
    var signedName: DomainName?

    init(_ key: DNSKey, _ zone: DomainName) {
        self.key = key
        self.zone = zone
    }

    func signature(over rrset: RRset) -> RData {
        let name = signedName ?? rrset.ownerName
        let labels = labelCount ?? (name.isWildcard ? name.labelCount - 1 : name.labelCount)
        let ttl = originalTTL ?? rrset.ttl
        var prefix = Self.octets((typeCovered ?? rrset.type).rawValue)
        prefix += [(algorithm ?? key.algorithm).rawValue, UInt8(labels)]
        for number in [ttl, expiration, inception] { prefix += Self.octets(number) }
        prefix += Self.octets(keyTag ?? key.keyTag)
        var data = prefix + zone.lowercase.wire
        for rdata in Set(rrset.rdatas.map { $0.canonical(for: rrset.type) }).sorted(by: {
            $0.lexicographicallyPrecedes($1)
        }) {
            data += name.lowercase.wire + Self.octets(rrset.type.rawValue)
            data += Self.octets(rrset.recordClass.rawValue) + Self.octets(ttl)
            data += Self.octets(UInt16(rdata.count)) + rdata
        }
        return RData(unchecked: prefix + zone.wire + TestVerifier.signature(over: data, by: key))
    }

    func signed(_ rrset: RRset) -> RRset {
        var rrset = rrset
        rrset.signatures.append(signature(over: rrset))
        return rrset
    }

    private static func octets(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    private static func octets(_ number: UInt32) -> [UInt8] {
        octets(UInt16(number >> 16)) + octets(UInt16(number & 0xffff))
    }
}

extension RRset {
    /// The RRsets of master-file text, in no order; RRSIG records go to what they cover.
    static func sets(_ text: String, origin: DomainName = .root) throws -> [RRset] {
        struct Key: Hashable {
            let name: DomainName
            let type: RecordType
        }
        var sets: [Key: RRset] = [:]
        var signatures: [(Key, RData)] = []
        var reader = MasterFileReader(text: text, origin: origin, defaultTTL: 3_600)
        while let record = try reader.next() {
            if record.type == .rrsig, let signature = Signature(record.rdata) {
                signatures.append((Key(name: record.ownerName, type: signature.typeCovered), record.rdata))
                continue
            }
            let key = Key(name: record.ownerName, type: record.type)
            let empty = RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [])
            sets[key, default: empty].rdatas.append(record.rdata)
        }
        for (key, signature) in signatures { sets[key]?.signatures.append(signature) }
        return Array(sets.values)
    }

    /// One RRset of master-file text.
    init(_ text: String, origin: DomainName = "example.") throws {
        let sets = try RRset.sets(text, origin: origin)
        guard sets.count == 1 else { throw NotOneRRset(text: text) }
        self = sets[0]
    }

    struct NotOneRRset: Error {
        let text: String
    }

    var withSignaturesReversed: RRset {
        var rrset = self
        rrset.signatures.reverse()
        return rrset
    }

    /// As a server gives it that expanded a wildcard.
    func expanded(to name: DomainName) -> RRset {
        var rrset = self
        rrset.ownerName = name
        return rrset
    }
}
