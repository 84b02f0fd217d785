import DNSCrypto
import DNSWire

/// Writes the TSIG records of one side of a transaction, each digested with the MAC that came before it.
struct TransactionSigner: Sendable {
    /// Seconds by which we let clocks differ (RFC 8945 §10.5.3 recommends it), whatever the other side says: who could
    /// ask for more would make a message that was overheard good for as long.
    static let fudge: UInt16 = 300

    private let keyName: DomainName
    private let algorithmName: DomainName
    /// Nil: the MAC is left empty, for who did not prove to have the key (RFC 8945 §5.3.2).
    private let key: TransactionKey?
    private let error: TransactionError
    /// The other side's time and fudge, which BADTIME repeats so that it believes this record (RFC 8945 §5.2.3).
    private let repeated: TransactionSignature?
    /// The MAC before this one; nil for a request.
    private(set) var priorMAC: [UInt8]?
    private var isFirst = true
    /// Time never goes back from one message to the next (RFC 8945 §5.3.1).
    private var latestTime: Int64 = 0

    init(_ key: TransactionKey, request: TransactionSignature? = nil, error: TransactionError = .none) {
        keyName = key.name
        algorithmName = key.algorithm.domainName
        self.key = key
        self.error = error
        repeated = error == .badTime ? request : nil
        priorMAC = request?.mac
    }

    /// For an error that is not signed.
    init(unsignedTo request: TransactionSignature, keyName: DomainName, error: TransactionError) {
        self.keyName = keyName
        algorithmName = request.algorithm
        key = nil
        self.error = error
        repeated = nil
    }

    /// Octets of each record that this will write.
    var recordLength: Int {
        keyName.wire.count + 10 + algorithmName.wire.count + TransactionSignature.fixedLength
            + (key?.algorithm.length ?? 0) + (repeated == nil ? 0 : 6)
    }

    /// Signs the message in the first `length` octets, which must leave `recordLength` of `limit` free.
    ///
    /// - Parameter wall: seconds since 1970.
    /// - Returns: the length of the signed message; nil, and the message as it was, where there is no room.
    mutating func sign(
        _ message: inout MutableSpan<UInt8>, length: Int, limit: Int, wall: Int64
    ) -> Int? {
        guard length <= min(limit, message.count) - recordLength,
            let header = try? Header(parsing: message.span.extracting(0..<max(0, length))),
            header.additionalCount < .max
        else { return nil }
        latestTime = min(max(wall, latestTime), TransactionSignature.maximumTime)
        var signature = TransactionSignature(
            algorithm: algorithmName, timeSigned: repeated?.timeSigned ?? latestTime,
            fudge: repeated?.fudge ?? Self.fudge, originalID: header.id, error: error)
        if repeated != nil { signature.otherData = TransactionSignature.octets(ofTime: latestTime) }
        if let key {
            var mac = key.authentication.begin()
            if let priorMAC { mac.absorb(mac: priorMAC) }
            mac.absorb(message.span.extracting(0..<length))
            mac.absorb(isFirst ? signature.variables(ownerName: keyName) : signature.timers)
            signature.mac = mac.code()
            priorMAC = signature.mac
            isFirst = false
        }
        return write(signature, to: &message, at: length, header)
    }

    private func write(
        _ signature: TransactionSignature, to message: inout MutableSpan<UInt8>, at start: Int,
        _ header: Header
    ) -> Int {
        let rdata = signature.rdata.bytes
        var position = start
        for octet in keyName.wire { message.put(octet, at: &position) }
        message.put(RecordType.tsig.rawValue, at: &position)
        message.put(RecordClass.any.rawValue, at: &position)
        // The TTL.
        message.put(0 as UInt16, at: &position)
        message.put(0 as UInt16, at: &position)
        message.put(UInt16(truncatingIfNeeded: rdata.count), at: &position)
        for octet in rdata { message.put(octet, at: &position) }
        var countOffset = 10
        message.put(header.additionalCount &+ 1, at: &countOffset)
        return position
    }

    /// The same for a message in an array, which grows by the record.
    mutating func sign(_ message: inout [UInt8], limit: Int, wall: Int64) -> Bool {
        let length = message.count
        message += repeatElement(0, count: recordLength)
        var span = message.mutableSpan
        let signedLength = sign(&span, length: length, limit: limit, wall: wall)
        message.removeSubrange((signedLength ?? length)...)
        return signedLength != nil
    }
}

extension MutableSpan where Element == UInt8 {
    fileprivate mutating func put(_ octet: UInt8, at position: inout Int) {
        self[position] = octet
        position += 1
    }

    fileprivate mutating func put(_ word: UInt16, at position: inout Int) {
        put(UInt8(truncatingIfNeeded: word >> 8), at: &position)
        put(UInt8(truncatingIfNeeded: word), at: &position)
    }
}
