import DNSWire
import Foundation
import Testing

@testable import HomingConfiguration

/// The files in `conf/`, and the table that `conf/homing.yaml` is written from.
@Suite struct ShippedFilesTests {
    static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "conf")

    func text(of file: String) throws -> String {
        try String(contentsOf: Self.directory.appending(path: file), encoding: .utf8)
    }

    /// To renew the file after a change of the table: `HOMING_WRITE_REFERENCE=1 swift test --filter
    /// referenceFile`.
    @Test func referenceFileIsTheTable() throws {
        if ProcessInfo.processInfo.environment["HOMING_WRITE_REFERENCE"] != nil {
            try Configuration.reference.write(
                to: Self.directory.appending(path: "homing.yaml"), atomically: true, encoding: .utf8)
        }
        #expect(try text(of: "homing.yaml") == Configuration.reference)
    }

    @Test func referenceFileMeansTheDefaults() throws {
        #expect(
            try Configuration.load(path: Self.directory.appending(path: "homing.yaml").path)
                == Configuration())
    }

    @Test func referenceFileMeansTheDefaultsWithEveryKeySet() throws {
        let text = try text(of: "homing.yaml").split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.replacing(/^( *)#(?=[^ #])/) { $0.output.1 } }.joined(separator: "\n")
        #expect(try Configuration.parse(text, file: "homing.yaml") == Configuration())
        for setting in ConfigurationSchema.settings {
            #expect(text.contains("\n\(setting.name):"), "\(setting.name)")
            for key in setting.innerKeys {
                #expect(text.contains("\n# - \(key.prefix { $0 != ":" }): "), "\(setting.name), \(key)")
            }
            for child in setting.children {
                #expect(text.contains("\n  \(child.name):"), "\(setting.name).\(child.name)")
            }
        }
    }

    /// Set one at a time, too, each key stands where it must.
    @Test func everyCommentedKeyCanBeSetAlone() throws {
        let lines = try text(of: "homing.yaml").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        var count = 0
        for index in lines.indices {
            guard let match = lines[index].firstMatch(of: /^( *)#([a-z])/) else { continue }
            var changed = lines
            var end = index
            repeat {
                changed[end] = String(match.output.1 + lines[end].drop { $0 == " " }.dropFirst())
                end += 1
            } while end < lines.count && lines[end].contains(/^ *#-/)
            #expect(
                try Configuration.parse(changed.joined(separator: "\n"), file: "homing.yaml")
                    == Configuration())
            count += 1
        }
        let expected = ConfigurationSchema.settings.map { max(1, $0.children.count) }.reduce(0, +)
        #expect(count == expected)
    }

    @Test func linesOfTheReferenceFileAreShort() throws {
        for line in try text(of: "homing.yaml").split(separator: "\n") {
            #expect(line.count <= 110 && line.last != " ", "\(line)")
        }
    }

    @Test func examplesOfTheTableAreValid() throws {
        let settings = ConfigurationSchema.settings.flatMap { [$0] + $0.children }
        for example in settings.compactMap(\.example) {
            #expect(throws: Never.self) { try Configuration.parse(example, file: "example") }
        }
    }

    @Test func everyPropertyHasAKey() {
        // Whoever adds a property without a row, or a row without a property, meets this.
        func count(_ value: Any, depth: Int) -> Int {
            let mirror = Mirror(reflecting: value)
            guard mirror.displayStyle == .struct, mirror.subjectType != Duration.self, depth > 0 else {
                return 1
            }
            return mirror.children.map { count($0.value, depth: depth - 1) }.reduce(0, +)
        }
        let rows = ConfigurationSchema.settings.map { max(1, $0.children.count) }.reduce(0, +)
        #expect(count(Configuration(), depth: 2) == rows)
        let zone = ConfiguredZone(name: .root)
        #expect(
            count(zone, depth: 1) - 1 == ConfigurationSchema.zone.count - ConfigurationSchema.options.count)
        #expect(count(zone.options, depth: 1) == ConfigurationSchema.options.count)
    }

    @Test func resolverOfALocalNetworkParses() throws {
        let configuration = try Configuration.load(
            path: Self.directory.appending(path: "homing-lan.yaml").path)
        #expect(configuration.listen.addresses.map { "\($0)" } == ["0.0.0.0:53", "[::]:53"])
        #expect(configuration.process.user == "homing")
        #expect(configuration.access == Configuration().access)
        #expect(
            configuration.heldZones.map(\.name) == ["home.arpa.", "168.192.in-addr.arpa.", "d.f.ip6.arpa."])
        #expect(configuration.heldZones.allSatisfy { $0.options.updatePolicy.count > 1 })
    }
}
