import ArgumentParser
import Foundation

/// The command line: `homing serve`, `check`, `query`, `zone`, `key` and `certificate`.
@main
struct Homing: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "homing",
        abstract: "A caching recursive DNS resolver that also holds zones which change all the time.",
        discussion: """
            To begin: "homing serve" answers on port 5300 of this machine, and "homing query example.com" asks it.
            "homing check --print-defaults" prints a configuration with every key and its meaning.
            """,
        version: "homing \(version)",
        subcommands: [
            ServeCommand.self, CheckCommand.self, QueryCommand.self, ZoneCommand.self, KeyCommand.self,
            CertificateCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            // The library's status for a mistake in the command is 64; ours is 1.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data("\(fullMessage(for: error))\n".utf8))
            exit(withError: ExitCode.failure)
        }
    }
}
