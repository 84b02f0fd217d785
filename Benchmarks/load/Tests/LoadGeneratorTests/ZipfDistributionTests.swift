import Glibc
import Testing

@testable import LoadGenerator

@Suite struct ZipfDistributionTests {
    /// How often each rank was drawn.
    private func counts(_ count: Int, _ exponent: Double, draws: Int) -> [Int] {
        let distribution = ZipfDistribution(count: count, exponent: exponent)
        var random = RandomNumbers(seed: 42)
        var counts = Array(repeating: 0, count: count)
        for _ in 0..<draws { counts[distribution.next(using: &random) - 1] += 1 }
        return counts
    }

    /// Chi-squared of what was drawn against the law, over the degrees of freedom: about 1 where they fit.
    private func misfit(_ counts: [Int], _ exponent: Double) -> Double {
        let draws = Double(counts.reduce(0, +))
        let weights = (1...counts.count).map { pow(Double($0), -exponent) }
        let sum = weights.reduce(0, +)
        let squares = zip(counts, weights).map { count, weight in
            let expected = draws * weight / sum
            return (Double(count) - expected) * (Double(count) - expected) / expected
        }
        return squares.reduce(0, +) / Double(max(1, counts.count - 1))
    }

    @Test(arguments: [0, 0.5, 0.9, 0.99, 1, 1.000_001, 1.2, 2])
    func `ranks are drawn as often as the law says`(exponent: Double) {
        let counts = counts(100, exponent, draws: 300_000)
        // Of 99 degrees of freedom: four standard deviations off.
        #expect(misfit(counts, exponent) < 1.57)
    }

    @Test func `the test would notice another exponent`() {
        #expect(misfit(counts(100, 0.9, draws: 300_000), 0.95) > 3)
    }

    @Test func `of a million ranks all are between the first and the last`() {
        let distribution = ZipfDistribution(count: 1_000_000, exponent: 0.9)
        var random = RandomNumbers(seed: 7)
        var largest = 0
        for _ in 0..<100_000 {
            let rank = distribution.next(using: &random)
            #expect((1...1_000_000).contains(rank))
            largest = max(largest, rank)
        }
        #expect(largest > 900_000)
    }

    @Test func `one rank is always drawn`() {
        #expect(counts(1, 0.9, draws: 100) == [100])
        #expect(counts(1, 0, draws: 100) == [100])
        #expect(counts(1, 1, draws: 100) == [100])
    }

    @Test func `the same seed draws the same`() {
        let distribution = ZipfDistribution(count: 1_000, exponent: 1.1)
        var (one, other) = (RandomNumbers(seed: 3), RandomNumbers(seed: 3))
        for _ in 0..<100 { #expect(distribution.next(using: &one) == distribution.next(using: &other)) }
    }
}
