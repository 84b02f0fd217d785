/// A query read in place: header, question and OPT, as numbers and ranges into the packet. Nothing is allocated.
///
/// A query with a fault still gives all that could be read before the fault, so that the error response can copy the
/// ID, the opcode and, where it was whole, the question.
public struct QueryView: Sendable {
    public enum Fault: UInt8, Sendable {
        /// Under twelve octets, or a response: not to be answered at all.
        case notAQuery
        case malformed
        /// More than one question (RFC 9619 §4).
        case questionCount
        /// TC set, records where a query has none, or a signature that is not the last record (RFC 8945 §5.2).
        case unexpectedContent
        /// EDNS version other than 0 (RFC 6891 §6.1.3).
        case badVersion
        /// An EDNS option of impossible length, or one that overruns.
        case badOption
    }

    public private(set) var header = Header()
    public private(set) var fault: Fault?
    /// Octets of the qname with the root's; 0 when there is no whole question.
    public private(set) var qnameLength = 0
    public private(set) var qtype = RecordType(rawValue: 0)
    public private(set) var qclass = RecordClass(rawValue: 0)
    /// Where the question ends: 12 when there is none.
    public private(set) var questionEnd = Header.length
    public private(set) var edns: EDNSView?
    /// The TSIG or SIG(0) record, where a request of opcode QUERY, UPDATE or NOTIFY ends with one.
    public private(set) var signature: SignaturePlace?

    public var hasQuestion: Bool { qnameLength > 0 }

    public var qnameRange: Range<Int> { Header.length..<(Header.length + qnameLength) }

    /// - Parameter maximumOptions: EDNS options that are read; what follows them is ignored (CVE-2026-42944).
    public init(_ packet: Span<UInt8>, maximumOptions: Int = EDNS.maximumOptions) {
        guard let header = try? Header(parsing: packet), !header.isResponse else {
            fault = .notAQuery
            return
        }
        self.header = header
        guard header.questionCount <= 1 else {
            fault = .questionCount
            return
        }
        do throws(WireError) {
            if header.questionCount == 1 { try readQuestion(packet) }
            switch header.opcode {
            case .query, .update, .notify: try readRecords(packet, maximumOptions)
            // What others have in their sections is unknown.
            default: break
            }
        } catch {
            switch error.code {
            case .badOption: fault = .badOption
            case .misplacedSignature: fault = .unexpectedContent
            default: fault = .malformed
            }
        }
    }

    private mutating func readQuestion(_ packet: Span<UInt8>) throws(WireError) {
        var position = Header.length
        while true {
            let length = Int(try packet.uint8(at: position))
            // A pointer in the first name could only point into the header.
            guard length <= DomainName.maximumLabelLength else {
                throw WireError(.badLabelType, at: position)
            }
            position += length + 1
            guard position - Header.length <= DomainName.maximumLength else {
                throw WireError(.nameTooLong, at: position)
            }
            if length == 0 { break }
        }
        qtype = RecordType(rawValue: try packet.uint16(at: position))
        qclass = RecordClass(rawValue: try packet.uint16(at: position + 2))
        qnameLength = position - Header.length
        questionEnd = position + 4
    }

    /// Whether a query has what only other messages may have.
    private var hasUnexpectedContent: Bool {
        let isIXFR = hasQuestion && qtype == .ixfr
        return header.flags.contains(.tc) || header.answerCount > 0 || header.authorityCount > 0 && !isIXFR
    }

