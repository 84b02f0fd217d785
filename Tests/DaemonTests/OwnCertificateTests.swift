import Certificates
import DNSWire
import Foundation
import HomingConfiguration
import Testing

@testable import homing

/// The authority and the certificate that Homing makes itself, over years.
@Suite struct OwnCertificateTests {
    private let house: EncryptedHouse
    private let day = EncryptedHouse.day

    init() throws { house = try EncryptedHouse() }

    private func identity(_ yaml: String = "listen: {tls: [0.0.0.0, \"::\"]}") throws -> ResolverIdentity {
        try house.settings(yaml).encryption.identity
    }

    private func obtain(
        _ identity: ResolverIdentity? = nil, current: OwnCertificateStore.Contents? = nil,
        after days: Int64 = 0
    ) throws -> (contents: OwnCertificateStore.Contents, news: [OwnCertificateStore.News]) {
        try house.store.obtain(
            for: identity ?? self.identity(), current: current, at: EncryptedHouse.start + days * day)
    }

    @Test func filesAndTheirModes() throws {
        #expect(try house.store.look() == nil)
        let (made, news) = try obtain()
        #expect(news == [.madeAuthority, .madeCertificate])
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: house.store.directory))
        #expect(names == ["tls-authority.pem", "tls-authority.key", "tls-server.pem", "tls-server.key"])
        for name in names { #expect(try house.mode(name) == 0o600, "\(name)") }
        #expect(try house.mode("") == 0o700)
        let found = try #require(try house.store.look())
        #expect(found.server.details == made.server.details)
        #expect(found.authority.details == made.authority.details)
        #expect(made.authority.details.subject.hasPrefix("CN=Homing "))
        #expect(made.server.details.names == ["host.example", "localhost"])
        #expect(made.server.details.addresses == EncryptedHouse.machine.addresses)
        #expect(made.server.certificates.count == 2)
    }

    /// A file that a run left when it was cut short, or that somebody put there, does not get a key to read.
    @Test(arguments: [false, true])
    func whatIsInTheWay(isLink: Bool) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: house.store.directory, withIntermediateDirectories: true)
        let elsewhere = house.path("elsewhere")
        let inTheWay = house.store.directory + "/tls-server.key.new"
        try Data("old".utf8).write(to: URL(filePath: isLink ? elsewhere : inTheWay))
        if isLink { try files.createSymbolicLink(atPath: inTheWay, withDestinationPath: elsewhere) }
        try files.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: isLink ? elsewhere : inTheWay)
        #expect(try obtain().news == [.madeAuthority, .madeCertificate])
        #expect(try house.mode("tls-server.key") == 0o600)
        if isLink { #expect(try Data(contentsOf: URL(filePath: elsewhere)) == Data("old".utf8)) }
    }

    @Test func nextStartsFindThem() throws {
        let first = try obtain().contents
        let (second, news) = try obtain(after: 59)
        #expect(news == [])
        #expect(second.server.details == first.server.details)
        #expect(second.authority.details == first.authority.details)
    }

    /// A daemon that was off for long, or that cannot renew.
    @Test func complaints() throws {
        let served = try obtain().contents.served()
        let start = EncryptedHouse.start
        #expect(served.complaint(at: start) == nil)
        #expect(served.complaint(at: start + 60 * day) == nil)
        #expect(served.complaint(at: start + 80 * day) == "it expires on 2026-04-01")
        #expect(
            served.complaint(at: start + 91 * day) == "it has expired on 2026-04-01, and clients refuse it")
        #expect(
            served.complaint(at: start - 3 * day)
                == "it is not valid before 2025-12-31, and clients refuse it until then")
    }

    /// With a third of its life left; the authority and the pin stay.
    @Test func renewedInTime() throws {
        let first = try obtain().contents
        let served = try obtain(current: first, after: 59)
        #expect(served.news == [])
        for current in [first, nil] {
            let (next, news) = try obtain(current: current, after: 61)
            // The second time, what the first has written is found.
            #expect(news == (current == nil ? [] : [.madeCertificate]))
            #expect(next.server.details.fingerprint != first.server.details.fingerprint)
            #expect(next.server.details.pin == first.server.details.pin)
            #expect(next.server.details.notAfter == EncryptedHouse.start + 151 * day)
            #expect(next.authority.details == first.authority.details)
        }
    }

    @Test func otherNamesNeedAnother() throws {
        let first = try obtain().contents
        let more = try identity("{listen: {tls: 0.0.0.0}, tls: {names: [dns.home.example, host.example]}}")
        let (second, news) = try obtain(more)
        #expect(news == [.madeCertificate])
        #expect(second.server.details.names == ["dns.home.example", "host.example", "localhost"])
        #expect(second.authority.details == first.authority.details)
        #expect(second.server.details.pin == first.server.details.pin)
        // Names too many are no reason.
        let fewer = try identity("{listen: {tls: 192.0.2.1}, tls: {names: host.example}}")
        #expect(try obtain(fewer).news == [])
    }

    @Test func authorityIsReplacedBeforeItsEnd() throws {
        let first = try obtain().contents
        #expect(try obtain(after: 3650 - 31).contents.authority.details == first.authority.details)
        let (second, news) = try obtain(after: 3650 - 29)
        #expect(news == [.madeAuthority, .madeCertificate])
        #expect(second.authority.details.fingerprint != first.authority.details.fingerprint)
        #expect(second.authority.details.subject != first.authority.details.subject)
        #expect(second.server.certificates[0].isIssued(by: second.authority.certificate))
    }

    /// A machine without a clock of its own begins in 1970; nothing that it makes then may end with that.
    @Test func clockThatBeginsIn1970() throws {
        let store = house.store
        let first = try store.obtain(for: identity(), current: nil, at: 60).contents
        #expect(first.authority.details.notAfter == WallClock.earliest + 3650 * day)
        #expect(try store.obtain(for: identity(), current: first, at: 120).news == [])
        let (second, news) = try obtain(current: first)
        #expect(news == [.madeCertificate])
        #expect(second.authority.details == first.authority.details)
        // And one that jumps back again.
        #expect(try store.obtain(for: identity(), current: second, at: 60).news == [.madeCertificate])
    }

    @Test(arguments: ["tls-authority.pem", "tls-authority.key"])
    func damagedAuthority(_ name: String) throws {
        let first = try obtain().contents
        try house.write(Array("-----BEGIN nothing".utf8), to: "state/" + name)
        let (second, news) = try obtain()
        #expect(second.authority.details.fingerprint != first.authority.details.fingerprint)
        #expect(news.count == 3)
        guard case .unusable(_, let reason) = news.first else {
            Issue.record("\(news)")
            return
        }
        #expect(reason.contains(name))
        #expect(reason.hasSuffix("it is now \(house.store.authorityPath).damaged"))
        #expect(FileManager.default.fileExists(atPath: house.store.authorityPath + ".damaged"))
        #expect(try obtain().news == [])
    }

    @Test func damagedCertificateKeepsThePin() throws {
        let first = try obtain().contents
        try house.write([], to: "state/tls-server.pem")
        let (second, news) = try obtain()
        #expect(news.last == .madeCertificate)
        #expect(second.server.details.pin == first.server.details.pin)
        #expect(second.authority.details == first.authority.details)
        try house.write([], to: "state/tls-server.key")
        let (third, _) = try obtain()
        #expect(third.server.details.pin != first.server.details.pin)
        #expect(third.authority.details == first.authority.details)
        #expect(try obtain().news == [])
    }

    @Test func directoryThatCannotBeMade() throws {
        let store = OwnCertificateStore(directory: "/proc/nothing/state")
        let (made, news) = try store.obtain(for: identity(), current: nil, at: EncryptedHouse.start)
        #expect(news.count { if case .notSaved = $0 { true } else { false } } == 4)
        #expect(made.server.details.names == ["host.example", "localhost"])
        #expect(try store.obtain(for: identity(), current: made, at: EncryptedHouse.start + day).news == [])
    }

    //--- Who it is for ---

    @Test(arguments: [
        ("listen: {tls: 0.0.0.0}", "host.example. 192.0.2.1 127.0.0.1"),
        ("listen: {https: \"::\"}", "host.example. 2001:db8::1 ::1"),
        (
            "listen: {tls: 198.51.100.1, https: [198.51.100.1, 127.0.0.1]}",
            "host.example. 198.51.100.1 127.0.0.1"
        ),
        (
            "{listen: {tls: 0.0.0.0}, tls: {names: [a.example, b.example], addresses: 203.0.113.1}}",
            "a.example. b.example. 203.0.113.1"
        ),
        ("listen: {http: 127.0.0.1}", "host.example."),
    ])
    func identities(_ yaml: String, _ expected: String) throws {
        let identity = try identity(yaml)
        let all = identity.names.map(\.description) + identity.addresses.map(\.description)
        #expect(all.joined(separator: " ") == expected)
    }

    @Test func thisMachine() {
        let machine = Machine.current()
        #expect(machine.addresses.allSatisfy { $0.bits != 0 })
        #expect(machine.addresses.contains(IPAddress(127, 0, 0, 1)) || machine.addresses.isEmpty)
    }
}
