import Histogram

/// How long something took, in milliseconds; nothing took any time where `count` is 0.
public struct LatencySummary: Sendable, Hashable, Encodable {
    public let count: UInt64
    public let minimum: Double
    public let mean: Double
    public let median: Double
    public let p90: Double
    public let p99: Double
    public let p999: Double
    public let maximum: Double

    /// - Parameter histogram: of nanoseconds.
    init(_ histogram: Histogram<UInt64>) {
        count = histogram.totalCount
        func milliseconds(_ nanoseconds: UInt64) -> Double {
            histogram.totalCount == 0 ? 0 : (Double(nanoseconds) / 1e6).rounded(to: 6)
        }
        minimum = milliseconds(histogram.min)
        mean = histogram.totalCount == 0 ? 0 : (histogram.mean / 1e6).rounded(to: 6)
        median = milliseconds(histogram.valueAtPercentile(50))
        p90 = milliseconds(histogram.valueAtPercentile(90))
        p99 = milliseconds(histogram.valueAtPercentile(99))
        p999 = milliseconds(histogram.valueAtPercentile(99.9))
        maximum = milliseconds(histogram.maxRecorded)
    }

    /// For people.
    var text: String {
        let parts = [
            ("min", minimum), ("median", median), ("p90", p90), ("p99", p99), ("p99.9", p999),
            ("max", maximum),
        ]
        return parts.map { "\($0.0) \($0.1.rounded(to: $0.1 < 10 ? 3 : 1))" }.joined(separator: ", ") + " ms"
    }
}

extension Double {
    func rounded(to digits: Int) -> Double {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        return (self * scale).rounded() / scale
    }
}
