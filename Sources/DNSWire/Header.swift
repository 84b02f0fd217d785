/// What a message asks for (RFC 1035 §4.1.1, IANA "DNS OpCodes").
public struct Opcode: RawRepresentable, Hashable, Sendable {
    /// 0 to 15.
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue & 0xf }

    public static let query = Opcode(rawValue: 0)
    public static let iquery = Opcode(rawValue: 1)
    public static let status = Opcode(rawValue: 2)
    public static let notify = Opcode(rawValue: 4)
    public static let update = Opcode(rawValue: 5)
}

extension Opcode: CustomStringConvertible {
    public var description: String {
        switch self {
        case .query: "QUERY"
        case .iquery: "IQUERY"
        case .status: "STATUS"
        case .notify: "NOTIFY"
        case .update: "UPDATE"
        default: "OPCODE\(rawValue)"
        }
    }
}

/// A response code, with the eight upper bits that EDNS adds (RFC 1035 §4.1.1, RFC 6891 §6.1.3).
public struct ResponseCode: RawRepresentable, Hashable, Sendable {
    /// 0 to 4095.
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue & 0xfff }

    public static let noError = ResponseCode(rawValue: 0)
    public static let formatError = ResponseCode(rawValue: 1)
    public static let serverFailure = ResponseCode(rawValue: 2)
    public static let nxDomain = ResponseCode(rawValue: 3)
    public static let notImplemented = ResponseCode(rawValue: 4)
    public static let refused = ResponseCode(rawValue: 5)
    public static let yxDomain = ResponseCode(rawValue: 6)
    public static let yxRRset = ResponseCode(rawValue: 7)
    public static let nxRRset = ResponseCode(rawValue: 8)
    public static let notAuth = ResponseCode(rawValue: 9)
    public static let notZone = ResponseCode(rawValue: 10)
    public static let badVersion = ResponseCode(rawValue: 16)
    /// TSIG's errors (RFC 8945 §10.3). In a TSIG record, 16 means BADSIG; in a header with EDNS, BADVERS.
    public static let badSignature = ResponseCode(rawValue: 16)
    public static let badKey = ResponseCode(rawValue: 17)
    public static let badTime = ResponseCode(rawValue: 18)
    public static let badTruncation = ResponseCode(rawValue: 22)
    public static let badCookie = ResponseCode(rawValue: 23)

    static let mnemonics: [(ResponseCode, String)] = [
        (.noError, "NOERROR"), (.formatError, "FORMERR"), (.serverFailure, "SERVFAIL"),
        (.nxDomain, "NXDOMAIN"),
        (.notImplemented, "NOTIMP"), (.refused, "REFUSED"), (.yxDomain, "YXDOMAIN"), (.yxRRset, "YXRRSET"),
        (.nxRRset, "NXRRSET"), (.notAuth, "NOTAUTH"), (.notZone, "NOTZONE"), (.badVersion, "BADVERS"),
        (.badKey, "BADKEY"), (.badTime, "BADTIME"), (.badTruncation, "BADTRUNC"), (.badCookie, "BADCOOKIE"),
    ]

    /// A mnemonic in any case.
    public init?(_ text: some StringProtocol) {
        let upper = text.uppercased()
        guard let known = Self.mnemonics.first(where: { $0.1 == upper }) else { return nil }
        self = known.0
    }
}

extension ResponseCode: CustomStringConvertible {
    public var description: String {
        Self.mnemonics.first { $0.0 == self }?.1 ?? "RCODE\(rawValue)"
    }
}

/// The first twelve octets of a message (RFC 1035 §4.1.1).
public struct Header: Hashable, Sendable {
    public static let length = 12

    public var id: UInt16
    /// The second 16 bits as they stand: QR, opcode, AA, TC, RD, RA, Z, AD, CD, RCODE.
    public var flagBits: UInt16
    public var questionCount: UInt16
    public var answerCount: UInt16
    public var authorityCount: UInt16
    public var additionalCount: UInt16

    @inlinable
    public init(id: UInt16 = 0, opcode: Opcode = .query) {
        self.id = id
        flagBits = UInt16(opcode.rawValue) << 11
        questionCount = 0
        answerCount = 0
        authorityCount = 0
        additionalCount = 0
    }

    @inlinable
    public init(parsing message: Span<UInt8>) throws(WireError) {
        guard message.count >= Self.length else { throw WireError(.truncated, at: message.count) }
        id = try message.uint16(at: 0)
        flagBits = try message.uint16(at: 2)
        questionCount = try message.uint16(at: 4)
        answerCount = try message.uint16(at: 6)
        authorityCount = try message.uint16(at: 8)
        additionalCount = try message.uint16(at: 10)
    }

    public func compose(to bytes: inout [UInt8]) {
        bytes.append(word: id)
        bytes.append(word: flagBits)
        bytes.append(word: questionCount)
        bytes.append(word: answerCount)
        bytes.append(word: authorityCount)
        bytes.append(word: additionalCount)
    }
}

/// The bits of a header's second 16 bits.
public struct HeaderFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Query response.
    public static let qr = HeaderFlags(rawValue: 0x8000)
    /// Authoritative answer.
    public static let aa = HeaderFlags(rawValue: 0x0400)
    /// Truncated.
    public static let tc = HeaderFlags(rawValue: 0x0200)
    /// Recursion desired.
    public static let rd = HeaderFlags(rawValue: 0x0100)
    /// Recursion available.
    public static let ra = HeaderFlags(rawValue: 0x0080)
    /// Reserved, zero.
    public static let z = HeaderFlags(rawValue: 0x0040)
    /// Authentic data (RFC 4035).
    public static let ad = HeaderFlags(rawValue: 0x0020)
    /// Checking disabled (RFC 4035).
    public static let cd = HeaderFlags(rawValue: 0x0010)
}

extension Header {
    @inlinable
    public var flags: HeaderFlags {
        get { HeaderFlags(rawValue: flagBits & 0x87f0) }
        set { flagBits = flagBits & ~0x87f0 | newValue.rawValue & 0x87f0 }
    }

    @inlinable
    public var opcode: Opcode {
        get { Opcode(rawValue: UInt8(truncatingIfNeeded: flagBits >> 11) & 0xf) }
        set { flagBits = flagBits & ~0x7800 | UInt16(newValue.rawValue) << 11 }
    }

    /// The four bits of the header; the upper eight are in the OPT record.
    @inlinable
    public var responseCode: ResponseCode {
        get { ResponseCode(rawValue: flagBits & 0xf) }
        set { flagBits = flagBits & ~0xf | newValue.rawValue & 0xf }
    }

    @inlinable
    public var isResponse: Bool { flagBits & 0x8000 != 0 }
}
