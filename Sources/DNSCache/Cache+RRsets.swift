public import DNSWire

/// How far data may be believed (RFC 2181 §5.4.1): the higher wins.
public enum Rank: UInt8, Sendable, Comparable {
    /// Additional section, or glue: only ever used to reach servers.
    case additional = 1
    /// Authority section of an answer that was not authoritative: a referral.
    case referral = 2
    /// Answer section of an answer that was not authoritative.
    case nonAuthoritativeAnswer = 3
    /// Authority section of an authoritative answer.
    case authority = 4
    /// Answer section of an authoritative answer.
    case answer = 5

    public static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }

    /// Whether a client may be given it as an answer.
    public var isAnswer: Bool { self >= .nonAuthoritativeAnswer }
}

/// What validation found (RFC 4033 §5, RFC 4035 §4.3).
public enum SecurityStatus: UInt8, Sendable {
    case indeterminate = 0
    case insecure = 1
    case secure = 2
    case bogus = 3
}

/// An RRset from the cache; `rrset.ttl` is what is left of it.
public struct CachedRRset: Sendable {
    public var rrset: RRset
    /// What proves that a wildcard was rightly expanded.
    public var proofs: [RRset]
    public var rank: Rank
    public var security: SecurityStatus
}

/// A proof that a name or a type does not exist, from the cache.
public struct CachedDenial: Sendable {
    /// The SOA that came with it; its TTL is what is left. Nil where the server sent none.
    public var soa: RRset?
    /// Seconds left.
    public var ttl: UInt32
    /// The name that does not exist (an ancestor of the question's, by RFC 8020), or whose type does not.
    public var name: DomainName
    /// The NSEC or NSEC3 RRsets that came along.
    public var proofs: [RRset]
    public var security: SecurityStatus
}

public enum CachedType: Sendable {
    case rrset(CachedRRset)
    case noData(CachedDenial)
}

extension Cache {
    private enum Shape {
        static let rrset: UInt8 = 1
        static let denial: UInt8 = 2
    }

    // --- RRsets ---

    /// Keeps an RRset, unless better data is there and still fresh: of a higher rank, or validated where this is not.
    public func admit(
        _ rrset: RRset, rank: Rank, security: SecurityStatus = .indeterminate, proofs: [RRset] = [],
        now: Moment
    ) {
        let ttl = limits.clamp(min(rrset.ttl, proofs.shortestTTL))
        guard ttl > 0, rrset.rdatas.count <= limits.recordsPerRRset else { return }
        var payload = PayloadWriter()
        payload.reserve(3 + PayloadWriter.length(ofDataOf: rrset) + 1)
        payload.put(Shape.rrset)
        payload.put(rank.rawValue)
        payload.put(security.rawValue)
        payload.put(dataOf: rrset)
        payload.put(proofs)
        guard payload.bytes.count <= limits.answerSize else { return }
        let tag = KeyTag(.rrset, rrset.type, rrset.recordClass)
        write(rrset.ownerName, tag, payload: payload.bytes, ttl: ttl, now: now) { current in
            Self.isBetter(current, than: rank, security)
        }
        // The name exists after all.
        if rank.isAnswer { remove(rrset.ownerName, KeyTag(.nxDomain, .any, rrset.recordClass)) }
    }

    private static func isBetter(
        _ current: Span<UInt8>, than rank: Rank, _ security: SecurityStatus
    ) -> Bool {
        guard let currentRank = try? current.uint8(at: 1), let currentSecurity = try? current.uint8(at: 2)
        else { return false }
        if security == .secure { return false }
        return currentRank > rank.rawValue || currentSecurity == SecurityStatus.secure.rawValue
    }

    /// What is known of a name and type, if it is fresh.
    public func lookup(
        _ name: DomainName, _ type: RecordType, _ recordClass: RecordClass = .internet, now: Moment
    ) -> CachedType? {
        lookup(ancestorOf: name, at: 0, type, recordClass, now: now)
    }

    /// The same for the name itself or an ancestor of it, by one of its `ancestorOffsets`.
    public func lookup(
        ancestorOf name: DomainName, at start: Int, _ type: RecordType, _ recordClass: RecordClass,
        now: Moment
    ) -> CachedType? {
        let found = read(name, from: start, KeyTag(.rrset, type, recordClass), now: now) { payload in
            Self.decodeType(payload, name.ancestor(at: start), type, recordClass)
        }
        guard let found, var value = found.value else { return nil }
        let left = UInt32(clamping: found.remaining)
        switch value {
        case .rrset(var cached):
            cached.rrset.ttl = left
            cached.proofs.setTTL(left)
            value = .rrset(cached)
        case .noData(var denial):
            denial.setTTL(left)
            value = .noData(denial)
        }
        return value
    }

    private static func decodeType(
        _ payload: Span<UInt8>, _ name: DomainName, _ type: RecordType, _ recordClass: RecordClass
    ) -> CachedType? {
        var reader = PayloadReader()
        do throws(WireError) {
            guard try reader.uint8(payload) == Shape.rrset else {
                return try decodeDenial(payload).map { .noData($0) }
            }
            guard let rank = Rank(rawValue: try reader.uint8(payload)),
                let security = SecurityStatus(rawValue: try reader.uint8(payload))
            else { return nil }
            var rrset = RRset(name, type, recordClass, ttl: 0, rdatas: [])
            try reader.data(payload, of: &rrset)
            let proofs = try reader.rrsets(payload)
            return .rrset(CachedRRset(rrset: rrset, proofs: proofs, rank: rank, security: security))
        } catch {
            return nil
        }
    }

