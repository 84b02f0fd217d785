import DNSCrypto
public import DNSWire

/// Who a request is from, as far as it proves that itself.
public enum SignatureVerdict: Sendable {
    case unsigned
    /// By a key of the ring. Responses are signed by the session.
    case signed(TransactionSession)
    /// By a private key (RFC 2931), which `SIG0Verifier` judges. Where no signature is needed it counts for nothing.
    case sig0(SignaturePlace)
    /// To be answered with this, and with nothing else done.
    case rejected(TransactionRejection)
}

/// Judges the TSIG records of requests (RFC 8945 §5.2).
///
/// Nothing is remembered from one request to the next. The RFC would have a time that lies before the last one of its key
/// be refused; but several clients may share a key, each with its own clock, datagrams overtake each other, and times are
/// whole seconds, so that honest requests would fail and most replays pass. What bounds a replay is the fudge.
public enum TransactionVerifier {
    /// For who has read the request already, so that it is not walked through again.
    ///
    /// - Parameters:
    ///   - view: of opcode QUERY, UPDATE or NOTIFY, and without fault.
    ///   - keys: only asked for where the request is signed.
    ///   - wall: seconds since 1970.
    @inlinable
    public static func verify(
        _ packet: Span<UInt8>, _ view: QueryView, keys: @autoclosure () -> KeyRing, wall: Int64
    ) -> SignatureVerdict {
        // Nearly all requests end here, in the caller's own code.
        guard let place = view.signature else { return .unsigned }
        return judge(packet, place, keys(), wall)
    }

    /// A request of any opcode. One that is no message, or has a signature in a place where none may be, is rejected.
    public static func verify(_ packet: Span<UInt8>, keys: KeyRing, wall: Int64) -> SignatureVerdict {
        do throws(WireError) {
            guard let place = try SignaturePlace.find(in: packet) else { return .unsigned }
            return judge(packet, place, keys, wall)
        } catch {
            return .rejected(.malformed)
        }
    }

    /// The checks in the order of RFC 8945 §5.2: key, MAC, time, truncation.
    @usableFromInline
    static func judge(
        _ packet: Span<UInt8>, _ place: SignaturePlace, _ keys: KeyRing, _ wall: Int64
    ) -> SignatureVerdict {
        guard place.kind == .tsig else { return .sig0(place) }
        guard let (name, signature) = read(packet, place) else { return .rejected(.malformed) }
        guard let key = keys.key(named: name), key.algorithm.domainName == signature.algorithm else {
            return .rejected(.init(unsigned: .badKey, signature, keyName: name))
        }
        // Before anything is computed, so that no length has a meaning that it must not have (RFC 8945 §5.2.2.1).
        guard key.acceptsLength(of: signature.mac) else { return .rejected(.malformed) }
        var mac = key.authentication.begin()
        mac.absorb(signed: packet, at: place, id: signature.originalID)
        mac.absorb(signature.variables(for: key))
        guard AuthenticationKey.areEqual(Array(mac.code().prefix(signature.mac.count)), signature.mac) else {
            return .rejected(.init(unsigned: .badSignature, signature, keyName: name))
        }
        guard signature.isTimely(at: wall) else {
            return .rejected(.init(signed: .badTime, signature, by: key))
        }
        guard signature.mac.count >= key.minimumMACLength else {
            return .rejected(.init(signed: .badTruncation, signature, by: key))
        }
        return .signed(TransactionSession(key, signature, contentEnd: place.start))
    }

    /// The key's name and the RDATA; nil where the record is not one that may be (RFC 8945 §4.2).
    static func read(
        _ packet: Span<UInt8>, _ place: SignaturePlace
    ) -> (name: DomainName, signature: TransactionSignature)? {
        var position = place.start
        guard let name = try? DomainName(parsing: packet, at: &position), position == place.fields,
            let recordClass = try? packet.uint16(at: position + 2),
            recordClass == RecordClass.any.rawValue,
            let ttl = try? packet.uint32(at: position + 4), ttl == 0,
            let length = try? packet.uint16(at: position + 8), position + 10 + Int(length) == packet.count,
            let signature = try? TransactionSignature(
                parsing: packet, (position + 10)..<packet.count)
        else { return nil }
        return (name, signature)
    }
}

extension TransactionKey {
    /// Whether a MAC has a length that may be sent at all, whatever the policy (RFC 8945 §5.2.2.1).
    func acceptsLength(of mac: [UInt8]) -> Bool {
        (algorithm.shortestLength...algorithm.length).contains(mac.count)
    }
}

extension TransactionSignature {
    /// What its MAC covers beside the message, once its names are known to be those of `key` but for their case.
    func variables(for key: TransactionKey) -> [UInt8] {
        var canonical = self
        canonical.algorithm = key.algorithm.domainName
        return canonical.variables(ownerName: key.name)
    }

    /// Whether it was made no longer ago, and no further ahead, than its fudge and ours (RFC 8945 §5.2.3).
    func isTimely(at wall: Int64) -> Bool {
        let wall = min(max(wall, 0), Self.maximumTime)
        return abs(wall - timeSigned) <= Int64(min(fudge, TransactionSigner.fudge))
    }
}
