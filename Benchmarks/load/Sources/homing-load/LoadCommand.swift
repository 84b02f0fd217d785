import ArgumentParser
import DNSWire
import Dispatch
import Foundation
import LoadGenerator

/// `homing-load`: asks a server as hard, or as evenly, as one wants.
@main
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "homing-load",
        abstract: "Load a DNS server with queries or updates, and measure how it takes them.",
        discussion: """
            Examples:
              homing-load 127.0.0.1:5300 --names 10000 --suffix lab.example
              homing-load 127.0.0.1:5300 -f names --rate 50000 --json figures.json
              homing-load 127.0.0.1:5300 -f names --zipf 0.9 --miss-share 10 \\
                  --miss-suffix lab.example --rate 20000
              homing-load 127.0.0.1:8853 -f names -t dot --connections 1000 \\
                  --queries-per-connection 1 --resume
              homing-load 127.0.0.1:5300 --update-zone home.arpa \\
                  --key-file update.key --rate 100

            With --rate, queries are sent at that rate whatever the server does (an open loop), and the latency of each \
            is counted from the moment at which it should have been sent: a server that stalls for a second has made a \
            second's queries late, not one. Without --rate, --in-flight queries are kept under way (a closed loop), \
            which finds out what a server can do at most.

            It sends to addresses of this machine (loopback) only, unless --server-is-mine is said.

            Ctrl-C ends the sending, and what there is so far is told. Exit status: 0 when something was answered; 1 when \
            nothing was; 64 for a mistake in the command.

            JSON has the words of the summary as keys; latencies are in milliseconds, all other times in seconds.
            """)

    @OptionGroup(title: "Where to")
    var target: TargetOptions

    @OptionGroup(title: "How much")
    var amount: AmountOptions

    @OptionGroup(title: "Which questions")
    var questions: QuestionOptions

    @OptionGroup(title: "Updates instead of questions")
    var updates: UpdateOptions

    @OptionGroup(title: "What is told")
    var output: OutputOptions

    func validate() throws {
        try target.check()
        try amount.check(target.transport)
        try questions.check(sendsUpdates: updates.updateZone != nil)
        try updates.check(target.transport)
    }

    /// All that the options say.
    func plan() throws -> LoadPlan {
        let work: LoadPlan.Work =
            try updates.work(names: questions.names).map { .updates($0) } ?? .queries(try questions.work())
        var plan = LoadPlan(server: try target.address(), work: work)
        plan.transport = target.transport
        plan.encryption = target.encryption
        plan.connections = amount.connectionCount
        plan.pace = amount.pace
        plan.queriesPerConnection = amount.queriesPerConnection
        plan.threads = amount.threads
        plan.duration = amount.duration
        plan.timeout = amount.timeout
        plan.seed = questions.seed ?? UInt64.random(in: .min ... .max)
        plan.serverProcess = output.serverProcess
        return plan
    }

    func run() throws {
        do {
            let run = LoadRun(try plan())
            let interrupts = Interrupts { run.stop() }
            defer { interrupts.end() }
            let report = try run.run(watch: ProgressLine(isShown: output.progress).watch())
            print(report.lines.joined(separator: "\n"))
            if let path = output.json { try report.json().write(to: URL(fileURLWithPath: path)) }
            guard report.answered > 0 else { throw ExitCode.failure }
        } catch let failure as LoadFailure {
            FileHandle.standardError.write(Data("homing-load: \(failure)\n".utf8))
            throw ExitCode.failure
        }
    }
}
