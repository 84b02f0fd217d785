import DNSTransport
import DNSWire
import Logging

/// How many lines others can make us log: so many a second, and what is left out is counted.
struct ReportAllowance {
    /// Enough to find a client that is set up wrongly; a flood of refusals is not to fill the disk that the zones need.
    private static let linesPerSecond = 20

    private var second: Int64 = .min
    private var count = 0

    enum Verdict: Equatable {
        /// With how many were left out in the second before that had too many.
        case log(omitted: Int)
        case omit
    }

    /// - Parameter wall: seconds since 1970.
    mutating func verdict(at wall: Int64) -> Verdict {
        var omitted = 0
        if wall != second {
            omitted = max(0, count - Self.linesPerSecond)
            (second, count) = (wall, 0)
        }
        count += 1
        return count <= Self.linesPerSecond ? .log(omitted: omitted) : .omit
    }
}

extension ResolverService {
    /// Logs what a peer has caused, as far as there is an allowance for it.
    func report(_ text: @autoclosure () -> String) {
        guard case .log(let omitted) = reports.verdict(at: context.now.wall) else { return }
        log.notice("\(text())")
        if omitted > 0 { log.notice("\(omitted) lines like these were left out") }
    }
}
