/// What a connection may cost beyond its queries. Everything that makes work without being a query is paid
/// from an allowance, and each query that was answered earns some back, up to where it began. So a connection
/// may be as busy as its queries justify, for however long, and nothing depends on a clock.
///
/// - RST_STREAM from the peer: rapid reset (CVE-2023-44487). Each may have cost a query's work.
/// - RST_STREAM from us, other than for a request that was answered before it ended: a peer can make us
///   reset streams by frames that are wrong (MadeYouReset, CVE-2025-8671).
/// - Frames that are invalid.
/// - Frames that a client can send without end: PING and SETTINGS, which must be acknowledged
///   (CVE-2019-9512, 9515), PRIORITY (CVE-2019-9513), WINDOW_UPDATE, CONTINUATION (CVE-2024-28182), frames
///   of unknown types, DATA that is empty or nearly (CVE-2019-9511, 9518).
struct AbuseBudget {
    private let allowance: Int
    private var left: Int

    /// A stream that was begun and reset costs about as much as ten small frames.
    static let reset = 10
    static let invalidFrame = 10
    static let frame = 1
    /// An honest client sends with each query some WINDOW_UPDATEs, and now and then a PING.
    static let earnedByQuery = 10
    /// DATA below this many octets that does not end its stream is paid for: whoever posts a query sends it
    /// in one or a few frames.
    static let smallData = 64

    init(allowance: Int) {
        self.allowance = allowance
        left = allowance
    }

    var isSpent: Bool { left < 0 }

    mutating func charge(_ cost: Int) { left = max(-1, left - cost) }

    mutating func earn() { left = min(allowance, left + Self.earnedByQuery) }
}
