import DNSWire
import Testing

@testable import homing

/// `_dns.resolver.arpa`, asked of a running daemon (RFC 9462).
@Suite struct DiscoveryTests {
    private let special: DomainName = "_dns.resolver.arpa."
    private let encrypted = """
        listen: {tls: 127.0.0.1:8853, https: 127.0.0.1:8443}
        tls: {names: dns.example}
        process: {workers: 2, state-directory: STATE}
        """

    private func house(_ yaml: String, in directory: TestDirectory) throws -> TestDaemon {
        try TestDaemon(yaml.replacing("STATE", with: directory.path))
    }

    @Test func whatIsListeningIsTold() throws {
        let directory = try TestDirectory()
        let house = try house(encrypted, in: directory)
        let response = try house.ask(special, .svcb)
        #expect(
            response.answers.map { $0.rdata.text(for: .svcb) } == [
                #"1 dns.example. alpn="dot" port=8853 ipv4hint=127.0.0.1"#,
                #"2 dns.example. alpn="h2,http/1.1" port=8443 ipv4hint=127.0.0.1 dohpath="/dns-query{?dns}""#,
            ])
        #expect(response.additionals.filter { $0.type == .a }.map(\.ownerName) == ["dns.example."])
        #expect(response.header.flags.contains(.aa))
        // Over a stream, and when recursion is not asked for.
        #expect(try house.ask(special, .svcb, overStream: true).answers.count == 2)
        #expect(try house.ask(special, .svcb) { $0.recursionDesired = false }.answers.count == 2)
        #expect(try house.ask("_dns.dns.example.", .svcb).answers.count == 2)
        #expect(house.upstream.count(of: special) == 0)
        #expect(house.upstream.count(of: "_dns.dns.example.") == 0)
    }

    @Test func allElseThereHasNoData() throws {
        let directory = try TestDirectory()
        let house = try house(encrypted, in: directory)
        for (name, type) in [
            (special, .a), (special, .https), (special, .any), ("resolver.arpa.", .svcb),
            ("a._dns.resolver.arpa.", .svcb), ("x.resolver.arpa.", .txt),
        ] as [(DomainName, RecordType)] {
            let response = try house.ask(name, type)
            #expect(response.responseCode == .noError, "\(name) \(type)")
            #expect(response.answers.isEmpty, "\(name) \(type)")
            #expect(response.authorities.map(\.type) == [.soa], "\(name) \(type)")
            #expect(house.upstream.count(of: name) == 0)
        }
    }

    @Test func aReloadChangesIt() throws {
        let directory = try TestDirectory()
        let yaml = encrypted.replacing("STATE", with: directory.path)
        let house = try TestDaemon(yaml + "\ndiscovery: {ddr: no}")
        #expect(try house.ask(special, .svcb).answers.isEmpty)
        #expect(try house.reload(yaml + "\nhttps: {path: /other}"))
        let response = try house.ask(special, .svcb)
        #expect(response.answers.count == 2)
        #expect(response.answers.last?.rdata.text(for: .svcb).hasSuffix(#"dohpath="/other{?dns}""#) == true)
        #expect(try house.reload(yaml + "\ndiscovery: {ddr: no}"))
        #expect(try house.ask(special, .svcb).answers.isEmpty)
        #expect(house.upstream.count(of: special) == 0)
    }

    /// Sockets are opened once; a promise of more than there is would send clients to closed doors.
    @Test func onlyWhatIsOpenIsTold() throws {
        let directory = try TestDirectory()
        let house = try house(encrypted, in: directory)
        let more = encrypted.replacing("tls: 127.0.0.1:8853", with: "tls: [127.0.0.1:8853, 127.0.0.1:8854]")
        #expect(try house.reload(more.replacing("STATE", with: directory.path)))
        #expect(house.log.contains("listen.tls takes effect at the next start"))
        #expect(try house.ask(special, .svcb).answers.count == 2)
    }

    @Test func nothingIsEncrypted() throws {
        let directory = try TestDirectory()
        let house = try house("", in: directory)
        let response = try house.ask(special, .svcb)
        #expect(response.responseCode == .noError)
        #expect(response.authorities.map(\.ownerName) == ["resolver.arpa."])
        #expect(directory.namesBesideZones.isEmpty)
    }

    /// The daemon makes its certificate before anybody can ask for it.
    @Test func certificateIsMadeAtTheStart() throws {
        let directory = try TestDirectory()
        let house = try house(encrypted, in: directory)
        #expect(
            directory.namesBesideZones == [
                "tls-authority.key", "tls-authority.pem", "tls-server.key", "tls-server.pem",
            ])
        #expect(house.log.contains("an authority of our own was made"))
    }
}
