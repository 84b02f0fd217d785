import ArgumentParser
import DNSZones
import Foundation
import HomingConfiguration

/// `homing check`: everything that is wrong with a configuration, or what it means.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say everything that is wrong with a configuration file.",
        discussion: """
            Opens no socket and starts nothing. Without a file, the built-in defaults are looked at. The files that zones begin \
            with are checked, too.

            Exit status: 0 when the file is good, 1 when it is not; what is wrong goes to standard error, a line each.
            """)

    @OptionGroup var file: ConfigurationFile

    @Flag(help: "Print a configuration that has every key with its meaning and default, and do nothing else.")
    var printDefaults = false

    func run() throws {
        guard !printDefaults else {
            print(Configuration.reference, terminator: "")
            return
        }
        do {
            let settings = try DaemonSettings.load(path: file.path)
            let problems = settings.zoneFileProblems()
            for problem in problems { FileHandle.standardError.write(Data("\(problem)\n".utf8)) }
            guard !problems.contains(where: { $0.severity == .error }) else { throw ExitCode.failure }
            print("\(file.path ?? "The built-in defaults"): no mistakes")
            for line in settings.summary + settings.encryptionSummary(at: WallClock.now()) {
                print("  \(line)")
            }
        } catch let error as ConfigurationFaults {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode.failure
        }
    }
}
