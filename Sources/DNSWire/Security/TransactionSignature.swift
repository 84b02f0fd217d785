/// The RDATA of a TSIG record (RFC 8945 §4.2).
///
///     ALGORITHM TIME SIGNED(48) FUDGE(16) MAC SIZE(16) MAC ORIGINAL ID(16) ERROR(16) OTHER LENGTH(16) OTHER DATA
public struct TransactionSignature: Hashable, Sendable {
    public var algorithm: DomainName
    /// Seconds since 1970, of which 48 bits are sent.
    public var timeSigned: Int64
    /// Seconds by which clocks may differ.
    public var fudge: UInt16
    public var mac: [UInt8]
    /// The message's ID when it was signed; who forwards a message may change the other.
    public var originalID: UInt16
    public var error: TransactionError
    /// The server's time where the error is BADTIME, otherwise empty.
    public var otherData: [UInt8]

    public static let maximumTime: Int64 = 0xffff_ffff_ffff
    /// Octets beside the algorithm's name, the MAC and the other data.
    public static let fixedLength = 16

    public init(
        algorithm: DomainName, timeSigned: Int64, fudge: UInt16, mac: [UInt8] = [], originalID: UInt16,
        error: TransactionError = .none, otherData: [UInt8] = []
    ) {
        self.algorithm = algorithm
        self.timeSigned = timeSigned
        self.fudge = fudge
        self.mac = mac
        self.originalID = originalID
        self.error = error
        self.otherData = otherData
    }

    /// Parses RDATA that fills `range` of a message. The algorithm's name must not be compressed, as nobody does it.
    public init(parsing message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var position = range.lowerBound
        algorithm = try DomainName(parsing: message, at: &position)
        guard position - range.lowerBound == algorithm.wire.count else {
            throw WireError(.badPointer, at: range.lowerBound)
        }
        timeSigned =
            Int64(try message.uint16(at: position)) << 32 | Int64(try message.uint32(at: position + 2))
        fudge = try message.uint16(at: position + 6)
        let macStart = position + 10
        let macEnd = macStart + Int(try message.uint16(at: position + 8))
        mac = try message.octets(macStart..<macEnd)
        originalID = try message.uint16(at: macEnd)
        error = TransactionError(rawValue: try message.uint16(at: macEnd + 2))
        let otherStart = macEnd + 6
        let otherEnd = otherStart + Int(try message.uint16(at: macEnd + 4))
        otherData = try message.octets(otherStart..<otherEnd)
        guard otherEnd == range.upperBound else { throw WireError(.badRData, at: range.upperBound) }
    }

    /// Nil when the RDATA is not that of a TSIG.
    public init?(_ rdata: RData) {
        let bytes = rdata.bytes
        guard let parsed = try? TransactionSignature(parsing: bytes.span, bytes.indices) else { return nil }
        self = parsed
    }

    public var rdata: RData {
        var bytes = algorithm.wire
        bytes.reserveCapacity(bytes.count + Self.fixedLength + mac.count + otherData.count)
        Self.append(time: timeSigned, to: &bytes)
        Self.append(fudge, to: &bytes)
        Self.append(UInt16(truncatingIfNeeded: mac.count), to: &bytes)
        bytes += mac
        Self.append(originalID, to: &bytes)
        Self.append(error.rawValue, to: &bytes)
        Self.append(UInt16(truncatingIfNeeded: otherData.count), to: &bytes)
        bytes += otherData
        return RData(unchecked: bytes)
    }

    private static func append(_ word: UInt16, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        bytes.append(UInt8(truncatingIfNeeded: word))
    }

    private static func append(time: Int64, to bytes: inout [UInt8]) {
        for shift in stride(from: Int64(40), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: time >> shift))
        }
    }
}

// --- What is digested ---

extension TransactionSignature {
    /// What a MAC covers beside the message (RFC 8945 §4.3.3): this RDATA without MAC and ID, behind the record's own
    /// fields, of which the class is ANY and the TTL 0.
    ///
    /// - Parameter ownerName: the key's name in lower case, as the algorithm's has to be.
    public func variables(ownerName: DomainName) -> [UInt8] {
        var bytes = ownerName.wire
        bytes.reserveCapacity(bytes.count + 6 + algorithm.wire.count + 12 + otherData.count)
        Self.append(RecordClass.any.rawValue, to: &bytes)
        bytes += [0, 0, 0, 0]
        bytes += algorithm.wire
        Self.append(time: timeSigned, to: &bytes)
        Self.append(fudge, to: &bytes)
        Self.append(error.rawValue, to: &bytes)
        Self.append(UInt16(truncatingIfNeeded: otherData.count), to: &bytes)
        bytes += otherData
        return bytes
    }

    /// What it covers beside the messages in a stream, after its first signature (RFC 8945 §5.3.1).
    public var timers: [UInt8] {
        var bytes: [UInt8] = []
        Self.append(time: timeSigned, to: &bytes)
        Self.append(fudge, to: &bytes)
        return bytes
    }

    /// A time as 48 bits: the other data of BADTIME (RFC 8945 §5.2.3).
    public static func octets(ofTime time: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        append(time: time, to: &bytes)
        return bytes
    }

    /// The server's time, which it tells with BADTIME.
    public var serverTime: Int64? {
        guard error == .badTime, otherData.count == 6 else { return nil }
        return otherData.reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// What a server has against a signature (RFC 8945 §10.3).
public struct TransactionError: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let none = TransactionError(rawValue: 0)
    /// The MAC is wrong. As a response code, 16 is BADVERS.
    public static let badSignature = TransactionError(rawValue: 16)
    /// The key is not known, or not with this algorithm.
    public static let badKey = TransactionError(rawValue: 17)
    /// The clocks differ by more than the fudge.
    public static let badTime = TransactionError(rawValue: 18)
    /// The MAC is shorter than the policy wants.
    public static let badTruncation = TransactionError(rawValue: 22)
}

extension TransactionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .none: "NOERROR"
        case .badSignature: "BADSIG"
        case .badKey: "BADKEY"
        case .badTime: "BADTIME"
        case .badTruncation: "BADTRUNC"
        default: "\(rawValue)"
        }
    }
}
