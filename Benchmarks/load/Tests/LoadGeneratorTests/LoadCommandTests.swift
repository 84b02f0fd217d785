import ArgumentParser
import DNSCrypto
import DNSWire
import DNSZones
import Foundation
import LoadGenerator
import Testing

@testable import homing_load

@Suite struct LoadCommandTests {
    private func plan(_ words: String) throws -> LoadPlan {
        try LoadCommand.parse(words.split(separator: " ").map(String.init)).plan()
    }

    /// What is said of a command that is wrong.
    private func fault(_ words: String) -> String {
        do {
            _ = try plan(words)
            return ""
        } catch {
            return LoadCommand.message(for: error)
        }
    }

    private let names = "--names 5 --suffix lab.example"

    @Test func `without a rate, 200 are kept under way`() throws {
        let plan = try plan("127.0.0.1:5300 " + names)
        #expect(plan.server == SocketAddress(IPAddress(127, 0, 0, 1), port: 5300))
        #expect(plan.pace == .closed(inFlight: 200))
        #expect(plan.transport == .udp)
        #expect(plan.connections == 16)
        guard case .queries(let work) = plan.work else {
            Issue.record("no queries")
            return
        }
        #expect(work.questions.count == 5)
        #expect(work.questions[4] == Question("host4.lab.example.", .a))
    }