    // --- Denials (RFC 2308) ---

    /// Keeps the proof that `name` has no data of `type`, for as long as its SOA says (RFC 2308 §5).
    public func admitNoData(
        _ name: DomainName, _ type: RecordType, _ recordClass: RecordClass = .internet, soa: RRset?,
        ttl: UInt32, security: SecurityStatus = .indeterminate, proofs: [RRset] = [], now: Moment
    ) {
        write(denial: soa, proofs, name, KeyTag(.rrset, type, recordClass), ttl, security, now)
    }

    /// Keeps the proof that `name` and all below it do not exist (RFC 8020).
    public func admitNXDomain(
        _ name: DomainName, _ recordClass: RecordClass = .internet, soa: RRset?, ttl: UInt32,
        security: SecurityStatus = .indeterminate, proofs: [RRset] = [], now: Moment
    ) {
        write(denial: soa, proofs, name, KeyTag(.nxDomain, .any, recordClass), ttl, security, now)
    }

    private func write(
        denial soa: RRset?, _ proofs: [RRset], _ name: DomainName, _ tag: KeyTag, _ ttl: UInt32,
        _ security: SecurityStatus, _ now: Moment
    ) {
        let ttl = limits.clampNegative(min(ttl, proofs.shortestTTL))
        guard ttl > 0 else { return }
        var payload = PayloadWriter()
        payload.put(Shape.denial)
        payload.put(Rank.authority.rawValue)
        payload.put(security.rawValue)
        payload.put(name)
        payload.put(soa.map { [$0] } ?? [])
        payload.put(proofs)
        guard payload.bytes.count <= limits.answerSize else { return }
        write(name, tag, payload: payload.bytes, ttl: ttl, now: now) { current in
            // A denial is of the rank of an authority section; only what was validated stands above it.
            security != .secure
                && (try? current.uint8(at: 2)).map { $0 == SecurityStatus.secure.rawValue } ?? false
        }
    }

    private static func decodeDenial(_ payload: Span<UInt8>) throws(WireError) -> CachedDenial? {
        var reader = PayloadReader()
        guard try reader.uint8(payload) == Shape.denial, try reader.uint8(payload) > 0,
            let security = SecurityStatus(rawValue: try reader.uint8(payload))
        else { return nil }
        let name = try reader.name(payload)
        let soa = try reader.rrsets(payload).first
        return CachedDenial(
            soa: soa, ttl: 0, name: name, proofs: try reader.rrsets(payload), security: security)
    }

    /// The denial of `name` itself or of its closest ancestor that is known not to exist (RFC 8020 §2).
    public func lookupNXDomain(
        _ name: DomainName, _ recordClass: RecordClass = .internet, now: Moment
    ) -> CachedDenial? {
        let tag = KeyTag(.nxDomain, .any, recordClass)
        for start in name.ancestorOffsets where start < name.wire.count - 1 {
            let found = read(name, from: start, tag, now: now) { payload in try? Self.decodeDenial(payload) }
            if let found, var denial = found.value {
                denial.setTTL(UInt32(clamping: found.remaining))
                return denial
            }
        }
        return nil
    }

    // --- Failures (RFC 9520) ---

    /// Remembers that resolving the question failed, so that it is not tried again for `ttl` seconds.
    ///
    /// - Parameter variant: what failed validation may still be had with checking disabled, so that is remembered apart.
    public func admitFailure(
        _ question: Question, _ error: ExtendedError?, variant: AnswerVariant = [], ttl: UInt32, now: Moment
    ) {
        var payload = PayloadWriter()
        payload.put(error)
        write(
            question.qname, KeyTag(.failure, question.qtype, question.qclass, variant),
            payload: payload.bytes,
            // RFC 9520 §3.2: at least one second, at most five minutes.
            ttl: max(1, min(ttl, 300)), now: now)
    }

    /// The failure that is remembered of a question: nil if none is, with the reason where one is known.
    public func lookupFailure(
        _ question: Question, variant: AnswerVariant = [], now: Moment
    ) -> ExtendedError?? {
        let tag = KeyTag(.failure, question.qtype, question.qclass, variant)
        return read(question.qname, tag, now: now) { payload in
            var reader = PayloadReader()
            return (try? reader.extendedError(payload)) ?? nil
        }.map(\.value)
    }
}

extension CachedDenial {
    fileprivate mutating func setTTL(_ seconds: UInt32) {
        ttl = seconds
        soa?.ttl = seconds
        proofs.setTTL(seconds)
    }
}

extension [RRset] {
    /// An entry lives no longer than any of its parts; without parts there is no bound.
    var shortestTTL: UInt32 { map(\.ttl).min() ?? .max }

    /// What an entry holds lives as long as the entry.
    mutating func setTTL(_ seconds: UInt32) {
        for index in indices { self[index].ttl = seconds }
    }
}
