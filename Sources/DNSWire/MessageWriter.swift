/// Composes a message with name compression (RFC 1035 §4.1.4) into an array of its own, within a limit.
///
/// Compression ignores case, so that the owner of an answer takes the letters of the question, as 0x20 clients want.
public struct MessageWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var limit: Int
    private var header = Header()
    /// Where names start that a pointer may name, each with a key that tells most others at a glance.
    private var targets: [Target] = []
    /// Enough for any sensible message; a bound on the search that each name costs.
    private static let maximumTargets = 64
    public private(set) var isTruncated = false

    /// - Parameter limit: octets, at most 65,535.
    public init(limit: Int) {
        self.limit = min(limit, 65_535)
        bytes.reserveCapacity(512)
        targets.reserveCapacity(Self.maximumTargets)
    }

    public mutating func begin(_ header: Header) {
        self.header = header
        self.header.questionCount = 0
        self.header.answerCount = 0
        self.header.authorityCount = 0
        self.header.additionalCount = 0
        bytes.append(contentsOf: repeatElement(0, count: Header.length))
    }

    /// Keeps octets free for what must come last.
    public mutating func reserve(_ count: Int) { limit -= count }
    public mutating func release(_ count: Int) { limit += count }

    private struct Target {
        let offset: UInt16
        let key: UInt32
    }

    /// A place to go back to.
    struct Mark {
        fileprivate let count: Int
        fileprivate let targetCount: Int
        fileprivate let header: Header
    }

    var mark: Mark { Mark(count: bytes.count, targetCount: targets.count, header: header) }

    mutating func goBack(to mark: Mark) {
        bytes.removeSubrange(mark.count...)
        targets.removeSubrange(mark.targetCount...)
        header = mark.header
    }

    /// Takes back what did not fit; TC says so, but not for additional records, which only help (RFC 2181 §9).
    private mutating func leaveOut(behind mark: Mark, of section: Section?) {
        goBack(to: mark)
        if section != .additional { isTruncated = true }
    }

    /// Sets TC: for glue that did not fit, without which a referral is of no use (RFC 9471 §3).
    public mutating func markTruncated() { isTruncated = true }

    @discardableResult
    public mutating func append(_ question: Question) -> Bool {
        let mark = mark
        append(name: question.qname.wire, question.qname.wire.indices, compress: true)
        append(question.qtype.rawValue)
        append(question.qclass.rawValue)
        guard bytes.count <= limit else {
            leaveOut(behind: mark, of: nil)
            return false
        }
        header.questionCount &+= 1
        return true
    }

    /// Appends one record, or leaves the message as it was but for TC.
    @discardableResult
    public mutating func append(_ record: Record, to section: Section) -> Bool {
        append(record.ownerName, record.type, record.recordClass, ttl: record.ttl, record.rdata, to: section)
    }

    @discardableResult
    public mutating func append(
        _ ownerName: DomainName, _ type: RecordType, _ recordClass: RecordClass, ttl: UInt32, _ rdata: RData,
        to section: Section
    ) -> Bool {
        let mark = mark
        append(name: ownerName.wire, ownerName.wire.indices, compress: true)
        append(type.rawValue)
        append(recordClass.rawValue)
        append(UInt16(truncatingIfNeeded: ttl >> 16))
        append(UInt16(truncatingIfNeeded: ttl))
        let lengthOffset = bytes.count
        append(0 as UInt16)
        rdata.forEachPart(of: type) { range, name in
            if let name {
                append(name: rdata.bytes, range, compress: name == .compressibleName)
            } else {
                bytes += rdata.bytes[range]
            }
        }
        let length = bytes.count - lengthOffset - 2
        guard bytes.count <= limit, length <= RData.maximumLength else {
            leaveOut(behind: mark, of: section)
            return false
        }
        bytes[lengthOffset] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[lengthOffset + 1] = UInt8(truncatingIfNeeded: length)
        count(in: section)
        return true
    }

    /// Appends an RRset and, if wanted, its signatures: all of it or nothing (RFC 2181 §9).
    @discardableResult
    public mutating func append(_ rrset: RRset, ttl: UInt32, signatures: Bool, to section: Section) -> Bool {
        let mark = mark
        var fits = true
        for rdata in rrset.rdatas where fits {
            fits = append(rrset.ownerName, rrset.type, rrset.recordClass, ttl: ttl, rdata, to: section)
        }
        for rdata in rrset.signatures where fits && signatures {
            fits = append(rrset.ownerName, .rrsig, rrset.recordClass, ttl: ttl, rdata, to: section)
        }
        if !fits { goBack(to: mark) }
        return fits
    }

    public mutating func append(_ edns: EDNS, responseCode: ResponseCode) {
        guard bytes.count + Self.length(of: edns) <= limit else {
            isTruncated = true
            return
        }
        edns.compose(responseCode: responseCode, to: &bytes)
        count(in: .additional)
    }

    /// Octets of the OPT record.
    public static func length(of edns: EDNS) -> Int {
        edns.options.reduce(11) { $0 + 4 + $1.dataLength }
    }

    /// Writes the header, with TC where something was left out, and gives the message.
    public mutating func finish() -> [UInt8] {
        if isTruncated { header.flags.insert(.tc) }
        var head: [UInt8] = []
        head.reserveCapacity(Header.length)
        header.compose(to: &head)
        bytes.replaceSubrange(0..<Header.length, with: head)
        return bytes
    }

    // --- Parts ---

    private mutating func count(in section: Section) {
        switch section {
        case .answer: header.answerCount &+= 1
        case .authority: header.authorityCount &+= 1
        case .additional: header.additionalCount &+= 1
        }
    }

    private mutating func append(_ word: UInt16) { bytes.append(word: word) }

    /// Appends the name that stands uncompressed at `range` of `wire`.
    private mutating func append(name wire: [UInt8], _ range: Range<Int>, compress: Bool) {
        var offset = range.lowerBound
        while offset < range.upperBound, wire[offset] != 0 {
            let end = offset + 1 + Int(wire[offset])
            // Equal names have equal lengths and equal first labels.
            let key =
                UInt32(truncatingIfNeeded: range.upperBound - offset) << 24 | UInt32(wire[offset]) << 16
                | UInt32(lowercased(wire[offset + 1])) << 8 | UInt32(lowercased(wire[end - 1]))
            if compress, let target = target(key, wire, offset) {
                if offset > range.lowerBound { bytes += wire[range.lowerBound..<offset] }
                append(0xc000 | target)
                return
            }
            // Its labels are written together, when it is known how many there are to write.
            let place = bytes.count + offset - range.lowerBound
            if place < 0x4000, targets.count < Self.maximumTargets {
                targets.append(Target(offset: UInt16(place), key: key))
            }
            offset = end
        }
        bytes += wire[range.lowerBound..<offset]
        bytes.append(0)
    }

    /// Where the name of `wire` from `index` already stands.
    private func target(_ key: UInt32, _ wire: [UInt8], _ index: Int) -> UInt16? {
        for target in targets where target.key == key && matches(wire, index, at: Int(target.offset)) {
            return target.offset
        }
        return nil
    }

    /// Whether the name of `wire` from `index` already stands in the message.
    private func matches(_ wire: [UInt8], _ index: Int, at start: Int) -> Bool {
        // Most names stand there in one piece.
        let length = wire.count - index
        if bytes.count - start >= length,
            isSame(bytes.span, from: start, wire.span, from: index, count: length)
        {
            return true
        }
        var position = start
        var index = index
        while position < bytes.count, index < wire.count {
            let length = bytes[position]
            if length >= 0xc0 {
                guard position + 1 < bytes.count else { return false }
                // Our own pointers, strictly backward.
                position = Int(length & 0x3f) << 8 | Int(bytes[position + 1])
                continue
            }
            guard length == wire[index], position + Int(length) < bytes.count else { return false }
            for step in 0...Int(length)
            where lowercased(bytes[position + step]) != lowercased(wire[index + step]) { return false }
            if length == 0 { return true }
            position += Int(length) + 1
            index += Int(length) + 1
        }
        return false
    }
}