    @Test func `with a rate, as many may wait as have an ID`() throws {
        #expect(
            try plan("127.0.0.1 --rate 1500.5 --threads 2 " + names).pace
                == .open(rate: 1_500.5, inFlight: 2 * LoadLimits.inFlight))
        #expect(
            try plan("127.0.0.1 --rate 10 --in-flight 7 " + names).pace == .open(rate: 10, inFlight: 7))
    }

    @Test(arguments: [("udp", 53), ("tcp", 53), ("dot", 853), ("doh-get", 443), ("doh-post", 443)])
    func `each transport has its port`(transport: String, port: UInt16) throws {
        let plan = try plan("::1 --transport \(transport) " + names)
        #expect(plan.transport.rawValue == transport)
        #expect(plan.server.port == port)
    }

    @Test func `all options reach the plan`() throws {
        let plan = try plan(
            "127.0.0.1 -t doh-post --tls-name dns.example --path /q --resume --connections 1000 "
                + "--queries-per-connection 3 -l 2.5 --timeout 1 --threads 4 --zipf 0.9 --miss-share 12.5 "
                + "--miss-suffix miss.example --dnssec --no-recurse --type AAAA --seed 9 --server-process 4 "
                + names)
        #expect(plan.encryption.name == "dns.example")
        #expect(plan.encryption.path == "/q")
        #expect(plan.encryption.resumes)
        #expect(plan.connections == 1_000)
        #expect(plan.pace == .closed(inFlight: 1_000))
        #expect(plan.queriesPerConnection == 3)
        #expect(plan.duration == 2.5)
        #expect(plan.timeout == 1)
        #expect(plan.threads == 4)
        #expect(plan.seed == 9)
        #expect(plan.serverProcess == 4)
        guard case .queries(let work) = plan.work else {
            Issue.record("no queries")
            return
        }
        #expect(work.zipf == 0.9)
        #expect(work.missShare == 0.125)
        #expect(work.missSuffix == "miss.example.")
        #expect(work.options.dnssecOK && work.options.usesEDNS && !work.options.recursionDesired)
        #expect(work.questions.first?.qtype == .aaaa)
    }

    @Test func `updates have a zone, a key and hosts`() throws {
        let plan = try plan(
            "127.0.0.1 --update-zone lab.example --key k:hmac-sha512:AAECAw== --names 9 --rate 1")
        guard case .updates(let work) = plan.work else {
            Issue.record("no updates")
            return
        }
        #expect(work.zone == "lab.example.")
        #expect(work.hostCount == 9)
        #expect(work.key?.name == "k.")
        #expect(work.key?.algorithm == .hmacSHA512)
        #expect(work.key?.secret == [0, 1, 2, 3])
    }

    @Test func `a key may come from a file`() throws {
        let key = TransactionKey("file.key.", .hmacSHA256, secret: [1, 2, 3])
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).key")
        try Data(KeyFile.text(key).utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        guard case .updates(let work) = try plan("::1 --update-zone a --key-file \(path.path)").work else {
            Issue.record("no updates")
            return
        }
        #expect(work.key == key)
        #expect(work.hostCount == 1_000)
    }

    @Test func `only servers on this machine are loaded, unless one says that they are one's own`() throws {
        for server in ["192.0.2.1", "8.8.8.8:53", "[2001:db8::1]:53", "0.0.0.0"] {
            #expect(fault("\(server) " + names).contains("--server-is-mine"))
            #expect(fault("\(server) --server-is-mine " + names) == "")
        }
        for server in ["127.0.0.1", "127.8.9.10:5300", "::1", "[::1]:5300"] {
            #expect(fault("\(server) " + names) == "")
        }
    }

    @Test(arguments: [
        ("here --names 5 --suffix a", "is not an address"),
        ("127.0.0.1", "--file or by --names"),
        ("127.0.0.1 --names 5", "--names needs --suffix"),
        ("127.0.0.1 --names 0 --suffix a", "--names is from 1"),
        ("127.0.0.1 --names 5 --suffix a --rate 0", "--rate is from"),
        ("127.0.0.1 --names 5 --suffix a --rate nan", "--rate is from"),
        ("127.0.0.1 --names 5 --suffix a --duration 0", "--duration"),
        ("127.0.0.1 --names 5 --suffix a --duration 86401", "--duration"),
        ("127.0.0.1 --names 5 --suffix a --timeout 61", "--timeout"),
        ("127.0.0.1 --names 5 --suffix a --in-flight 59001", "--in-flight is from 1"),
        ("127.0.0.1 --names 5 --suffix a --in-flight 0", "--in-flight is from 1"),
        ("127.0.0.1 --names 5 --suffix a --threads 65", "--threads"),
        ("127.0.0.1 --names 5 --suffix a --threads 4 --connections 3", "--connections"),
        (
            "127.0.0.1 -t tcp --names 5 --suffix a --connections 300 --in-flight 299",
            "--in-flight is at least"
        ),
        ("127.0.0.1 --names 5 --suffix a --queries-per-connection 1", "which UDP has none of"),
        ("127.0.0.1 --names 5 --suffix a --resume", "--resume go with"),
        ("127.0.0.1 -t doh-get --names 5 --suffix a --path q", "--path begins"),
        ("127.0.0.1 --names 5 --suffix a --zipf -1", "zipf"),
        ("127.0.0.1 --names 5 --suffix a --miss-share 101", "--miss-share is from"),
        ("127.0.0.1 --miss-share 100", "--miss-share needs"),
        ("127.0.0.1 --names 5 --suffix a --type NOTHING", "no record type"),
        ("127.0.0.1 --names 5 --suffix a..b", "suffix"),
        ("127.0.0.1 --names 5 --suffix a --key k:hmac-sha256:AAAA", "go with --update-zone"),
        ("127.0.0.1 --update-zone a --key k:hmac-sha256:AAAA --key-file k", "not both"),
        ("127.0.0.1 --update-zone a --key-file /nowhere/key", "cannot be read"),
        ("127.0.0.1 --update-zone a --suffix b", "sends updates"),
        ("127.0.0.1 --update-zone a -t doh-get", "udp, tcp and dot"),
        ("127.0.0.1 --update-zone a --key k:AAAA", "NAME:ALGORITHM:SECRET"),
        ("127.0.0.1 --update-zone a --key k:rot13:AAAA", "no algorithm"),
        ("127.0.0.1 --update-zone a --key k:hmac-sha256:?", "not base64"),
        ("127.0.0.1 --update-zone a --key ..:hmac-sha256:AAAA", "not a domain name"),
    ])
    func `a mistake is named`(words: String, message: String) {
        #expect(fault(words).contains(message))
    }
}
