public import DNSWire

/// DNS over HTTP (RFC 8484) on one connection, without the connection: octets that came go in, queries come
/// out, responses go in, octets to write come out. It opens nothing, reads no clock and never throws: what a
/// peer does wrong is answered, or ends the connection.
///
/// The owner's turn: `receive` what was read, `nextQuery` until there is none, `respond` to each at once or
/// later, write what is `withUnsent` and say how much was `sent`, close when it `isFinished`. A query can
/// become ready in any of these calls.
public final class DoHConnection {
    public enum Version: Sendable {
        /// What ALPN says: `http/1.1`, or nothing.
        case http1
        /// ALPN `h2`.
        case http2
        /// Found out from the first octets: HTTP/2 with prior knowledge (RFC 9113 §3.3) has its preface.
        case detected
    }

    private let settings: DoHSettings
    private let counters: DoHCounterSet
    private let believesProxy: Bool
    private var connection: (any HTTPConnection)?
    /// Octets of HTTP/2's preface that came before it was known to be one.
    private var prefaceMatched = 0
    private var isShutDown = false

    /// - Parameter peer: the other end of the connection. Its word about clients is believed if it is one of
    ///   the settings' trusted proxies.
    public init(version: Version, peer: IPAddress, settings: DoHSettings, counters: DoHCounterSet) {
        self.settings = settings
        self.counters = counters
        believesProxy = settings.trustedProxies.contains(peer.unmapped)
        switch version {
        case .http1: begin(.http1)
        case .http2: begin(.http2)
        case .detected: break
        }
    }

    private func begin(_ version: Version) {
        let believed = believesProxy ? settings.trustedProxies : nil
        if version == .http2 {
            counters.count(.connectionsHTTP2)
            connection = HTTP2Connection(settings: settings, believed: believed, counters: counters)
        } else {
            counters.count(.connectionsHTTP1)
            connection = HTTP1Connection(settings: settings, believed: believed, counters: counters)
        }
    }

    /// Takes octets that came, all of them. While `wantsInput` is false, the owner had better not read any.
    public func receive(_ octets: Span<UInt8>) {
        guard !octets.isEmpty, !isFinished else { return }
        if let connection { return connection.receive(octets) }
        let preface = HTTP2Preface.octets
        var index = 0
        while index < octets.count, prefaceMatched < HTTP2Preface.decisive,
            octets[index] == preface[prefaceMatched]
        {
            index += 1
            prefaceMatched += 1
        }
        if prefaceMatched < HTTP2Preface.decisive, index == octets.count { return }
        begin(prefaceMatched == HTTP2Preface.decisive ? .http2 : .http1)
        guard let connection else { return }
        if prefaceMatched > 0 { connection.receive(preface.span.extracting(0..<prefaceMatched)) }
        if index < octets.count { connection.receive(octets.extracting(index..<octets.count)) }
    }

    /// The next query that is complete, copied to the front of `buffer`, which has room for any message
    /// (65,535 octets). It is owed one `respond` or `refuse`.
    public func nextQuery(into buffer: inout MutableSpan<UInt8>) -> DoHQuery? {
        connection?.nextQuery(into: &buffer)
    }

    /// Answers a query with a DNS message, whatever its RCODE (RFC 8484 §4.2.1). For a stream that is gone,
    /// or that has its answer, nothing happens.
    /// - Parameter maxAge: seconds for which the response is fresh: the smallest TTL of its answer section,
    ///   or what negative caching allows (RFC 8484 §5.1).
    public func respond(_ message: Span<UInt8>, to stream: UInt32, maxAge: UInt32) {
        connection?.respond(message, to: stream, maxAge: maxAge)
    }

    /// Answers a query with an HTTP status only.
    public func refuse(_ stream: UInt32, _ refusal: DoHRefusal) { connection?.refuse(stream, refusal) }

    /// What is to be written, in one piece.
    public func withUnsent<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let connection { return unsafe connection.withUnsent(body) }
        return unsafe body(UnsafeBufferPointer(start: nil, count: 0))
    }

    /// What is to be written, a piece for each response, until `body` says that it is enough. Over TLS each is to be a
    /// record of its own: there are clients (dnsperf) that take one response from each read and lose the others.
    public func forEachUnsentPiece(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) {
        unsafe connection?.forEachPiece(body)
    }

    /// Notes that the first `count` octets of what was unsent are written. More may be unsent afterwards.
    public func sent(_ count: Int) { connection?.sent(count) }

    /// No more requests: what was asked is still answered.
    public func shutDown() {
        isShutDown = true
        connection?.shutDown()
    }

    public var unsentCount: Int { connection?.unsentCount ?? 0 }

    /// Octets that it keeps for the peer: what is unsent, responses that the peer's flow control has no room for, and
    /// requests that are not complete or not handed out.
    public var keptCount: Int { connection?.keptCount ?? prefaceMatched }

    /// Responses that were made to their end, of whatever status. What else is written is no progress.
    public var responsesMade: Int { connection?.responsesMade ?? 0 }

    /// The request that the peer has left unfinished for longest, or whose response it does not let through. With HTTP/2 a
    /// peer can go on with others meanwhile.
    public var oldestUnfinished: UInt32? { connection?.oldestUnfinished }

    /// Queries that were handed out and have no answer yet, those of streams that were reset among them.
    public var pendingCount: Int { connection?.pendingCount ?? 0 }

    /// Whether more input should be read: false while answers are not taken off us, and, for HTTP/1.1, while
    /// a request is being answered.
    public var wantsInput: Bool { connection?.wantsInput ?? !isShutDown }

    /// Nothing more will be read, answered or written: the connection is to be closed.
    public var isFinished: Bool { connection?.isFinished ?? isShutDown }
}
