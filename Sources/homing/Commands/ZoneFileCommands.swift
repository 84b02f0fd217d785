import ArgumentParser
import DNSWire
import DNSZones
import Foundation
import HomingConfiguration

/// `homing zone import`
struct ZoneImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a zone as a master file has it.",
        discussion: """
            The file is checked first, and every mistake named with its line and column; then what is different becomes one \
            change of the zone, which secondaries can follow. The serial of the file counts if it is newer than that of the zone; \
            else the zone's own moves on.

            Prints the records that go (-) and come (+).
            """)

    @OptionGroup var location: StateLocation

    @Argument(help: "The zone's name.")
    var name: DomainName

    @Argument(help: "The master file; - is standard input.", completion: .file())
    var file: String

    @Flag(help: "Change nothing, and say what would be.")
    var dryRun = false

    func run() throws {
        try location.administer { administration in
            let text = try ZoneFile.text(path: file, apex: name)
            try ZoneDifference.print(of: name, isTrial: dryRun) { output in
                try administration.importZone(name, text, isTrial: dryRun, output: output)
            }
        }
    }
}

/// `homing zone diff`
struct ZoneDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Say what is different between a zone and a master file.",
        discussion:
            "Exit status: 0 when nothing is, 1 when something is, or for a mistake, 2 when it could not be found out."
    )

    @OptionGroup var location: StateLocation

    @Argument(help: "The zone's name.")
    var name: DomainName

    @Argument(help: "The master file; - is standard input.", completion: .file())
    var file: String

    func run() throws {
        var isEqual = true
        try location.administer { administration in
            let text = try ZoneFile.text(path: file, apex: name)
            let difference = try administration.importZone(name, text, isTrial: true) { text in
                Swift.print(text, terminator: "")
            }
            isEqual = difference.isEmpty
        }
        guard isEqual else { throw ExitCode.failure }
    }
}

/// `homing zone export`
struct ZoneExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print a zone as a master file.")

    @OptionGroup var location: StateLocation

    @Argument(help: "The zone's name.")
    var name: DomainName

    @Option(name: .shortAndLong, help: "A file to write instead.", completion: .file())
    var output: String?

    func run() throws {
        var text = ""
        try location.administer { administration in
            try administration.exportZone(name) { text += $0 }
        }
        guard let output else { return Swift.print(text, terminator: "") }
        do {
            try Data(text.utf8).write(to: URL(filePath: output), options: .atomic)
        } catch {
            StandardError.write("\(output) cannot be written: \(error.localizedDescription)")
            throw ExitCode(2)
        }
    }
}

/// `homing zone create`
struct ZoneCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a zone.",
        discussion: """
            What is not said here is as zone-defaults of the configuration have it. Each option can be given again.

            Examples:
              homing zone create lab.example --grant "grant dhcp. zonesub A AAAA DHCID"
              homing zone create lab.example --file lab.zone --transfer-to secondary. --notify 192.0.2.2
              homing zone create corp.example --primary '{address: 192.0.2.1, key: secondary}'
            """)

    @OptionGroup var location: StateLocation

    @Argument(help: "The zone's name.")
    var name: DomainName

    @Option(help: "The master file that it begins with; - is standard input.", completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp("A rule of the update policy; the first that fits decides.", valueName: "rule"))
    var grant: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who may have all of it: a key, or a network such as 192.0.2.0/24.", valueName: "key|network"))
    var transferTo: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who is told of changes: an address, or {address: ..., key: ...}.", valueName: "address"))
    var notify: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where it is transferred from: an address, tls://address, or {address: ..., key: ...}.",
            valueName: "address"))
    var primary: [String] = []

    @Option(
        help: ArgumentHelp("A server in its NS records, where it begins without a file.", valueName: "name"))
    var nameServer: [String] = []

    @Option(help: ArgumentHelp("increment, date or unixtime.", valueName: "how"))
    var serial: String?

    func run() throws {
        try location.administer { administration in
            let zone: ConfiguredZone
            do throws(ConfigurationProblems) {
                zone = try ConfiguredZone.parse(values: values)
            } catch {
                throw AdministrationFault(kind: .mistake, lines: error.problems.map(Self.words))
            }
            let text = try file.map { try ZoneFile.text(path: $0, apex: name) } ?? []
            try administration.createZone(ZoneCreation(settings: zone.text()), text)
            StandardError.write("\(name) is there")
        }
    }

    /// In the keys of the configuration.
    private var values: [(key: String, value: String)] {
        var values = [(key: "name", value: "\(name)")]
        values += grant.map { ("update-policy", $0) }
        values += notify.map { ("notify", $0) }
        values += primary.map { ("primaries", $0) }
        values += nameServer.map { ("name-servers", $0) }
        if let serial { values.append(("serial", serial)) }
        if !transferTo.isEmpty {
            let isNetwork = { (text: String) in IPNetwork(text) != nil }
            let networks = transferTo.filter(isNetwork).joined(separator: ", ")
            let keys = transferTo.filter { !isNetwork($0) }.map { "\"\($0)\"" }.joined(separator: ", ")
            values.append(("transfer", "{keys: [\(keys)], networks: [\(networks)]}"))
        }
        return values
    }

    /// By the options rather than the keys.
    private static func words(_ problem: ConfigurationProblem) -> String {
        let options = [
            "update-policy": "--grant", "notify": "--notify", "primaries": "--primary",
            "transfer": "--transfer-to",
            "name-servers": "--name-server", "serial": "--serial",
        ]
        let key =
            problem.key?.split(separator: ".").dropFirst().first.map { String($0.prefix { $0 != "[" }) } ?? ""
        return (options[key].map { "\($0): " } ?? "") + problem.message
    }
}
