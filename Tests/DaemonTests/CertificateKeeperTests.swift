import Certificates
import DNSWire
import Foundation
import HomingConfiguration
import Synchronization
import Testing

@testable import homing

/// Certificates while the daemon runs: files that change, good and bad ones, and time.
@Suite struct CertificateKeeperTests {
    private let house: EncryptedHouse
    private let published = Published()
    private let day = EncryptedHouse.day

    /// What the transport is told to show.
    private final class Published: Sendable {
        let rounds = Mutex<[[String]]>([])

        func add(_ certificates: [ServedCertificate]) {
            rounds.withLock { $0.append(certificates.map(\.details.fingerprint)) }
        }

        var count: Int { rounds.withLock { $0.count } }
        var last: [String]? { rounds.withLock { $0.last } }
    }

    init() throws { house = try EncryptedHouse() }

    private func issued(_ name: DomainName = "dns.example.", at wall: Int64 = EncryptedHouse.start) throws
        -> CertificateChain
    {
        let authority = try CertificateAuthority.make(name: "Test", key: .makeP256(), at: wall)
        return try authority.issue(names: [name], addresses: [], key: .makeP256(), at: wall)
    }

    private func write(_ chain: CertificateChain, as name: String = "a") throws {
        try house.write(chain.pem(), to: "\(name).pem")
        try house.write(chain.key.pem(), to: "\(name).key")
    }

    private func yaml(_ names: String...) -> String {
        let entries = names.map {
            "{chain: \(house.path($0 + ".pem")), key: \(house.path($0 + ".key"))}"
        }
        return "{listen: {tls: 127.0.0.1}, tls: {certificates: [\(entries.joined(separator: ", "))]}}"
    }

    private func keeper(_ yaml: String) throws -> CertificateKeeper {
        let keeper = house.keeper()
        keeper.configure(try house.settings(yaml).encryption)
        keeper.start { [published] in published.add($0) }
        return keeper
    }

    @Test func changedFilesAreReadAgain() throws {
        try write(issued())
        let keeper = try keeper(yaml("a"))
        defer { keeper.stop() }
        #expect(keeper.certificates.count == 1)
        #expect(house.log.count(of: "certificate for clients over TLS and HTTPS for=dns.example") == 1)
        keeper.tick()
        #expect(published.count == 0)
        let next = try issued()
        try write(next)
        keeper.tick()
        #expect(published.last == [next.details.fingerprint])
        #expect(keeper.certificates[0].details == next.details)
        #expect(keeper.certificates[0].certificates == (try next.pem()))
        keeper.tick()
        #expect(published.count == 1)
    }

    /// Settings are read, and take effect a while later.
    @Test func filesThatChangeBeforeTheyAreWatched() throws {
        try write(issued())
        let settings = try house.settings(yaml("a")).encryption
        let next = try issued()
        try write(next)
        let keeper = house.keeper()
        keeper.configure(settings)
        keeper.start { [published] in published.add($0) }
        defer { keeper.stop() }
        keeper.tick()
        #expect(published.last == [next.details.fingerprint])
    }

    /// Chain and key are two files, and someone looks between the two.
    @Test func halfAChangeIsNoChange() throws {
        let (old, new) = (try issued(), try issued())
        try write(old)
        let keeper = try keeper(yaml("a"))
        defer { keeper.stop() }
        try house.write(new.pem(), to: "a.pem")
        keeper.tick()
        keeper.tick()
        #expect(published.count == 0)
        #expect(keeper.certificates[0].details == old.details)
        #expect(house.log.count(of: "the private key does not belong to the certificate") == 1)
        #expect(house.log.count(of: "the old ones stay in force") == 1)
        try house.write(new.key.pem(), to: "a.key")
        keeper.tick()
        #expect(published.last == [new.details.fingerprint])
    }

    @Test func goneFilesAreNoLoss() throws {
        let old = try issued()
        try write(old)
        let keeper = try keeper(yaml("a"))
        defer { keeper.stop() }
        try FileManager.default.removeItem(atPath: house.path("a.key"))
        keeper.tick()
        #expect(house.log.contains("a.key cannot be read: no such file"))
        #expect(keeper.certificates[0].details == old.details)
        try house.write(old.key.pem(), to: "a.key")
        keeper.tick()
        #expect(published.count == 0)
    }

    @Test func filesThatOnlyRootCouldRead() throws {
        try write(issued())
        let settings = try house.settings(yaml("a")).encryption
        try FileManager.default.removeItem(atPath: house.path("a.key"))
        let keeper = house.keeper()
        keeper.configure(settings)
        #expect(house.log.count(of: "a.key cannot be read any more by this process") == 1)
        #expect(keeper.certificates.count == 1)
    }

