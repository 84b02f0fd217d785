import DNSWire

/// What matters of a request's head, gathered field by field as either version of HTTP gives them. One for a
/// connection, used again for every request, so that its storage is.
struct RequestHead {
    enum Method {
        case get, head, post, options, other

        var event: DoHEvent {
            switch self {
            case .get: .requestsGET
            case .head: .requestsHEAD
            case .post: .requestsPOST
            case .options: .requestsOPTIONS
            case .other: .requestsOther
            }
        }
    }

    /// What to do about a request once its head is known.
    enum Decision {
        /// A query by GET or HEAD, which is in `message`.
        case query
        /// A query by POST, whose body is the message.
        case body
        case reply(Reply)
    }

    private enum Target { case missing, asterisk, path, elsewhere, tooLong }
    private enum Parameter { case missing, message, notBase64, repeated }

    private(set) var method: Method?
    private var target = Target.missing
    private var parameter = Parameter.missing
    /// The message of the parameter `dns`.
    var message: [UInt8] = []
    private var contentType: Bool?
    /// The announced length of the body; `Int.max` when it is beyond counting.
    private(set) var contentLength: Int?
    private(set) var expectsContinue = false
    private var expectsSomethingElse = false
    private(set) var forwarding = Forwarding()
    /// Octets of all fields as RFC 9113 §6.5.2 counts them.
    private(set) var size = 0

    mutating func begin() {
        method = nil
        target = .missing
        parameter = .missing
        message.removeAll(keepingCapacity: true)
        contentType = nil
        contentLength = nil
        expectsContinue = false
        expectsSomethingElse = false
        forwarding = Forwarding()
        size = 0
    }

    /// Whether the client may wait for an answer before it sends the body (RFC 9110 §10.1.1).
    var hasExpectation: Bool { expectsContinue || expectsSomethingElse }

    /// Whether so many fields came that no more of them is looked at.
    var isTooLarge: Bool { size > DoHLimits.longestFieldSection }

    /// Counts a field; true when it may be read.
    mutating func admit(_ name: Int, _ value: Int) -> Bool {
        size += min(name, DoHLimits.longestHeaderBlock) + min(value, DoHLimits.longestHeaderBlock) + 32
        return !isTooLarge
    }

    //--- Reading ---

    /// Methods are case-sensitive (RFC 9110 §9.1).
    mutating func readMethod(_ text: Span<UInt8>) {
        method =
            if text.equals("GET") { .get } else if text.equals("POST") { .post } else if text.equals("HEAD") {
                .head
            } else if text.equals("OPTIONS") { .options } else { .other }
    }

    /// The request target in origin form, or the asterisk.
    mutating func readTarget(_ text: Span<UInt8>, _ settings: borrowing DoHSettings) {
        guard text.count <= DoHLimits.longestTarget else { return target = .tooLong }
        if text.equals("*") { return target = .asterisk }
        var end = 0
        while end < text.count, text[end] != UInt8(ascii: "?") { end += 1 }
        target = .elsewhere
        for index in settings.paths.indices where settings.paths[index].matches(text, 0..<end) {
            target = .path
        }
        if target == .path, end < text.count { readParameters(text, end + 1) }
    }

    /// Finds `dns` among parameters that are separated by `&`. Others are ignored.
    private mutating func readParameters(_ text: Span<UInt8>, _ first: Int) {
        var start = first
        while start <= text.count {
            var end = start
            while end < text.count, text[end] != UInt8(ascii: "&") { end += 1 }
            var reader = URIReader(start..<end)
            if reader.next(in: text) == 0x64, reader.next(in: text) == 0x6e, reader.next(in: text) == 0x73,
                reader.next(in: text) == 0x3d
            {
                readMessage(text, reader)
            }
            start = end + 1
        }
    }

    private mutating func readMessage(_ text: Span<UInt8>, _ rest: URIReader) {
        guard parameter == .missing else { return parameter = .repeated }
        var reader = rest
        var decoder = Base64URLDecoder()
        parameter = .message
        while let unit = reader.next(in: text) {
            guard decoder.take(unit, into: &message) else { return parameter = .notBase64 }
        }
        if !decoder.isComplete { parameter = .notBase64 }
    }

    mutating func readField(_ name: Span<UInt8>, _ value: Span<UInt8>, _ believed: [IPNetwork]?) {
        switch name.count {
        case 6 where name.equalsIgnoringCase("expect"):
            if value.equalsIgnoringCase("100-continue") {
                expectsContinue = true
            } else {
                expectsSomethingElse = true
            }
        case 12 where name.equalsIgnoringCase("content-type"):
            var end = 0
            while end < value.count, value[end] != UInt8(ascii: ";") { end += 1 }
            while end > 0, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
            contentType =
                contentType == nil && value.extracting(0..<end).equalsIgnoringCase("application/dns-message")
        case 14 where name.equalsIgnoringCase("content-length"):
            contentLength = value.decimalNumber
        case 9 where name.equalsIgnoringCase("forwarded"):
            if let believed { forwarding.readForwarded(value, trusted: believed) }
        case 15 where name.equalsIgnoringCase("x-forwarded-for"):
            if let believed { forwarding.readForwardedFor(value, trusted: believed) }
        default: break
        }
    }

    //--- Judging ---

    /// What the whole head says. `isTooLarge` and a target that is too long go before everything else.
    func decide() -> Decision {
        if target == .tooLong { return .reply(.targetTooLong) }
        if isTooLarge { return .reply(.fieldsTooLarge) }
        guard let method else { return .reply(.malformedRequest) }
        if forwarding.isDoubtful { return .reply(.doubtfulClient) }
        if target == .asterisk { return .reply(method == .options ? .options : .notFound) }
        guard target == .path else { return .reply(method == .other ? .methodNotAllowed : .notFound) }
        if expectsSomethingElse { return .reply(.unknownExpectation) }
        switch method {
        case .options: return .reply(.options)
        case .other: return .reply(.methodNotAllowed)
        case .post:
            if contentType != true { return .reply(.wrongContentType) }
            if let contentLength, contentLength > DoHLimits.longestMessage { return .reply(.bodyTooLong) }
            return .body
        case .get, .head:
            switch parameter {
            case .missing: return .reply(.noQuery)
            case .notBase64: return .reply(.notBase64)
            case .repeated: return .reply(.severalQueries)
            case .message: break
            }
            return message.count < Self.shortestMessage ? .reply(.shortMessage) : .query
        }
    }

    /// A DNS header (RFC 1035 §4.1.1).
    static let shortestMessage = 12
}
