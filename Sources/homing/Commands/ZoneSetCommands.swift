import ArgumentParser
import DNSCrypto
import DNSWire
import DNSZones
import HomingConfiguration

/// `homing zone set`
struct ZoneSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Give a name records of a type, in the place of those that it has.",
        discussion: """
            It sends the running daemon a signed UPDATE, as nsupdate does, with the key that its first start made or another.

            Examples:
              homing zone set laptop.home.arpa A 192.168.1.7
              homing zone set laptop.home.arpa TXT "of the third floor" --ttl 3600 --add

            Exit status: 0 when it is done and answered, 1 when it is refused or wrong, 2 when it could not be done.
            """)

    @OptionGroup var location: StateLocation
    @OptionGroup var signing: UpdateSigning

    @Argument(help: "The name.")
    var name: DomainName

    @Argument(help: "The type.")
    var type: String

    @Argument(help: "The data, as in a master file; names in it are whole names.")
    var data: [String]

    @Option(help: "How long others may remember it, in seconds.")
    var ttl: UInt32 = 60

    @Flag(help: "Keep the records that are there.")
    var add = false

    func run() throws {
        try location.administer { administration in
            let record = try RecordWords.record(name, type, data, ttl: ttl)
            let operations: [UpdateOperation] = add ? [] : [.deleteRRset(name, record.type)]
            try signing.send(operations + [.add(record)], for: name, administration)
            StandardError.write("\(record)")
        }
    }
}

/// `homing zone unset`
struct ZoneUnsetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unset", abstract: "Take records from a name: one, those of a type, or all.",
        discussion: """
            It sends the running daemon a signed UPDATE, as "homing zone set" does.

            Exit status: 0 when it is done and answered, 1 when it is refused or wrong, 2 when it could not be done.
            """)

    @OptionGroup var location: StateLocation
    @OptionGroup var signing: UpdateSigning

    @Argument(help: "The name.")
    var name: DomainName

    @Argument(help: "The type; none: all types.")
    var type: String?

    @Argument(help: "The data of one record; none: all of the type.")
    var data: [String] = []

    func run() throws {
        try location.administer { administration in
            let operation: UpdateOperation
            if let type, !data.isEmpty {
                let record = try RecordWords.record(name, type, data, ttl: 0)
                operation = .deleteRecord(name, record.type, record.rdata)
            } else if let type {
                operation = .deleteRRset(name, try RecordWords.type(type))
            } else {
                operation = .deleteName(name)
            }
            try signing.send([operation], for: name, administration)
        }
    }
}

/// Who signs an update.
struct UpdateSigning: ParsableArguments {
    @Option(help: ArgumentHelp("The key that signs it.", valueName: "name"))
    var key = ConfiguredZone.firstKey

    func send(
        _ operations: [UpdateOperation], for name: DomainName, _ administration: any ZoneAdministration
    ) throws(AdministrationFault) {
        guard administration is ControlClient else {
            throw .failure("updates are sent to a daemon that runs; \"homing zone import\" does without one")
        }
        let zones = try administration.zones().filter { name.isSubdomain(of: $0.name) }
        guard let zone = zones.max(by: { $0.name.labelCount < $1.name.labelCount }) else {
            throw .mistake("\(name) is in none of the zones here")
        }
        let addresses = try administration.service().addresses.compactMap {
            SocketAddress($0, defaultPort: 53)
        }
        guard let server = addresses.first else { throw .failure("the daemon listens nowhere") }
        let client = UpdateClient(server: server.local, key: try signer(administration))
        do throws(UpdateClient.Failure) {
            try client.send(UpdateMessage(zone: zone.name, operations: operations, edns: EDNS()))
        } catch {
            if case .refused = error { throw .mistake("\(error)") }
            throw .failure("\(error)")
        }
    }

    private func signer(_ administration: any ZoneAdministration) throws(AdministrationFault)
        -> TransactionKey
    {
        guard let report = try administration.keys(withSecrets: true).first(where: { $0.name == key }),
            let algorithm = AuthenticationAlgorithm(text: report.algorithm),
            let secret = report.secret.flatMap({ BinaryText.octets(base64: $0) })
        else { throw .mistake("there is no key \(key) here; --key names another") }
        return TransactionKey(report.name, algorithm, secret: secret)
    }
}

extension SocketAddress {
    /// How it is reached from this machine.
    fileprivate var local: SocketAddress {
        guard address.bits == 0 else { return self }
        let loopback = address.family == .ipv4 ? IPAddress(127, 0, 0, 1) : IPAddress(ipv6: 1)
        return SocketAddress(loopback, port: port)
    }
}

/// Records in the words of a command.
enum RecordWords {
    static func type(_ text: String) throws(AdministrationFault) -> RecordType {
        guard let type = RecordType(text), !type.isMeta else {
            throw .mistake("\(text) is no type of records")
        }
        return type
    }

    static func record(
        _ name: DomainName, _ type: String, _ data: [String], ttl: UInt32
    ) throws(AdministrationFault) -> Record {
        let type = try self.type(type)
        // The shell has taken away the quotes around blanks.
        let words = data.map { word in
            let hasQuotes = word.hasPrefix("\"") && word.hasSuffix("\"") && word.utf8.count > 1
            guard word.contains(where: \.isWhitespace) || word.isEmpty, !hasQuotes else { return word }
            return "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        do throws(TextError) {
            return try Record(text: "\(name) \(ttl) IN \(type) " + words.joined(separator: " "))
        } catch {
            throw .mistake("\(type) \(words.joined(separator: " ")): \(error.message)")
        }
    }
}
