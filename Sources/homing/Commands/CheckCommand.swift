import ArgumentParser

/// `homing check`: everything that is wrong with a configuration, or what it means.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say everything that is wrong with a configuration file.",
        discussion: "Exit status: 0 the file is good, 1 it is not. Nothing is opened or started.")

    @OptionGroup var file: ConfigurationFile

    @Flag(help: "Print a configuration that has every key, its meaning and its default.")
    var printDefaults = false

    func run() throws {
    }
}
