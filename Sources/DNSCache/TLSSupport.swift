/// Whether an authoritative server takes queries over TLS, as far as that was tried (RFC 9539 §4). Nobody says so
/// beforehand, and one that does today need not do so next week.
public struct TLSSupport: Sendable, Equatable {
    private enum State: UInt8 {
        case unknown, trying, works, fails
    }

    private var state = State.unknown
    /// Monotonic nanoseconds: when it came to be so.
    private var since: Int64 = 0

    private static let second: Int64 = 1_000_000_000
    /// So long a server that has answered over TLS is asked over TLS (RFC 9539 §4.3, persistence).
    static let persistence = 3 * 86_400 * second
    /// So long a server that has not is left alone (damping).
    static let damping = 86_400 * second
    /// So long a trial may take (timeout).
    public static let timeout = 4 * second

    public init() {}

    /// Whether queries go over TLS.
    public func isKnown(at now: Int64) -> Bool { state == .works && now - since < Self.persistence }

    /// Whether it is time to find out.
    public func isTrialDue(at now: Int64) -> Bool {
        switch state {
        case .unknown: true
        case .trying: now - since >= 2 * Self.timeout
        case .works: now - since >= Self.persistence
        case .fails: now - since >= Self.damping
        }
    }

    public mutating func beginTrial(at now: Int64) { (state, since) = (.trying, now) }
    public mutating func answered(at now: Int64) { (state, since) = (.works, now) }
    public mutating func failed(at now: Int64) { (state, since) = (.fails, now) }
}
