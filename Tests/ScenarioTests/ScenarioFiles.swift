import Foundation
import Testing

/// A file to run, named in test reports by its name alone.
struct ScenarioFile: Sendable, CustomTestStringConvertible {
    var url: URL
    var dialect: Dialect

    var name: String { url.lastPathComponent }
    var testDescription: String { name }

    func read() throws -> String { try String(contentsOf: url, encoding: .utf8) }
}

extension ScenarioFile {
    private static let testsDirectory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Homing's own scenarios.
    static let own = files(in: ownDirectory, dialect: .testbound)
    static let ownDirectory = testsDirectory.appendingPathComponent("Scenarios")

    /// Other projects' scenarios lie beside a checkout where they may be kept, never in the repository.
    static let sharedDirectory = testsDirectory.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/rpl")

    static let shared =
        files(in: sharedDirectory.appendingPathComponent("unbound"), dialect: .testbound)
        + files(in: sharedDirectory.appendingPathComponent("deckard"), dialect: .deckard)

    private static func files(in directory: URL, dialect: Dialect) -> [ScenarioFile] {
        let contents = try? FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil)
        return (contents ?? []).filter { $0.pathExtension == "rpl" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { ScenarioFile(url: $0, dialect: dialect) }
    }
}

/// Files that Homing is not held to, each for a reason.
enum ScenarioExceptions {
    /// By `unbound/name.rpl` or `deckard/name.rpl`.
    static let reasons: [String: String] = {
        let url = ScenarioFile.ownDirectory.appendingPathComponent("EXCEPTIONS.tsv")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        let rows = text.split(separator: "\n").dropFirst().map { $0.split(separator: "\t", maxSplits: 1) }
        return Dictionary(rows.compactMap { $0.count == 2 ? (String($0[0]), String($0[1])) : nil }) {
            first, _ in first
        }
    }()
}

extension ScenarioFile {
    /// The name under which a file is listed in EXCEPTIONS.tsv.
    var path: String { "\(url.deletingLastPathComponent().lastPathComponent)/\(name)" }

    /// The shared files that Homing is held to.
    static let sharedWithoutExceptions = shared.filter { ScenarioExceptions.reasons[$0.path] == nil }
}

extension ScenarioFile {
    /// What the tables beside the shared files call features that Homing does not have (yet).
    private static let missingFeatures: Set<String> = [
        "auth-zone", "rpz", "dns64", "local-zone", "client-address", "nsid/chaos",
    ]

    /// By path, what a shared file needs, as the tables say.
    private static let needs: [String: [String]] = {
        let url = sharedDirectory.appendingPathComponent("unbound-metadata.tsv")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        let rows = text.split(separator: "\n").dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        return Dictionary(
            rows.compactMap { row in
                row.count > 4 ? ("unbound/\(row[0])", row[4].split(separator: ",").map(String.init)) : nil
            }, uniquingKeysWith: { first, _ in first })
    }()

    /// The shared files that need nothing that Homing has not.
    static let sharedThatCanRun = sharedWithoutExceptions.filter { file in
        guard let scenario = try? Scenario(parsing: try file.read(), dialect: file.dialect),
            let settings = try? ScenarioSettings(scenario.header), !settings.hasAutomatedTrustAnchor
        else { return false }
        return missingFeatures.isDisjoint(with: needs[file.path] ?? [])
    }
}
