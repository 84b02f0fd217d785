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

    /// More records than this are not kept (CVE-2024-1737: huge RRsets).
    public static let maximumRecordsPerRRset = 256
    /// Larger data is answered, not kept.
    public static let maximumPayload = 16_384

    // --- RRsets ---

    /// Keeps an RRset, unless better data is there and still fresh.
    public func admit(_ rrset: RRset, rank: Rank, security: SecurityStatus = .indeterminate, now: Moment) {
        let ttl = limits.clamp(rrset.ttl)
        guard ttl > 0, rrset.rdatas.count <= Self.maximumRecordsPerRRset else { return }
        var payload = PayloadWriter()
        payload.put(Shape.rrset)
        payload.put(rank.rawValue)
        payload.put(security.rawValue)
        payload.put(UInt16(truncatingIfNeeded: rrset.rdatas.count))
        payload.put(UInt16(truncatingIfNeeded: rrset.signatures.count))
        for rdata in rrset.rdatas { payload.put(rdata) }
        for rdata in rrset.signatures { payload.put(rdata) }
        guard payload.bytes.count <= Self.maximumPayload else { return }
        let tag = KeyTag(.rrset, rrset.type, rrset.recordClass)
        write(rrset.ownerName, tag, payload: payload.bytes, ttl: ttl, now: now) { current in
            (try? current.uint8(at: 1)).map { $0 > rank.rawValue } ?? false
        }
        // The name exists after all.
        if rank.isAnswer { remove(rrset.ownerName, KeyTag(.nxDomain, .any, rrset.recordClass)) }
    }

    /// What is known of a name and type, if it is fresh.
    public func lookup(
        _ name: DomainName, _ type: RecordType, _ recordClass: RecordClass = .internet, now: Moment
    ) -> CachedType? {
        let found = read(name, KeyTag(.rrset, type, recordClass), now: now) { payload in
            Self.decodeType(payload, name, type, recordClass)
        }
        guard let found, var value = found.value else { return nil }
        let left = UInt32(clamping: found.remaining)
        switch value {
        case .rrset(var cached):
            cached.rrset.ttl = left
            value = .rrset(cached)
        case .noData(var denial):
            denial.ttl = left
            denial.soa?.ttl = left
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
            let (count, signatureCount) = (try reader.uint16(payload), try reader.uint16(payload))
            var rrset = RRset(name, type, recordClass, ttl: 0, rdatas: [])
            for _ in 0..<count { rrset.rdatas.append(try reader.rdata(payload)) }
            for _ in 0..<signatureCount { rrset.signatures.append(try reader.rdata(payload)) }
            return .rrset(CachedRRset(rrset: rrset, rank: rank, security: security))
        } catch {
            return nil
        }
    }

    // --- Denials (RFC 2308) ---

    /// Keeps the proof that `name` has no data of `type`, for as long as its SOA says (RFC 2308 §5).
    public func admitNoData(
        _ name: DomainName, _ type: RecordType, _ recordClass: RecordClass = .internet, soa: RRset?,
        ttl: UInt32,
        security: SecurityStatus = .indeterminate, now: Moment
    ) {
        write(denial: soa, name, KeyTag(.rrset, type, recordClass), ttl, security, now)
    }

    /// Keeps the proof that `name` and all below it do not exist (RFC 8020).
    public func admitNXDomain(
        _ name: DomainName, _ recordClass: RecordClass = .internet, soa: RRset?, ttl: UInt32,
        security: SecurityStatus = .indeterminate, now: Moment
    ) {
        write(denial: soa, name, KeyTag(.nxDomain, .any, recordClass), ttl, security, now)
    }

    private func write(
        denial soa: RRset?, _ name: DomainName, _ tag: KeyTag, _ ttl: UInt32, _ security: SecurityStatus,
        _ now: Moment
    ) {
        let ttl = limits.clampNegative(ttl)
        guard ttl > 0 else { return }
        var payload = PayloadWriter()
        payload.put(Shape.denial)
        payload.put(Rank.authority.rawValue)
        payload.put(security.rawValue)
        payload.put(name)
        payload.put(UInt8(soa == nil ? 0 : 1))
        if let soa {
            payload.put(soa.ownerName)
            payload.put(UInt16(truncatingIfNeeded: soa.rdatas.count))
            payload.put(UInt16(truncatingIfNeeded: soa.signatures.count))
            for rdata in soa.rdatas + soa.signatures { payload.put(rdata) }
        }
        guard payload.bytes.count <= Self.maximumPayload else { return }
        write(name, tag, payload: payload.bytes, ttl: ttl, now: now)
    }

    private static func decodeDenial(_ payload: Span<UInt8>) throws(WireError) -> CachedDenial? {
        var reader = PayloadReader()
        guard try reader.uint8(payload) == Shape.denial, try reader.uint8(payload) > 0,
            let security = SecurityStatus(rawValue: try reader.uint8(payload))
        else { return nil }
        let name = try reader.name(payload)
        var denial = CachedDenial(soa: nil, ttl: 0, name: name, security: security)
        if try reader.uint8(payload) == 1 {
            var soa = RRset(try reader.name(payload), .soa, ttl: 0, rdatas: [])
            let (count, signatureCount) = (try reader.uint16(payload), try reader.uint16(payload))
            for _ in 0..<count { soa.rdatas.append(try reader.rdata(payload)) }
            for _ in 0..<signatureCount { soa.signatures.append(try reader.rdata(payload)) }
            denial.soa = soa
        }
        return denial
    }

    /// The denial of `name` itself or of its closest ancestor that is known not to exist (RFC 8020 §2).
    public func lookupNXDomain(
        _ name: DomainName, _ recordClass: RecordClass = .internet, now: Moment
    ) -> CachedDenial? {
        var candidate: DomainName? = name
        while let current = candidate, !current.isRoot {
            let found = read(current, KeyTag(.nxDomain, .any, recordClass), now: now) { payload in
                try? Self.decodeDenial(payload)
            }
            if let found, var denial = found.value {
                denial.ttl = UInt32(clamping: found.remaining)
                denial.soa?.ttl = denial.ttl
                return denial
            }
            candidate = current.parent
        }
        return nil
    }

    // --- Failures (RFC 9520) ---

    /// Remembers that resolving the question failed, so that it is not tried again for `ttl` seconds.
    public func admitFailure(_ question: Question, _ error: ExtendedError?, ttl: UInt32, now: Moment) {
        var payload = PayloadWriter()
        payload.put(error?.code.rawValue ?? .max)
        payload.put(error?.text ?? "")
        write(
            question.qname, KeyTag(.failure, question.qtype, question.qclass), payload: payload.bytes,
            // RFC 9520 §3.2: at least one second, at most five minutes.
            ttl: max(1, min(ttl, 300)), now: now)
    }

    /// The failure that is remembered of a question: nil if none is, with the reason where one is known.
    public func lookupFailure(_ question: Question, now: Moment) -> ExtendedError?? {
        read(question.qname, KeyTag(.failure, question.qtype, question.qclass), now: now) { payload in
            var reader = PayloadReader()
            guard let code = try? reader.uint16(payload), code != .max, let text = try? reader.text(payload)
            else {
                return ExtendedError?.none
            }
            return ExtendedError(.init(rawValue: code), text)
        }.map(\.value)
    }
}
