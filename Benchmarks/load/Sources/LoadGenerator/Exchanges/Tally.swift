import DNSWire
import Histogram

/// What came of all queries.
struct Tally: Sendable {
    private(set) var sent: UInt64 = 0
    private(set) var answered: UInt64 = 0
    /// Without an answer when their time was up.
    var lost: UInt64 = 0
    /// Their connection ended before the answer came.
    var cutOff: UInt64 = 0
    /// Due, but too many were under way until it was too late to send them.
    var unsent: UInt64 = 0
    /// Messages that answer nothing that is asked now: too late, or to something else.
    var unmatched: UInt64 = 0
    /// Answers with TC set.
    var truncated: UInt64 = 0
    /// Answers of HTTP that are none of DNS.
    var unusable: UInt64 = 0
    /// Answers to signed updates whose signature is missing or wrong.
    var unproved: UInt64 = 0
    /// Datagrams that the server's machine refused (ICMP).
    var refused: UInt64 = 0
    /// How often each response code came; the last place is for those above.
    private(set) var responseCodes = Array(repeating: UInt64(0), count: 25)

    private(set) var connectionsOpened: UInt64 = 0
    private(set) var connectionsResumed: UInt64 = 0
    private(set) var connectionsFailed: UInt64 = 0
    /// Why one of these failed.
    private(set) var lastFailure: String?

    /// Nanoseconds from when a query should have been sent to its answer.
    private(set) var latencies = Self.histogram()
    /// Nanoseconds by which queries were sent late.
    private(set) var lateness = Self.histogram()
    /// Nanoseconds from the beginning of a connection until it takes queries.
    private(set) var handshakes = Self.histogram()

    /// Longer than any time-out, and what a query may be late besides: past it all count as this.
    private static let longest: UInt64 = 1 << 37

    private static func histogram() -> Histogram<UInt64> { Histogram(highestTrackableValue: longest) }

    @inline(__always)
    private static func clamped(_ nanoseconds: Int64) -> UInt64 { min(longest, UInt64(max(0, nanoseconds))) }

    /// A query was sent, so many nanoseconds after it was due; nil where it was due when it was sent.
    @inline(__always)
    mutating func noteSending(late: Int64?) {
        sent += 1
        if let late { lateness.record(Self.clamped(late)) }
    }

    /// What was counted as sent last was not, after all.
    mutating func takeBackSending() { sent -= 1 }

    /// A query was answered, so many nanoseconds after it was due.
    @inline(__always)
    mutating func noteAnswer(_ responseCode: Int, after nanoseconds: Int64) {
        answered += 1
        latencies.record(Self.clamped(nanoseconds))
        responseCodes[min(max(0, responseCode), responseCodes.count - 1)] += 1
    }

    /// A connection takes queries, so many nanoseconds after it was begun.
    mutating func noteConnection(isResumed: Bool, after nanoseconds: Int64) {
        connectionsOpened += 1
        if isResumed { connectionsResumed += 1 }
        handshakes.record(Self.clamped(nanoseconds))
    }

    /// Those that came, the most frequent first.
    var responseCodeCounts: [(name: String, count: UInt64)] {
        responseCodes.enumerated().filter { $0.element > 0 }.sorted { $0.element > $1.element }.map {
            let isKnown = $0.offset < responseCodes.count - 1
            return (isKnown ? "\(ResponseCode(rawValue: UInt16($0.offset)))" : "OTHER", $0.element)
        }
    }

    /// A connection came to nothing.
    mutating func noteFailure(_ reason: String) {
        connectionsFailed += 1
        lastFailure = reason
    }

    mutating func add(_ other: Tally) {
        sent += other.sent
        answered += other.answered
        lost += other.lost
        cutOff += other.cutOff
        unsent += other.unsent
        unmatched += other.unmatched
        truncated += other.truncated
        unusable += other.unusable
        unproved += other.unproved
        refused += other.refused
        for (code, count) in other.responseCodes.enumerated() { responseCodes[code] += count }
        connectionsOpened += other.connectionsOpened
        connectionsResumed += other.connectionsResumed
        connectionsFailed += other.connectionsFailed
        lastFailure = other.lastFailure ?? lastFailure
        latencies.add(other.latencies)
        lateness.add(other.lateness)
        handshakes.add(other.handshakes)
    }
}

extension Histogram {
    /// Takes over all that another one of the same range has.
    fileprivate mutating func add(_ other: Self) {
        for recorded in other.recordedValues() where recorded.count > 0 {
            record(recorded.value, count: recorded.count)
        }
    }
}
