import DNSResolution
import DNSServer
import DNSValidation
import DNSWire
import Testing

@testable import homing

/// What `homing check` says of the section `dnssec`.
@Suite struct ValidationCheckTests {
    private func settings(_ text: String) throws -> DaemonSettings {
        let file = try TestFile(text)
        return try withExtendedLifetime(file) { try DaemonSettings.load(path: file.path) }
    }

    @Test func builtInAnchorsAreTheDefault() throws {
        let settings = try settings("")
        #expect(settings.server.resolver.validation?.anchors == .builtIn)
        #expect(settings.summary.contains("validates . and what is below it, by the keys 20326, 38696"))
        #expect(try self.settings("dnssec: {mode: off}").server.resolver.validation == nil)
        #expect(try self.settings("dnssec: {mode: off}").summary.contains("validates nothing"))
    }

    @Test func fileWithTheRootReplacesWhatIsBuiltIn() throws {
        let root = try TestFile(". DS 1 15 2 \(String(repeating: "AB", count: 32))")
        let island = try TestFile("island.example. DS 2 15 2 \(String(repeating: "AB", count: 32))")
        let both = try settings(
            "dnssec: {trust-anchors: [\(root.path), \(island.path)], negative-trust-anchors: broken.example}")
        let anchors = try #require(both.server.resolver.validation?.anchors)
        #expect(anchors.anchors.map(\.zone) == [".", "island.example."])
        #expect(anchors.anchors.map(\.keyTags) == [[1], [2]])
        #expect(anchors.closest(to: "www.broken.example.") == .negative("broken.example."))
        #expect(both.summary.contains("does not validate broken.example. and what is below it"))
        let alone = try settings("dnssec: {trust-anchors: \(island.path)}")
        #expect(alone.server.resolver.validation?.anchors.anchors.first == .root)
    }

    @Test func anchorsOfNoUseAreSaid() throws {
        let file = try TestFile("old.example. DS 3 3 2 \(String(repeating: "AB", count: 32))")
        let lines = try settings("dnssec: {trust-anchors: \(file.path)}").summary
        #expect(
            lines.contains(
                "old.example. is insecure, as if it were not signed: its trust anchor needs DSA with SHA-256, which is not "
                    + "supported"))
        let sha1 = try TestFile("old.example. DS 3 7 2 \(String(repeating: "AB", count: 32))")
        let yes = try settings("dnssec: {trust-anchors: \(sha1.path)}").summary
        #expect(!yes.contains { $0.contains("is insecure") })
        let no = try settings("dnssec: {trust-anchors: \(sha1.path), sha1: no}").summary
        #expect(no.contains { $0.contains("old.example. is insecure") })
    }

    @Test func everyFaultOfEveryFileIsSaid() throws {
        let file = try TestFile(". NS a.\n. DNSKEY 385 3 15 AQID\n")
        let faults = #expect(throws: ConfigurationFaults.self) {
            try settings("dnssec: {trust-anchors: [/nonexistent/a.key, \(file.path)]}")
        }
        let lines = faults?.lines.map { $0.split(separator: "dnssec.").last.map(String.init) ?? "" }
        #expect(
            lines == [
                "trust-anchors[0]: /nonexistent/a.key cannot be read: no such file",
                "trust-anchors[1]: \(file.path):1:1: neither DS nor DNSKEY: . NS",
                "trust-anchors[1]: \(file.path):2:1: a revoked key: its flags have 128: . DNSKEY",
            ])
    }

    @Test func newAnchorsEmptyTheCache() throws {
        let before = try settings("")
        #expect(!(try settings("cache: {size: 4MiB}")).judgesDifferently(from: before))
        #expect(try settings("dnssec: {negative-trust-anchors: a.example}").judgesDifferently(from: before))
        #expect(try settings("dnssec: {mode: off}").judgesDifferently(from: before))
        #expect(try settings("dnssec: {sha1: no}").judgesDifferently(from: before))
    }
}
