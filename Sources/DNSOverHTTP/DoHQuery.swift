public import DNSWire

/// A query that a request brought. Its message is in the buffer that was given for it.
public struct DoHQuery: Sendable, Equatable {
    /// The request's name within its connection, for the response: a stream of HTTP/2, or a number.
    public let stream: UInt32
    /// Octets of the message: 12 to 65,535.
    public let count: Int
    /// The client, when a trusted proxy named it.
    public let client: IPAddress?
}

/// Why a query gets no DNS message for an answer.
public enum DoHRefusal: Sendable {
    /// No answer could be found, or nobody looked for one: 503.
    case unavailable
    /// The message is no query: 400.
    case malformed
    /// The client may not ask: 403.
    case forbidden
    /// The client asked too much: 429.
    case tooMany

    var reply: Reply {
        switch self {
        case .unavailable: .unavailable
        case .malformed: .malformedRequest
        case .forbidden: .forbidden
        case .tooMany: .tooManyRequests
        }
    }
}

/// What both versions of HTTP can do for one connection; `DoHConnection` says what each means.
protocol HTTPConnection: AnyObject {
    func receive(_ octets: Span<UInt8>)
    func nextQuery(into buffer: inout MutableSpan<UInt8>) -> DoHQuery?
    func respond(_ message: Span<UInt8>, to stream: UInt32, maxAge: UInt32)
    func refuse(_ stream: UInt32, _ refusal: DoHRefusal)
    func withUnsent<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result
    func forEachPiece(_ body: (UnsafeBufferPointer<UInt8>) -> Bool)
    func sent(_ count: Int)
    func shutDown()
    var unsentCount: Int { get }
    var keptCount: Int { get }
    var responsesMade: Int { get }
    var oldestUnfinished: UInt32? { get }
    var pendingCount: Int { get }
    var wantsInput: Bool { get }
    var isFinished: Bool { get }
}
