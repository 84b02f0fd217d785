import DNSWire
import Testing

@testable import homing

/// `homing check`, and what only the house can tell to be wrong with a configuration.
@Suite struct CheckTests {
    private func faults(_ text: String) throws -> [String] {
        let file = try TestFile(text)
        do throws(ConfigurationFaults) {
            _ = try DaemonSettings.load(path: file.path)
            return []
        } catch {
            return error.lines.map { $0.replacing(file.path, with: "FILE") }
        }
    }

    @Test func allProblemsAreSaidAtOnce() throws {
        let lines = try faults("cache:\n  size: lots\n  sice: 3\nlistem: {}\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.hasPrefix("FILE:") })
        #expect(lines.contains { $0.hasPrefix("FILE:2:") && $0.contains("cache.size") })
    }

    @Test func exceptedNamesMustBeSpecial() throws {
        let lines = try faults("special-names: {except: [home.arpa, example, 5.168.192.in-addr.arpa]}")
        #expect(
            lines == [
                "FILE: special-names.except[1]: example. is not one of the names answered here by convention",
                "FILE: special-names.except[2]: 5.168.192.in-addr.arpa. is not one of the names answered here by "
                    + "convention; the name to give is 168.192.in-addr.arpa.",
            ])
    }

    @Test func missingFile() {
        #expect(
            throws: ConfigurationFaults(lines: ["/nonexistent/homing.yaml: cannot be read: no such file"])
        ) {
            try DaemonSettings.load(path: "/nonexistent/homing.yaml")
        }
    }

    @Test func missingRootHints() throws {
        let lines = try faults("resolution: {root-hints: /nonexistent/named.root}")
        #expect(
            lines == ["FILE: resolution.root-hints: /nonexistent/named.root cannot be read: no such file"])
    }

    @Test func summaryOfTheDefaults() throws {
        let lines = try DaemonSettings.load(path: nil).summary
        #expect(lines[0].hasPrefix("listens on 127.0.0.1:5300, [::1]:5300 over UDP and TCP, with "))
        #expect(lines.contains("resolves names from the root, with the built-in list of 13 servers"))
        #expect(lines.contains("keeps a cache of 256 MiB"))
    }

    @Test func summaryOfZones() throws {
        let file = try TestFile(
            """
            hosts: {nas.lan: 192.168.1.10}
            forward-zones: [{suffix: ., servers: [192.0.2.1, 192.0.2.2:54]}]
            stub-zones: [{suffix: 10.in-addr.arpa, servers: 192.0.2.3}, {suffix: 1.168.192.in-addr.arpa, servers: 192.0.2.3}]
            """)
        let settings = try DaemonSettings.load(path: file.path)
        #expect(settings.summary.contains("forwards . to 192.0.2.1:53, 192.0.2.2:54"))
        #expect(!settings.summary.contains { $0.hasPrefix("resolves") })
        #expect(settings.summary.contains("answers for 1 host of its own"))
    }

    //--- Root hints ---

    private let hints = """
        ; IANA's file is like this
        .                3600000      NS    A.ROOT.EXAMPLE.
        A.ROOT.EXAMPLE.  3600000      A     192.0.2.53
        a.root.example.  3600000      AAAA  2001:db8::53
        .                3600000  IN  NS    B.ROOT.EXAMPLE.
        B.ROOT.EXAMPLE.               A     192.0.2.54
        .                             NS    without-address.example.
        """

    @Test func rootHintsOfAFile() throws {
        let servers = try RootHintsFile.servers(in: hints, path: "hints")
        #expect(servers.map(\.name) == ["a.root.example.", "b.root.example."])
        #expect(servers[0].addresses.map(\.description) == ["192.0.2.53", "2001:db8::53"])
    }

    @Test(arguments: [
        ("", "hints has no NS record of the root"),
        (". NS a.example.\n", "hints has no address of any server of the root"),
        ("example. NS a.example.\na.example. A 192.0.2.1\n", "hints has no NS record of the root"),
        (". NS a.example.\na.example. A 192.0.2\n", "hints:2:14: an IPv4 address expected: 192.0.2"),
    ])
    func rootHintsThatAreNone(text: String, message: String) {
        let error = #expect(throws: RootHintsFile.Fault.self) {
            try RootHintsFile.servers(in: text, path: "hints")
        }
        #expect(error.map { "\($0)" } == message)
    }

    //--- Log lines ---

    @Test func logLinesCannotBeForged() {
        #expect(StandardErrorLog.printable("a\nb\u{1b}[2J") == "a\\u{a}b\\u{1b}[2J")
        #expect(StandardErrorLog.printable("grüße") == "grüße")
    }
}
