public import DNSCrypto
public import DNSWire

/// Who signed a request with a private key, as far as the public key that was found says.
public struct PublicKeySigner: Hashable, Sendable {
    /// Which owns the KEY record.
    public let name: DomainName
    public let algorithm: SecurityAlgorithm
    public let keyTag: UInt16
    /// Where the request's SIG record begins, and what was signed ends.
    public let contentEnd: Int
}

public enum PublicKeyVerdict: Hashable, Sendable {
    /// No SIG(0) record.
    case unsigned
    /// Responses to it are not signed.
    case signed(PublicKeySigner)
    case failed(PublicKeyFailure)
}

public enum PublicKeyFailure: Error, Hashable, Sendable {
    /// No message, a record that is no SIG, or one out of its place.
    case malformed
    /// An algorithm that is not checked here.
    case unsupportedAlgorithm
    /// Before its inception, after its expiration, or good for longer than `SIG0Verifier.maximumValidity`.
    case badTime
    /// No KEY record of the signer has this tag and algorithm and may be used so.
    case unknownKey
    case badSignature

    /// FORMERR, or NOTAUTH as for other signatures that fail.
    public var responseCode: ResponseCode { self == .malformed ? .formatError : .notAuth }
}

/// Judges the SIG(0) records of requests (RFC 2931).
public struct SIG0Verifier: Sendable {
    /// A checksum of 16 bits names the key, so that there may be others with it; each costs a check.
    static let maximumKeyCount = 4
    /// Seconds. RFC 2931 §3.3 wants five minutes before and behind; a request that is good for longer can be replayed as
    /// long.
    static let maximumValidity: UInt32 = 3600
    /// A KEY with this flag must not be used to authenticate (RFC 2535 §3.1.2).
    private static let noAuthentication: UInt16 = 0x8000

    private let verifier: any SignatureVerifier

    public init(_ verifier: any SignatureVerifier) { self.verifier = verifier }

    /// - Parameters:
    ///   - keys: the RDATA of the KEY records that a name owns, from where the caller trusts them. Asked once.
    ///   - wall: seconds since 1970.
    public func verify(
        _ packet: Span<UInt8>, wall: Int64, keys: (DomainName) -> [RData]
    ) -> PublicKeyVerdict {
        do throws(PublicKeyFailure) {
            let place: SignaturePlace?
            do throws(WireError) { place = try SignaturePlace.find(in: packet) } catch { throw .malformed }
            guard let place, place.kind == .sig0 else { return .unsigned }
            return .signed(try judge(packet, place, wall, keys))
        } catch {
            return .failed(error)
        }
    }

    private func judge(
        _ packet: Span<UInt8>, _ place: SignaturePlace, _ wall: Int64, _ keys: (DomainName) -> [RData]
    ) throws(PublicKeyFailure) -> PublicKeySigner {
        var position = place.start
        guard let record = try? Record(parsing: packet, at: &position), position == packet.count,
            let signature = Signature(record.rdata)
        else { throw .malformed }
        guard supports(signature.algorithm) else { throw .unsupportedAlgorithm }
        guard Self.isTimely(signature, at: wall) else { throw .badTime }
        let candidates = keys(signature.signer).lazy.compactMap { DNSKey($0) }.filter {
            $0.keyTag == signature.keyTag && $0.algorithm == signature.algorithm
                && $0.flags & Self.noAuthentication == 0
        }.prefix(Self.maximumKeyCount)
        guard !candidates.isEmpty else { throw .unknownKey }
        let data = Self.signedData(packet, place, signature)
        guard candidates.contains(where: { verifier.verify(signature.octets, over: data, by: $0) }) else {
            throw .badSignature
        }
        return PublicKeySigner(
            name: signature.signer, algorithm: signature.algorithm, keyTag: signature.keyTag,
            contentEnd: place.start)
    }

    /// Who may change a zone should not be known by a digest for which collisions are made, whatever DNSSEC still reads.
    private func supports(_ algorithm: SecurityAlgorithm) -> Bool {
        algorithm != .rsaSHA1 && algorithm != .rsaSHA1NSEC3SHA1 && verifier.supports(algorithm)
    }

    /// All in seconds modulo 2^32 (RFC 4034 §3.1.5).
    private static func isTimely(_ signature: Signature, at wall: Int64) -> Bool {
        let now = UInt32(truncatingIfNeeded: wall)
        let validity = signature.expiration &- signature.inception
        return validity <= maximumValidity && now &- signature.inception <= validity
    }

    /// The RDATA without the signature, its letters as they came, and the request before it was signed (RFC 2931 §3.1).
    private static func signedData(
        _ packet: Span<UInt8>, _ place: SignaturePlace, _ signature: Signature
    ) -> [UInt8] {
        var data = Array(signature.rdata.bytes.dropLast(signature.octets.count))
        let id = (try? packet.uint16(at: 0)) ?? 0
        data += packet.unsignedHeader(id: id)
        data += (try? packet.octets(Header.length..<place.start)) ?? []
        return data
    }
}
