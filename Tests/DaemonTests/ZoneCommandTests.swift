import DNSWire
import DNSZones
import Foundation
import Glibc
import HomingConfiguration
import Testing
import ZoneStore

@testable import homing

/// `homing zone` and `homing key`, as processes: by a daemon and without one.
@Suite struct ZoneCommandTests {
    /// A directory with zones, and commands about it.
    private final class House: Sendable {
        let directory: TestDirectory

        init() throws { directory = try TestDirectory() }

        func run(_ words: String..., input: String = "") throws -> Executable.Result {
            try Executable.run(words + ["--state-directory", directory.path], input: input)
        }
    }

    private static let zoneFile = AdministrationTests.file

    // --- Without a daemon ---

    @Test func zonesFromBirthToEnd() throws {
        let house = try House()
        let file = try house.directory.write(Self.zoneFile, to: "a.zone")
        let created = try house.run(
            "zone", "create", "a.example", "--file", file, "--grant", "grant dhcp zonesub A", "--transfer-to",
            "dhcp",
            "--transfer-to", "10.0.0.0/8", "--notify", "192.0.2.1", "--serial", "increment")
        #expect(created.status == 0 && created.output.isEmpty)
        #expect(
            created.errors == """
                homing: no daemon runs for \(house.directory.path): on its database
                homing: a.example. is there

                """)
        let list = try house.run("zone", "list")
        #expect(
            list.output == """
                ZONE        ROLE     FROM     SERIAL  RRSETS  RECORDS
                a.example.  primary  command       7       4        5

                """)
        let show = try house.run("zone", "show", "a.example")
        #expect(show.output.contains("\n  update-policy  grant dhcp. zonesub A\n"))
        #expect(show.output.contains("transfer: {keys: [dhcp.], networks: [10.0.0.0/8], require-tls: no}"))
        let export = try house.run("zone", "export", "a.example")
        #expect(export.output.hasPrefix("$ORIGIN a.example.\n"))
        let changed = try house.directory.write(export.output + "new TXT hi\n", to: "b.zone")
        let diff = try house.run("zone", "diff", "a.example", changed)
        #expect(diff.status == 1 && diff.output == "+ new.a.example. 300 IN TXT \"hi\"\n")
        let trial = try house.run("zone", "import", "a.example", changed, "--dry-run")
        #expect(trial.status == 0)
        #expect(
            trial.output == """
                + new.a.example. 300 IN TXT "hi"
                ; a.example. would go from serial 7 to 8, 0 removed, 1 added

                """)
        #expect(
            try house.run("zone", "import", "a.example", changed).output.contains("went from serial 7 to 8"))
        #expect(try house.run("zone", "diff", "a.example", changed).status == 0)
        #expect(
            try house.run("zone", "import", "a.example", changed).output
                == "; a.example. is so already, serial 8\n")
        #expect(try house.run("zone", "delete", "a.example", "--yes").status == 0)
        #expect(try house.run("zone", "list", "--json").output == "[\n\n]\n")
    }

    @Test func exportIntoAFile() throws {
        let house = try House()
        #expect(try house.run("zone", "create", "a.example").status == 0)
        let path = house.directory.path + "/out.zone"
        let export = try house.run("zone", "export", "a.example", "-o", path)
        #expect(export.status == 0 && export.output.isEmpty)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("$ORIGIN a.example.\n"))
        #expect(try house.run("zone", "export", "a.example", "-o", "/nonexistent/out").status == 2)
    }

    @Test func deletionAsks() throws {
        let house = try House()
        #expect(try house.run("zone", "create", "a.example").status == 0)
        for answer in ["", "\n", "yes\n", "b.example\n"] {
            let refused = try house.run("zone", "delete", "a.example", input: answer)
            #expect(refused.status == 1 && refused.errors.contains("nothing was deleted"))
        }
        #expect(try house.run("zone", "delete", "a.example", input: "A.example.\n").status == 0)
        #expect(try house.run("zone", "delete", "a.example", "--yes").status == 1)
    }

    @Test func JSONOfAZone() throws {
        let house = try House()
        #expect(try house.run("zone", "create", "a.example", "--grant", "grant k. zonesub A").status == 0)
        let data = Data(try house.run("zone", "show", "a.example", "--json").output.utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect((document["summary"] as? [String: Any])?["name"] as? String == "a.example.")
        #expect(document["updatePolicy"] as? [String] == ["grant k. zonesub A"])
    }

    @Test func keysFromBirthToEnd() throws {
        let house = try House()
        #expect(try house.run("zone", "create", "lab.example").status == 0)
        let created = try house.run(
            "key", "create", "dhcp", "--algorithm", "hmac-sha512", "--for", "kea", "--server", "192.0.2.1")
        #expect(created.status == 0)
        #expect(created.output.contains("\"name\": \"lab.example.\", \"key-name\": \"dhcp\""))
        #expect(created.output.contains("\"ip-address\": \"192.0.2.1\", \"port\": 53 "))
        #expect(!created.output.contains("nsupdate"))
        #expect(
            try house.run("key", "list").output == """
                KEY    ALGORITHM    FROM
                dhcp.  hmac-sha512  made by command

                """)
        let secret = try #require(try house.run("key", "list", "--secrets").output.split(separator: " ").last)
        #expect(created.output.contains(secret.dropLast()))
        #expect(
            try house.run("key", "show", "dhcp", "--for", "certbot").output.contains(
                "dns_rfc2136_secret = \(secret)"))
        #expect(try house.run("zone", "explain-update", "dhcp", "x.lab.example", "A").status == 1)
        #expect(try house.run("key", "remove", "dhcp").status == 0)
        #expect(try house.run("key", "remove", "dhcp").status == 1)
    }

    @Test func mistakesInTheCommand() throws {
        let house = try House()
        for words in [
            ["zone"], ["zone", "show"], ["zone", "show", "a..b"], ["zone", "show", "none.example"],
            ["zone", "create", "a.example", "--grant", "grnt"],
            ["zone", "create", "a.example", "--notify", "ns2"],
            ["zone", "import", "a.example", "/nonexistent"],
            ["zone", "explain-update", "a..b", "a.example", "A"],
            ["key", "create", "k", "--algorithm", "md5"], ["key", "create", "k", "--for", "dhcpd"],
            ["key", "create", "k", "--server", "here"],
        ] where words != ["zone"] {
            let result = try Executable.run(words + ["--state-directory", house.directory.path])
            #expect(result.status == 1, "\(words): \(result)")
        }
        let result = try house.run("zone", "create", "a.example", "--grant", "grnt", "--notify", "ns2")
        #expect(result.errors.contains("homing: --grant: \"grnt\": grant or deny expected\n"))
        #expect(result.errors.contains("homing: --notify: expected an address"))
    }

    @Test func whereNothingIs() throws {
        let nowhere = try Executable.run(["zone", "list", "--state-directory", "/nonexistent"])
        #expect(nowhere.status == 2)
        #expect(nowhere.errors.contains("there is no /nonexistent, so no daemon runs for it"))
        let file = try TestFile("process: {state-directory: /nonexistent}")
        #expect(try Executable.run(["zone", "list", "--config", file.path]).status == 2)
        let bad = try TestFile("process: {state-directory: here}")
        #expect(try Executable.run(["zone", "list", "--config", bad.path]).status == 1)
        let directory = try TestDirectory()
        _ = try directory.write(
            "this is no database, whatever it is called; it is long enough", to: "zones.sqlite")
        #expect(try Executable.run(["zone", "list", "--state-directory", directory.path]).status == 2)
    }

    @Test func ownDirectoryIsFound() throws {
        let home = try TestDirectory()
        let path = home.path + "/.local/state/homing"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard !FileManager.default.fileExists(atPath: Configuration().process.stateDirectory) else { return }
        let result = try Executable.run(["zone", "list"], environment: ["HOME": home.path])
        #expect(
            result.status == 0 && result.errors == "homing: no daemon runs for \(path): on its database\n")
    }

    // --- Zone files ---

    @Test func mistakesInAZoneFileHaveTheirPlaces() throws {
        let house = try House()
        #expect(try house.run("zone", "create", "a.example").status == 0)
        let path = try house.directory.write(
            Self.zoneFile + "x A 192.0.2\nns CNAME x\nmx MX 0 nowhere\n", to: "a.zone")
        for words in [["zone", "import"], ["zone", "diff"]] {
            let result = try Executable.run(
                words + ["a.example", path, "--state-directory", house.directory.path])
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(result.errors.contains("homing: \(path):7:5: error: "), "\(result.errors)")
            #expect(result.errors.contains("homing: \(path):8:1: error: CNAME beside A: ns.a.example."))
            #expect(result.errors.contains("homing: \(path):9:1: warning: MX of mx.a.example."))
        }
        #expect(try house.run("zone", "create", "b.example", "--file", path).status == 1)
        #expect(try house.run("zone", "list").output.contains("b.example") == false)
    }

    @Test func includedFilesAreFound() throws {
        let house = try House()
        try FileManager.default.createDirectory(
            atPath: house.directory.path + "/zones", withIntermediateDirectories: false)
        _ = try house.directory.write("host A 192.0.2.9\n", to: "zones/hosts")
        let path = try house.directory.write(Self.zoneFile + "$INCLUDE hosts sub\n", to: "zones/a.zone")
        #expect(try house.run("zone", "create", "a.example", "--file", path).status == 0)
        #expect(try house.run("zone", "export", "a.example").output.contains("host.sub "))
        let broken = try house.directory.write(Self.zoneFile + "$INCLUDE none\n", to: "zones/b.zone")
        let result = try house.run("zone", "import", "a.example", broken)
        #expect(result.status == 1)
        #expect(result.errors.contains("b.zone:7:10: error: cannot be read: none: No such file or directory"))
    }

    @Test func standardInputIsAFile() throws {
        let house = try House()
        let created = try house.run("zone", "create", "a.example", "--file", "-", input: Self.zoneFile)
        #expect(created.status == 0, "\(created)")
        let result = try house.run("zone", "import", "a.example", "-", input: "x A 192.0.2\n")
        #expect(result.errors.contains("homing: standard input:1:5: error: "))
    }

    @Test func checkReadsZoneFiles() throws {
        let directory = try TestDirectory()
        let good = try directory.write(Self.zoneFile, to: "good")
        let odd = try directory.write(Self.zoneFile.replacing("60\n", with: "100000\n"), to: "odd")
        func check(_ path: String) throws -> Executable.Result {
            let file = try directory.write("zones: [{name: a.example, file: \"\(path)\"}]", to: "h.yaml")
            return try Executable.run(["check", file])
        }
        let fine = try check(good)
        #expect(
            fine.status == 0 && fine.errors.isEmpty && fine.output.contains("  holds 1 zone: a.example.\n"))
        let warned = try check(odd)
        #expect(warned.status == 0 && warned.errors.hasPrefix("\(odd):2:1: warning: SOA: "), "\(warned)")
        let missing = try check("/nonexistent")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("/nonexistent:1:1: error: "), "\(missing.errors)")
    }

    // --- By a daemon ---

    /// A daemon's end of the socket, on a store.
    private func serving(_ store: TestStore) throws -> ControlServer {
        let server = ControlServer(
            path: store.directory.path + "/" + ControlClient.socketName, administration: store.administration,
            log: LogDestination { _ in }.logger, limits: ControlTests.patientLimits)
        try server.start()
        return server
    }

    @Test func runningDaemonDoesIt() throws {
        let store = try TestStore()
        let server = try serving(store)
        defer { server.stop(waiting: patience) }
        func run(_ words: String...) throws -> Executable.Result {
            try Executable.run(words + ["--state-directory", store.directory.path])
        }
        let file = try store.directory.write(Self.zoneFile, to: "a.zone")
        let created = try run("zone", "create", "a.example", "--file", file)
        #expect(
            created.errors
                == "homing: by the daemon of \(store.directory.path)\nhoming: a.example. is there\n")
        #expect(store.store.directory.table.zone(at: "a.example.")?.version?.serial.rawValue == 7)
        #expect(
            try run("zone", "import", "a.example", file).output == "; a.example. is so already, serial 7\n")
        #expect(
            try run("zone", "show", "b.example").errors.hasSuffix(
                "homing: there is no zone b.example. here\n"))
        #expect(try run("key", "create", "k", "--for", "nsupdate").output.contains("server 127.0.0.1 5300"))
        #expect(store.store.keys.count == 1)
    }

    /// The whole house: the command asks the daemon who it is, and sends it an UPDATE.
    @Test func recordsAreSetAndUnset() throws {
        let directory = try TestDirectory()
        let zones =
            "zones: [{name: home.arpa, update-policy: [grant homing-update. zonesub ANY, grant k. zonesub A]}]"
        let house = try TestDaemon(zones, directory: directory)
        func run(_ words: String...) throws -> Executable.Result {
            try Executable.run(["zone"] + words + ["--state-directory", directory.path])
        }
        func data(_ type: RecordType) throws -> [String] {
            try house.ask("host.home.arpa.", type).answers.map { $0.rdata.text(for: type) }
        }
        #expect(try run("set", "host.home.arpa", "A", "192.168.1.7").status == 0)
        #expect(try data(.a) == ["192.168.1.7"])
        #expect(try run("set", "host.home.arpa", "A", "192.168.1.8", "--ttl", "5").status == 0)
        #expect(try data(.a) == ["192.168.1.8"])
        #expect(try run("set", "host.home.arpa", "A", "192.168.1.9", "--add", "--ttl", "5").status == 0)
        #expect(try data(.a).sorted() == ["192.168.1.8", "192.168.1.9"])
        #expect(try run("set", "host.home.arpa", "TXT", "with \"blanks\"", "and", "").status == 0)
        #expect(try data(.txt) == [#""with \"blanks\"" "and" """#])
        #expect(try run("unset", "host.home.arpa", "A", "192.168.1.8").status == 0)
        #expect(try data(.a) == ["192.168.1.9"])
        #expect(try run("unset", "host.home.arpa", "A").status == 0)
        #expect(try data(.a).isEmpty && data(.txt).count == 1)
        #expect(try run("unset", "host.home.arpa").status == 0)
        #expect(try house.ask("host.home.arpa.", .txt).responseCode == .nxDomain)

        let made = try Executable.run(["key", "create", "k", "--state-directory", directory.path])
        #expect(made.status == 0 && made.output.contains("\(house.address.port)"))
        #expect(try run("set", "host.home.arpa", "A", "192.168.1.7", "--key", "k").status == 0)
        let refused = try run("set", "host.home.arpa", "TXT", "a", "--key", "k")
        #expect(
            refused.status == 1 && refused.errors.contains("homing: refused with REFUSED: "), "\(refused)")
        for words in [
            ["set", "host.example", "A", "192.168.1.7"], ["set", "host.home.arpa", "A", "192.168.1"],
            ["set", "host.home.arpa", "ANY", "a"],
            ["set", "host.home.arpa", "A", "192.168.1.7", "--key", "none"],
        ] {
            #expect(
                try Executable.run(["zone"] + words + ["--state-directory", directory.path]).status == 1,
                "\(words)")
        }
        house.daemon.stop()
        #expect(try run("set", "host.home.arpa", "A", "192.168.1.7").status == 2)
    }

    @Test func othersAreSentAway() throws {
        guard Privileges.isRoot else { return }
        let store = try TestStore()
        let server = try serving(store)
        defer { server.stop(waiting: patience) }
        let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        let words = ["zone", "list", "--state-directory", store.directory.path]
        let shut = try Executable.run(words, before: nobody)
        #expect(shut.status == 2)
        // The socket's mode is not all that keeps them away.
        #expect(unsafe chmod(store.directory.path, 0o755) == 0)
        #expect(unsafe chmod(server.path, 0o666) == 0)
        let open = try Executable.run(words, before: nobody)
        #expect(open.status == 2)
        #expect(
            open.errors.contains("the daemon takes orders from root and its own user only"), "\(open.errors)")
        #expect(try Executable.run(words).status == 0)
    }

    @Test func rootLeavesNothingOfItsOwn() throws {
        guard Privileges.isRoot else { return }
        let house = try House()
        #expect(unsafe chown(house.directory.path, 65534, 65534) == 0)
        #expect(try house.run("zone", "create", "a.example").status == 0)
        for name in try FileManager.default.contentsOfDirectory(atPath: house.directory.path) {
            var status = stat()
            #expect(unsafe stat(house.directory.path + "/" + name, &status) == 0)
            #expect(status.st_uid == 65534, "\(name)")
        }
    }
}
