import ArgumentParser

/// The command line: `homing serve`, `check` and `query`.
@main
struct Homing: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "homing",
        abstract: "A caching recursive DNS resolver.",
        discussion: """
            To begin: "homing serve" answers on port 5300 of this machine, and "homing query example.com" asks it.
            "homing check --print-defaults" prints a configuration with every key and its meaning.
            """,
        version: "homing \(version)",
        subcommands: [ServeCommand.self, CheckCommand.self, QueryCommand.self])
}
