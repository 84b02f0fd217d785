import DNSCrypto
import DNSWire
import Testing

@testable import DNSZones

typealias Vectors = TransactionVectors

extension TransactionVectors {
    static func key(
        _ algorithm: AuthenticationAlgorithm = .hmacSHA256, minimumMACLength: Int? = nil
    ) -> TransactionKey {
        TransactionKey(
            name, algorithm, secret: secret(algorithm.length), minimumMACLength: minimumMACLength)
    }

    static var name: DomainName { (try? DomainName(keyName)) ?? .root }
    static func secret(_ length: Int) -> [UInt8] { (0..<length).map { UInt8(truncatingIfNeeded: $0 + 1) } }
}

/// For arrays, as what `#require` is given must not be a span.
func judge(
    _ packet: [UInt8], _ keys: [TransactionKey], wall: Int64 = TransactionVectors.wall
) -> SignatureVerdict {
    TransactionVerifier.verify(packet.span, keys: KeyRing(keys), wall: wall)
}

extension TransactionClient {
    mutating func verify(_ response: [UInt8], wall: Int64 = TransactionVectors.wall) -> Verdict {
        verify(response.span, wall: wall)
    }
}

extension SignatureVerdict {
    var session: TransactionSession? {
        guard case .signed(let session) = self else { return nil }
        return session
    }

    var rejection: TransactionRejection? {
        guard case .rejected(let rejection) = self else { return nil }
        return rejection
    }

    var isUnsigned: Bool {
        guard case .unsigned = self else { return false }
        return true
    }
}

/// What the tests look for in a verdict.
enum Outcome: Hashable {
    case unsigned, signed, formErr, badKey, badSig, badTime, badTrunc, sig0, other

    init(_ verdict: SignatureVerdict) {
        switch verdict {
        case .unsigned: self = .unsigned
        case .signed: self = .signed
        case .sig0: self = .sig0
        case .rejected(let rejection):
            switch (rejection.responseCode, rejection.error) {
            case (.formatError, nil): self = .formErr
            case (.notAuth, .badKey): self = .badKey
            case (.notAuth, .badSignature): self = .badSig
            case (.notAuth, .badTime): self = .badTime
            case (.notAuth, .badTruncation): self = .badTrunc
            default: self = .other
            }
        }
    }
}

/// The TSIG record that ends a message.
struct SignedMessage {
    let content: [UInt8]
    let keyName: DomainName
    var signature: TransactionSignature

    init(_ bytes: [UInt8]) throws {
        let place = try SignaturePlace.find(in: bytes.span)
        let read = place.flatMap { TransactionVerifier.read(bytes.span, $0) }
        let start = try #require(place?.start)
        (keyName, signature) = try #require(read)
        content = Array(bytes[..<start])
    }

    /// The message with what was changed in the signature.
    var bytes: [UInt8] { Self.bytes(content, keyName, signature.rdata.bytes) }

    /// A message, whose ARCOUNT counts the record already, with TSIG RDATA behind it.
    static func bytes(_ content: [UInt8], _ keyName: DomainName, _ rdata: [UInt8]) -> [UInt8] {
        content + keyName.wire + [0, 250, 0, 255, 0, 0, 0, 0]
            + [UInt8(rdata.count >> 8), UInt8(rdata.count & 0xff)] + rdata
    }
}
