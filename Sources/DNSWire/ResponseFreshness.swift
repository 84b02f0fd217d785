/// How long a cache that knows nothing of DNS may keep a response (RFC 8484 §5.1).
public enum ResponseFreshness {
    /// Seconds: the smallest TTL of the answer section; where that denies something, also what negative caching allows,
    /// which is the smaller of the SOA record's TTL and its last field (RFC 2308 §5). 0 for failures and for whatever
    /// says nothing of time.
    ///
    /// - Parameter response: a whole message. Nothing is allocated.
    public static func seconds(of response: Span<UInt8>) -> UInt32 {
        guard let header = try? Header(parsing: response), header.isResponse,
            header.flagsAllowCaching
        else { return 0 }
        return (try? smallestTTL(response, header)) ?? 0
    }

    private static func smallestTTL(_ response: Span<UInt8>, _ header: Header) throws(WireError) -> UInt32 {
        var position = Header.length
        for _ in 0..<header.questionCount { position = try end(ofName: response, at: position) + 4 }
        var smallest: UInt32?
        let answers = Int(header.answerCount)
        for index in 0..<answers + Int(header.authorityCount) {
            let fixed = try end(ofName: response, at: position)
            let type = RecordType(rawValue: try response.uint16(at: fixed))
            var ttl = try response.uint32(at: fixed + 4)
            position = fixed + 10 + Int(try response.uint16(at: fixed + 8))
            if index >= answers {
                guard type == .soa else { continue }
                ttl = min(ttl, try response.uint32(at: position - 4))
            }
            smallest = min(smallest ?? .max, ttl)
        }
        return smallest ?? 0
    }

    /// Takes the seconds that a response has spent in caches of HTTP off its TTLs, which such caches leave as they are (RFC
    /// 8484 §5.1). What cannot be read is left for the parser to refuse.
    public static func age(_ response: inout [UInt8], by seconds: UInt32) {
        guard seconds > 0, let fields = try? timeFields(response.span) else { return }
        for (position, ttl) in fields {
            let rest = ttl - min(ttl, seconds)
            for index in 0..<4 {
                response[position + index] = UInt8(truncatingIfNeeded: rest >> UInt32(24 - 8 * index))
            }
        }
    }

    /// Where the TTLs are, and what they are; an OPT record has none (RFC 6891 §6.1.3).
    private static func timeFields(_ response: Span<UInt8>) throws(WireError) -> [(
        position: Int, ttl: UInt32
    )] {
        let header = try Header(parsing: response)
        var position = Header.length
        for _ in 0..<header.questionCount { position = try end(ofName: response, at: position) + 4 }
        let count = Int(header.answerCount) + Int(header.authorityCount) + Int(header.additionalCount)
        var fields: [(position: Int, ttl: UInt32)] = []
        for _ in 0..<count {
            let fixed = try end(ofName: response, at: position)
            let type = RecordType(rawValue: try response.uint16(at: fixed))
            let ttl = try response.uint32(at: fixed + 4)
            position = fixed + 10 + Int(try response.uint16(at: fixed + 8))
            if type != .opt { fields.append((fixed + 4, ttl)) }
        }
        return fields
    }

    /// Where a name's own octets end: behind the root or the pointer that it ends with.
    private static func end(ofName response: Span<UInt8>, at start: Int) throws(WireError) -> Int {
        var position = start
        while true {
            let length = Int(try response.uint8(at: position))
            if length == 0 { return position + 1 }
            if length > DomainName.maximumLabelLength { return position + 2 }
            position += length + 1
        }
    }
}

extension Header {
    /// Whether the response is an answer: data, or a denial.
    fileprivate var flagsAllowCaching: Bool { responseCode == .noError || responseCode == .nxDomain }
}
