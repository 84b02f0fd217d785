import Glibc

/// Zipf's law: of `count` ranks, rank `k` is drawn with a probability in proportion to `1 / k^exponent`. So are names asked
/// for, with exponents a little below 1.
///
/// Ranks are drawn by rejection-inversion (Hörmann and Derflinger 1996): without a table, in the same time for any count.
/// The histogram of `1 / k^s` lies under a curve whose integral can be inverted; a point under the curve is drawn, and
/// taken where it falls into the histogram, which nearly all of them do.
struct ZipfDistribution: Sendable {
    let count: Int
    let exponent: Double
    /// The integral of the curve at both ends.
    private let lowest: Double
    private let highest: Double
    /// A point that lies no farther than this below its rank needs no further check.
    private let sureDistance: Double

    /// - Parameters:
    ///   - count: at least 1.
    ///   - exponent: 0 (all ranks alike) or more.
    init(count: Int, exponent: Double) {
        self.count = max(1, count)
        self.exponent = exponent
        let curve = Curve(exponent: exponent)
        lowest = curve.integral(1.5) - 1
        highest = curve.integral(Double(self.count) + 0.5)
        sureDistance = 2 - curve.inverse(curve.integral(2.5) - curve.height(2))
    }

    /// A rank from 1 to `count`.
    func next(using random: inout RandomNumbers) -> Int {
        let curve = Curve(exponent: exponent)
        // More than half of all points are taken; this many refusals in a row do not happen.
        for _ in 0..<64 {
            let area = highest + random.fraction() * (lowest - highest)
            let place = curve.inverse(area)
            let rank = min(max(1, place.rounded()), Double(count))
            if rank - place <= sureDistance || area >= curve.integral(rank + 0.5) - curve.height(rank) {
                return Int(rank)
            }
        }
        return 1
    }

    /// `x^-exponent`, its integral from 1, and the inverse of that.
    private struct Curve {
        let exponent: Double

        func height(_ x: Double) -> Double { exp(-exponent * log(x)) }

        func integral(_ x: Double) -> Double {
            let logarithm = log(x)
            let power = (1 - exponent) * logarithm
            // (x^(1-s) - 1) / (1-s), whose limit for s = 1 is the logarithm.
            return abs(power) < 1e-12 ? logarithm : expm1(power) / power * logarithm
        }

        func inverse(_ area: Double) -> Double {
            let power = max(-1, area * (1 - exponent))
            return abs(power) < 1e-12 ? exp(area) : exp(log1p(power) / power * area)
        }
    }
}
