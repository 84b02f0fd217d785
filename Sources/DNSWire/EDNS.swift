/// What an OPT record says (RFC 6891 §6.1).
public struct EDNS: Hashable, Sendable {
    /// A payload that passes every network unfragmented; what Homing offers and honours by default.
    public static let defaultPayloadSize: UInt16 = 1232
    /// More options than this are not read (CVE-2026-42944: floods of options).
    public static let maximumOptions = 100

    public var payloadSize: UInt16
    public var version: UInt8
    /// DNSSEC OK (RFC 3225).
    public var dnssecOK: Bool
    public var options: [EDNSOption]

    public init(
        payloadSize: UInt16 = EDNS.defaultPayloadSize, version: UInt8 = 0, dnssecOK: Bool = false,
        options: [EDNSOption] = []
    ) {
        self.payloadSize = payloadSize
        self.version = version
        self.dnssecOK = dnssecOK
        self.options = options
    }

    /// The first COOKIE option.
    public var cookie: (client: [UInt8], server: [UInt8])? {
        for case .cookie(let client, let server) in options { return (client, server) }
        return nil
    }

    public func first<Value>(_ body: (EDNSOption) -> Value?) -> Value? {
        for option in options { if let value = body(option) { return value } }
        return nil
    }
}

/// One option of an OPT record.
public enum EDNSOption: Hashable, Sendable {
    /// RFC 9664: how long the records of an update are to stay, or may stay.
    case updateLease(UpdateLease)
    /// RFC 5001: empty in a query, the server's name for itself in a response.
    case nsid([UInt8])
    /// RFC 7871.
    case clientSubnet(ClientSubnet)
    /// RFC 7873: 8 octets, and 8 to 32 more from the server.
    case cookie(client: [UInt8], server: [UInt8])
    /// RFC 7828: absent in a query; in a response, units of 100 ms.
    case tcpKeepalive(UInt16?)
    /// RFC 7830: how many zero octets.
    case padding(Int)
    /// RFC 8914.
    case extendedError(ExtendedError)
    case unknown(code: UInt16, [UInt8])

    public enum Code {
        public static let updateLease: UInt16 = 2
        public static let nsid: UInt16 = 3
        public static let clientSubnet: UInt16 = 8
        public static let cookie: UInt16 = 10
        public static let tcpKeepalive: UInt16 = 11
        public static let padding: UInt16 = 12
        public static let extendedError: UInt16 = 15
    }

    public var code: UInt16 {
        switch self {
        case .updateLease: Code.updateLease
        case .nsid: Code.nsid
        case .clientSubnet: Code.clientSubnet
        case .cookie: Code.cookie
        case .tcpKeepalive: Code.tcpKeepalive
        case .padding: Code.padding
        case .extendedError: Code.extendedError
        case .unknown(let code, _): code
        }
    }
}

/// For how long records are leased (RFC 9664 §4), in seconds: as wanted in a request, as granted in a response.
///
///     LEASE(32) [KEY-LEASE(32)]
public struct UpdateLease: Hashable, Sendable {
    public var lease: UInt32
    /// For KEY records; without it, `lease` is theirs too.
    public var keyLease: UInt32?

    public init(lease: UInt32, keyLease: UInt32? = nil) {
        self.lease = lease
        self.keyLease = keyLease
    }
}

/// RFC 7871 §6.
public struct ClientSubnet: Hashable, Sendable {
    public var network: IPNetwork
    public var scopePrefixLength: UInt8

    public init(network: IPNetwork, scopePrefixLength: UInt8 = 0) {
        self.network = network
        self.scopePrefixLength = scopePrefixLength
    }
}

