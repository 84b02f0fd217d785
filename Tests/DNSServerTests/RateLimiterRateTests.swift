import DNSWire
import Testing

@testable import DNSServer

@Suite struct RateLimiterRateTests {
    private let client = IPAddress(192, 0, 2, 1)

    private func limit(_ rate: Int) -> RateLimit {
        var limit = RateLimit()
        limit.responsesPerSecond = rate
        return limit
    }

    /// A flood gets the first second's worth at once and then its rate, neither more nor much less.
    @Test(arguments: [1, 10, 99, 100, 101, 150, 199, 999, 1000, 1050, 1999]) func holdsItsRate(rate: Int) {
        var limiter = RateLimiter(key: SipHash.Key(low: 1, high: 2))
        var sent = 0
        for uptime in Int64(0)..<10_000 {
            for _ in 0..<3 where limiter.verdict(for: client, limit(rate), uptime: uptime) == .send {
                sent += 1
            }
        }
        #expect(sent <= rate * 11)
        #expect(sent >= rate + rate * 9 * 85 / 100)
    }
}
