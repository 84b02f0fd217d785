import DNSCrypto
public import DNSWire

/// What is wrong with the signature of a response (RFC 8945 §5.4). The response is then not to be believed in anything,
/// and a connection that it came over is to be closed.
public enum TransactionFailure: Error, Hashable, Sendable {
    /// No signature where one must be: the first and last message of a response, and one in each hundred.
    case unsigned
    /// No message, a TSIG record that is none or out of its place, or a MAC of impossible length.
    case malformed
    /// By another key, or with another algorithm, than the request.
    case otherKey
    /// The MAC is wrong.
    case badSignature
    /// Made at this time, which is too far from ours or before the message before.
    case badTime(Int64)
    /// The MAC is shorter than the key demands.
    case badTruncation
    /// The server did not take the request's signature. Only where `isProved` it was the server who says so.
    case refused(TransactionError, isProved: Bool, serverTime: Int64?)
}

extension TransactionFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unsigned: "not signed"
        case .malformed: "the signature is malformed"
        case .otherKey: "signed with another key"
        case .badSignature: "the signature is wrong"
        case .badTime(let time): "signed at \(time), which is too far from now"
        case .badTruncation: "the signature is too short"
        case .refused(let error, let isProved, _):
            "our signature is refused: \(error)" + (isProved ? "" : ", which is not proved")
        }
    }
}

/// The client's side of a signed transaction: one request, and a response of one message or many.
public struct TransactionClient: Sendable {
    /// Messages in a row that a server may send without a signature (RFC 8945 §5.3.1).
    static let maximumUnsignedCount = 99

    public let key: TransactionKey
    private var signer: TransactionSigner
    /// The MAC of the request, then of the last signed response.
    private var priorMAC: [UInt8] = []
    private var latestTime: Int64 = 0
    private var isFirst = true
    /// Digests the messages since the last that was signed.
    private var sinceSigned: MessageAuthentication?
    private var unsignedCount = 0

    public init(_ key: TransactionKey) {
        self.key = key
        signer = TransactionSigner(key)
    }

    public enum Verdict: Hashable, Sendable {
        /// It, and all before it, is what the server sent. Where its TSIG record begins.
        case signed(contentEnd: Int)
        /// Between signed messages: not to be believed before the next that is signed.
        case pending
        case failed(TransactionFailure)
    }

    /// Whether all that came so far is proved: what must be so when the response ends.
    public var isComplete: Bool { !isFirst && unsignedCount == 0 }

    /// Signs the request, which must be done once.
    ///
    /// - Parameter wall: seconds since 1970.
    /// - Returns: false where the signed request would have more than `limit` octets.
    public mutating func sign(_ request: inout [UInt8], limit: Int = 65_535, wall: Int64) -> Bool {
        guard signer.sign(&request, limit: limit, wall: wall) else { return false }
        priorMAC = signer.priorMAC ?? []
        return true
    }

    /// Judges the next message of the response, whose ID and question are the caller's to compare.
    public mutating func verify(_ response: Span<UInt8>, wall: Int64) -> Verdict {
        do throws(TransactionFailure) {
            let place: SignaturePlace?
            do throws(WireError) { place = try SignaturePlace.find(in: response) } catch { throw .malformed }
            guard let place, place.kind == .tsig else {
                try takeUnsigned(response)
                return .pending
            }
            try verify(response, place, wall)
            return .signed(contentEnd: place.start)
        } catch {
            return .failed(error)
        }
    }

    private mutating func takeUnsigned(_ response: Span<UInt8>) throws(TransactionFailure) {
        guard !isFirst, unsignedCount < Self.maximumUnsignedCount else { throw .unsigned }
        unsignedCount += 1
        var mac = digestInProgress
        mac.absorb(response)
        sinceSigned = mac
    }

    private mutating func verify(
        _ response: Span<UInt8>, _ place: SignaturePlace, _ wall: Int64
    ) throws(TransactionFailure) {
        guard let (name, signature) = TransactionVerifier.read(response, place) else { throw .malformed }
        // BADKEY and BADSIG come without a MAC (RFC 8945 §5.3.2).
        if signature.mac.isEmpty, signature.error != .none {
            throw .refused(signature.error, isProved: false, serverTime: nil)
        }
        guard name == key.name, signature.algorithm == key.algorithm.domainName else { throw .otherKey }
        guard key.acceptsLength(of: signature.mac) else { throw .malformed }
        var mac = digestInProgress
        mac.absorb(signed: response, at: place, id: signature.originalID)
        mac.absorb(isFirst ? signature.variables(for: key) : signature.timers)
        guard AuthenticationKey.areEqual(Array(mac.code().prefix(signature.mac.count)), signature.mac) else {
            throw .badSignature
        }
        if signature.error != .none {
            throw .refused(signature.error, isProved: true, serverTime: signature.serverTime)
        }
        guard signature.isTimely(at: wall), signature.timeSigned >= latestTime else {
            throw .badTime(signature.timeSigned)
        }
        guard signature.mac.count >= key.minimumMACLength else { throw .badTruncation }
        priorMAC = signature.mac
        latestTime = signature.timeSigned
        sinceSigned = nil
        unsignedCount = 0
        isFirst = false
    }

    private var digestInProgress: MessageAuthentication {
        if let sinceSigned { return sinceSigned }
        var mac = key.authentication.begin()
        mac.absorb(mac: priorMAC)
        return mac
    }
}
