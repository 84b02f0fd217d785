import DNSWire

/// How far a signature came before it was refused. Of several signatures the one that came farthest says best what
/// is wrong.
enum SignatureObstacle: Int, Comparable {
    /// It is not of this zone, or cannot be of this name.
    case form
    /// Nobody here knows the algorithm.
    case algorithm
    /// No usable key has its tag.
    case key
    case date
    /// It was checked, and it is not one of the key.
    case check

    static func < (a: SignatureObstacle, b: SignatureObstacle) -> Bool { a.rawValue < b.rawValue }
}

/// Why one signature does not count.
struct SignatureRefusal: Error {
    let obstacle: SignatureObstacle
    let code: ExtendedError.Code
    let reason: String

    init(_ obstacle: SignatureObstacle, _ code: ExtendedError.Code, _ reason: String) {
        self.obstacle = obstacle
        self.code = code
        self.reason = reason
    }
}

extension Signature {
    var keyText: String { "key \(keyTag) (\(algorithm))" }

    /// That it is one that the zone can have made for `ownerName` (RFC 4035 §5.3.1).
    func requireForm(of ownerName: DomainName, in zone: DomainName) throws(SignatureRefusal) {
        guard signer == zone else {
            throw SignatureRefusal(
                .form, .bogus, "signature by \(keyText) of \(signer), which is not the zone \(zone)")
        }
        guard labelCount <= ownerName.signedLabelCount else {
            throw SignatureRefusal(
                .form, .bogus, "signature by \(keyText) has \(labelCount) labels, more than the name")
        }
        // A wildcard above the zone is nothing that the zone could sign for.
        guard labelCount >= zone.signedLabelCount else {
            throw SignatureRefusal(
                .form, .bogus, "signature by \(keyText) has \(labelCount) labels, fewer than the zone")
        }
    }

    /// That `wall` is in its time of validity, in serial arithmetic (RFC 4034 §3.1.5, RFC 1982), give or take `skew`.
    func requireValidity(at wall: Int64, skew: Int64) throws(SignatureRefusal) {
        guard Int32(bitPattern: expiration &- inception) >= 0 else {
            throw SignatureRefusal(
                .date, .signatureExpiredBeforeValid, "signature by \(keyText) expires before it is valid")
        }
        guard -secondsLeft(at: wall) <= skew else {
            throw SignatureRefusal(
                .date, .signatureExpired, "signature by \(keyText) expired \(expirationText)")
        }
        let secondsToWait = Int64(Int32(bitPattern: inception &- UInt32(truncatingIfNeeded: wall)))
        guard secondsToWait <= skew else {
            throw SignatureRefusal(
                .date, .signatureNotYetValid, "signature by \(keyText) is not valid before \(inceptionText)")
        }
    }

    /// Seconds to the expiration, negative behind it.
    func secondsLeft(at wall: Int64) -> Int64 {
        Int64(Int32(bitPattern: expiration &- UInt32(truncatingIfNeeded: wall)))
    }
}

extension DNSKey {
    var text: String { "key \(keyTag) (\(algorithm))" }

    /// Whether it may sign zone data: a zone key (RFC 4034 §2.1.1) that its owner has not revoked (RFC 5011 §2.1).
    var isUsable: Bool { isZoneKey && !isRevoked }
}
