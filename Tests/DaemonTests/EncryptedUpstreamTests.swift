import Certificates
import DNSTransport
import DNSWire
import TestPeers
import Testing

@testable import homing

/// A daemon that forwards to another over TLS and HTTPS, which has a certificate of its own making.
@Suite struct EncryptedUpstreamTests {
    private let directory: TestDirectory
    private let forwarder: TestDaemon

    init() throws {
        directory = try TestDirectory()
        forwarder = try TestDaemon(
            """
            process: {workers: 1, state-directory: \(directory.path)/state}
            listen: {addresses: 127.0.0.1, tls: 127.0.0.1, https: 127.0.0.1}
            tls: {names: dns.example}
            """)
    }

    private var authorities: String {
        "upstream: {authorities: \(OwnCertificateStore(directory: directory.path + "/state").authorityPath)}"
    }

    private func port(_ transport: Client.Transport) throws -> UInt16 {
        try #require(forwarder.daemon.addresses(of: transport).first).port
    }

    private func daemon(_ servers: String, _ more: String = "") throws -> TestDaemon {
        try TestDaemon("forward-zones: [{suffix: ., servers: [\(servers)]}]\n" + more)
    }

    @Test("by name, over both")
    func byName() throws {
        for (transport, scheme) in [(Client.Transport.tls, "tls"), (.https, "https")] {
            let url = "\(scheme)://dns.example:\(try port(transport))"
            let house = try daemon("{url: \"\(url)\", bootstrap: 127.0.0.1}", authorities)
            #expect(try house.ask("www.example.").answers.count == 1)
            #expect(try house.ask("big.example.", .txt, overStream: true).answers.count == 20)
            #expect(try house.ask("none.example.").responseCode == .nxDomain)
            let series = "homing_upstream_exchanges_total{transport=\"\(transport.name.lowercased())\"}"
            #expect(house.figure(series) == 3)
            #expect(house.figure("homing_upstream_exchanges_total{transport=\"udp\"}") == 0)
            #expect(house.figure("homing_upstream_exchanges_total{transport=\"tcp\"}") == 0)
        }
    }

    @Test("who is another is refused: the log and the client are told why, and nothing goes in cleartext")
    func wrongName() throws {
        let port = try port(.tls)
        let house = try daemon("{url: \"tls://other.example:\(port)\", bootstrap: 127.0.0.1}", authorities)
        let answer = try house.ask("www.example.")
        #expect(answer.responseCode == .serverFailure)
        let reason = "127.0.0.1:\(port): the certificate is not for other.example"
        #expect(answer.edns?.options.contains(.extendedError(ExtendedError(.networkError, reason))) == true)
        let line = "127.0.0.1:\(port) is not asked: the certificate is not for other.example"
        #expect(house.log.count(of: line) == 1)
        #expect(try house.ask("other.example.").responseCode == .serverFailure)
        // Said once a minute.
        #expect(house.log.count(of: line) == 1)
        #expect(house.figure("homing_upstream_exchanges_total{transport=\"udp\"}") == 0)
        #expect(forwarder.upstream.questions.isEmpty)
    }

    @Test("without its authority it is nobody; whoever does not mind asks it all the same")
    func unknown() throws {
        let url = "tls://dns.example:\(try port(.tls))"
        let strict = try daemon("{url: \"\(url)\", bootstrap: 127.0.0.1}")
        #expect(try strict.ask("www.example.").responseCode == .serverFailure)
        #expect(strict.log.contains("the certificate is from nobody that is trusted"))
        let other = try daemon("{url: \"\(url)\", bootstrap: 127.0.0.1, authentication: opportunistic}")
        #expect(try other.ask("www.example.").answers.count == 1)
    }

    @Test("by pin, and not by another")
    func pins() throws {
        let port = try port(.tls)
        let store = OwnCertificateStore(directory: directory.path + "/state")
        let pin = try #require(try store.look()).server.details.pin
        let right = try daemon("{url: \"tls://127.0.0.1:\(port)\", pins: \"\(pin)\"}")
        #expect(try right.ask("www.example.").answers.count == 1)
        let wrong = try daemon(
            "{url: \"tls://127.0.0.1:\(port)\", pins: \"\(String(repeating: "A", count: 43))=\"}")
        #expect(try wrong.ask("www.example.").responseCode == .serverFailure)
        #expect(wrong.log.contains("the certificate's key is not one of those pinned"))
    }

    @Test("a file of authorities that is none is a fault")
    func badAuthorities() throws {
        let file = try TestFile("no certificate\n")
        let configuration = try TestFile("upstream: {authorities: \(file.path)}")
        #expect(
            throws: ConfigurationFaults(lines: [
                "\(configuration.path): upstream.authorities: \(file.path): "
                    + "certificate 1: the chain cannot be read as PEM"
            ])
        ) { try DaemonSettings.load(path: configuration.path) }
    }
}
