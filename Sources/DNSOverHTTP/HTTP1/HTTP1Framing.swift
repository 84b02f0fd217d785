/// What in a request's head decides where the request ends and whether the connection stays (RFC 9112 §6,
/// §9), read as strictly as the RFC allows.
struct HTTP1Framing {
    /// 0 or 1: HTTP/1.0 or 1.1.
    private(set) var minorVersion = 1
    private(set) var isChunked = false
    var closes = false
    /// Octets of chunks so far.
    var chunkedOctets = 0

    private var hostCount = 0
    private var lengthCount = 0
    private var hasBadLength = false
    private var codingCount = 0
    private var keepsAlive = false

    /// The longest target with a method and a version around it.
    static let longestRequestLine = DoHLimits.longestTarget + 64
    /// Octets of empty lines before a request: some old clients send one after a body.
    static let emptyOctets = 8
    /// A chunk's size with extensions, which nobody uses for DNS.
    static let longestChunkLine = 256

    //--- The request line ---

    /// Reads `method SP target SP version` (RFC 9112 §3). What it is answered with when it is wrong.
    mutating func readRequestLine(
        _ line: Span<UInt8>, into head: inout RequestHead, _ settings: borrowing DoHSettings
    ) -> Reply? {
        var methodEnd = 0
        while methodEnd < line.count, isTokenOctet(line[methodEnd]) { methodEnd += 1 }
        guard methodEnd > 0, methodEnd < line.count, line[methodEnd] == 0x20 else { return .malformedRequest }
        var targetEnd = methodEnd + 1
        while targetEnd < line.count, line[targetEnd] > 0x20, line[targetEnd] < 0x7f { targetEnd += 1 }
        guard targetEnd > methodEnd + 1, targetEnd < line.count, line[targetEnd] == 0x20 else {
            return .malformedRequest
        }
        if let reply = readVersion(line.extracting((targetEnd + 1)..<line.count)) { return reply }
        head.readMethod(line.extracting(0..<methodEnd))
        readTarget(line.extracting((methodEnd + 1)..<targetEnd), into: &head, settings)
        return nil
    }

    private mutating func readVersion(_ version: Span<UInt8>) -> Reply? {
        guard version.count == 8, version.extracting(0..<5).equals("HTTP/"), version[6] == UInt8(ascii: "."),
            isDigit(version[5]), isDigit(version[7])
        else { return .malformedRequest }
        guard version[5] == UInt8(ascii: "1") else { return .unknownVersion }
        // A later minor version is spoken to in the highest that is known (RFC 9110 §2.5).
        minorVersion = version[7] == UInt8(ascii: "0") ? 0 : 1
        return nil
    }

    /// Clients send the origin form; the absolute form must be understood, too (RFC 9112 §3.2.2).
    private func readTarget(
        _ target: Span<UInt8>, into head: inout RequestHead, _ settings: borrowing DoHSettings
    ) {
        var start = 0
        if target.count >= 7, target.extracting(0..<7).equalsIgnoringCase("http://") {
            start = 7
        } else if target.count >= 8, target.extracting(0..<8).equalsIgnoringCase("https://") {
            start = 8
        }
        if start > 0 {
            while start < target.count, target[start] != UInt8(ascii: "/"), target[start] != UInt8(ascii: "?")
            {
                start += 1
            }
        }
        head.readTarget(target.extracting(start..<target.count), settings)
    }

    //--- Fields ---

    /// Reads `name: value` (RFC 9112 §5) and shows both to `body`. What the request is answered with when
    /// the line is wrong: a name with a blank behind or before it (which would be the continuation of the line
    /// before), or a value with control characters.
    mutating func readField(_ line: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) -> Void) -> Reply? {
        var colon = 0
        while colon < line.count, isTokenOctet(line[colon]) { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":") else {
            return .malformedRequest
        }
        let valueRange = line.trimmed(colon + 1..<line.count)
        for index in valueRange where line[index] < 0x20 && line[index] != 0x09 || line[index] == 0x7f {
            return .malformedRequest
        }
        let name = line.extracting(0..<colon)
        let value = line.extracting(valueRange)
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"): hostCount += 1
        case 10 where name.equalsIgnoringCase("connection"): readConnection(value)
        case 14 where name.equalsIgnoringCase("content-length"):
            lengthCount += 1
            if value.decimalNumber == nil { hasBadLength = true }
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            codingCount += 1
            isChunked = value.equalsIgnoringCase("chunked")
        default: break
        }
        body(name, value)
        return nil
    }

    private mutating func readConnection(_ value: Span<UInt8>) {
        var start = 0
        while start <= value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            let option = value.extracting(value.trimmed(start..<end))
            if option.equalsIgnoringCase("close") { closes = true }
            if option.equalsIgnoringCase("keep-alive") { keepsAlive = true }
            start = end + 1
        }
    }

    /// What a complete head is answered with when its framing is not beyond doubt.
    mutating func judge(_ head: borrowing RequestHead) -> Reply? {
        if minorVersion == 0, !keepsAlive { closes = true }
        // RFC 9112 §3.2: exactly one Host, which HTTP/1.0 did not know.
        guard hostCount == 1 || hostCount == 0 && minorVersion == 0 else { return .malformedRequest }
        guard lengthCount <= 1, !hasBadLength, codingCount <= 1 else { return .malformedRequest }
        guard codingCount == 1 else { return nil }
        // RFC 9112 §6.1: both together, or a coding in HTTP/1.0, are how requests are smuggled.
        guard lengthCount == 0, minorVersion > 0 else { return .malformedRequest }
        return isChunked ? nil : .unknownCoding
    }

    func hasBody(_ head: borrowing RequestHead) -> Bool { isChunked || head.contentLength ?? 0 > 0 }

    //--- Chunks ---

    /// The size in front of a chunk (RFC 9112 §7.1), at most 65,536; nil when there is none. Extensions are
    /// ignored.
    static func chunkSize(_ line: Span<UInt8>) -> Int? {
        var size = 0
        var index = 0
        while index < line.count, let digit = URIReader.hexadecimal(line[index]) {
            size = min(DoHLimits.longestMessage + 1, size << 4 | Int(digit))
            index += 1
        }
        guard index > 0, index <= longestChunkSize else { return nil }
        guard index < line.count else { return size }
        // A blank may stand between a size and a semicolon, by mistake of RFC 2616; nobody needs it.
        guard line[index] == UInt8(ascii: ";") else { return nil }
        for octet in index..<line.count where line[octet] < 0x20 && line[octet] != 0x09 || line[octet] == 0x7f
        {
            return nil
        }
        return size
    }

    /// Digits of a size: leading zeros beyond those of 64 bits are not what anybody sends.
    private static let longestChunkSize = 16
}

private func isDigit(_ octet: UInt8) -> Bool { octet >= 0x30 && octet <= 0x39 }
