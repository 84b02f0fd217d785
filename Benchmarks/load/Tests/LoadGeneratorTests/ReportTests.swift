import DNSWire
import Foundation
import Histogram
import Testing

@testable import LoadGenerator

@Suite struct ReportTests {
    private func report(_ pace: Pace, _ tally: Tally) -> LoadReport {
        var plan = LoadPlan(
            server: SocketAddress(IPAddress(127, 0, 0, 1), port: 53), work: .queries(QueryWork(questions: []))
        )
        plan.pace = pace
        return LoadReport(
            plan: plan, tally: tally, seconds: 2, processorTime: ProcessorTime(user: 0.5, system: 0.5),
            serverTime: nil)
    }

    private var tally: Tally {
        var tally = Tally()
        for millisecond in 1...1_000 {
            tally.noteSending(late: 1_000)
            tally.noteAnswer(millisecond % 10 == 0 ? 3 : 0, after: Int64(millisecond) * 1_000_000)
        }
        tally.noteSending(late: 1_000)
        tally.lost = 1
        return tally
    }

    @Test func `percentiles are those of what was counted, to three digits`() {
        let latency = report(.closed(inFlight: 1), tally).latency
        #expect(latency.count == 1_000)
        #expect(abs(latency.minimum - 1) < 0.001)
        #expect(abs(latency.median - 500) < 0.5)
        #expect(abs(latency.p90 - 900) < 0.9)
        #expect(abs(latency.p99 - 990) < 0.99)
        #expect(abs(latency.p999 - 999) < 0.999)
        #expect(abs(latency.maximum - 1_000) < 1)
    }

    @Test func `the parts of threads add up`() {
        var (sum, other) = (tally, tally)
        other.noteConnection(isResumed: true, after: 1_000)
        other.noteFailure("refused")
        sum.add(other)
        #expect(sum.connectionsOpened == 1)
        #expect(sum.connectionsResumed == 1)
        #expect(sum.connectionsFailed == 1)
        #expect(sum.lastFailure == "refused")
        #expect(sum.handshakes.totalCount == 1)
        #expect(sum.answered == 2_000)
        #expect(sum.lost == 2)
        #expect(sum.latencies.totalCount == 2_000)
        #expect(sum.responseCodeCounts.map(\.count) == [1_800, 200])
        #expect(sum.responseCodeCounts.map(\.name) == ["NOERROR", "NXDOMAIN"])
        #expect(sum.lateness.totalCount == 2_002)
    }

    @Test func `the summary says what was lost and how fast the rest was`() {
        let text = report(.closed(inFlight: 1), tally).lines.joined(separator: "\n")
        #expect(text.contains("1001 sent, 1000 answered (99.9 %), 1 not"))
        #expect(text.contains("500 answers/s in 2.0 s"))
        #expect(text.contains("NOERROR 900, NXDOMAIN 100"))
        #expect(text.contains("0.5 of a core, 1000.0 µs an answer"))
        #expect(!text.contains("sent late"))
        #expect(report(.open(rate: 500, inFlight: 1), tally).lines.contains { $0.hasPrefix("sent late") })
    }

    @Test func `a run without any answer divides by nothing`() {
        let report = report(.closed(inFlight: 1), Tally())
        #expect(report.latency.maximum == 0)
        #expect(report.lines.contains("codes        none"))
    }

    @Test func `JSON has the figures`() throws {
        let json = try JSONSerialization.jsonObject(with: report(.open(rate: 500, inFlight: 1), tally).json())
        let object = try #require(json as? [String: Any])
        #expect(object["answered"] as? Int == 1_000)
        #expect(object["lost"] as? Int == 1)
        #expect(object["rate"] as? Double == 500)
        #expect((object["responseCodes"] as? [String: Int])?["NXDOMAIN"] == 100)
        #expect((object["latency"] as? [String: Any])?["p99"] != nil)
        #expect(object["serverProcessorTime"] == nil)
    }

    @Test func `a response code that nobody knows has a place`() {
        var tally = Tally()
        tally.noteAnswer(15, after: 1)
        tally.noteAnswer(4_000, after: 1)
        tally.noteAnswer(-1, after: -1)
        #expect(tally.responseCodeCounts.map(\.count) == [1, 1, 1])
    }

    @Test func `processor time is read past any name of a program`() {
        let line = "42 (a b) c) R 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1"
        let time = ProcessorTime(stat: line, ticksPerSecond: 100)
        #expect(time == ProcessorTime(user: 2.5, system: 0.5))
        #expect(ProcessorTime(stat: "42 (a) R 1", ticksPerSecond: 100) == nil)
        #expect(ProcessorTime(stat: "", ticksPerSecond: 100) == nil)
    }

    @Test func `progress is told as a rate`() {
        var (before, now) = (LoadProgress(), LoadProgress())
        before.answered = 1_000
        now.answered = 3_000
        now.inFlight = 7
        #expect(
            now.line(since: before, interval: 2, elapsed: 5.2)
                == "5 s: 1000 answers/s, 7 under way, 3000 answered, 0 lost")
    }
}
