import DNSCache
import DNSResolution
import DNSWire

/// Makes the octets of a finished answer from the outcome of a resolution.
struct AnswerBuilder {
    let question: Question
    /// With signatures and other DNSSEC records.
    let dnssecOK: Bool
    let limits: Cache.Limits
    /// Records of the zone to add where responses are not minimal.
    var delegation: Delegation?

    /// A response's sections may fill a whole stream message, less header, question and OPT.
    private static let maximumBody = 65_535 - 12 - 259 - 512

    func build(_ outcome: Outcome) -> FinishedAnswer {
        var writer = MessageWriter(limit: Self.maximumBody)
        writer.begin(Header())
        writer.append(question)
        let start = writer.bytes.count
        var counts: [UInt16] = [0, 0, 0]
        var ttl = UInt32.max
        var rotationStart = start
        func append(_ rrset: RRset, _ section: Section, ttl given: UInt32) {
            rotationStart = writer.bytes.count
            if writer.append(rrset, ttl: given, signatures: dnssecOK, to: section) {
                let count = rrset.rdatas.count + (dnssecOK ? rrset.signatures.count : 0)
                counts[section.rawValue] &+= UInt16(truncatingIfNeeded: count)
                ttl = min(ttl, given)
            }
        }
        for rrset in outcome.answers { append(rrset, .answer, ttl: limits.clamp(rrset.ttl)) }
        let rotation = rotation(outcome.answers.last, from: rotationStart, writer, bodyStart: start)
        for rrset in outcome.authorities { append(rrset, .authority, ttl: limits.clampNegative(rrset.ttl)) }
        if dnssecOK {
            // RFC 4035 §3.1.3: what denies, or shows that a wildcard was rightly expanded, for who wants proof.
            let negativeTTL = outcome.authorities.map { limits.clampNegative($0.ttl) }.min()
            for rrset in outcome.proofs {
                append(rrset, .authority, ttl: min(limits.clamp(rrset.ttl), negativeTTL ?? .max))
            }
        }
        for rrset in outcome.additionals { append(rrset, .additional, ttl: limits.clamp(rrset.ttl)) }
        if let delegation, outcome.authorities.isEmpty, !outcome.answers.isEmpty {
            for (section, rrset) in Self.rrsets(of: delegation) {
                append(rrset, section, ttl: limits.clamp(rrset.ttl))
            }
        }
        let body = Array(writer.bytes[start...])
        var flags = outcome.responseCode.rawValue & 0xf
        if outcome.isAuthoritative { flags |= HeaderFlags.aa.rawValue }
        if outcome.security == .secure { flags |= HeaderFlags.ad.rawValue }
        return FinishedAnswer(
            flagBits: flags, answerCount: counts[0], authorityCount: counts[1], additionalCount: counts[2],
            body: body,
            ttlOffsets: Self.ttlOffsets(in: writer.bytes, from: start),
            rotation: rotation, ttl: ttl == .max ? 0 : ttl)
    }

    /// Addresses of one RRset at the end of the answer section may change places: all have the same length and every
    /// owner is a pointer to what stands before.
    private func rotation(
        _ rrset: RRset?, from offset: Int, _ writer: MessageWriter, bodyStart: Int
    ) -> FinishedAnswer.Rotation? {
        guard let rrset, rrset.type == .a || rrset.type == .aaaa, rrset.rdatas.count > 1,
            !dnssecOK || rrset.signatures.isEmpty
        else { return nil }
        let length = 12 + (rrset.type == .a ? 4 : 16)
        guard writer.bytes.count - offset == length * rrset.rdatas.count, writer.bytes[offset] >= 0xc0 else {
            return nil
        }
        return FinishedAnswer.Rotation(
            offset: UInt16(offset - bodyStart), count: UInt16(rrset.rdatas.count),
            recordLength: UInt16(length))
    }

    /// Where the TTLs of all records behind `start` are.
    private static func ttlOffsets(in bytes: [UInt8], from start: Int) -> [UInt16] {
        var offsets: [UInt16] = []
        var position = start
        while position + 11 <= bytes.count {
            while position < bytes.count, bytes[position] != 0, bytes[position] < 0xc0 {
                position += Int(bytes[position]) + 1
            }
            guard position < bytes.count else { break }
            position += bytes[position] == 0 ? 1 : 2
            guard position + 10 <= bytes.count else { break }
            offsets.append(UInt16(position + 4 - start))
            position += 10 + (Int(bytes[position + 8]) << 8 | Int(bytes[position + 9]))
        }
        return offsets
    }

    private static func rrsets(of delegation: Delegation) -> [(Section, RRset)] {
        let names = delegation.nameServers.map { RData.name($0.name) }
        var rrsets = [(Section.authority, RRset(delegation.zone, .ns, ttl: delegation.ttl, rdatas: names))]
        for server in delegation.nameServers {
            for type in [RecordType.a, .aaaa] {
                let addresses = server.addresses.filter { RecordType.address($0.family) == type }
                guard !addresses.isEmpty else { continue }
                rrsets.append(
                    (
                        .additional,
                        RRset(server.name, type, ttl: delegation.ttl, rdatas: addresses.map(RData.address))
                    ))
            }
        }
        return rrsets
    }
}
