import ArgumentParser
import DNSWire

/// `homing key`: the keys that updates and transfers are signed with.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make keys for those who update and transfer zones, and tell them what they have to know.",
        discussion: """
            A key (TSIG, RFC 8945) is a name and a secret that both sides have. What it is good for is said by the zones: in \
            their update-policy and transfer.

            Exit status: 0 when it is done, 1 for a mistake in the command, 2 when it could not be done.
            """,
        subcommands: [
            KeyCreateCommand.self, KeyShowCommand.self, KeyListCommand.self, KeyRemoveCommand.self,
        ])
}

/// `homing key create`
struct KeyCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key, and print what its holder has to be told.",
        discussion: """
            What is printed has the secret in it. Without --for it is printed for all programs that are known.

            Example:
              homing key create dhcp --for kea
            """)

    @OptionGroup var location: StateLocation

    @Argument(help: "The key's name, such as dhcp or laptop.home.arpa.")
    var name: DomainName

    @Option(help: "hmac-sha256, hmac-sha384, hmac-sha512, hmac-sha224, hmac-sha1 or hmac-md5.")
    var algorithm = "hmac-sha256"

    @OptionGroup var audience: KeyAudience

    func run() throws {
        try location.administer { administration in
            let recipes = try audience.recipes(administration)
            let key = try administration.createKey(KeyCreation(name: name, algorithm: algorithm))
            print(recipes.text(for: key))
        }
    }
}

/// `homing key show`
struct KeyShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print what the holder of a key has to be told, its secret included.")

    @OptionGroup var location: StateLocation

    @Argument(help: "The key's name.")
    var name: DomainName

    @OptionGroup var audience: KeyAudience

    func run() throws {
        try location.administer { administration in
            guard let key = try administration.keys(withSecrets: true).first(where: { $0.name == name })
            else {
                throw AdministrationFault.mistake("there is no key \(name) here")
            }
            print(try audience.recipes(administration).text(for: key))
        }
    }
}

/// `homing key list`
struct KeyListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all keys, without their secrets.")

    @OptionGroup var location: StateLocation

    @Flag(help: "With their secrets.")
    var secrets = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try location.administer { administration in
            let keys = try administration.keys(withSecrets: secrets)
            guard !json else { return print(try JSONText.of(keys)) }
            let rows = keys.map { key in
                ["\(key.name)", key.algorithm, key.origin.words] + (secrets ? [key.secret ?? "-"] : [])
            }
            let head = ["KEY", "ALGORITHM", "FROM"] + (secrets ? ["SECRET"] : [])
            for line in TextTable.lines([head] + rows) { print(line) }
        }
    }
}

/// `homing key remove`
struct KeyRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a key: what is signed with it is refused from then on.")

    @OptionGroup var location: StateLocation

    @Argument(help: "The key's name.")
    var name: DomainName

    func run() throws {
        try location.administer { administration in
            try administration.removeKey(name)
            StandardError.write("the key \(name) is removed")
        }
    }
}

/// Whom a key is for.
struct KeyAudience: ParsableArguments {
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "The program that is told: bind, kea, nsupdate, external-dns, terraform, certbot, lego, octodns or all.",
            valueName: "program"))
    var program = KeyRecipes.Program.all

    @Option(
        help: ArgumentHelp(
            "The zone in the examples; none: the first that changes by updates.", valueName: "name"))
    var zone: DomainName?

    @Option(
        help: ArgumentHelp(
            "Where others reach this server; none: as it listens.", valueName: "address[:port]"))
    var server: String?

    func recipes(_ administration: any ZoneAdministration) throws -> KeyRecipes {
        var recipes = KeyRecipes(program: program)
        if let server {
            guard let address = SocketAddress(server, defaultPort: 53) else {
                throw AdministrationFault.mistake("\(server) is no address with or without a port")
            }
            recipes.server = address
        } else if let address = KeyRecipes.reachable(try administration.service().addresses) {
            recipes.server = address
        }
        let zones = try administration.zones().filter { $0.role == .primary }.map(\.name)
        if let zone = zone ?? zones.first(where: { !$0.isReverse }) ?? zones.first { recipes.zone = zone }
        recipes.reverseZone = zones.first { $0 == "168.192.in-addr.arpa." } ?? zones.first(where: \.isReverse)
        return recipes
    }
}

extension KeyRecipes.Program: ExpressibleByArgument {}

extension DomainName {
    /// Whether it is where PTR records are.
    fileprivate var isReverse: Bool { isSubdomain(of: "in-addr.arpa.") || isSubdomain(of: "ip6.arpa.") }
}
