import ArgumentParser
import DNSWire
import Foundation

/// `homing zone`: the zones that Homing is authoritative for.
struct ZoneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zone",
        abstract: "Look at the zones that Homing is authoritative for, and change them.",
        discussion: """
            The running daemon does it, which is found by its state directory; where none runs, it is done on the database \
            there. Zones also change by UPDATE (nsupdate and its kin; "set" and "unset" send one, too) and by transfers.

            Exit status: 0 when it is done, 1 for a mistake in the command or in a zone file, 2 when it could not be done.
            """,
        subcommands: [
            ZoneListCommand.self, ZoneShowCommand.self, ZoneImportCommand.self, ZoneExportCommand.self,
            ZoneCreateCommand.self, ZoneDeleteCommand.self, ZoneDiffCommand.self, ZoneExplainCommand.self,
            ZoneSetCommand.self, ZoneUnsetCommand.self,
        ])
}

/// `homing zone list`
struct ZoneListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all zones.")

    @OptionGroup var location: StateLocation

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try location.administer { administration in
            let zones = try administration.zones()
            guard !json else { return print(try JSONText.of(zones)) }
            let rows = zones.map { zone in
                [
                    "\(zone.name)", zone.role.rawValue,
                    zone.origin.rawValue + (zone.isServed ? "" : ", not served"),
                    zone.serial.map(String.init) ?? "-",
                    "\(zone.rrsetCount)", "\(zone.recordCount)",
                ]
            }
            let head = ["ZONE", "ROLE", "FROM", "SERIAL", "RRSETS", "RECORDS"]
            for line in TextTable.lines([head] + rows, right: [3, 4, 5]) { print(line) }
        }
    }
}

/// `homing zone show`
struct ZoneShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say all that there is to say about a zone.")

    @OptionGroup var location: StateLocation

    @Argument(help: "The zone's name.")
    var name: DomainName

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try location.administer { administration in
            let report = try administration.zone(name)
            print(json ? try JSONText.of(report) : report.lines.joined(separator: "\n"))
        }
    }
}

/// `homing zone delete`
struct ZoneDeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a zone with all that it holds.",
        discussion: "It asks for the zone's name once more, unless it is told not to.")

    @OptionGroup var location: StateLocation

    @Argument(help: "The zone's name.")
    var name: DomainName

    @Flag(help: "Do not ask.")
    var yes = false

    func run() throws {
        try location.administer { administration in
            if !yes {
                let zone = try administration.zone(name).summary
                StandardError.ask(
                    "\(name) and its \(zone.recordCount) records will be gone. To delete it, write its name again: "
                )
                guard let answer = readLine(), let again = try? DomainName(answer), again == name else {
                    throw AdministrationFault.mistake("that is another name: nothing was deleted")
                }
            }
            try administration.deleteZone(name)
            StandardError.write("\(name) is deleted")
        }
    }
}

/// `homing zone explain-update`
struct ZoneExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain-update", abstract: "Say what would come of an update, and by which rule.",
        discussion: """
            Examples:
              homing zone explain-update dhcp. laptop.home.arpa A
              homing zone explain-update - 7.2.0.192.in-addr.arpa PTR --from 192.0.2.7 --tcp

            Exit status: 0 when it would be granted, 1 when it would be refused, 2 when it could not be found out.
            """)

    @OptionGroup var location: StateLocation

    @Argument(help: "The name of the key that signs it; - for an update that nobody signs.")
    var key: String

    @Argument(help: "The name whose records change.")
    var name: DomainName

    @Argument(help: "The type of the records.")
    var type: String

    @Option(
        help: ArgumentHelp(
            "The zone that the update is for; none: the one that the name is in.", valueName: "name"))
    var zone: DomainName?

    @Option(help: ArgumentHelp("Where it comes from.", valueName: "address"))
    var from = "127.0.0.1"

    @Flag(help: "It comes over TCP or TLS.")
    var tcp = false

    func run() throws {
        let signer: DomainName?
        do throws(DomainName.TextError) {
            signer = key == "-" ? nil : try DomainName(key)
        } catch {
            throw ValidationError("\"\(key)\" is no name of a key.")
        }
        var isGranted = false
        try location.administer { administration in
            let inquiry = UpdateInquiry(
                zone: zone, key: signer, address: from, isStream: tcp, name: name, type: type)
            let verdict = try administration.explain(inquiry)
            isGranted = verdict.isGranted
            print("\(isGranted ? "granted" : "refused") in \(verdict.zone): \(verdict.reason)")
            for remark in verdict.remarks { print("  \(remark)") }
        }
        guard isGranted else { throw ExitCode.failure }
    }
}
