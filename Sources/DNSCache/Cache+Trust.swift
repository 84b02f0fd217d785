public import DNSWire

/// What is known of the chain of trust at a name: links that were validated, and what referrals brought for the next
/// validation to look at. Never an answer for a client.
///
/// That a zone's keys are good is not kept here but with its DNSKEY RRset, whose status is then `secure`.
public enum CachedTrust: Sendable {
    /// The DS RRset of a zone; its TTL is what is left.
    case delegationSigners(RRset, isValidated: Bool)
    /// A referral came without DS, with these NSEC or NSEC3 RRsets; not validated.
    case denial([RRset])
    /// Proven to have no DS, or only ones that nobody can check: what is below is insecure.
    case insecure(ExtendedError?)
    /// Proven to be no zone cut.
    case noCut
    /// The chain is broken here.
    case bogus(ExtendedError)

    fileprivate var isBogus: Bool {
        if case .bogus = self { true } else { false }
    }

    fileprivate var isValidated: Bool {
        switch self {
        case .delegationSigners(_, let isValidated): isValidated
        case .denial: false
        case .insecure, .noCut, .bogus: true
        }
    }
}

extension Cache {
    private enum Shape {
        static let uncheckedSigners: UInt8 = 1
        static let denial: UInt8 = 2
        /// From here on: what was validated, and is not replaced by what was not.
        static let validatedSigners: UInt8 = 3
        static let insecure: UInt8 = 4
        static let noCut: UInt8 = 5
        static let bogus: UInt8 = 6
    }

    /// - Parameter ttl: seconds.
    public func admit(_ trust: CachedTrust, at name: DomainName, ttl: UInt32, now: Moment) {
        let ttl = limits.clamp(ttl)
        guard ttl > 0 else { return }
        var payload = PayloadWriter()
        switch trust {
        case .delegationSigners(let rrset, let isValidated):
            payload.put(isValidated ? Shape.validatedSigners : Shape.uncheckedSigners)
            payload.put([rrset])
        case .denial(let proofs):
            payload.put(Shape.denial)
            payload.put(proofs)
        case .insecure(let error):
            payload.put(Shape.insecure)
            payload.put(error)
        case .noCut:
            payload.put(Shape.noCut)
        case .bogus(let error):
            payload.put(Shape.bogus)
            payload.put(error)
        }
        guard payload.bytes.count <= limits.answerSize else { return }
        write(name, trust.isBogus ? Self.bogusTag : Self.trustTag, payload: payload.bytes, ttl: ttl, now: now)
        { current in
            guard !trust.isValidated, let shape = try? current.uint8(at: 0) else { return false }
            return shape >= Shape.validatedSigners
        }
    }

    /// That the chain is broken comes before what else is known.
    public func lookupTrust(at name: DomainName, now: Moment) -> CachedTrust? {
        lookupTrust(at: name, Self.bogusTag, now) ?? lookupTrust(at: name, Self.trustTag, now)
    }

    private func lookupTrust(at name: DomainName, _ tag: KeyTag, _ now: Moment) -> CachedTrust? {
        let found = read(name, tag, now: now) { payload in try? Self.decodeTrust(payload) }
        guard let found, let trust = found.value else { return nil }
        let left = UInt32(clamping: found.remaining)
        switch trust {
        case .delegationSigners(var rrset, let isValidated):
            rrset.ttl = left
            return .delegationSigners(rrset, isValidated: isValidated)
        case .denial(var proofs):
            proofs.setTTL(left)
            return .denial(proofs)
        case .insecure, .noCut, .bogus:
            return trust
        }
    }

    private static let trustTag = KeyTag(.trust, .ds, .internet)
    /// Kept apart and for less long, so that what was known of the link is there again afterwards.
    private static let bogusTag = KeyTag(.trust, .dnskey, .internet)

    private static func decodeTrust(_ payload: Span<UInt8>) throws(WireError) -> CachedTrust? {
        var reader = PayloadReader()
        let shape = try reader.uint8(payload)
        switch shape {
        case Shape.validatedSigners, Shape.uncheckedSigners:
            guard let rrset = try reader.rrsets(payload).first else { return nil }
            return .delegationSigners(rrset, isValidated: shape == Shape.validatedSigners)
        case Shape.denial: return .denial(try reader.rrsets(payload))
        case Shape.insecure: return .insecure(try reader.extendedError(payload))
        case Shape.noCut: return .noCut
        case Shape.bogus:
            guard let error = try reader.extendedError(payload) else { return nil }
            return .bogus(error)
        default: return nil
        }
    }
}
