public import DNSWire

/// A transaction whose request was signed well: who signed it, and what signs the responses (RFC 8945 §5.3).
///
/// Every message of a response of several is signed, each by a call of its own (§5.3.1).
public struct TransactionSession: Sendable {
    public let key: TransactionKey
    /// Where the request's TSIG record begins, and what was signed ends.
    public let contentEnd: Int
    private var signer: TransactionSigner

    init(_ key: TransactionKey, _ request: TransactionSignature, contentEnd: Int) {
        self.key = key
        self.contentEnd = contentEnd
        signer = TransactionSigner(key, request: request)
    }

    /// Octets that a message needs behind it to be signed.
    public var recordLength: Int { signer.recordLength }

    /// Signs in place the response in the first `length` octets, by a MAC of full length (RFC 8945 §5.2.2.1 would allow a
    /// client that sent a shorter one no more than that).
    ///
    /// A response that leaves no room is cut to its question, with TC set (§5.3): who sends streams leaves `recordLength`.
    ///
    /// - Parameters:
    ///   - limit: octets that the signed response may have.
    ///   - wall: seconds since 1970.
    /// - Returns: its length; nil where not even the question leaves room.
    public mutating func sign(
        _ message: inout MutableSpan<UInt8>, length: Int, limit: Int, wall: Int64
    ) -> Int? {
        signer.signOrCut(&message, length: length, limit: limit, wall: wall)
    }

    /// The same for a response in an array; false, and the array as it was or cut, where there is no room.
    public mutating func sign(_ message: inout [UInt8], limit: Int = 65_535, wall: Int64) -> Bool {
        signer.signOrCut(&message, limit: limit, wall: wall)
    }
}

/// What is wrong with a signature, and what the client is told of it (RFC 8945 §5.2).
public struct TransactionRejection: Sendable {
    /// FORMERR or NOTAUTH.
    public let responseCode: ResponseCode
    /// Nil where the response has no TSIG record at all: FORMERR.
    public let error: TransactionError?
    /// Whose signature it would be; nothing is proved by it. Nil where it could not be read.
    public let keyName: DomainName?
    private var signer: TransactionSigner?

    static let malformed = TransactionRejection(
        responseCode: .formatError, error: nil, keyName: nil, signer: nil)

    private init(
        responseCode: ResponseCode, error: TransactionError?, keyName: DomainName?, signer: TransactionSigner?
    ) {
        self.responseCode = responseCode
        self.error = error
        self.keyName = keyName
        self.signer = signer
    }

    /// BADKEY and BADSIG: who has not proved to have the key gets nothing that is made with it (§5.3.2).
    init(unsigned error: TransactionError, _ request: TransactionSignature, keyName: DomainName) {
        self.init(
            responseCode: .notAuth, error: error, keyName: keyName,
            signer: TransactionSigner(unsignedTo: request, keyName: keyName, error: error))
    }

    /// BADTIME and BADTRUNC.
    init(signed error: TransactionError, _ request: TransactionSignature, by key: TransactionKey) {
        self.init(
            responseCode: .notAuth, error: error, keyName: key.name,
            signer: TransactionSigner(key, request: request, error: error))
    }

    /// Octets that a response needs behind it for the TSIG record; 0 where it gets none.
    public var recordLength: Int { signer?.recordLength ?? 0 }

    /// Adds to the response in the first `length` octets the TSIG record with the error, signed where that may be. Parameters
    /// and result are those of `TransactionSession.sign`.
    public mutating func sign(
        _ message: inout MutableSpan<UInt8>, length: Int, limit: Int, wall: Int64
    ) -> Int? {
        signer == nil ? length : signer?.signOrCut(&message, length: length, limit: limit, wall: wall)
    }

    /// The same for a response in an array.
    public mutating func sign(_ message: inout [UInt8], limit: Int = 65_535, wall: Int64) -> Bool {
        signer?.signOrCut(&message, limit: limit, wall: wall) ?? true
    }
}

extension TransactionSigner {
    fileprivate mutating func signOrCut(
        _ message: inout MutableSpan<UInt8>, length: Int, limit: Int, wall: Int64
    ) -> Int? {
        if let signed = sign(&message, length: length, limit: limit, wall: wall) { return signed }
        guard let cut = Self.cutToQuestion(&message, length: length) else { return nil }
        return sign(&message, length: cut, limit: limit, wall: wall)
    }

    fileprivate mutating func signOrCut(_ message: inout [UInt8], limit: Int, wall: Int64) -> Bool {
        if sign(&message, limit: limit, wall: wall) { return true }
        let length = message.count
        var span = message.mutableSpan
        guard let cut = Self.cutToQuestion(&span, length: length) else { return false }
        message.removeSubrange(cut...)
        return sign(&message, limit: limit, wall: wall)
    }

    /// Leaves header and question: TC set, RCODE 0 and nothing else in it (RFC 8945 §5.3). Gives the length of that; nil
    /// for what is no message.
    private static func cutToQuestion(_ message: inout MutableSpan<UInt8>, length: Int) -> Int? {
        guard length <= message.count else { return nil }
        guard let (head, end) = head(of: message.span.extracting(0..<max(0, length))) else { return nil }
        var header = head
        header.flags.insert(.tc)
        header.responseCode = .noError
        header.questionCount = min(header.questionCount, 1)
        (header.answerCount, header.authorityCount, header.additionalCount) = (0, 0, 0)
        var octets: [UInt8] = []
        header.compose(to: &octets)
        for index in octets.indices { message[index] = octets[index] }
        return end
    }

    /// The header, and where the first question ends.
    private static func head(of message: Span<UInt8>) -> (header: Header, end: Int)? {
        guard let header = try? Header(parsing: message) else { return nil }
        var end = Header.length
        if header.questionCount > 0, (try? Question(parsing: message, at: &end)) == nil { return nil }
        return (header, end)
    }
}
