import ArgumentParser
import Certificates
import DNSWire
import Foundation
import HomingConfiguration
import Testing

@testable import homing

/// `homing certificate`, and what `homing check` says of encryption.
@Suite struct CertificateReportTests {
    private let house: EncryptedHouse

    init() throws { house = try EncryptedHouse() }

    /// Of a daemon that has started once.
    private func report(_ yaml: String) throws -> CertificateReport {
        let settings = try house.settings(yaml)
        _ = try house.store.obtain(for: settings.encryption.identity, current: nil, at: house.wall)
        return try CertificateReport(settings, at: house.wall)
    }

    private func refusal(_ yaml: String) throws -> String? {
        do {
            _ = try CertificateReport(house.settings(yaml), at: house.wall)
            return nil
        } catch let faults as ConfigurationFaults {
            return faults.description.replacing(house.directory.path, with: "DIR")
        }
    }

    private let both = """
        listen: {addresses: 0.0.0.0, tls: [192.0.2.1, "2001:db8::1"], https: 192.0.2.1:8443}
        tls: {names: Dns.Example}
        """

    @Test func ownCertificate() throws {
        let report = try report(both)
        let details = try #require(report.certificates.first).details
        let text = report.text
        #expect(text.hasPrefix("Certificate for dns.example, 192.0.2.1, 2001:db8::1\n"))
        #expect(text.contains("  valid        2025-12-31 to 2026-04-01, 90 days left\n"))
        #expect(text.contains("  pin          \(details.pin)\n"))
        #expect(text.contains("the file \(house.store.authorityPath), printed by --ca"))
        #expect(!text.contains("WARNING"))
    }