/// Why a response is what it is (RFC 8914), with the words for a person.
public struct ExtendedError: Hashable, Sendable {
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let other = Code(rawValue: 0)
        public static let unsupportedAlgorithm = Code(rawValue: 1)
        public static let unsupportedDigest = Code(rawValue: 2)
        public static let staleAnswer = Code(rawValue: 3)
        public static let forgedAnswer = Code(rawValue: 4)
        public static let indeterminate = Code(rawValue: 5)
        public static let bogus = Code(rawValue: 6)
        public static let signatureExpired = Code(rawValue: 7)
        public static let signatureNotYetValid = Code(rawValue: 8)
        public static let keyMissing = Code(rawValue: 9)
        public static let signaturesMissing = Code(rawValue: 10)
        public static let noZoneKey = Code(rawValue: 11)
        public static let denialMissing = Code(rawValue: 12)
        public static let cachedError = Code(rawValue: 13)
        public static let notReady = Code(rawValue: 14)
        public static let blocked = Code(rawValue: 15)
        public static let filtered = Code(rawValue: 17)
        public static let prohibited = Code(rawValue: 18)
        public static let staleNXDomainAnswer = Code(rawValue: 19)
        public static let notAuthoritative = Code(rawValue: 20)
        public static let notSupported = Code(rawValue: 21)
        public static let noReachableAuthority = Code(rawValue: 22)
        public static let networkError = Code(rawValue: 23)
        public static let invalidData = Code(rawValue: 24)
        public static let signatureExpiredBeforeValid = Code(rawValue: 25)
        public static let tooEarly = Code(rawValue: 26)
        /// RFC 9276 §3.2.
        public static let unsupportedIterations = Code(rawValue: 27)
        public static let synthesized = Code(rawValue: 29)

        /// Those whose numbers stand apart.
        private static let ofValidationElsewhere: [Code] = [
            .unsupportedAlgorithm, .unsupportedDigest, .signatureExpiredBeforeValid, .unsupportedIterations,
        ]

        /// Whether it says what was wrong with signatures or their chain of trust.
        public var isOfValidation: Bool {
            (Code.indeterminate.rawValue...Code.denialMissing.rawValue).contains(rawValue)
                || Self.ofValidationElsewhere.contains(self)
        }
    }

    public var code: Code
    public var text: String

    public init(_ code: Code, _ text: String = "") {
        self.code = code
        self.text = text
    }
}

// --- Compose ---

extension EDNS {
    /// The whole OPT record, with the upper bits of a response code.
    func compose(responseCode: ResponseCode = .noError, to message: inout [UInt8]) {
        message.append(0)
        message.append(word: RecordType.opt.rawValue)
        message.append(word: payloadSize)
        message.append(UInt8(truncatingIfNeeded: responseCode.rawValue >> 4))
        message.append(version)
        message.append(word: dnssecOK ? 0x8000 : 0)
        message.append(word: UInt16(truncatingIfNeeded: MessageWriter.length(of: self) - 11))
        for option in options {
            message.append(word: option.code)
            message.append(word: UInt16(truncatingIfNeeded: option.dataLength))
            option.compose(to: &message)
        }
    }
}

extension EDNSOption {
    /// Octets of `data`.
    var dataLength: Int {
        switch self {
        case .cookie(let client, let server): client.count + server.count
        case .nsid(let name): name.count
        case .padding(let count): max(0, count)
        case .unknown(_, let data): data.count
        case .updateLease, .clientSubnet, .tcpKeepalive, .extendedError: data.count
        }
    }

    fileprivate func compose(to message: inout [UInt8]) {
        // The one that is in most messages needs no array of its own.
        if case .cookie(let client, let server) = self {
            message += client
            message += server
        } else {
            message += data
        }
    }
}

extension [UInt8] {
    /// In network order.
    mutating func append(word: UInt16) {
        append(UInt8(truncatingIfNeeded: word >> 8))
        append(UInt8(truncatingIfNeeded: word))
    }
}

// --- Parse ---

extension EDNS {
    /// Reads the OPT record that begins at `start` and ends at `end`: the caller has parsed it as a record.
    public init(parsing message: Span<UInt8>, from start: Int, to end: Int) throws(WireError) {
        // The root's single octet, not a pointer to one: the fields are found by their distance from it.
        guard try message.uint8(at: start) == 0 else { throw WireError(.badOPT, at: start) }
        // What the class and TTL fields hold here are neither a class nor a TTL.
        payloadSize = try message.uint16(at: start + 3)
        let fields = try message.uint32(at: start + 5)
        version = UInt8(truncatingIfNeeded: fields >> 16)
        dnssecOK = fields & 0x8000 != 0
        guard start + 11 <= end else { throw WireError(.truncated, at: end) }
        options = try Self.parseOptions(message, (start + 11)..<end)
    }