    private mutating func readRecords(_ packet: Span<UInt8>, _ maximumOptions: Int) throws(WireError) {
        if header.opcode == .query, hasUnexpectedContent { fault = .unexpectedContent }
        var position = questionEnd
        let before = Int(header.answerCount) + Int(header.authorityCount)
        let count = before + Int(header.additionalCount)
        for index in 0..<count {
            let start = position
            try DomainName.skip(packet, at: &position)
            let type = RecordType(rawValue: try packet.uint16(at: position))
            let length = Int(try packet.uint16(at: position + 8))
            let data = (position + 10)..<(position + 10 + length)
            guard data.upperBound <= packet.count else { throw WireError(.truncated, at: packet.count) }
            if type == .opt {
                guard index >= before, edns == nil, position == start + 1, packet[start] == 0 else {
                    throw WireError(.badOPT, at: start)
                }
                let edns = try EDNSView(packet, fieldsAt: position + 2, data: data, maximumOptions)
                self.edns = edns
                if edns.version != 0 { fault = .badVersion }
            } else if type == .tsig || type == .sig {
                let place = try SignaturePlace(packet, start, position, isAdditional: index >= before)
                guard place == nil || index == count - 1 else {
                    throw WireError(.misplacedSignature, at: start)
                }
                signature = place
            }
            position = data.upperBound
        }
        guard position == packet.count else { throw WireError(.trailingData, at: position) }
    }
}

/// The OPT record of a query, read in place.
public struct EDNSView: Sendable {
    /// As the client said it; under 512 counts as 512 (RFC 6891 §6.2.3).
    public let payloadSize: UInt16
    public let version: UInt8
    public let dnssecOK: Bool
    public private(set) var wantsNSID = false
    public private(set) var wantsKeepalive = false
    public private(set) var hasPadding = false
    /// The COOKIE option's 8, or 16 to 40, octets.
    public private(set) var cookie: Range<Int>?

    init(
        _ packet: Span<UInt8>, fieldsAt position: Int, data: Range<Int>, _ maximumOptions: Int
    ) throws(WireError) {
        payloadSize = max(512, try packet.uint16(at: position))
        let fields = try packet.uint32(at: position + 2)
        version = UInt8(truncatingIfNeeded: fields >> 16)
        dnssecOK = fields & 0x8000 != 0
        // What the options of a later version mean is not ours to judge (RFC 6891 §6.1.3).
        guard version == 0 else { return }
        var position = data.lowerBound
        var count = 0
        while position < data.upperBound, count < maximumOptions {
            guard data.upperBound - position >= 4 else { throw WireError(.badOption, at: position) }
            let code = try packet.uint16(at: position)
            let value = (position + 4)..<(position + 4 + Int(try packet.uint16(at: position + 2)))
            guard value.upperBound <= data.upperBound else { throw WireError(.badOption, at: position) }
            try read(code, packet, value)
            position = value.upperBound
            count += 1
        }
    }

    private mutating func read(_ code: UInt16, _ packet: Span<UInt8>, _ value: Range<Int>) throws(WireError) {
        switch code {
        case EDNSOption.Code.nsid:
            wantsNSID = true
        case EDNSOption.Code.cookie:
            guard value.count == 8 || (16...40).contains(value.count) else {
                throw WireError(.badOption, at: value.lowerBound)
            }
            // RFC 7873 §5.2: the first of several counts.
            if cookie == nil { cookie = value }
        case EDNSOption.Code.tcpKeepalive:
            wantsKeepalive = true
        case EDNSOption.Code.padding:
            hasPadding = true
        case EDNSOption.Code.clientSubnet:
            try Self.checkClientSubnet(packet, value)
        default:
            break
        }
    }

    /// RFC 7871 §6: just the octets that the length needs, and no bit set behind it.
    private static func checkClientSubnet(_ packet: Span<UInt8>, _ value: Range<Int>) throws(WireError) {
        guard value.count >= 4 else { throw WireError(.badOption, at: value.lowerBound) }
        let family = try packet.uint16(at: value.lowerBound)
        let source = Int(packet[value.lowerBound + 2])
        let scope = Int(packet[value.lowerBound + 3])
        // No family and no address is what a client sends who wants none (RFC 7871 §7.1.2).
        let bitCount = family == 0 ? 0 : family == 1 ? 32 : family == 2 ? 128 : -1
        guard source <= bitCount, scope <= bitCount, value.count == 4 + (source + 7) / 8 else {
            throw WireError(.badOption, at: value.lowerBound)
        }
        if source & 7 != 0, packet[value.upperBound - 1] & (0xff >> UInt8(source & 7)) != 0 {
            throw WireError(.badOption, at: value.lowerBound)
        }
    }
}
