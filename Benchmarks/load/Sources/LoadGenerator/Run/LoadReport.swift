/// What a run has shown.
public struct LoadReport: Sendable {
    let plan: LoadPlan
    let tally: Tally
    /// Until the last answer, or until no more was sent.
    public let seconds: Double
    /// Of this process, while it sent and received.
    public let processorTime: ProcessorTime
    /// Of the server meanwhile, where its process was named.
    public let serverTime: ProcessorTime?

    public var sent: UInt64 { tally.sent }
    public var answered: UInt64 { tally.answered }
    /// All that were due and got no answer, sent or not.
    public var missing: UInt64 { tally.lost + tally.cutOff + tally.unsent + tally.unusable }
    /// Answers a second.
    public var rate: Double { seconds > 0 ? Double(tally.answered) / seconds : 0 }
    public var latency: LatencySummary { LatencySummary(tally.latencies) }
    /// By how much queries were sent late: what is not the server's fault, unless `inFlight` was reached.
    public var lateness: LatencySummary { LatencySummary(tally.lateness) }
    public var handshakes: LatencySummary { LatencySummary(tally.handshakes) }

    /// Microseconds of processor time for each answer.
    func microseconds(_ time: ProcessorTime) -> Double { time.total * 1e6 / Double(max(1, tally.answered)) }

    // --- For people ---

    public var lines: [String] {
        var lines = [
            "server       \(plan.server) over \(plan.transport.rawValue), \(plan.connections) "
                + (plan.transport == .udp ? "sockets" : "connections") + ", \(plan.pace.text)",
            "queries      \(tally.sent) sent, \(tally.answered) answered (\(percent(tally.answered))), \(missing) not",
        ]
        if missing > 0 { lines.append("             " + list(reasons)) }
        if !oddities.isEmpty { lines.append("oddities     " + list(oddities)) }
        lines.append("rate         \(Int(rate.rounded())) answers/s in \(seconds.rounded(to: 2)) s")
        lines.append("codes        " + list(tally.responseCodeCounts))
        if tally.answered > 0 { lines.append("latency      \(latency.text)") }
        if plan.pace.rate != nil { lines.append("sent late    \(lateness.text)") }
        if plan.transport != .udp {
            let failure = tally.lastFailure.map { " (\($0))" } ?? ""
            lines.append(
                "connections  \(tally.connectionsOpened) opened, \(tally.connectionsResumed) resumed, "
                    + "\(tally.connectionsFailed) failed\(failure)")
            lines.append("handshakes   \(handshakes.text)")
        }
        lines.append("cpu here     \(text(of: processorTime))")
        if let serverTime { lines.append("cpu server   \(text(of: serverTime))") }
        return lines
    }

    /// Why queries got no answer.
    private var reasons: [(name: String, count: UInt64)] {
        [
            ("lost after \(plan.timeout.rounded(to: 3)) s", tally.lost),
            ("cut off with their connection", tally.cutOff),
            ("never sent", tally.unsent), ("answered with something else", tally.unusable),
        ].filter { $0.1 > 0 }
    }

    private var oddities: [(name: String, count: UInt64)] {
        [
            ("late or unasked", tally.unmatched), ("truncated", tally.truncated),
            ("unproved", tally.unproved),
            ("refused by ICMP", tally.refused),
        ].filter { $0.1 > 0 }
    }

    private func list(_ counts: [(name: String, count: UInt64)]) -> String {
        counts.isEmpty ? "none" : counts.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }

    private func percent(_ count: UInt64) -> String {
        let all = count + missing
        return "\((Double(count) / Double(max(1, all)) * 100).rounded(to: 2)) %"
    }

    private func text(of time: ProcessorTime) -> String {
        let parts = "user \(time.user.rounded(to: 2)), system \(time.system.rounded(to: 2))"
        let cores = seconds > 0 ? (time.total / seconds).rounded(to: 2) : 0
        let each = tally.answered > 0 ? ", \(microseconds(time).rounded(to: 2)) µs an answer" : ""
        return "\(time.total.rounded(to: 2)) s (\(parts)): \(cores) of a core\(each)"
    }
}

extension Pace {
    var text: String {
        switch self {
        case .closed(let inFlight): "\(inFlight) under way"
        case .open(let rate, let inFlight): "\(rate) a second, at most \(inFlight) under way"
        }
    }
}
