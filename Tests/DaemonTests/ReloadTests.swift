import DNSWire
import Testing

@testable import homing

/// A new configuration while clients are served.
@Suite struct ReloadTests {
    @Test func newHostsReplaceWhatWasCached() throws {
        let house = try TestDaemon("hosts: {nas.lan: 192.168.1.10}")
        #expect(try house.ask("nas.lan.").answers.map(\.rdata) == [.address(IPAddress(192, 168, 1, 10))])
        #expect(try house.ask("10.1.168.192.in-addr.arpa.", .ptr).answers.count == 1)
        #expect(try house.reload("hosts: {nas.lan: 192.168.1.11}"))
        #expect(try house.ask("nas.lan.").answers.map(\.rdata) == [.address(IPAddress(192, 168, 1, 11))])
        #expect(try house.ask("10.1.168.192.in-addr.arpa.", .ptr).responseCode == .nxDomain)
        #expect(house.upstream.count(of: "nas.lan.") == 0)
        #expect(try house.reload(""))
        #expect(try house.ask("nas.lan.").responseCode == .nxDomain)
        #expect(house.upstream.count(of: "nas.lan.") > 0)
    }

    /// Those that are held without being asked for give way to them.
    @Test func hostsAreAnsweredBesideBuiltInZones() throws {
        let house = try TestDaemon("hosts: {nas.home.arpa: 192.168.1.10}", holdsBuiltInZones: true)
        #expect(
            try house.ask("nas.home.arpa.").answers.map(\.rdata) == [.address(IPAddress(192, 168, 1, 10))])
        #expect(try house.ask("10.1.168.192.in-addr.arpa.", .ptr).answers.count == 1)
        #expect(try house.ask("1.0.16.172.in-addr.arpa.", .soa).responseCode == .nxDomain)
    }

    @Test func cacheIsKept() throws {
        let house = try TestDaemon()
        #expect(try house.ask("www.example.").answers.count == 1)
        #expect(try house.reload("hosts: {nas.lan: 192.168.1.10}"))
        house.upstream.hold("www.example.")
        #expect(try house.ask("www.example.").answers.count == 1)
    }

    @Test func newZoneIsAskedAtOnce() throws {
        let house = try TestDaemon()
        let second = try ScriptedUpstream { question in
            var response = Message()
            response.answers = [Record(question.qname, .a, ttl: 60, .address(IPAddress(192, 0, 2, 77)))]
            return response
        }
        defer { second.stop() }
        #expect(try house.ask("www.example.").answers.first?.rdata == .address(IPAddress(192, 0, 2, 1)))
        let zones =
            "[{suffix: ., servers: \"\(house.upstream.address)\"}, {suffix: example, servers: \"\(second.address)\"}]"
        #expect(try house.reload("forward-zones: \(zones)"))
        #expect(try house.ask("www.example.").answers.first?.rdata == .address(IPAddress(192, 0, 2, 77)))
    }

    /// Its data is not for a line in a file to throw away: it is back with the line.
    @Test func zoneThatIsNoLongerConfiguredIsNotAnsweredFrom() throws {
        let directory = try TestDirectory()
        let text =
            "@ 60 SOA ns hostmaster 1 3600 600 86400 60\n@ 60 NS ns\nns 60 A 192.0.2.53\nwww 60 A 192.0.2.9\n"
        let process = "process: {workers: 2, state-directory: \"\(directory.path)\"}\n"
        let file = try directory.write(text, to: "example.zone")
        let zones = process + "zones: [{name: example, file: \"\(file)\"}]"
        let house = try TestDaemon(zones)
        func address() throws -> RData? { try house.ask("www.example.").answers.first?.rdata }
        #expect(try address() == .address(IPAddress(192, 0, 2, 9)))
        #expect(try house.reload(process))
        #expect(try address() == .address(IPAddress(192, 0, 2, 1)))
        #expect(house.log.contains("is kept, and not answered from"))
        #expect(try house.reload(zones))
        #expect(try address() == .address(IPAddress(192, 0, 2, 9)))
    }

    @Test func accessChangesForTheNextQuery() throws {
        let house = try TestDaemon()
        #expect(try house.ask("www.example.").responseCode == .noError)
        #expect(try house.reload("access: {allow: 10.0.0.0/8}"))
        #expect(try house.ask("www.example.").responseCode == .refused)
    }

    @Test func badFileLeavesTheOldSettings() throws {
        let house = try TestDaemon("hosts: {nas.lan: 192.168.1.10}")
        #expect(try !house.reload("hosts: {nas.lan: 300.1.1.1}\nspecial-names: {enabled: perhaps}"))
        #expect(house.log.contains("hosts"))
        #expect(house.log.contains("special-names.enabled"))
        #expect(house.log.contains("the old one stays in force"))
        #expect(try house.ask("nas.lan.").answers.count == 1)
    }

    @Test func badSpecialNameLeavesTheOldSettings() throws {
        let house = try TestDaemon()
        #expect(try !house.reload("special-names: {except: lan}"))
        #expect(house.log.contains("special-names.except[0]: lan. is not one of the names"))
    }

    @Test func whatNeedsARestartIsSaid() throws {
        let house = try TestDaemon()
        #expect(try house.reload("listen: {addresses: 127.0.0.1:5399}\nlimits: {idle-connection: 20s}"))
        #expect(house.log.contains("listen.addresses takes effect at the next start"))
        #expect(house.log.contains("limits.idle-connection takes effect at the next start"))
        #expect(!house.log.contains("process.workers takes effect"))
        #expect(try house.ask("www.example.").answers.count == 1)
    }

    @Test func logLevelChanges() throws {
        let house = try TestDaemon()
        #expect(try house.reload("log: {level: error}"))
        #expect(try house.reload("log: {level: error}\nlisten: {addresses: 127.0.0.1:5399}"))
        #expect(!house.log.contains("listen.addresses takes effect"))
    }
}