    @Test func stampsForEveryWay() throws {
        let report = try report(both)
        let authority = try #require(report.authority)
        #expect(
            report.stamps.map { "\($0.transport) \($0.address)" } == [
                "DoT 192.0.2.1:853", "DoT [2001:db8::1]:853", "DoH 192.0.2.1:8443", "DNS 192.0.2.1:53",
            ])
        let stamps = report.stamps.map { DNSStamp($0.stamp) }
        let authentication = DNSStamp.Authentication(
            hostName: "Dns.Example", digests: [authority.signedPartDigest])
        let properties: DNSStamp.Properties = [.validates, .keepsNoLog, .doesNotFilter]
        #expect(
            stamps[0]
                == DNSStamp(.tls(authentication), properties: properties, address: IPAddress(192, 0, 2, 1)))
        #expect(
            stamps[2]
                == DNSStamp(
                    .https(authentication, path: "/dns-query"), properties: properties,
                    address: IPAddress(192, 0, 2, 1), port: 8443))
        let honest = try self.report("{listen: {tls: 192.0.2.1}, log: {queries: yes}, dnssec: {mode: off}}")
        #expect(DNSStamp(try #require(honest.stamps.first).stamp)?.properties == .doesNotFilter)
    }

    @Test func profiles() throws {
        let report = try report(both)
        let tls = try report.appleProfile(.tls)
        #expect(tls.contains("<string>Dns.Example</string>"))
        #expect(tls.contains("<string>2001:db8::1</string>"))
        #expect(tls.contains("com.apple.security.root"))
        #expect(try report.appleProfile(.https).contains("https://Dns.Example:8443/dns-query"))
        #expect(throws: ConfigurationFaults.self) {
            try self.report("listen: {https: 192.0.2.1}").appleProfile(.tls)
        }
        #expect(throws: ConfigurationFaults.self) {
            try self.report("listen: {tls: 192.0.2.1}").appleProfile(.https)
        }
        #expect(throws: ConfigurationFaults.self) {
            try self.report("listen: {tls: 192.0.2.1:8853}").appleProfile(.tls)
        }
    }

    @Test func machineReadable() throws {
        let report = try report(both)
        let object = try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any]
        let certificates = try #require(object?["certificates"] as? [[String: Any]])
        #expect(certificates.first?["names"] as? [String] == ["dns.example"])
        #expect(certificates.first?["pin"] as? String == report.certificates.first?.details.pin)
        #expect(certificates.first?["notAfter"] as? Int64 == report.certificates.first?.details.notAfter)
        #expect((object?["stamps"] as? [[String: Any]])?.count == 4)
    }

    @Test func configuredCertificate() throws {
        let authority = try CertificateAuthority.make(name: "Test", key: .makeP256(), at: house.wall)
        let chain = try authority.issue(
            names: ["dns.example."], addresses: [], key: .makeP256(), at: house.wall)
        try house.write(chain.pem() + chain.key.pem(), to: "all.pem")
        let file = house.path("all.pem")
        let report = try CertificateReport(
            house.settings(
                "{listen: {tls: 192.0.2.1}, tls: {certificates: [{chain: \(file), key: \(file)}]}}"),
            at: house.wall + 91 * EncryptedHouse.day)
        #expect(report.authority == nil)
        #expect(report.text.contains("  file         \(file)\n"))
        #expect(report.text.contains("WARNING      it has expired on 2026-04-01, and clients refuse it"))
        // Who vouches for it changes intermediates without telling us.
        guard case .tls(let authentication) = DNSStamp(report.stamps[0].stamp)?.transport else {
            Issue.record("\(report.stamps)")
            return
        }
        #expect(authentication.digests.isEmpty)
        #expect(authentication.hostName == "host.example")
        #expect(try !report.appleProfile(.tls).contains("com.apple.security.root"))
    }

    @Test func nothingToShow() throws {
        #expect(
            try refusal("")
                == "nothing is encrypted: set listen.tls or listen.https, and clients are shown a certificate"
        )
        #expect(
            try refusal("listen: {tls: 127.0.0.1}")
                == "there is no certificate in DIR/state yet: \"homing serve\" makes it when it starts")
        _ = try report("listen: {tls: 127.0.0.1}")
        try house.write(Array("x".utf8), to: "state/tls-server.key")
        #expect(
            try refusal("listen: {tls: 127.0.0.1}")
                == "DIR/state/tls-server.key: holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)")
    }

    @Test func oneThingAtATime() {
        #expect(throws: (any Error).self) { try CertificateCommand.parse(["--pin", "--ca"]) }
        #expect(throws: (any Error).self) { try CertificateCommand.parse(["--apple-profile", "quic"]) }
        #expect(throws: Never.self) {
            let command = try CertificateCommand.parse(["a.yaml", "--apple-profile", "tls"])
            #expect(command.appleProfile == .tls)
            #expect(command.file.path == "a.yaml")
        }
    }

    //--- homing check ---

    @Test func check() throws {
        #expect(try house.settings("").encryptionSummary(at: house.wall) == [])
        let before = try house.settings(both).encryptionSummary(at: house.wall)
        #expect(
            before.map { $0.replacing(house.directory.path, with: "DIR") } == [
                "listens on 192.0.2.1:853, [2001:db8::1]:853 for DNS over TLS",
                "listens on 192.0.2.1:8443 for DNS over HTTPS, path /dns-query",
                "makes itself an authority and a certificate for Dns.Example, 192.0.2.1, 2001:db8::1 in DIR/state at "
                    + "its start",
                "has clients trust DIR/state/tls-authority.pem then: see \"homing certificate\"",
                "tells clients in cleartext that Dns.Example is encrypted (DDR)",
            ])
        let report = try report(both)
        let after = try house.settings(both).encryptionSummary(at: house.wall)
        #expect(
            after[2].hasSuffix("until 2026-04-01; pin \(try #require(report.certificates.first).details.pin)")
        )
        #expect(after[3].hasSuffix("until 2035-12-30: see \"homing certificate\""))
        let cleartext = try house.settings("{listen: {http: 127.0.0.1}, discovery: {ddr: no}}")
        #expect(
            cleartext.encryptionSummary(at: house.wall) == [
                "listens on 127.0.0.1:80 for DNS over HTTP, not encrypted"
            ])
    }
}
