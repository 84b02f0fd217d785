import DNSWire
import Testing

@testable import DNSServer

/// What `_dns.resolver.arpa` says, for every way of listening (RFC 9461, RFC 9462).
@Suite struct DesignatedResolverTests {
    private func designation(
        _ endpoints: [(DesignatedResolver.Service, String)], names: [DomainName] = ["dns.example."],
        addresses: [String] = []
    ) throws -> DesignatedResolver {
        var designation = DesignatedResolver()
        designation.names = names
        designation.addresses = addresses.compactMap { IPAddress($0) }
        designation.endpoints = try endpoints.map { service, text in
            let port: UInt16 = service == .tls ? 853 : 443
            return .init(service, at: try #require(SocketAddress(text, defaultPort: port)))
        }
        return designation
    }

    /// The records as text; nil where the name is none of ours, `NODATA` where nothing is behind it.
    private func told(
        _ designation: DesignatedResolver, _ name: DomainName = DesignatedResolver.specialName,
        askedAt local: String
    ) throws -> [String]? {
        switch designation.answer(to: name, askedAt: try #require(IPAddress(local))) {
        case .records(let rrset, let addresses):
            #expect(rrset.ownerName == name)
            #expect(rrset.type == .svcb)
            // What is written can be read: keys in order, lengths right.
            for rdata in rrset.rdatas {
                _ = try RData(parsing: rdata.bytes.span, at: 0, length: rdata.bytes.count, type: .svcb)
            }
            return rrset.rdatas.map { $0.text(for: .svcb) }
                + addresses.flatMap { rrset in
                    rrset.rdatas.map { "\(rrset.ownerName) \($0.text(for: rrset.type))" }
                }
        case .noData: return ["NODATA"]
        case nil: return nil
        }
    }

    private let https = DesignatedResolver.Service.https(path: "/dns-query")

    @Test func everyInterface() throws {
        let both = try designation([(.tls, "0.0.0.0"), (.tls, "::"), (https, "0.0.0.0"), (https, "::")])
        #expect(
            try told(both, askedAt: "192.0.2.1") == [
                #"1 dns.example. alpn="dot" ipv4hint=192.0.2.1"#,
                #"2 dns.example. alpn="h2,http/1.1" ipv4hint=192.0.2.1 dohpath="/dns-query{?dns}""#,
                "dns.example. 192.0.2.1",
            ])
        #expect(
            try told(both, askedAt: "2001:db8::1")?.first
                == #"1 dns.example. alpn="dot" ipv6hint=2001:db8::1"#)
        #expect(
            try told(both, askedAt: "::ffff:192.0.2.1")?.first
                == #"1 dns.example. alpn="dot" ipv4hint=192.0.2.1"#)
    }

    @Test func otherPorts() throws {
        let odd = try designation([(.tls, "0.0.0.0:8853"), (.tls, "0.0.0.0"), (https, "0.0.0.0:8443")])
        #expect(
            try told(odd, askedAt: "192.0.2.1") == [
                #"1 dns.example. alpn="dot" port=8853 ipv4hint=192.0.2.1"#,
                #"2 dns.example. alpn="dot" ipv4hint=192.0.2.1"#,
                #"3 dns.example. alpn="h2,http/1.1" port=8443 ipv4hint=192.0.2.1 dohpath="/dns-query{?dns}""#,
                "dns.example. 192.0.2.1",
            ])
    }

    @Test func singleAddresses() throws {
        let some = try designation([
            (.tls, "192.0.2.1"), (.tls, "192.0.2.2"), (.tls, "2001:db8::1"), (https, "127.0.0.1"),
        ])
        // The one that was asked comes first, and loopback is for those that are there.
        #expect(
            try told(some, askedAt: "192.0.2.2")?.first
                == #"1 dns.example. alpn="dot" ipv4hint=192.0.2.2,192.0.2.1 ipv6hint=2001:db8::1"#)
        #expect(try told(some, askedAt: "192.0.2.2")?.count == 4)
        #expect(
            try told(some, askedAt: "127.0.0.1")?[1]
                == #"2 dns.example. alpn="h2,http/1.1" ipv4hint=127.0.0.1 dohpath="/dns-query{?dns}""#)
    }

    @Test func unreachable() throws {
        let loopback = try designation([(.tls, "127.0.0.1"), (https, "::1")])
        #expect(try told(loopback, askedAt: "192.0.2.1") == ["NODATA"])
        let other = try designation([(.tls, "::")])
        #expect(try told(other, askedAt: "192.0.2.1") == ["NODATA"])
    }

    @Test func configuredAddresses() throws {
        let behind = try designation(
            [(.tls, "::"), (https, "127.0.0.1")], addresses: ["203.0.113.1", "2001:db8::1"])
        let records = try told(behind, askedAt: "192.0.2.1")
        #expect(
            records?.first == #"1 dns.example. alpn="dot" ipv4hint=203.0.113.1 ipv6hint=2001:db8::1"#)
        #expect(records?.count == 4)
    }

    @Test func hintsAreBounded() throws {
        let many = try designation([(.tls, "::")], addresses: (1...50).map { "192.0.2.\($0)" })
        let records = try #require(try told(many, askedAt: "192.0.2.1"))
        #expect(records.count == 1 + DesignatedResolver.maximumHints)
        #expect(records[0].hasSuffix("ipv4hint=192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4"))
    }

    @Test func ownNames() throws {
        let both = try designation([(.tls, "0.0.0.0")], names: ["dns.example.", "other.example."])
        #expect(
            try told(both, "_dns.Other.example.", askedAt: "192.0.2.1")?.first
                == #"1 other.example. alpn="dot" ipv4hint=192.0.2.1"#)
        #expect(try told(both, "_dns.third.example.", askedAt: "192.0.2.1") == nil)
        #expect(try told(both, "dns.example.", askedAt: "192.0.2.1") == nil)
        // Our own name's zone may know better when we have nothing to say.
        #expect(try told(try designation([]), "_dns.dns.example.", askedAt: "192.0.2.1") == nil)
    }

    @Test func nothingToTell() throws {
        #expect(try told(try designation([]), askedAt: "192.0.2.1") == ["NODATA"])
        #expect(try told(try designation([(.tls, "0.0.0.0")], names: []), askedAt: "192.0.2.1") == ["NODATA"])
    }
}
