public import Foundation

extension LoadReport {
    /// All figures, for programs.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(Document(self))
    }

    /// The keys as they are written; milliseconds for latencies, seconds for all other times.
    private struct Document: Encodable {
        struct Cost: Encodable {
            let user: Double
            let system: Double
            let cores: Double
            let microsecondsPerAnswer: Double
        }

        let server: String
        let transport: String
        let connections: Int
        let inFlight: Int
        let rate: Double?
        let threads: Int
        let seed: UInt64
        let seconds: Double
        let sent, answered, lost, cutOff, unsent, unusable, unmatched, truncated, unproved, refused: UInt64
        let answersPerSecond: Double
        let responseCodes: [String: UInt64]
        let latency: LatencySummary
        let lateness: LatencySummary?
        let handshakes: LatencySummary?
        let connectionsOpened, connectionsResumed, connectionsFailed: UInt64
        let processorTime: Cost
        let serverProcessorTime: Cost?

        init(_ report: LoadReport) {
            let (plan, tally) = (report.plan, report.tally)
            server = "\(plan.server)"
            transport = plan.transport.rawValue
            connections = plan.connections
            inFlight = plan.pace.inFlight
            rate = plan.pace.rate
            threads = plan.threads
            seed = plan.seed
            seconds = report.seconds
            (sent, answered, lost, cutOff) = (tally.sent, tally.answered, tally.lost, tally.cutOff)
            (unsent, unusable, unmatched) = (tally.unsent, tally.unusable, tally.unmatched)
            (truncated, unproved, refused) = (tally.truncated, tally.unproved, tally.refused)
            answersPerSecond = report.rate
            responseCodes = Dictionary(
                tally.responseCodeCounts.map { ($0.name, $0.count) }, uniquingKeysWith: +)
            latency = report.latency
            lateness = plan.pace.rate == nil ? nil : report.lateness
            handshakes = plan.transport == .udp ? nil : report.handshakes
            (connectionsOpened, connectionsResumed) = (tally.connectionsOpened, tally.connectionsResumed)
            connectionsFailed = tally.connectionsFailed
            func cost(_ time: ProcessorTime) -> Cost {
                Cost(
                    user: time.user, system: time.system,
                    cores: report.seconds > 0 ? time.total / report.seconds : 0,
                    microsecondsPerAnswer: report.microseconds(time))
            }
            processorTime = cost(report.processorTime)
            serverProcessorTime = report.serverTime.map(cost)
        }
    }
}
