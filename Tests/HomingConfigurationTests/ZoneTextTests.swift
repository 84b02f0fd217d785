import DNSWire
import DNSZones
import Testing

@testable import HomingConfiguration

/// One zone as a text of its own: how zones are kept that commands make.
@Suite struct ZoneTextTests {
    private func problems(_ values: [(String, String)], _ configuration: Configuration = Configuration())
        -> [String]
    {
        do {
            _ = try ConfiguredZone.parse(values: values.map { (key: $0, value: $1) }, in: configuration)
            return []
        } catch {
            return error.problems.map { "\($0.key ?? ""): \($0.message)" }
        }
    }

    @Test func textsAreReadAgain() throws {
        let text =
            "{name: lab.example., update-policy: [\"grant k. zonesub ANY\"], "
            + "transfer: {keys: [k.], networks: [], require-tls: no}, notify: [{address: 192.0.2.1:53, key: k.}]}"
        let zone = try ConfiguredZone.parse(text)
        #expect(zone.text() == text)
        #expect(zone.options.transfer.keys == ["k."])
    }

    @Test func valuesOfACommand() throws {
        let zone = try ConfiguredZone.parse(values: [
            ("name", "lab.example"), ("update-policy", "grant a. zonesub ANY"), ("notify", "192.0.2.1"),
            ("update-policy", "deny * name lab.example."), ("notify", "{address: 192.0.2.2, key: k}"),
            ("transfer", "{keys: [k], networks: [10.0.0.0/8]}"),
        ])
        #expect(zone.name == "lab.example.")
        #expect(
            zone.options.updatePolicy.map { "\($0)" } == ["grant a. zonesub ANY", "deny * name lab.example."])
        #expect(zone.options.notify.count == 2 && zone.options.notify[1].key == "k.")
        #expect(zone.options.transfer.networks.count == 1)
    }

    @Test func defaultsHoldForWhatIsLeftOut() throws {
        let configuration = try Configuration.parse(
            "zone-defaults: {serial: date, update-policy: grant k. zonesub ANY}", file: "h.yaml")
        let zone = try ConfiguredZone.parse("{name: a, serial: increment}", in: configuration)
        #expect(zone.options.updatePolicy.count == 1 && zone.options.serial == .increment)
        #expect(zone.text(without: configuration.zoneDefaults) == "{name: a., serial: increment}")
        // What a primary may be changed by does not count for what is changed elsewhere.
        #expect(try ConfiguredZone.parse("{name: a, primaries: 192.0.2.1}", in: configuration).isSecondary)
    }

    @Test func whatIsWrongIsSaid() {
        #expect(
            problems([("name", "a..b"), ("notify", "ns2"), ("primaries", "192.0.2.1")]) == [
                "zone.name: \"a..b\" is no domain name: a label is empty",
                "zone.notify: expected an address with or without a port such as 127.0.0.1:5353, ::1 or \"[::1]:53\", "
                    + "found \"ns2\"",
            ])
        #expect(
            problems([("name", "a"), ("primaries", "127.0.0.1:5300")]) == [
                "zone.primaries[0]: 127.0.0.1:5300 is an address that Homing itself listens on: queries would go round "
                    + "in a loop"
            ])
        #expect(
            problems([("name", "a"), ("primaries", "192.0.2.1"), ("file", "/a")]) == [
                "zone.file: a zone with primaries is as they have it"
            ])
        #expect(problems([]) == ["zone: name is missing: it takes a domain name"])
    }

    @Test func wordsDoNotBecomeKeys() throws {
        let zone = try ConfiguredZone.parse(values: [(key: "name", value: "a\", file: \"/etc/a")])
        #expect(zone.file == nil)
        #expect(zone.name.labelCount == 1)
    }

    @Test(arguments: ["", "null", "[a]", "a", "{name: a", "{name: a}\n---\n{name: b}"])
    func textsThatAreNone(_ text: String) {
        #expect(throws: ConfigurationProblems.self) { try ConfiguredZone.parse(text) }
    }
}
