public import DNSWire

/// What the requests of one listener are judged by.
public struct DoHSettings: Sendable {
    /// Where queries are taken. Anything else is 404.
    public var paths: [HTTPPath] = [.standard]
    /// Whose `Forwarded` and `X-Forwarded-For` are believed. Nobody's unless told otherwise.
    public var trustedProxies: [IPNetwork] = []
    public var limits = DoHLimits()

    public init() {}
}

/// What one connection may cost. Every number is a bound on memory or on work that a peer can cause.
public struct DoHLimits: Sendable {
    /// Queries of one connection that are read, resolved or answered at the same time; for HTTP/2 also
    /// SETTINGS_MAX_CONCURRENT_STREAMS, which RFC 9113 §6.5.2 recommends to be no smaller than 100. A query
    /// whose stream was reset counts until it is answered.
    public var concurrentQueries = 100

    /// Octets that wait to be written before no more are made, and no more input is wanted.
    public var outputHighWater = 65_536

    /// Octets of responses for which the peer's flow control window has no room. A client reads what it
    /// asked for; one that lets more than some full-sized answers pile up is cut off.
    public var heldResponseOctets = 262_144

    /// Octets of request bodies that may be on their way at the same time (the connection's window): four
    /// of the longest, or hundreds of usual ones.
    public var connectionWindow: Int32 = 262_144

    /// Octets that libnghttp2 may hold for one connection. A hundred streams with their headers fit several
    /// times.
    public var sessionMemory = 1 << 20

    /// Frames in libnghttp2's queue: for every stream some, and room for acknowledgements. Version 1.52 has
    /// no bound of its own but for those.
    public var queuedFrames = 1_000

    /// How much a connection may do that is no query before it is ended: see `AbuseBudget`.
    public var abuseAllowance = 1_000

    public init() {}

    /// The longest DNS message, and so the longest body (RFC 8484 §6).
    static let longestMessage = 65_535
    /// RFC 9110 §4.1 recommends at least 8,000 octets. A query of 6,000 octets fits; longer ones are posted.
    static let longestTarget = 8_192
    /// Octets of a request's header fields, counted as RFC 9113 §6.5.2 says. The longest target and cookies
    /// fit.
    static let longestFieldSection = 16_384
    /// A header block that goes on after this is not read to its end to be refused: the connection ends.
    /// Four frames of the usual size.
    static let longestHeaderBlock = 65_536
    /// CONTINUATION frames of a header block: one less than Debian's libnghttp2 takes, which says of more that
    /// it had an internal error.
    static let mostContinuations = 7
    /// The same for what is decompressed, of which a header block can name a lot with few octets.
    static let longestDecodedFieldSection = 16 * longestFieldSection
    /// Octets of a stream's body that the peer may send: one more than a message can have, so that a longer
    /// one is noticed.
    static let streamWindow = longestMessage + 1
}
