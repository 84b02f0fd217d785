import Certificates
import DNSWire
import Foundation
import Testing

/// Profiles for Apple's systems, read back as those do.
@Suite struct ProfileTests {
    private func dictionary(_ profile: AppleProfile) throws -> [String: Any] {
        let data = Data(profile.text.utf8)
        let object = unsafe try PropertyListSerialization.propertyList(from: data, format: nil)
        return try #require(object as? [String: Any])
    }

    @Test func overTLSWithAnAuthority() throws {
        let made = try MadeCertificates()
        let profile = AppleProfile(
            .tls, serverName: "dns.example", addresses: [IPAddress(192, 0, 2, 1), IPAddress(ipv6: 1)],
            authority: made.authority.certificate.der)
        let whole = try dictionary(profile)
        #expect(whole["PayloadType"] as? String == "Configuration")
        #expect(whole["PayloadVersion"] as? Int == 1)
        #expect(whole["PayloadRemovalDisallowed"] as? Bool == false)
        let payloads = try #require(whole["PayloadContent"] as? [[String: Any]])
        #expect(
            payloads.map { $0["PayloadType"] as? String } == [
                "com.apple.security.root", "com.apple.dnsSettings.managed",
            ])
        #expect(payloads[0]["PayloadContent"] as? Data == Data(made.authority.certificate.der))
        let settings = try #require(payloads[1]["DNSSettings"] as? [String: Any])
        #expect(settings["DNSProtocol"] as? String == "TLS")
        #expect(settings["ServerName"] as? String == "dns.example")
        #expect(settings["ServerAddresses"] as? [String] == ["192.0.2.1", "::1"])
        #expect(settings["ServerURL"] == nil)
        let identifiers = ([whole] + payloads).compactMap { $0["PayloadUUID"] as? String }
        #expect(identifiers.count == 3)
        #expect(Set(identifiers).count == 3)
        for identifier in identifiers {
            #expect(UUID(uuidString: identifier) != nil)
            #expect(identifier.dropFirst(14).first == "8")
        }
    }

    @Test func overHTTPS() throws {
        let profile = AppleProfile(
            .https(url: "https://dns.example/dns-query?a&b"), serverName: "<dns>.example", addresses: [])
        let whole = try dictionary(profile)
        let payloads = try #require(whole["PayloadContent"] as? [[String: Any]])
        #expect(payloads.count == 1)
        let settings = try #require(payloads[0]["DNSSettings"] as? [String: Any])
        #expect(settings["DNSProtocol"] as? String == "HTTPS")
        #expect(settings["ServerURL"] as? String == "https://dns.example/dns-query?a&b")
        #expect(settings["ServerAddresses"] == nil)
        #expect(whole["PayloadDisplayName"] as? String == "Encrypted DNS by <dns>.example (HTTPS)")
    }

    /// Installed again, a profile replaces itself; a changed one is told from it.
    @Test func identifiersFollowFromTheContent() throws {
        let one = AppleProfile(.tls, serverName: "dns.example", addresses: [])
        var other = one
        #expect(one.text == other.text)
        other.addresses = [IPAddress(192, 0, 2, 1)]
        let (first, second) = (try dictionary(one), try dictionary(other))
        #expect(first["PayloadIdentifier"] as? String == second["PayloadIdentifier"] as? String)
        #expect(first["PayloadUUID"] as? String != second["PayloadUUID"] as? String)
    }
}
