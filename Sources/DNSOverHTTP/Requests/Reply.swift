/// A response that carries no DNS message: what it says, and in words why.
enum Reply: Sendable {
    case options
    case noQuery, notBase64, severalQueries, shortMessage, malformedRequest, doubtfulClient
    case forbidden, notFound, methodNotAllowed
    case bodyTooLong, targetTooLong, wrongContentType, unknownExpectation, tooManyRequests, fieldsTooLarge
    case unknownCoding, unavailable, unknownVersion

    var status: HTTPStatus {
        switch self {
        case .options: .noContent
        case .noQuery, .notBase64, .severalQueries, .shortMessage, .malformedRequest, .doubtfulClient:
            .badRequest
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTooLong: .contentTooLarge
        case .targetTooLong: .uriTooLong
        case .wrongContentType: .unsupportedMediaType
        case .unknownExpectation: .expectationFailed
        case .tooManyRequests: .tooManyRequests
        case .fieldsTooLarge: .fieldsTooLarge
        case .unknownCoding: .notImplemented
        case .unavailable: .serviceUnavailable
        case .unknownVersion: .versionNotSupported
        }
    }

    /// The body: text for whoever looks at it.
    var text: StaticString {
        switch self {
        case .options: ""
        case .noQuery: "A GET needs the parameter dns with a DNS message in base64url (RFC 8484).\n"
        case .notBase64: "The parameter dns is not base64url without padding (RFC 4648, section 5).\n"
        case .severalQueries: "The parameter dns is there more than once.\n"
        case .shortMessage: "A DNS message has at least 12 octets.\n"
        case .malformedRequest: "This is not a well-formed HTTP request.\n"
        case .doubtfulClient: "Forwarded or X-Forwarded-For is malformed, or they contradict each other.\n"
        case .forbidden: "You may not ask here.\n"
        case .notFound: "There is nothing here. DNS over HTTPS is usually found at /dns-query.\n"
        case .methodNotAllowed: "DNS queries come by GET or POST (RFC 8484).\n"
        case .bodyTooLong: "A DNS message has at most 65535 octets.\n"
        case .targetTooLong: "The request target is too long. Send the query by POST.\n"
        case .wrongContentType: "The body must be of type application/dns-message.\n"
        case .unknownExpectation: "Only 100-continue can be expected.\n"
        case .tooManyRequests: "These were too many queries in a short time.\n"
        case .fieldsTooLarge: "The header fields are too large.\n"
        case .unknownCoding: "No transfer coding but chunked is understood.\n"
        case .unavailable: "No answer could be found in time.\n"
        case .unknownVersion: "HTTP/1.1 and HTTP/2 are spoken here.\n"
        }
    }

    /// Whether the response says which methods there are (RFC 9110 §9.3.7, §15.5.6).
    var listsMethods: Bool { status == .methodNotAllowed || status == .noContent }

    static let methods: StaticString = "GET, HEAD, POST, OPTIONS"
}

/// The status codes that are used.
enum HTTPStatus: Sendable {
    case ok, noContent, badRequest, forbidden, notFound, methodNotAllowed, contentTooLarge, uriTooLong
    case unsupportedMediaType, expectationFailed, tooManyRequests, fieldsTooLarge, notImplemented
    case serviceUnavailable, versionNotSupported

    var code: StaticString {
        switch self {
        case .ok: "200"
        case .noContent: "204"
        case .badRequest: "400"
        case .forbidden: "403"
        case .notFound: "404"
        case .methodNotAllowed: "405"
        case .contentTooLarge: "413"
        case .uriTooLong: "414"
        case .unsupportedMediaType: "415"
        case .expectationFailed: "417"
        case .tooManyRequests: "429"
        case .fieldsTooLarge: "431"
        case .notImplemented: "501"
        case .serviceUnavailable: "503"
        case .versionNotSupported: "505"
        }
    }

    /// The first line of a response of HTTP/1.1, with its end.
    var statusLine: StaticString {
        switch self {
        case .ok: "HTTP/1.1 200 OK\r\n"
        case .noContent: "HTTP/1.1 204 No Content\r\n"
        case .badRequest: "HTTP/1.1 400 Bad Request\r\n"
        case .forbidden: "HTTP/1.1 403 Forbidden\r\n"
        case .notFound: "HTTP/1.1 404 Not Found\r\n"
        case .methodNotAllowed: "HTTP/1.1 405 Method Not Allowed\r\n"
        case .contentTooLarge: "HTTP/1.1 413 Content Too Large\r\n"
        case .uriTooLong: "HTTP/1.1 414 URI Too Long\r\n"
        case .unsupportedMediaType: "HTTP/1.1 415 Unsupported Media Type\r\n"
        case .expectationFailed: "HTTP/1.1 417 Expectation Failed\r\n"
        case .tooManyRequests: "HTTP/1.1 429 Too Many Requests\r\n"
        case .fieldsTooLarge: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
        case .notImplemented: "HTTP/1.1 501 Not Implemented\r\n"
        case .serviceUnavailable: "HTTP/1.1 503 Service Unavailable\r\n"
        case .versionNotSupported: "HTTP/1.1 505 HTTP Version Not Supported\r\n"
        }
    }

    var event: DoHEvent {
        switch self {
        case .ok: .status200
        case .noContent: .status204
        case .badRequest: .status400
        case .forbidden: .status403
        case .notFound: .status404
        case .methodNotAllowed: .status405
        case .contentTooLarge: .status413
        case .uriTooLong: .status414
        case .unsupportedMediaType: .status415
        case .expectationFailed: .status417
        case .tooManyRequests: .status429
        case .fieldsTooLarge: .status431
        case .notImplemented: .status501
        case .serviceUnavailable: .status503
        case .versionNotSupported: .status505
        }
    }
}
