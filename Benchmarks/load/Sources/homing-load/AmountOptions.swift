import ArgumentParser
import LoadGenerator

/// How much is asked, over how many connections, for how long.
struct AmountOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Queries a second, whatever the server does (an open loop).")
    var rate: Double?

    @Option(
        name: [.customShort("q"), .long],
        help: """
            Queries under way: as many as that all the time (200, or one a connection), or with --rate at most \
            (\(LoadLimits.inFlight) a thread); what is due beyond them is sent late, and counts as late.
            """)
    var inFlight: Int?

    @Option(name: .shortAndLong, help: "Sockets, or connections (\(Self.usualConnections)).")
    var connections: Int?

    @Option(help: "End each connection after so many queries, and open another one.")
    var queriesPerConnection: Int?

    @Option(name: [.customShort("l"), .long], help: "Seconds in which queries are sent.")
    var duration = 10.0

    @Option(help: "Seconds after which a query counts as lost.")
    var timeout = 5.0

    @Option(help: "Threads that share the queries and connections.")
    var threads = 1

    /// What one is used to from dnsperf runs against a server with a few threads.
    private static let usualConnections = 16
    private static let usualInFlight = 200

    var connectionCount: Int { connections ?? max(Self.usualConnections, threads) }

    var pace: Pace {
        let most = LoadLimits.inFlight * threads
        guard let rate else {
            return .closed(inFlight: inFlight ?? min(most, max(Self.usualInFlight, connectionCount)))
        }
        return .open(rate: rate, inFlight: inFlight ?? most)
    }

    func check(_ transport: LoadTransport) throws {
        try require(
            duration > 0 && duration <= LoadLimits.duration, "--duration is more than 0 s and at most a day.")
        try require(
            timeout > 0 && timeout <= LoadLimits.timeout, "--timeout is more than 0 s and at most 60 s.")
        try require(
            (1...LoadLimits.threads).contains(threads), "--threads is from 1 to \(LoadLimits.threads).")
        try require(
            rate.map { $0 >= 0.001 && $0 <= LoadLimits.rate } ?? true,
            "--rate is from 0.001 to \(Int(LoadLimits.rate)) a second.")
        try require(
            (threads...LoadLimits.connections).contains(connectionCount),
            "--connections is at least --threads and at most \(LoadLimits.connections).")
        let most = LoadLimits.inFlight * threads
        try require(
            inFlight.map { (1...most).contains($0) } ?? true,
            "--in-flight is from 1 to \(LoadLimits.inFlight) for each thread: a message has an ID of sixteen bits."
        )
        try require(
            rate != nil || transport == .udp || pace.inFlight >= connectionCount,
            "Each of \(connectionCount) connections has a query under way: --in-flight is at least as many.")
        try require(
            pace.inFlight >= threads,
            "Each of \(threads) threads has a query under way: --in-flight is at least as many.")
        guard let queriesPerConnection else { return }
        try require(queriesPerConnection > 0, "--queries-per-connection is at least 1.")
        try require(
            transport != .udp, "--queries-per-connection goes with connections, which UDP has none of.")
    }

    private func require(_ isGood: Bool, _ message: String) throws {
        guard isGood else { throw ValidationError(message) }
    }
}