    /// Reads the options in `range`; a bad length in an option that we understand is `badOption`.
    static func parseOptions(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) -> [EDNSOption] {
        var options: [EDNSOption] = []
        var position = range.lowerBound
        while position < range.upperBound, options.count < maximumOptions {
            guard range.upperBound - position >= 4 else { throw WireError(.badOption, at: position) }
            let code = try message.uint16(at: position)
            let length = Int(try message.uint16(at: position + 2))
            let start = position + 4
            guard start + length <= range.upperBound else { throw WireError(.badOption, at: position) }
            let data = try message.octets(start..<(start + length))
            guard let option = EDNSOption(code: code, data: data) else {
                throw WireError(.badOption, at: position)
            }
            options.append(option)
            position = start + length
        }
        return options
    }
}

extension EDNSOption {
    /// Nil where the length or content is impossible for the code.
    public init?(code: UInt16, data: [UInt8]) {
        switch code {
        case Code.updateLease:
            guard let lease = UpdateLease(data) else { return nil }
            self = .updateLease(lease)
        case Code.nsid:
            self = .nsid(data)
        case Code.clientSubnet:
            if data == [0, 0, 0, 0] {
                // No family and no address: what a client sends who wants none (RFC 7871 §7.1.2).
                self = .unknown(code: code, data)
            } else if let subnet = ClientSubnet(data) {
                self = .clientSubnet(subnet)
            } else {
                return nil
            }
        case Code.cookie:
            // RFC 7873 §5.2.2: 8 octets, or 16 to 40.
            guard data.count == 8 || (16...40).contains(data.count) else { return nil }
            self = .cookie(client: Array(data[..<8]), server: Array(data[8...]))
        case Code.tcpKeepalive:
            switch data.count {
            case 0: self = .tcpKeepalive(nil)
            case 2: self = .tcpKeepalive(UInt16(data[0]) << 8 | UInt16(data[1]))
            default: return nil
            }
        case Code.padding:
            self = .padding(data.count)
        case Code.extendedError:
            guard data.count >= 2 else { return nil }
            let number = UInt16(data[0]) << 8 | UInt16(data[1])
            self = .extendedError(
                ExtendedError(.init(rawValue: number), String(decoding: data[2...], as: UTF8.self)))
        default:
            self = .unknown(code: code, data)
        }
    }

    /// The option's data, without code and length.
    public var data: [UInt8] {
        switch self {
        case .updateLease(let lease): lease.data
        case .nsid(let name): name
        case .clientSubnet(let subnet): subnet.data
        case .cookie(let client, let server): client + server
        case .tcpKeepalive(let timeout): timeout.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] } ?? []
        case .padding(let count): [UInt8](repeating: 0, count: max(0, count))
        case .extendedError(let error):
            [UInt8(error.code.rawValue >> 8), UInt8(error.code.rawValue & 0xff)] + Array(error.text.utf8)
        case .unknown(_, let data): data
        }
    }
}

extension UpdateLease {
    /// RFC 9664 §4: four octets, or eight.
    init?(_ data: [UInt8]) {
        guard data.count == 4 || data.count == 8, let lease = try? data.span.uint32(at: 0) else { return nil }
        self.init(lease: lease, keyLease: try? data.span.uint32(at: 4))
    }

    /// The option's octets.
    public var data: [UInt8] {
        [lease, keyLease].compactMap(\.self).flatMap { seconds in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: seconds >> UInt32($0)) }
        }
    }
}

extension ClientSubnet {
    /// RFC 7871 §6: family, lengths, and just the octets that the source length needs, with no bit set behind it.
    init?(_ data: [UInt8]) {
        guard data.count >= 4 else { return nil }
        let family = UInt16(data[0]) << 8 | UInt16(data[1])
        let source = Int(data[2])
        let octetCount: Int
        switch family {
        case 1: octetCount = 4
        case 2: octetCount = 16
        default: return nil
        }
        let given = data[4...]
        guard source <= octetCount * 8, Int(data[3]) <= octetCount * 8, given.count == (source + 7) / 8 else {
            return nil
        }
        let padded = Array(given) + [UInt8](repeating: 0, count: octetCount - given.count)
        guard let address = IPAddress(octets: padded), address.masked(toPrefix: source) == address,
            let network = IPNetwork(address, prefixLength: source)
        else { return nil }
        self.init(network: network, scopePrefixLength: data[3])
    }

    var data: [UInt8] {
        let family: UInt8 = network.address.family == .ipv4 ? 1 : 2
        let octets = network.address.octets.prefix((network.prefixLength + 7) / 8)
        return [0, family, UInt8(network.prefixLength), scopePrefixLength] + octets
    }
}
