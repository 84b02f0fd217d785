import DNSTransport
import DNSWire
import Synchronization

/// The counters and the histogram of one worker as they grow.
///
/// Only the worker writes, so that no locked instruction is needed to add, and any thread may read. They are atomic for the packet
/// path's sake, too: a number in a property of a class costs a look at who else has it in use, each time.
final class LiveCounters: Sendable {
    typealias Counter = ServiceCounters.Counter

    /// There is room for as many; a test counts them.
    static let capacity = 64
    static let bucketCount = 16

    private let values = InlineArray<64, Atomic<UInt64>> { _ in Atomic(0) }
    private let buckets = InlineArray<16, Atomic<UInt64>> { _ in Atomic(0) }
    private let nanoseconds = Atomic<UInt64>(0)

    // --- Counting ---

    @inline(__always)
    func count(_ counter: Counter) { Self.add(1, to: values[counter.rawValue]) }

    @inline(__always)
    private static func add(_ number: UInt64, to value: borrowing Atomic<UInt64>) {
        value.store(value.load(ordering: .relaxed) &+ number, ordering: .relaxed)
    }

    /// Of which transport a query is.
    static func queries(over transport: Client.Transport) -> Counter {
        switch transport {
        case .udp: .queriesUDP
        case .tcp: .queriesTCP
        case .tls: .queriesTLS
        case .https: .queriesHTTPS
        case .http: .queriesHTTP
        }
    }

    /// Counts an update by its response code.
    func count(updateResult code: ResponseCode) {
        switch code {
        case .noError: count(.updatesDone)
        case .refused, .notAuth: count(.updatesRefused)
        case .yxDomain, .yxRRset, .nxDomain, .nxRRset: count(.updatesUnmet)
        case .formatError, .notZone, .badVersion: count(.updatesMalformed)
        default: count(.updatesFailed)
        }
    }

    /// - Parameter nanoseconds: from the first query that asked to the answer.
    func resolved(after nanoseconds: Int64) {
        let nanoseconds = UInt64(max(0, nanoseconds))
        let milliseconds = nanoseconds / 1_000_000
        let bucket = milliseconds == 0 ? 0 : min(Self.bucketCount - 1, 64 - milliseconds.leadingZeroBitCount)
        Self.add(1, to: buckets[bucket])
        Self.add(nanoseconds, to: self.nanoseconds)
    }

    // --- Reading ---

    subscript(_ counter: Counter) -> UInt64 { values[counter.rawValue].load(ordering: .relaxed) }

    var latencyBuckets: [UInt64] {
        (0..<Self.bucketCount).map { buckets[$0].load(ordering: .relaxed) }
    }

    var latencySum: UInt64 { nanoseconds.load(ordering: .relaxed) }
}
