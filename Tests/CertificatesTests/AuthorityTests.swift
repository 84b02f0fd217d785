import Certificates
import DNSWire
import Testing

/// What an authority of our own makes, judged by libcrypto as a client does.
@Suite struct AuthorityTests {
    private let wall = MadeCertificates.wall
    private let day: Int64 = 86_400

    @Test(arguments: ["dns.example", "DNS.Example", "192.0.2.1", "2001:db8::1"])
    func clientsAccept(_ name: String) throws {
        let made = try MadeCertificates(
            addresses: [IPAddress(192, 0, 2, 1), IPAddress(ipv6: 0x2001_0db8 << 96 | 1)])
        #expect(
            try made.server.judgement(trusting: made.authority.certificate, name: name, at: wall) == "ok")
    }

    @Test func clientsRefuseWhatItIsNotFor() throws {
        let made = try MadeCertificates()
        func judgement(_ name: String, at wall: Int64) throws -> String {
            try made.server.judgement(trusting: made.authority.certificate, name: name, at: wall)
        }
        #expect(try judgement("other.example", at: wall) == "hostname mismatch")
        #expect(try judgement("192.0.2.2", at: wall) == "IP address mismatch")
        #expect(try judgement("dns.example", at: wall + 91 * day) == "certificate has expired")
        #expect(try judgement("dns.example", at: wall - 2 * day) == "certificate is not yet valid")
        // A clock that is behind by some hours is no obstacle.
        #expect(try judgement("dns.example", at: wall - 20 * 3_600) == "ok")
        let stranger = try MadeCertificates()
        #expect(
            try made.server.judgement(
                trusting: stranger.authority.certificate, name: "dns.example", at: wall)
                == "unable to get local issuer certificate")
    }

    @Test func authorityIssuesForServersOnly() throws {
        let made = try MadeCertificates()
        // A server's certificate as authority: pathlen 0 and CA:FALSE are in the way.
        let imposter = try CertificateAuthority(
            certificate: made.server.certificates[0], key: made.server.key)
        #expect(throws: CertificateFault.brokenChain(1)) {
            try imposter.issue(names: ["dns.example."], addresses: [], key: .makeP256(), at: wall)
        }
    }

    @Test func detailsOfBoth() throws {
        let made = try MadeCertificates(names: ["Dns.Example.", "www.dns.example."])
        let server = made.server.details
        #expect(server.subject == "CN=dns.example")
        #expect(server.issuer == "CN=Test authority")
        #expect(server.names == ["dns.example", "www.dns.example"])
        #expect(server.addresses == [IPAddress(192, 0, 2, 1)])
        #expect(server.notBefore == wall - day)
        #expect(server.notAfter == wall + 90 * day)
        #expect(server.key == "EC P-256")
        #expect(server.serial.count == 32)
        #expect(server.fingerprint.count == 32 * 3 - 1)
        let authority = made.authority.details
        #expect(authority.subject == authority.issuer)
        #expect(authority.notAfter == wall + 3650 * day)
        #expect(authority.names.isEmpty)
        #expect(authority.serial != server.serial)
        #expect(authority.pin != server.pin)
    }

    @Test func certificatesEndWithTheirAuthority() throws {
        let made = try MadeCertificates()
        let late = made.authority.details.notAfter - 10 * day
        let server = try made.authority.issue(
            names: ["dns.example."], addresses: [], key: .makeP256(), at: late)
        #expect(server.details.notAfter == made.authority.details.notAfter)
    }

    @Test func pinStaysWithTheKey() throws {
        let made = try MadeCertificates()
        let next = try made.authority.issue(
            names: ["dns.example."], addresses: [], key: made.server.key, at: wall + 60 * day)
        #expect(next.details.pin == made.server.details.pin)
        #expect(next.details.fingerprint != made.server.details.fingerprint)
    }

    @Test(arguments: ["a,IP:10.0.0.1.example.", #"a\000b.example."#, ".", "a b.example.", "*.example."])
    func namesThatAreNone(_ text: String) throws {
        let made = try MadeCertificates()
        let name = try DomainName(text)
        let error = #expect(throws: CertificateFault.self) {
            try made.authority.issue(names: [name], addresses: [], key: .makeP256(), at: wall)
        }
        if case .badName = error {} else { Issue.record("\(String(describing: error))") }
        #expect(throws: CertificateFault.badName("")) {
            try made.authority.issue(names: [], addresses: [], key: .makeP256(), at: wall)
        }
    }

    @Test func longNames() throws {
        let label = String(repeating: "a", count: 63)
        let name = try DomainName("\(label).\(label).example.")
        let made = try MadeCertificates(names: [name])
        #expect(made.server.details.subject == "CN=Homing")
        #expect(made.server.details.covers(name))
    }
}