    /// What could not be read is tried again when its mode has changed.
    @Test func marksOfFiles() throws {
        let path = house.path("file")
        #expect(FileMark(path) == nil)
        try house.write([1], to: "file")
        let first = try #require(FileMark(path))
        #expect(FileMark(path) == first)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let second = try #require(FileMark(path))
        try house.write([2], to: "file")
        let third = try #require(FileMark(path))
        try FileManager.default.createSymbolicLink(atPath: house.path("link"), withDestinationPath: path)
        #expect(FileMark(house.path("link")) == third)
        #expect(Set([first, second, third]).count == 3)
    }

    @Test func severalAndAReload() throws {
        let (a, b) = (try issued("a.example."), try issued("b.example."))
        try write(a)
        try write(b, as: "b")
        let keeper = try keeper(yaml("a", "b"))
        defer { keeper.stop() }
        #expect(keeper.certificates.map(\.details) == [a.details, b.details])
        keeper.configure(try house.settings(yaml("a", "b")).encryption)
        #expect(published.count == 0)
        keeper.configure(try house.settings(yaml("b", "a")).encryption)
        #expect(published.last == [b.details.fingerprint, a.details.fingerprint])
        keeper.configure(try house.settings("listen: {addresses: 127.0.0.1}").encryption)
        #expect(keeper.certificates.isEmpty)
    }

    @Test func endsAreAnnounced() throws {
        try write(issued())
        let keeper = try keeper(yaml("a"))
        defer { keeper.stop() }
        house.wall += 75 * day
        keeper.tick()
        #expect(!house.log.contains("it expires"))
        house.wall += 2 * day
        keeper.tick()
        keeper.tick()
        #expect(house.log.count(of: "the certificate for dns.example: it expires on 2026-04-01") == 1)
        house.wall += day
        keeper.tick()
        #expect(house.log.count(of: "it expires on 2026-04-01") == 2)
        house.wall += 20 * day
        keeper.tick()
        #expect(house.log.contains("it has expired on 2026-04-01, and clients refuse it"))
        #expect(published.count == 0)
    }

    @Test func ourOwnIsMadeAndRenewed() throws {
        let keeper = try keeper("{listen: {tls: 127.0.0.1}, tls: {names: dns.example}}")
        defer { keeper.stop() }
        let first = try #require(keeper.certificates.first)
        #expect(first.files == nil)
        #expect(first.authority != nil)
        #expect(house.log.contains("an authority of our own was made"))
        #expect(house.log.contains("file=\(house.store.authorityPath)"))
        #expect(house.log.contains("pin=\(first.details.pin)"))
        keeper.tick()
        #expect(published.count == 0)
        house.wall += 61 * day
        keeper.tick()
        #expect(published.count == 1)
        #expect(published.last != [first.details.fingerprint])
        #expect(keeper.certificates.first?.details.pin == first.details.pin)
        // A name more.
        keeper.configure(
            try house.settings("{listen: {tls: 127.0.0.1}, tls: {names: [dns.example, b.example]}}")
                .encryption)
        #expect(published.count == 2)
        #expect(house.log.count(of: "an authority of our own was made") == 1)
    }

    @Test func ownFilesThatMayNotBeReadAreLeftAlone() throws {
        // A directory in the file's place cannot be read by anybody, root included.
        let path = house.store.authorityPath
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try house.write([], to: "state/tls-authority.key")
        let keeper = try keeper("listen: {tls: 127.0.0.1}")
        defer { keeper.stop() }
        #expect(keeper.certificates.isEmpty)
        keeper.tick()
        #expect(house.log.count(of: "there is no certificate for clients over TLS and HTTPS") == 1)
        try FileManager.default.removeItem(atPath: house.store.directory)
        keeper.tick()
        #expect(keeper.certificates.count == 1)
        #expect(published.count == 1)
    }

    //--- What a configuration is told ---

    @Test func badFilesAreFaults() throws {
        try write(issued())
        try write(issued(), as: "b")
        try house.write(Array("hello".utf8), to: "c.pem")
        func certificate(_ chain: String, _ key: String) throws -> [String] {
            try house.faults(
                "tls: {certificates: [{chain: \(house.path(chain)), key: \(house.path(key))}]}")
        }
        #expect(try certificate("a.pem", "a.key") == [])
        #expect(
            try certificate("a.pem", "b.key") == [
                "FILE: tls.certificates[0]: DIR/b.key: the private key does not belong to the certificate"
            ])
        #expect(
            try certificate("c.pem", "a.key") == [
                "FILE: tls.certificates[0]: DIR/c.pem: holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
            ])
        #expect(
            try certificate("a.pem", "c.pem") == [
                "FILE: tls.certificates[0]: DIR/c.pem: holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)"
            ])
        #expect(
            try certificate("d.pem", "a.key") == [
                "FILE: tls.certificates[0]: DIR/d.pem cannot be read: no such file"
            ])
    }
}
