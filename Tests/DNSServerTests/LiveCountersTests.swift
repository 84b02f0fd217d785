import Testing

@testable import DNSServer

@Suite struct LiveCountersTests {
    @Test func everyCounterHasItsOwnPlace() {
        #expect(ServiceCounters.Counter.allCases.count <= LiveCounters.capacity)
        let live = LiveCounters()
        for (index, counter) in ServiceCounters.Counter.allCases.enumerated() {
            for _ in 0..<index { live.count(counter) }
        }
        let counters = ServiceCounters(of: live)
        for (index, counter) in ServiceCounters.Counter.allCases.enumerated() {
            #expect(counters[counter] == UInt64(index))
            #expect((counters + counters)[counter] == 2 * UInt64(index))
        }
    }

    @Test func resolutionsFallIntoBuckets() {
        let live = LiveCounters()
        for milliseconds in [0, 1, 2, 3, 1000, 1 << 40] as [Int64] {
            live.resolved(after: milliseconds * 1_000_000)
        }
        live.resolved(after: -1)
        #expect(live.latencyBuckets == [2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
        #expect(live.latencySum == UInt64(1006 + (1 << 40)) * 1_000_000)
        let lines = ServiceCounters(of: live).lines
        #expect(lines.contains("homing_resolution_duration_seconds_bucket{le=\"0.004\"} 5"))
        #expect(lines.contains("homing_resolution_duration_seconds_bucket{le=\"+Inf\"} 7"))
        #expect(lines.contains("homing_resolution_duration_seconds_count 7"))
    }
}
