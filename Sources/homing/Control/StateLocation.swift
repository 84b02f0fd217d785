import ArgumentParser
import Foundation
import Glibc
import HomingConfiguration
import Logging
import ZoneStore

/// Where the zones and keys are that a command is about.
struct StateLocation: ParsableArguments {
    @Option(help: "The configuration of the daemon.", completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The state directory; none: that of the configuration, or where a daemon runs.", valueName: "dir"),
        completion: .directory)
    var stateDirectory: String?

    /// Does something with zones and keys: by the daemon that runs, or else on its database. Which of them is said on standard
    /// error; so is what goes wrong, and then the command ends.
    func administer(_ body: (any ZoneAdministration) throws -> Void) throws {
        do {
            let configuration = try configuration()
            let directory = configuration.process.stateDirectory
            let client = ControlClient(path: directory + "/" + ControlClient.socketName)
            switch client.presence {
            case .running:
                StandardError.write("by the daemon of \(directory)")
                try body(client)
            case .forbidden:
                throw AdministrationFault.failure(
                    "\(client.path) is for root and the user of the daemon only: permission denied")
            case .absent:
                guard StateFile.exists(directory) else {
                    throw AdministrationFault.failure(
                        "there is no \(directory), so no daemon runs for it; --state-directory or --config names another"
                    )
                }
                StandardError.write("no daemon runs for \(directory): on its database")
                try alone(configuration, body)
            }
        } catch let fault as AdministrationFault {
            for line in fault.lines { StandardError.write(line) }
            throw ExitCode(fault.kind == .mistake ? 1 : 2)
        }
    }

    // --- Where ---

    /// Its state directory is the one that was found.
    private func configuration() throws -> Configuration {
        var configuration = Configuration()
        if let config {
            do throws(ConfigurationProblems) {
                configuration = try Configuration.load(path: config)
            } catch {
                throw AdministrationFault(kind: .mistake, lines: error.problems.map(\.description))
            }
        }
        if let stateDirectory {
            configuration.process.stateDirectory = URL(filePath: stateDirectory).path
        } else if config == nil {
            configuration.process.stateDirectory = Self.likelyDirectory
        }
        return configuration
    }

    /// Where a daemon runs, or has run: as a service, or by `conf/start`.
    private static var likelyDirectory: String {
        let service = Configuration().process.stateDirectory
        let candidates = [service, ownDirectory].compactMap { $0 }
        return candidates.first {
            ControlClient(path: $0 + "/" + ControlClient.socketName).presence != .absent
        }
            ?? candidates.first(where: StateFile.exists) ?? service
    }

    /// Of a daemon that is nobody's but the user's (the XDG base directories).
    static var ownDirectory: String? {
        if let state = Environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/homing" }
        return Environment["HOME"].map { $0 + "/.local/state/homing" }
    }

    // --- Without a daemon ---

    private func alone(_ configuration: Configuration, _ body: (any ZoneAdministration) throws -> Void) throws
    {
        let directory = configuration.process.stateDirectory
        // What root writes there could not be read by the daemon's user.
        let owner = OwnerOfDirectory(directory)
        owner.enter()
        defer { owner.leave() }
        let log = LogDestination.standardError()
        log.level = .error
        let store: ZoneStore
        do throws(StoreError) {
            store = try ZoneStore(
                directory: directory, log: log.logger, settings: StoredSettings(configuration).settings)
        } catch {
            throw AdministrationFault.failure("\(error)")
        }
        defer { store.close() }
        try body(StoreAdministration(store, in: AloneSurroundings(configuration)))
    }
}

/// Being the user that a directory is of, for a while. Only root can.
private struct OwnerOfDirectory {
    private let user: uid_t
    private let group: gid_t

    init(_ path: String) {
        var status = stat()
        let isThere = unsafe stat(path, &status) == 0
        user = isThere ? status.st_uid : geteuid()
        group = isThere ? status.st_gid : getegid()
    }

    func enter() {
        guard geteuid() == 0, user != 0 else { return }
        _ = setegid(group)
        _ = seteuid(user)
    }

    func leave() {
        guard getuid() == 0, geteuid() != 0 else { return }
        _ = seteuid(0)
        _ = setegid(getgid())
    }
}

/// What a command says beside its output.
enum StandardError {
    static func write(_ line: String) {
        FileHandle.standardError.write(Data("homing: \(line)\n".utf8))
    }

    /// A question, behind which the answer is written.
    static func ask(_ question: String) {
        FileHandle.standardError.write(Data(question.utf8))
    }

    /// For a person who waits: a line that the next one takes the place of. Nothing where nobody looks.
    static func progress(_ line: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        FileHandle.standardError.write(Data("\r\u{1b}[K\(line)".utf8))
    }

    static func endProgress() { progress("") }
}
