import ArgumentParser
import Dispatch
import DNSTransport
import Foundation
import Glibc
import Logging

/// `homing serve`: the daemon, in the foreground, until it is told to stop.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Resolve names for clients, in the foreground.",
        discussion: """
            Without a file the built-in defaults hold: 127.0.0.1 and ::1, port 5300. The log goes to standard error.

            SIGHUP reads the file again; what is wrong with it leaves the old settings in force. SIGUSR1 logs all \
            counters. SIGTERM and SIGINT answer what is in flight and end within 5 s.
            """)

    @OptionGroup var file: ConfigurationFile

    @Option(
        help: ArgumentHelp(
            "The directory for what has to outlast a restart, in the place of process.state-directory.",
            valueName: "dir"),
        completion: .directory)
    var stateDirectory: String?

    func run() throws {
        let destination = LogDestination.standardError()
        let directory = stateDirectory.map { URL(filePath: $0).path }
        let daemon: Daemon
        do {
            let settings = try DaemonSettings.load(path: file.path, stateDirectory: directory)
            daemon = Daemon(
                settings: settings, path: file.path, log: destination,
                load: { path throws(ConfigurationFaults) in
                    try DaemonSettings.load(path: path, stateDirectory: directory)
                })
        } catch {
            for line in error.lines { destination.logger.error("\(line)") }
            throw ExitCode.failure
        }
        let stopped = DispatchSemaphore(value: 0)
        let signals = SignalSources()
        signals.ignore(SIGPIPE)
        signals.on(SIGHUP) { daemon.reload() }
        signals.on(SIGUSR1) { daemon.logFigures() }
        for signal in [SIGTERM, SIGINT] { signals.on(signal) { stopped.signal() } }
        do {
            try daemon.start()
        } catch {
            destination.logger.critical("\(error)")
            throw ExitCode.failure
        }
        stopped.wait()
        daemon.stop()
        withExtendedLifetime(signals) {}
    }
}

/// The file that `serve` and `check` read.
struct ConfigurationFile: ParsableArguments {
    @Argument(
        help: "The configuration file; none: the built-in defaults.", completion: .file(extensions: ["yaml"]))
    var file: String?

    @Option(
        name: .customLong("config"), help: "The same as an option.", completion: .file(extensions: ["yaml"]))
    var option: String?

    var path: String? { file ?? option }

    func validate() throws {
        guard file == nil || option == nil else {
            throw ValidationError("The configuration file is given twice.")
        }
    }
}
